/*
 * The cdb store: vpasswd and vpasswd.cdb in the domain's folder, as other
 * programs know them, and in a large domain a log of recent changes.
 *
 * Writers hold the domain's account lock (cdb_apply.c).  In a small domain a
 * change rewrites the files (cdb_fold.c).  Otherwise it is appended to the log
 * (cdb_log.c), and the log is folded into the files when it has grown, or at
 * once where a setting wants the files to be current always.  A fold
 * replaces the log last, so at every moment log and files together are
 * right.
 *
 * Readers take no lock (cdb_find.c).
 */
#include "config.h"

#include "store/stores.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/attr.h"
#include "base/dirtree.h"
#include "base/text.h"
#include "store/cdb_int.h"

#define SMALL_DOMAIN 1000 /* accounts; setting cdb_small_domain */
#define CDB_LIMIT    UINT64_C(4000000000)
#define FOLD_LEAST   (UINT64_C(1) << 20)
#define FOLD_MOST    (UINT64_C(1) << 24)

/* ---- settings and failures ------------------------------------------- */

static int
is_set(const struct vpop_store_host *host, const char *name)
{
	const char *value = host->setting(host->vp, name);

	return value && strcmp(value, "yes") == 0;
}

static int
store_open(const struct vpop_store_host *host, struct vpop_store **ret_store)
{
	struct vpop_store *store = calloc(1, sizeof *store);
	const char *small = host->setting(host->vp, "cdb_small_domain");
	int64_t number = SMALL_DOMAIN;

	if (!store)
		return host->fail(
		    host->vp, VA_MEMORY_ALLOC_ERR, 0, "no memory");
	if (small && vp_number(small, 0, INT64_MAX, &number) != 0) {
		free(store);
		return host->fail(host->vp, VA_INVALID_ARGUMENT, 0,
		    "cdb_small_domain is not a number: '%s'", small);
	}
	store->host = host;
	store->small_domain = (uint64_t)number;
	store->with_clear = is_set(host, "clear_passwd");
	store->fold_always = is_set(host, "cdb_fold_always");
	store->cdb_limit = CDB_LIMIT;
	store->fold_least = FOLD_LEAST;
	store->fold_most = FOLD_MOST;
	*ret_store = store;
	return 0;
}

static int
code_of(int error, int code)
{
	if (error == EACCES || error == EPERM)
		return VA_BAD_UID;
	return error == ENOMEM ? VA_MEMORY_ALLOC_ERR : code;
}

int
vp_cdb_store_fail(struct vpop_store *store, const struct vpop_domain *domain,
    const char *file)
{
	int error = errno;

	if (error == EBADMSG || error == EPROTO)
		return store->host->fail(store->host->vp, VA_NO_AUTH_CONNECTION,
		    0, "'%s/%s' is damaged", domain->dir, file);
	return store->host->fail(store->host->vp,
	    code_of(error, VA_NO_AUTH_CONNECTION), error, "cannot read '%s/%s'",
	    domain->dir, file);
}

int
vp_cdb_store_write_fail(struct vpop_store *store,
    const struct vpop_domain *domain, const char *file)
{
	int error = errno;

	return store->host->fail(store->host->vp,
	    code_of(error, VA_COULD_NOT_UPDATE_FILE), error,
	    "cannot update '%s/%s'", domain->dir, file);
}

int
vp_cdb_store_dir(struct vpop_store *store, const struct vpop_domain *domain)
{
	int fd = vp_dir_open(domain->dir);

	if (fd >= 0)
		return fd;

	int error = errno;

	return store->host->fail(store->host->vp,
	    code_of(error, VA_NO_AUTH_CONNECTION), error,
	    "cannot open folder '%s'", domain->dir);
}

/* ---- looking up ------------------------------------------------------ */

static int
is_name(const char *name)
{
	size_t size = strlen(name);

	return size > 0 && size < VPOP_USER_SIZE && !strchr(name, ':');
}

static int
user_get(struct vpop_store *store, const struct vpop_domain *domain,
    const char *name, struct vpop_user *ret_user)
{
	char line[VP_VPASSWD_LINE + 1];
	size_t size = 0;
	const struct vp_change *change = NULL;
	struct vpop_user user;

	if (!is_name(name))
		return 0;
	if (vp_cdb_store_is_open(store, domain))
		change = vp_changes_find(&store->changes, name, strlen(name));
	if (change && change->op == VP_CHANGE_DELETE)
		return 0;
	if (change) {
		size = change->size;
		memcpy(line, change->text, size);
	} else {
		int r = vp_cdb_store_find(store, domain, name, line, &size);

		if (r <= 0)
			return r;
	}

	int r = vp_vpasswd_parse(line, size, &user);

	explicit_bzero(line, sizeof line);
	if (r != 0 ||
	    vp_copy(user.domain, sizeof user.domain, domain->real) != 0)
		return store->host->fail(store->host->vp, VA_PARSE_ERROR, 0,
		    "the record of '%s' in '%s' is malformed", name,
		    domain->dir);
	*ret_user = user;
	return 1;
}

/* ---- changing -------------------------------------------------------- */

/* Add to the open transaction, or do at once. */
static int
change(struct vpop_store *store, const struct vpop_domain *domain,
    const struct vp_change *change, int is_lazy)
{
	struct vp_changes single = { 0 };
	int is_part = vp_cdb_store_is_open(store, domain);
	struct vp_changes *changes = is_part ? &store->changes : &single;
	int r = 0;

	if (vp_changes_set(changes, change) != 0)
		r = store->host->fail(
		    store->host->vp, VA_MEMORY_ALLOC_ERR, 0, "no memory");
	else if (is_part)
		store->is_eager |= !is_lazy;
	else
		r = vp_cdb_apply(store, domain, changes, is_lazy);
	vp_changes_clear(&single);
	return r;
}

/* Whether an account is there now, and whether it was before the open
 * transaction: 1, 0, or a negative code. */
static int
exists(struct vpop_store *store, const struct vpop_domain *domain,
    const char *name, int *ret_was)
{
	char line[VP_VPASSWD_LINE + 1];
	size_t size;
	const struct vp_change *c = NULL;

	if (vp_cdb_store_is_open(store, domain))
		c = vp_changes_find(&store->changes, name, strlen(name));
	if (c) {
		*ret_was = c->was;
		return c->op == VP_CHANGE_PUT;
	}

	int r = vp_cdb_store_find(store, domain, name, line, &size);

	*ret_was = r > 0;
	return r;
}

static int
user_put(struct vpop_store *store, const struct vpop_domain *domain,
    const struct vpop_user *user, unsigned how)
{
	const struct vpop_store_host *host = store->host;
	char line[VP_VPASSWD_LINE + 1];
	int was = 0;
	ssize_t size = vp_vpasswd_format(user, store->with_clear, line);

	if (size < 0)
		return host->fail(host->vp, VA_BAD_CHAR, 0,
		    "the record of an account of '%s' has a character that "
		    "vpasswd cannot keep",
		    domain->real);

	int r = exists(store, domain, user->name, &was);

	if (r < 0)
		return r;
	if (r > 0 && (how & VPOP_PUT_ADD))
		return host->fail(host->vp, VA_USERNAME_EXISTS, 0,
		    "'%s@%s' exists", user->name, domain->real);
	if (r == 0 && (how & VPOP_PUT_REPLACE))
		return host->fail(host->vp, VA_USER_DOES_NOT_EXIST, 0,
		    "'%s@%s' does not exist", user->name, domain->real);

	struct vp_change put = {
		.text = line,
		.size = (uint32_t)size,
		.name_size = (uint16_t)strlen(user->name),
		.op = VP_CHANGE_PUT,
		.was = was != 0,
	};

	r = change(store, domain, &put, (how & VPOP_PUT_LAZY) != 0);
	explicit_bzero(line, sizeof line);
	return r;
}

static int
user_delete(struct vpop_store *store, const struct vpop_domain *domain,
    const char *name)
{
	const struct vpop_store_host *host = store->host;
	int was = 0;
	int r = is_name(name) ? exists(store, domain, name, &was) : 0;

	if (r < 0)
		return r;
	if (r == 0)
		return host->fail(host->vp, VA_USER_DOES_NOT_EXIST, 0,
		    "'%s@%s' does not exist", name, domain->real);

	struct vp_change delete = {
		.text = name,
		.size = (uint32_t)strlen(name),
		.name_size = (uint16_t)strlen(name),
		.op = VP_CHANGE_DELETE,
		.was = was != 0,
	};

	return change(store, domain, &delete, 0);
}

static int
begin(struct vpop_store *store, const struct vpop_domain *domain)
{
	if (store->is_open)
		return store->host->fail(store->host->vp, VA_INVALID_ARGUMENT,
		    0, "a transaction is open already");
	store->is_open = 1;
	store->is_eager = 0;
	store->domain = *domain;
	store->kept.dirfd = -1;
	return 0;
}

static void
rollback(struct vpop_store *store)
{
	if (store->is_open)
		vp_cdb_kept_close(&store->kept);
	vp_changes_clear(&store->changes);
	store->is_open = 0;
}

static int
commit(struct vpop_store *store)
{
	int r;

	if (!store->is_open)
		return store->host->fail(store->host->vp, VA_INVALID_ARGUMENT,
		    0, "no transaction is open");
	r = vp_cdb_apply(
	    store, &store->domain, &store->changes, !store->is_eager);
	rollback(store);
	return r;
}

/* ---- domains --------------------------------------------------------- */

/* The files come with the first account. */
static int
domain_add(struct vpop_store *store, const struct vpop_domain *domain)
{
	(void)store;
	(void)domain;
	return 0;
}

static int
domain_delete(struct vpop_store *store, const struct vpop_domain *domain)
{
	AUTO_CLOSE int dirfd = vp_dir_open(domain->dir);

	if (dirfd < 0 && errno != ENOENT)
		return vp_cdb_store_fail(store, domain, VP_TEXT_NAME);
	if (vp_cdb_store_is_open(store, domain))
		rollback(store);
	if (dirfd < 0)
		return 0;
	/* The cdb first: what is left of a crash then is a vpasswd, and the
	 * log on top of it, that still agree. */
	if (vp_cdbset_remove(dirfd) < 0)
		return vp_cdb_store_write_fail(store, domain, VP_CDB_NAME);
	if (unlinkat(dirfd, VP_TEXT_NAME, 0) < 0 && errno != ENOENT)
		return vp_cdb_store_write_fail(store, domain, VP_TEXT_NAME);
	if (vp_log_remove(dirfd) < 0 || vp_dir_sync(dirfd) < 0)
		return vp_cdb_store_write_fail(store, domain, VP_LOG_NAME);
	return 0;
}

static void
store_close(struct vpop_store *store)
{
	if (!store)
		return;
	rollback(store);
	free(store);
}

const struct vpop_store_ops vp_store_cdb = {
	.abi = VPOP_STORE_ABI,
	.size = sizeof(struct vpop_store_ops),
	.name = "cdb",
	.open = store_open,
	.close = store_close,
	.domain_add = domain_add,
	.domain_delete = domain_delete,
	.user_get = user_get,
	.user_put = user_put,
	.user_delete = user_delete,
	.begin = begin,
	.commit = commit,
	.rollback = rollback,
	.users_open = vp_cdb_users_open,
	.users_next = vp_cdb_users_next,
	.users_close = vp_cdb_users_close,
	.users_count = vp_cdb_users_count,
	.fold = vp_cdb_fold,
	.check = vp_cdb_check,
};
