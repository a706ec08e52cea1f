/*
 * The balanced directory tree: where the next user or domain goes
 * (facts: storage 4).  State lives in .dir-control (and, for users,
 * .dir_control_free) of the folder; the caller holds the lock that guards
 * it: the account lock for users, the site lock for domains.
 */
#ifndef CORE_DIRCONTROL_H
#define CORE_DIRCONTROL_H

#include "core/handle.h"

#define VP_DIR_CONTROL  ".dir-control"
#define VP_DIR_FREE     ".dir_control_free"
#define VP_DIR_CAPACITY 24223499ul /* entries before the names repeat */
#define VP_DIR_REL_SIZE 8          /* "z/z/z" and its NUL */

/* Name of the hash directory of the n-th entry ever added, n >= 1. */
void vp_dircontrol_nth(unsigned long n, char ret_rel[VP_DIR_REL_SIZE]);

struct vp_dircontrol {
	int dirfd;    /* borrowed */
	int backfill; /* users: freed slots are used first */
	uid_t uid;
	gid_t gid;
	unsigned long cur_users;
	char the_dir[VP_DIR_REL_SIZE];
	long present; /* entries in the_dir, -1: not counted */
	long taken;   /* places taken there, not yet counted */
	char *freed;  /* text of .dir_control_free */
	size_t freed_at, freed_size, freed_cap; /* what is left: [at, size) */
	int dirty, freed_dirty;
};

/* Load.  0 or a VA_ code; a missing file is the initial state; damaged third
 * columns and stale indices of older releases are healed. */
int vp_dircontrol_open(struct vpop *vp, int dirfd, int backfill, uid_t uid,
    gid_t gid, struct vp_dircontrol *ret);
/* Take a place for one more entry: ret_rel is "" or "c", "c/c", "c/c/c".
 * Makes the hash directories.  Only memory changes until _close. */
int vp_dircontrol_take(struct vpop *vp, struct vp_dircontrol *control,
    char ret_rel[VP_DIR_REL_SIZE]);
/* Give a place back: rel is the hash path the entry had. */
int vp_dircontrol_give(
    struct vpop *vp, struct vp_dircontrol *control, const char *rel);
/* Write what changed (save != 0) and free. */
int vp_dircontrol_close(
    struct vpop *vp, struct vp_dircontrol *control, int save);

/* The hash path inside an account's directory: "0/b" for
 * "<domain dir>/0/b/user"; -1 if dir is not <domain dir>/[hash/]user. */
int vp_dircontrol_rel(const char *domain_dir, const char *dir, const char *user,
    char ret_rel[VP_DIR_REL_SIZE]);

#endif
