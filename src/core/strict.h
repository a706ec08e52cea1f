/*
 * What VPOP_OPEN_STRICT asks for of verbs that make something: the numbers of
 * the domain's limits, and one kind of thing for each name.
 */
#ifndef CORE_STRICT_H
#define CORE_STRICT_H

#include "core/alias_place.h"

static inline int
vp_is_strict(const struct vpop *vp)
{
	return (vp->flags & VPOP_OPEN_STRICT) != 0;
}

/* One more account, after "others" that are about to be made too: 0,
 * VA_LIMIT_REACHED, VA_USERNAME_EXISTS (an alias or a list has the name), or
 * a code.  The domain's folder is open. */
int vp_strict_user(struct vpop *vp, const struct vpop_domain *domain, int dirfd,
    const char *name, unsigned long others);
/* A new alias with this text. */
int vp_strict_alias(
    const struct vp_alias_place *place, const char *name, const char *text);
int vp_strict_list(struct vpop *vp, const struct vpop_domain *domain);

#endif
