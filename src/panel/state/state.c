/*
 * The file and its statements.  It is made with mode 0600 for the owner of
 * mail; SQLite gives the files beside it the same owner and mode.  The
 * write-ahead log lets workers read while one writes, and every commit is
 * synced: who was told that a session is revoked can rely on it.
 */
#include "config.h"

#include "panel/state/state.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <sys/stat.h>

#include "base/attr.h"
#include "base/dirtree.h"
#include "base/lock.h"
#include "base/text.h"
#include "panel/state/migrations.h"

#define DIR_NAME     "var"
#define FILE_NAME    "panel.sqlite"
#define LOCK_NAME    FILE_NAME ".lock"
#define BUSY_SECONDS 10
#define VALUE_MAX    (1 << 20)

struct kept {
	const char *text;
	sqlite3_stmt *statement;
};

struct vhd_state {
	sqlite3 *db;
	char *path;
	struct kept *kept;
	size_t count;
	char message[VHD_STATE_ERROR];
};

struct owner {
	uid_t uid;
	gid_t gid;
};

static int VP_PRINTF(2, 3)
    fail(struct vhd_state *state, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(state->message, sizeof state->message, format, args);
	va_end(args);
	vp_make_printable(state->message);
	return -1;
}

static int
fail_system(struct vhd_state *state)
{
	return fail(
	    state, "cannot open '%s': %s", state->path, strerrordesc_np(errno));
}

static int
fail_sqlite(struct vhd_state *state)
{
	return fail(state, "'%s': %s", state->path, sqlite3_errmsg(state->db));
}

/* ---- the file --------------------------------------------------------- */

/* SQLite follows links beside the file: refuse planted ones. */
static int
check_beside(int dirfd)
{
	static const char *const names[] = { FILE_NAME "-wal", FILE_NAME "-shm",
		FILE_NAME "-journal" };

	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		struct stat st;

		if (fstatat(dirfd, names[i], &st, AT_SYMLINK_NOFOLLOW) == 0 &&
		    !S_ISREG(st.st_mode)) {
			errno = ELOOP;
			return -1;
		}
	}
	return 0;
}

static int
make_file(int dirfd, const struct owner *owner)
{
	const int flags = O_RDWR | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK;
	AUTO_CLOSE int fd = openat(dirfd, FILE_NAME, flags | O_CREAT, 0600);
	struct stat st;

	if (fd < 0 || fstat(fd, &st) != 0)
		return -1;
	if (!S_ISREG(st.st_mode)) {
		errno = EINVAL;
		return -1;
	}
	if ((st.st_mode & 07777) != 0600 && fchmod(fd, 0600) != 0)
		return -1;
	if (geteuid() == 0 && fchown(fd, owner->uid, owner->gid) != 0)
		return -1;
	return check_beside(dirfd);
}

/* The folder, with the file in it; or -1 and errno. */
static int
open_folder(const struct vpop *vp, const struct owner *owner)
{
	AUTO_CLOSE int home = vp_dir_open(vpop_home(vp));
	int fd;

	if (home < 0)
		return -1;
	if (vp_dir_make(home, DIR_NAME, 0700, owner->uid, owner->gid) != 0 &&
	    errno != EEXIST)
		return -1;
	fd = vp_dir_open_at(home, DIR_NAME);
	if (fd >= 0 && make_file(fd, owner) != 0) {
		int cause = errno;

		close(fd);
		errno = cause;
		fd = -1;
	}
	return fd;
}

static int
execute(struct vhd_state *state, const char *text)
{
	if (sqlite3_exec(state->db, text, NULL, NULL, NULL) == SQLITE_OK)
		return 0;
	return fail_sqlite(state);
}

static int64_t
user_version(struct vhd_state *state)
{
	sqlite3_stmt *query;
	int64_t version = -1;

	if (sqlite3_prepare_v2(state->db, "PRAGMA user_version", -1, &query,
		NULL) != SQLITE_OK)
		return fail_sqlite(state);
	if (sqlite3_step(query) == SQLITE_ROW)
		version = sqlite3_column_int64(query, 0);
	else
		fail_sqlite(state);
	sqlite3_finalize(query);
	return version;
}

/* One process at a time: the switch to the write-ahead log does not wait for
 * others. */
static int
migrate(struct vhd_state *state, int64_t version)
{
	if (version == 0 && execute(state, "PRAGMA journal_mode = WAL") != 0)
		return -1;
	for (size_t i = (size_t)version; i < vhd_migrations_count; i++) {
		char mark[64];

		snprintf(mark, sizeof mark, "PRAGMA user_version = %zu", i + 1);
		if (vhd_state_begin(state) != 0)
			return -1;
		int rc = execute(state, vhd_migrations[i]);
		if (rc == 0)
			rc = execute(state, mark);
		if (vhd_state_end(state, rc) != 0)
			return -1;
	}
	return 0;
}

static int
bring_up(struct vhd_state *state, int dirfd, const struct owner *owner)
{
	int64_t version = user_version(state);

	if (version < 0)
		return -1;
	if (version < (int64_t)vhd_migrations_count) {
		AUTO_CLOSE int lock = vp_lock(
		    dirfd, LOCK_NAME, owner->uid, owner->gid, BUSY_SECONDS);

		if (lock < 0)
			return fail_system(state);
		version = user_version(state);
		if (version < 0)
			return -1;
		if (version < (int64_t)vhd_migrations_count)
			return migrate(state, version);
	}
	if (version > (int64_t)vhd_migrations_count)
		return fail(state, "'%s' is of a newer release", state->path);
	return 0;
}

static int
open_database(struct vhd_state *state, int dirfd, const struct owner *owner)
{
	if (sqlite3_open_v2(state->path, &state->db,
		SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOFOLLOW,
		NULL) != SQLITE_OK)
		return fail_sqlite(state);
	sqlite3_limit(state->db, SQLITE_LIMIT_LENGTH, VALUE_MAX);
	sqlite3_limit(state->db, SQLITE_LIMIT_ATTACHED, 0);
	sqlite3_busy_timeout(state->db, BUSY_SECONDS * 1000);
	sqlite3_db_config(state->db, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
	sqlite3_db_config(state->db, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, NULL);
	if (bring_up(state, dirfd, owner) != 0)
		return -1;
	/* What is deleted is overwritten: it may be a secret. */
	return execute(state, "PRAGMA synchronous = FULL;"
			      "PRAGMA foreign_keys = ON;"
			      "PRAGMA secure_delete = ON;"
			      "PRAGMA temp_store = MEMORY");
}

int
vhd_state_open(const struct vpop *vp, struct vhd_state **ret_state,
    char ret_error[VHD_STATE_ERROR])
{
	struct vhd_state *state = calloc(1, sizeof *state);
	struct owner owner;
	int64_t id = 0;
	int rc = -1;

	snprintf(ret_error, VHD_STATE_ERROR, "out of memory");
	if (!state)
		return -1;
	vp_number(vpop_setting(vp, "uid"), 0, UINT32_MAX, &id);
	owner.uid = (uid_t)id;
	vp_number(vpop_setting(vp, "gid"), 0, UINT32_MAX, &id);
	owner.gid = (gid_t)id;
	if (asprintf(&state->path, "%s/" DIR_NAME "/" FILE_NAME,
		vpop_home(vp)) < 0) {
		free(state);
		return -1;
	}
	AUTO_CLOSE int dirfd = open_folder(vp, &owner);
	if (dirfd >= 0)
		rc = open_database(state, dirfd, &owner);
	else
		fail_system(state);
	snprintf(ret_error, VHD_STATE_ERROR, "%s", state->message);
	if (rc == 0)
		*ret_state = state;
	else
		vhd_state_close(state);
	return rc;
}

void
vhd_state_close(struct vhd_state *state)
{
	if (!state)
		return;
	for (size_t i = 0; i < state->count; i++)
		sqlite3_finalize(state->kept[i].statement);
	sqlite3_close(state->db);
	free(state->kept);
	free(state->path);
	free(state);
}

const char *
vhd_state_message(const struct vhd_state *state)
{
	return state->message;
}

/* ---- statements ------------------------------------------------------- */

/* A statement that nobody is reading rows of; or NULL. */
static sqlite3_stmt *
find(struct vhd_state *state, const char *text)
{
	sqlite3_stmt *statement;
	struct kept *more;

	for (size_t i = 0; i < state->count; i++)
		if ((state->kept[i].text == text ||
			strcmp(state->kept[i].text, text) == 0) &&
		    !sqlite3_stmt_busy(state->kept[i].statement))
			return state->kept[i].statement;
	more = reallocarray(state->kept, state->count + 1, sizeof *more);
	if (!more) {
		fail(state, "out of memory");
		return NULL;
	}
	state->kept = more;
	if (sqlite3_prepare_v3(state->db, text, -1, SQLITE_PREPARE_PERSISTENT,
		&statement, NULL) != SQLITE_OK) {
		fail_sqlite(state);
		return NULL;
	}
	state->kept[state->count++] = (struct kept){ text, statement };
	return statement;
}

static int
bind(sqlite3_stmt *statement, int at, const struct vhd_value *value)
{
	if (value->kind == VHD_VALUE_NUMBER)
		return sqlite3_bind_int64(statement, at, value->number);
	if (!value->data)
		return sqlite3_bind_null(statement, at);
	if (value->kind == VHD_VALUE_TEXT)
		return sqlite3_bind_text64(statement, at, value->data,
		    value->size, SQLITE_STATIC, SQLITE_UTF8);
	return sqlite3_bind_blob64(
	    statement, at, value->data, value->size, SQLITE_STATIC);
}

sqlite3_stmt *
vhd_state_query_values(struct vhd_state *state, const char *text,
    const struct vhd_value *values, size_t count)
{
	sqlite3_stmt *statement = find(state, text);

	if (!statement)
		return NULL;
	if ((size_t)sqlite3_bind_parameter_count(statement) != count) {
		fail(state, "%zu values for '%s'", count, text);
		return NULL;
	}
	for (size_t i = 0; i < count; i++)
		if (bind(statement, (int)i + 1, &values[i]) != SQLITE_OK) {
			fail_sqlite(state);
			vhd_state_done(statement);
			return NULL;
		}
	return statement;
}

int
vhd_state_next(struct vhd_state *state, sqlite3_stmt *query)
{
	int rc = query ? sqlite3_step(query) : SQLITE_ERROR;

	if (rc == SQLITE_ROW)
		return 1;
	if (query && rc != SQLITE_DONE)
		fail_sqlite(state);
	vhd_state_done(query);
	return rc == SQLITE_DONE ? 0 : -1;
}

void
vhd_state_done(sqlite3_stmt *query)
{
	if (!query)
		return;
	sqlite3_reset(query);
	sqlite3_clear_bindings(query);
}

int
vhd_state_run_values(struct vhd_state *state, const char *text,
    const struct vhd_value *values, size_t count)
{
	sqlite3_stmt *statement =
	    vhd_state_query_values(state, text, values, count);
	int before = sqlite3_total_changes(state->db);
	int rc;

	while ((rc = vhd_state_next(state, statement)) > 0)
		continue;
	return rc < 0 ? -1 : sqlite3_total_changes(state->db) - before;
}

int
vhd_state_begin(struct vhd_state *state)
{
	return execute(state, "BEGIN IMMEDIATE");
}

int
vhd_state_end(struct vhd_state *state, int rc)
{
	if (rc == 0)
		rc = execute(state, "COMMIT");
	if (rc != 0 && !sqlite3_get_autocommit(state->db))
		sqlite3_exec(state->db, "ROLLBACK", NULL, NULL, NULL);
	return rc == 0 ? 0 : -1;
}
