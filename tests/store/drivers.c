/*
 * The contract of a database driver (store/sql/driver.h) against a real
 * server.  usage: drivers CHECK KEY=VALUE ...
 *
 * Prints a line "ok WORDS" or "not ok WORDS" per test; drivers.t counts them.
 * "server" is what really answers (mysql, pgsql, sqlite), whatever the driver
 * and the dialect.
 */
#include "config.h"

#include <inttypes.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/attr.h"
#include "base/text.h"
#include "drivers.h"

struct vp_sql_login login;
const struct vp_sql_driver *driver;
const struct vp_sql_dialect *dialect;
struct vp_sql_conn *conn;
struct vp_sql_error error;
enum server server;
int is_odbc, is_streaming = 1;
long server_pid;

void
tap(int is_good, const char *format, ...)
{
	va_list args;

	fputs(is_good ? "ok " : "not ok ", stdout);
	va_start(args, format);
	vprintf(format, args);
	va_end(args);
	if (!is_good)
		printf(" (class %d: %s)", (int)error.class, error.text);
	putchar('\n');
	fflush(stdout);
}

void
need(int is_good, const char *words)
{
	if (is_good)
		return;
	tap(0, "%s", words);
	exit(1);
}

void
open_conn(void)
{
	need(driver->connect(&login, dialect, &conn, &error) == 0, "connect");
}

void
close_conn(void)
{
	driver->close(conn);
	conn = NULL;
}

int
run(const char *text)
{
	return driver->run(conn, text, &error);
}

struct vp_sql_stmt *
prepare(const char *text)
{
	struct vp_sql_stmt *stmt = NULL;

	need(driver->prepare(conn, text, &stmt, &error) == 0, text);
	return stmt;
}

int
bind(struct vp_sql_stmt *stmt, unsigned index, const char *text)
{
	return driver->bind_text(
	    stmt, index, text, text ? strlen(text) : 0, &error);
}

int
bind_number(struct vp_sql_stmt *stmt, unsigned index, int64_t value)
{
	return driver->bind_int(stmt, index, value, &error);
}

int
step(struct vp_sql_stmt *stmt)
{
	return driver->step(stmt, &error);
}

const char *
column(struct vp_sql_stmt *stmt, unsigned index)
{
	size_t size;
	const char *text = driver->column_text(stmt, index, &size);

	if (text && strlen(text) != size)
		need(0, "a column's size is that of its text");
	return text;
}

/* A statement with texts for values, done and finished; what step said, -1
 * also when it cannot be prepared. */
int
once(const char *text, unsigned count, ...)
{
	struct vp_sql_stmt *stmt;
	va_list args;
	int r = 0;

	if (driver->prepare(conn, text, &stmt, &error) < 0)
		return -1;
	va_start(args, count);
	for (unsigned i = 0; r == 0 && i < count; i++)
		r = bind(stmt, i, va_arg(args, const char *));
	va_end(args);
	if (r == 0)
		r = step(stmt);
	driver->finish(stmt);
	return r;
}

/* The first column of the first row, or "NULL" or "nothing". */
const char *
ask(const char *text)
{
	static char answer[4096];
	struct vp_sql_stmt *stmt = prepare(text);
	int r = step(stmt);
	const char *got = r > 0 ? column(stmt, 0) : "nothing";

	need(r >= 0, text);
	snprintf(answer, sizeof answer, "%s", got ? got : "NULL");
	driver->finish(stmt);
	return answer;
}

void
make_table(void)
{
	static const char *const texts[] = { "mediumtext", "text", "text" };
	char text[256];

	run("DROP TABLE drv_t");
	snprintf(text, sizeof text,
	    "CREATE TABLE drv_t (id int NOT NULL PRIMARY KEY, "
	    "name varchar(16), line %s, big %s, num int)",
	    texts[server], dialect->big_type);
	need(run(text) == 0, "create a table");
}

int64_t
now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* ---- the command line ---------------------------------------------------- */

static void
set_text(char *dst, size_t size, const char *value)
{
	need(vp_copy(dst, size, value) == 0, "argument too long");
}

static void
set(const char *key, const char *value)
{
	static const char *const servers[] = { "mysql", "pgsql", "sqlite" };
#define TEXT(name)                                                             \
	if (strcmp(key, #name) == 0)                                           \
	set_text(login.name, sizeof login.name, value)
	TEXT(host);
	TEXT(socket);
	TEXT(user);
	TEXT(password);
	TEXT(database);
	TEXT(source);
	TEXT(tls_ca);
	TEXT(tls_cert);
	TEXT(tls_key);
	int64_t number = 0;

	vp_number(value, 0, INT32_MAX, &number);
	if (strcmp(key, "port") == 0)
		login.port = (unsigned)number;
	if (strcmp(key, "tls") == 0)
		login.tls = (int)number;
	if (strcmp(key, "pid") == 0)
		server_pid = number;
	if (strcmp(key, "streams") == 0)
		is_streaming = (int)number;
	for (unsigned i = 0; i < 3; i++)
		if (strcmp(key, "server") == 0 &&
		    strcmp(value, servers[i]) == 0)
			server = (enum server)i;
	for (unsigned i = 0; drivers[i].name; i++)
		if (strcmp(key, "driver") == 0 &&
		    strcmp(value, drivers[i].name) == 0) {
			driver = drivers[i].driver;
			dialect = drivers[i].dialect;
			is_odbc = drivers[i].is_odbc;
		}
}

int
main(int argc, char **argv)
{
	login.connect_ms = 3000;
	login.query_ms = 3000;
	for (int i = 2; i < argc; i++) {
		char *value = strchr(argv[i], '=');

		if (!value)
			return 2;
		*value = '\0';
		set(argv[i], value + 1);
	}
	if (argc < 2 || !driver)
		return 2;
	for (unsigned i = 0; checks[i].name; i++)
		if (strcmp(argv[1], checks[i].name) == 0) {
			checks[i].function();
			return 0;
		}
	return 2;
}
