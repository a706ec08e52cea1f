/*
 * Finding an account.
 *
 * The flags of an account are its own and those of its domain.  When the
 * domain's limits cannot be read, that is a failure to find out: an account
 * must not be let in because a file is broken.
 */
#include "config.h"

#include "core/user.h"

#include <string.h>

#include "base/text.h"
#include "core/limits.h"
#include "core/name.h"
#include "core/store.h"

static int
does_not_exist(
    struct vpop *vp, const struct vpop_domain *domain, const char *name)
{
	return vp_fail(vp, VA_USER_DOES_NOT_EXIST,
	    "user '%s@%s' does not exist", name, domain->real);
}

/* Read the limits only if they count for this account. */
static int
set_flags(
    struct vpop *vp, const struct vpop_domain *domain, struct vpop_user *user)
{
	struct vpop_limits limits;
	int code;

	user->flags = user->gid;
	if (user->gid & VPOP_V_OVERRIDE)
		return 0;
	code = vp_limits_of(vp, domain, &limits);
	return code != 0 ? code : vp_user_set_flags(vp, user, &limits);
}

int
vp_user_set_flags(
    struct vpop *vp, struct vpop_user *user, const struct vpop_limits *limits)
{
	user->flags = user->gid;
	if (user->gid & VPOP_V_OVERRIDE)
		return 0;
	if (!limits) {
		struct vpop_domain domain;
		int code = vpop_domain_get(vp, user->domain, &domain);

		return code != 0 ? code : set_flags(vp, &domain, user);
	}
	user->flags |= limits->flags;
	return 0;
}

int
vp_user_find(struct vpop *vp, const struct vpop_domain *domain,
    const char *name, struct vpop_user *ret_user)
{
	const struct vpop_store_ops *ops;
	struct vpop_store *store;
	struct vpop_user user;
	int code = vp_store_of(vp, domain, &ops, &store);

	if (code != 0)
		return code;
	if (name[0] == '\0')
		return does_not_exist(vp, domain, name);
	code = ops->user_get(store, domain, name, &user);
	if (code < 0)
		return code;
	if (code == 0)
		return does_not_exist(vp, domain, name);
	memcpy(user.domain, domain->real, sizeof user.domain);
	code = set_flags(vp, domain, &user);
	if (code == 0)
		*ret_user = user;
	return code;
}

int
vpop_user_get(struct vpop *vp, const char *user, const char *domain,
    struct vpop_user *ret_user)
{
	char name[VPOP_USER_SIZE];
	struct vpop_domain found;
	int code = vpop_domain_get(vp, domain, &found);

	if (code != 0)
		return code;
	/* What cannot be a name is not the name of an account. */
	if (vp_name_user(vp, user, name) != 0)
		return vp_fail(vp, VA_USER_DOES_NOT_EXIST, "%s", vp->message);
	return vp_user_find(vp, &found, name, ret_user);
}
