/* Values, rows and errors of a server that is well. */
#include "config.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include "base/text.h"
#include "drivers.h"

#define MIB (1 << 20)

/* AddressSanitizer holds on to freed memory: there is nothing to measure. */
#if defined(__SANITIZE_ADDRESS__)
#	define HAS_ASAN 1
#elif defined(__has_feature)
#	if __has_feature(address_sanitizer)
#		define HAS_ASAN 1
#	endif
#endif
#ifndef HAS_ASAN
#	define HAS_ASAN 0
#endif

/* -1 if it is none. */
static int64_t
number_of(const char *text)
{
	int64_t number;

	return text && vp_number(text, 0, INT64_MAX, &number) == 0 ? number
								   : -1;
}

static const char *const texts[] = {
	"plain",
	"'",
	"\"",
	"\\",
	"\\'; DROP TABLE drv_t; -- ",
	"'; DROP TABLE drv_t; -- ",
	"\" OR \"\"=\"",
	"` ? $1 %s :name @x",
	"100% _ /* */ #",
	" blanks at both ends ",
	"tab\tnewline\ncr\r\x01\x7f",
	"\xc3\xa4\xe2\x82\xac",     /* 2 and 3 bytes of UTF-8 */
	"\xf0\x9f\x93\xa7 4 bytes", /* utf8mb4 */
	"0123456789012345",
};
#define TEXTS ((int)(sizeof texts / sizeof *texts))

/* Line number id as it was, told apart from NULL. */
static int
line_is(int id, const char *wanted, size_t wanted_size)
{
	struct vp_sql_stmt *stmt =
	    prepare("SELECT line FROM drv_t WHERE id = ?");
	size_t size = 0;
	const char *got;
	int is_same;

	bind_number(stmt, 0, id);
	need(step(stmt) == 1, "a row is there");
	got = driver->column_text(stmt, 0, &size);
	if (wanted)
		is_same = got && size == wanted_size &&
			  memcmp(got, wanted, size) == 0 && got[size] == '\0';
	else
		is_same = !got && size == 0;
	driver->finish(stmt);
	return is_same;
}

static int
put_line(int id, const char *text, size_t size)
{
	struct vp_sql_stmt *stmt =
	    prepare("INSERT INTO drv_t (id, line) VALUES (?, ?)");
	int r = -1;

	if (bind_number(stmt, 0, id) == 0 &&
	    driver->bind_text(stmt, 1, text, size, &error) == 0)
		r = step(stmt);
	driver->finish(stmt);
	return r;
}

static void
check_texts(void)
{
	for (int i = 0; i < TEXTS; i++) {
		size_t size = strlen(texts[i]);
		char *copy = malloc(size + 4);

		/* Not ended by a NUL where the size says it ends. */
		memcpy(copy, texts[i], size);
		memcpy(copy + size, "junk", 4);
		tap(put_line(i, copy, size) == 0 && line_is(i, texts[i], size),
		    "text %d comes back as it was", i);
		free(copy);
	}
	tap(put_line(100, NULL, 0) == 0 && line_is(100, NULL, 0), "NULL");
	tap(put_line(101, "", 0) == 0 && line_is(101, "", 0), "empty text");

	/* Valid where the column has no character set to say otherwise. */
	const char *bytes = "\xff\xfe latin \xe4";
	int r = put_line(102, bytes, strlen(bytes));
	tap(r == 0 ? line_is(102, bytes, strlen(bytes))
		   : error.class == VP_SQL_OTHER,
	    "bytes that are no UTF-8 are kept or refused");
	tap(r == 0 ||
		(!strstr(error.text, "latin") && !strstr(error.text, "0x")),
	    "the text of that error does not show the value");
}

static void
check_large(void)
{
	char *text = malloc(MIB + 2);

	for (int i = 0; i < MIB + 1; i++)
		text[i] = (char)(' ' + i % 95);
	text[MIB + 1] = '\0';
	tap(put_line(200, text, MIB) == 0 && line_is(200, text, MIB),
	    "a text of 1 MiB");
	tap(put_line(201, text, 70000) == 0 && line_is(201, text, 70000),
	    "a text of 70,000 bytes");
	tap(put_line(202, text, MIB + 1) == 0, "1 MiB and a byte is stored");
	tap(once("SELECT line FROM drv_t WHERE id = 202", 0) == -1 &&
		error.class == VP_SQL_OTHER,
	    "but too large to be read");
	tap(line_is(201, text, 70000), "the connection goes on after that");
	free(text);
}

static void
check_numbers(void)
{
	static const int64_t numbers[] = { 0, 1, -1, INT32_MAX,
		INT64_C(4294967296), INT64_MAX, INT64_MIN };
	struct vp_sql_stmt *put =
	    prepare("INSERT INTO drv_t (id, big, num) VALUES (?, ?, ?)");
	struct vp_sql_stmt *get =
	    prepare("SELECT num, big FROM drv_t WHERE id = ? AND big = ?");
	char wanted[24];

	for (int i = 0; i < 7; i++) {
		bind_number(put, 0, 300 + i);
		bind_number(put, 1, numbers[i]);
		bind_number(put, 2, i);
		int r = step(put);
		driver->reset(put);
		bind_number(get, 0, 300 + i);
		bind_number(get, 1, numbers[i]);
		snprintf(wanted, sizeof wanted, "%lld", (long long)numbers[i]);
		tap(r == 0 && step(get) == 1 &&
			strcmp(column(get, 1), wanted) == 0 &&
			number_of(column(get, 0)) == i && step(get) == 0,
		    "number %s comes back", wanted);
		driver->reset(get);
	}
	driver->finish(put);
	driver->finish(get);
	tap(once("INSERT INTO drv_t (id, name, num) VALUES (?, ?, ?)", 3, "310",
		"as text", "-5") == 0 &&
		strcmp(ask("SELECT num FROM drv_t WHERE name = 'as text'"),
		    "-5") == 0,
	    "texts bound to columns of numbers");
}

static void
check_changes(void)
{
	struct vp_sql_stmt *stmt =
	    prepare("UPDATE drv_t SET num = ? WHERE id < 3");
	struct vp_sql_stmt *gone = prepare("DELETE FROM drv_t WHERE id = ?");

	bind_number(stmt, 0, 7);
	tap(step(stmt) == 0 && driver->changes(stmt) == 3, "rows changed");
	driver->reset(stmt);
	tap(step(stmt) == 0 && driver->changes(stmt) == 3,
	    "rows found for an update that changes nothing; values stay");
	tap(step(stmt) == 0, "what is done stays done");
	bind_number(gone, 0, 9999);
	tap(step(gone) == 0 && driver->changes(gone) == 0, "no row deleted");
	driver->reset(gone);
	bind_number(gone, 0, 0);
	tap(step(gone) == 0 && driver->changes(gone) == 1, "a row deleted");
	driver->finish(stmt);
	driver->finish(gone);
}

/* No socket stays open on exec. */
static int
is_private(void)
{
	struct stat st;

	for (int fd = 3; fd < 100; fd++)
		if (fstat(fd, &st) == 0 && S_ISSOCK(st.st_mode) &&
		    !(fcntl(fd, F_GETFD) & FD_CLOEXEC))
			return 0;
	return 1;
}

void
check_values(void)
{
	struct sigaction pipe;
	struct vp_sql_stmt *stmt;

	open_conn();
	sigaction(SIGPIPE, NULL, &pipe);
	tap(pipe.sa_handler == SIG_DFL, "SIGPIPE is left alone");
	tap(driver->is_alive(conn) == 1, "a new connection is alive");
	tap(is_private(), "programs that are run do not inherit it");
	make_table();
	check_texts();
	check_large();
	check_numbers();
	check_changes();
	/* Not every ODBC driver knows comments. */
	stmt = prepare(
	    is_odbc ? "SELECT '?', id FROM drv_t WHERE id = ?"
		    : "SELECT '?', id FROM drv_t WHERE /* ? */ id = ? -- ?");
	bind_number(stmt, 0, 5);
	tap(step(stmt) == 1 && strcmp(column(stmt, 0), "?") == 0 &&
		strcmp(column(stmt, 1), "5") == 0 && !column(stmt, 2),
	    "question marks in texts and comments are no values");
	tap(bind(stmt, 1, "x") == -1 && error.class == VP_SQL_OTHER,
	    "a value more than the statement has");
	driver->finish(stmt);
	for (int i = 0; i < 300; i++)
		driver->finish(prepare("SELECT id FROM drv_t WHERE id = ?"));
	if (server == PGSQL)
		tap(number_of(ask(
			"SELECT count(*) FROM pg_prepared_statements")) < 100,
		    "finished statements do not pile up at the server");
	tap(run("DROP TABLE drv_t") == 0, "drop the table");
	close_conn();
}

/* ---- errors -------------------------------------------------------------- */

static void
check_class(const char *words, enum vp_sql_class class, int r)
{
	tap(r == -1 && error.class == class && *error.text, "%s", words);
	tap(driver->is_alive(conn) == 1 && strcmp(ask("SELECT 1"), "1") == 0,
	    "%s: the connection goes on", words);
}

static void
check_transactions(void)
{
	tap(run("BEGIN") == 0 &&
		once("INSERT INTO drv_t (id) VALUES (?)", 1, "50") == 0 &&
		run("ROLLBACK") == 0 &&
		strcmp(ask("SELECT count(*) FROM drv_t WHERE id = 50"), "0") ==
		    0,
	    "rolled back");
	tap(run("BEGIN") == 0 &&
		once("INSERT INTO drv_t (id) VALUES (?)", 1, "50") == 0 &&
		run("COMMIT") == 0 && run("BEGIN") == 0 &&
		run("ROLLBACK") == 0 &&
		strcmp(ask("SELECT count(*) FROM drv_t WHERE id = 50"), "1") ==
		    0,
	    "committed");
}

/* Two that want the same row. */
static void
check_lock(void)
{
	struct vp_sql_conn *first = conn;
	int64_t began;

	need(run("BEGIN") == 0 &&
		 once("UPDATE drv_t SET num = 1 WHERE id = 50", 0) == 0,
	    "a row is locked");
	open_conn();
	began = now_ms();
	int r = once("UPDATE drv_t SET num = 2 WHERE id = 50", 0);
	tap(r == -1 && (error.class == VP_SQL_RETRY ||
			   (is_odbc && error.class == VP_SQL_TIMEOUT)),
	    "a row that another one keeps locked");
	tap(now_ms() - began < 8000, "is not waited for without end");
	close_conn();
	conn = first;
	run("ROLLBACK");
}

void
check_errors(void)
{
	open_conn();
	make_table();
	check_class("unknown table", VP_SQL_NO_TABLE,
	    once("SELECT x FROM drv_no_such", 0));
	check_class("unknown table, run", VP_SQL_NO_TABLE,
	    run("INSERT INTO drv_no_such (id) VALUES (1)"));
	check_class("unknown column", VP_SQL_NO_TABLE,
	    once("SELECT no_such FROM drv_t", 0));
	check_class(
	    "no sense", VP_SQL_OTHER, once("SELECT FROM WHERE drv_t (", 0));
	once("INSERT INTO drv_t (id, name) VALUES (?, ?)", 2, "1", "a");
	check_class("duplicate", VP_SQL_DUPLICATE,
	    once("INSERT INTO drv_t (id, name) VALUES (?, ?)", 2, "1", "b"));
	tap(strcmp(ask("SELECT name FROM drv_t WHERE id = 1"), "a") == 0,
	    "the row is the old one");
	check_class("NULL where none may be", VP_SQL_OTHER,
	    once("INSERT INTO drv_t (id, name) VALUES (?, 'x')", 1, NULL));
	if (server != SQLITE) {
		check_class("too long", VP_SQL_TOO_LONG,
		    once("INSERT INTO drv_t (id, name) VALUES (?, ?)", 2, "2",
			"01234567890123456"));
		check_class("number out of range", VP_SQL_TOO_LONG,
		    once("INSERT INTO drv_t (id, num) VALUES (?, 99999999999)",
			1, "3"));
		tap(strcmp(ask("SELECT count(*) FROM drv_t"), "1") == 0,
		    "nothing was stored");
	}
	check_transactions();
	if (server != SQLITE)
		check_lock();
	run("DROP TABLE drv_t");
	close_conn();
}

/* ---- rows ---------------------------------------------------------------- */

/* A number and 60 letters a row. */
static const char *
many_rows(int count)
{
	static const char *const before[] = {
		"SELECT seq, REPEAT('x', 60) FROM seq_1_to_",
		"SELECT n, repeat('x', 60) FROM generate_series(1, ",
		("WITH RECURSIVE s(n) AS (SELECT 1 UNION ALL SELECT n + 1 "
		 "FROM s WHERE n < "),
	};
	static const char *const after[] = {
		"",
		") AS n",
		") SELECT n, hex(zeroblob(30)) FROM s",
	};
	static char text[256];

	snprintf(
	    text, sizeof text, "%s%d%s", before[server], count, after[server]);
	return text;
}

static void
check_interleaved(void)
{
	struct vp_sql_stmt *rows =
	    prepare("SELECT id, name FROM drv_t ORDER BY id");
	struct vp_sql_stmt *change =
	    prepare("UPDATE drv_t SET line = ? WHERE name = ?");
	struct vp_sql_stmt *other =
	    prepare("SELECT count(*) FROM drv_t WHERE id <= ?");
	int n = 0, is_good = 1;

	while (step(rows) == 1) {
		const char *id = column(rows, 0), *name = column(rows, 1);

		n++;
		/* Bound is the row's own memory. */
		is_good &= bind(change, 0, id) == 0 &&
			   bind(change, 1, name) == 0 && step(change) == 0 &&
			   driver->changes(change) == 1;
		driver->reset(change);
		is_good &= bind(other, 0, id) == 0 && step(other) == 1 &&
			   number_of(column(other, 0)) == n;
		is_good &= number_of(id) == n && strncmp(name, "name ", 5) == 0;
		driver->reset(other);
	}
	tap(is_good && n == 500, "statements run while rows are read");
	tap(strcmp(ask("SELECT count(*) FROM drv_t WHERE line = name "
		       "OR num IS NULL AND line IS NOT NULL"),
		"500") == 0,
	    "and see the rows' values");
	driver->finish(rows);
	driver->finish(change);
	driver->finish(other);
}

static void
check_abandoned(void)
{
	struct vp_sql_stmt *a = prepare(many_rows(1000));
	struct vp_sql_stmt *b = prepare(many_rows(1000));
	int n = 0;

	step(a);
	step(b);
	driver->reset(a);
	tap(step(a) == 1 && strcmp(column(a, 0), "1") == 0,
	    "reset in the middle of the rows");
	while (step(b) == 1)
		n++;
	tap(n == 999, "the rows of another statement are all there");
	driver->finish(a);
	driver->finish(b);
	tap(strcmp(ask("SELECT 1"), "1") == 0,
	    "finished in the middle of the rows");
}

/* More than may be kept in memory. */
static void
check_too_many(void)
{
	struct vp_sql_stmt *rows = prepare(many_rows(500000));
	int r, n = 1;

	need(step(rows) == 1, "many rows");
	r = once("SELECT 1", 0);
	tap(r == -1 && error.class == VP_SQL_OTHER,
	    "too many rows to be kept: the other statement fails");
	while ((r = step(rows)) == 1)
		n++;
	tap(r == -1, "and the rows do not end as if they were all");
	driver->finish(rows);
	tap(strcmp(ask("SELECT 1"), "1") == 0, "the connection goes on");
}

void
check_rows(void)
{
	struct vp_sql_stmt *put;
	char name[16];

	open_conn();
	make_table();
	put = prepare("INSERT INTO drv_t (id, name) VALUES (?, ?)");
	need(run("BEGIN") == 0, "begin");
	for (int i = 1; i <= 500; i++) {
		snprintf(name, sizeof name, "name %d", i);
		bind_number(put, 0, i);
		bind(put, 1, name);
		need(step(put) == 0, "insert");
		driver->reset(put);
	}
	need(run("COMMIT") == 0, "commit");
	driver->finish(put);
	check_interleaved();
	check_abandoned();
	if (is_streaming && strcmp(driver->name, "sqlite") != 0)
		check_too_many();
	run("DROP TABLE drv_t");
	close_conn();
}

void
check_million(void)
{
	struct rusage before, after;
	struct vp_sql_stmt *stmt;
	long n = 0;
	int r;

	open_conn();
	stmt = prepare(many_rows(1000000));
	getrusage(RUSAGE_SELF, &before);
	while ((r = step(stmt)) == 1) {
		n++;
		if (atol(column(stmt, 0)) != n || strlen(column(stmt, 1)) != 60)
			break;
	}
	getrusage(RUSAGE_SELF, &after);
	tap(r == 0 && n == 1000000, "a million rows");
	if (is_streaming && !HAS_ASAN)
		tap(after.ru_maxrss - before.ru_maxrss < 8192,
		    "in less than 8 MiB (%ld KiB)",
		    after.ru_maxrss - before.ru_maxrss);
	driver->finish(stmt);
	close_conn();
}
