/*
 * Which store a domain has, and opening it.
 *
 * A handle may hold several stores at once.  A failed opening is not
 * remembered: the next call tries again, so that a long-lived program
 * recovers with its database.
 */
#include "config.h"

#include "core/store.h"

#include <string.h>

#include "base/text.h"
#include "store/stores.h"

static const struct vpop_store_ops *const linked[] = {
	&vp_store_cdb,
	&vp_store_mem,
	&vp_store_mem_all,
};

struct opened {
	struct opened *next;
	char name[VP_STORE_NAME_SIZE];
	struct vpop_store_ops ops;
	struct vpop_store *store;
	unsigned keeps; /* enum vpop_store_keep */
};

struct vp_stores {
	struct opened *list;
	struct vp_store_choices *choices;
};

int
vp_store_is_name(const char *name)
{
	size_t length = strlen(name);

	return length > 0 && length < VP_STORE_NAME_SIZE &&
	       strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789-_") == length;
}

static void
close_all(struct vpop *vp)
{
	while (vp->stores->list) {
		struct opened *opened = vp->stores->list;

		vp->stores->list = opened->next;
		opened->ops.close(opened->store);
		free(opened);
	}
	vp_store_choices_free(vp->stores->choices);
	free(vp->stores);
	vp->stores = NULL;
}

/* Locks are given back by closing them, so this holds until the end of the
 * verb. */
static int
is_changing(const struct vpop *vp)
{
	return vp->is_changing;
}

/* A store has no other way to learn where the home is, and the file with the
 * settings, which may have to be secret. */
static const char *
host_setting(const struct vpop *vp, const char *name)
{
	if (strcmp(name, "settings_file") == 0)
		return vp->settings_file;
	return strcmp(name, "home") == 0 ? vpop_home(vp)
					 : vpop_setting(vp, name);
}

static int
start(struct vpop *vp)
{
	if (vp->stores)
		return 0;
	vp->stores = calloc(1, sizeof *vp->stores);
	if (!vp->stores)
		return vp_fail(vp, VA_MEMORY_ALLOC_ERR, "out of memory");
	vp->stores_close = close_all;
	vp->host = (struct vpop_store_host){
		.abi = VPOP_STORE_ABI,
		.size = sizeof vp->host,
		.vp = vp,
		.fail = vp_fail_num,
		.setting = host_setting,
		.is_changing = is_changing,
	};
	return 0;
}

static int
find_ops(struct vpop *vp, const char *name, struct vpop_store_ops *ret_ops)
{
	for (size_t i = 0; i < sizeof linked / sizeof *linked; i++) {
		if (strcmp(linked[i]->name, name) == 0) {
			*ret_ops = *linked[i];
			return 0;
		}
	}
	return vp_store_module(vp, name, ret_ops);
}

static int
open_store(struct vpop *vp, struct opened *opened)
{
	int code = find_ops(vp, opened->name, &opened->ops);

	if (code == 0)
		code = opened->ops.open(&vp->host, &opened->store);
	if (code != 0)
		return code;
	if (opened->ops.keeps)
		opened->keeps = opened->ops.keeps(opened->store);
	code = vp_store_check_kinds(vp, &opened->ops, opened->keeps);
	if (code != 0)
		opened->ops.close(opened->store);
	return code;
}

static int
find_store(struct vpop *vp, const char *name, struct opened **ret_opened)
{
	struct opened *opened;
	int code = start(vp);

	if (code != 0)
		return code;
	for (opened = vp->stores->list; opened; opened = opened->next) {
		if (strcmp(opened->name, name) == 0) {
			*ret_opened = opened;
			return 0;
		}
	}
	if (!vp_store_is_name(name))
		return vp_fail(vp, VA_NO_AUTH_MODULE,
		    "'%s' is not the name of an account store: see auth_module "
		    "in vpopmail.conf, and '%s/" VP_STORE_CHOICES "'",
		    name, vp->etc);
	opened = calloc(1, sizeof *opened);
	if (!opened)
		return vp_fail(vp, VA_MEMORY_ALLOC_ERR, "out of memory");
	(void)vp_copy(opened->name, sizeof opened->name, name);
	code = open_store(vp, opened);
	if (code != 0) {
		free(opened);
		return code;
	}
	opened->next = vp->stores->list;
	vp->stores->list = opened;
	*ret_opened = opened;
	return 0;
}

/* 1 if the domain has a store of its own, 0: that of the site, or a code. */
static int
find_choice(struct vpop *vp, const struct vpop_domain *domain,
    char ret_name[VP_STORE_NAME_SIZE])
{
	int code = start(vp);

	if (code != 0 || !domain || (vp->flags & VP_OPEN_ONE_STORE))
		return code;
	return vp_store_choice(
	    vp, &vp->stores->choices, domain->real, ret_name);
}

/* domain NULL: the site's. */
static int
find_for(struct vpop *vp, const struct vpop_domain *domain,
    struct opened **ret_opened)
{
	char name[VP_STORE_NAME_SIZE];
	int found = find_choice(vp, domain, name);

	if (found < 0)
		return found;
	return find_store(vp, found ? name : vp->set.auth_module, ret_opened);
}

int
vp_store_name_of(struct vpop *vp, const struct vpop_domain *domain,
    char ret_name[VP_STORE_NAME_SIZE])
{
	int found = find_choice(vp, domain, ret_name);

	if (found != 0)
		return found < 0 ? found : 0;
	if (vp_copy(ret_name, VP_STORE_NAME_SIZE, vp->set.auth_module) == 0)
		return 0;
	return vp_fail(vp, VA_NO_AUTH_MODULE,
	    "setting auth_module: '%s' is too long", vp->set.auth_module);
}

static int
hand_out(int code, const struct opened *opened,
    const struct vpop_store_ops **ret_ops, struct vpop_store **ret_store)
{
	if (code == 0) {
		*ret_ops = &opened->ops;
		*ret_store = opened->store;
	}
	return code;
}

int
vp_store(struct vpop *vp, const struct vpop_store_ops **ret_ops,
    struct vpop_store **ret_store)
{
	return vp_store_of(vp, NULL, ret_ops, ret_store);
}

int
vp_store_of(struct vpop *vp, const struct vpop_domain *domain,
    const struct vpop_store_ops **ret_ops, struct vpop_store **ret_store)
{
	struct opened *opened = NULL;
	int code = find_for(vp, domain, &opened);

	return hand_out(code, opened, ret_ops, ret_store);
}

int
vp_store_named(struct vpop *vp, const char *name,
    const struct vpop_store_ops **ret_ops, struct vpop_store **ret_store)
{
	struct opened *opened = NULL;
	int code = find_store(vp, name, &opened);

	return hand_out(code, opened, ret_ops, ret_store);
}

/* Kinds that have a setting of their own. */
static int
is_wanted(const struct vpop *vp, enum vpop_store_keep kind)
{
	switch (kind) {
	case VPOP_KEEP_ALIASES:
		return vp->set.valias != 0;
	case VPOP_KEEP_LIMITS:
		return vp->set.mysql_limits != 0;
	case VPOP_KEEP_AUTHLOG:
		return vp->set.sql_logging != 0;
	case VPOP_KEEP_ALIASDOMAINS:
		return vp->set.sql_aliasdomains != 0;
	default:
		return 1;
	}
}

int
vp_store_keeps(struct vpop *vp, enum vpop_store_keep kind,
    const struct vpop_domain *domain, const struct vpop_store_ops **ret_ops,
    struct vpop_store **ret_store)
{
	struct opened *opened = NULL;

	if (!is_wanted(vp, kind))
		return 0;
	int code = find_for(vp, domain, &opened);
	if (code != 0 || !opened)
		return code;
	if (!(opened->keeps & (unsigned)kind))
		return 0;
	(void)hand_out(0, opened, ret_ops, ret_store);
	return 1;
}
