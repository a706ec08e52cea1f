/*
 * Reading and changing rows of the tables beside the accounts.
 *
 * A row is put by UPDATE and, if there was none, INSERT: every server knows
 * both, and the usual case, a row that is there, needs one round trip.  If
 * another program inserts the row in between, the UPDATE is made again.
 */
#include "config.h"

#include "store/sql/kinds.h"

#include <string.h>

/* ---- tables -------------------------------------------------------------- */

static int
is_our_database(const struct vpop_store *store)
{
	for (int id = 0; id < VP_TABLES; id++)
		if (store->shapes[id].is_there)
			return 1;
	return 0;
}

/* Without its keys a table is not that of any release. */
static int
is_usable(const struct vp_sql_kind *kind)
{
	unsigned keys = kind->id == VP_TABLE_VALIAS ? VP_VA_LINE + 1 : 2;
	unsigned first = kind->id == VP_TABLE_VALIAS ? VP_VA_ALIAS : 0;

	if (kind->id == VP_TABLE_VLOG) {
		first = VP_VL_USER;
		keys = VP_VL_USER + 1;
	}
	if (kind->id == VP_TABLE_LIMITS)
		keys = 1;
	for (unsigned i = first; i < keys; i++)
		if (!vp_sql_has(kind->shape, i))
			return 0;
	return 1;
}

static int
not_usable(const struct vp_sql_kind *kind)
{
	return vp_sql_refuse(kind->store, VA_QUERY_FAILED,
	    "table '%s' has not the columns it should have",
	    vp_sql_tables[kind->id].name);
}

static void
set_kind(struct vpop_store *store, enum vp_sql_table_id id, const char *object,
    struct vp_sql_kind *kind)
{
	kind->store = store;
	kind->id = id;
	kind->shape = &store->shapes[id];
	kind->object = object;
}

int
vp_sql_kind_read(struct vpop_store *store, enum vp_sql_table_id id,
    const char *object, struct vp_sql_kind *ret_kind)
{
	int code = vp_sql_reader(store, &ret_kind->link);

	set_kind(store, id, object, ret_kind);
	if (code != 0)
		return code;
	if (ret_kind->shape->is_there)
		return is_usable(ret_kind) ? 1 : not_usable(ret_kind);
	/* A change will make the tables of a new database. */
	if (is_our_database(store) ||
	    (store->may_create && vp_sql_is_changing(store)))
		return 0;
	return vp_sql_refuse(store, VA_QUERY_FAILED,
	    "there are no tables of vpopmail: is it the right database?");
}

int
vp_sql_kind_change(struct vpop_store *store, enum vp_sql_table_id id,
    const char *object, struct vp_sql_kind *ret_kind)
{
	int code = vp_sql_writer(store, &ret_kind->link);

	set_kind(store, id, object, ret_kind);
	if (code == 0 && !ret_kind->shape->is_there)
		code = vp_sql_make_tables(store, ret_kind->link);
	if (code != 0)
		return code;
	if (!ret_kind->shape->is_there)
		return vp_sql_refuse(store, VA_CANNOT_CREATE_TABLE,
		    "there is no table '%s': vmigrate makes it",
		    vp_sql_tables[id].name);
	return is_usable(ret_kind) ? 0 : not_usable(ret_kind);
}

/* ---- columns ------------------------------------------------------------- */

void
vp_sql_put_columns(struct vp_sql_query *query, const struct vp_sql_table *table,
    const struct vp_sql_shape *shape)
{
	const char *separator = "";

	for (unsigned i = 0; i < table->count; i++) {
		if (!vp_sql_has(shape, i))
			continue;
		vp_sql_put_raw(query, separator);
		vp_sql_put_column(query, shape, i);
		separator = ", ";
	}
}

unsigned
vp_sql_columns(
    const struct vp_sql_table *table, const struct vp_sql_shape *shape)
{
	return vp_sql_place(shape, table->count);
}

unsigned
vp_sql_place(const struct vp_sql_shape *shape, unsigned column)
{
	unsigned place = 0;

	for (unsigned i = 0; i < column; i++)
		place += (unsigned)vp_sql_has(shape, i);
	return place;
}

void
vp_sql_put_keys(struct vp_sql_query *query, const struct vp_sql_shape *shape,
    const struct vp_sql_field *keys, unsigned count)
{
	for (unsigned i = 0; i < count; i++) {
		vp_sql_put_raw(query, i ? " AND " : " WHERE ");
		if (!keys[i].is_number) {
			vp_sql_put_equal(
			    query, shape, keys[i].column, keys[i].text);
			continue;
		}
		vp_sql_put_column(query, shape, keys[i].column);
		vp_sql_put_raw(query, " = ");
		vp_sql_put_int(query, keys[i].number);
	}
}

/* ---- reading ------------------------------------------------------------- */

int
vp_sql_row_get(const struct vp_sql_kind *kind, const struct vp_sql_field *keys,
    unsigned count, int lock, struct vp_sql_rows *rows)
{
	const struct vp_sql_table *table = &vp_sql_tables[kind->id];
	AUTO_QUERY struct vp_sql_query query = { 0 };
	struct vp_sql_error error;

	vp_sql_query_init(&query, kind->link->dialect);
	vp_sql_put_raw(&query, "SELECT ");
	vp_sql_put_columns(&query, table, kind->shape);
	vp_sql_put_raw(&query, " FROM ");
	vp_sql_put_name(&query, table->name);
	vp_sql_put_keys(&query, kind->shape, keys, count);
	if (lock && kind->link->in_transaction)
		vp_sql_put_raw(&query, query.dialect->for_update);
	if (vp_sql_link_select(kind->link, &query,
		vp_sql_columns(table, kind->shape), 0, rows, &error) != 0)
		return vp_sql_report(kind->store, &error,
		    "read the row of '%s' in '%s'", kind->object, table->name);
	return rows->count > 0;
}

int
vp_sql_row_bad(const struct vp_sql_kind *kind, unsigned column)
{
	return vp_sql_refuse(kind->store, VA_STORE_RESULT_FAILED,
	    "a row of '%s' in table '%s': column %s is not usable, correct it",
	    kind->object, vp_sql_tables[kind->id].name,
	    kind->shape->columns[column].name);
}

int
vp_sql_row_text(const struct vp_sql_kind *kind, const struct vp_sql_rows *rows,
    size_t row, unsigned column, char *dst, size_t size)
{
	*dst = '\0';
	if (!vp_sql_has(kind->shape, column) ||
	    vp_sql_take_text(rows, row, vp_sql_place(kind->shape, column),
		kind->shape, column, dst, size) == 0)
		return 0;
	return vp_sql_row_bad(kind, column);
}

int
vp_sql_row_number(const struct vp_sql_kind *kind,
    const struct vp_sql_rows *rows, size_t row, unsigned column, int64_t least,
    int64_t most, int64_t *ret_number)
{
	*ret_number = 0;
	if (!vp_sql_has(kind->shape, column) ||
	    vp_sql_take_number(rows, row, vp_sql_place(kind->shape, column),
		least, most, ret_number) == 0)
		return 0;
	return vp_sql_row_bad(kind, column);
}

/* ---- changes ------------------------------------------------------------- */

static int
fits(const struct vp_sql_kind *kind, const struct vp_sql_field *field)
{
	if (field->is_number)
		return vp_sql_fits_number(
		    kind->shape, field->column, field->number);
	return !field->text ||
	       vp_sql_fits(kind->shape, field->column, field->text);
}

/* What an old table has no column for may only be nothing. */
static int
check_fields(const struct vp_sql_kind *kind, const struct vp_sql_field *fields,
    unsigned count, int long_code)
{
	const struct vp_sql_table *table = &vp_sql_tables[kind->id];

	for (unsigned i = 0; i < count; i++) {
		const struct vp_sql_field *field = &fields[i];
		const char *name = table->columns[field->column].name;

		if (!vp_sql_has(kind->shape, field->column)) {
			if (field->number == 0 &&
			    (!field->text || !*field->text))
				continue;
			return vp_sql_refuse(kind->store, long_code,
			    "'%s': table '%s' has no column '%s': vmigrate "
			    "makes it",
			    kind->object, table->name, name);
		}
		if (!fits(kind, field))
			return vp_sql_refuse(kind->store, long_code,
			    "'%s': the value does not fit column '%s' of table "
			    "'%s': vmigrate makes it wider",
			    kind->object, name, table->name);
	}
	return 0;
}

static void
put_field(struct vp_sql_query *query, const struct vp_sql_shape *shape,
    const struct vp_sql_field *field, struct vp_sql_digits *digits)
{
	if (field->is_number)
		vp_sql_put_value(
		    query, shape, field->column, field->number, digits);
	else
		vp_sql_put_text(query, field->text);
}

static int
update(const struct vp_sql_kind *kind, const struct vp_sql_field *fields,
    unsigned count, unsigned keys, int64_t *ret_changes)
{
	const struct vp_sql_table *table = &vp_sql_tables[kind->id];
	struct vp_sql_digits digits[VP_SQL_MAX_COLUMNS];
	AUTO_QUERY struct vp_sql_query query = { 0 };
	struct vp_sql_error error;
	const char *separator = " SET ";

	vp_sql_query_init(&query, kind->link->dialect);
	vp_sql_put_raw(&query, "UPDATE ");
	vp_sql_put_name(&query, table->name);
	for (unsigned i = keys; i < count; i++) {
		if (!vp_sql_has(kind->shape, fields[i].column))
			continue;
		vp_sql_put_raw(&query, separator);
		vp_sql_put_column(&query, kind->shape, fields[i].column);
		vp_sql_put_raw(&query, " = ");
		put_field(&query, kind->shape, &fields[i], &digits[i]);
		separator = ", ";
	}
	vp_sql_put_keys(&query, kind->shape, fields, keys);
	if (vp_sql_link_change(
		kind->link, &query, VP_SQL_AGAIN, ret_changes, &error) == 0)
		return 0;
	return vp_sql_report(kind->store, &error,
	    "change the row of '%s' in '%s'", kind->object, table->name);
}

static int
insert(const struct vp_sql_kind *kind, const struct vp_sql_field *fields,
    unsigned count, int64_t *ret_changes)
{
	const struct vp_sql_table *table = &vp_sql_tables[kind->id];
	struct vp_sql_digits digits[VP_SQL_MAX_COLUMNS];
	AUTO_QUERY struct vp_sql_query query = { 0 };
	struct vp_sql_error error;
	const char *separator = " (";

	vp_sql_query_init(&query, kind->link->dialect);
	vp_sql_put_raw(&query, "INSERT INTO ");
	vp_sql_put_name(&query, table->name);
	for (unsigned i = 0; i < count; i++) {
		if (!vp_sql_has(kind->shape, fields[i].column))
			continue;
		vp_sql_put_raw(&query, separator);
		vp_sql_put_column(&query, kind->shape, fields[i].column);
		separator = ", ";
	}
	separator = ") VALUES (";
	for (unsigned i = 0; i < count; i++) {
		if (!vp_sql_has(kind->shape, fields[i].column))
			continue;
		vp_sql_put_raw(&query, separator);
		put_field(&query, kind->shape, &fields[i], &digits[i]);
		separator = ", ";
	}
	vp_sql_put_raw(&query, ")");
	vp_sql_put_raw(&query, query.dialect->if_absent);
	if (vp_sql_link_change(kind->link, &query, 0, ret_changes, &error) == 0)
		return 0;
	*ret_changes = 0;
	if (error.class == VP_SQL_DUPLICATE)
		return 0;
	return vp_sql_report(kind->store, &error,
	    "insert the row of '%s' into '%s'", kind->object, table->name);
}

int
vp_sql_row_insert(const struct vp_sql_kind *kind,
    const struct vp_sql_field *fields, unsigned count, int long_code,
    int64_t *ret_changes)
{
	int code = check_fields(kind, fields, count, long_code);

	return code != 0 ? code : insert(kind, fields, count, ret_changes);
}

int
vp_sql_row_put(const struct vp_sql_kind *kind,
    const struct vp_sql_field *fields, unsigned count, unsigned keys,
    int long_code, int *ret_is_new)
{
	int64_t changes = 0;
	int is_new = 0;
	int code = check_fields(kind, fields, count, long_code);

	for (int try = 0; try < 3 && code == 0 && changes == 0; try++) {
		code = update(kind, fields, count, keys, &changes);
		is_new = code == 0 && changes == 0;
		if (is_new)
			code = insert(kind, fields, count, &changes);
	}
	if (code == 0 && changes == 0)
		return vp_sql_refuse(kind->store, VA_LOCK_FAILED,
		    "the row of '%s' in '%s' comes and goes", kind->object,
		    vp_sql_tables[kind->id].name);
	if (code == 0 && ret_is_new)
		*ret_is_new = is_new;
	return code;
}

int
vp_sql_row_delete(const struct vp_sql_kind *kind,
    const struct vp_sql_field *keys, unsigned count, int64_t *ret_changes)
{
	const struct vp_sql_table *table = &vp_sql_tables[kind->id];
	AUTO_QUERY struct vp_sql_query query = { 0 };
	struct vp_sql_error error;

	vp_sql_query_init(&query, kind->link->dialect);
	vp_sql_put_raw(&query, "DELETE FROM ");
	vp_sql_put_name(&query, table->name);
	vp_sql_put_keys(&query, kind->shape, keys, count);
	if (vp_sql_link_change(kind->link, &query,
		ret_changes ? 0 : VP_SQL_AGAIN, ret_changes, &error) == 0)
		return 0;
	return vp_sql_report(kind->store, &error,
	    "delete the row of '%s' in '%s'", kind->object, table->name);
}
