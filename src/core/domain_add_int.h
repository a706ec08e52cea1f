/*
 * The steps of adding domains: domain_check.c refuses what is wrong before
 * any lock is taken, domain_place.c finds the places in the domains folders,
 * domain_make.c makes the trees, domain_add.c puts them together.
 */
#ifndef CORE_DOMAIN_ADD_INT_H
#define CORE_DOMAIN_ADD_INT_H

#include <sys/stat.h>

#include "core/domain_int.h"

#define VP_ADD_CHUNK  1000 /* domains that become reachable as one */
#define VP_ADD_PLACES 64   /* domains folders open at once */

/* One folder that holds domains, for the time of a chunk. */
struct vp_domain_place {
	char path[VPOP_DIR_SIZE]; /* <base>/<domains_dir> */
	int fd;                   /* -1 until opened */
	uid_t owner;              /* of the folder */
	uid_t uid;                /* of hash directories */
	gid_t gid;
	struct vp_dircontrol control;
	int open; /* control is loaded */
};

/* One domain on its way. */
struct vp_domain_adding {
	struct vpop_domain_new *request;
	struct vpop_domain domain; /* dir is known after placing */
	char base[VPOP_DIR_SIZE];  /* resolved */
	char rel[VP_DIR_REL_SIZE];
	struct vp_domain_place *place;
	struct vpop_user postmaster; /* secret and quota; dir when made */
	const char *action;          /* for .qmail-default, or NULL: */
	int to_postmaster;           /* ... postmaster's directory */
	struct vp_intent intent;
	int in_store;  /* its accounts may be in the store */
	int has_table; /* the store may have made one for it */
	int left;      /* a failure left files or a table behind */
};

/* The domains that are added as one. */
struct vp_domain_chunk {
	struct vp_domain_adding *list[VP_ADD_CHUNK];
	size_t count;
	struct vp_domain_place places[VP_ADD_PLACES];
	size_t place_count;
	void *names; /* tsearch tree: no name twice */
	struct vp_intent intents[VP_ADD_CHUNK];
	int stop;          /* at the first failure */
	struct stat table; /* users/cdb before the names were checked */
};

/* What is the same for all elements of one call. */
struct vp_domain_adds {
	char quota[VPOP_QUOTA_SIZE]; /* the site's default */
	char given[VPOP_DIR_SIZE];   /* the last base directory ... */
	char base[VPOP_DIR_SIZE];    /* ... without links; "": none yet */
};

/* VA_DOMAIN_ALREADY_EXISTS if it does. */
int vp_domain_check_new(struct vpop *vp, const char *name);
/* Check one request and fill *ret; ret->request is set by the caller. */
int vp_domain_check(
    struct vpop *vp, struct vp_domain_adds *adds, struct vp_domain_adding *ret);

/* Open (and make) the folder of an element's base, its count, and choose the
 * element's place.  Nothing is there yet, and nothing is recorded. */
int vp_domain_place_take(struct vpop *vp, struct vp_domain_place *place,
    struct vp_domain_adding *adding);
/* Record the counts (save != 0) and close. */
int vp_domain_place_close(
    struct vpop *vp, struct vp_domain_place *place, int save);

/* Make the domain's tree: .qmail-default, store, postmaster.  On failure it
 * is removed again, or adding->left is set. */
int vp_domain_make(struct vpop *vp, struct vp_domain_adding *adding);

/* Forget an element. */
void vp_domain_adding_free(struct vp_domain_adding *adding);
/* The request ends with this code and the handle's sentence. */
void vp_domain_add_refuse(
    struct vpop *vp, struct vpop_domain_new *request, int code);
/* Which users/cdb there is; zeroes if there is none. */
void vp_domain_look_at_table(const struct vpop *vp, struct stat *ret_st);
/* Add what was collected; each request gets its result. */
void vp_domain_add_chunk(struct vpop *vp, struct vp_domain_chunk *chunk);

#endif
