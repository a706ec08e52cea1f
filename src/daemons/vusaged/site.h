/*
 * What the daemon knows: domains, their mailboxes, and what each folder holds.
 *
 * A number is never added to because somebody said that something changed: it
 * is always the outcome of reading a folder, and replaces the former outcome.
 * So nothing can be counted twice.  A folder is read when its stamp, which is
 * made of inode and change time, is not the one that it was read with.
 */
#ifndef VUSAGED_SITE_H
#define VUSAGED_SITE_H

#include <stdint.h>

#include "vpop.h"

#include "daemons/vusaged/table.h"

enum { VP_NEW, VP_CUR, VP_PARTS };

#define VP_STAMP_UNREAD 0 /* read it */
#define VP_STAMP_ABSENT 1 /* it was not there */

/* A folder's new and cur. */
struct vp_parts {
	uint64_t stamp[VP_PARTS];
	uint64_t bytes[VP_PARTS];
	uint32_t count[VP_PARTS];
};

/* A folder beside the inbox: Maildir/.NAME */
struct vp_folder {
	struct vp_parts parts;
	char *name;
};

struct vp_folders {
	uint32_t count;
	struct vp_folder list[];
};

enum {
	VP_BOX_VERIFIED = 1, /* agreed with the disk since we started */
	VP_BOX_QUEUED = 2,   /* is in a list of boxes to look at */
	VP_BOX_UNREADABLE = 4,
	VP_BOX_TWIN = 8 /* counted with another box of the same directory */
};

struct vp_watch;

struct vp_box {
	struct vp_domain *domain;
	struct vp_folders *folders; /* NULL: none */
	struct vp_watch *watch;     /* NULL: not watched */
	struct vp_box *next;        /* in the list of boxes to look at */
	struct vp_parts inbox;
	uint64_t stamp; /* of Maildir itself: the list of its folders */
	uint32_t seen;  /* walk of the accounts that saw it last */
	uint32_t rest;  /* do not read again before: milliseconds */
	uint16_t flags;
	uint16_t name_at; /* where in text the account's name begins */
	char text[]; /* its directory, below that of the domain or absolute;
			the name is its last part or follows it */
};

struct vp_domain {
	struct vp_table boxes; /* by account name */
	struct vp_table odd;   /* boxes by directory, whose last part is not
				  their name; without twins */
	size_t twins;
	uint64_t bytes, count; /* sum over the boxes that are no twins */
	size_t unverified;     /* boxes without VP_BOX_VERIFIED */
	uint32_t walk;         /* number of the last walk of the accounts */
	uint32_t seen;         /* pass that saw it in users/assign last */
	int is_listed;         /* its accounts are known */
	int wants_walk;        /* they may have changed */
	int is_urgent;         /* does not wait for the pass */
	int is_refreshed;      /* somebody asked: a round is under way */
	size_t round_at;       /* next slot of boxes of the round */
	int64_t round_took;    /* us of it so far, or of the last one */
	int64_t round_end;     /* of the last one */
	int64_t walk_began, walk_rest; /* not again before so many us */
	int watch;                     /* of its folder: descriptor or -1 */
	size_t at;                     /* next slot of boxes to look at */
	struct vpop_users *cursor;     /* of the walk under way */
	struct vp_domain *next;        /* in the order of the pass */
	int64_t limits_at;             /* when the limits were read */
	uint64_t limit_bytes, limit_count;
	char *dir;
	char name[];
};

/* A name that a domain has. */
struct vp_name {
	struct vp_domain *domain;
	uint32_t seen;
	char name[];
};

struct vp_site {
	struct vp_table names; /* all names of domains */
	struct vp_domain *domains;
	size_t boxes;
	int by_name;    /* sizes in the names of messages count */
	int count_dirs; /* the size of folders, too */
	uint32_t pass;
	int is_dirty; /* something changed since it was saved */
};

void vp_site_init(struct vp_site *site);
void vp_site_free(struct vp_site *site);

/* By any of its names; NULL. */
struct vp_domain *vp_site_domain(const struct vp_site *site, const char *name);
/* Take up what users/assign says: the domain, and the name as one of its
 * names.  NULL: no memory. */
struct vp_domain *vp_site_learn(
    struct vp_site *site, const struct vpop_domain *domain);
/* Forget names and domains that this pass did not see; called before a domain
 * goes. */
void vp_site_forget(struct vp_site *site,
    void (*going)(void *arg, struct vp_domain *domain), void *arg);

struct vp_box *vp_domain_box(const struct vp_domain *domain, const char *name);
/* dir is absolute.  A box with another directory is forgotten first, for which
 * going is called.  NULL: no memory, or a name that is too long. */
struct vp_box *vp_box_learn(struct vp_site *site, struct vp_domain *domain,
    const char *name, const char *dir,
    void (*going)(void *arg, struct vp_box *box), void *arg);
/* It is in no list and not watched. */
void vp_box_forget(struct vp_site *site, struct vp_box *box);
const char *vp_box_name(const void *box);
void vp_box_usage(
    const struct vp_box *box, uint64_t *ret_bytes, uint64_t *ret_count);
void vp_box_verified(struct vp_box *box);
/* Let everything be read again, because it counts otherwise from now on. */
void vp_site_distrust(struct vp_site *site);
/* All of the domain is known, and agreed with the disk. */
int vp_domain_is_known(const struct vp_domain *domain);

/* The outcome of reading a part. */
void vp_part_set(struct vp_site *site, struct vp_box *box,
    struct vp_parts *parts, int which, uint64_t stamp, uint64_t bytes,
    uint32_t count);
/* Let the box have other folders; those that it had are freed. */
void vp_folders_set(
    struct vp_site *site, struct vp_box *box, struct vp_folders *folders);
void vp_folders_free(struct vp_folders *folders);

#endif
