/*
 * Connections to MariaDB and MySQL.  Two things of the session are set:
 * STRICT_ALL_TABLES is added to its modes, because a server without it cuts
 * values without an error; and a lock is waited for at most as long as we
 * wait for the answer, because a statement that we no longer wait for could
 * still be carried out.
 */
#include "config.h"

#include "store/sql/mariadb_int.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>

#include "base/clock.h"
#include "store/sql/errors.h"
#include "store/sql/sigpipe.h"

/* Of the client: CR_SERVER_LOST, CR_SERVER_GONE_ERROR. */
#define GONE       2006
#define BROKEN_OFF 2013
#define PACKET_MAX (16UL << 20)
/* Seconds; what the library can count in milliseconds. */
#define NO_LIMIT 2000000U

static unsigned
seconds(unsigned ms)
{
	return ms / 1000 + (ms % 1000 != 0);
}

/* The client reports a time-out as a connection broken off. */
int
vp_maria_fail(struct vp_sql_conn *conn, unsigned number, const char *text,
    int64_t started, struct vp_sql_error *error)
{
	enum vp_sql_class class = vp_sql_class_mysql(number, text);

	if ((number == BROKEN_OFF || number == GONE) && conn->limit > 0 &&
	    vp_clock_ms() - started >= (int64_t)conn->limit * 1000 - 100)
		class = VP_SQL_TIMEOUT;
	if (class == VP_SQL_LOST || number == BROKEN_OFF || number == 1153 ||
	    number == 2020)
		conn->is_lost = 1;
	if (class == VP_SQL_TIMEOUT)
		return vp_sql_fail(error, class,
		    "no answer from the server within %u s", conn->limit);
	/* Their texts show the value, which may be a password. */
	if (number == 1292 || number == 1366 || number == 1367)
		return vp_sql_fail(error, class,
		    "a value is not of the type or character set of its "
		    "column (%u)",
		    number);
	return vp_sql_fail(error, class, "%s (%u)", text, number);
}

/* ---- connections --------------------------------------------------------- */

static void
set_tls(MYSQL *mysql, const struct vp_sql_login *login, int tls)
{
	my_bool wanted = tls != VP_SQL_TLS_OFF;
	my_bool verify = tls == VP_SQL_TLS_VERIFY;

	if (wanted)
		mysql_ssl_set(mysql, *login->tls_key ? login->tls_key : NULL,
		    *login->tls_cert ? login->tls_cert : NULL,
		    verify && *login->tls_ca ? login->tls_ca : NULL, NULL,
		    NULL);
	mysql_options(mysql, MYSQL_OPT_SSL_ENFORCE, &wanted);
	mysql_options(mysql, MYSQL_OPT_SSL_VERIFY_SERVER_CERT, &verify);
}

static void
set_session(MYSQL *mysql, const struct vp_sql_login *login)
{
	char text[256];
	unsigned wait = seconds(login->query_ms);

	mysql_options(mysql, MYSQL_INIT_COMMAND,
	    "SET SESSION sql_mode = "
	    "CONCAT(@@SESSION.sql_mode, ',STRICT_ALL_TABLES')");
	if (wait > 0) {
		wait = wait > 1 ? wait - 1 : 1;
		snprintf(text, sizeof text,
		    "SET SESSION innodb_lock_wait_timeout = %u, "
		    "SESSION lock_wait_timeout = %u",
		    wait, wait);
		mysql_options(mysql, MYSQL_INIT_COMMAND, text);
	}
	if (login->read_only)
		mysql_options(mysql, MYSQL_INIT_COMMAND,
		    "SET SESSION TRANSACTION READ ONLY");
}

static void
set_options(MYSQL *mysql, const struct vp_sql_login *login)
{
	unsigned limit = seconds(login->connect_ms);
	unsigned off = 0;
	my_bool no = 0;
	size_t packet = PACKET_MAX;

	if (limit > 0) {
		mysql_options(mysql, MYSQL_OPT_CONNECT_TIMEOUT, &limit);
		mysql_options(mysql, MYSQL_OPT_READ_TIMEOUT, &limit);
		mysql_options(mysql, MYSQL_OPT_WRITE_TIMEOUT, &limit);
	}
	mysql_options(mysql, MYSQL_OPT_RECONNECT, &no);
	mysql_options(mysql, MYSQL_OPT_LOCAL_INFILE, &off);
	mysql_options(mysql, MYSQL_OPT_MAX_ALLOWED_PACKET, &packet);
	mysql_options(mysql, MYSQL_SET_CHARSET_NAME, "utf8mb4");
	/* Others would hand out the password as it is, or ask the terminal. */
	mysql_options(mysql, MARIADB_OPT_RESTRICTED_AUTH,
	    "mysql_native_password,caching_sha2_password,client_ed25519,"
	    "sha256_password");
	if (*login->socket) {
		unsigned protocol = MYSQL_PROTOCOL_SOCKET;

		mysql_options(mysql, MYSQL_OPT_PROTOCOL, &protocol);
	}
}

/* Its first call makes the library ignore SIGPIPE in the whole program; that
 * is not ours to decide. */
static MYSQL *
make_handle(void)
{
	struct sigaction before;
	MYSQL *mysql;

	if (sigaction(SIGPIPE, NULL, &before) < 0)
		return NULL;
	mysql = mysql_init(NULL);
	sigaction(SIGPIPE, &before, NULL);
	return mysql;
}

/* "Enforced" is not quite that: with a server that has no TLS the library
 * goes on without. */
static int
check_tls(const struct vp_sql_conn *conn, int tls, struct vp_sql_error *error)
{
	if (tls < VP_SQL_TLS_REQUIRE || mysql_get_ssl_cipher(conn->mysql))
		return 0;
	return vp_sql_fail(error, VP_SQL_LOST, "the server does not offer TLS");
}

static int
connect_as(struct vp_sql_conn *conn, const struct vp_sql_login *login, int tls,
    struct vp_sql_error *error)
{
	int64_t started = vp_clock_ms();

	conn->mysql = make_handle();
	if (!conn->mysql)
		return vp_sql_fail(error, VP_SQL_OTHER, "no memory");
	conn->limit = seconds(login->connect_ms);
	set_options(conn->mysql, login);
	if (*login->socket)
		tls = VP_SQL_TLS_OFF;
	set_tls(conn->mysql, login, tls);
	set_session(conn->mysql, login);
	if (!mysql_real_connect(conn->mysql, *login->host ? login->host : NULL,
		login->user, login->password,
		*login->database ? login->database : NULL, login->port,
		*login->socket ? login->socket : NULL, CLIENT_FOUND_ROWS))
		vp_maria_fail(conn, mysql_errno(conn->mysql),
		    mysql_error(conn->mysql), started, error);
	else if (check_tls(conn, tls, error) == 0) {
		/* Programs that are run later must not inherit it. */
		(void)fcntl(mysql_get_socket(conn->mysql), F_SETFD, FD_CLOEXEC);
		return 0;
	}
	vp_sql_hide(error, login->password);
	mysql_close(conn->mysql);
	conn->mysql = NULL;
	return -1;
}

static int
connect_held(struct vp_sql_conn *conn, const struct vp_sql_login *login,
    struct vp_sql_error *error)
{
	int r = connect_as(conn, login, login->tls, error);

	/* One whose TLS fails may do without. */
	if (r < 0 && login->tls == VP_SQL_TLS_TRY &&
	    error->class == VP_SQL_LOST)
		r = connect_as(conn, login, VP_SQL_TLS_OFF, error);
	if (r < 0)
		return -1;
	conn->limit = seconds(login->query_ms);
	unsigned limit = conn->limit > 0 ? conn->limit : NO_LIMIT;
	mysql_options(conn->mysql, MYSQL_OPT_READ_TIMEOUT, &limit);
	mysql_options(conn->mysql, MYSQL_OPT_WRITE_TIMEOUT, &limit);
	conn->is_lost = 0;
	return 0;
}

int
vp_maria_connect(const struct vp_sql_login *login,
    const struct vp_sql_dialect *dialect, struct vp_sql_conn **ret_conn,
    struct vp_sql_error *error)
{
	struct vp_sql_conn *conn = calloc(1, sizeof *conn);
	struct vp_sql_sigpipe held;

	(void)dialect;
	if (!conn)
		return vp_sql_fail(error, VP_SQL_OTHER, "no memory");
	vp_sql_sigpipe_hold(&held);
	int r = connect_held(conn, login, error);
	vp_sql_sigpipe_release(&held);
	if (r < 0) {
		free(conn);
		return -1;
	}
	*ret_conn = conn;
	return 0;
}

void
vp_maria_close(struct vp_sql_conn *conn)
{
	struct vp_sql_sigpipe held;

	if (!conn)
		return;
	vp_sql_sigpipe_hold(&held);
	mysql_close(conn->mysql);
	vp_sql_sigpipe_release(&held);
	free(conn);
}

/* A server says nothing by itself but good-bye. */
int
vp_maria_is_alive(struct vp_sql_conn *conn)
{
	struct pollfd fd = { .fd = mysql_get_socket(conn->mysql),
		.events = POLLIN };
	struct vp_sql_sigpipe held;

	if (conn->is_lost)
		return 0;
	if (conn->streaming || poll(&fd, 1, 0) == 0)
		return 1;
	vp_sql_sigpipe_hold(&held);
	conn->is_lost = mysql_ping(conn->mysql) != 0;
	vp_sql_sigpipe_release(&held);
	return !conn->is_lost;
}
