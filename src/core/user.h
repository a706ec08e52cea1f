/* Accounts: finding them.  Changing them is user_change.c. */
#ifndef CORE_USER_H
#define CORE_USER_H

#include "core/domain.h"

/* vpop_user_get for a domain that is already known; name is canonical. */
int vp_user_find(struct vpop *vp, const struct vpop_domain *domain,
    const char *name, struct vpop_user *ret_user);
/* Set user->flags from its gid and the limits: gid alone when V_OVERRIDE is
 * set.  limits NULL: read them (unreadable: a code, flags = gid). */
int vp_user_set_flags(
    struct vpop *vp, struct vpop_user *user, const struct vpop_limits *limits);
/* The default quota of new accounts as text. */
void vp_limits_quota(
    const struct vpop_limits *limits, char ret_text[VPOP_QUOTA_SIZE]);

#endif
