/*
 * The log of recent changes of a large domain, ".vpasswd.log".
 */
#ifndef STORE_CDB_LOG_H
#define STORE_CDB_LOG_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "store/changes.h"
#include "store/vpasswd.h"

#define VP_LOG_NAME ".vpasswd.log"

/* Which vpasswd this is (all zero: there is none), and what is known of it.
 * A file that is not the same any more was changed by another program. */
struct vp_base_state {
	uint64_t ino, size;
	int64_t mtime;  /* nanoseconds */
	uint64_t count; /* accounts in it */
	int is_known;   /* count and is_sorted are right */
	int is_sorted;  /* names ascend in byte order */
};

struct vp_log;

enum vp_log_mode {
	VP_LOG_READ,
	VP_LOG_WRITE /* the account lock is held; mends a torn end */
};

/* 1; 0 if there is none; -1 and errno, EBADMSG if it is damaged. */
int vp_log_open(int dirfd, enum vp_log_mode mode, struct vp_log **ret_log);
void vp_log_close(struct vp_log *log);
/* 1 if the name in the folder is still this log (NULL: still none), 0 if
 * not, -1 and errno. */
int vp_log_is_current(const struct vp_log *log, int dirfd);

/* The vpasswd that the log's changes come on top of. */
const struct vp_base_state *vp_log_base(const struct vp_log *log);
/* Bytes of records. */
uint64_t vp_log_size(const struct vp_log *log);
/* Accounts that the log's changes add (less those that they delete); for
 * reading.  -1 and errno. */
int vp_log_delta(struct vp_log *log, int64_t *ret_delta);

/* What the log says of a name: VP_CHANGE_PUT and its line (NUL added),
 * VP_CHANGE_DELETE, 0 nothing, or -1 and errno. */
int vp_log_find(struct vp_log *log, const char *name,
    char ret_line[VP_VPASSWD_LINE + 1], size_t *ret_size);
/* All it says, into an empty set.  -1 and errno. */
int vp_log_load(struct vp_log *log, struct vp_changes *ret_changes);
/* Make changes durable, all or none (a log opened for writing).  -1 and
 * errno: the log is as it was. */
int vp_log_append(struct vp_log *log, const struct vp_changes *changes);

/* Put an empty log on top of a vpasswd in place of the present one, if any.
 * Durable.  -1 and errno. */
int vp_log_make(
    int dirfd, const struct vp_base_state *base, uid_t uid, gid_t gid);
int vp_log_remove(int dirfd);

#endif
