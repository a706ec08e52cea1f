/*
 * Tables that are missing.
 *
 * They are made when something is to be changed, never when something is
 * looked up: a look-up in a database that is not ours must fail and not find
 * an empty table of its own making.  Tables that are there are left alone;
 * changing them is vmigrate's business.
 */
#include "config.h"

#include "store/sql/store_int.h"

#include <string.h>
#include <strings.h>

#include "base/text.h"

void
vp_sql_forget_tables(struct vpop_store *store)
{
	store->seen_over = NULL;
	for (unsigned i = 0; i < VP_SQL_DOMAIN_TABLES; i++) {
		free(store->domain_tables[i].name);
		store->domain_tables[i].name = NULL;
	}
}

/* ---- names --------------------------------------------------------------- */

static void
munge(char *name)
{
	for (; *name; name++)
		if (*name == '.' || *name == '-')
			*name = '_';
}

static int
is_reserved(const char *name)
{
	for (int i = 0; i < VP_TABLES; i++)
		if (strcmp(name, vp_sql_tables[i].name) == 0)
			return 1;
	return strcmp(name, "users") == 0;
}

int
vp_sql_users_name(
    struct vpop_store *store, const struct vpop_domain *domain, char **ret_name)
{
	AUTO_FREE char *name =
	    strdup(store->single_table ? vp_sql_tables[VP_TABLE_USERS].name
				       : domain->real);

	if (!name)
		return vp_sql_no_memory(store);
	if (!store->single_table) {
		munge(name);
		if (strlen(name) > store->source->dialect->max_name)
			return vp_sql_refuse(store, VA_DOMAIN_NAME_TOO_LONG,
			    "the name of domain '%s' is too long for a table "
			    "of its own (%u bytes); many_domains = yes keeps "
			    "all in one",
			    domain->real, store->source->dialect->max_name);
		if (is_reserved(name))
			return vp_sql_refuse(store, VA_INVALID_DOMAIN_NAME,
			    "the table of domain '%s' would be '%s', which is "
			    "taken; many_domains = yes keeps all in one",
			    domain->real, name);
	}
	*ret_name = name;
	name = NULL;
	return 0;
}

/* ---- shapes -------------------------------------------------------------- */

static int
find_own_table(struct vpop_store *store, struct vp_sql_link *link,
    const char *name, const struct vp_sql_shape **ret_shape)
{
	const enum vp_sql_table_id id = VP_TABLE_USERS;
	struct vp_sql_domain_table *table;
	struct vp_sql_error error;

	for (unsigned i = 0; i < VP_SQL_DOMAIN_TABLES; i++) {
		table = &store->domain_tables[i];
		if (table->name && strcmp(table->name, name) == 0) {
			*ret_shape = &table->shape;
			return 0;
		}
	}
	table = &store->domain_tables[store->next_domain_table++ %
				      VP_SQL_DOMAIN_TABLES];
	free(table->name);
	table->name = NULL;
	if (vp_sql_probe(link, &name, &id, 1, &table->shape, &error) != 0)
		return vp_sql_report(store, &error, "look at '%s'", name);
	*ret_shape = &table->shape;
	/* One that is missing may be there soon. */
	if (!table->shape.is_there)
		return 0;
	table->name = strdup(name);
	return table->name ? 0 : vp_sql_no_memory(store);
}

static int
is_usable(const struct vpop_store *store, const struct vp_sql_shape *shape)
{
	for (unsigned i = 0; i < VP_PW_CLEAR; i++)
		if (!vp_sql_has(shape, i) &&
		    (i != VP_PW_DOMAIN || store->single_table))
			return 0;
	return 1;
}

/* A domain without a table has no accounts, in a database that is ours and
 * has one table for each. */
static int
is_gone(const struct vpop_store *store)
{
	return !store->single_table &&
	       !store->shapes[VP_TABLE_USERS].is_there &&
	       (store->shapes[VP_TABLE_DIRCONTROL].is_there ||
		   store->shapes[VP_TABLE_LASTAUTH].is_there);
}

int
vp_sql_users_table(struct vpop_store *store, struct vp_sql_link *link,
    const struct vpop_domain *domain, char **ret_name,
    const struct vp_sql_shape **ret_shape)
{
	AUTO_FREE char *name = NULL;
	const struct vp_sql_shape *shape = &store->shapes[VP_TABLE_USERS];
	int code = vp_sql_users_name(store, domain, &name);

	if (code == 0 && !store->single_table)
		code = find_own_table(store, link, name, &shape);
	if (code != 0)
		return code;
	if (!shape->is_there && is_gone(store))
		return 1;
	if (!shape->is_there)
		return vp_sql_refuse(store, VA_QUERY_FAILED,
		    "there is no table '%s' for domain '%s': is it the right "
		    "database, and the setting many_domains right?",
		    name, domain->real);
	if (!is_usable(store, shape))
		return vp_sql_refuse(store, VA_QUERY_FAILED,
		    "table '%s' has not the columns of accounts", name);
	*ret_name = name;
	name = NULL;
	*ret_shape = shape;
	return 0;
}

/* ---- making -------------------------------------------------------------- */

static int
run(struct vpop_store *store, struct vp_sql_link *link,
    const struct vp_sql_query *query, const char *name)
{
	struct vp_sql_error error;

	if (query->failed)
		return vp_sql_no_memory(store);
	if (vp_sql_link_run(link, query->text, &error) != 0) {
		(void)vp_sql_report(store, &error, "make table '%s'", name);
		return VA_CANNOT_CREATE_TABLE;
	}
	return 0;
}

static int
make_table(struct vpop_store *store, struct vp_sql_link *link,
    enum vp_sql_table_id id, const char *name)
{
	AUTO_QUERY struct vp_sql_query query = { 0 };

	vp_sql_query_init(&query, store->source->dialect);
	vp_sql_put_create(&query, id, name);
	int code = run(store, link, &query, name);
	for (unsigned i = 0; code == 0; i++) {
		AUTO_QUERY struct vp_sql_query index = { 0 };

		vp_sql_query_init(&index, store->source->dialect);
		if (!vp_sql_put_index(&index, id, i))
			break;
		code = run(store, link, &index, name);
	}
	return code;
}

/* Tables made here, all at once, are of our version; beside older ones
 * vmigrate has to say so. */
static int
note_version(struct vpop_store *store, struct vp_sql_link *link)
{
	AUTO_QUERY struct vp_sql_query query = { 0 };
	struct vp_sql_error error;

	vp_sql_query_init(&query, store->source->dialect);
	vp_sql_put(
	    &query, "INSERT INTO [vpopmail_version] ([version]) VALUES (");
	vp_sql_put_int(&query, VP_SQL_VERSION);
	vp_sql_put_raw(&query, ")");
	vp_sql_put_raw(&query, store->source->dialect->if_absent);
	if (vp_sql_link_change(link, &query, 0, NULL, &error) != 0 &&
	    error.class != VP_SQL_DUPLICATE)
		return vp_sql_report(
		    store, &error, "write the version of the tables");
	return 0;
}

/* Another program may be making them, too. */
static int
is_there_now(struct vpop_store *store, struct vp_sql_link *link, int id)
{
	const enum vp_sql_table_id table = (enum vp_sql_table_id)id;
	struct vp_sql_error error;
	struct vp_sql_shape shape;

	return vp_sql_probe(link, &vp_sql_tables[id].name, &table, 1, &shape,
		   &error) == 0 &&
	       shape.is_there && store->may_create;
}

static int
is_needed(const struct vpop_store *store, int id)
{
	return !store->shapes[id].is_there &&
	       (id != VP_TABLE_USERS || store->single_table);
}

int
vp_sql_make_tables(struct vpop_store *store, struct vp_sql_link *link)
{
	int missing = 0, old = 0, code = 0;

	for (int id = 0; id < VP_TABLES; id++) {
		missing += id != VP_TABLE_VERSION && is_needed(store, id);
		old += store->shapes[id].is_there;
	}
	if (missing == 0 || !store->may_create || link->in_transaction)
		return 0;
	for (int id = 0; id < VP_TABLES && code == 0; id++) {
		if (!is_needed(store, id) ||
		    (id == VP_TABLE_VERSION && old > 0))
			continue;
		code = make_table(store, link, (enum vp_sql_table_id)id,
		    vp_sql_tables[id].name);
		if (code != 0 && is_there_now(store, link, id))
			code = 0;
	}
	if (code == 0 && old == 0)
		code = note_version(store, link);
	if (code != 0)
		return code;

	/* Look again, at once. */
	const char *names[VP_TABLES];
	enum vp_sql_table_id ids[VP_TABLES];
	struct vp_sql_error error;

	for (int id = 0; id < VP_TABLES; id++) {
		ids[id] = (enum vp_sql_table_id)id;
		names[id] = vp_sql_tables[id].name;
	}
	if (vp_sql_probe(link, names, ids, VP_TABLES, store->shapes, &error) !=
	    0)
		return vp_sql_report(store, &error, "look at the tables");
	store->seen_over = link;
	store->seen_generation = link->generation;
	return 0;
}

/* ---- one table for each domain ------------------------------------------- */

/* The part of a directory that is the name of another domain whose table has
 * the same name; NULL if none is.  Its size in *ret_size. */
static const char *
find_other(
    const char *dir, const char *table, const char *domain, size_t *ret_size)
{
	while (*dir) {
		size_t size = strcspn(dir, "/");
		AUTO_FREE char *part = strndup(dir, size);

		if (part && strcasecmp(part, domain) != 0 &&
		    strchr(part, '.')) {
			munge(part);
			if (strcasecmp(part, table) == 0) {
				*ret_size = size;
				return dir;
			}
		}
		dir += size + (dir[size] == '/');
	}
	return NULL;
}

/* Two names may lead to one table: 1 if the accounts in it are not those of
 * another domain, as their directories tell. */
static int
is_ours(struct vpop_store *store, struct vp_sql_link *link, const char *name,
    const struct vpop_domain *domain)
{
	AUTO_QUERY struct vp_sql_query query = { 0 };
	AUTO_ROWS struct vp_sql_rows rows = { 0 };
	struct vp_sql_error error;
	size_t size = 0;

	vp_sql_query_init(&query, store->source->dialect);
	vp_sql_put(&query, "SELECT [pw_dir] FROM ");
	vp_sql_put_name(&query, name);
	vp_sql_put(&query, " WHERE [pw_dir] <> ''");
	if (vp_sql_link_select(link, &query, 1, 1, &rows, &error) != 0)
		return vp_sql_report(store, &error, "read '%s'", name);
	const char *dir = rows.count > 0 ? vp_sql_cell(&rows, 0, 0) : NULL;
	const char *other =
	    dir ? find_other(dir, name, domain->real, &size) : NULL;
	if (!other)
		return 1;
	return vp_sql_refuse(store, VA_INVALID_DOMAIN_NAME,
	    "table '%s' of domain '%s' has the accounts of '%.*s'; "
	    "many_domains = yes keeps all in one table",
	    name, domain->real, (int)size, other);
}

int
vp_sql_make_users(struct vpop_store *store, struct vp_sql_link *link,
    const struct vpop_domain *domain)
{
	AUTO_FREE char *name = NULL;
	const struct vp_sql_shape *shape;
	int code = vp_sql_users_name(store, domain, &name);

	if (code != 0 || store->single_table || !name)
		return code;
	code = find_own_table(store, link, name, &shape);
	if (code != 0)
		return code;
	if (shape->is_there) {
		code = is_ours(store, link, name, domain);
		return code < 0 ? code : 0;
	}
	return make_table(store, link, VP_TABLE_USERS, name);
}

int
vp_sql_drop_users(struct vpop_store *store, struct vp_sql_link *link,
    const struct vpop_domain *domain)
{
	AUTO_FREE char *name = NULL;
	const struct vp_sql_shape *shape;
	AUTO_QUERY struct vp_sql_query query = { 0 };
	struct vp_sql_error error;
	int code = vp_sql_users_name(store, domain, &name);

	vp_sql_query_init(&query, store->source->dialect);
	if (code != 0 || !name)
		return code;
	code = find_own_table(store, link, name, &shape);
	if (code != 0 || !shape->is_there)
		return code;
	code = is_ours(store, link, name, domain);
	if (code < 0)
		return code;
	vp_sql_put_raw(&query, "DROP TABLE ");
	vp_sql_put_name(&query, name);
	if (query.failed)
		return vp_sql_no_memory(store);
	/* Statements on it would keep it in use. */
	vp_sql_forget_tables(store);
	if (vp_sql_link_run(link, query.text, &error) != 0)
		return vp_sql_report(store, &error, "remove '%s'", name);
	return 0;
}
