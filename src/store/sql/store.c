/*
 * Opening the store, its connections, transactions and failures.
 *
 * Reading goes to the replica if the site has one, until this process has
 * changed something: what a change begins with must not be older than what
 * the change before it has written.  Inside a transaction everything goes to
 * the server that changes are made on.
 */
#include "config.h"

#include "store/sql/store_int.h"

#include <errno.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include "base/text.h"
#include "store/sql/errors.h"
#include "store/sql/logins.h"

/* ---- failures ------------------------------------------------------------ */

static int
code_of(const struct vpop_store *store, enum vp_sql_class class)
{
	switch (class) {
	case VP_SQL_DENIED:
		if (strcmp(store->source->driver->name, "sqlite") == 0)
			return VA_BAD_UID;
		return VA_NO_AUTH_CONNECTION;
	case VP_SQL_LOST:
	case VP_SQL_TIMEOUT:
		return VA_NO_AUTH_CONNECTION;
	case VP_SQL_RETRY:
		return VA_LOCK_FAILED;
	case VP_SQL_TOO_LONG:
		return VA_INVALID_ARGUMENT;
	default:
		return VA_QUERY_FAILED;
	}
}

int
vp_sql_report(struct vpop_store *store, const struct vp_sql_error *error,
    const char *format, ...)
{
	AUTO_FREE char *what = NULL;
	va_list args;

	va_start(args, format);
	if (vasprintf(&what, format, args) < 0)
		what = NULL;
	va_end(args);
	return store->host->fail(store->host->vp, code_of(store, error->class),
	    0, "store '%s': cannot %s: %s%s", store->source->name,
	    what ? what : "do it", error->text,
	    error->class == VP_SQL_NO_TABLE
		? " (is it the right database? vmigrate makes what is missing)"
		: "");
	return code_of(store, error->class);
}

int
vp_sql_refuse(struct vpop_store *store, int code, const char *format, ...)
{
	AUTO_FREE char *text = NULL;
	va_list args;

	va_start(args, format);
	if (vasprintf(&text, format, args) < 0)
		text = NULL;
	va_end(args);
	(void)store->host->fail(store->host->vp, code, 0, "store '%s': %s",
	    store->source->name, text ? text : "no memory");
	return code;
}

int
vp_sql_no_memory(struct vpop_store *store)
{
	(void)store->host->fail(
	    store->host->vp, VA_MEMORY_ALLOC_ERR, 0, "no memory");
	return VA_MEMORY_ALLOC_ERR;
}

/* ---- opening ------------------------------------------------------------- */

static int
is_set(const struct vpop_store_host *host, const char *name)
{
	const char *value = host->setting(host->vp, name);

	return value && strcmp(value, "yes") == 0;
}

int
vp_sql_open(const struct vpop_store_host *host,
    const struct vp_sql_source *source, struct vpop_store **ret_store)
{
	struct vpop_store *store = calloc(1, sizeof *store);
	const char *layout = host->setting(host->vp, "many_domains");
	const char *create = host->setting(host->vp, "sql_create_tables");

	if (!store)
		return host->fail(
		    host->vp, VA_MEMORY_ALLOC_ERR, 0, "no memory");
	store->host = host;
	store->source = source;
	store->single_table = !layout || strcmp(layout, "no") != 0;
	store->may_create = !create || strcmp(create, "no") != 0;
	store->may_create_database = is_set(host, "sql_create_database");
	store->with_clear = is_set(host, "clear_passwd");
	vp_sql_link_init(&store->main, source->driver, source->dialect);
	vp_sql_link_init(&store->replica, source->driver, source->dialect);
	int code = vp_sql_logins(host, source, &store->main.login,
	    &store->replica.login, &store->has_replica);
	if (code != 0) {
		vp_sql_close(store);
		return code;
	}
	*ret_store = store;
	return 0;
}

void
vp_sql_close(struct vpop_store *store)
{
	if (!store)
		return;
	vp_sql_link_clear(&store->main);
	vp_sql_link_clear(&store->replica);
	vp_sql_forget_tables(store);
	free(store);
}

unsigned
vp_sql_keeps(struct vpop_store *store)
{
	(void)store;
	return VPOP_KEEP_ALIASES | VPOP_KEEP_LIMITS | VPOP_KEEP_LASTAUTH |
	       VPOP_KEEP_DIRCONTROL | VPOP_KEEP_IPMAP | VPOP_KEEP_RELAY |
	       VPOP_KEEP_AUTHLOG | VPOP_KEEP_ALIASDOMAINS | VPOP_KEEP_BY_NAME;
}

/* ---- connections --------------------------------------------------------- */

static int
look_at_tables(struct vpop_store *store, struct vp_sql_link *link)
{
	const char *names[VP_TABLES];
	enum vp_sql_table_id ids[VP_TABLES];
	struct vp_sql_error error;

	if (store->seen_over == link &&
	    store->seen_generation == link->generation)
		return 0;
	for (int i = 0; i < VP_TABLES; i++) {
		ids[i] = (enum vp_sql_table_id)i;
		names[i] = vp_sql_tables[i].name;
	}
	vp_sql_forget_tables(store);
	if (vp_sql_probe(link, names, ids, VP_TABLES, store->shapes, &error) !=
	    0)
		return vp_sql_report(store, &error, "look at the tables");
	store->seen_over = link;
	store->seen_generation = link->generation;
	return 0;
}

static int
open_link(struct vpop_store *store, struct vp_sql_link *link)
{
	struct vp_sql_error error;

	if (link->in_transaction)
		return 0;
	if (vp_sql_link_open(link, &error) == 0)
		return look_at_tables(store, link);
	if (error.class != VP_SQL_NO_TABLE)
		return vp_sql_report(store, &error, "connect");
	return vp_sql_refuse(store, VA_QUERY_FAILED,
	    "cannot connect: %s (make the database, or set "
	    "sql_create_database = yes for that)",
	    error.text);
}

/* Make the database if it is missing.  Where that fails, perhaps because
 * another program has just done it, connecting tells. */
static int
make_database(struct vpop_store *store)
{
	const struct vp_sql_dialect *dialect = store->source->dialect;
	AUTO_QUERY struct vp_sql_query query = { 0 };
	struct vp_sql_link *link = &store->main, home;
	struct vp_sql_error error;

	if (!store->may_create_database || !dialect->home_database ||
	    vp_sql_link_open(link, &error) == 0 ||
	    error.class != VP_SQL_NO_TABLE)
		return 0;
	vp_sql_link_init(&home, link->driver, dialect);
	home.login = link->login;
	(void)vp_copy(home.login.database, sizeof home.login.database,
	    dialect->home_database);
	vp_sql_query_init(&query, dialect);
	vp_sql_put_raw(&query, "CREATE DATABASE ");
	vp_sql_put_name(&query, link->login.database);
	vp_sql_put_raw(&query, dialect->database_options);
	int failed = query.failed ? vp_sql_fail(&error, VP_SQL_OTHER,
					"its name cannot be one")
				  : vp_sql_link_run(&home, query.text, &error);
	vp_sql_link_clear(&home);
	struct vp_sql_error again;
	if (!failed || vp_sql_link_open(link, &again) == 0)
		return 0;
	return vp_sql_refuse(store, VA_CANNOT_CREATE_DATABASE,
	    "cannot make database '%s': %s", link->login.database, error.text);
}

int
vp_sql_writer(struct vpop_store *store, struct vp_sql_link **ret_link)
{
	int code = store->main.in_transaction ? 0 : make_database(store);

	if (code == 0)
		code = open_link(store, &store->main);
	if (code != 0)
		return code;
	store->has_changed = 1;
	*ret_link = &store->main;
	return 0;
}

int
vp_sql_is_changing(const struct vpop_store *store)
{
	const struct vpop_store_host *host = store->host;

	if (store->has_changed || store->main.in_transaction)
		return 1;
	return host->size > offsetof(struct vpop_store_host, is_changing) &&
	       host->is_changing && host->is_changing(host->vp);
}

int
vp_sql_reader(struct vpop_store *store, struct vp_sql_link **ret_link)
{
	*ret_link = &store->replica;
	if (store->has_replica && !vp_sql_is_changing(store) &&
	    open_link(store, &store->replica) == 0)
		return 0;
	*ret_link = &store->main;
	return open_link(store, &store->main);
}

/* ---- transactions -------------------------------------------------------- */

int
vp_sql_begin(struct vpop_store *store, const struct vpop_domain *domain)
{
	struct vp_sql_error error;
	struct vp_sql_link *link;

	if (store->main.in_transaction)
		return vp_sql_refuse(store, VA_INVALID_ARGUMENT,
		    "cannot begin a second transaction");
	int code = vp_sql_writer(store, &link);
	if (code == 0)
		code = vp_sql_make_tables(store, link);
	/* Known before, because a failed look would spoil the transaction. */
	if (code == 0 && !store->single_table) {
		AUTO_FREE char *name = NULL;
		const struct vp_sql_shape *shape;

		code = vp_sql_users_table(store, link, domain, &name, &shape);
		code = code > 0 ? 0 : code;
	}
	if (code == 0 && vp_sql_link_begin(link, &error) != 0)
		code = vp_sql_report(store, &error, "begin a transaction");
	return code;
}

int
vp_sql_commit(struct vpop_store *store)
{
	struct vp_sql_error error;

	if (!store->main.in_transaction)
		return vp_sql_refuse(
		    store, VA_INVALID_ARGUMENT, "no transaction is open");
	if (vp_sql_link_commit(&store->main, &error) != 0)
		return vp_sql_report(store, &error, "commit the change");
	return 0;
}

void
vp_sql_rollback(struct vpop_store *store)
{
	vp_sql_link_rollback(&store->main);
}
