/* Logins, encryption, and servers that are not well. */
#include "config.h"

#include <dirent.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/text.h"
#include "drivers.h"

/* The program the tests are about ends up without a connection. */
static void
check_refusal(const char *words, enum vp_sql_class class)
{
	int64_t began = now_ms();
	int r = driver->connect(&login, dialect, &conn, &error);

	tap(r == -1 && error.class == class && *error.text, "%s", words);
	tap(!*login.password || !strstr(error.text, login.password),
	    "%s: no password in the text", words);
	tap(now_ms() - began < 8000, "%s: at once", words);
	if (r == 0)
		close_conn();
}

void
check_login(void)
{
	const struct vp_sql_login good = login;

	if (server != SQLITE) {
		set_password("wrong password");
		/* psqlodbc only says that there is no connection. */
		check_refusal("wrong password",
		    is_odbc && server == PGSQL ? VP_SQL_LOST : VP_SQL_DENIED);
		login = good;
	}
	if (!is_odbc && server != SQLITE) {
		set_password("");
		check_refusal("no password", VP_SQL_DENIED);
		login = good;
		snprintf(login.database, sizeof login.database, "no_such");
		check_refusal("unknown database",
		    server == MYSQL ? VP_SQL_DENIED : VP_SQL_NO_TABLE);
		login = good;
		snprintf(login.host, sizeof login.host, "127.0.0.1");
		login.socket[0] = '\0';
		login.port = 1;
		check_refusal("nobody listens", VP_SQL_LOST);
		login = good;
		snprintf(login.socket, sizeof login.socket, "/nonexistent/x");
		check_refusal("no such socket", VP_SQL_LOST);
		login = good;
	}
	if (is_odbc) {
		snprintf(login.source, sizeof login.source, "no_such_source");
		check_refusal("unknown data source", VP_SQL_LOST);
		login = good;
		return;
	}
	open_conn();
	make_table();
	close_conn();
	login.read_only = 1;
	open_conn();
	tap(strcmp(ask("SELECT count(*) FROM drv_t"), "0") == 0,
	    "a connection for reading reads");
	tap(once("INSERT INTO drv_t (id) VALUES (?)", 1, "1") == -1 &&
		error.class == VP_SQL_READONLY,
	    "and refuses to write");
	close_conn();
}

void
set_password(const char *text)
{
	need(vp_copy(login.password, sizeof login.password, text) == 0,
	    "a password that fits");
}

static int
is_encrypted(void)
{
	if (server == MYSQL) {
		struct vp_sql_stmt *stmt =
		    prepare("SHOW STATUS LIKE 'Ssl_version'");
		int is = step(stmt) == 1 && *column(stmt, 1);

		driver->finish(stmt);
		return is;
	}
	return strcmp(ask("SELECT ssl FROM pg_stat_ssl "
			  "WHERE pid = pg_backend_pid()"),
		   "t") == 0;
}

static void
check_encrypted(const char *words, int wanted)
{
	int r = driver->connect(&login, dialect, &conn, &error);

	tap(r == 0 && is_encrypted() == wanted, "%s", words);
	if (r == 0)
		close_conn();
}

/* tls_ca is the authority of the server, tls_key one that is not. */
void
check_tls(void)
{
	char wrong[sizeof login.tls_key];

	snprintf(wrong, sizeof wrong, "%s", login.tls_key);
	login.tls_key[0] = '\0';
	login.tls = VP_SQL_TLS_OFF;
	check_encrypted("TLS off", 0);
	login.tls = VP_SQL_TLS_TRY;
	check_encrypted("TLS tried", 1);
	login.tls = VP_SQL_TLS_REQUIRE;
	check_encrypted("TLS required", 1);
	login.tls = VP_SQL_TLS_VERIFY;
	check_encrypted("TLS verified", 1);
	need(vp_copy(login.tls_ca, sizeof login.tls_ca, wrong) == 0, "a path");
	check_refusal("TLS with the wrong authority", VP_SQL_LOST);
}

/* A server without TLS. */
void
check_refused(void)
{
	login.tls = VP_SQL_TLS_TRY;
	check_encrypted("a server without TLS, tried", 0);
	login.tls = VP_SQL_TLS_REQUIRE;
	check_refusal("a server without TLS, required", VP_SQL_LOST);
	login.tls = VP_SQL_TLS_VERIFY;
	check_refusal("a server without TLS, to be verified", VP_SQL_LOST);
}

/* There is no server; the client library's own work until then. */
void
check_unreachable(void)
{
	check_refusal("no server", VP_SQL_LOST);
}

/* A server that does not let itself be changed. */
void
check_readonly(void)
{
	open_conn();
	tap(run("CREATE TABLE drv_new (id int)") == -1 &&
		error.class == VP_SQL_READONLY,
	    "a table on a server for reading only");
	tap(once("DELETE FROM drv_kept WHERE id = ?", 1, "1") == -1 &&
		error.class == VP_SQL_READONLY,
	    "a row there");
	tap(strcmp(ask("SELECT count(*) FROM drv_kept"), "0") == 0,
	    "which still answers");
	close_conn();
}

/* No room at the server. */
void
check_full(void)
{
	struct vp_sql_stmt *stmt;
	int r = 0;

	open_conn();
	if (server == MYSQL) {
		run("SET SESSION max_heap_table_size = 16384");
		need(run("CREATE TEMPORARY TABLE drv_full "
			 "(name char(255)) ENGINE=MEMORY") == 0,
		    "a small table");
		stmt = prepare("INSERT INTO drv_full VALUES ('x')");
	} else {
		stmt = prepare("SELECT n FROM generate_series(1, 900000) n "
			       "ORDER BY n DESC");
	}
	for (int i = 0; r == 0 && i < 1000000; i++) {
		r = step(stmt);
		driver->reset(stmt);
	}
	tap(r == -1 && error.class == VP_SQL_FULL, "no room");
	driver->finish(stmt);
	tap(strcmp(ask("SELECT 1"), "1") == 0, "the connection goes on");
	close_conn();
}

/* ---- servers that die or stop -------------------------------------------- */

/* 1 when every thread of the process has stopped. */
static int
has_stopped(long pid)
{
	char path[64], state;
	int is_stopped = 1;
	struct dirent *entry;
	DIR *threads;

	snprintf(path, sizeof path, "/proc/%ld/task", pid);
	threads = opendir(path);
	need(threads != NULL, "the server's threads");
	while ((entry = readdir(threads))) {
		char stat[sizeof path + sizeof entry->d_name + 8];
		FILE *in;

		snprintf(stat, sizeof stat, "%s/%s/stat", path, entry->d_name);
		in = *entry->d_name == '.' ? NULL : fopen(stat, "re");
		if (!in)
			continue;
		if (fscanf(in, "%*d (%*[^)]) %c", &state) == 1 &&
		    !strchr("TtZX", state))
			is_stopped = 0;
		fclose(in);
	}
	closedir(threads);
	return is_stopped;
}

/* A process that is sent SIGSTOP may go on for a moment. */
static void
signal_process(long pid, int number)
{
	kill((pid_t)pid, number);
	while (number == SIGSTOP && !has_stopped(pid))
		usleep(1000);
}

/* To the server and, PostgreSQL, its children. */
static void
signal_server(int number)
{
	char path[64];
	long child;
	FILE *in;

	signal_process(server_pid, number);
	snprintf(path, sizeof path, "/proc/%ld/task/%ld/children", server_pid,
	    server_pid);
	in = fopen(path, "re");
	while (in && fscanf(in, "%ld", &child) == 1)
		signal_process(child, number);
	if (in)
		fclose(in);
}

static const char *
sleep_text(void)
{
	return server == MYSQL ? "SELECT SLEEP(30)" : "SELECT pg_sleep(30)";
}

void
check_killed(void)
{
	struct vp_sql_stmt *stmt, *other;
	pid_t child;

	login.query_ms = 20000;
	open_conn();
	stmt = prepare(sleep_text());
	other = prepare("SELECT 1");
	child = fork();
	if (child == 0) {
		usleep(500 * 1000);
		signal_server(SIGKILL);
		_exit(0);
	}
	tap(step(stmt) == -1 && error.class == VP_SQL_LOST,
	    "server killed in the middle of a statement");
	waitpid(child, NULL, 0);
	tap(driver->is_alive(conn) == 0, "the connection is dead");
	tap(step(other) == -1 && error.class == VP_SQL_LOST,
	    "a prepared statement on it");
	tap(run("BEGIN") == -1 && error.class == VP_SQL_LOST,
	    "a transaction on it");
	driver->finish(stmt);
	driver->finish(other);
	close_conn();
	check_refusal("connecting to a dead server", VP_SQL_LOST);
}

void
check_paused(void)
{
	struct vp_sql_stmt *stmt;
	int64_t began;

	login.query_ms = login.connect_ms = 2000;
	open_conn();
	stmt = prepare("SELECT 1");
	need(step(stmt) == 1, "a statement");
	driver->reset(stmt);
	signal_server(SIGSTOP);
	began = now_ms();
	int r = step(stmt);
	int64_t took = now_ms() - began;
	tap(r == -1 && error.class == VP_SQL_TIMEOUT, "no answer in time");
	tap(took > 1000 && took < 8000, "noticed in time (%lld ms)",
	    (long long)took);
	began = now_ms();
	driver->finish(stmt);
	tap(driver->is_alive(conn) == 0, "the connection is given up");
	close_conn();
	tap(now_ms() - began < 1000, "without waiting again");
	if (!is_odbc)
		check_refusal(
		    "connecting to a server that sleeps", VP_SQL_TIMEOUT);
	signal_server(SIGCONT);
	login.query_ms = login.connect_ms = 20000;
	open_conn();
	tap(strcmp(ask("SELECT 1"), "1") == 0, "and again, when it wakes up");
	close_conn();
}
