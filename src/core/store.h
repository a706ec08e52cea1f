/*
 * The account stores of a handle: the site's, which the setting auth_module
 * names, and those that etc/stores names for single domains.  Each is opened
 * at first use and closed with the handle; a store that is not linked in
 * comes from a module (store_module.c).
 */
#ifndef CORE_STORE_H
#define CORE_STORE_H

#include "core/handle.h"

#define VP_STORE_NAME_SIZE 32       /* longest name of a store and its NUL */
#define VP_STORE_CHOICES   "stores" /* file in etc */

/* The site's store. */
int vp_store(struct vpop *vp, const struct vpop_store_ops **ret_ops,
    struct vpop_store **ret_store);
/* The store of a domain, by its real name. */
int vp_store_of(struct vpop *vp, const struct vpop_domain *domain,
    const struct vpop_store_ops **ret_ops, struct vpop_store **ret_store);
/* The name of the domain's store. */
int vp_store_name_of(struct vpop *vp, const struct vpop_domain *domain,
    char ret_name[VP_STORE_NAME_SIZE]);
/* A store by its name. */
int vp_store_named(struct vpop *vp, const char *name,
    const struct vpop_store_ops **ret_ops, struct vpop_store **ret_store);

/*
 * Where records of a kind live: 1 in the store of the domain (NULL: the
 * site's), which is handed out; 0 in files, because the store does not keep
 * them or the settings do not want it to; or a code.
 */
int vp_store_keeps(struct vpop *vp, enum vpop_store_keep kind,
    const struct vpop_domain *domain, const struct vpop_store_ops **ret_ops,
    struct vpop_store **ret_store);

/* ---- for the files of this subject ----------------------------------- */

/* 1 if the name can be that of a store, and so of a file. */
int vp_store_is_name(const char *name);

/* store_choice.c: what etc/stores says. */
struct vp_store_choices;
/* 1 and the name, 0 the domain has none of its own, or a code.  *choices
 * keeps what was read. */
int vp_store_choice(struct vpop *vp, struct vp_store_choices **choices,
    const char *domain, char ret_name[VP_STORE_NAME_SIZE]);
void vp_store_choices_free(struct vp_store_choices *choices);

/* store_module.c: load the module of a store; calls that it lacks are NULL
 * in *ret_ops, and the required ones are there. */
int vp_store_module(
    struct vpop *vp, const char *name, struct vpop_store_ops *ret_ops);
/* VA_NO_AUTH_MODULE unless the calls of all these kinds are there. */
int vp_store_check_kinds(
    struct vpop *vp, const struct vpop_store_ops *ops, unsigned kinds);

/* 1 if only root or the vpopmail user can have written it. */
struct stat;
int vp_store_is_trusted(const struct vpop *vp, const struct stat *st);

#endif
