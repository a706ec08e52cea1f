/* Two programs in each other's way: the server ends the transaction of one,
 * which does it again. */
#include "config.h"

#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "drivers.h"
#include "store/sql/link.h"

static int
change(struct vp_sql_link *link, const char *what, int64_t id)
{
	AUTO_QUERY struct vp_sql_query query = { 0 };
	int64_t changes = 0;

	vp_sql_query_init(&query, dialect);
	vp_sql_put_raw(&query, what);
	vp_sql_put_raw(&query, " WHERE id = ");
	vp_sql_put_int(&query, id);
	return vp_sql_link_change(link, &query, 0, &changes, &error) == 0 &&
		       changes == 1
		   ? 0
		   : -1;
}

static int
read_row(struct vp_sql_link *link, int64_t id)
{
	AUTO_QUERY struct vp_sql_query query = { 0 };
	AUTO_ROWS struct vp_sql_rows rows = { 0 };

	vp_sql_query_init(&query, dialect);
	vp_sql_put_raw(&query, "SELECT name, num FROM drv_t WHERE id = ");
	vp_sql_put_int(&query, id);
	return vp_sql_link_select(link, &query, 2, 0, &rows, &error) == 0 &&
		       rows.count == 1
		   ? 0
		   : -1;
}

/* Both have their first row before either asks for its second. */
static void
meet(const int to[2], const int from[2])
{
	char byte = 'x';

	need(write(to[1], &byte, 1) == 1 && read(from[0], &byte, 1) == 1,
	    "the other process is there");
}

/* 0, 1 when the server ended it in between, -1: it failed. */
static int
go_through(const char *what, int64_t first, int64_t second, const int to[2],
    const int from[2])
{
	struct vp_sql_link link;
	int rc = -1;

	vp_sql_link_init(&link, driver, dialect);
	link.login = login;
	if (vp_sql_link_begin(&link, &error) == 0 && read_row(&link, 3) == 0 &&
	    change(&link, what, first) == 0) {
		unsigned long before;

		meet(to, from);
		before = vp_sql_counts.runs;
		if (change(&link, what, second) == 0 &&
		    vp_sql_link_commit(&link, &error) == 0)
			rc = vp_sql_counts.runs > before + 2;
	}
	vp_sql_link_rollback(&link);
	vp_sql_link_clear(&link);
	return rc;
}

/* As the other program: with the weight of more rows, so that MariaDB ends
 * ours, and after a change of what ours has read. */
static int
go_against(const int to[2], const int from[2])
{
	if (driver->connect(&login, dialect, &conn, &error) != 0 ||
	    run("BEGIN") != 0 ||
	    run("UPDATE drv_t SET num = 7 WHERE id > 1") != 0)
		return 1;
	meet(to, from);
	if (run("UPDATE drv_t SET num = 7 WHERE id = 1") != 0 ||
	    run("COMMIT") != 0)
		return 1;
	close_conn();
	return 0;
}

static void
start(int to[2], int from[2])
{
	need(pipe(to) == 0 && pipe(from) == 0, "pipes");
	open_conn();
	make_table();
	for (int i = 1; i <= 9; i++) {
		char id[2] = { (char)('0' + i), '\0' };

		need(once("INSERT INTO drv_t (id, name, num) "
			  "VALUES (?, 'x', 0)",
			 1, id) == 0,
		    "a row");
	}
	close_conn();
}

static void
check_both(void)
{
	int to[2], from[2], status = -1;

	start(to, from);
	pid_t child = fork();
	if (child == 0) {
		int rc = go_through(
		    "UPDATE drv_t SET num = num + 10", 2, 1, from, to);

		_exit(rc < 0 ? 9 : rc);
	}
	int rc = go_through("UPDATE drv_t SET num = num + 1", 1, 2, to, from);
	waitpid(child, &status, 0);
	tap(rc >= 0 && WIFEXITED(status) && WEXITSTATUS(status) <= 1,
	    "both transactions succeed");
	tap(rc + WEXITSTATUS(status) == 1, "one of them at the second try");
	open_conn();
	tap(strcmp(ask("SELECT sum(num) FROM drv_t WHERE num = 11"), "22") == 0,
	    "both have changed both rows, once");
	close_conn();
}

static void
check_other(void)
{
	int to[2], from[2], status = -1;

	start(to, from);
	pid_t child = fork();
	if (child == 0)
		_exit(go_against(from, to));
	int rc = go_through("UPDATE drv_t SET num = num + 1", 1, 2, to, from);
	waitpid(child, &status, 0);
	tap(rc == -1 && error.class == VP_SQL_RETRY && status == 0,
	    "what it has read is another's now: not done again");
	open_conn();
	tap(strcmp(ask("SELECT sum(num) FROM drv_t"), "63") == 0,
	    "only the other's changes are there");
	close_conn();
}

void
check_deadlock(void)
{
	check_both();
	/* PostgreSQL ends the one that has waited longer. */
	if (server == MYSQL)
		check_other();
}
