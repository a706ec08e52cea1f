/*
 * What the change script was told of.
 *
 * A change that is to be told is committed with the mark 0, and gets 1 when it
 * was.  Who is going to tell it holds a lock on the byte of its number in a
 * file beside the journal, which the kernel drops when the process ends,
 * however it ends.  The second mark is not synced: after a loss of power
 * something is told twice, and nothing waits for a disk.
 */
#include "config.h"

#include <errno.h>
#include <fcntl.h>

#include "core/journal_int.h"
#include "core/onchange.h"

static int
open_locks(struct vpop *vp)
{
	const int flags = O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC;
	struct vp_journal *journal = vp->journal;
	AUTO_FREE char *path = NULL;

	if (journal->told >= 0)
		return 0;
	if (asprintf(&path, "%s.told", journal->path) < 0) {
		path = NULL;
		return -1;
	}
	journal->told = open(path, flags, 0600);
	if (journal->told >= 0 && geteuid() == 0 &&
	    fchown(journal->told, vp->uid, vp->gid) != 0)
		return -1;
	return journal->told < 0 ? -1 : 0;
}

/* 0 if the lock is ours now. */
static int
lock(struct vpop *vp, int64_t id)
{
	struct flock range = {
		.l_type = F_WRLCK,
		.l_whence = SEEK_SET,
		.l_start = (off_t)id,
		.l_len = 1,
	};

	if (open_locks(vp) != 0)
		return -1;
	return fcntl(vp->journal->told, F_OFD_SETLK, &range);
}

/* Without the lock a change may be told twice: that is allowed. */
void
vp_told_begin(struct vpop *vp, int64_t id)
{
	(void)lock(vp, id);
}

void
vp_told_done(struct vpop *vp, int64_t id)
{
	struct vp_journal *journal = vp->journal;

	if (!journal || id == 0)
		return;
	sqlite3_stmt *statement = journal->statements[VP_TOLD];
	sqlite3_exec(
	    journal->db, "PRAGMA synchronous = NORMAL", NULL, NULL, NULL);
	sqlite3_bind_int64(statement, 1, id);
	/* What cannot be marked is told again. */
	(void)sqlite3_step(statement);
	sqlite3_reset(statement);
	sqlite3_exec(
	    journal->db, "PRAGMA synchronous = FULL", NULL, NULL, NULL);
}

void
vp_told_end(struct vpop *vp)
{
	if (!vp->journal || vp->journal->told < 0)
		return;
	close(vp->journal->told);
	vp->journal->told = -1;
}

static const char *
column(sqlite3_stmt *statement, int number)
{
	const unsigned char *text = sqlite3_column_text(statement, number);

	return text ? (const char *)text : "";
}

/* 1 if there was one after *id. */
static int
take_one(struct vpop *vp, int64_t *id,
    void (*each)(struct vpop *vp, const struct vp_intent *intent))
{
	sqlite3_stmt *statement = vp->journal->statements[VP_LEFT];
	int rc = sqlite3_bind_int64(statement, 1, *id);

	if (rc == SQLITE_OK)
		rc = sqlite3_step(statement);
	/* With the lock, look again: it may have been told meanwhile. */
	if (rc == SQLITE_ROW &&
	    lock(vp, *id = sqlite3_column_int64(statement, 0)) == 0) {
		sqlite3_reset(statement);
		sqlite3_bind_int64(statement, 1, *id - 1);
		rc = sqlite3_step(statement);
		if (rc == SQLITE_ROW &&
		    sqlite3_column_int64(statement, 0) == *id) {
			json_t *old = json_loads(column(statement, 4), 0, NULL);
			json_t *new = json_loads(column(statement, 5), 0, NULL);
			const struct vp_intent intent = {
				.id = *id,
				.event = column(statement, 1),
				.object = column(statement, 2),
				.domain = column(statement, 3),
				.old = old,
				.new = new,
			};

			each(vp, &intent);
			json_decref(old);
			json_decref(new);
		}
		rc = SQLITE_ROW;
	}
	sqlite3_reset(statement);
	if (rc == SQLITE_ROW || rc == SQLITE_DONE)
		return rc == SQLITE_ROW;
	return vp_journal_fail(vp, vp->journal);
}

int
vp_told_left(struct vpop *vp,
    void (*each)(struct vpop *vp, const struct vp_intent *intent))
{
	int64_t id = 0;
	int code;

	do
		code = take_one(vp, &id, each);
	while (code > 0);
	return code;
}
