/*
 * Reading events out of the journal.
 *
 * A cursor reads a page of rows and lets the database go: it may be held open
 * for days without keeping the journal's log from being folded, and whoever
 * follows the journal calls it again and again.
 */
#include "config.h"

#include <errno.h>
#include <string.h>
#include <sys/inotify.h>

#include "core/event.h"
#include "core/journal_int.h"

#define PAGE 64

struct row {
	struct vpop_event event;
	char *texts[7];
};

struct vpop_events {
	struct vpop *vp;
	sqlite3_stmt *statement;
	int64_t last; /* seq or number of the last row that was read */
	unsigned flags;
	struct row page[PAGE];
	size_t count, next;
};

static void
clear_page(struct vpop_events *cursor)
{
	for (size_t i = 0; i < cursor->count; i++)
		for (size_t k = 0; k < 7; k++)
			free(cursor->page[i].texts[k]);
	cursor->count = cursor->next = 0;
}

void
vpop_events_close(struct vpop_events *cursor)
{
	if (!cursor)
		return;
	clear_page(cursor);
	sqlite3_finalize(cursor->statement);
	free(cursor);
}

/* ---- the statement ---------------------------------------------------- */

/* The text is put together from what is written here, and nothing else. */
static char *
statement_text(const struct vpop_event_filter *filter)
{
	const int newest = (filter->flags & VPOP_EVENTS_NEWEST) != 0;
	const char *key = filter->flags & VPOP_EVENTS_ALL ? "id" : "seq";
	char *text = NULL;

	if (asprintf(&text,
		"SELECT id, seq, state, time, event, object, domain, actor,"
		" origin, reason, old, new FROM change WHERE %s %s ?1"
		"%s%s%s%s%s%s%s ORDER BY %s%s LIMIT ?2",
		key, newest ? "<" : ">",
		filter->type ? " AND event GLOB ?3" : "",
		filter->object ? " AND object = ?4" : "",
		filter->domain ? " AND domain = ?5" : "",
		filter->actor ? " AND actor = ?6" : "",
		filter->since ? " AND time >= ?7" : "",
		filter->until ? " AND time < ?8" : "",
		filter->change ? " AND id = ?9" : "", key,
		newest ? " DESC" : "") < 0)
		return NULL;
	return text;
}

static int
bind_filter(sqlite3_stmt *statement, const struct vpop_event_filter *filter)
{
	const char *const texts[] = { filter->type, filter->object,
		filter->domain, filter->actor };
	const int64_t numbers[] = { filter->since, filter->until,
		filter->change };
	int rc = sqlite3_bind_int(statement, 2, PAGE);

	for (int i = 0; i < 4 && rc == SQLITE_OK; i++)
		if (texts[i])
			rc = sqlite3_bind_text(
			    statement, 3 + i, texts[i], -1, SQLITE_TRANSIENT);
	for (int i = 0; i < 3 && rc == SQLITE_OK; i++)
		if (numbers[i])
			rc = sqlite3_bind_int64(statement, 7 + i, numbers[i]);
	return rc;
}

/* The journal of a site that never changed anything is made: who follows it
 * has something to follow. */
static int
open_journal(struct vpop *vp)
{
	int code = vp->journal ? 0 : vp_journal_open(vp);

	if (code == 0 && !vp->journal)
		code = vp_fail(vp, VA_BAD_UID,
		    "only root and the vpopmail user may read the journal");
	return code;
}

int
vpop_events_open(struct vpop *vp, const struct vpop_event_filter *filter,
    struct vpop_events **ret_cursor)
{
	static const struct vpop_event_filter everything;
	struct vpop_events *cursor;
	int code = open_journal(vp);

	if (code < 0)
		return code;
	if (!filter)
		filter = &everything;
	AUTO_FREE char *text = statement_text(filter);
	cursor = calloc(1, sizeof *cursor);
	if (!cursor || !text) {
		free(cursor);
		return vp_fail(vp, VA_MEMORY_ALLOC_ERR, "out of memory");
	}
	cursor->vp = vp;
	cursor->flags = filter->flags;
	cursor->last = filter->after;
	if (filter->flags & VPOP_EVENTS_NEWEST)
		cursor->last = filter->before ? filter->before : INT64_MAX;
	if (sqlite3_prepare_v3(vp->journal->db, text, -1,
		SQLITE_PREPARE_PERSISTENT, &cursor->statement,
		NULL) != SQLITE_OK ||
	    bind_filter(cursor->statement, filter) != SQLITE_OK) {
		code = vp_journal_fail(vp, vp->journal);
		vpop_events_close(cursor);
		return code;
	}
	*ret_cursor = cursor;
	return 0;
}

/* ---- rows ------------------------------------------------------------- */

static const char *
column(sqlite3_stmt *statement, int number)
{
	const unsigned char *text = sqlite3_column_text(statement, number);

	return text ? (const char *)text : "";
}

static json_t *
json_column(sqlite3_stmt *statement, int number)
{
	return json_loads(column(statement, number), 0, NULL);
}

static char *
make_json(const struct vpop_events *cursor, const struct vpop_event *event)
{
	json_t *old = json_column(cursor->statement, 10);
	json_t *new = json_column(cursor->statement, 11);
	const struct vp_event_row row = {
		.change = event->change,
		.seq = event->seq,
		.time = event->time,
		.site = cursor->vp->journal->number,
		.event = event->type,
		.object = event->object,
		.domain = event->domain,
		.actor = event->actor,
		.origin = event->origin,
		.old = old,
		.new = new,
	};
	json_t *envelope = vp_event_envelope(&row, 0);
	char *text = envelope ? json_dumps(envelope, JSON_COMPACT) : NULL;

	json_decref(envelope);
	json_decref(old);
	json_decref(new);
	return text;
}

/* 0, or -1 without memory. */
static int
take_row(struct vpop_events *cursor)
{
	sqlite3_stmt *statement = cursor->statement;
	struct row *row = &cursor->page[cursor->count++];
	struct vpop_event *event = &row->event;
	const char **const fields[] = { &event->type, &event->object,
		&event->domain, &event->actor, &event->origin, &event->reason };

	memset(row, 0, sizeof *row);
	event->change = sqlite3_column_int64(statement, 0);
	event->seq = sqlite3_column_int64(statement, 1);
	event->state = (enum vpop_event_state)sqlite3_column_int(statement, 2);
	event->time = (time_t)sqlite3_column_int64(statement, 3);
	for (int i = 0; i < 6; i++) {
		row->texts[i] = strdup(column(statement, 4 + i));
		if (!row->texts[i])
			return -1;
		*fields[i] = row->texts[i];
	}
	row->texts[6] = make_json(cursor, event);
	event->json = row->texts[6];
	cursor->last =
	    cursor->flags & VPOP_EVENTS_ALL ? event->change : event->seq;
	return event->json ? 0 : -1;
}

static int
read_page(struct vpop_events *cursor)
{
	sqlite3_stmt *statement = cursor->statement;
	struct vpop *vp = cursor->vp;
	int code = 0, rc;

	clear_page(cursor);
	rc = sqlite3_bind_int64(statement, 1, cursor->last);
	if (rc == SQLITE_OK)
		while ((rc = sqlite3_step(statement)) == SQLITE_ROW)
			if (take_row(cursor) != 0)
				break;
	if (rc == SQLITE_ROW)
		code = vp_fail(vp, VA_MEMORY_ALLOC_ERR, "out of memory");
	else if (rc != SQLITE_DONE)
		code = vp_journal_fail(vp, vp->journal);
	sqlite3_reset(statement);
	return code;
}

int
vpop_events_next(struct vpop_events *cursor, struct vpop_event *ret_event)
{
	if (cursor->next == cursor->count) {
		int code = read_page(cursor);

		if (code < 0 || cursor->count == 0)
			return code;
	}
	*ret_event = cursor->page[cursor->next++].event;
	return 1;
}

/* ---- following -------------------------------------------------------- */

int
vpop_events_last(struct vpop *vp, int64_t *ret_seq)
{
	const struct vpop_event_filter newest = {
		.flags = VPOP_EVENTS_NEWEST,
	};
	struct vpop_events *cursor = NULL;
	struct vpop_event event = { .seq = 0 };
	int code = vpop_events_open(vp, &newest, &cursor);

	if (!cursor)
		return code;
	sqlite3_bind_int(cursor->statement, 2, 1);
	code = vpop_events_next(cursor, &event);
	vpop_events_close(cursor);
	if (code >= 0)
		*ret_seq = code ? event.seq : 0;
	return code < 0 ? code : 0;
}

/* The write-ahead log is there as long as our own connection is open and
 * has read once. */
int
vpop_events_watch(struct vpop *vp)
{
	AUTO_FREE char *path = NULL;
	int64_t last;
	int code = vpop_events_last(vp, &last);

	if (code < 0)
		return code;
	if (asprintf(&path, "%s-wal", vp->journal->path) < 0) {
		path = NULL;
		return vp_fail(vp, VA_MEMORY_ALLOC_ERR, "out of memory");
	}
	int fd = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
	if (fd >= 0 && inotify_add_watch(fd, path, IN_MODIFY) >= 0)
		return fd;
	code = vp_fail_errno(
	    vp, VA_CANNOT_OPEN_DATABASE, "cannot watch '%s'", path);
	if (fd >= 0)
		close(fd);
	return code;
}
