/*
 * A whole migration: the tables one after the other, and their version last.
 */
#include "config.h"

#include <string.h>

#include "store/sql/migrate.h"

static int
read_version(struct vp_sql_migration *m)
{
	AUTO_QUERY struct vp_sql_query query = { 0 };
	AUTO_ROWS struct vp_sql_rows rows = { 0 };
	struct vp_sql_error error;

	if (!m->store->shapes[VP_TABLE_VERSION].is_there)
		return 0;
	vp_sql_query_init(&query, m->link->dialect);
	vp_sql_put(&query, "SELECT MAX([version]) FROM [vpopmail_version]");
	if (vp_sql_link_select(m->link, &query, 1, 1, &rows, &error) != 0)
		return vp_sql_report(
		    m->store, &error, "read the version of the tables");
	if (rows.count != 1 ||
	    vp_sql_take_number(&rows, 0, 0, 0, INT32_MAX, &m->version) != 0)
		return vp_sql_refuse(m->store, VA_STORE_RESULT_FAILED,
		    "the version of the tables is no number");
	if (m->version > VP_SQL_VERSION)
		return vp_sql_refuse(m->store, VA_QUERY_FAILED,
		    "the tables are those of a newer release (%d, we know %d)",
		    (int)m->version, VP_SQL_VERSION);
	return 0;
}

static int
write_version(struct vp_sql_migration *m)
{
	AUTO_QUERY struct vp_sql_query query = { 0 };
	struct vp_sql_error error;

	if (m->dry_run || m->version == VP_SQL_VERSION)
		return 0;
	vp_sql_query_init(&query, m->link->dialect);
	vp_sql_put(
	    &query, "INSERT INTO [vpopmail_version] ([version]) VALUES (");
	vp_sql_put_int(&query, VP_SQL_VERSION);
	vp_sql_put_raw(&query, ")");
	vp_sql_put_raw(&query, query.dialect->if_absent);
	if (vp_sql_link_change(m->link, &query, 0, NULL, &error) != 0 &&
	    error.class != VP_SQL_DUPLICATE)
		return vp_sql_report(
		    m->store, &error, "write the version of the tables");
	return 0;
}

static int
migrate_shared(struct vp_sql_migration *m)
{
	int code = read_version(m);

	for (int id = 0; id < VP_TABLES && code == 0; id++) {
		const struct vp_sql_shape *shape = &m->store->shapes[id];

		/* Nothing makes this one where each domain has its own. */
		if (id == VP_TABLE_USERS && !m->store->single_table &&
		    !shape->is_there)
			continue;
		code = vp_sql_migrate_table(
		    m, (enum vp_sql_table_id)id, vp_sql_tables[id].name, shape);
	}
	return code == 0 ? write_version(m) : code;
}

static int
migrate_own(struct vp_sql_migration *m, const struct vpop_domain *domain)
{
	const enum vp_sql_table_id id = VP_TABLE_USERS;
	AUTO_FREE char *name = NULL;
	struct vp_sql_shape shape;
	struct vp_sql_error error;
	int code = vp_sql_users_name(m->store, domain, &name);

	if (code != 0 || m->store->single_table)
		return code;
	if (vp_sql_probe(m->link, (const char *const *)&name, &id, 1, &shape,
		&error) != 0)
		return vp_sql_report(m->store, &error, "look at '%s'", name);
	if (!shape.is_there)
		return 0;
	return vp_sql_migrate_table(m, id, name, &shape);
}

int
vp_sql_migrate(struct vpop_store *store, const struct vpop_domain *domain,
    int dry_run, void (*report)(void *arg, const char *sentence), void *arg)
{
	struct vp_sql_migration m = {
		.store = store,
		.dry_run = dry_run,
		.report = report,
		.arg = arg,
	};
	struct vp_sql_error error;
	if (dry_run)
		store->may_create_database = 0;
	int code = vp_sql_writer(store, &m.link);
	const int together = !dry_run && !m.store->source->dialect->ddl_commits;

	if (code != 0)
		return code;
	if (together && vp_sql_link_begin(m.link, &error) != 0)
		return vp_sql_report(store, &error, "begin a transaction");
	code = domain ? migrate_own(&m, domain) : migrate_shared(&m);
	if (together && code == 0 && vp_sql_link_commit(m.link, &error) != 0)
		code = vp_sql_report(store, &error, "commit the migration");
	if (together)
		vp_sql_link_rollback(m.link);
	/* Statements were made for the tables as they were. */
	vp_sql_link_close(m.link);
	vp_sql_forget_tables(store);
	return code != 0 ? code : m.steps;
}
