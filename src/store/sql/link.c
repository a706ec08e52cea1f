/*
 * Connections.  Whether one is alive is asked of the client library before
 * each statement outside a transaction, which costs no round trip; what is
 * found dead then has carried out nothing, so the statement goes to a new
 * connection.  When the connection breaks while a statement is on its way
 * nobody knows whether it was carried out: only one that may be carried out
 * twice is repeated.
 *
 * A transaction lives and dies with its connection.  One that the server has
 * chosen to end, because it stood in another's way, is done again from its
 * beginning.  After any other failure in it the transaction is spoilt:
 * whatever comes then fails, up to its rollback.
 */
#include "config.h"

#include "store/sql/link_int.h"

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

void
vp_sql_link_drop(struct vp_sql_link *link, unsigned at)
{
	link->driver->finish(link->kept[at].stmt);
	free(link->kept[at].text);
	link->kept[at] = link->kept[--link->kept_count];
}

void
vp_sql_link_close(struct vp_sql_link *link)
{
	while (link->kept_count > 0)
		vp_sql_link_drop(link, link->kept_count - 1);
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
	vp_sql_past_clear(&link->past);
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
	if (link->in_transaction)
		link->past.is_unknown = 1;
	vp_sql_counts.runs++;
	return link->driver->run(link->conn, text, error);
}

static void
wait_before(unsigned try)
{
	struct timespec wait = { .tv_nsec = FIRST_WAIT << try };

	(void)nanosleep(&wait, NULL);
}

int
vp_sql_is_worth_it(struct vp_sql_link *link, const struct vp_sql_error *error,
    struct vp_sql_tries *tries)
{
	const unsigned try = tries->count++;

	if (!link->conn)
		return error->class == VP_SQL_LOST && try == 0;
	if (error->class != VP_SQL_RETRY || try == TRIES - 1 ||
	    vp_clock_ms() - tries->started > MOST_MS)
		return 0;
	wait_before(try);
	return 1;
}

static int
begin(struct vp_sql_link *link, struct vp_sql_error *error)
{
	struct vp_sql_tries tries = { .started = vp_clock_ms() };

	for (;;) {
		if (vp_sql_link_open(link, error) != 0)
			return -1;
		if (vp_sql_link_run(link, "BEGIN", error) == 0)
			break;
		if (error->class == VP_SQL_LOST)
			vp_sql_link_close(link);
		if (!vp_sql_is_worth_it(link, error, &tries))
			return -1;
	}
	link->in_transaction = 1;
	link->is_spoilt = 0;
	return 0;
}

static void
roll_back(struct vp_sql_link *link)
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
vp_sql_link_begin(struct vp_sql_link *link, struct vp_sql_error *error)
{
	vp_sql_past_clear(&link->past);
	return begin(link, error);
}

void
vp_sql_link_rollback(struct vp_sql_link *link)
{
	roll_back(link);
	vp_sql_past_clear(&link->past);
}

int
vp_sql_link_replay(struct vp_sql_link *link, struct vp_sql_tries *tries,
    struct vp_sql_error *error)
{
	while (link->conn && !link->past.is_unknown &&
	       vp_sql_is_worth_it(link, error, tries)) {
		roll_back(link);
		if (begin(link, error) == 0 &&
		    vp_sql_past_repeat(link, error) == 0)
			return 0;
		if (error->class == VP_SQL_LOST)
			vp_sql_link_close(link);
	}
	link->in_transaction = 1;
	link->is_spoilt = 1;
	return -1;
}

int
vp_sql_link_commit(struct vp_sql_link *link, struct vp_sql_error *error)
{
	struct vp_sql_tries tries = { .started = vp_clock_ms() };

	if (link->is_spoilt) {
		vp_sql_link_rollback(link);
		return vp_sql_fail(
		    error, VP_SQL_RETRY, "the transaction had failed before");
	}
	for (;;) {
		vp_sql_counts.runs++;
		if (link->driver->run(link->conn, "COMMIT", error) == 0)
			break;
		if (error->class != VP_SQL_RETRY ||
		    vp_sql_link_replay(link, &tries, error) != 0) {
			vp_sql_link_rollback(link);
			return -1;
		}
	}
	link->in_transaction = 0;
	vp_sql_past_clear(&link->past);
	return 0;
}
