/*
 * Connections.  Whether one is alive is asked of the client library before
 * each statement outside a transaction, which costs no round trip; what is
 * found dead then has carried out nothing, so the statement goes to a new
 * connection.  When the connection breaks while a statement is on its way
 * nobody knows whether it was carried out: only one that may be carried out
 * twice is repeated.
 *
 * A transaction lives and dies with its connection.  After a failure in it
 * the transaction is spoilt: whatever comes then fails, up to its rollback.
 */
#include "config.h"

#include "store/sql/link.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/clock.h"
#include "store/sql/errors.h"

#define TRIES      8
#define MOST_MS    5000
#define FIRST_WAIT 5000000L /* nanoseconds, then twice as long each time */

_Thread_local struct vp_sql_counts vp_sql_counts;

void
vp_sql_link_init(struct vp_sql_link *link, const struct vp_sql_driver *driver,
    const struct vp_sql_dialect *dialect)
{
	*link = (struct vp_sql_link){ .driver = driver, .dialect = dialect };
}

static void
drop(struct vp_sql_link *link, unsigned at)
{
	link->driver->finish(link->kept[at].stmt);
	free(link->kept[at].text);
	link->kept[at] = link->kept[--link->kept_count];
}

void
vp_sql_link_close(struct vp_sql_link *link)
{
	while (link->kept_count > 0)
		drop(link, link->kept_count - 1);
	if (link->conn)
		link->driver->close(link->conn);
	link->conn = NULL;
	if (link->in_transaction)
		link->is_spoilt = 1;
}

void
vp_sql_link_clear(struct vp_sql_link *link)
{
	vp_sql_link_close(link);
	explicit_bzero(&link->login, sizeof link->login);
}

int
vp_sql_link_open(struct vp_sql_link *link, struct vp_sql_error *error)
{
	if (link->conn && !link->driver->is_alive(link->conn))
		vp_sql_link_close(link);
	if (link->conn)
		return 0;
	vp_sql_counts.connects++;
	if (link->driver->connect(
		&link->login, link->dialect, &link->conn, error) != 0) {
		link->conn = NULL;
		return -1;
	}
	link->generation++;
	return 0;
}

/* ---- transactions -------------------------------------------------------- */

int
vp_sql_link_run(
    struct vp_sql_link *link, const char *text, struct vp_sql_error *error)
{
	if (!link->in_transaction && vp_sql_link_open(link, error) != 0)
		return -1;
	if (!link->conn)
		return vp_sql_fail(
		    error, VP_SQL_LOST, "the connection was lost");
	vp_sql_counts.runs++;
	return link->driver->run(link->conn, text, error);
}

static void
wait_before(int try)
{
	struct timespec wait = { .tv_nsec = FIRST_WAIT << try };

	(void)nanosleep(&wait, NULL);
}

/* 1: try again, after a while or with a new connection. */
static int
is_worth_it(struct vp_sql_link *link, const struct vp_sql_error *error, int try,
    int64_t started)
{
	if (!link->conn)
		return error->class == VP_SQL_LOST && try == 0;
	if (error->class != VP_SQL_RETRY || try == TRIES - 1 ||
	    vp_clock_ms() - started > MOST_MS)
		return 0;
	wait_before(try);
	return 1;
}

int
vp_sql_link_begin(struct vp_sql_link *link, struct vp_sql_error *error)
{
	int64_t started = vp_clock_ms();

	for (int try = 0;; try++) {
		if (vp_sql_link_open(link, error) != 0)
			return -1;
		if (vp_sql_link_run(link, "BEGIN", error) == 0)
			break;
		if (error->class == VP_SQL_LOST)
			vp_sql_link_close(link);
		if (!is_worth_it(link, error, try, started))
			return -1;
	}
	link->in_transaction = 1;
	link->is_spoilt = 0;
	return 0;
}

void
vp_sql_link_rollback(struct vp_sql_link *link)
{
	struct vp_sql_error error;

	if (!link->in_transaction)
		return;
	link->in_transaction = 0;
	if (!link->conn)
		return;
	/* After some failures the server has rolled back by itself, and says
	 * that there is nothing left to do. */
	vp_sql_counts.runs++;
	if (link->driver->run(link->conn, "ROLLBACK", &error) != 0)
		vp_sql_link_close(link);
}

int
vp_sql_link_commit(struct vp_sql_link *link, struct vp_sql_error *error)
{
	if (link->is_spoilt) {
		vp_sql_link_rollback(link);
		return vp_sql_fail(
		    error, VP_SQL_RETRY, "the transaction had failed before");
	}
	vp_sql_counts.runs++;
	if (link->driver->run(link->conn, "COMMIT", error) == 0) {
		link->in_transaction = 0;
		return 0;
	}
	vp_sql_link_rollback(link);
	return -1;
}

/* ---- statements ---------------------------------------------------------- */

static void
drop_oldest(struct vp_sql_link *link)
{
	unsigned oldest = 0;

	for (unsigned i = 1; i < link->kept_count; i++)
		if (link->kept[i].used < link->kept[oldest].used)
			oldest = i;
	drop(link, oldest);
}

static int
find_statement(struct vp_sql_link *link, const char *text,
    struct vp_sql_stmt **ret_stmt, struct vp_sql_error *error)
{
	struct vp_sql_kept_stmt *kept;

	for (unsigned i = 0; i < link->kept_count; i++) {
		kept = &link->kept[i];
		if (strcmp(kept->text, text) == 0) {
			kept->used = ++link->clock;
			*ret_stmt = kept->stmt;
			return 0;
		}
	}
	if (link->kept_count == VP_SQL_KEPT_STATEMENTS)
		drop_oldest(link);
	kept = &link->kept[link->kept_count];
	kept->text = strdup(text);
	if (!kept->text)
		return vp_sql_fail(error, VP_SQL_OTHER, "out of memory");
	vp_sql_counts.prepares++;
	if (link->driver->prepare(link->conn, text, &kept->stmt, error) != 0) {
		free(kept->text);
		return -1;
	}
	kept->used = ++link->clock;
	link->kept_count++;
	*ret_stmt = kept->stmt;
	return 0;
}

static int
bind_values(struct vp_sql_link *link, struct vp_sql_stmt *stmt,
    const struct vp_sql_query *query, struct vp_sql_error *error)
{
	for (unsigned i = 0; i < query->count; i++) {
		const struct vp_sql_value *value = &query->values[i];
		int rc =
		    value->is_number
			? link->driver->bind_int(stmt, i, value->number, error)
			: link->driver->bind_text(stmt, i, value->text,
			      value->text ? strlen(value->text) : 0, error);
		if (rc != 0)
			return rc;
	}
	return 0;
}

struct run {
	const struct vp_sql_query *query;
	struct vp_sql_rows *rows; /* NULL: none expected */
	unsigned columns;
	size_t max;
	int64_t changes;
};

static int
read_rows(struct vp_sql_link *link, struct vp_sql_stmt *stmt, struct run *run,
    struct vp_sql_error *error)
{
	int rc;

	while ((rc = link->driver->step(stmt, error)) > 0) {
		if (!run->rows)
			continue;
		if (vp_sql_rows_add(run->rows, link->driver, stmt, error) != 0)
			return -1;
		if (run->rows->count == run->max)
			return 0;
	}
	if (rc == 0)
		run->changes = link->driver->changes(stmt);
	return rc;
}

/* *is_sent: the server may have begun with it. */
static int
try_once(struct vp_sql_link *link, struct run *run, int *is_sent,
    struct vp_sql_error *error)
{
	struct vp_sql_stmt *stmt = NULL;

	if (find_statement(link, run->query->text, &stmt, error) != 0)
		return -1;
	if (run->rows)
		vp_sql_rows_clear(run->rows, run->columns);
	int rc = bind_values(link, stmt, run->query, error);
	if (rc == 0) {
		*is_sent = 1;
		vp_sql_counts.runs++;
		rc = read_rows(link, stmt, run, error);
	}
	link->driver->reset(stmt);
	return rc;
}

/* What was lost is closed; whatever else failed may go on being used. */
static void
after_failure(struct vp_sql_link *link, enum vp_sql_class class)
{
	if (link->in_transaction &&
	    (link->dialect->aborts ||
		(class != VP_SQL_DUPLICATE && class != VP_SQL_TOO_LONG)))
		link->is_spoilt = 1;
	if (link->conn &&
	    (class == VP_SQL_LOST || (class == VP_SQL_TIMEOUT &&
					 !link->driver->is_alive(link->conn))))
		vp_sql_link_close(link);
}

static int
has_connection(struct vp_sql_link *link, struct vp_sql_error *error)
{
	if (!link->in_transaction)
		return vp_sql_link_open(link, error) == 0;
	if (link->conn && !link->is_spoilt)
		return 1;
	(void)vp_sql_fail(
	    error, VP_SQL_RETRY, "the transaction had failed before");
	return 0;
}

static int
execute(struct vp_sql_link *link, struct run *run, int is_repeatable,
    struct vp_sql_error *error)
{
	int64_t started = vp_clock_ms();

	if (run->query->failed)
		return vp_sql_fail(error,
		    run->query->failed == ENAMETOOLONG ? VP_SQL_TOO_LONG
						       : VP_SQL_OTHER,
		    "%s", strerrordesc_np(run->query->failed));
	for (int try = 0;; try++) {
		int is_sent = 0;

		if (!has_connection(link, error))
			return -1;
		if (try_once(link, run, &is_sent, error) == 0)
			return 0;
		after_failure(link, error->class);
		if (link->in_transaction ||
		    (!link->conn && is_sent && !is_repeatable) ||
		    !is_worth_it(link, error, try, started))
			return -1;
	}
}

int
vp_sql_link_change(struct vp_sql_link *link, const struct vp_sql_query *query,
    unsigned how, int64_t *ret_changes, struct vp_sql_error *error)
{
	struct run run = { .query = query };

	if (execute(link, &run, (how & VP_SQL_AGAIN) != 0, error) != 0)
		return -1;
	if (ret_changes)
		*ret_changes = run.changes;
	return 0;
}

int
vp_sql_link_select(struct vp_sql_link *link, const struct vp_sql_query *query,
    unsigned columns, size_t max, struct vp_sql_rows *rows,
    struct vp_sql_error *error)
{
	struct run run = {
		.query = query,
		.rows = rows,
		.columns = columns,
		.max = max,
	};

	return execute(link, &run, 1, error);
}
