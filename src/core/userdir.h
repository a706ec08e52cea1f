/*
 * The directory of an account: made at creation, and again at first login
 * or delivery when it is missing (facts: storage 25).  No journal: every
 * step can be repeated.
 */
#ifndef CORE_USERDIR_H
#define CORE_USERDIR_H

#include "core/dircontrol.h"

#define VP_LASTAUTH "lastauth"
#define VP_NEVER_IP "0.0.0.0"

/* The hash directory last used: accounts of one follow each other.  Begin
 * with fd -1. */
struct vp_hashdir {
	int fd;
	char rel[VP_DIR_REL_SIZE];
};

/* Open <domain folder>/rel; it is borrowed.  -1 with errno. */
int vp_hashdir_open(struct vp_hashdir *hash, int dirfd, const char *rel);
void vp_hashdir_close(struct vp_hashdir *hash);

/* Make name below an open hash directory, with what vp_userdir_make makes. */
int vp_userdir_make_in(struct vpop *vp, const struct vpop_domain *domain,
    int parentfd, const char *name, int exist_ok);
/* Make <domain folder>/rel/name with its Maildir (and Maildir/.Junk when
 * the settings say so); EEXIST gives VA_EXIST_U_DIR unless exist_ok. */
int vp_userdir_make(struct vpop *vp, const struct vpop_domain *domain,
    int dirfd, const char *rel, const char *name, int exist_ok);
/* The last of that: what a user's directory has in it. */
int vp_userdir_make_maildir(struct vpop *vp, const struct vpop_domain *domain,
    int userfd, const char *name);
/* Write <user dir>/lastauth with ip; userfd is the user's directory.
 * VP_NEVER_IP is written only where there is none. */
int vp_lastauth_write(struct vpop *vp, const struct vpop_domain *domain,
    int userfd, const char *ip);
/* 1 if the store keeps it, 0: it is a file, or a code. */
int vp_lastauth_is_kept(struct vpop *vp, const struct vpop_domain *domain);
/* The same record of a new account where the store keeps it, within the
 * account's transaction: 1 it does, 0 it does not, or a code. */
int vp_lastauth_first(
    struct vpop *vp, const struct vpop_domain *domain, const char *name);
/* Open an account's directory: a descriptor, -1 with errno.  Below the
 * domain folder each part is opened without following links. */
int vp_userdir_open(
    const struct vpop_domain *domain, const struct vpop_user *user);
/* Copy of the hash for sqwebmail, if the setting is on. */
int vp_sqwebmail_write(struct vpop *vp, const struct vpop_domain *domain,
    int userfd, const char *passwd);

#endif
