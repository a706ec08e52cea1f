/* Walking and counting the accounts of a domain. */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "core/limits.h"
#include "core/name.h"
#include "core/store.h"
#include "core/user.h"

struct vpop_users {
	struct vpop *vp;
	const struct vpop_store_ops *ops;
	struct vpop_store_users *users;
	struct vpop_domain domain;
	struct vpop_limits limits;
};

int
vpop_users_open(struct vpop *vp, const char *domain, const char *after,
    struct vpop_users **ret_cursor)
{
	struct vpop_users *cursor = calloc(1, sizeof *cursor);
	char lower[VPOP_USER_SIZE];
	struct vpop_store *store;
	int code;

	if (!cursor)
		return vp_fail(vp, VA_MEMORY_ALLOC_ERR, "out of memory");
	cursor->vp = vp;
	code = vpop_domain_get(vp, domain, &cursor->domain);
	if (code == 0)
		code = vp_limits_of(vp, &cursor->domain, &cursor->limits);
	if (code == 0)
		code = vp_store_of(vp, &cursor->domain, &cursor->ops, &store);
	if (code == 0 && after)
		code = vp_name_user(vp, after, lower);
	if (code == 0)
		code = cursor->ops->users_open(store, &cursor->domain,
		    after ? lower : NULL, &cursor->users);
	if (code != 0) {
		free(cursor);
		return code;
	}
	*ret_cursor = cursor;
	return 0;
}

int
vpop_users_next(struct vpop_users *cursor, struct vpop_user *ret_user)
{
	int rc = cursor->ops->users_next(cursor->users, ret_user);

	if (rc != 1)
		return rc;
	memcpy(ret_user->domain, cursor->domain.real, sizeof ret_user->domain);
	rc = vp_user_set_flags(cursor->vp, ret_user, &cursor->limits);
	return rc != 0 ? rc : 1;
}

void
vpop_users_close(struct vpop_users *cursor)
{
	if (!cursor)
		return;
	cursor->ops->users_close(cursor->users);
	free(cursor);
}

int
vpop_users_count(struct vpop *vp, const char *domain, unsigned long *ret_count)
{
	const struct vpop_store_ops *ops;
	struct vpop_store *store;
	struct vpop_domain found;
	int code = vpop_domain_get(vp, domain, &found);

	if (code == 0)
		code = vp_store_of(vp, &found, &ops, &store);
	if (code == 0)
		code = ops->users_count(store, &found, ret_count);
	return code;
}
