/*
 * State: MAC, then the session's bytes up to the end of its argument, which
 * comes last in the struct and is mostly empty.  The MAC covers connection
 * and length too.
 */
#include "config.h"

#include "daemons/vpopmaild/seal.h"

#include <sodium.h>
#include <stddef.h>
#include <string.h>

#define MAC_BYTES  32
#define HEAD_BYTES offsetof(struct vpd_session, argument)

_Static_assert(MAC_BYTES + sizeof(struct vpd_session) <= VPD_STATE_MAX,
    "a state has room for each session");

static void
mac(const unsigned char key[VPD_KEY_BYTES], uint64_t connection,
    const unsigned char *data, size_t size, unsigned char ret_mac[MAC_BYTES])
{
	const uint64_t head[2] = { connection, size };
	crypto_generichash_state state;

	crypto_generichash_init(&state, key, VPD_KEY_BYTES, MAC_BYTES);
	crypto_generichash_update(
	    &state, (const unsigned char *)head, sizeof head);
	crypto_generichash_update(&state, data, size);
	crypto_generichash_final(&state, ret_mac, MAC_BYTES);
}

size_t
vpd_seal(const unsigned char key[VPD_KEY_BYTES], uint64_t connection,
    const struct vpd_session *session, unsigned char *ret_state)
{
	size_t argument =
	    strnlen(session->argument, sizeof session->argument - 1);

	memcpy(ret_state + MAC_BYTES, session, HEAD_BYTES);
	memcpy(ret_state + MAC_BYTES + HEAD_BYTES, session->argument, argument);
	mac(key, connection, ret_state + MAC_BYTES, HEAD_BYTES + argument,
	    ret_state);
	return MAC_BYTES + HEAD_BYTES + argument;
}

int
vpd_unseal(const unsigned char key[VPD_KEY_BYTES], uint64_t connection,
    const unsigned char *state, size_t size, struct vpd_session *ret_session)
{
	unsigned char wanted[MAC_BYTES];

	if (size < MAC_BYTES + HEAD_BYTES ||
	    size >= MAC_BYTES + sizeof *ret_session)
		return -1;
	mac(key, connection, state + MAC_BYTES, size - MAC_BYTES, wanted);
	if (sodium_memcmp(wanted, state, MAC_BYTES) != 0)
		return -1;
	memset(ret_session, 0, sizeof *ret_session);
	memcpy(ret_session, state + MAC_BYTES, HEAD_BYTES);
	memcpy(ret_session->argument, state + MAC_BYTES + HEAD_BYTES,
	    size - MAC_BYTES - HEAD_BYTES);
	return 0;
}
