/*
 * The journal's file: opening it, and the few statements that are run on it.
 *
 * A row is written with state 0 before a change and gets state 1 or 2 when
 * the change was made or taken back; its plan is dropped then.  One that was
 * made gets the next seq, in the order of the commits: whoever has read up to
 * a seq has missed nothing.  Every transaction is synced before it returns, so
 * a change is never without its row.  The statements are all here and all
 * prepared once.
 */
#include "config.h"

#include "core/journal_int.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <sys/stat.h>

#include "base/dirtree.h"
#include "base/lock.h"
#include "base/text.h"

#define DIR_NAME     "var"
#define FILE_NAME    "journal.sqlite"
#define SCHEMA       4
#define BUSY_SECONDS 30

static const char schema_text[] =
    "BEGIN IMMEDIATE;"
    "CREATE TABLE IF NOT EXISTS change("
    " id INTEGER PRIMARY KEY AUTOINCREMENT,"
    " time INTEGER NOT NULL,"
    " event TEXT NOT NULL,"
    " object TEXT NOT NULL,"
    " domain TEXT NOT NULL,"
    " actor TEXT NOT NULL,"
    " origin TEXT NOT NULL,"
    " state INTEGER NOT NULL DEFAULT 0,"
    " old TEXT, new TEXT, plan TEXT,"
    " ended INTEGER, reason TEXT);"
    "CREATE INDEX IF NOT EXISTS change_pending ON change(domain)"
    " WHERE state = 0;"
    "CREATE INDEX IF NOT EXISTS change_object ON change(object);"
    "CREATE INDEX IF NOT EXISTS change_time ON change(time);"
    "ALTER TABLE change ADD COLUMN seq INTEGER;"
    "ALTER TABLE change ADD COLUMN told INTEGER;"
    "UPDATE change SET seq = id WHERE state = 1;"
    "CREATE UNIQUE INDEX change_seq ON change(seq) WHERE seq IS NOT NULL;"
    "CREATE INDEX change_told ON change(id) WHERE told = 0;"
    "CREATE TABLE mark(name TEXT PRIMARY KEY, value INTEGER NOT NULL);"
    "INSERT INTO mark VALUES('journal', abs(random() % 1099511627776));"
    "PRAGMA user_version = 2;"
    "COMMIT";

/* Facts of a domain or of somebody are found page by page. */
static const char lookup_text[] =
    "BEGIN IMMEDIATE;"
    "CREATE INDEX change_domain ON change(domain, seq)"
    " WHERE seq IS NOT NULL;"
    "CREATE INDEX change_actor ON change(actor, seq)"
    " WHERE seq IS NOT NULL;"
    "PRAGMA user_version = 3;"
    "COMMIT";

/* The chain, see journal_chain.c, begins with the next fact. */
static const char chain_text[] =
    "BEGIN IMMEDIATE;"
    "ALTER TABLE change ADD COLUMN link BLOB;"
    "INSERT INTO mark SELECT 'pruned', coalesce(max(seq), 0) FROM change"
    " WHERE true ON CONFLICT(name) DO NOTHING;"
    "PRAGMA user_version = 4;"
    "COMMIT";

#define LAST_SEQ                                                               \
	"(SELECT seq FROM change WHERE seq IS NOT NULL"                        \
	" ORDER BY seq DESC LIMIT 1)"

#define NEXT_SEQ "1 + coalesce(" LAST_SEQ ", 0)"

/* In the order of enum vp_statement.  The last fact is never deleted, so that
 * no seq comes twice, nor what somebody is yet to be told. */
static const char *const statement_text[VP_STATEMENTS] = {
	"INSERT INTO change(time, event, object, domain, actor, origin,"
	" old, new, plan) VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
	"UPDATE change SET state = ?2, ended = ?3, reason = ?4, plan = NULL,"
	" told = ?5,"
	" seq = CASE ?2 WHEN 1 THEN " NEXT_SEQ " END,"
	" link = CASE ?2 WHEN 1 THEN link_of((SELECT link FROM change"
	" WHERE seq IS NOT NULL ORDER BY seq DESC LIMIT 1), " NEXT_SEQ ","
	" time, event, object, domain, actor, origin, old, new) END"
	" WHERE id = ?1 AND state = 0",
	"DELETE FROM change WHERE id IN (SELECT id FROM"
	" (SELECT id, state, seq, told FROM change WHERE time < ?1"
	" ORDER BY time LIMIT ?2) WHERE state <> 0 AND told IS NOT 0"
	" AND (seq IS NULL OR seq < min(" LAST_SEQ ", coalesce("
	"(SELECT value FROM mark WHERE name = 'hold'), " LAST_SEQ "))))"
	" RETURNING coalesce(seq, 0)",
	"UPDATE mark SET value = ?1 WHERE name = 'pruned' AND value < ?1",
	"SELECT 1 FROM change WHERE id = ?1 AND state = 0",
	"SELECT 1 FROM change WHERE state = 0 LIMIT 1",
	"SELECT 1 FROM change WHERE state = 0 AND domain = ?1 LIMIT 1",
	"SELECT id, event, object, domain, old, new, plan FROM change"
	" WHERE state = 0 ORDER BY id",
	"SELECT id, event, object, domain, old, new FROM change"
	" WHERE told = 0 AND id > ?1 ORDER BY id LIMIT 1",
	"UPDATE change SET told = 1 WHERE id = ?1 AND told = 0",
	"INSERT INTO mark(name, value) VALUES('hold', ?1)"
	" ON CONFLICT(name) DO UPDATE SET value = ?1 WHERE value <> ?1"
};

int
vp_journal_fail(struct vpop *vp, const struct vp_journal *journal)
{
	int code = VA_CANNOT_OPEN_DATABASE;

	if (sqlite3_errcode(journal->db) == SQLITE_NOMEM)
		code = VA_MEMORY_ALLOC_ERR;
	return vp_fail(vp, code, "journal '%s': %s", journal->path,
	    sqlite3_errmsg(journal->db));
}

static void
journal_close(struct vp_journal *journal)
{
	if (!journal)
		return;
	for (size_t i = 0; i < VP_STATEMENTS; i++)
		sqlite3_finalize(journal->statements[i]);
	if (journal->told >= 0)
		close(journal->told);
	sqlite3_close(journal->db);
	free(journal->path);
	free(journal);
}

/* The owner of a domain other than the vpopmail user: our file is none of
 * his, and he may still change single files of his own domain. */
static int
is_outsider(const struct vpop *vp, int cause)
{
	return (cause == EACCES || cause == EPERM) && geteuid() != 0 &&
	       geteuid() != vp->uid;
}

/* Open the folder of the file; ret_path is malloc'd, without links. */
static int
open_folder(struct vpop *vp, char **ret_path, const char **ret_name)
{
	const char *set = vp->set.journal;
	AUTO_FREE char *folder = NULL;
	const char *slash = strrchr(set, '/');

	if (*set == '\0') {
		AUTO_CLOSE int home = vp_dir_open(vp->home);
		if (home < 0)
			return -1;
		if (vp_dir_make(home, DIR_NAME, 0700, vp->uid, vp->gid) != 0 &&
		    errno != EEXIST)
			return -1;
		*ret_name = FILE_NAME;
		if (asprintf(&folder, "%s/" DIR_NAME, vp->home) < 0)
			folder = NULL;
	} else if (*set != '/' || slash[1] == '\0') {
		errno = EINVAL;
		return -1;
	} else {
		*ret_name = slash + 1;
		folder = slash == set ? strdup("/")
				      : strndup(set, (size_t)(slash - set));
	}
	if (!folder)
		return -1;
	*ret_path = realpath(folder, NULL);
	return *ret_path ? vp_dir_open(*ret_path) : -1;
}

/* SQLite makes its files beside ours, with our file's owner and mode, and
 * follows links there: refuse a planted one. */
static int
check_beside(int dirfd, const char *name)
{
	static const char *const ends[] = { "-wal", "-shm", "-journal" };

	for (size_t i = 0; i < sizeof ends / sizeof *ends; i++) {
		char beside[NAME_MAX + 1];
		struct stat st;

		if (vp_format(beside, sizeof beside, "%s%s", name, ends[i]) !=
		    0)
			return -1;
		if (fstatat(dirfd, beside, &st, AT_SYMLINK_NOFOLLOW) != 0)
			continue;
		if (!S_ISREG(st.st_mode)) {
			errno = ELOOP;
			return -1;
		}
	}
	return 0;
}

int
vp_journal_make_file(const struct vpop *vp, int dirfd, const char *name)
{
	const int flags = O_RDWR | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK;
	AUTO_CLOSE int fd = openat(dirfd, name, flags);
	struct stat st;

	if (fd < 0 && errno == ENOENT) {
		fd = openat(dirfd, name, flags | O_CREAT, 0600);
		if (fd < 0)
			return -1;
		if (fchmod(fd, 0600) != 0 ||
		    (geteuid() == 0 && fchown(fd, vp->uid, vp->gid) != 0))
			return -1;
	}
	if (fd < 0 || fstat(fd, &st) != 0)
		return -1;
	if (!S_ISREG(st.st_mode)) {
		errno = EINVAL;
		return -1;
	}
	return check_beside(dirfd, name);
}

/* The first number that a statement gives, or -1. */
static int64_t
number_of(struct vp_journal *journal, const char *text)
{
	sqlite3_stmt *statement;
	int64_t number = -1;

	if (sqlite3_prepare_v2(journal->db, text, -1, &statement, NULL) !=
	    SQLITE_OK)
		return -1;
	if (sqlite3_step(statement) == SQLITE_ROW)
		number = sqlite3_column_int64(statement, 0);
	sqlite3_finalize(statement);
	return number;
}

static int64_t
user_version(struct vp_journal *journal)
{
	return number_of(journal, "PRAGMA user_version");
}

/* Switching to the write-ahead log does not wait for other processes, so a
 * lock of our own lets one process at a time set up a new file. */
static int
set_up(struct vpop *vp, struct vp_journal *journal, int dirfd, const char *name)
{
	char lock_name[NAME_MAX + 1];

	if (vp_format(lock_name, sizeof lock_name, "%s.lock", name) != 0)
		return vp_fail_errno(
		    vp, VA_CANNOT_OPEN_DATABASE, "journal '%s'", journal->path);

	AUTO_CLOSE int lock =
	    vp_lock(dirfd, lock_name, vp->uid, vp->gid, BUSY_SECONDS);
	if (lock < 0)
		return vp_fail_errno(vp, VA_CANNOT_OPEN_DATABASE,
		    "cannot lock the journal '%s'", journal->path);
	const int64_t version = user_version(journal);
	if (version == SCHEMA)
		return 0;
	if (sqlite3_exec(journal->db, "PRAGMA journal_mode = WAL", NULL, NULL,
		NULL) != SQLITE_OK ||
	    (version < 2 && sqlite3_exec(journal->db, schema_text, NULL, NULL,
				NULL) != SQLITE_OK) ||
	    (version < 3 && sqlite3_exec(journal->db, lookup_text, NULL, NULL,
				NULL) != SQLITE_OK) ||
	    sqlite3_exec(journal->db, chain_text, NULL, NULL, NULL) !=
		SQLITE_OK)
		return vp_journal_fail(vp, journal);
	return 0;
}

static int
prepare(
    struct vpop *vp, struct vp_journal *journal, int dirfd, const char *name)
{
	const int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOFOLLOW;
	int64_t version;
	int code;

	if (sqlite3_open_v2(journal->path, &journal->db, flags, NULL) !=
	    SQLITE_OK)
		return vp_journal_fail(vp, journal);
	sqlite3_busy_timeout(journal->db, BUSY_SECONDS * 1000);
	version = user_version(journal);
	if (version < 0)
		return vp_journal_fail(vp, journal);
	if (version > SCHEMA)
		return vp_fail(vp, VA_CANNOT_OPEN_DATABASE,
		    "journal '%s' is of a newer release", journal->path);
	if (version < SCHEMA && (code = set_up(vp, journal, dirfd, name)) < 0)
		return code;
	journal->number =
	    number_of(journal, "SELECT value FROM mark WHERE name = 'journal'");
	if (journal->number < 0)
		return vp_journal_fail(vp, journal);
	if (sqlite3_exec(journal->db,
		"PRAGMA synchronous = FULL; PRAGMA temp_store = MEMORY", NULL,
		NULL, NULL) != SQLITE_OK ||
	    vp_journal_chain(journal) != SQLITE_OK)
		return vp_journal_fail(vp, journal);
	for (size_t i = 0; i < VP_STATEMENTS; i++)
		if (sqlite3_prepare_v3(journal->db, statement_text[i], -1,
			SQLITE_PREPARE_PERSISTENT, &journal->statements[i],
			NULL) != SQLITE_OK)
			return vp_journal_fail(vp, journal);
	return 0;
}

int
vp_journal_open(struct vpop *vp)
{
	AUTO_FREE char *folder = NULL;
	const char *name = FILE_NAME;
	AUTO_CLOSE int dirfd = open_folder(vp, &folder, &name);

	if (dirfd < 0 || vp_journal_make_file(vp, dirfd, name) != 0) {
		if (is_outsider(vp, errno))
			return 0;
		return vp_fail_errno(vp, VA_CANNOT_OPEN_DATABASE,
		    "cannot open the journal '%s/%s'",
		    folder ? folder : vp->home, name);
	}

	struct vp_journal *journal = calloc(1, sizeof *journal);
	if (!journal)
		return vp_fail(vp, VA_MEMORY_ALLOC_ERR, "out of memory");
	int code = VA_MEMORY_ALLOC_ERR;
	journal->told = -1;
	if (asprintf(&journal->path, "%s/%s", folder, name) < 0) {
		journal->path = NULL;
		vp_fail(vp, code, "out of memory");
	} else {
		code = prepare(vp, journal, dirfd, name);
	}
	if (code < 0) {
		journal_close(journal);
		return code;
	}
	vp->journal = journal;
	vp->journal_close = journal_close;
	return 0;
}
