/* Giving up for good what a daemon's process does not need. */
#ifndef DAEMONS_PRIVDROP_H
#define DAEMONS_PRIVDROP_H

#include <sys/types.h>

/* Become uid:gid without other groups, when we are root (else 0 and nothing:
 * we are somebody already).  User 0 is refused with EPERM.  -1 and errno: the
 * process must end. */
int vp_privdrop_ids(uid_t uid, gid_t gid);
/* No file is in sight from now on: the root directory is one that is empty
 * and removed.  Needs root; without it 0 and nothing. */
int vp_privdrop_files(void);
/* Neither core files nor debuggers nor set-uid programs. */
int vp_privdrop_process(void);

#endif
