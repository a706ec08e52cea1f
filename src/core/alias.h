/* Aliases that the account store keeps, as the programs that deliver read
 * them. */
#ifndef CORE_ALIAS_H
#define CORE_ALIAS_H

#include "core/store.h"

/* The lines of one alias as a dot-qmail text, malloc'd, "" if it has none;
 * NULL with the failure in *ret_code. */
char *vp_alias_text(struct vpop *vp, const struct vpop_store_ops *ops,
    struct vpop_store *store, const struct vpop_domain *domain,
    const char *name, int *ret_code);

/*
 * The name of an alias's file: in lower case, as mail looks for it.  Where
 * only a file with the capitals of given is there (older releases made such),
 * it is that one, so that it can be shown and removed.
 */
void vp_alias_file_name(
    int dirfd, const char *given, char name[VPOP_USER_SIZE]);

/*
 * What the store's aliases say of a user part: the alias of that name, else
 * with "-default" in place of the end after each dash from the right, else
 * with qmail-ext the part before the first dash.  An alias called "default" is
 * one of that name: the domain's default action is the catch-all.  1 with its
 * text (malloc'd); 0 there is none, or aliases are files; or a code.  *ret_rest
 * is what "default" stands for, NULL if the name was found otherwise.
 */
int vp_alias_find(struct vpop *vp, const struct vpop_domain *domain,
    const char *ext, char **ret_text, const char **ret_rest);

#endif
