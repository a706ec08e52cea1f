/*
 * The database of subscribers, events.sqlite beside the journal.
 *
 * It is written without waiting for the disk: after a loss of power somebody
 * is told again of what he knew, and that is allowed.  Rows of waiting are
 * facts that a subscriber could not take, and those of the same object behind
 * them, whose due is NULL until it is their turn.
 */
#include "config.h"

#include "core/delivery_int.h"

#include <errno.h>
#include <stdarg.h>
#include <string.h>
#include <time.h>

#include "base/dirtree.h"
#include "base/lock.h"

#define FILE_NAME    "events.sqlite"
#define BUSY_SECONDS 30

static const char schema_text[] =
    "PRAGMA journal_mode = WAL;"
    "PRAGMA synchronous = NORMAL;"
    "PRAGMA temp_store = MEMORY;"
    "BEGIN IMMEDIATE;"
    "CREATE TABLE IF NOT EXISTS subscriber("
    " name TEXT PRIMARY KEY,"
    " position INTEGER NOT NULL,"
    " seen INTEGER NOT NULL DEFAULT 0,"
    " problem TEXT) WITHOUT ROWID;"
    "CREATE TABLE IF NOT EXISTS waiting("
    " subscriber TEXT NOT NULL,"
    " seq INTEGER NOT NULL,"
    " object TEXT NOT NULL,"
    " dead INTEGER NOT NULL DEFAULT 0,"
    " attempts INTEGER NOT NULL,"
    " first INTEGER NOT NULL,"
    " due INTEGER,"
    " problem TEXT,"
    " PRIMARY KEY(subscriber, seq)) WITHOUT ROWID;"
    "CREATE INDEX IF NOT EXISTS waiting_due ON waiting(subscriber, due)"
    " WHERE dead = 0 AND due IS NOT NULL;"
    "CREATE INDEX IF NOT EXISTS waiting_object ON"
    " waiting(subscriber, object, seq) WHERE dead = 0;"
    "COMMIT";

/* In the order of enum vp_delivery_statement. */
static const char *const statement_text[VP_D_STATEMENTS] = {
	"SELECT position FROM subscriber WHERE name = ?1",
	"INSERT INTO subscriber(name, position, seen) VALUES(?1, ?2, ?3)"
	" ON CONFLICT(name) DO UPDATE SET position = ?2, seen = ?3",
	"SELECT seq, attempts, first, object FROM waiting"
	" WHERE subscriber = ?1 AND dead = 0 AND due <= ?2"
	" ORDER BY due LIMIT 1",
	"SELECT min(due) FROM waiting WHERE subscriber = ?1 AND dead = 0"
	" AND due IS NOT NULL",
	"SELECT 1 FROM waiting WHERE subscriber = ?1 AND dead = 0"
	" AND object = ?2 LIMIT 1",
	"INSERT OR IGNORE INTO waiting(subscriber, seq, object, attempts,"
	" first, due) VALUES(?1, ?2, ?3, 0, ?4, CASE WHEN EXISTS"
	" (SELECT 1 FROM waiting WHERE subscriber = ?1 AND dead = 0"
	" AND object = ?3) THEN NULL ELSE ?4 END)",
	"UPDATE waiting SET attempts = ?3, due = ?4, problem = ?5, dead = ?6"
	" WHERE subscriber = ?1 AND seq = ?2",
	"DELETE FROM waiting WHERE subscriber = ?1 AND seq = ?2",
	"UPDATE waiting SET due = ?3 WHERE subscriber = ?1 AND seq ="
	" (SELECT min(seq) FROM waiting WHERE subscriber = ?1 AND dead = 0"
	" AND object = ?2) AND due IS NULL"
};

int64_t
vp_delivery_now(void)
{
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

int
vp_delivery_fail(struct vpop *vp, const struct vp_delivery *delivery)
{
	return vp_fail(vp, VA_CANNOT_OPEN_DATABASE, "subscribers '%s': %s",
	    delivery->path, sqlite3_errmsg(delivery->db));
}

void
vp_delivery_close(struct vp_delivery *delivery)
{
	if (!delivery)
		return;
	for (size_t i = 0; i < VP_D_STATEMENTS; i++)
		sqlite3_finalize(delivery->statements[i]);
	sqlite3_close(delivery->db);
	free(delivery->path);
	free(delivery);
}

/* ---- statements ------------------------------------------------------- */

static int
bind_all(sqlite3_stmt *statement, const char *kinds, va_list args)
{
	int rc = SQLITE_OK;

	for (int i = 1; *kinds && rc == SQLITE_OK; kinds++, i++) {
		if (*kinds == 'i') {
			rc = sqlite3_bind_int64(
			    statement, i, va_arg(args, int64_t));
			continue;
		}
		const char *text = va_arg(args, const char *);
		rc =
		    sqlite3_bind_text(statement, i, text, -1, SQLITE_TRANSIENT);
	}
	return rc;
}

int
vp_delivery_bind(sqlite3_stmt *statement, const char *kinds, ...)
{
	va_list args;

	va_start(args, kinds);
	int rc = bind_all(statement, kinds, args);
	va_end(args);
	return rc;
}

int
vp_delivery_run(sqlite3_stmt *statement, const char *kinds, ...)
{
	va_list args;

	va_start(args, kinds);
	int rc = bind_all(statement, kinds, args);
	va_end(args);
	if (rc == SQLITE_OK)
		rc = sqlite3_step(statement);
	sqlite3_reset(statement);
	sqlite3_clear_bindings(statement);
	return rc == SQLITE_DONE ? SQLITE_OK : rc;
}

int
vp_delivery_begin(struct vpop *vp, struct vp_delivery *delivery)
{
	if (sqlite3_exec(delivery->db, "BEGIN IMMEDIATE", NULL, NULL, NULL) !=
	    SQLITE_OK)
		return vp_delivery_fail(vp, delivery);
	return 0;
}

int
vp_delivery_end(struct vpop *vp, struct vp_delivery *delivery, int rc)
{
	int code;

	if ((rc == SQLITE_OK || rc == SQLITE_DONE) &&
	    sqlite3_exec(delivery->db, "COMMIT", NULL, NULL, NULL) == SQLITE_OK)
		return 0;
	code = vp_delivery_fail(vp, delivery);
	if (!sqlite3_get_autocommit(delivery->db))
		sqlite3_exec(delivery->db, "ROLLBACK", NULL, NULL, NULL);
	return code;
}

/* ---- opening ---------------------------------------------------------- */

static int
prepare(struct vpop *vp, struct vp_delivery *delivery)
{
	const int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOFOLLOW;

	if (sqlite3_open_v2(delivery->path, &delivery->db, flags, NULL) !=
	    SQLITE_OK)
		return vp_delivery_fail(vp, delivery);
	sqlite3_busy_timeout(delivery->db, BUSY_SECONDS * 1000);
	if (sqlite3_exec(delivery->db, schema_text, NULL, NULL, NULL) !=
	    SQLITE_OK)
		return vp_delivery_fail(vp, delivery);
	for (size_t i = 0; i < VP_D_STATEMENTS; i++)
		if (sqlite3_prepare_v3(delivery->db, statement_text[i], -1,
			SQLITE_PREPARE_PERSISTENT, &delivery->statements[i],
			NULL) != SQLITE_OK)
			return vp_delivery_fail(vp, delivery);
	return 0;
}

int
vp_delivery_open(struct vpop *vp, struct vp_delivery **ret)
{
	int64_t last;
	int code = vpop_events_last(vp, &last);

	if (code < 0)
		return code;
	const char *journal = vp->journal->path;
	int length = (int)(strrchr(journal, '/') - journal);
	AUTO_FREE char *folder = strndup(journal, (size_t)length);
	struct vp_delivery *delivery = calloc(1, sizeof *delivery);
	if (!delivery || !folder ||
	    asprintf(&delivery->path, "%s/" FILE_NAME, folder) < 0) {
		free(delivery);
		return vp_fail(vp, VA_MEMORY_ALLOC_ERR, "out of memory");
	}
	AUTO_CLOSE int dirfd = vp_dir_open(length ? folder : "/");
	/* Switching to the write-ahead log does not wait for others. */
	AUTO_CLOSE int lock = dirfd < 0 ? -1
					: vp_lock(dirfd, FILE_NAME ".lock",
					      vp->uid, vp->gid, BUSY_SECONDS);
	if (lock < 0 || vp_journal_make_file(vp, dirfd, FILE_NAME) != 0)
		code = vp_fail_errno(vp, VA_CANNOT_OPEN_DATABASE,
		    "cannot open '%s'", delivery->path);
	else
		code = prepare(vp, delivery);
	if (code < 0)
		vp_delivery_close(delivery);
	else
		*ret = delivery;
	return code;
}
