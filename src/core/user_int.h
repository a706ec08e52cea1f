/* What the files that change accounts share. */
#ifndef CORE_USER_INT_H
#define CORE_USER_INT_H

#include "core/atomic.h"
#include "core/user.h"
#include "core/userdir.h"

#define VP_MESSAGE_SIZE 256 /* of the elements of the public lists */

/* Give the failure just recorded, or 0, to an element of a list; returns
 * code. */
int vp_result(const struct vpop *vp, int code, int *ret_code,
    char ret_message[VP_MESSAGE_SIZE]);

/* A domain with all that a change of its accounts needs. */
struct vp_place {
	struct vpop_domain domain; /* the real one */
	int dirfd, lock;           /* -1: not open */
	struct vp_hashdir hash;
	const struct vpop_store_ops *ops;
	struct vpop_store *store;
	int is_begun; /* the store's transaction: _close rolls it back */
};

/* Find and open; on failure nothing is left open. */
int vp_place_open(
    struct vpop *vp, const char *domain, struct vp_place *ret_place);
/* Take the account lock, unless nothing will be changed. */
int vp_place_lock(struct vpop *vp, struct vp_place *place);
void vp_place_close(struct vp_place *place);
/* For recovery: open, lock without waiting, and see that the change is still
 * pending.  1 go on; 0 the domain is gone; 2 it was settled meanwhile; or a
 * code. */
int vp_place_recover(struct vpop *vp, const struct vp_pending *pending,
    struct vp_place *ret_place);

/* A secret as the two fields of a record.  policy: apply the password rules
 * to clear text. */
int vp_secret_fields(struct vpop *vp, const struct vpop_secret *secret,
    int policy, struct vpop_user *ret_user);
/* Quota text in its stored form. */
int vp_quota_field(
    struct vpop *vp, const char *quota, char ret_quota[VPOP_QUOTA_SIZE]);
/* Comment: checked; "" or NULL is the user's name. */
int vp_gecos_field(struct vpop *vp, const char *gecos, const char *name,
    char ret_gecos[VPOP_GECOS_SIZE]);
/* Write Maildir/maildirsize anew for the account's quota, and the copy of
 * its hash for sqwebmail.  A missing directory is no failure. */
int vp_user_refresh(struct vpop *vp, const struct vpop_domain *domain,
    const struct vpop_user *user, int quota, int passwd);
/* 1 if a failed open says that there is no directory that we could use. */
int vp_userdir_absent(int errnum);
/* Check sum of what a change can change, for the plan. */
int vp_user_sum(
    struct vpop *vp, const struct vpop_user *user, char ret_sum[VP_SUM_SIZE]);
/* Remove a directory just made, unless something was put into it.  -1 and
 * errno if that could not be done or found out. */
int vp_userdir_unmake(int dirfd, const char *rel, const char *name);

/* "user@domain", malloc'd; NULL: no memory. */
char *vp_user_object(const char *name, const char *domain);

#endif
