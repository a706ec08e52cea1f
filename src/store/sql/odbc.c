/*
 * Any server with an ODBC driver: prepared statements by the driver manager
 * unixODBC, all values as text.  How far time limits go, and whether rows are
 * streamed or first collected, is the matter of the ODBC driver and of its
 * settings in the source.
 */
#include "config.h"

#include "store/sql/odbc_int.h"

#include <fcntl.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/clock.h"
#include "store/sql/errors.h"
#include "store/sql/sigpipe.h"

#define MOST_FDS 1024
/* Oracle's longest VARCHAR; more is a LONG VARCHAR everywhere. */
#define VARCHAR_MAX 4000

int
vp_odbc_stmt_fail(
    struct vp_sql_stmt *stmt, int64_t started, struct vp_sql_error *error)
{
	return vp_odbc_fail(
	    stmt->conn, SQL_HANDLE_STMT, stmt->handle, started, error);
}

static int
fail_memory(struct vp_sql_error *error)
{
	return vp_sql_fail(error, VP_SQL_OTHER, "no memory");
}

/* ---- connections --------------------------------------------------------- */

/* Which descriptors are open. */
static void
note_open(char *is_open)
{
	for (int fd = 0; fd < MOST_FDS; fd++)
		is_open[fd] = fcntl(fd, F_GETFD) >= 0;
}

/* Not every driver closes its sockets on exec: programs that are run later
 * would inherit the connection. */
static void
close_on_exec(const char *was_open)
{
	struct stat st;

	for (int fd = 0; fd < MOST_FDS; fd++)
		if (!was_open[fd] && fstat(fd, &st) == 0 &&
		    S_ISSOCK(st.st_mode))
			(void)fcntl(fd, F_SETFD, FD_CLOEXEC);
}

static int
odbc_connect(const struct vp_sql_login *login,
    const struct vp_sql_dialect *dialect, struct vp_sql_conn **ret_conn,
    struct vp_sql_error *error)
{
	struct vp_sql_conn *conn = calloc(1, sizeof *conn);
	struct vp_sql_sigpipe held;
	struct sigaction before;
	char was_open[MOST_FDS];

	if (!conn)
		return fail_memory(error);
	note_open(was_open);
	conn->is_oracle = strcmp(dialect->name, "oracle") == 0;
	/* A driver may load a library that ignores SIGPIPE for all. */
	sigaction(SIGPIPE, NULL, &before);
	vp_sql_sigpipe_hold(&held);
	int r = vp_odbc_connect(conn, login, error);
	if (r < 0)
		vp_odbc_disconnect(conn);
	close_on_exec(was_open);
	sigaction(SIGPIPE, &before, NULL);
	vp_sql_sigpipe_release(&held);
	if (r < 0) {
		free(conn);
		return -1;
	}
	*ret_conn = conn;
	return 0;
}

static void
odbc_close(struct vp_sql_conn *conn)
{
	struct vp_sql_sigpipe held;

	if (!conn)
		return;
	vp_sql_sigpipe_hold(&held);
	vp_odbc_disconnect(conn);
	vp_sql_sigpipe_release(&held);
	free(conn);
}

static int
odbc_is_alive(struct vp_sql_conn *conn)
{
	SQLUINTEGER is_dead = SQL_CD_FALSE;
	struct vp_sql_sigpipe held;

	if (conn->is_lost || conn->streaming)
		return !conn->is_lost;
	vp_sql_sigpipe_hold(&held);
	SQLRETURN r = SQLGetConnectAttr(
	    conn->dbc, SQL_ATTR_CONNECTION_DEAD, &is_dead, 0, NULL);
	vp_sql_sigpipe_release(&held);
	if (SQL_SUCCEEDED(r) && is_dead == SQL_CD_TRUE)
		conn->is_lost = 1;
	return !conn->is_lost;
}

/* ---- statements ---------------------------------------------------------- */

static int
odbc_run(struct vp_sql_conn *conn, const char *text, struct vp_sql_error *error)
{
	struct vp_sql_sigpipe held;

	vp_sql_sigpipe_hold(&held);
	int r = vp_odbc_clear_wire(conn, error);
	if (r == 0)
		r = vp_odbc_run(conn, text, error);
	vp_sql_sigpipe_release(&held);
	return r;
}

/* Of a statement.  SQLite has one writer at a time and no locks of rows. */
static SQLINTEGER
length_of(const struct vp_sql_conn *conn, const char *text)
{
	static const char lock[] = " FOR UPDATE";
	size_t size = strlen(text), end = sizeof lock - 1;

	if (conn->server == VP_ODBC_SQLITE && size > end &&
	    strcmp(text + size - end, lock) == 0)
		size -= end;
	return (SQLINTEGER)size;
}

static int
prepare_held(
    struct vp_sql_stmt *stmt, const char *text, struct vp_sql_error *error)
{
	struct vp_sql_conn *conn = stmt->conn;
	int64_t started = vp_clock_ms();
	SQLSMALLINT params = 0;

	if (vp_odbc_clear_wire(conn, error) < 0)
		return -1;
	if (!SQL_SUCCEEDED(
		SQLAllocHandle(SQL_HANDLE_STMT, conn->dbc, &stmt->handle)))
		return vp_odbc_fail(
		    conn, SQL_HANDLE_DBC, conn->dbc, started, error);
	if (conn->limit > 0)
		SQLSetStmtAttr(stmt->handle, SQL_ATTR_QUERY_TIMEOUT,
		    (SQLPOINTER)(uintptr_t)conn->limit, 0);
	if (!SQL_SUCCEEDED(SQLPrepare(
		stmt->handle, vp_odbc_text(text), length_of(conn, text))) ||
	    !SQL_SUCCEEDED(SQLNumParams(stmt->handle, &params)))
		return vp_odbc_stmt_fail(stmt, started, error);
	stmt->params = (unsigned)params;
	stmt->in = calloc(stmt->params + 1U, sizeof *stmt->in);
	if (!stmt->in)
		return fail_memory(error);
	for (unsigned i = 0; i < stmt->params; i++)
		stmt->in[i].size = SQL_NULL_DATA;
	return 0;
}

static void
finish_held(struct vp_sql_stmt *stmt)
{
	if (stmt->conn->streaming == stmt)
		stmt->conn->streaming = NULL;
	if (stmt->handle)
		SQLFreeHandle(SQL_HANDLE_STMT, stmt->handle);
	for (unsigned i = 0; i < stmt->columns; i++) {
		free(stmt->row[i].text);
		free(stmt->parked[i].text);
	}
	free(stmt->row);
	free(stmt->parked);
	free(stmt->in);
	vp_sql_kept_free(&stmt->kept);
	free(stmt);
}

static void
odbc_finish(struct vp_sql_stmt *stmt)
{
	struct vp_sql_sigpipe held;

	if (!stmt)
		return;
	vp_sql_sigpipe_hold(&held);
	finish_held(stmt);
	vp_sql_sigpipe_release(&held);
}

static int
odbc_prepare(struct vp_sql_conn *conn, const char *text,
    struct vp_sql_stmt **ret_stmt, struct vp_sql_error *error)
{
	struct vp_sql_stmt *stmt = calloc(1, sizeof *stmt);
	struct vp_sql_sigpipe held;

	if (!stmt)
		return fail_memory(error);
	stmt->conn = conn;
	vp_sql_sigpipe_hold(&held);
	int r = prepare_held(stmt, text, error);
	if (r < 0)
		finish_held(stmt);
	vp_sql_sigpipe_release(&held);
	if (r < 0)
		return -1;
	*ret_stmt = stmt;
	return 0;
}

/* Oracle compares a CHAR value with a CHAR column as if both had the same
 * number of blanks at their ends, a VARCHAR value byte by byte. */
static int
bind(struct vp_sql_stmt *stmt, unsigned index, SQLSMALLINT type, SQLULEN width,
    struct vp_sql_error *error)
{
	struct vp_odbc_param *in = &stmt->in[index];

	if (SQL_SUCCEEDED(SQLBindParameter(stmt->handle,
		(SQLUSMALLINT)(index + 1), SQL_PARAM_INPUT, SQL_C_CHAR, type,
		width, 0, vp_odbc_text(in->text ? in->text : ""),
		in->size > 0 ? in->size : 0, &in->size)))
		return 0;
	return vp_odbc_stmt_fail(stmt, vp_clock_ms(), error);
}

static int
check_index(
    struct vp_sql_stmt *stmt, unsigned index, struct vp_sql_error *error)
{
	if (index < stmt->params)
		return 0;
	return vp_sql_fail(error, VP_SQL_OTHER,
	    "value %u bound to a statement with %u", index + 1, stmt->params);
}

static int
odbc_bind_text(struct vp_sql_stmt *stmt, unsigned index, const char *text,
    size_t size, struct vp_sql_error *error)
{
	SQLSMALLINT type = stmt->conn->is_oracle ? SQL_CHAR : SQL_VARCHAR;

	if (check_index(stmt, index, error) < 0)
		return -1;
	stmt->in[index].text = text;
	stmt->in[index].size = text ? (SQLLEN)size : SQL_NULL_DATA;
	if (size > VARCHAR_MAX)
		type = SQL_LONGVARCHAR;
	return bind(stmt, index, type, size > 0 ? size : 1, error);
}

static int
odbc_bind_int(struct vp_sql_stmt *stmt, unsigned index, int64_t value,
    struct vp_sql_error *error)
{
	if (check_index(stmt, index, error) < 0)
		return -1;

	struct vp_odbc_param *in = &stmt->in[index];

	in->size =
	    snprintf(in->number, sizeof in->number, "%lld", (long long)value);
	in->text = in->number;
	return bind(stmt, index, SQL_NUMERIC, 19, error);
}

/* Not every driver knows the columns before the statement runs. */
static int
make_row(struct vp_sql_stmt *stmt, struct vp_sql_error *error)
{
	SQLSMALLINT columns = 0;

	if (!SQL_SUCCEEDED(SQLNumResultCols(stmt->handle, &columns)))
		return vp_odbc_stmt_fail(stmt, vp_clock_ms(), error);
	if (columns <= 0 || stmt->row)
		return 0;
	stmt->row = calloc((size_t)columns, sizeof *stmt->row);
	stmt->parked = calloc((size_t)columns, sizeof *stmt->parked);
	if (!stmt->row || !stmt->parked ||
	    vp_sql_kept_init(&stmt->kept, (unsigned)columns) < 0)
		return fail_memory(error);
	stmt->columns = (unsigned)columns;
	return 0;
}

static int
execute(struct vp_sql_stmt *stmt, struct vp_sql_error *error)
{
	SQLLEN changed = 0;
	int64_t started;

	if (vp_odbc_clear_wire(stmt->conn, error) < 0)
		return -1;
	started = vp_clock_ms();
	SQLRETURN r = SQLExecute(stmt->handle);
	if (!SQL_SUCCEEDED(r) && r != SQL_NO_DATA) {
		vp_odbc_stmt_fail(stmt, started, error);
		/* Some drivers keep what belongs to the failure until then. */
		SQLFreeStmt(stmt->handle, SQL_CLOSE);
		return -1;
	}
	stmt->is_run = 1;
	stmt->changed = 0;
	if (make_row(stmt, error) < 0)
		return -1;
	if (stmt->columns > 0)
		stmt->conn->streaming = stmt;
	else if (r != SQL_NO_DATA &&
		 SQL_SUCCEEDED(SQLRowCount(stmt->handle, &changed)) &&
		 changed > 0)
		stmt->changed = changed;
	return 0;
}

static int
step_held(struct vp_sql_stmt *stmt, struct vp_sql_error *error)
{
	if (!stmt->is_run && execute(stmt, error) < 0)
		return -1;
	vp_odbc_unpark(stmt);
	int r = vp_sql_kept_step(&stmt->kept, error);
	stmt->is_kept = r > 0;
	if (r != 0)
		return r;
	return stmt->conn->streaming == stmt ? vp_odbc_fetch(stmt, error) : 0;
}

static int
odbc_step(struct vp_sql_stmt *stmt, struct vp_sql_error *error)
{
	struct vp_sql_sigpipe held;

	vp_sql_sigpipe_hold(&held);
	int r = step_held(stmt, error);
	vp_sql_sigpipe_release(&held);
	return r;
}

static const char *
odbc_column_text(struct vp_sql_stmt *stmt, unsigned column, size_t *ret_size)
{
	*ret_size = 0;
	if (column >= stmt->columns)
		return NULL;
	if (!stmt->is_kept)
		return vp_odbc_column(stmt, column, ret_size);
	*ret_size = stmt->kept.sizes[column];
	return stmt->kept.text[column];
}

static int64_t
odbc_changes(struct vp_sql_stmt *stmt)
{
	return stmt->changed;
}

static void
odbc_reset(struct vp_sql_stmt *stmt)
{
	struct vp_sql_sigpipe held;

	if (stmt->conn->streaming == stmt)
		stmt->conn->streaming = NULL;
	vp_sql_sigpipe_hold(&held);
	SQLFreeStmt(stmt->handle, SQL_CLOSE);
	vp_sql_sigpipe_release(&held);
	vp_sql_kept_clear(&stmt->kept);
	vp_odbc_unpark(stmt);
	stmt->is_run = stmt->is_kept = 0;
}

const struct vp_sql_driver vp_sql_odbc = {
	.name = "odbc",
	.connect = odbc_connect,
	.close = odbc_close,
	.is_alive = odbc_is_alive,
	.run = odbc_run,
	.prepare = odbc_prepare,
	.finish = odbc_finish,
	.bind_text = odbc_bind_text,
	.bind_int = odbc_bind_int,
	.step = odbc_step,
	.column_text = odbc_column_text,
	.changes = odbc_changes,
	.reset = odbc_reset,
};
