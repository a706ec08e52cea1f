/*
 * SQLite.  The file is made with mode 0600 and belongs to the owner of its
 * folder, so that what root begins the vpopmail user can go on with; SQLite
 * gives the files beside it the same owner and mode.  A write-ahead log lets
 * readers work beside a writer.  Another file that takes the place of ours
 * counts as a lost connection.
 */
#include "config.h"

#include "store/sql/driver.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sqlite3.h>
#include <string.h>
#include <sys/stat.h>

#include "base/attr.h"
#include "base/dirtree.h"
#include "base/lock.h"
#include "base/text.h"
#include "store/sql/errors.h"

#define BUSY_MS 10000

struct vp_sql_conn {
	sqlite3 *db;
	char *path; /* without links but perhaps the last part */
	dev_t device;
	ino_t inode;
};

struct vp_sql_stmt {
	struct vp_sql_conn *conn;
	sqlite3_stmt *handle;
	int64_t changed;
};

/* Double quotes would do, but a name in them that is no column is taken for
 * a text. */
const struct vp_sql_dialect vp_sql_dialect_sqlite = {
	.name = "sqlite",
	.quote_open = '`',
	.quote_close = '`',
	.max_name = 255,
	.lastauth_user = "user",
	.lastauth_domain = "domain",
	.vlog_user = "user",
	.for_update = "",
	.limit = " LIMIT %u",
	.if_absent = " ON CONFLICT DO NOTHING",
	.row_id = "rowid",
	.bytes_open = "",
	.bytes_close = "",
	.exact = "",
	.name_type = "varchar(%u)",
	.text_type = "text",
	.small_type = "integer",
	.int_type = "integer",
	.big_type = "integer",
	.identity = "integer PRIMARY KEY AUTOINCREMENT",
	.if_not_exists = "IF NOT EXISTS ",
	.table_options = "",
	.catalogue = "SELECT m.name, p.name, lower(p.type), NULL, 1 "
		     "FROM sqlite_master m, pragma_table_info(m.name) p "
		     "WHERE m.type IN ('table', 'view') AND m.name IN (",
};

static int
fail(const struct vp_sql_conn *conn, struct vp_sql_error *error)
{
	int number = sqlite3_extended_errcode(conn->db);
	const char *text = sqlite3_errmsg(conn->db);

	return vp_sql_fail(
	    error, vp_sql_class_sqlite(number, text), "%s (%d)", text, number);
}

static int
fail_system(const char *path, struct vp_sql_error *error)
{
	enum vp_sql_class class = VP_SQL_OTHER;
	int cause = errno;

	if (cause == EACCES || cause == EPERM)
		class = VP_SQL_DENIED;
	else if (cause == EROFS)
		class = VP_SQL_READONLY;
	else if (cause == ENOSPC || cause == EDQUOT)
		class = VP_SQL_FULL;
	else if (cause == ENOENT || cause == ENOTDIR)
		class = VP_SQL_LOST;
	return vp_sql_fail(
	    error, class, "'%s': %s", path, strerrordesc_np(cause));
}

/* ---- the file ------------------------------------------------------------ */

/* SQLite follows links beside the file: refuse planted ones. */
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
		if (fstatat(dirfd, beside, &st, AT_SYMLINK_NOFOLLOW) == 0 &&
		    !S_ISREG(st.st_mode)) {
			errno = ELOOP;
			return -1;
		}
	}
	return 0;
}

/* Open the file, or make it: the descriptor, or -1 and errno. */
static int
open_file(int dirfd, const char *name, int read_only)
{
	const int flags = O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK;
	struct stat folder;
	int fd = openat(dirfd, name, O_RDONLY | flags);

	if (fd >= 0 || errno != ENOENT || read_only)
		return fd;
	if (fstat(dirfd, &folder) != 0)
		return -1;
	fd = openat(dirfd, name, O_RDWR | O_CREAT | flags, 0600);
	if (fd < 0)
		return -1;
	if (fchmod(fd, 0600) == 0 &&
	    (geteuid() != 0 || fchown(fd, folder.st_uid, folder.st_gid) == 0))
		return fd;
	int cause = errno;
	close(fd);
	errno = cause;
	return -1;
}

static int
look_at_file(
    struct vp_sql_conn *conn, int dirfd, const char *name, int read_only)
{
	struct stat st;
	AUTO_CLOSE int fd = open_file(dirfd, name, read_only);

	if (fd < 0 || fstat(fd, &st) != 0)
		return -1;
	if (!S_ISREG(st.st_mode)) {
		errno = EINVAL;
		return -1;
	}
	conn->device = st.st_dev;
	conn->inode = st.st_ino;
	return check_beside(dirfd, name);
}

/* The folder; *ret_name points into path. */
static int
open_folder(struct vp_sql_conn *conn, const char *path, const char **ret_name)
{
	const char *slash = strrchr(path, '/');

	if (*path != '/' || slash[1] == '\0') {
		errno = EINVAL;
		return -1;
	}
	*ret_name = slash + 1;
	AUTO_FREE char *folder =
	    slash == path ? strdup("/") : strndup(path, (size_t)(slash - path));
	AUTO_FREE char *real = folder ? realpath(folder, NULL) : NULL;
	if (!real)
		return -1;
	if (asprintf(&conn->path, "%s/%s", real, *ret_name) < 0) {
		conn->path = NULL;
		return -1;
	}
	return vp_dir_open(real);
}

/* ---- connections --------------------------------------------------------- */

static int
open_database(
    struct vp_sql_conn *conn, int read_only, struct vp_sql_error *error)
{
	int flags = SQLITE_OPEN_NOFOLLOW |
		    (read_only ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE);

	if (sqlite3_open_v2(conn->path, &conn->db, flags, NULL) == SQLITE_OK)
		return 0;
	return fail(conn, error);
}

static int
is_wal(struct vp_sql_conn *conn)
{
	sqlite3_stmt *statement;
	int found = 0;

	if (sqlite3_prepare_v2(conn->db, "PRAGMA journal_mode", -1, &statement,
		NULL) != SQLITE_OK)
		return 0;
	if (sqlite3_step(statement) == SQLITE_ROW) {
		const void *mode = sqlite3_column_text(statement, 0);

		found = mode && strcmp(mode, "wal") == 0;
	}
	sqlite3_finalize(statement);
	return found;
}

/* The switch to the write-ahead log does not wait for other processes that
 * do the same: a lock of our own. */
static int
set_wal(struct vp_sql_conn *conn, int dirfd, const char *name,
    struct vp_sql_error *error)
{
	char lock_name[NAME_MAX + 1];
	struct stat st;

	if (is_wal(conn))
		return 0;
	if (vp_format(lock_name, sizeof lock_name, "%s.lock", name) != 0 ||
	    fstat(dirfd, &st) != 0)
		return fail_system(conn->path, error);
	AUTO_CLOSE int lock =
	    vp_lock(dirfd, lock_name, st.st_uid, st.st_gid, BUSY_MS / 1000);
	if (lock < 0)
		return 0; /* it may be read at least */
	if (sqlite3_exec(conn->db, "PRAGMA journal_mode = WAL", NULL, NULL,
		NULL) == SQLITE_OK)
		return 0;
	/* An old file in use elsewhere stays as it is for now. */
	int number = sqlite3_errcode(conn->db);
	if (number == SQLITE_BUSY || number == SQLITE_LOCKED ||
	    number == SQLITE_READONLY)
		return 0;
	return fail(conn, error);
}

/* SQLite gives the files of the log to the owner of the database just after
 * it made them.  A process of root that dies in between would lock everybody
 * else out, so they are made once and stay.  The last one to close empties the
 * log: what a failed sync left in it would be a change to the next reader. */
static void
keep_log(struct vp_sql_conn *conn)
{
	int on = 1;

	(void)sqlite3_file_control(
	    conn->db, "main", SQLITE_FCNTL_PERSIST_WAL, &on);
	(void)sqlite3_exec(
	    conn->db, "PRAGMA journal_size_limit = 0", NULL, NULL, NULL);
}

static void
close_conn(struct vp_sql_conn *conn)
{
	if (!conn)
		return;
	sqlite3_close(conn->db);
	free(conn->path);
	free(conn);
}

static int
set_up(struct vp_sql_conn *conn, const struct vp_sql_login *login, int dirfd,
    const char *name, struct vp_sql_error *error)
{
	if (look_at_file(conn, dirfd, name, login->read_only) != 0)
		return fail_system(conn->path, error);
	if (open_database(conn, login->read_only, error) != 0)
		return -1;
	sqlite3_extended_result_codes(conn->db, 1);
	sqlite3_limit(conn->db, SQLITE_LIMIT_LENGTH, VP_SQL_KEPT_MAX);
	sqlite3_limit(conn->db, SQLITE_LIMIT_ATTACHED, 0);
	sqlite3_busy_timeout(
	    conn->db, login->query_ms > 0 && login->query_ms <= INT_MAX
			  ? (int)login->query_ms
			  : BUSY_MS);
	/* The schema may be a stranger's. */
	sqlite3_db_config(conn->db, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
	sqlite3_db_config(conn->db, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, NULL);
	sqlite3_db_config(conn->db, SQLITE_DBCONFIG_DQS_DML, 0, NULL);
	sqlite3_db_config(conn->db, SQLITE_DBCONFIG_DQS_DDL, 0, NULL);
	if (!login->read_only && set_wal(conn, dirfd, name, error) != 0)
		return -1;
	keep_log(conn);
	if (sqlite3_exec(conn->db, "PRAGMA synchronous = FULL", NULL, NULL,
		NULL) != SQLITE_OK)
		return fail(conn, error);
	return 0;
}

static int
sqlite_connect(const struct vp_sql_login *login,
    const struct vp_sql_dialect *dialect, struct vp_sql_conn **ret_conn,
    struct vp_sql_error *error)
{
	struct vp_sql_conn *conn = calloc(1, sizeof *conn);
	const char *name;

	(void)dialect;
	if (!conn)
		return vp_sql_fail(error, VP_SQL_OTHER, "out of memory");
	AUTO_CLOSE int dirfd = open_folder(conn, login->database, &name);
	int rc = dirfd < 0 ? fail_system(login->database, error)
			   : set_up(conn, login, dirfd, name, error);
	if (rc != 0) {
		close_conn(conn);
		return -1;
	}
	*ret_conn = conn;
	return 0;
}

static int
is_alive(struct vp_sql_conn *conn)
{
	struct stat st;

	return lstat(conn->path, &st) == 0 && st.st_dev == conn->device &&
	       st.st_ino == conn->inode;
}

/* ---- statements ---------------------------------------------------------- */

static int
run(struct vp_sql_conn *conn, const char *text, struct vp_sql_error *error)
{
	/* Else two that have read could not both go on to write. */
	if (strcmp(text, "BEGIN") == 0)
		text = "BEGIN IMMEDIATE";
	if (sqlite3_exec(conn->db, text, NULL, NULL, NULL) == SQLITE_OK)
		return 0;
	return fail(conn, error);
}

static int
prepare(struct vp_sql_conn *conn, const char *text,
    struct vp_sql_stmt **ret_stmt, struct vp_sql_error *error)
{
	struct vp_sql_stmt *stmt = calloc(1, sizeof *stmt);

	if (!stmt)
		return vp_sql_fail(error, VP_SQL_OTHER, "out of memory");
	stmt->conn = conn;
	if (sqlite3_prepare_v3(conn->db, text, -1, SQLITE_PREPARE_PERSISTENT,
		&stmt->handle, NULL) != SQLITE_OK) {
		free(stmt);
		return fail(conn, error);
	}
	*ret_stmt = stmt;
	return 0;
}

static void
finish(struct vp_sql_stmt *stmt)
{
	if (!stmt)
		return;
	sqlite3_finalize(stmt->handle);
	free(stmt);
}

static int
bind_text(struct vp_sql_stmt *stmt, unsigned index, const char *text,
    size_t size, struct vp_sql_error *error)
{
	int rc = text ? sqlite3_bind_text64(stmt->handle, (int)index + 1, text,
			    size, SQLITE_TRANSIENT, SQLITE_UTF8)
		      : sqlite3_bind_null(stmt->handle, (int)index + 1);

	return rc == SQLITE_OK ? 0 : fail(stmt->conn, error);
}

static int
bind_int(struct vp_sql_stmt *stmt, unsigned index, int64_t value,
    struct vp_sql_error *error)
{
	if (sqlite3_bind_int64(stmt->handle, (int)index + 1, value) ==
	    SQLITE_OK)
		return 0;
	return fail(stmt->conn, error);
}

static int
check_row(struct vp_sql_stmt *stmt, struct vp_sql_error *error)
{
	int count = sqlite3_data_count(stmt->handle);

	for (int i = 0; i < count; i++) {
		/* First as text: that is what is counted. */
		if (sqlite3_column_type(stmt->handle, i) != SQLITE_NULL &&
		    !sqlite3_column_text(stmt->handle, i))
			return vp_sql_fail(
			    error, VP_SQL_OTHER, "out of memory");
		if (sqlite3_column_bytes(stmt->handle, i) > VP_SQL_VALUE_MAX)
			return vp_sql_fail(error, VP_SQL_OTHER,
			    "a value of more than %d bytes", VP_SQL_VALUE_MAX);
	}
	return 1;
}

static int
step(struct vp_sql_stmt *stmt, struct vp_sql_error *error)
{
	int before = sqlite3_total_changes(stmt->conn->db);
	int rc = sqlite3_step(stmt->handle);

	if (rc == SQLITE_ROW)
		return check_row(stmt, error);
	if (rc != SQLITE_DONE)
		return fail(stmt->conn, error);
	stmt->changed = sqlite3_total_changes(stmt->conn->db) == before
			    ? 0
			    : sqlite3_changes64(stmt->conn->db);
	return 0;
}

static const char *
column_text(struct vp_sql_stmt *stmt, unsigned column, size_t *ret_size)
{
	const void *text = sqlite3_column_text(stmt->handle, (int)column);

	if (ret_size)
		*ret_size = text ? (size_t)sqlite3_column_bytes(
				       stmt->handle, (int)column)
				 : 0;
	return text;
}

static int64_t
changes(struct vp_sql_stmt *stmt)
{
	return stmt->changed;
}

static void
reset(struct vp_sql_stmt *stmt)
{
	(void)sqlite3_reset(stmt->handle);
	(void)sqlite3_clear_bindings(stmt->handle);
	stmt->changed = 0;
}

const struct vp_sql_driver vp_sql_sqlite = {
	.name = "sqlite",
	.connect = sqlite_connect,
	.close = close_conn,
	.is_alive = is_alive,
	.run = run,
	.prepare = prepare,
	.finish = finish,
	.bind_text = bind_text,
	.bind_int = bind_int,
	.step = step,
	.column_text = column_text,
	.changes = changes,
	.reset = reset,
};
