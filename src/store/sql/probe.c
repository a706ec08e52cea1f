/*
 * What the tables on the server are like.  One statement asks the catalogue
 * for all of them.  Where there is no catalogue that we know, each column is
 * tried; the server then has to say itself what does not fit.
 */
#include "config.h"

#include "store/sql/schema.h"

#include <string.h>
#include <strings.h>

#include "base/text.h"
#include "store/sql/errors.h"

size_t
vp_sql_characters(const char *text)
{
	size_t count = 0;

	for (; *text; text++)
		count += ((unsigned char)*text & 0xc0) != 0x80;
	return count;
}

/* Names of types of all servers, by what they begin with; first match wins. */
static const struct {
	const char *name;
	int is_text, is_padded;
	int64_t least, most;
} types[] = {
	{ "varchar", 1, 0, 0, 0 },
	{ "nvarchar", 1, 0, 0, 0 },
	{ "character varying", 1, 0, 0, 0 },
	{ "char", 1, 1, 0, 0 },
	{ "nchar", 1, 1, 0, 0 },
	{ "bpchar", 1, 1, 0, 0 },
	{ "text", 1, 0, 0, 0 },
	{ "tinytext", 1, 0, 0, 0 },
	{ "mediumtext", 1, 0, 0, 0 },
	{ "longtext", 1, 0, 0, 0 },
	{ "clob", 1, 0, 0, 0 },
	{ "varbinary", 1, 0, 0, 0 },
	{ "binary", 1, 0, 0, 0 },
	{ "blob", 1, 0, 0, 0 },
	{ "tinyint", 0, 0, -128, 127 },
	{ "smallint", 0, 0, INT16_MIN, INT16_MAX },
	{ "int2", 0, 0, INT16_MIN, INT16_MAX },
	{ "mediumint", 0, 0, -8388608, 8388607 },
	{ "integer", 0, 0, INT32_MIN, INT32_MAX },
	{ "int8", 0, 0, INT64_MIN, INT64_MAX },
	{ "int", 0, 0, INT32_MIN, INT32_MAX },
	{ "bigint", 0, 0, INT64_MIN, INT64_MAX },
};

static void
set_type(struct vp_sql_found_column *column, const char *type)
{
	column->least = INT64_MIN;
	column->most = INT64_MAX;
	for (size_t i = 0; i < sizeof types / sizeof *types; i++) {
		if (strncasecmp(types[i].name, type, strlen(types[i].name)) !=
		    0)
			continue;
		column->is_text = types[i].is_text;
		column->is_padded = types[i].is_padded;
		if (!column->is_text) {
			column->least = types[i].least;
			column->most = types[i].most;
		}
		return;
	}
}

/* The column of the description that this one is; -1: a stranger. */
static int
find_column(enum vp_sql_table_id id, const char *name)
{
	const struct vp_sql_table *table = &vp_sql_tables[id];

	for (unsigned i = 0; i < table->count; i++) {
		const struct vp_sql_column *column = &table->columns[i];

		if (strcasecmp(column->name, name) == 0)
			return (int)i;
		for (unsigned j = 0; j < 3 && column->other_names[j]; j++)
			if (strcasecmp(column->other_names[j], name) == 0)
				return (int)i;
	}
	return -1;
}

static void
take_column(const struct vp_sql_dialect *dialect, enum vp_sql_table_id id,
    const struct vp_sql_rows *rows, size_t row, struct vp_sql_shape *shape)
{
	const char *name = vp_sql_cell(rows, row, 1);
	const char *type = vp_sql_cell(rows, row, 2);
	const char *width = vp_sql_cell(rows, row, 3);
	const char *ordered = vp_sql_cell(rows, row, 4);
	int at = name ? find_column(id, name) : -1;
	int64_t number = 0;

	shape->is_there = 1;
	if (at < 0 || strlen(name) >= VP_SQL_NAME_SIZE)
		return;
	struct vp_sql_found_column *column = &shape->columns[at];
	(void)vp_copy(column->name, sizeof column->name, name);
	set_type(column, type ? type : "");
	/* Whatever SQLite's columns are said to be, everything fits them. */
	if (strcmp(dialect->name, "sqlite") == 0) {
		column->least = INT64_MIN;
		column->most = INT64_MAX;
		column->is_padded = 0;
	}
	/* A width of a mebibyte and more is none. */
	if (column->is_text && width &&
	    vp_number(width, 1, VP_SQL_VALUE_MAX, &number) == 0)
		column->width = (unsigned)number;
	column->is_ordered = ordered && strcmp(ordered, "1") == 0;
}

static int
probe_catalogue(struct vp_sql_link *link, const char *const *names,
    const enum vp_sql_table_id *ids, unsigned count,
    struct vp_sql_shape *shapes, struct vp_sql_error *error)
{
	AUTO_QUERY struct vp_sql_query query = { 0 };
	AUTO_ROWS struct vp_sql_rows rows = { 0 };

	vp_sql_query_init(&query, link->dialect);
	vp_sql_put_raw(&query, link->dialect->catalogue);
	for (unsigned i = 0; i < count; i++) {
		vp_sql_put_raw(&query, i ? ", " : "");
		vp_sql_put_text(&query, names[i]);
	}
	vp_sql_put_raw(&query, ")");
	if (vp_sql_link_select(link, &query, 5, 0, &rows, error) != 0)
		return -1;
	for (size_t row = 0; row < rows.count; row++) {
		const char *name = vp_sql_cell(&rows, row, 0);

		for (unsigned i = 0; name && i < count; i++)
			if (strcasecmp(names[i], name) == 0)
				take_column(link->dialect, ids[i], &rows, row,
				    &shapes[i]);
	}
	return 0;
}

/* ---- by trial ------------------------------------------------------------ */

/* 1 if the table has all these columns (none: if there is the table), 0 or
 * -1.  Behind the table's name "user" is no longer the word that it is to some
 * servers, which would be found in any table. */
static int
try_columns(struct vp_sql_link *link, const char *table,
    const char *const *columns, unsigned count, struct vp_sql_error *error)
{
	AUTO_QUERY struct vp_sql_query query = { 0 };
	AUTO_ROWS struct vp_sql_rows rows = { 0 };

	vp_sql_query_init(&query, link->dialect);
	vp_sql_put_raw(&query, count ? "SELECT " : "SELECT COUNT(*)");
	for (unsigned i = 0; i < count; i++) {
		vp_sql_put_raw(&query, i ? ", " : "");
		vp_sql_put_name(&query, table);
		vp_sql_put_raw(&query, ".");
		vp_sql_put_name(&query, columns[i]);
	}
	vp_sql_put_raw(&query, " FROM ");
	vp_sql_put_name(&query, table);
	vp_sql_put_raw(&query, " WHERE 1 = 0");
	if (vp_sql_link_select(
		link, &query, count ? count : 1, 0, &rows, error) == 0)
		return 1;
	return error->class == VP_SQL_NO_TABLE ? 0 : -1;
}

static void
set_found(const struct vp_sql_column *column, const char *name,
    struct vp_sql_found_column *found)
{
	(void)vp_copy(found->name, sizeof found->name, name);
	found->is_text =
	    column->type == VP_SQL_NAME || column->type == VP_SQL_LINE;
	found->is_padded = found->is_text;
	found->least = INT64_MIN;
	found->most = INT64_MAX;
}

/* What is missing is tried under all the names that it has anywhere. */
static int
try_names(struct vp_sql_link *link, const char *table,
    const struct vp_sql_column *column, const char *usual,
    struct vp_sql_found_column *found, struct vp_sql_error *error)
{
	const char *const names[] = { usual, column->name,
		column->other_names[0], column->other_names[1],
		column->other_names[2] };

	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		if (i > 0 && (!names[i] || strcmp(names[i], usual) == 0))
			continue;
		int rc = try_columns(link, table, &names[i], 1, error);
		if (rc > 0)
			set_found(column, names[i], found);
		if (rc != 0)
			return rc < 0 ? -1 : 0;
	}
	return 0;
}

static int
probe_by_trial(struct vp_sql_link *link, const char *name,
    enum vp_sql_table_id id, struct vp_sql_shape *shape,
    struct vp_sql_error *error)
{
	const struct vp_sql_table *table = &vp_sql_tables[id];
	const unsigned count = table->count;
	const char *names[VP_SQL_MAX_COLUMNS] = { 0 };
	int rc = try_columns(link, name, NULL, 0, error);

	if (rc <= 0)
		return rc;
	shape->is_there = 1;
	for (unsigned i = 0; i < count; i++)
		names[i] = vp_sql_column_name(link->dialect, id, i);
	/* All at once, as it is with tables that were made here. */
	rc = try_columns(link, name, names, count, error);
	for (unsigned i = 0; i < count && rc > 0; i++)
		set_found(&table->columns[i], names[i], &shape->columns[i]);
	for (unsigned i = 0; i < count && rc == 0; i++)
		rc = try_names(link, name, &table->columns[i], names[i],
		    &shape->columns[i], error);
	return rc < 0 ? -1 : 0;
}

int
vp_sql_probe(struct vp_sql_link *link, const char *const *names,
    const enum vp_sql_table_id *ids, unsigned count,
    struct vp_sql_shape *ret_shapes, struct vp_sql_error *error)
{
	memset(ret_shapes, 0, count * sizeof *ret_shapes);
	if (*link->dialect->catalogue) {
		if (probe_catalogue(
			link, names, ids, count, ret_shapes, error) == 0)
			return 0;
		/* Another server speaks this dialect. */
		if (error->class != VP_SQL_NO_TABLE || link->in_transaction)
			return -1;
	}
	for (unsigned i = 0; i < count; i++)
		if (probe_by_trial(
			link, names[i], ids[i], &ret_shapes[i], error) != 0)
			return -1;
	return 0;
}
