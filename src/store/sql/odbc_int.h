/* Of the ODBC driver's own files. */
#ifndef STORE_SQL_ODBC_INT_H
#define STORE_SQL_ODBC_INT_H

#include <sql.h>
#include <sqlext.h>

#include "store/sql/kept.h"

/* Whose error numbers come up from below. */
enum vp_odbc_server {
	VP_ODBC_UNKNOWN,
	VP_ODBC_MYSQL,
	VP_ODBC_PGSQL,
	VP_ODBC_SQLITE,
	VP_ODBC_ORACLE,
	VP_ODBC_SYBASE
};

struct vp_sql_conn {
	SQLHENV env;
	SQLHDBC dbc;
	struct vp_sql_stmt *streaming; /* its rows are on the wire */
	enum vp_odbc_server server;
	int is_oracle;  /* the dialect: values are given as CHAR */
	unsigned limit; /* of one answer, seconds; 0: none */
	int is_connected, is_lost;
};

/* Take the first diagnostic record of a handle.  started is when the call
 * that failed began. */
int vp_odbc_fail(struct vp_sql_conn *conn, SQLSMALLINT type, SQLHANDLE handle,
    int64_t started, struct vp_sql_error *error);

/* Connect; the session is as we want it. */
int vp_odbc_connect(struct vp_sql_conn *conn, const struct vp_sql_login *login,
    struct vp_sql_error *error);
void vp_odbc_disconnect(struct vp_sql_conn *conn);
/* A statement without values. */
int vp_odbc_run(
    struct vp_sql_conn *conn, const char *text, struct vp_sql_error *error);

struct vp_odbc_value {
	char *text;
	size_t size, allocated;
	int is_null;
};

struct vp_odbc_param {
	const char *text;
	SQLLEN size;
	char number[24];
};

struct vp_sql_stmt {
	struct vp_sql_conn *conn;
	SQLHSTMT handle;
	unsigned params, columns;
	struct vp_odbc_param *in;
	struct vp_odbc_value *row;
	struct vp_odbc_value *parked; /* a row that the caller still looks at */
	struct vp_sql_kept kept;
	int64_t changed;
	int is_run, is_kept;
};

/* Of a statement's handle. */
int vp_odbc_stmt_fail(
    struct vp_sql_stmt *stmt, int64_t started, struct vp_sql_error *error);

/* odbc_rows.c: 1, a row in stmt->row; 0. */
int vp_odbc_fetch(struct vp_sql_stmt *stmt, struct vp_sql_error *error);
/* A column of it; NULL for SQL NULL. */
const char *vp_odbc_column(
    struct vp_sql_stmt *stmt, unsigned column, size_t *ret_size);
/* Take what is coming off the wire, to make it free for another statement. */
int vp_odbc_clear_wire(struct vp_sql_conn *conn, struct vp_sql_error *error);
/* Forget the row that the caller has looked at meanwhile. */
void vp_odbc_unpark(struct vp_sql_stmt *stmt);

/* Functions of ODBC take text that is not const, and do not change it. */
static inline SQLCHAR *
vp_odbc_text(const char *text)
{
	union {
		const char *in;
		SQLCHAR *out;
	} value = { .in = text };

	return value.out;
}

#endif
