/*
 * Rows over ODBC.  Values come as text, in as many pieces as it takes.  When
 * another statement has to run while rows are being read, the current one is
 * parked and the rest is kept in memory.
 */
#include "config.h"

#include "store/sql/odbc_int.h"

#include <stdlib.h>

#include "base/clock.h"
#include "store/sql/errors.h"

#define FIRST_WIDTH 256

static int
grow(struct vp_odbc_value *value, size_t needed, struct vp_sql_error *error)
{
	char *bigger;

	if (needed > VP_SQL_VALUE_MAX + 1)
		return vp_sql_fail(error, VP_SQL_OTHER,
		    "the server has a value of more than %d bytes",
		    VP_SQL_VALUE_MAX);
	if (needed <= value->allocated)
		return 0;
	bigger = realloc(value->text, needed);
	if (!bigger)
		return vp_sql_fail(error, VP_SQL_OTHER, "no memory");
	value->text = bigger;
	value->allocated = needed;
	return 0;
}

/* One column of the row, in as many pieces as it takes. */
static int
get_value(struct vp_sql_stmt *stmt, unsigned column, struct vp_sql_error *error)
{
	struct vp_odbc_value *value = &stmt->row[column];

	value->size = 0;
	value->is_null = 0;
	if (grow(value, FIRST_WIDTH, error) < 0)
		return -1;
	for (;;) {
		int64_t started = vp_clock_ms();
		size_t room = value->allocated - value->size;
		SQLLEN left = 0;
		SQLRETURN r = SQLGetData(stmt->handle,
		    (SQLUSMALLINT)(column + 1), SQL_C_CHAR,
		    value->text + value->size, (SQLLEN)room, &left);

		if (r == SQL_NO_DATA)
			return 0;
		if (!SQL_SUCCEEDED(r))
			return vp_odbc_stmt_fail(stmt, started, error);
		if (left == SQL_NULL_DATA) {
			value->is_null = 1;
			return 0;
		}
		if (left != SQL_NO_TOTAL && left >= 0 && (size_t)left < room) {
			value->size += (size_t)left;
			return 0;
		}
		/* Full but for the NUL; left counted these bytes too. */
		value->size += room - 1;
		room = left == SQL_NO_TOTAL ? value->allocated
					    : (size_t)left - (room - 1) + 1;
		if (grow(value, value->size + room, error) < 0)
			return -1;
	}
}

int
vp_odbc_fetch(struct vp_sql_stmt *stmt, struct vp_sql_error *error)
{
	int64_t started = vp_clock_ms();
	SQLRETURN got = SQLFetch(stmt->handle);
	int r = 1;

	if (got == SQL_NO_DATA)
		r = 0;
	else if (!SQL_SUCCEEDED(got))
		r = vp_odbc_stmt_fail(stmt, started, error);
	for (unsigned i = 0; r > 0 && i < stmt->columns; i++)
		if (get_value(stmt, i, error) < 0)
			r = -1;
	if (r <= 0) {
		stmt->conn->streaming = NULL;
		SQLFreeStmt(stmt->handle, SQL_CLOSE);
	}
	return r;
}

const char *
vp_odbc_column(struct vp_sql_stmt *stmt, unsigned column, size_t *ret_size)
{
	const struct vp_odbc_value *value = &stmt->row[column];

	if (value->is_null)
		return NULL;
	*ret_size = value->size;
	value->text[value->size] = '\0';
	return value->text;
}

void
vp_odbc_unpark(struct vp_sql_stmt *stmt)
{
	for (unsigned i = 0; i < stmt->columns; i++) {
		free(stmt->parked[i].text);
		stmt->parked[i] = (struct vp_odbc_value){ 0 };
	}
}

/* The current row stays where it is: other rows get other memory. */
static void
park(struct vp_sql_stmt *stmt)
{
	for (unsigned i = 0; i < stmt->columns; i++) {
		stmt->kept.sizes[i] = 0;
		stmt->kept.text[i] =
		    vp_odbc_column(stmt, i, &stmt->kept.sizes[i]);
		stmt->parked[i] = stmt->row[i];
		stmt->row[i] = (struct vp_odbc_value){ 0 };
	}
	stmt->is_kept = 1;
}

int
vp_odbc_clear_wire(struct vp_sql_conn *conn, struct vp_sql_error *error)
{
	struct vp_sql_stmt *stmt = conn->streaming;
	int r = 0;

	if (conn->is_lost)
		return vp_sql_fail(
		    error, VP_SQL_LOST, "the connection is closed");
	if (stmt)
		park(stmt);
	while (conn->streaming && r >= 0) {
		r = vp_odbc_fetch(stmt, error);
		if (r > 0)
			r = vp_sql_kept_add(
			    &stmt->kept, stmt, vp_odbc_column, error);
	}
	if (r >= 0)
		return 0;
	if (conn->streaming)
		SQLFreeStmt(stmt->handle, SQL_CLOSE);
	conn->streaming = NULL;
	vp_sql_kept_spoil(&stmt->kept, error);
	return -1;
}
