/*
 * Connections to PostgreSQL: everything that waits is here, and waits with
 * poll(2) and a limit.  A connection whose answer did not come in time is
 * closed instead of asking the server to cancel: that request would go over
 * a new connection, without a limit.  The server is told to look whether we
 * are still there, and ends the statement when we are not; locks it waits for
 * a little shorter than we do.
 */
#include "config.h"

#include "store/sql/pgsql_int.h"

#include <poll.h>
#include <stdlib.h>
#include <string.h>

#include "base/attr.h"
#include "base/clock.h"
#include "base/text.h"
#include "store/sql/errors.h"

#define SOCKET_NAME ".s.PGSQL."

static void
hear_nothing(void *arg, const char *message)
{
	(void)arg;
	(void)message;
}

/* 1: ready; 0: not in time. */
static int
wait_for(struct vp_sql_conn *conn, short events, int64_t deadline)
{
	struct pollfd fd = { .fd = PQsocket(conn->pg), .events = events };
	int r;

	if (fd.fd < 0)
		return 1; /* libpq knows and will say so */
	do {
		int64_t left = deadline - vp_clock_ms();

		if (conn->limit == 0)
			left = -1;
		else if (left < 0)
			left = 0;
		r = poll(&fd, 1, (int)left);
	} while (r < 0);
	return r > 0;
}

static int
fail_late(struct vp_sql_conn *conn, struct vp_sql_error *error)
{
	conn->is_lost = 1;
	return vp_sql_fail(error, VP_SQL_TIMEOUT,
	    "no answer from the server within %u ms", conn->limit);
}

int
vp_pg_fail(struct vp_sql_conn *conn, const PGresult *result,
    struct vp_sql_error *error)
{
	const char *state =
	    result ? PQresultErrorField(result, PG_DIAG_SQLSTATE) : NULL;
	enum vp_sql_class class = VP_SQL_OTHER;

	if (state)
		class = vp_sql_class_state(state);
	else if (PQstatus(conn->pg) == CONNECTION_BAD)
		class = VP_SQL_LOST;
	if (class == VP_SQL_LOST)
		conn->is_lost = 1;
	if (!state)
		return vp_sql_fail(error, class, "%s",
		    result ? PQresultErrorMessage(result)
			   : PQerrorMessage(conn->pg));
	/* Their texts show the value, which may be a password. */
	if (strcmp(state, "22021") == 0 || strcmp(state, "22P02") == 0 ||
	    strcmp(state, "22P05") == 0)
		return vp_sql_fail(error, class,
		    "a value is not of the type or character set of its "
		    "column (%s)",
		    state);
	return vp_sql_fail(error, class, "%s (%s)",
	    PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY), state);
}

int
vp_pg_result(
    struct vp_sql_conn *conn, PGresult **ret_result, struct vp_sql_error *error)
{
	int64_t deadline = vp_clock_ms() + conn->limit;

	for (;;) {
		int unsent = PQflush(conn->pg);

		if (unsent < 0)
			return vp_pg_fail(conn, NULL, error);
		if (unsent == 0 && !PQisBusy(conn->pg))
			break;
		if (!wait_for(
			conn, unsent ? POLLIN | POLLOUT : POLLIN, deadline))
			return fail_late(conn, error);
		if (!PQconsumeInput(conn->pg))
			return vp_pg_fail(conn, NULL, error);
	}
	*ret_result = PQgetResult(conn->pg);
	return *ret_result != NULL;
}

int
vp_pg_finish(struct vp_sql_conn *conn, struct vp_sql_error *error)
{
	PGresult *result = NULL;
	int r, status = 0;

	while ((r = vp_pg_result(conn, &result, error)) > 0) {
		ExecStatusType kind = PQresultStatus(result);

		if (kind != PGRES_COMMAND_OK && kind != PGRES_TUPLES_OK &&
		    kind != PGRES_SINGLE_TUPLE && status == 0)
			status = vp_pg_fail(conn, result, error);
		PQclear(result);
	}
	return r < 0 ? -1 : status;
}

/* ---- connecting ---------------------------------------------------------- */

struct arguments {
	const char *keywords[16], *values[16];
	unsigned count;
};

static void
add(struct arguments *arguments, const char *keyword, const char *value)
{
	if (!*value)
		return;
	arguments->keywords[arguments->count] = keyword;
	arguments->values[arguments->count++] = value;
}

/* libpq wants the folder of the socket, and the port that is in its name. */
static void
split_socket(const char *socket, char *folder, char *port, size_t port_size)
{
	const char *name = strrchr(socket, '/');

	memcpy(folder, socket, strlen(socket) + 1);
	if (!name || strncmp(name + 1, SOCKET_NAME, strlen(SOCKET_NAME)) != 0)
		return;
	folder[name - socket] = '\0';
	if (vp_copy(port, port_size, name + 1 + strlen(SOCKET_NAME)) < 0)
		port[0] = '\0';
}

static PGconn *
start(const struct vp_sql_login *login)
{
	static const char *const modes[] = { "disable", "prefer", "require",
		"verify-full" };
	struct arguments a = { .count = 0 };
	char folder[sizeof login->socket], port[16] = "";

	if (login->port != 0)
		snprintf(port, sizeof port, "%u", login->port);
	if (*login->socket) {
		split_socket(login->socket, folder, port, sizeof port);
		add(&a, "host", folder);
	} else {
		add(&a, "host", login->host);
	}
	add(&a, "port", port);
	add(&a, "user", login->user);
	add(&a, "password", login->password);
	add(&a, "dbname", login->database);
	add(&a, "sslmode", modes[login->tls]);
	if (login->tls == VP_SQL_TLS_VERIFY)
		add(&a, "sslrootcert", login->tls_ca);
	add(&a, "sslcert", login->tls_cert);
	add(&a, "sslkey", login->tls_key);
	add(&a, "gssencmode", "disable");
	add(&a, "client_encoding", "UTF8");
	add(&a, "application_name", "vpopmail");
	return PQconnectStartParams(a.keywords, a.values, 0);
}

/* Of a refused connection there is only the text; told to be verbose, libpq
 * puts the SQLSTATE into it: "FATAL:  28P01: password ...". */
static enum vp_sql_class
class_of_refusal(struct vp_sql_conn *conn)
{
	const char *text = PQerrorMessage(conn->pg);
	enum vp_sql_class class;

	if (PQconnectionNeedsPassword(conn->pg))
		return VP_SQL_DENIED;
	while ((text = strstr(text, ":  "))) {
		text += 3;
		if (strspn(text, "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ") != 5 ||
		    text[5] != ':')
			continue;
		class = vp_sql_class_state(text);
		return class == VP_SQL_OTHER ? VP_SQL_LOST : class;
	}
	return VP_SQL_LOST;
}

static int
fail_refused(struct vp_sql_conn *conn, const struct vp_sql_login *login,
    struct vp_sql_error *error)
{
	AUTO_FREE char *text = strdup(PQerrorMessage(conn->pg));
	char *location = text ? strstr(text, "\nLOCATION:") : NULL;

	if (location)
		*location = '\0';
	vp_sql_fail(error, class_of_refusal(conn), "%s",
	    text ? text : "cannot connect");
	vp_sql_hide(error, login->password);
	return -1;
}

static int
poll_connection(struct vp_sql_conn *conn, const struct vp_sql_login *login,
    struct vp_sql_error *error)
{
	int64_t deadline = vp_clock_ms() + conn->limit;
	PostgresPollingStatusType state = PGRES_POLLING_WRITING;

	while (state != PGRES_POLLING_OK) {
		if (state == PGRES_POLLING_FAILED ||
		    PQstatus(conn->pg) == CONNECTION_BAD)
			return fail_refused(conn, login, error);
		if (!wait_for(conn,
			state == PGRES_POLLING_READING ? POLLIN : POLLOUT,
			deadline))
			return fail_late(conn, error);
		state = PQconnectPoll(conn->pg);
	}
	return 0;
}

/* Our statements name the keys of what they want, so an index has it: while a
 * table is small the server would rather read all of it, and keep that plan
 * for a prepared statement while the table grows. */
static int
set_session(struct vp_sql_conn *conn, const struct vp_sql_login *login,
    struct vp_sql_error *error)
{
	char text[256], wait[64] = "";
	unsigned ms = login->query_ms;

	if (ms > 0)
		snprintf(wait, sizeof wait, "SET lock_timeout = %u;",
		    ms > 2000 ? ms - 1000 : ms / 2 + 1);
	snprintf(text, sizeof text, "SET enable_seqscan = off;%s%s%s", wait,
	    PQserverVersion(conn->pg) >= 140000
		? "SET client_connection_check_interval = 1000;"
		: "",
	    login->read_only ? "SET default_transaction_read_only = on;" : "");
	if (!PQsendQuery(conn->pg, text))
		return vp_pg_fail(conn, NULL, error);
	return vp_pg_finish(conn, error);
}

int
vp_pg_connect(struct vp_sql_conn *conn, const struct vp_sql_login *login,
    struct vp_sql_error *error)
{
	conn->pg = start(login);
	if (!conn->pg)
		return vp_sql_fail(error, VP_SQL_OTHER, "no memory");
	PQsetNoticeProcessor(conn->pg, hear_nothing, NULL);
	PQsetErrorVerbosity(conn->pg, PQERRORS_VERBOSE);
	conn->limit = login->connect_ms;
	if (poll_connection(conn, login, error) < 0)
		return -1;
	PQsetErrorVerbosity(conn->pg, PQERRORS_DEFAULT);
	if (PQsetnonblocking(conn->pg, 1) < 0)
		return vp_pg_fail(conn, NULL, error);
	if (set_session(conn, login, error) < 0)
		return -1;
	conn->limit = login->query_ms;
	return 0;
}
