/*
 * The aliases of a domain as whole texts, from one place: the rows of a
 * store, or the dot-qmail files.  For conversions from one to the other; what
 * is changed here is not journalled.
 */
#ifndef CORE_ALIAS_PLACE_H
#define CORE_ALIAS_PLACE_H

#include "core/alias.h"

struct vp_alias_place {
	struct vpop *vp;
	const struct vpop_domain *domain; /* borrowed */
	int dirfd;                        /* of its folder, borrowed */
	const struct vpop_store_ops *ops; /* NULL: files */
	struct vpop_store *store;
};

/* Where the settings want the domain's aliases. */
int vp_alias_place_of(struct vpop *vp, const struct vpop_domain *domain,
    int dirfd, struct vp_alias_place *ret);

/* The lines of an alias, each once, with a line end and none of them empty;
 * "" if there is no such alias; malloc'd.  NULL with the failure in
 * *ret_code, which is 0 otherwise. */
char *vp_alias_place_get(
    const struct vp_alias_place *place, const char *name, int *ret_code);
/* Make the alias this text; "" removes it.  Stores: within the caller's
 * transaction. */
int vp_alias_place_put(
    const struct vp_alias_place *place, const char *name, const char *text);

/* What a file is that cannot be an alias of a store. */
enum vp_alias_kind {
	VP_ALIAS_PLAIN,
	VP_ALIAS_LIST, /* of a mailing list */
	VP_ALIAS_EMPTY /* no lines: to qmail, the default delivery */
};
/* The kind of a file that is there, or a code. */
int vp_alias_place_kind(const struct vp_alias_place *place, const char *name);

/* Every plain alias with its text, as vp_alias_place_get gives it.  next
 * returns 1, 0 (end) or a code; close accepts NULL. */
struct vp_alias_walk;
int vp_alias_walk_open(
    const struct vp_alias_place *place, struct vp_alias_walk **ret_walk);
int vp_alias_walk_next(
    struct vp_alias_walk *walk, const char **ret_name, const char **ret_text);
void vp_alias_walk_close(struct vp_alias_walk *walk);

#endif
