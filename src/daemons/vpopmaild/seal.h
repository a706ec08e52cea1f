/*
 * Sessions between requests.  A worker seals the session when it has executed
 * a request, the front process keeps the bytes, and the next worker opens
 * them.  The front has no key: it cannot change a session, make one, or use
 * that of one connection for another.  An older session of the same
 * connection opens as well; it has at most the rights that the connection
 * had then.
 */
#ifndef VPOPMAILD_SEAL_H
#define VPOPMAILD_SEAL_H

#include "daemons/vpopmaild/wire.h"

#define VPD_KEY_BYTES 32

/* Returns the number of bytes; ret_state has VPD_STATE_MAX. */
size_t vpd_seal(const unsigned char key[VPD_KEY_BYTES], uint64_t connection,
    const struct vpd_session *session, unsigned char *ret_state);
/* 0, or -1 if the state is not one that was sealed with this key for this
 * connection. */
int vpd_unseal(const unsigned char key[VPD_KEY_BYTES], uint64_t connection,
    const unsigned char *state, size_t size, struct vpd_session *ret_session);

#endif
