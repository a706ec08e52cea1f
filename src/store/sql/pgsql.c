/*
 * PostgreSQL by libpq: named prepared statements, values in text form of the
 * type that the server infers, rows one by one (single-row mode).  The server
 * keeps a prepared statement until it is told to forget it; that is done for
 * many at once, so that finishing costs no round trip.
 */
#include "config.h"

#include "store/sql/pgsql_int.h"

#include <stdlib.h>
#include <string.h>

#include "base/attr.h"
#include "base/text.h"
#include "store/sql/errors.h"
#include "store/sql/kept.h"

struct vp_sql_stmt {
	struct vp_sql_conn *conn;
	unsigned long number; /* of its name */
	unsigned params;
	char **values;    /* bound */
	PGresult *row;    /* the current one, if that is not a kept one */
	PGresult *coming; /* the one that is being kept */
	struct vp_sql_kept kept;
	int64_t changed;
	int is_run, is_kept;
};

static void
make_name(char *name, size_t size, unsigned long number)
{
	snprintf(name, size, "vp_%lu", number);
}

/* ---- connections --------------------------------------------------------- */

static void
pg_close(struct vp_sql_conn *conn)
{
	if (!conn)
		return;
	PQfinish(conn->pg);
	free(conn);
}

static int
pg_connect(const struct vp_sql_login *login,
    const struct vp_sql_dialect *dialect, struct vp_sql_conn **ret_conn,
    struct vp_sql_error *error)
{
	struct vp_sql_conn *conn = calloc(1, sizeof *conn);

	(void)dialect;
	if (!conn)
		return vp_sql_fail(error, VP_SQL_OTHER, "no memory");
	if (vp_pg_connect(conn, login, error) < 0) {
		pg_close(conn);
		return -1;
	}
	*ret_conn = conn;
	return 0;
}

static int
pg_is_alive(struct vp_sql_conn *conn)
{
	if (conn->is_lost)
		return 0;
	if (conn->streaming)
		return 1;
	if (!PQconsumeInput(conn->pg) || PQstatus(conn->pg) != CONNECTION_OK)
		conn->is_lost = 1;
	return !conn->is_lost;
}

/* ---- rows ---------------------------------------------------------------- */

static int
has_large_value(const PGresult *row)
{
	for (int i = 0; i < PQnfields(row); i++)
		if (PQgetlength(row, 0, i) > VP_SQL_VALUE_MAX)
			return 1;
	return 0;
}

static const char *
value_of(const PGresult *row, unsigned column, size_t *ret_size)
{
	*ret_size = 0;
	if (!row || column >= (unsigned)PQnfields(row) ||
	    PQgetisnull(row, 0, (int)column))
		return NULL;
	*ret_size = (size_t)PQgetlength(row, 0, (int)column);
	return PQgetvalue(row, 0, (int)column);
}

/* The rest of the rows is of no use: read over it. */
static void
drop_rows(struct vp_sql_stmt *stmt)
{
	struct vp_sql_error ignored;

	if (stmt->conn->streaming != stmt)
		return;
	stmt->conn->streaming = NULL;
	vp_pg_finish(stmt->conn, &ignored);
}

/* The statement is done or has failed. */
static int
end(struct vp_sql_stmt *stmt, PGresult *result, struct vp_sql_error *error)
{
	ExecStatusType kind = PQresultStatus(result);
	int64_t changed;
	int r = 0;

	if (kind != PGRES_TUPLES_OK && kind != PGRES_COMMAND_OK)
		r = vp_pg_fail(stmt->conn, result, error);
	else if (vp_number(PQcmdTuples(result), 0, INT64_MAX, &changed) == 0)
		stmt->changed = changed;
	PQclear(result);
	stmt->conn->streaming = NULL;
	if (r < 0) {
		struct vp_sql_error more;

		vp_pg_finish(stmt->conn, &more);
		return -1;
	}
	return vp_pg_finish(stmt->conn, error);
}

/* 1: a row. */
static int
fetch(struct vp_sql_stmt *stmt, PGresult **ret_row, struct vp_sql_error *error)
{
	PGresult *result = NULL;
	int r = vp_pg_result(stmt->conn, &result, error);

	if (r <= 0) {
		stmt->conn->streaming = NULL;
		return r;
	}
	if (PQresultStatus(result) != PGRES_SINGLE_TUPLE)
		return end(stmt, result, error);
	if (has_large_value(result)) {
		PQclear(result);
		drop_rows(stmt);
		return vp_sql_fail(error, VP_SQL_OTHER,
		    "the server has a value of more than %d bytes",
		    VP_SQL_VALUE_MAX);
	}
	*ret_row = result;
	return 1;
}

static const char *
coming_column(struct vp_sql_stmt *stmt, unsigned column, size_t *ret_size)
{
	return value_of(stmt->coming, column, ret_size);
}

static int
keep(struct vp_sql_stmt *stmt, struct vp_sql_error *error)
{
	int r = 0;

	if (!stmt->kept.text && vp_sql_kept_init(&stmt->kept,
				    (unsigned)PQnfields(stmt->coming)) < 0)
		r = vp_sql_fail(error, VP_SQL_OTHER, "no memory");
	else
		r = vp_sql_kept_add(&stmt->kept, stmt, coming_column, error);
	PQclear(stmt->coming);
	stmt->coming = NULL;
	return r;
}

/* Take what is coming off the wire, to make it free for another statement. */
static int
clear_wire(struct vp_sql_conn *conn, struct vp_sql_error *error)
{
	struct vp_sql_stmt *stmt = conn->streaming;
	int r = 0;

	if (conn->is_lost)
		return vp_sql_fail(
		    error, VP_SQL_LOST, "the connection is closed");
	while (conn->streaming && r >= 0) {
		r = fetch(stmt, &stmt->coming, error);
		if (r > 0)
			r = keep(stmt, error);
	}
	if (r >= 0)
		return 0;
	drop_rows(stmt);
	vp_sql_kept_spoil(&stmt->kept, error);
	return -1;
}

/* ---- statements ---------------------------------------------------------- */

static int
pg_run(struct vp_sql_conn *conn, const char *text, struct vp_sql_error *error)
{
	if (clear_wire(conn, error) < 0)
		return -1;
	if (!PQsendQuery(conn->pg, text))
		return vp_pg_fail(conn, NULL, error);
	return vp_pg_finish(conn, error);
}

/* Tell the server to forget what was finished, once there is enough of it.
 * In a transaction that has failed it would not listen. */
static void
forget_finished(struct vp_sql_conn *conn)
{
	char text[PG_NAMES * 48], name[32];
	struct vp_sql_error ignored;
	size_t used = 0;

	if (conn->finished_count < PG_NAMES ||
	    PQtransactionStatus(conn->pg) == PQTRANS_INERROR)
		return;
	for (unsigned i = 0; i < PG_NAMES; i++) {
		make_name(name, sizeof name, conn->finished[i]);
		used += (size_t)snprintf(
		    text + used, sizeof text - used, "DEALLOCATE %s;", name);
	}
	conn->finished_count = 0;
	pg_run(conn, text, &ignored);
}

static void
pg_finish(struct vp_sql_stmt *stmt)
{
	struct vp_sql_conn *conn;

	if (!stmt)
		return;
	conn = stmt->conn;
	drop_rows(stmt);
	if (stmt->number > 0 && conn->finished_count < PG_NAMES)
		conn->finished[conn->finished_count++] = stmt->number;
	for (unsigned i = 0; stmt->values && i < stmt->params; i++)
		free(stmt->values[i]);
	free(stmt->values);
	PQclear(stmt->row);
	vp_sql_kept_free(&stmt->kept);
	free(stmt);
}

static int
prepare(struct vp_sql_stmt *stmt, const char *text, struct vp_sql_error *error)
{
	struct vp_sql_conn *conn = stmt->conn;
	AUTO_FREE char *rewritten = vp_pg_rewrite(text, &stmt->params);
	char name[32];

	stmt->values = calloc(stmt->params + 1U, sizeof *stmt->values);
	if (!rewritten || !stmt->values)
		return vp_sql_fail(error, VP_SQL_OTHER, "no memory");
	if (clear_wire(conn, error) < 0)
		return -1;
	forget_finished(conn);
	make_name(name, sizeof name, ++conn->names);
	if (!PQsendPrepare(conn->pg, name, rewritten, 0, NULL))
		return vp_pg_fail(conn, NULL, error);
	if (vp_pg_finish(conn, error) < 0)
		return -1;
	stmt->number = conn->names;
	return 0;
}

static int
pg_prepare(struct vp_sql_conn *conn, const char *text,
    struct vp_sql_stmt **ret_stmt, struct vp_sql_error *error)
{
	struct vp_sql_stmt *stmt = calloc(1, sizeof *stmt);

	if (!stmt)
		return vp_sql_fail(error, VP_SQL_OTHER, "no memory");
	stmt->conn = conn;
	if (prepare(stmt, text, error) < 0) {
		pg_finish(stmt);
		return -1;
	}
	*ret_stmt = stmt;
	return 0;
}

static int
pg_bind_text(struct vp_sql_stmt *stmt, unsigned index, const char *text,
    size_t size, struct vp_sql_error *error)
{
	if (index >= stmt->params)
		return vp_sql_fail(error, VP_SQL_OTHER,
		    "value %u bound to a statement with %u", index + 1,
		    stmt->params);
	free(stmt->values[index]);
	stmt->values[index] = NULL;
	if (!text)
		return 0;
	if (memchr(text, '\0', size))
		return vp_sql_fail(error, VP_SQL_OTHER,
		    "PostgreSQL stores no text with a NUL byte");
	stmt->values[index] = strndup(text, size);
	if (!stmt->values[index])
		return vp_sql_fail(error, VP_SQL_OTHER, "no memory");
	return 0;
}

static int
pg_bind_int(struct vp_sql_stmt *stmt, unsigned index, int64_t value,
    struct vp_sql_error *error)
{
	char text[24];

	snprintf(text, sizeof text, "%lld", (long long)value);
	return pg_bind_text(stmt, index, text, strlen(text), error);
}

static int
execute(struct vp_sql_stmt *stmt, struct vp_sql_error *error)
{
	struct vp_sql_conn *conn = stmt->conn;
	char name[32];

	if (clear_wire(conn, error) < 0)
		return -1;
	make_name(name, sizeof name, stmt->number);
	if (!PQsendQueryPrepared(conn->pg, name, (int)stmt->params,
		(const char *const *)stmt->values, NULL, NULL, 0) ||
	    !PQsetSingleRowMode(conn->pg))
		return vp_pg_fail(conn, NULL, error);
	stmt->is_run = 1;
	stmt->changed = 0;
	conn->streaming = stmt;
	return 0;
}

static int
pg_step(struct vp_sql_stmt *stmt, struct vp_sql_error *error)
{
	PQclear(stmt->row);
	stmt->row = NULL;
	if (!stmt->is_run && execute(stmt, error) < 0)
		return -1;
	int r = vp_sql_kept_step(&stmt->kept, error);
	stmt->is_kept = r > 0;
	if (r != 0)
		return r;
	return stmt->conn->streaming == stmt ? fetch(stmt, &stmt->row, error)
					     : 0;
}

static const char *
pg_column_text(struct vp_sql_stmt *stmt, unsigned column, size_t *ret_size)
{
	if (!stmt->is_kept)
		return value_of(stmt->row, column, ret_size);
	*ret_size = 0;
	if (column >= stmt->kept.columns)
		return NULL;
	*ret_size = stmt->kept.sizes[column];
	return stmt->kept.text[column];
}

static int64_t
pg_changes(struct vp_sql_stmt *stmt)
{
	return stmt->changed;
}

static void
pg_reset(struct vp_sql_stmt *stmt)
{
	drop_rows(stmt);
	PQclear(stmt->row);
	stmt->row = NULL;
	vp_sql_kept_clear(&stmt->kept);
	stmt->is_run = stmt->is_kept = 0;
}

const struct vp_sql_driver vp_sql_pgsql = {
	.name = "pgsql",
	.connect = pg_connect,
	.close = pg_close,
	.is_alive = pg_is_alive,
	.run = pg_run,
	.prepare = pg_prepare,
	.finish = pg_finish,
	.bind_text = pg_bind_text,
	.bind_int = pg_bind_int,
	.step = pg_step,
	.column_text = pg_column_text,
	.changes = pg_changes,
	.reset = pg_reset,
};
