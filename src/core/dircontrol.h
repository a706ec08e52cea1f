/*
 * The balanced directory tree: where the next user or domain goes
 * (facts: storage 4).  State lives in .dir-control (and, for users,
 * .dir_control_free) of the folder, or in the account store if that keeps
 * it; the list of freed places is a file in any case.  The caller holds the
 * lock that guards it: the account lock for users, the site lock for domains.
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
	int found; /* there was a state */
	/* Where the store keeps it: ops is not NULL. */
	const struct vpop_store_ops *ops;
	struct vpop_store *store;
	char key[VPOP_DOMAIN_SIZE];
	unsigned long kept_users; /* what the store has */
	char kept_dir[VP_DIR_REL_SIZE];
};

/* Load the state of a domain's accounts, or (domain NULL) of a folder of
 * domains.  0 or a VA_ code; a missing file is the initial state; damaged
 * third columns and stale indices of older releases are healed.  A store
 * that has no state yet takes over that of the file. */
int vp_dircontrol_open(struct vpop *vp, const struct vpop_domain *domain,
    int dirfd, int backfill, uid_t uid, gid_t gid, struct vp_dircontrol *ret);
/* Take a place for one more entry: ret_rel is "" or "c", "c/c", "c/c/c".
 * Makes the hash directories.  Only memory changes until _close. */
int vp_dircontrol_take(struct vpop *vp, struct vp_dircontrol *control,
    char ret_rel[VP_DIR_REL_SIZE]);
/* Give a place back: rel is the hash path the entry had. */
int vp_dircontrol_give(
    struct vpop *vp, struct vp_dircontrol *control, const char *rel);
/* Where the store keeps it: write it into the open transaction, as if "fewer"
 * of the entries had been given back already.  Else nothing. */
int vp_dircontrol_keep(
    struct vpop *vp, struct vp_dircontrol *control, unsigned long fewer);
/* Write what changed (save != 0) and free. */
int vp_dircontrol_close(
    struct vpop *vp, struct vp_dircontrol *control, int save);

/* Remove the state: the next entry is the first. */
int vp_dircontrol_forget(
    struct vpop *vp, const struct vpop_domain *domain, int dirfd);

/* The hash path inside an account's directory: "0/b" for
 * "<domain dir>/0/b/user"; -1 if dir is not <domain dir>/[hash/]user. */
int vp_dircontrol_rel(const char *domain_dir, const char *dir, const char *user,
    char ret_rel[VP_DIR_REL_SIZE]);

#endif
