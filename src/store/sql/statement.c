/*
 * Statements with their values: prepared once, kept by their text, carried
 * out, and carried out again where that is safe.
 */
#include "config.h"

#include "store/sql/link_int.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "store/sql/errors.h"

static void
drop_oldest(struct vp_sql_link *link)
{
	unsigned oldest = 0;

	for (unsigned i = 1; i < link->kept_count; i++)
		if (link->kept[i].used < link->kept[oldest].used)
			oldest = i;
	vp_sql_link_drop(link, oldest);
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

static int
read_rows(struct vp_sql_link *link, struct vp_sql_stmt *stmt,
    struct vp_sql_run *run, struct vp_sql_error *error)
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

int
vp_sql_run_once(struct vp_sql_link *link, struct vp_sql_run *run, int *is_sent,
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
is_bad(const struct vp_sql_query *query, struct vp_sql_error *error)
{
	if (!query->failed)
		return 0;
	(void)vp_sql_fail(error,
	    query->failed == ENAMETOOLONG ? VP_SQL_TOO_LONG : VP_SQL_OTHER,
	    "%s", strerrordesc_np(query->failed));
	return 1;
}

static int
execute(struct vp_sql_link *link, struct vp_sql_run *run, int is_repeatable,
    struct vp_sql_error *error)
{
	struct vp_sql_tries tries = { .started = vp_clock_ms() };

	if (is_bad(run->query, error))
		return -1;
	for (;;) {
		int is_sent = 0;

		if (!has_connection(link, error))
			return -1;
		if (vp_sql_run_once(link, run, &is_sent, error) == 0)
			break;
		after_failure(link, error->class);
		if (link->in_transaction) {
			if (error->class != VP_SQL_RETRY ||
			    vp_sql_link_replay(link, &tries, error) != 0)
				return -1;
		} else if ((!link->conn && is_sent && !is_repeatable) ||
			   !vp_sql_is_worth_it(link, error, &tries))
			return -1;
	}
	if (link->in_transaction)
		vp_sql_past_add(&link->past, run);
	return 0;
}

int
vp_sql_link_change(struct vp_sql_link *link, const struct vp_sql_query *query,
    unsigned how, int64_t *ret_changes, struct vp_sql_error *error)
{
	struct vp_sql_run run = { .query = query };

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
	struct vp_sql_run run = {
		.query = query,
		.rows = rows,
		.columns = columns,
		.max = max,
	};

	return execute(link, &run, 1, error);
}
