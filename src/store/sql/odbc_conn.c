/*
 * Connections and errors of ODBC.  Which errors a driver can tell apart by
 * SQLSTATE differs; the server's own number decides where it is known.
 */
#include "config.h"

#include "store/sql/odbc_int.h"

#include <stdint.h>
#include <string.h>
#include <strings.h>

#include "base/attr.h"
#include "base/clock.h"
#include "base/text.h"
#include "store/sql/errors.h"

static unsigned
seconds(unsigned ms)
{
	return ms / 1000 + (ms % 1000 != 0);
}

/* ---- errors -------------------------------------------------------------- */

static enum vp_sql_class
class_of_number(enum vp_odbc_server server, SQLINTEGER number, const char *text)
{
	switch (server) {
	case VP_ODBC_MYSQL:
		return vp_sql_class_mysql((unsigned)number, text);
	case VP_ODBC_SQLITE:
		return vp_sql_class_sqlite(number, text);
	case VP_ODBC_ORACLE:
		return vp_sql_class_oracle(number);
	case VP_ODBC_SYBASE:
		return vp_sql_class_sybase(number);
	default:
		return VP_SQL_OTHER;
	}
}

/* The drivers' texts for values that a column does not take show them. */
static int
shows_value(enum vp_odbc_server server, SQLINTEGER number, const char *state)
{
	return (server == VP_ODBC_MYSQL &&
		   (number == 1292 || number == 1366 || number == 1367)) ||
	       strcmp(state, "22021") == 0 || strcmp(state, "22P02") == 0 ||
	       strcmp(state, "22P05") == 0 || strcmp(state, "22018") == 0;
}

int
vp_odbc_fail(struct vp_sql_conn *conn, SQLSMALLINT type, SQLHANDLE handle,
    int64_t started, struct vp_sql_error *error)
{
	SQLCHAR state[6] = "", text[sizeof error->text] = "";
	SQLINTEGER number = 0;
	SQLSMALLINT size;
	enum vp_sql_class class;

	if (!SQL_SUCCEEDED(SQLGetDiagRec(
		type, handle, 1, state, &number, text, sizeof text, &size)))
		return vp_sql_fail(error, VP_SQL_OTHER, "no reason given");
	class = class_of_number(conn->server, number, (const char *)text);
	if (class == VP_SQL_OTHER)
		class = vp_sql_class_state((const char *)state);
	if (class == VP_SQL_LOST && conn->limit > 0 &&
	    vp_clock_ms() - started >= (int64_t)conn->limit * 1000 - 100) {
		conn->is_lost = 1;
		class = VP_SQL_TIMEOUT;
	}
	if (class == VP_SQL_LOST)
		conn->is_lost = 1;
	if (shows_value(conn->server, number, (const char *)state))
		return vp_sql_fail(error, class,
		    "a value is not of the type or character set of its "
		    "column (%s)",
		    (const char *)state);
	return vp_sql_fail(
	    error, class, "%s (%s)", (const char *)text, (const char *)state);
}

/* ---- connecting ---------------------------------------------------------- */

/* A value in a connection string: in braces, a closing one twice. */
static void
put_value(FILE *out, const char *key, const char *value)
{
	if (!*value)
		return;
	fprintf(out, ";%s={", key);
	for (; *value; value++) {
		if (*value == '}')
			putc('}', out);
		putc(*value, out);
	}
	putc('}', out);
}

/* What is plain stays plain: not every driver knows braces. */
static void
put_account(FILE *out, const char *key, const char *value)
{
	if (*value && !strpbrk(value, "[]{}(),;?*=!@ "))
		fprintf(out, ";%s=%s", key, value);
	else
		put_value(out, key, value);
}

static SQLRETURN
log_in(struct vp_sql_conn *conn, const struct vp_sql_login *login)
{
	AUTO_FREE char *text = NULL;
	size_t size = 0;
	FILE *out;
	SQLRETURN r;

	/* The name of a data source alone. */
	if (!strchr(login->source, '='))
		return SQLConnect(conn->dbc, vp_odbc_text(login->source),
		    SQL_NTS, vp_odbc_text(login->user), SQL_NTS,
		    vp_odbc_text(login->password), SQL_NTS);
	out = open_memstream(&text, &size);
	if (!out)
		return SQL_ERROR;
	fputs(login->source, out);
	put_account(out, "UID", login->user);
	put_account(out, "PWD", login->password);
	if (fclose(out) != 0)
		return SQL_ERROR;
	r = SQLDriverConnect(conn->dbc, NULL, vp_odbc_text(text), SQL_NTS, NULL,
	    0, NULL, SQL_DRIVER_NOPROMPT);
	explicit_bzero(text, size);
	return r;
}

/* A password may also be in the connection string itself. */
static void
hide_passwords(const struct vp_sql_login *login, struct vp_sql_error *error)
{
	AUTO_FREE char *secret = NULL;
	const char *found = strcasestr(login->source, "PWD=");

	if (!found)
		found = strcasestr(login->source, "PASSWORD=");
	if (found) {
		found = strchr(found, '=') + 1;
		found += *found == '{';
		secret = strndup(found, strcspn(found, ";}"));
	}
	if (secret)
		vp_sql_hide(error, secret);
	vp_sql_hide(error, login->password);
}

static enum vp_odbc_server
server_of(SQLHDBC dbc)
{
	static const struct {
		const char *name;
		enum vp_odbc_server server;
	} servers[] = {
		{ "mariadb", VP_ODBC_MYSQL },
		{ "mysql", VP_ODBC_MYSQL },
		{ "postgresql", VP_ODBC_PGSQL },
		{ "sqlite", VP_ODBC_SQLITE },
		{ "oracle", VP_ODBC_ORACLE },
		{ "adaptive server", VP_ODBC_SYBASE },
		{ "sybase", VP_ODBC_SYBASE },
		{ "sql server", VP_ODBC_SYBASE },
		{ "microsoft sql server", VP_ODBC_SYBASE },
	};
	char name[128] = "";

	if (!SQL_SUCCEEDED(
		SQLGetInfo(dbc, SQL_DBMS_NAME, name, sizeof name, NULL)))
		return VP_ODBC_UNKNOWN;
	for (size_t i = 0; i < sizeof servers / sizeof *servers; i++)
		if (strncasecmp(
			name, servers[i].name, strlen(servers[i].name)) == 0)
			return servers[i].server;
	return VP_ODBC_UNKNOWN;
}

/* Without these a server cuts values, or takes text for something else than
 * UTF-8. */
static int
set_session(struct vp_sql_conn *conn, struct vp_sql_error *error)
{
	switch (conn->server) {
	case VP_ODBC_MYSQL:
		/* SET NAMES is what its driver does not let through. */
		if (vp_odbc_run(conn,
			"SET SESSION character_set_client = utf8mb4, "
			"SESSION character_set_connection = utf8mb4, "
			"SESSION character_set_results = utf8mb4",
			error) < 0)
			return -1;
		return vp_odbc_run(conn,
		    "SET SESSION sql_mode = "
		    "CONCAT(@@SESSION.sql_mode, ',STRICT_ALL_TABLES')",
		    error);
	case VP_ODBC_PGSQL:
		return vp_odbc_run(conn, "SET client_encoding = UTF8", error);
	case VP_ODBC_SYBASE:
		return vp_odbc_run(conn, "SET string_rtruncation ON", error);
	default:
		return 0;
	}
}

static int
make_handles(struct vp_sql_conn *conn)
{
	if (!SQL_SUCCEEDED(
		SQLAllocHandle(SQL_HANDLE_ENV, SQL_NULL_HANDLE, &conn->env)))
		return -1;
	SQLSetEnvAttr(conn->env, SQL_ATTR_ODBC_VERSION,
	    (SQLPOINTER)(uintptr_t)SQL_OV_ODBC3, 0);
	return SQL_SUCCEEDED(
		   SQLAllocHandle(SQL_HANDLE_DBC, conn->env, &conn->dbc))
		   ? 0
		   : -1;
}

int
vp_odbc_connect(struct vp_sql_conn *conn, const struct vp_sql_login *login,
    struct vp_sql_error *error)
{
	int64_t started = vp_clock_ms();
	SQLRETURN r;

	if (make_handles(conn) < 0)
		return vp_sql_fail(error, VP_SQL_OTHER,
		    "the ODBC driver manager cannot be used");
	conn->limit = seconds(login->connect_ms);
	/* A driver that does not know these goes on without. */
	if (conn->limit > 0)
		SQLSetConnectAttr(conn->dbc, SQL_ATTR_LOGIN_TIMEOUT,
		    (SQLPOINTER)(uintptr_t)conn->limit, 0);
	if (login->query_ms > 0)
		SQLSetConnectAttr(conn->dbc, SQL_ATTR_CONNECTION_TIMEOUT,
		    (SQLPOINTER)(uintptr_t)seconds(login->query_ms), 0);
	if (login->read_only)
		SQLSetConnectAttr(conn->dbc, SQL_ATTR_ACCESS_MODE,
		    (SQLPOINTER)(uintptr_t)SQL_MODE_READ_ONLY, 0);
	r = log_in(conn, login);
	if (!SQL_SUCCEEDED(r)) {
		vp_odbc_fail(conn, SQL_HANDLE_DBC, conn->dbc, started, error);
		/* Whatever else it says: there is no connection. */
		if (error->class == VP_SQL_OTHER)
			error->class = VP_SQL_LOST;
		hide_passwords(login, error);
		return -1;
	}
	conn->is_connected = 1;
	conn->server = server_of(conn->dbc);
	conn->limit = seconds(login->query_ms);
	return set_session(conn, error);
}

void
vp_odbc_disconnect(struct vp_sql_conn *conn)
{
	if (conn->is_connected) {
		SQLEndTran(SQL_HANDLE_DBC, conn->dbc, SQL_ROLLBACK);
		SQLDisconnect(conn->dbc);
	}
	if (conn->dbc)
		SQLFreeHandle(SQL_HANDLE_DBC, conn->dbc);
	if (conn->env)
		SQLFreeHandle(SQL_HANDLE_ENV, conn->env);
}

/* ---- statements without values ------------------------------------------- */

static int
set_autocommit(
    struct vp_sql_conn *conn, SQLULEN mode, struct vp_sql_error *error)
{
	int64_t started = vp_clock_ms();

	if (SQL_SUCCEEDED(SQLSetConnectAttr(conn->dbc, SQL_ATTR_AUTOCOMMIT,
		(SQLPOINTER)(uintptr_t)mode, SQL_IS_UINTEGER)))
		return 0;
	return vp_odbc_fail(conn, SQL_HANDLE_DBC, conn->dbc, started, error);
}

static int
end_transaction(
    struct vp_sql_conn *conn, SQLSMALLINT how, struct vp_sql_error *error)
{
	int64_t started = vp_clock_ms();

	if (!SQL_SUCCEEDED(SQLEndTran(SQL_HANDLE_DBC, conn->dbc, how))) {
		struct vp_sql_error more;

		vp_odbc_fail(conn, SQL_HANDLE_DBC, conn->dbc, started, error);
		SQLEndTran(SQL_HANDLE_DBC, conn->dbc, SQL_ROLLBACK);
		set_autocommit(conn, SQL_AUTOCOMMIT_ON, &more);
		return -1;
	}
	return set_autocommit(conn, SQL_AUTOCOMMIT_ON, error);
}

int
vp_odbc_run(
    struct vp_sql_conn *conn, const char *text, struct vp_sql_error *error)
{
	int64_t started = vp_clock_ms();
	SQLHSTMT handle;
	int r = 0;

	if (strcmp(text, "BEGIN") == 0)
		return set_autocommit(conn, SQL_AUTOCOMMIT_OFF, error);
	if (strcmp(text, "COMMIT") == 0)
		return end_transaction(conn, SQL_COMMIT, error);
	if (strcmp(text, "ROLLBACK") == 0)
		return end_transaction(conn, SQL_ROLLBACK, error);
	if (!SQL_SUCCEEDED(SQLAllocHandle(SQL_HANDLE_STMT, conn->dbc, &handle)))
		return vp_odbc_fail(
		    conn, SQL_HANDLE_DBC, conn->dbc, started, error);
	if (conn->limit > 0)
		SQLSetStmtAttr(handle, SQL_ATTR_QUERY_TIMEOUT,
		    (SQLPOINTER)(uintptr_t)conn->limit, 0);
	SQLRETURN ran = SQLExecDirect(handle, vp_odbc_text(text), SQL_NTS);
	if (!SQL_SUCCEEDED(ran) && ran != SQL_NO_DATA)
		r = vp_odbc_fail(conn, SQL_HANDLE_STMT, handle, started, error);
	SQLFreeHandle(SQL_HANDLE_STMT, handle);
	return r;
}
