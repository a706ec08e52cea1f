/*
 * Bringing the tables of older releases to today's, in place.
 *
 * What is to be done follows from what the tables are like, and not from a
 * version: each step brings a table nearer and is left out when the table is
 * there already, so that a migration that was interrupted is done again from
 * the start.  The version of the tables is written last.  Where the server
 * can change tables inside a transaction all steps are one; MySQL cannot, but
 * changes one table as a whole.
 *
 * A table keeps all its rows: they are counted before and after, and nothing
 * is made narrower.  Columns that are not ours are not touched.
 */
#include "config.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "store/sql/migrate.h"

static int
is(const struct vp_sql_migration *m, const char *dialect)
{
	return strcmp(m->store->source->dialect->name, dialect) == 0;
}

/* ---- steps --------------------------------------------------------------- */

static int
step(struct vp_sql_migration *m, const struct vp_sql_query *query)
{
	struct vp_sql_error error;

	if (query->failed)
		return vp_sql_no_memory(m->store);
	m->steps++;
	m->report(m->arg, query->text);
	if (m->dry_run)
		return 0;
	if (vp_sql_link_run(m->link, query->text, &error) != 0)
		return vp_sql_report(m->store, &error, "do '%s'", query->text);
	return 0;
}

static int
create(struct vp_sql_migration *m, enum vp_sql_table_id id, const char *name)
{
	AUTO_QUERY struct vp_sql_query query = { 0 };

	vp_sql_query_init(&query, m->link->dialect);
	vp_sql_put_create(&query, id, name);
	int code = step(m, &query);
	for (unsigned i = 0; code == 0; i++) {
		AUTO_QUERY struct vp_sql_query index = { 0 };

		vp_sql_query_init(&index, m->link->dialect);
		if (!vp_sql_put_index(&index, id, i))
			break;
		code = step(m, &index);
	}
	return code;
}

static int
count_rows(struct vp_sql_migration *m, const char *name, int64_t *ret_count)
{
	AUTO_QUERY struct vp_sql_query query = { 0 };
	AUTO_ROWS struct vp_sql_rows rows = { 0 };
	struct vp_sql_error error;

	vp_sql_query_init(&query, m->link->dialect);
	vp_sql_put_raw(&query, "SELECT COUNT(*) FROM ");
	vp_sql_put_name(&query, name);
	if (vp_sql_link_select(m->link, &query, 1, 1, &rows, &error) != 0 ||
	    rows.count != 1 ||
	    vp_sql_take_number(&rows, 0, 0, 0, INT64_MAX, ret_count) != 0)
		return vp_sql_report(
		    m->store, &error, "count the rows of '%s'", name);
	return 0;
}

/* ---- columns ------------------------------------------------------------- */

/* 1 if the column cannot hold what it should. */
static int
is_short(const struct vp_sql_migration *m, const struct vp_sql_column *column,
    const struct vp_sql_found_column *found)
{
	/* SQLite's columns hold anything, in byte order. */
	if (is(m, "sqlite"))
		return 0;
	switch (column->type) {
	case VP_SQL_NAME:
		return (found->width && found->width < column->width) ||
		       found->is_padded || !found->is_ordered;
	case VP_SQL_LINE:
		return found->width && found->width < UINT16_MAX;
	case VP_SQL_SMALL:
		return found->is_text || found->most < INT16_MAX;
	case VP_SQL_INT:
		return found->is_text || found->most < INT32_MAX;
	case VP_SQL_BIG:
		return found->is_text || found->most < INT64_MAX;
	case VP_SQL_IDENTITY:
		return 0;
	}
	return 0;
}

static void
separate(struct vp_sql_query *query, int *count)
{
	vp_sql_put_raw(query, (*count)++ ? ", " : " ");
}

static void
put_pgsql(struct vp_sql_query *query, const struct vp_sql_column *column,
    const struct vp_sql_found_column *found, int *count)
{
	const int is_number =
	    column->type != VP_SQL_NAME && column->type != VP_SQL_LINE;

	if (is_number && found->is_text) {
		separate(query, count);
		vp_sql_put_raw(query, "ALTER COLUMN ");
		vp_sql_put_name(query, found->name);
		vp_sql_put_raw(query, " DROP DEFAULT");
	}
	separate(query, count);
	vp_sql_put_raw(query, "ALTER COLUMN ");
	vp_sql_put_name(query, found->name);
	vp_sql_put_raw(query, " TYPE ");
	vp_sql_put_type(query, column);
	if (is_number && found->is_text) {
		vp_sql_put_raw(query, " USING COALESCE(NULLIF(TRIM(");
		vp_sql_put_name(query, found->name);
		vp_sql_put_raw(query, "), ''), '0')::");
		vp_sql_put_type(query, column);
	} else if (found->is_padded) {
		vp_sql_put_raw(query, " USING RTRIM(");
		vp_sql_put_name(query, found->name);
		vp_sql_put_raw(query, ")");
	}
}

/* Numbers that were kept as text: nothing is 0. */
static int
fill_empty(struct vp_sql_migration *m, const char *table,
    const struct vp_sql_found_column *found)
{
	AUTO_QUERY struct vp_sql_query query = { 0 };

	vp_sql_query_init(&query, m->link->dialect);
	vp_sql_put_raw(&query, "UPDATE ");
	vp_sql_put_name(&query, table);
	vp_sql_put_raw(&query, " SET ");
	vp_sql_put_name(&query, found->name);
	vp_sql_put_raw(&query, " = '0' WHERE TRIM(");
	vp_sql_put_name(&query, found->name);
	vp_sql_put_raw(&query, ") = ''");
	return step(m, &query);
}

static int
put_change(struct vp_sql_migration *m, struct vp_sql_query *query,
    enum vp_sql_table_id id, unsigned column, const char *table,
    const struct vp_sql_found_column *found, int *count)
{
	const struct vp_sql_column *wanted = &vp_sql_tables[id].columns[column];
	int code = 0;

	if (is(m, "pgsql")) {
		put_pgsql(query, wanted, found, count);
		return 0;
	}
	if (found->is_text && wanted->type != VP_SQL_NAME &&
	    wanted->type != VP_SQL_LINE)
		code = fill_empty(m, table, found);
	separate(query, count);
	vp_sql_put_raw(query, "MODIFY COLUMN ");
	vp_sql_put_name(query, found->name);
	vp_sql_put_raw(query, " ");
	vp_sql_put_type(query, wanted);
	vp_sql_put_rest(query, wanted);
	return code;
}

/* The growing key can only be added where a key can be added later. */
static int
may_add(const struct vp_sql_migration *m, const struct vp_sql_column *column)
{
	return column->type != VP_SQL_IDENTITY || is(m, "mysql") ||
	       is(m, "pgsql");
}

/* ALTER TABLE's list of changes of columns; *count of them. */
static int
put_columns(struct vp_sql_migration *m, struct vp_sql_query *query,
    enum vp_sql_table_id id, const char *name, const struct vp_sql_shape *shape,
    int *count)
{
	const struct vp_sql_table *table = &vp_sql_tables[id];
	const int own_table = strcmp(name, table->name) != 0;
	int code = 0;

	for (unsigned i = 0; i < table->count && code == 0; i++) {
		const struct vp_sql_found_column *found = &shape->columns[i];

		if (id == VP_TABLE_USERS && own_table && i == VP_PW_DOMAIN)
			continue;
		if (vp_sql_has(shape, i)) {
			if (is_short(m, &table->columns[i], found))
				code = put_change(
				    m, query, id, i, name, found, count);
		} else if (may_add(m, &table->columns[i])) {
			separate(query, count);
			vp_sql_put_raw(query, "ADD COLUMN ");
			vp_sql_put_definition(query, id, i);
		}
	}
	return code;
}

/* ---- keys ---------------------------------------------------------------- */

/* MySQL: of an index, its first column and 1, or 0, or a code. */
static int
first_of_index(struct vp_sql_migration *m, const char *table, const char *index,
    char ret_column[VP_SQL_NAME_SIZE])
{
	AUTO_QUERY struct vp_sql_query query = { 0 };
	AUTO_ROWS struct vp_sql_rows rows = { 0 };
	struct vp_sql_error error;

	vp_sql_query_init(&query, m->link->dialect);
	vp_sql_put_raw(&query,
	    "SELECT column_name FROM information_schema.statistics "
	    "WHERE table_schema = DATABASE() AND seq_in_index = 1 "
	    "AND table_name = ");
	vp_sql_put_text(&query, table);
	vp_sql_put_raw(&query, " AND index_name = ");
	vp_sql_put_text(&query, index);
	if (vp_sql_link_select(m->link, &query, 1, 1, &rows, &error) != 0)
		return vp_sql_report(
		    m->store, &error, "look at the keys of '%s'", table);
	const char *column = rows.count ? vp_sql_cell(&rows, 0, 0) : NULL;
	if (!column)
		return 0;
	snprintf(ret_column, VP_SQL_NAME_SIZE, "%s", column);
	return 1;
}

/* Keys that begin with the domain, for lists; aliases had a key that a line
 * cannot be told by. */
static int
put_mysql_keys(struct vp_sql_migration *m, struct vp_sql_query *query,
    enum vp_sql_table_id id, const char *name, const struct vp_sql_shape *shape,
    int *count)
{
	char first[VP_SQL_NAME_SIZE] = "";
	int rc = 0;

	if (id == VP_TABLE_USERS && vp_sql_has(shape, VP_PW_DOMAIN)) {
		rc = first_of_index(m, name, "PRIMARY", first);
		if (rc >= 0 && strcasecmp(first, "pw_domain") != 0) {
			separate(query, count);
			vp_sql_put(query, rc ? "DROP PRIMARY KEY, " : "");
			vp_sql_put(
			    query, "ADD PRIMARY KEY ([pw_domain], [pw_name])");
		}
	}
	if (id == VP_TABLE_VALIAS && !vp_sql_has(shape, VP_VA_ID)) {
		rc = first_of_index(m, name, "PRIMARY", first);
		if (rc > 0) {
			separate(query, count);
			vp_sql_put_raw(query, "DROP PRIMARY KEY");
		}
	}
	return rc < 0 ? rc : 0;
}

static int
add_indexes(struct vp_sql_migration *m, enum vp_sql_table_id id)
{
	const struct vp_sql_table *table = &vp_sql_tables[id];
	char first[VP_SQL_NAME_SIZE];

	for (unsigned i = 0; i < 6 && table->indexes[i].name; i++) {
		AUTO_QUERY struct vp_sql_query query = { 0 };
		int rc = is(m, "mysql")
			     ? first_of_index(m, table->name,
				   table->indexes[i].name, first)
			     : vp_sql_has_index(m, table->indexes[i].name);
		if (rc < 0)
			return rc;
		if (rc > 0)
			continue;
		vp_sql_query_init(&query, m->link->dialect);
		(void)vp_sql_put_index(&query, id, i);
		rc = step(m, &query);
		if (rc != 0)
			return rc;
	}
	return 0;
}

int
vp_sql_has_index(struct vp_sql_migration *m, const char *index)
{
	AUTO_QUERY struct vp_sql_query query = { 0 };
	AUTO_ROWS struct vp_sql_rows rows = { 0 };
	struct vp_sql_error error;

	vp_sql_query_init(&query, m->link->dialect);
	vp_sql_put_raw(&query, is(m, "pgsql")
				   ? "SELECT 1 FROM pg_class WHERE "
				     "relkind = 'i' AND pg_table_is_visible("
				     "oid) AND relname = "
				   : "SELECT 1 FROM sqlite_master WHERE "
				     "type = 'index' AND name = ");
	vp_sql_put_text(&query, index);
	if (vp_sql_link_select(m->link, &query, 1, 1, &rows, &error) != 0)
		return vp_sql_report(
		    m->store, &error, "look for the index '%s'", index);
	return rows.count > 0;
}

/* The order of the key that the table was made with cannot be changed there;
 * an index serves as well. */
static int
add_user_index(struct vp_sql_migration *m, const struct vp_sql_shape *shape)
{
	AUTO_QUERY struct vp_sql_query query = { 0 };

	if (is(m, "mysql") || !vp_sql_has(shape, VP_PW_DOMAIN) ||
	    m->version > 0)
		return 0;
	int rc = vp_sql_has_index(m, "vpopmail_domain_idx");
	if (rc != 0)
		return rc < 0 ? rc : 0;
	vp_sql_query_init(&query, m->link->dialect);
	vp_sql_put(&query, "CREATE UNIQUE INDEX [vpopmail_domain_idx] ON "
			   "[vpopmail] ([pw_domain], [pw_name])");
	return step(m, &query);
}

/* ---- tables -------------------------------------------------------------- */

/* The new column says of every line that it forwards. */
static int
mark_programs(struct vp_sql_migration *m)
{
	AUTO_QUERY struct vp_sql_query query = { 0 };

	vp_sql_query_init(&query, m->link->dialect);
	vp_sql_put(&query, "UPDATE [valias] SET [valias_type] = 0 "
			   "WHERE [valias_line] LIKE '|%'");
	return step(m, &query);
}

/* MySQL: tables without transactions. */
static int
is_old_engine(struct vp_sql_migration *m, const char *name)
{
	AUTO_QUERY struct vp_sql_query query = { 0 };
	AUTO_ROWS struct vp_sql_rows rows = { 0 };
	struct vp_sql_error error;

	vp_sql_query_init(&query, m->link->dialect);
	vp_sql_put_raw(&query, "SELECT engine FROM information_schema.tables "
			       "WHERE table_schema = DATABASE() "
			       "AND table_name = ");
	vp_sql_put_text(&query, name);
	if (vp_sql_link_select(m->link, &query, 1, 1, &rows, &error) != 0)
		return vp_sql_report(
		    m->store, &error, "look at the table '%s'", name);
	const char *engine = rows.count ? vp_sql_cell(&rows, 0, 0) : NULL;
	return engine && strcasecmp(engine, "InnoDB") != 0;
}

static int
put_mysql(struct vp_sql_migration *m, struct vp_sql_query *query,
    enum vp_sql_table_id id, const char *name, const struct vp_sql_shape *shape,
    int *count)
{
	int old = is_old_engine(m, name);
	int code =
	    old < 0 ? old : put_mysql_keys(m, query, id, name, shape, count);

	if (code != 0 || (*count == 0 && !old))
		return code;
	/* Long keys need the larger pages of today's format. */
	separate(query, count);
	vp_sql_put_raw(query, "ENGINE=InnoDB, ROW_FORMAT=DYNAMIC");
	return 0;
}

/* SQLite takes one change at a time. */
static int
alter_sqlite(struct vp_sql_migration *m, enum vp_sql_table_id id,
    const char *name, const struct vp_sql_shape *shape)
{
	const struct vp_sql_table *table = &vp_sql_tables[id];
	int code = 0;

	for (unsigned i = 0; i < table->count && code == 0; i++) {
		AUTO_QUERY struct vp_sql_query query = { 0 };

		if (vp_sql_has(shape, i) || !may_add(m, &table->columns[i]) ||
		    (i == VP_PW_DOMAIN && id == VP_TABLE_USERS))
			continue;
		vp_sql_query_init(&query, m->link->dialect);
		vp_sql_put_raw(&query, "ALTER TABLE ");
		vp_sql_put_name(&query, name);
		vp_sql_put_raw(&query, " ADD COLUMN ");
		vp_sql_put_definition(&query, id, i);
		code = step(m, &query);
	}
	return code;
}

static int
alter(struct vp_sql_migration *m, enum vp_sql_table_id id, const char *name,
    const struct vp_sql_shape *shape)
{
	AUTO_QUERY struct vp_sql_query query = { 0 };
	int count = 0, code;

	if (is(m, "sqlite"))
		return alter_sqlite(m, id, name, shape);
	vp_sql_query_init(&query, m->link->dialect);
	vp_sql_put_raw(&query, "ALTER TABLE ");
	vp_sql_put_name(&query, name);
	code = put_columns(m, &query, id, name, shape, &count);
	if (code == 0 && is(m, "mysql"))
		code = put_mysql(m, &query, id, name, shape, &count);
	if (code != 0 || count == 0)
		return code;
	return step(m, &query);
}

int
vp_sql_migrate_table(struct vp_sql_migration *m, enum vp_sql_table_id id,
    const char *name, const struct vp_sql_shape *shape)
{
	int64_t before = 0, after = 0;

	if (!shape->is_there)
		return create(m, id, name);
	if (!is(m, "mysql") && !is(m, "pgsql") && !is(m, "sqlite"))
		return 0;
	int code = count_rows(m, name, &before);
	if (code == 0)
		code = alter(m, id, name, shape);
	if (code == 0 && id == VP_TABLE_VALIAS &&
	    !vp_sql_has(shape, VP_VA_TYPE))
		code = mark_programs(m);
	if (code == 0 && id == VP_TABLE_USERS)
		code = add_user_index(m, shape);
	if (code == 0)
		code = add_indexes(m, id);
	if (code == 0 && !m->dry_run)
		code = count_rows(m, name, &after);
	if (code == 0 && !m->dry_run && after < before)
		return vp_sql_refuse(m->store, VA_QUERY_FAILED,
		    "table '%s' had %" PRId64 " rows and has %" PRId64, name,
		    before, after);
	return code;
}
