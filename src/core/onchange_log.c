/*
 * The change log of older releases: a line in the system's log, and a row in
 * _vpopmail_log.sqlite of the vpopmail home.  Values are bound, never part
 * of a statement.
 */
#include "config.h"

#include "core/onchange.h"

#include <errno.h>
#include <fcntl.h>
#include <sqlite3.h>
#include <string.h>
#include <sys/stat.h>
#include <syslog.h>

#include "base/dirtree.h"
#include "base/text.h"

#define FILE_NAME "_vpopmail_log.sqlite"
#define BUSY_MS   10000

static const char schema[] = "CREATE TABLE IF NOT EXISTS log("
			     "id integer PRIMARY KEY,"
			     "timestamp integer default 0 NOT NULL,"
			     "command text, arg1 text, arg2 text)";
static const char insertion[] =
    "INSERT INTO log(timestamp, command, arg1, arg2) VALUES(?1, ?2, ?3, ?4)";

static void
log_lines(const struct vp_onchange *list, size_t count)
{
	openlog("vpopmail", 0, LOG_USER);
	for (size_t i = 0; i < count; i++) {
		AUTO_FREE char *line = NULL;

		if (asprintf(&line, "vpopmail-logger: %s %s %s",
			list[i].command, list[i].arg1, list[i].arg2) < 0) {
			line = NULL;
			continue;
		}
		vp_make_printable(line);
		syslog(LOG_USER | LOG_NOTICE, "%s", line);
	}
	closelog();
}

/* SQLite follows links and makes files by the umask: look first. */
static int
make_file(const struct vpop *vp)
{
	const int flags = O_RDWR | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK;
	AUTO_CLOSE int home = vp_dir_open(vp->home);
	struct stat st;

	if (home < 0)
		return -1;
	AUTO_CLOSE int fd = openat(home, FILE_NAME, flags);
	if (fd < 0 && errno == ENOENT) {
		fd = openat(home, FILE_NAME, flags | O_CREAT | O_EXCL, 0600);
		if (fd >= 0 && geteuid() == 0 &&
		    fchown(fd, vp->uid, vp->gid) != 0)
			return -1;
	}
	if (fd < 0 || fstat(fd, &st) != 0)
		return -1;
	if (!S_ISREG(st.st_mode)) {
		errno = EINVAL;
		return -1;
	}
	return 0;
}

static int
insert(sqlite3_stmt *statement, const struct vp_onchange *change)
{
	int rc = sqlite3_bind_int64(statement, 1, change->time);

	if (rc == SQLITE_OK)
		rc = sqlite3_bind_text(
		    statement, 2, change->command, -1, SQLITE_STATIC);
	if (rc == SQLITE_OK)
		rc = sqlite3_bind_text(
		    statement, 3, change->arg1, -1, SQLITE_STATIC);
	if (rc == SQLITE_OK)
		rc = sqlite3_bind_text(
		    statement, 4, change->arg2, -1, SQLITE_STATIC);
	if (rc == SQLITE_OK)
		rc = sqlite3_step(statement);
	sqlite3_reset(statement);
	return rc == SQLITE_DONE ? SQLITE_OK : rc;
}

static int
write_rows(sqlite3 *db, const struct vp_onchange *list, size_t count)
{
	sqlite3_stmt *statement = NULL;
	int rc;

	sqlite3_busy_timeout(db, BUSY_MS);
	rc = sqlite3_exec(db, "BEGIN IMMEDIATE", NULL, NULL, NULL);
	if (rc == SQLITE_OK)
		rc = sqlite3_exec(db, schema, NULL, NULL, NULL);
	if (rc == SQLITE_OK)
		rc = sqlite3_prepare_v2(db, insertion, -1, &statement, NULL);
	for (size_t i = 0; i < count && rc == SQLITE_OK; i++)
		rc = insert(statement, &list[i]);
	sqlite3_finalize(statement);
	if (rc == SQLITE_OK)
		rc = sqlite3_exec(db, "COMMIT", NULL, NULL, NULL);
	return rc;
}

static void
notice(struct vpop *vp, const char *why)
{
	AUTO_FREE char *text = NULL;

	if (vp->notice &&
	    asprintf(&text,
		"cannot write the change log '%s/" FILE_NAME "': %s", vp->home,
		why) >= 0)
		vp->notice(vp->notice_arg, text);
}

static int
log_rows(struct vpop *vp, const struct vp_onchange *list, size_t count)
{
	const int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOFOLLOW;
	AUTO_FREE char *home = realpath(vp->home, NULL);
	AUTO_FREE char *path = NULL;
	sqlite3 *db = NULL;

	if (!home || make_file(vp) != 0) {
		notice(vp, strerror(errno));
		return -1;
	}
	if (asprintf(&path, "%s/" FILE_NAME, home) < 0) {
		path = NULL;
		return -1;
	}
	int rc = sqlite3_open_v2(path, &db, flags, NULL);
	if (rc == SQLITE_OK)
		rc = write_rows(db, list, count);
	if (rc != SQLITE_OK)
		notice(vp, db ? sqlite3_errmsg(db) : "no memory");
	sqlite3_close(db);
	return rc == SQLITE_OK ? 0 : -1;
}

int
vp_onchange_log(struct vpop *vp, const struct vp_onchange *list, size_t count)
{
	if (count == 0)
		return 0;
	if (vp->set.logger_syslog)
		log_lines(list, count);
	return vp->set.logger_sqlite ? log_rows(vp, list, count) : 0;
}
