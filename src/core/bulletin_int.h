/* The two halves of vpop_bulletin: bulletin.c walks the mailboxes,
 * bulletin_file.c writes messages. */
#ifndef CORE_BULLETIN_INT_H
#define CORE_BULLETIN_INT_H

#include "core/domain.h"
#include "qmail/maildir.h"

struct vp_bulletin {
	struct vpop_domain domain;
	const char *file; /* the message as the caller named it */
	enum vpop_bulletin_how how;
	int fd, dirfd; /* of the message; the domain's folder */
	int64_t size;  /* of the message */
	int has_date;
	char name[160];                /* in new/, for link and symlink */
	struct vp_maildir_file staged; /* the copy that is linked */
	int staged_tmp;                /* tmp/ of its mailbox */
	int no_openat2;                /* this kernel has none */
};

/* Look for a Date field in the message's header. */
int vp_bulletin_scan(struct vpop *vp, struct vp_bulletin *bulletin);
/* Deliver a copy of its own to a mailbox. */
int vp_bulletin_copy(struct vpop *vp, const struct vp_bulletin *bulletin,
    struct vpop_user *user);
/* Write the copy that is to be linked into tmp/ of this mailbox. */
int vp_bulletin_stage(
    struct vpop *vp, struct vp_bulletin *bulletin, struct vpop_user *user);
void vp_bulletin_unstage(struct vp_bulletin *bulletin);
/* Open a folder below the domain's, following no links.  -1 and errno. */
int vp_bulletin_open_below(struct vp_bulletin *bulletin, const char *rel);

#endif
