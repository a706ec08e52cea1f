/*
 * Looking after subscribers: their state, dead letters, what they are to be
 * told again, and what the journal has to keep for them.
 */
#include "config.h"

#include <limits.h>
#include <string.h>

#include "base/text.h"
#include "core/delivery_int.h"

#define DAY 86400

/* Run one statement; each row is given to each, and *ret_count counts what a
 * statement without rows changed.  The text is one of those below. */
struct question {
	const char *text;
	const char *name;
	int64_t seq;
	int (*each)(sqlite3_stmt *statement, void *arg);
	void *arg;
	int64_t changed;
};

static int
run(struct vpop *vp, struct vp_delivery *delivery, struct question *question)
{
	sqlite3_stmt *statement = NULL;
	int rc = sqlite3_prepare_v2(
	    delivery->db, question->text, -1, &statement, NULL);
	int code = 0;

	if (rc == SQLITE_OK && question->name)
		rc = sqlite3_bind_text(
		    statement, 1, question->name, -1, SQLITE_STATIC);
	if (rc == SQLITE_OK && question->seq)
		rc = sqlite3_bind_int64(statement, 2, question->seq);
	if (rc == SQLITE_OK)
		while ((rc = sqlite3_step(statement)) == SQLITE_ROW)
			if (question->each &&
			    question->each(statement, question->arg) != 0)
				break;
	question->changed = sqlite3_changes(delivery->db);
	if (rc == SQLITE_ROW)
		code = vp_fail(vp, VA_MEMORY_ALLOC_ERR, "out of memory");
	else if (rc != SQLITE_DONE)
		code = vp_delivery_fail(vp, delivery);
	sqlite3_finalize(statement);
	return code;
}

static int
open_and_run(struct vpop *vp, struct question *question)
{
	struct vp_delivery *delivery;
	int code = vp_delivery_open(vp, &delivery);

	if (code < 0)
		return code;
	code = run(vp, delivery, question);
	vp_delivery_close(delivery);
	return code;
}

static void
copy_column(sqlite3_stmt *statement, int column, char *to, size_t size)
{
	const unsigned char *text = sqlite3_column_text(statement, column);

	to[0] = '\0';
	if (text)
		(void)vp_copy(to, size, (const char *)text);
}

/* A list that grows. */
struct list {
	char *items;
	size_t count, room, size;
};

static void *
add(struct list *list)
{
	if (list->count == list->room) {
		size_t room = list->room ? 2 * list->room : 16;
		void *more = reallocarray(list->items, room, list->size);

		if (!more)
			return NULL;
		list->items = more;
		list->room = room;
	}
	void *item = list->items + list->size * list->count++;
	memset(item, 0, list->size);
	return item;
}

static int
give(int code, struct list *list, void *ret_list, size_t *ret_count)
{
	if (code < 0) {
		free(list->items);
		return code;
	}
	memcpy(ret_list, &list->items, sizeof list->items);
	*ret_count = list->count;
	return 0;
}

/* ---- their state ------------------------------------------------------ */

static int
take_state(sqlite3_stmt *statement, void *arg)
{
	struct vpop_subscriber_state *state = add(arg);

	if (!state)
		return -1;
	copy_column(statement, 0, state->name, sizeof state->name);
	state->position = sqlite3_column_int64(statement, 1);
	state->seen = (time_t)sqlite3_column_int64(statement, 2);
	state->waiting = sqlite3_column_int64(statement, 3);
	state->dead = sqlite3_column_int64(statement, 4);
	copy_column(statement, 5, state->problem, sizeof state->problem);
	return 0;
}

int
vpop_subscribers(
    struct vpop *vp, struct vpop_subscriber_state **ret_list, size_t *ret_count)
{
	struct list list = { .size = sizeof **ret_list };
	struct question question = {
		.text = "SELECT name, position, seen,"
			" (SELECT count(*) FROM waiting"
			"  WHERE subscriber = name AND dead = 0),"
			" (SELECT count(*) FROM waiting"
			"  WHERE subscriber = name AND dead = 1),"
			" (SELECT problem FROM waiting WHERE subscriber = name"
			"  AND problem IS NOT NULL ORDER BY seq DESC LIMIT 1)"
			" FROM subscriber ORDER BY name",
		.each = take_state,
		.arg = &list,
	};
	int64_t last = 0;
	int code = open_and_run(vp, &question);

	if (code == 0)
		code = vpop_events_last(vp, &last);
	for (size_t i = 0; i < list.count; i++) {
		struct vpop_subscriber_state *state =
		    (void *)(list.items + i * list.size);

		state->behind =
		    last > state->position ? last - state->position : 0;
	}
	return give(code, &list, ret_list, ret_count);
}

static int
no_such(struct vpop *vp, const char *name)
{
	return vp_fail(
	    vp, VA_INVALID_ARGUMENT, "there is no subscriber '%s'", name);
}

int
vpop_subscriber_forget(struct vpop *vp, const char *name)
{
	struct question rows = {
		.text = "DELETE FROM waiting WHERE subscriber = ?1",
		.name = name,
	};
	struct question one = {
		.text = "DELETE FROM subscriber WHERE name = ?1",
		.name = name,
	};
	int code = open_and_run(vp, &rows);

	if (code == 0)
		code = open_and_run(vp, &one);
	return code == 0 && one.changed == 0 ? no_such(vp, name) : code;
}

/* ---- dead letters ----------------------------------------------------- */

static int
take_letter(sqlite3_stmt *statement, void *arg)
{
	struct vpop_dead_letter *letter = add(arg);

	if (!letter)
		return -1;
	copy_column(
	    statement, 0, letter->subscriber, sizeof letter->subscriber);
	letter->seq = sqlite3_column_int64(statement, 1);
	letter->time = (time_t)(sqlite3_column_int64(statement, 2) / 1000);
	letter->attempts = sqlite3_column_int(statement, 3);
	copy_column(statement, 4, letter->problem, sizeof letter->problem);
	return 0;
}

int
vpop_dead_letters(struct vpop *vp, const char *name,
    struct vpop_dead_letter **ret_list, size_t *ret_count)
{
	struct list list = { .size = sizeof **ret_list };
	struct question question = {
		.text = "SELECT subscriber, seq, first, attempts, problem"
			" FROM waiting WHERE dead = 1"
			" AND (?1 IS NULL OR subscriber = ?1)"
			" ORDER BY subscriber, seq",
		.name = name,
		.each = take_letter,
		.arg = &list,
	};

	return give(open_and_run(vp, &question), &list, ret_list, ret_count);
}

int
vpop_dead_letters_retry(
    struct vpop *vp, const char *name, int64_t seq, int64_t *ret_count)
{
	struct question question = {
		.text = "UPDATE waiting SET dead = 0, attempts = 0,"
			" first = unixepoch() * 1000, due = unixepoch() * 1000"
			" WHERE dead = 1 AND subscriber = ?1"
			" AND (?2 IS NULL OR seq = ?2)",
		.name = name,
		.seq = seq,
	};
	int code = open_and_run(vp, &question);

	if (code == 0)
		*ret_count = question.changed;
	return code;
}

int
vpop_dead_letters_drop(
    struct vpop *vp, const char *name, int64_t seq, int64_t *ret_count)
{
	struct question question = {
		.text = "DELETE FROM waiting WHERE dead = 1 AND subscriber = ?1"
			" AND (?2 IS NULL OR seq = ?2)",
		.name = name,
		.seq = seq,
	};
	int code = open_and_run(vp, &question);

	if (code == 0)
		*ret_count = question.changed;
	return code;
}

int
vpop_subscriber_give_up(struct vpop *vp, const char *name, int64_t *ret_count)
{
	struct question question = {
		.text = "UPDATE waiting SET dead = 1"
			" WHERE dead = 0 AND subscriber = ?1",
		.name = name,
	};
	int code = open_and_run(vp, &question);

	if (code == 0)
		*ret_count = question.changed;
	return code;
}

/* ---- telling again ---------------------------------------------------- */

static int
position_of(struct vpop *vp, struct vp_delivery *delivery, const char *name,
    int64_t *ret_position)
{
	sqlite3_stmt *statement = delivery->statements[VP_D_POSITION];
	int rc = vp_delivery_bind(statement, "s", name);

	if (rc == SQLITE_OK)
		rc = sqlite3_step(statement);
	if (rc == SQLITE_ROW)
		*ret_position = sqlite3_column_int64(statement, 0);
	sqlite3_reset(statement);
	if (rc == SQLITE_DONE)
		return no_such(vp, name);
	return rc == SQLITE_ROW ? 0 : vp_delivery_fail(vp, delivery);
}

static int
queue_all(struct vpop *vp, struct vp_delivery *delivery, const char *name,
    const struct vpop_event_filter *filter, int64_t to, int64_t *ret_count)
{
	sqlite3_stmt *queue = delivery->statements[VP_D_QUEUE];
	struct vpop_events *cursor;
	struct vpop_event event;
	int64_t count = 0;
	int rc = SQLITE_OK, code = vpop_events_open(vp, filter, &cursor);

	if (code < 0)
		return code;
	code = vp_delivery_begin(vp, delivery);
	if (code == 0) {
		while (rc == SQLITE_OK &&
		       (code = vpop_events_next(cursor, &event)) > 0 &&
		       event.seq <= to) {
			rc = vp_delivery_run(queue, "sisi", name, event.seq,
			    event.object, vp_delivery_now());
			count++;
		}
		if (rc == SQLITE_OK && code < 0)
			rc = SQLITE_ERROR;
		int end = vp_delivery_end(vp, delivery, rc);
		code = code < 0 ? code : end;
	}
	vpop_events_close(cursor);
	if (code == 0)
		*ret_count = count;
	return code;
}

int
vpop_subscriber_replay_found(struct vpop *vp, const char *name,
    const struct vpop_event_filter *filter, int64_t to, int64_t *ret_count)
{
	struct vp_delivery *delivery;
	int64_t position = 0;
	int code = vp_delivery_open(vp, &delivery);

	if (code < 0)
		return code;
	code = position_of(vp, delivery, name, &position);
	if (code == 0)
		code = queue_all(vp, delivery, name, filter,
		    to < position ? to : position, ret_count);
	vp_delivery_close(delivery);
	return code;
}

int
vpop_subscriber_replay(struct vpop *vp, const char *name, int64_t from,
    int64_t to, int64_t *ret_count)
{
	const struct vpop_event_filter filter = { .after =
						      from > 0 ? from - 1 : 0 };

	return vpop_subscriber_replay_found(vp, name, &filter, to, ret_count);
}

/* ---- upkeep ----------------------------------------------------------- */

static int
take_number(sqlite3_stmt *statement, void *arg)
{
	int64_t *number = arg;

	if (sqlite3_column_type(statement, 0) != SQLITE_NULL)
		*number = sqlite3_column_int64(statement, 0);
	return 0;
}

/* Tell the journal what is needed.  Only who makes changes writes the
 * journal's own tables in a transaction of his, so this one is short. */
static int
note_hold(struct vpop *vp)
{
	int64_t hold = INT64_MAX;
	struct question question = {
		.text = "SELECT min(least) FROM"
			" (SELECT min(position) + 1 AS least FROM subscriber"
			" UNION ALL SELECT min(seq) FROM waiting"
			" WHERE dead = 0)",
		.each = take_number,
		.arg = &hold,
	};
	int code = open_and_run(vp, &question);

	return code < 0 ? code : vp_journal_hold(vp, hold);
}

int
vpop_events_settle(struct vpop *vp)
{
	int code = vp_change_start(vp);

	vp_change_end(vp);
	return code < 0 ? code : note_hold(vp);
}

int
vpop_events_prune(struct vpop *vp, int64_t days, int64_t *ret_count)
{
	int code = vpop_events_settle(vp);

	if (code < 0)
		return code;
	return vp_journal_prune(
	    vp, vp_delivery_now() / 1000 - days * DAY, ret_count);
}
