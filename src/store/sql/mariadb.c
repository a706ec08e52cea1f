/*
 * MariaDB and MySQL by libmariadb: prepared statements over the binary
 * protocol, rows read from the wire one by one.  Values never become part of
 * a statement, so NO_BACKSLASH_ESCAPES, ANSI_QUOTES and the like change
 * nothing.
 */
#include "config.h"

#include "store/sql/mariadb_int.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "store/sql/errors.h"
#include "store/sql/kept.h"
#include "store/sql/sigpipe.h"

#define FIRST_WIDTH 64

struct vp_sql_stmt {
	struct vp_sql_conn *conn;
	MYSQL_STMT *handle;
	unsigned params, columns;
	MYSQL_BIND *in, *out;
	int64_t *numbers; /* bound */
	void **parked;    /* values of a row that the caller still looks at */
	struct vp_sql_kept kept;
	int64_t changed;
	int is_run, is_kept; /* is_kept: the current row is a kept one */
};

static int
fail_stmt(struct vp_sql_stmt *stmt, int64_t started, struct vp_sql_error *error)
{
	return vp_maria_fail(stmt->conn, mysql_stmt_errno(stmt->handle),
	    mysql_stmt_error(stmt->handle), started, error);
}

/* ---- rows ---------------------------------------------------------------- */

/* Room for the columns of this row that had too little. */
static int
widen(struct vp_sql_stmt *stmt, struct vp_sql_error *error)
{
	for (unsigned i = 0; i < stmt->columns; i++) {
		MYSQL_BIND *out = &stmt->out[i];
		unsigned long size = out->length_value;
		char *bigger;

		if (out->is_null_value || size <= out->buffer_length)
			continue;
		if (size > VP_SQL_VALUE_MAX)
			return vp_sql_fail(error, VP_SQL_OTHER,
			    "the server has a value of %lu bytes, more than %d",
			    size, VP_SQL_VALUE_MAX);
		bigger = realloc(out->buffer, size + 1);
		if (!bigger)
			return vp_sql_fail(error, VP_SQL_OTHER, "no memory");
		out->buffer = bigger;
		out->buffer_length = size;
		if (mysql_stmt_fetch_column(stmt->handle, out, i, 0))
			return fail_stmt(stmt, vp_clock_ms(), error);
	}
	if (mysql_stmt_bind_result(stmt->handle, stmt->out))
		return fail_stmt(stmt, vp_clock_ms(), error);
	return 0;
}

/* 1: a row in stmt->out. */
static int
fetch(struct vp_sql_stmt *stmt, struct vp_sql_error *error)
{
	int64_t started = vp_clock_ms();
	int r = mysql_stmt_fetch(stmt->handle);

	if (r == MYSQL_DATA_TRUNCATED)
		r = widen(stmt, error);
	else if (r == 1)
		r = fail_stmt(stmt, started, error);
	if (r == 0)
		return 1;
	stmt->conn->streaming = NULL;
	if (r == MYSQL_NO_DATA)
		return 0;
	mysql_stmt_free_result(stmt->handle);
	return -1;
}

static const char *
wire_column(struct vp_sql_stmt *stmt, unsigned column, size_t *ret_size)
{
	MYSQL_BIND *out = &stmt->out[column];

	if (out->is_null_value)
		return NULL;
	*ret_size = out->length_value;
	((char *)out->buffer)[out->length_value] = '\0';
	return out->buffer;
}

static void
unpark(struct vp_sql_stmt *stmt)
{
	for (unsigned i = 0; i < stmt->columns; i++) {
		free(stmt->parked[i]);
		stmt->parked[i] = NULL;
	}
}

/* The current row stays where it is: other rows get other memory. */
static int
park(struct vp_sql_stmt *stmt, struct vp_sql_error *error)
{
	for (unsigned i = 0; i < stmt->columns; i++) {
		MYSQL_BIND *out = &stmt->out[i];
		void *buffer = malloc(FIRST_WIDTH + 1);

		if (!buffer)
			return vp_sql_fail(error, VP_SQL_OTHER, "no memory");
		stmt->kept.sizes[i] = 0;
		stmt->kept.text[i] = wire_column(stmt, i, &stmt->kept.sizes[i]);
		stmt->parked[i] = out->buffer;
		out->buffer = buffer;
		out->buffer_length = FIRST_WIDTH;
	}
	stmt->is_kept = 1;
	if (mysql_stmt_bind_result(stmt->handle, stmt->out))
		return fail_stmt(stmt, vp_clock_ms(), error);
	return 0;
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
	if (stmt)
		r = park(stmt, error);
	while (conn->streaming && r >= 0) {
		r = fetch(stmt, error);
		if (r > 0)
			r = vp_sql_kept_add(
			    &stmt->kept, stmt, wire_column, error);
	}
	if (r >= 0)
		return 0;
	if (conn->streaming)
		mysql_stmt_free_result(stmt->handle);
	conn->streaming = NULL;
	vp_sql_kept_spoil(&stmt->kept, error);
	return -1;
}

/* ---- statements ---------------------------------------------------------- */

static int
run_held(struct vp_sql_conn *conn, const char *text, struct vp_sql_error *error)
{
	int64_t started = vp_clock_ms();

	if (clear_wire(conn, error) < 0)
		return -1;
	if (mysql_real_query(conn->mysql, text, strlen(text)))
		return vp_maria_fail(conn, mysql_errno(conn->mysql),
		    mysql_error(conn->mysql), started, error);
	if (mysql_field_count(conn->mysql) > 0)
		mysql_free_result(mysql_use_result(conn->mysql));
	return 0;
}

static int
maria_run(
    struct vp_sql_conn *conn, const char *text, struct vp_sql_error *error)
{
	struct vp_sql_sigpipe held;

	vp_sql_sigpipe_hold(&held);
	int r = run_held(conn, text, error);
	vp_sql_sigpipe_release(&held);
	return r;
}

static int
make_buffers(struct vp_sql_stmt *stmt)
{
	stmt->params = (unsigned)mysql_stmt_param_count(stmt->handle);
	stmt->in = calloc(stmt->params + 1U, sizeof *stmt->in);
	stmt->numbers = calloc(stmt->params + 1U, sizeof *stmt->numbers);
	stmt->columns = mysql_stmt_field_count(stmt->handle);
	stmt->out = calloc(stmt->columns + 1U, sizeof *stmt->out);
	stmt->parked = calloc(stmt->columns + 1U, sizeof *stmt->parked);
	if (!stmt->in || !stmt->numbers || !stmt->out || !stmt->parked ||
	    vp_sql_kept_init(&stmt->kept, stmt->columns) < 0)
		return -1;
	for (unsigned i = 0; i < stmt->params; i++)
		stmt->in[i].buffer_type = MYSQL_TYPE_NULL;
	for (unsigned i = 0; i < stmt->columns; i++) {
		MYSQL_BIND *out = &stmt->out[i];

		out->buffer_type = MYSQL_TYPE_STRING;
		out->buffer = malloc(FIRST_WIDTH + 1);
		out->buffer_length = FIRST_WIDTH;
		out->length = &out->length_value;
		out->is_null = &out->is_null_value;
		if (!out->buffer)
			return -1;
	}
	return 0;
}

static int
prepare_held(
    struct vp_sql_stmt *stmt, const char *text, struct vp_sql_error *error)
{
	int64_t started = vp_clock_ms();

	if (clear_wire(stmt->conn, error) < 0)
		return -1;
	stmt->handle = mysql_stmt_init(stmt->conn->mysql);
	if (!stmt->handle)
		return vp_sql_fail(error, VP_SQL_OTHER, "no memory");
	if (mysql_stmt_prepare(stmt->handle, text, strlen(text)))
		return fail_stmt(stmt, started, error);
	if (make_buffers(stmt) < 0)
		return vp_sql_fail(error, VP_SQL_OTHER, "no memory");
	if (stmt->columns > 0 &&
	    mysql_stmt_bind_result(stmt->handle, stmt->out))
		return fail_stmt(stmt, started, error);
	return 0;
}

static void
finish_held(struct vp_sql_stmt *stmt)
{
	if (stmt->conn->streaming == stmt)
		stmt->conn->streaming = NULL;
	if (stmt->handle)
		mysql_stmt_close(stmt->handle);
	for (unsigned i = 0; stmt->out && i < stmt->columns; i++)
		free(stmt->out[i].buffer);
	if (stmt->parked)
		unpark(stmt);
	free(stmt->parked);
	free(stmt->in);
	free(stmt->out);
	free(stmt->numbers);
	vp_sql_kept_free(&stmt->kept);
	free(stmt);
}

static void
maria_finish(struct vp_sql_stmt *stmt)
{
	struct vp_sql_sigpipe held;

	if (!stmt)
		return;
	vp_sql_sigpipe_hold(&held);
	finish_held(stmt);
	vp_sql_sigpipe_release(&held);
}

static int
maria_prepare(struct vp_sql_conn *conn, const char *text,
    struct vp_sql_stmt **ret_stmt, struct vp_sql_error *error)
{
	struct vp_sql_stmt *stmt = calloc(1, sizeof *stmt);
	struct vp_sql_sigpipe held;

	if (!stmt)
		return vp_sql_fail(error, VP_SQL_OTHER, "no memory");
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
maria_bind_text(struct vp_sql_stmt *stmt, unsigned index, const char *text,
    size_t size, struct vp_sql_error *error)
{
	union {
		const char *text;
		void *buffer;
	} value = { .text = text };

	if (check_index(stmt, index, error) < 0)
		return -1;
	stmt->in[index] = (MYSQL_BIND){
		.buffer_type = text ? MYSQL_TYPE_STRING : MYSQL_TYPE_NULL,
		.buffer = value.buffer,
		.buffer_length = size,
	};
	return 0;
}

static int
maria_bind_int(struct vp_sql_stmt *stmt, unsigned index, int64_t value,
    struct vp_sql_error *error)
{
	if (check_index(stmt, index, error) < 0)
		return -1;
	stmt->numbers[index] = value;
	stmt->in[index] = (MYSQL_BIND){
		.buffer_type = MYSQL_TYPE_LONGLONG,
		.buffer = &stmt->numbers[index],
	};
	return 0;
}

static int
execute(struct vp_sql_stmt *stmt, struct vp_sql_error *error)
{
	int64_t started;

	if (clear_wire(stmt->conn, error) < 0)
		return -1;
	started = vp_clock_ms();
	if ((stmt->params > 0 &&
		mysql_stmt_bind_param(stmt->handle, stmt->in)) ||
	    mysql_stmt_execute(stmt->handle))
		return fail_stmt(stmt, started, error);
	stmt->is_run = 1;
	stmt->changed = 0;
	if (stmt->columns > 0)
		stmt->conn->streaming = stmt;
	else
		stmt->changed = (int64_t)mysql_stmt_affected_rows(stmt->handle);
	return 0;
}

static int
step_held(struct vp_sql_stmt *stmt, struct vp_sql_error *error)
{
	if (!stmt->is_run && execute(stmt, error) < 0)
		return -1;
	unpark(stmt);
	int r = vp_sql_kept_step(&stmt->kept, error);
	stmt->is_kept = r > 0;
	if (r != 0)
		return r;
	return stmt->conn->streaming == stmt ? fetch(stmt, error) : 0;
}

static int
maria_step(struct vp_sql_stmt *stmt, struct vp_sql_error *error)
{
	struct vp_sql_sigpipe held;

	vp_sql_sigpipe_hold(&held);
	int r = step_held(stmt, error);
	vp_sql_sigpipe_release(&held);
	return r;
}

static const char *
maria_column_text(struct vp_sql_stmt *stmt, unsigned column, size_t *ret_size)
{
	*ret_size = 0;
	if (column >= stmt->columns)
		return NULL;
	if (!stmt->is_kept)
		return wire_column(stmt, column, ret_size);
	*ret_size = stmt->kept.sizes[column];
	return stmt->kept.text[column];
}

static int64_t
maria_changes(struct vp_sql_stmt *stmt)
{
	return stmt->changed;
}

static void
maria_reset(struct vp_sql_stmt *stmt)
{
	struct vp_sql_sigpipe held;

	if (stmt->conn->streaming == stmt) {
		stmt->conn->streaming = NULL;
		vp_sql_sigpipe_hold(&held);
		mysql_stmt_free_result(stmt->handle);
		vp_sql_sigpipe_release(&held);
	}
	vp_sql_kept_clear(&stmt->kept);
	unpark(stmt);
	stmt->is_run = stmt->is_kept = 0;
}

const struct vp_sql_driver vp_sql_mariadb = {
	.name = "mariadb",
	.connect = vp_maria_connect,
	.close = vp_maria_close,
	.is_alive = vp_maria_is_alive,
	.run = maria_run,
	.prepare = maria_prepare,
	.finish = maria_finish,
	.bind_text = maria_bind_text,
	.bind_int = maria_bind_int,
	.step = maria_step,
	.column_text = maria_column_text,
	.changes = maria_changes,
	.reset = maria_reset,
};
