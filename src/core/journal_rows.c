/*
 * The journal's rows: intents, their ends, and what is pending.
 *
 * Ended rows are deleted when they are older than the setting says, a few
 * with every commit, so that no change ever waits for a large clean-up.
 */
#include "config.h"

#include "core/journal_int.h"

#include <errno.h>
#include <pwd.h>
#include <string.h>
#include <time.h>

#include "core/onchange.h"
#include "core/question.h"

#define STATE_COMMITTED 1
#define STATE_UNDONE    2
#define PRUNE_ROWS      100
#define DAY             86400

/* Length of the UTF-8 character at text, 0 if it is not one. */
static size_t
utf8_length(const unsigned char *text)
{
	uint32_t value, least;
	size_t length;

	if (text[0] < 0x80)
		return 1;
	if (text[0] >= 0xc2 && text[0] <= 0xdf) {
		length = 2;
		least = 0x80;
		value = text[0] & 0x1f;
	} else if ((text[0] & 0xf0) == 0xe0) {
		length = 3;
		least = 0x800;
		value = text[0] & 0x0f;
	} else if (text[0] >= 0xf0 && text[0] <= 0xf4) {
		length = 4;
		least = 0x10000;
		value = text[0] & 0x07;
	} else {
		return 0;
	}
	for (size_t i = 1; i < length; i++) {
		if ((text[i] & 0xc0) != 0x80)
			return 0;
		value = value << 6 | (text[i] & 0x3f);
	}
	if (value < least || value > 0x10ffff ||
	    (value >= 0xd800 && value <= 0xdfff))
		return 0;
	return length;
}

/* A copy in valid UTF-8, malloc'd. */
static char *
utf8_copy(const char *text)
{
	char *copy = malloc(3 * strlen(text) + 1);
	char *end = copy;

	if (!copy)
		return NULL;
	while (*text) {
		size_t length = utf8_length((const unsigned char *)text);
		const char *from = length ? text : "\xef\xbf\xbd";

		memcpy(end, from, length ? length : 3);
		end += length ? length : 3;
		text += length ? length : 1;
	}
	*end = '\0';
	return copy;
}

json_t *
vp_journal_text(const char *text)
{
	AUTO_FREE char *copy = utf8_copy(text);

	return copy ? json_string_nocheck(copy) : NULL;
}

/* ---- binding ---------------------------------------------------------- */

static void
free_bound(void *text)
{
	free(text);
}

static int
bind_text(sqlite3_stmt *statement, int position, const char *text)
{
	char *copy = utf8_copy(text);

	if (!copy)
		return SQLITE_NOMEM;
	return sqlite3_bind_text(statement, position, copy, -1, free_bound);
}

static int
bind_json(sqlite3_stmt *statement, int position, const json_t *value)
{
	if (!value)
		return sqlite3_bind_null(statement, position);
	char *text = json_dumps(value, JSON_COMPACT);
	if (!text)
		return SQLITE_NOMEM;
	return sqlite3_bind_text(statement, position, text, -1, free_bound);
}

/* Run a statement that gives no rows. */
static int
run(sqlite3_stmt *statement, int bound)
{
	int rc = bound == SQLITE_OK ? sqlite3_step(statement) : bound;

	sqlite3_reset(statement);
	sqlite3_clear_bindings(statement);
	return rc == SQLITE_DONE ? SQLITE_OK : rc;
}

static int
begin(struct vpop *vp)
{
	if (sqlite3_exec(vp->journal->db, "BEGIN IMMEDIATE", NULL, NULL,
		NULL) != SQLITE_OK)
		return vp_journal_fail(vp, vp->journal);
	return 0;
}

/* End the transaction; rc is that of its statements. */
static int
end(struct vpop *vp, int rc)
{
	int code;

	if (rc == SQLITE_OK && sqlite3_exec(vp->journal->db, "COMMIT", NULL,
				   NULL, NULL) == SQLITE_OK)
		return 0;
	if (rc == SQLITE_NOMEM)
		code = vp_fail(vp, VA_MEMORY_ALLOC_ERR, "out of memory");
	else
		code = vp_journal_fail(vp, vp->journal);
	if (!sqlite3_get_autocommit(vp->journal->db))
		sqlite3_exec(vp->journal->db, "ROLLBACK", NULL, NULL, NULL);
	return code;
}

/* ---- writing ---------------------------------------------------------- */

/* Who runs this program, when nobody said who asks. */
int
vp_journal_actor(struct vpop *vp)
{
	char buffer[4096];
	struct passwd entry, *found = NULL;

	if (!vp->actor) {
		int rc =
		    getpwuid_r(getuid(), &entry, buffer, sizeof buffer, &found);
		if (rc == 0 && found)
			vp->actor = strdup(found->pw_name);
		else if (asprintf(&vp->actor, "%lu", (unsigned long)getuid()) <
			 0)
			vp->actor = NULL;
	}
	if (!vp->origin)
		vp->origin = strdup(program_invocation_short_name);
	if (!vp->actor || !vp->origin)
		return vp_fail(vp, VA_MEMORY_ALLOC_ERR, "out of memory");
	return 0;
}

static int
insert(struct vpop *vp, struct vp_intent *intent, time_t now)
{
	sqlite3_stmt *statement = vp->journal->statements[VP_INSERT];
	int rc = sqlite3_bind_int64(statement, 1, now);

	if (rc == SQLITE_OK)
		rc = bind_text(statement, 2, intent->event);
	if (rc == SQLITE_OK)
		rc = bind_text(statement, 3, intent->object);
	if (rc == SQLITE_OK)
		rc = bind_text(statement, 4, intent->domain);
	if (rc == SQLITE_OK)
		rc = bind_text(statement, 5, vp->actor);
	if (rc == SQLITE_OK)
		rc = bind_text(statement, 6, vp->origin);
	if (rc == SQLITE_OK)
		rc = bind_json(statement, 7, intent->old);
	if (rc == SQLITE_OK)
		rc = bind_json(statement, 8, intent->new);
	if (rc == SQLITE_OK)
		rc = bind_json(statement, 9, intent->plan);
	rc = run(statement, rc);
	if (rc == SQLITE_OK)
		intent->id = sqlite3_last_insert_rowid(vp->journal->db);
	return rc;
}

static int
insert_all(struct vpop *vp, struct vp_intent *list, size_t count)
{
	time_t now = time(NULL);
	int rc = SQLITE_OK, code;

	if ((code = vp_journal_actor(vp)) < 0 || (code = begin(vp)) < 0)
		return code;
	for (size_t i = 0; i < count && rc == SQLITE_OK; i++)
		if (!list[i].is_out)
			rc = insert(vp, &list[i], now);
	return end(vp, rc);
}

int
vp_journal_intend(struct vpop *vp, struct vp_intent *list, size_t count)
{
	int code = 0;

	for (size_t i = 0; i < count; i++)
		list[i].id = 0;
	if (vp_dry_run(vp) || count == 0)
		return 0;
	for (size_t i = 0; i < count && code == 0; i++)
		if (!list[i].is_asked && !list[i].is_out)
			code = vp_question_ask(vp, &list[i]);
	if (code == 0 && vp->journal)
		code = insert_all(vp, list, count);
	if (code == 0)
		vp_onchange_intended(vp, list, count);
	return code;
}

static int
prune_rows(struct vpop *vp, int64_t before, int64_t count, int64_t *ret_count)
{
	sqlite3_stmt *statement = vp->journal->statements[VP_PRUNE];
	int64_t last = 0;
	int rc = sqlite3_bind_int64(statement, 1, before);

	if (rc == SQLITE_OK)
		rc = sqlite3_bind_int64(statement, 2, count);
	*ret_count = 0;
	if (rc == SQLITE_OK) {
		while ((rc = sqlite3_step(statement)) == SQLITE_ROW) {
			int64_t seq = sqlite3_column_int64(statement, 0);

			last = seq > last ? seq : last;
			++*ret_count;
		}
	}
	sqlite3_reset(statement);
	if (rc != SQLITE_DONE)
		return rc;
	if (last == 0)
		return SQLITE_OK;
	statement = vp->journal->statements[VP_PRUNED];
	return run(statement, sqlite3_bind_int64(statement, 1, last));
}

static int
prune(struct vpop *vp, time_t now, size_t count)
{
	int64_t days = vp->set.journal_days, deleted;

	if (days <= 0)
		return SQLITE_OK;
	return prune_rows(
	    vp, now - days * DAY, (int64_t)count + PRUNE_ROWS, &deleted);
}

int
vp_journal_prune(struct vpop *vp, int64_t before, int64_t *ret_count)
{
	int code = begin(vp);

	if (code < 0)
		return code;
	int64_t count;
	int rc = prune_rows(vp, before, INT64_MAX, &count);
	code = end(vp, rc);
	if (code == 0)
		*ret_count = count;
	return code;
}

/* Not synced: an older mark keeps more. */
int
vp_journal_hold(struct vpop *vp, int64_t seq)
{
	sqlite3_stmt *statement = vp->journal->statements[VP_HOLD];
	sqlite3 *db = vp->journal->db;

	sqlite3_exec(db, "PRAGMA synchronous = NORMAL", NULL, NULL, NULL);
	int rc = run(statement, sqlite3_bind_int64(statement, 1, seq));
	int code = rc == SQLITE_OK ? 0 : vp_journal_fail(vp, vp->journal);
	sqlite3_exec(db, "PRAGMA synchronous = FULL", NULL, NULL, NULL);
	return code;
}

static int
end_row(struct vpop *vp, const struct vp_intent *intent, int state, time_t now,
    const char *reason)
{
	const int made = state == STATE_COMMITTED;
	sqlite3_stmt *statement = vp->journal->statements[VP_END];
	int rc = sqlite3_bind_int64(statement, 1, intent->id);

	if (rc == SQLITE_OK)
		rc = sqlite3_bind_int(statement, 2, state);
	if (rc == SQLITE_OK)
		rc = sqlite3_bind_int64(statement, 3, now);
	if (rc == SQLITE_OK && reason)
		rc = bind_text(statement, 4, reason);
	if (rc == SQLITE_OK && made && vp_onchange_is_wanted(vp, intent))
		rc = sqlite3_bind_int(statement, 5, 0);
	rc = run(statement, rc);
	/* None when somebody else has ended it already. */
	if (rc == SQLITE_OK && made && sqlite3_changes(vp->journal->db) > 0)
		vp_onchange_made(vp, intent);
	return rc;
}

static int
end_all(struct vpop *vp, const struct vp_intent *list, size_t count, int state,
    const char *reason)
{
	time_t now = time(NULL);
	int rc = SQLITE_OK, code;

	if ((code = begin(vp)) < 0)
		return code;
	for (size_t i = 0; i < count && rc == SQLITE_OK; i++)
		rc = end_row(vp, &list[i], state, now, reason);
	if (rc == SQLITE_OK)
		rc = prune(vp, now, count);
	return end(vp, rc);
}

int
vp_journal_publish(struct vpop *vp, struct vp_intent *intent)
{
	time_t now = time(NULL);
	int code, rc;

	if ((code = vp_journal_actor(vp)) < 0 || (code = begin(vp)) < 0)
		return code;
	rc = insert(vp, intent, now);
	if (rc == SQLITE_OK)
		rc = end_row(vp, intent, STATE_COMMITTED, now, NULL);
	return end(vp, rc);
}

int
vp_journal_commit(struct vpop *vp, const struct vp_intent *list, size_t count)
{
	size_t mark = vp_onchange_mark(vp);
	int code = 0;

	if (vp_dry_run(vp) || count == 0)
		return 0;
	if (vp->journal)
		code = end_all(vp, list, count, STATE_COMMITTED, NULL);
	for (size_t i = 0; i < count && !vp->journal; i++)
		vp_onchange_made(vp, &list[i]);
	if (code < 0)
		vp_onchange_back(vp, mark);
	return code;
}

int
vp_journal_undo(struct vpop *vp, const struct vp_intent *list, size_t count,
    const char *reason)
{
	if (!vp->journal || count == 0)
		return 0;
	return end_all(vp, list, count, STATE_UNDONE, reason);
}

/* ---- reading ---------------------------------------------------------- */

/* 1 if the statement gives a row. */
static int
ask(struct vpop *vp, sqlite3_stmt *statement, int bound)
{
	int rc = bound == SQLITE_OK ? sqlite3_step(statement) : bound;
	int code = rc == SQLITE_ROW;

	if (rc != SQLITE_ROW && rc != SQLITE_DONE)
		code = vp_journal_fail(vp, vp->journal);
	sqlite3_reset(statement);
	sqlite3_clear_bindings(statement);
	return code;
}

int
vp_journal_is_pending(struct vpop *vp, int64_t id)
{
	if (!vp->journal)
		return 0;
	sqlite3_stmt *statement = vp->journal->statements[VP_IS_PENDING];
	return ask(vp, statement, sqlite3_bind_int64(statement, 1, id));
}

int
vp_journal_any(struct vpop *vp, const char *domain)
{
	if (!vp->journal)
		return 0;
	if (!domain)
		return ask(vp, vp->journal->statements[VP_ANY], SQLITE_OK);
	sqlite3_stmt *statement = vp->journal->statements[VP_ANY_OF_DOMAIN];
	return ask(vp, statement, bind_text(statement, 1, domain));
}

static char *
copy_column(sqlite3_stmt *statement, int column)
{
	const unsigned char *text = sqlite3_column_text(statement, column);

	return text ? strdup((const char *)text) : NULL;
}

/* NULL also for text that is not JSON: recovery checks what it needs. */
static json_t *
load_column(sqlite3_stmt *statement, int column)
{
	const unsigned char *text = sqlite3_column_text(statement, column);

	return text ? json_loads((const char *)text, 0, NULL) : NULL;
}

static int
fill(sqlite3_stmt *statement, struct vp_pending *pending)
{
	pending->id = sqlite3_column_int64(statement, 0);
	pending->event = copy_column(statement, 1);
	pending->object = copy_column(statement, 2);
	pending->domain = copy_column(statement, 3);
	pending->old = load_column(statement, 4);
	pending->new = load_column(statement, 5);
	pending->plan = load_column(statement, 6);
	return pending->event && pending->object && pending->domain ? 0 : -1;
}

void
vp_pending_free(struct vp_pending *list, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		free(list[i].event);
		free(list[i].object);
		free(list[i].domain);
		json_decref(list[i].old);
		json_decref(list[i].new);
		json_decref(list[i].plan);
	}
	free(list);
}

int
vp_journal_pending(
    struct vpop *vp, struct vp_pending **ret_list, size_t *ret_count)
{
	struct vp_pending *list = NULL;
	size_t count = 0, room = 0;
	int rc = SQLITE_DONE, code = 0;

	if (vp->journal) {
		sqlite3_stmt *statement = vp->journal->statements[VP_PENDING];

		while ((rc = sqlite3_step(statement)) == SQLITE_ROW) {
			if (count == room) {
				struct vp_pending *more =
				    reallocarray(list, room + 64, sizeof *list);
				if (!more)
					break;
				list = more;
				room += 64;
			}
			if (fill(statement, &list[count++]) != 0)
				break;
		}
		if (rc == SQLITE_ROW)
			code =
			    vp_fail(vp, VA_MEMORY_ALLOC_ERR, "out of memory");
		else if (rc != SQLITE_DONE)
			code = vp_journal_fail(vp, vp->journal);
		sqlite3_reset(statement);
	}
	if (code < 0) {
		vp_pending_free(list, count);
		return code;
	}
	*ret_list = list;
	*ret_count = count;
	return 0;
}
