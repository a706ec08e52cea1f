/* The module's own records: SQLite, synced at every change. */
#include "config.h"

#include "modules/mail/records.h"

#include <time.h>

#define KEPT_DAYS 7 /* jobs */
#define DAY       86400
#define BUSY_MS   10000

static const char tables[] =
    "PRAGMA journal_mode = WAL;"
    "PRAGMA synchronous = FULL;"
    "CREATE TABLE IF NOT EXISTS job (name TEXT PRIMARY KEY, time INTEGER,"
    " state TEXT, request TEXT) WITHOUT ROWID;"
    "CREATE TABLE IF NOT EXISTS domain (name TEXT PRIMARY KEY,"
    " description TEXT, language TEXT) WITHOUT ROWID;"
    "CREATE TABLE IF NOT EXISTS revision (id INTEGER PRIMARY KEY, file TEXT,"
    " time INTEGER, actor TEXT, address TEXT, text TEXT);"
    "CREATE TABLE IF NOT EXISTS registration (domain TEXT PRIMARY KEY,"
    " enabled INTEGER, approval INTEGER, reserved TEXT, seq INTEGER)"
    " WITHOUT ROWID;"
    "CREATE TABLE IF NOT EXISTS signup (id TEXT PRIMARY KEY, name TEXT,"
    " domain TEXT, contact TEXT, digest TEXT, sent INTEGER, time INTEGER)"
    " WITHOUT ROWID;"
    "CREATE INDEX IF NOT EXISTS signup_domain ON signup (domain, id);"
    "CREATE INDEX IF NOT EXISTS signup_contact ON signup (contact, time);"
    "CREATE INDEX IF NOT EXISTS signup_time ON signup (time);"
    "CREATE TABLE IF NOT EXISTS reset (digest TEXT PRIMARY KEY,"
    " account TEXT, print TEXT, time INTEGER) WITHOUT ROWID;"
    "CREATE INDEX IF NOT EXISTS reset_account ON reset (account);"
    "CREATE INDEX IF NOT EXISTS reset_time ON reset (time);"
    "CREATE INDEX IF NOT EXISTS revision_file ON revision (file, id);";

int
mail_record_run(struct mail *m, const char *sql, const char *const *texts,
    sqlite3_stmt **ret)
{
	*ret = NULL;
	int rc = sqlite3_prepare_v2(m->db, sql, -1, ret, NULL);

	for (int i = 0; rc == SQLITE_OK && texts[i]; i++)
		rc =
		    sqlite3_bind_text(*ret, i + 1, texts[i], -1, SQLITE_STATIC);
	if (rc == SQLITE_OK)
		rc = sqlite3_step(*ret);
	if (rc == SQLITE_ROW)
		return 1;
	if (rc == SQLITE_DONE)
		return 0;
	mail_refuse(m, "unavailable", NULL, "the module's records: %s",
	    sqlite3_errmsg(m->db));
	return -1;
}

int
mail_record_change(struct mail *m, const char *sql, const char *const *texts)
{
	sqlite3_stmt *statement;
	int rc = mail_record_run(m, sql, texts, &statement);

	sqlite3_finalize(statement);
	return rc < 0 ? -1 : 0;
}

const char *
mail_record_text(sqlite3_stmt *row, int column)
{
	const unsigned char *text = sqlite3_column_text(row, column);

	return text ? (const char *)text : "";
}

static int
forget_old_jobs(struct mail *m)
{
	long long since = (long long)time(NULL) - (long long)KEPT_DAYS * DAY;
	char text[32];

	snprintf(text, sizeof text, "%lld", since);
	return mail_record_change(m,
	    "DELETE FROM job WHERE time < CAST(? AS INTEGER)",
	    (const char *const[]){ text, NULL });
}

int
mail_jobs_open(struct mail *m, const char *state)
{
	AUTO_FREE char *path = NULL;

	if (m->db)
		return 0;
	if (asprintf(&path, "%s/mail.sqlite", state) < 0) {
		path = NULL;
		mail_refuse(m, "unavailable", NULL, "out of memory");
		return -1;
	}
	if (sqlite3_open(path, &m->db) == SQLITE_OK &&
	    sqlite3_busy_timeout(m->db, BUSY_MS) == SQLITE_OK &&
	    sqlite3_exec(m->db, tables, NULL, NULL, NULL) == SQLITE_OK)
		return forget_old_jobs(m);
	mail_refuse(m, "unavailable", NULL, "cannot open '%s': %s", path,
	    m->db ? sqlite3_errmsg(m->db) : "out of memory");
	sqlite3_close(m->db);
	m->db = NULL;
	return -1;
}
