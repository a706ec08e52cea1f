/*
 * Lock files.  The lock is an open-file-description write lock on the whole
 * of a separate file that is never renamed or removed: it excludes other
 * threads too, survives closing of other descriptors, and conflicts with the
 * fcntl locks that older programs take on the same names.
 */
#ifndef BASE_LOCK_H
#define BASE_LOCK_H

#include <sys/types.h>

/*
 * Open name below dirfd (made 0600, and given to uid:gid when we are root)
 * and wait up to seconds for the lock.  Returns the descriptor, to be closed
 * to unlock, or -1: EAGAIN when another program kept it, else errno.
 */
int vp_lock(int dirfd, const char *name, uid_t uid, gid_t gid, int seconds);

#endif
