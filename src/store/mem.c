/*
 * The mem store: accounts in memory, for tests.  They live as long as the
 * handle.  A transaction works on the accounts themselves and keeps a copy
 * of how they were.  Under the name mem-all it keeps records of all kinds.
 */
#include "config.h"

#include "store/mem_int.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "store/stores.h"

struct vpop_store_users {
	struct vpop_store *store;
	struct vpop_domain domain;
	char last[VPOP_USER_SIZE];
};

int
vp_mem_fail(
    struct vpop_store *store, int code, const char *name, const char *text)
{
	return store->host->fail(
	    store->host->vp, code, 0, "'%s' %s", name, text);
}

int
vp_mem_no_memory(struct vpop_store *store)
{
	return store->host->fail(
	    store->host->vp, VA_MEMORY_ALLOC_ERR, 0, "no memory");
}

static struct domain *
find_domain(const struct vpop_store *store, const char *name)
{
	struct domain *d = store->domains;

	while (d && strcmp(d->name, name) != 0)
		d = d->next;
	return d;
}

static struct domain *
need_domain(struct vpop_store *store, const char *name)
{
	struct domain *d = find_domain(store, name);

	if (d)
		return d;
	d = calloc(1, sizeof *d);
	if (!d || vp_copy(d->name, sizeof d->name, name) != 0) {
		free(d);
		return NULL;
	}
	d->next = store->domains;
	store->domains = d;
	return d;
}

/* Position of the first user whose name is not below name. */
static size_t
lower_bound(const struct list *list, const char *name)
{
	size_t low = 0, high = list->count;

	while (low < high) {
		size_t mid = low + (high - low) / 2;

		if (strcmp(list->users[mid].name, name) < 0)
			low = mid + 1;
		else
			high = mid;
	}
	return low;
}

static struct vpop_user *
find_user(const struct domain *d, const char *name)
{
	size_t i = d ? lower_bound(&d->list, name) : 0;

	if (!d || i == d->list.count ||
	    strcmp(d->list.users[i].name, name) != 0)
		return NULL;
	return &d->list.users[i];
}

static int
mem_open(const struct vpop_store_host *host, struct vpop_store **ret_store)
{
	struct vpop_store *store = calloc(1, sizeof *store);

	if (!store)
		return host->fail(
		    host->vp, VA_MEMORY_ALLOC_ERR, 0, "no memory");
	store->host = host;
	*ret_store = store;
	return 0;
}

static void
forget_transaction(struct vpop_store *store)
{
	free(store->before.users);
	store->before = (struct list){ 0 };
	vp_mem_rows_free(&store->rows_before);
	store->changed = NULL;
	store->is_open = 0;
}

static void
mem_rollback(struct vpop_store *store)
{
	if (store->changed) {
		free(store->changed->list.users);
		store->changed->list = store->before;
		store->before.users = NULL;
	}
	if (store->is_open) {
		vp_mem_rows_free(&store->rows);
		store->rows = store->rows_before;
		store->rows_before = (struct mem_rows){ .list = NULL };
	}
	forget_transaction(store);
}

static void
mem_close(struct vpop_store *store)
{
	if (!store)
		return;
	forget_transaction(store);
	vp_mem_rows_free(&store->rows);
	while (store->domains) {
		struct domain *d = store->domains;

		store->domains = d->next;
		free(d->list.users);
		free(d);
	}
	free(store);
}

static int
mem_domain_add(struct vpop_store *store, const struct vpop_domain *domain)
{
	return need_domain(store, domain->real) ? 0 : vp_mem_no_memory(store);
}

static int
mem_domain_delete(struct vpop_store *store, const struct vpop_domain *domain)
{
	static const enum vpop_store_keep kinds[] = { VPOP_KEEP_ALIASES,
		VPOP_KEEP_LIMITS, VPOP_KEEP_LASTAUTH, VPOP_KEEP_DIRCONTROL };
	struct domain *d = find_domain(store, domain->real);

	for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
		(void)vp_mem_rows_remove(
		    &store->rows, kinds[i], domain->real, NULL, NULL);
	if (!d)
		return 0;
	if (store->changed == d)
		forget_transaction(store);
	free(d->list.users);
	d->list = (struct list){ 0 };
	return 0;
}

static int
mem_get(struct vpop_store *store, const struct vpop_domain *domain,
    const char *name, struct vpop_user *ret_user)
{
	const struct vpop_user *user =
	    find_user(find_domain(store, domain->real), name);

	if (!user)
		return 0;
	*ret_user = *user;
	return 1;
}

static int
insert(struct list *list, const struct vpop_user *user)
{
	size_t i = lower_bound(list, user->name);
	struct vpop_user *users =
	    reallocarray(list->users, list->count + 1, sizeof *users);

	if (!users)
		return -1;
	list->users = users;
	memmove(&users[i + 1], &users[i], (list->count - i) * sizeof *users);
	users[i] = *user;
	list->count++;
	return 0;
}

static int
is_field(const char *text)
{
	return vp_is_clean(text) && !strchr(text, ':');
}

static int
mem_put(struct vpop_store *store, const struct vpop_domain *domain,
    const struct vpop_user *user, unsigned how)
{
	struct domain *d = need_domain(store, domain->real);
	struct vpop_user new = *user;

	if (!d)
		return vp_mem_no_memory(store);
	if (!*user->name || !is_field(user->name) || !is_field(user->passwd) ||
	    !is_field(user->gecos) || !is_field(user->dir) ||
	    !is_field(user->quota) || !vp_is_clean(user->clear))
		return vp_mem_fail(store, VA_BAD_CHAR, domain->real,
		    "has an account with a character that is not allowed");
	new.flags = new.gid;
	if (vp_copy(new.domain, sizeof new.domain, domain->real) != 0)
		return vp_mem_fail(
		    store, VA_DOMAIN_NAME_TOO_LONG, domain->real, "is long");

	struct vpop_user *old = find_user(d, user->name);

	if (old && (how & VPOP_PUT_ADD))
		return vp_mem_fail(
		    store, VA_USERNAME_EXISTS, user->name, "exists");
	if (!old && (how & VPOP_PUT_REPLACE))
		return vp_mem_fail(store, VA_USER_DOES_NOT_EXIST, user->name,
		    "does not exist");
	if (old)
		*old = new;
	else if (insert(&d->list, &new) != 0)
		return vp_mem_no_memory(store);
	return 0;
}

static int
mem_delete(struct vpop_store *store, const struct vpop_domain *domain,
    const char *name)
{
	struct domain *d = find_domain(store, domain->real);
	struct vpop_user *user = find_user(d, name);

	if (!user)
		return vp_mem_fail(
		    store, VA_USER_DOES_NOT_EXIST, name, "does not exist");

	size_t behind = (size_t)(d->list.users + d->list.count - user) - 1;

	(void)vp_mem_rows_remove(
	    &store->rows, VPOP_KEEP_LASTAUTH, domain->real, name, NULL);
	memmove(user, user + 1, behind * sizeof *user);
	d->list.count--;
	return 0;
}

static int
mem_begin(struct vpop_store *store, const struct vpop_domain *domain)
{
	struct domain *d = need_domain(store, domain->real);

	if (store->is_open)
		return vp_mem_fail(store, VA_INVALID_ARGUMENT, domain->real,
		    "cannot begin a second transaction");
	if (!d)
		return vp_mem_no_memory(store);
	if (vp_mem_rows_copy(&store->rows, &store->rows_before) != 0)
		return vp_mem_no_memory(store);
	if (d->list.count) {
		size_t size = d->list.count * sizeof *d->list.users;

		store->before.users = malloc(size);
		if (!store->before.users) {
			vp_mem_rows_free(&store->rows_before);
			return vp_mem_no_memory(store);
		}
		memcpy(store->before.users, d->list.users, size);
		store->before.count = d->list.count;
	}
	store->changed = d;
	store->is_open = 1;
	return 0;
}

static int
mem_commit(struct vpop_store *store)
{
	if (!store->is_open)
		return store->host->fail(store->host->vp, VA_INVALID_ARGUMENT,
		    0, "no transaction is open");
	forget_transaction(store);
	return 0;
}

static int
mem_users_open(struct vpop_store *store, const struct vpop_domain *domain,
    const char *after, struct vpop_store_users **ret_users)
{
	struct vpop_store_users *users = calloc(1, sizeof *users);

	if (!users)
		return vp_mem_no_memory(store);
	users->store = store;
	users->domain = *domain;
	if (after && vp_copy(users->last, sizeof users->last, after) != 0) {
		free(users);
		return vp_mem_fail(
		    store, VA_USER_NAME_TOO_LONG, after, "is long");
	}
	*ret_users = users;
	return 0;
}

/* By name, so that a change between two calls does no harm. */
static int
mem_users_next(struct vpop_store_users *users, struct vpop_user *ret_user)
{
	const struct domain *d = find_domain(users->store, users->domain.real);
	size_t i = d ? lower_bound(&d->list, users->last) : 0;

	if (d && i < d->list.count &&
	    strcmp(d->list.users[i].name, users->last) == 0)
		i++;
	if (!d || i == d->list.count)
		return 0;
	*ret_user = d->list.users[i];
	return vp_copy(users->last, sizeof users->last, ret_user->name) == 0;
}

static void
mem_users_close(struct vpop_store_users *users)
{
	free(users);
}

static int
mem_users_count(struct vpop_store *store, const struct vpop_domain *domain,
    unsigned long *ret_count)
{
	const struct domain *d = find_domain(store, domain->real);

	*ret_count = d ? d->list.count : 0;
	return 0;
}

/* clang-format off */
#define ACCOUNTS \
	.abi = VPOP_STORE_ABI, \
	.size = sizeof(struct vpop_store_ops), \
	.open = mem_open, \
	.close = mem_close, \
	.domain_add = mem_domain_add, \
	.domain_delete = mem_domain_delete, \
	.user_get = mem_get, \
	.user_put = mem_put, \
	.user_delete = mem_delete, \
	.begin = mem_begin, \
	.commit = mem_commit, \
	.rollback = mem_rollback, \
	.users_open = mem_users_open, \
	.users_next = mem_users_next, \
	.users_close = mem_users_close, \
	.users_count = mem_users_count
/* clang-format on */

const struct vpop_store_ops vp_store_mem = { .name = "mem", ACCOUNTS };

const struct vpop_store_ops vp_store_mem_all = {
	.name = "mem-all",
	ACCOUNTS,
	.keeps = vp_mem_keeps,
	.rows_open = vp_mem_rows_open,
	.rows_next = vp_mem_rows_next,
	.rows_close = vp_mem_rows_close,
	.alias_insert = vp_mem_alias_insert,
	.alias_delete = vp_mem_alias_delete,
	.limits_get = vp_mem_limits_get,
	.limits_put = vp_mem_limits_put,
	.lastauth_get = vp_mem_lastauth_get,
	.lastauth_put = vp_mem_lastauth_put,
	.dircontrol_get = vp_mem_dircontrol_get,
	.dircontrol_put = vp_mem_dircontrol_put,
	.ipmap_get = vp_mem_ipmap_get,
	.ipmap_put = vp_mem_ipmap_put,
	.relay_put = vp_mem_relay_put,
	.relay_expire = vp_mem_relay_expire,
	.authlog_add = vp_mem_authlog_add,
	.authlog_expire = vp_mem_authlog_expire,
	.aliasdomain_put = vp_mem_aliasdomain_put,
};
