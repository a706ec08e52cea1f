#include "config.h"

#include "panel/state/migrations.h"

const char *const vhd_migrations[] = {
	/* Sessions.  id: the hash of what the browser has; public_id is what
	 * people and programs see; password: a hash of the account's, which
	 * ends the session when it changes. */
	"CREATE TABLE session("
	" id BLOB PRIMARY KEY,"
	" public_id TEXT NOT NULL UNIQUE,"
	" account TEXT NOT NULL,"
	" password BLOB NOT NULL,"
	" role INTEGER NOT NULL,"
	" factor INTEGER NOT NULL,"
	" created INTEGER NOT NULL,"
	" seen INTEGER NOT NULL,"
	" address TEXT NOT NULL,"
	" agent TEXT NOT NULL) WITHOUT ROWID;"
	"CREATE INDEX session_account ON session(account, created);"
	"CREATE INDEX session_created ON session(created);"
	"CREATE INDEX session_seen ON session(seen);",
	/* Logins that failed: see throttle.h. */
	"CREATE TABLE throttle("
	" key BLOB PRIMARY KEY,"
	" ends INTEGER NOT NULL) WITHOUT ROWID;"
	"CREATE INDEX throttle_ends ON throttle(ends);"
	"CREATE TABLE known_login("
	" key BLOB PRIMARY KEY,"
	" ends INTEGER NOT NULL) WITHOUT ROWID;"
	"CREATE INDEX known_login_ends ON known_login(ends);",
	/* Second factors: step is that of the last code that was used. */
	"CREATE TABLE factor("
	" account TEXT PRIMARY KEY,"
	" secret BLOB NOT NULL,"
	" confirmed INTEGER NOT NULL,"
	" step INTEGER NOT NULL,"
	" created INTEGER NOT NULL) WITHOUT ROWID;"
	"CREATE TABLE recovery_code("
	" account TEXT NOT NULL REFERENCES factor ON DELETE CASCADE,"
	" hash BLOB NOT NULL,"
	" PRIMARY KEY(account, hash)) WITHOUT ROWID;",
	/* Roles by grant: limits is an object of names and numbers; seq is
	 * that of the journal when the row was made. */
	"CREATE TABLE role_grant("
	" account TEXT PRIMARY KEY,"
	" role INTEGER NOT NULL,"
	" created INTEGER NOT NULL,"
	" maker TEXT NOT NULL,"
	" seq INTEGER NOT NULL,"
	" limits TEXT NOT NULL) WITHOUT ROWID;"
	"CREATE TABLE domain_owner("
	" domain TEXT PRIMARY KEY,"
	" account TEXT NOT NULL REFERENCES role_grant ON DELETE CASCADE,"
	" seq INTEGER NOT NULL,"
	" reserved INTEGER NOT NULL) WITHOUT ROWID;"
	"CREATE INDEX domain_owner_account ON domain_owner(account, domain);",
	/* Tokens of programs.  id: the hash of what the program has; limits:
	 * an object of lists, see token.h; used 0: never. */
	"CREATE TABLE token("
	" id BLOB PRIMARY KEY,"
	" public_id TEXT NOT NULL UNIQUE,"
	" account TEXT NOT NULL,"
	" label TEXT NOT NULL,"
	" role INTEGER NOT NULL,"
	" limits TEXT NOT NULL,"
	" created INTEGER NOT NULL,"
	" seq INTEGER NOT NULL,"
	" expires INTEGER NOT NULL,"
	" used INTEGER NOT NULL,"
	" address TEXT NOT NULL) WITHOUT ROWID;"
	"CREATE INDEX token_account ON token(account, public_id);",
	/* Requests with a key, see idempotency.c. */
	"CREATE TABLE idempotency("
	" id BLOB PRIMARY KEY,"
	" print BLOB NOT NULL,"
	" job TEXT NOT NULL,"
	" created INTEGER NOT NULL,"
	" reply BLOB) WITHOUT ROWID;"
	"CREATE INDEX idempotency_created ON idempotency(created);",
	/* Jobs: see job.h.  state: enum vhd_job_state; operation and result
	 * are sealed, and the first is forgotten when it is done. */
	"CREATE TABLE job("
	" number INTEGER PRIMARY KEY AUTOINCREMENT,"
	" id TEXT NOT NULL UNIQUE,"
	" account TEXT NOT NULL,"
	" address TEXT NOT NULL,"
	" target TEXT NOT NULL,"
	" state INTEGER NOT NULL,"
	" total INTEGER NOT NULL,"
	" done INTEGER NOT NULL,"
	" failed INTEGER NOT NULL,"
	" created INTEGER NOT NULL,"
	" started INTEGER NOT NULL,"
	" ended INTEGER NOT NULL,"
	" token TEXT NOT NULL,"
	" seq INTEGER NOT NULL);"
	"CREATE INDEX job_open ON job(number) WHERE state < 2;"
	"CREATE INDEX job_account ON job(account, number);"
	"CREATE INDEX job_ended ON job(ended) WHERE ended > 0;"
	"CREATE TABLE job_operation("
	" job INTEGER NOT NULL REFERENCES job ON DELETE CASCADE,"
	" at INTEGER NOT NULL,"
	" method TEXT NOT NULL,"
	" path TEXT NOT NULL,"
	" operation BLOB,"
	" tries INTEGER NOT NULL,"
	" status INTEGER,"
	" result BLOB,"
	" PRIMARY KEY(job, at)) WITHOUT ROWID;",
	/* Objects of modules that are not ok: see objstate.h.  Texts that an
	 * object has not are empty; state: enum vhd_objstate; job: what ends
	 * it. */
	"CREATE TABLE object_state("
	" number INTEGER PRIMARY KEY AUTOINCREMENT,"
	" module TEXT NOT NULL,"
	" resource TEXT NOT NULL,"
	" domain TEXT NOT NULL,"
	" parent TEXT NOT NULL,"
	" key TEXT NOT NULL,"
	" state INTEGER NOT NULL,"
	" reason TEXT NOT NULL,"
	" since INTEGER NOT NULL,"
	" seq INTEGER NOT NULL,"
	" job TEXT NOT NULL,"
	" UNIQUE(module, resource, domain, parent, key));",
	/* How far the journal was followed, see follow.c; due: when a job may
	 * begin, 0: at once. */
	"CREATE TABLE followed("
	" name TEXT PRIMARY KEY,"
	" seq INTEGER NOT NULL) WITHOUT ROWID;"
	"ALTER TABLE job ADD COLUMN due INTEGER NOT NULL DEFAULT 0;",
	/* Logins that failed, see loginnote.h; told: when, 0: not yet. */
	"CREATE TABLE login_note("
	" account TEXT NOT NULL,"
	" what INTEGER NOT NULL,"
	" address TEXT NOT NULL,"
	" count INTEGER NOT NULL,"
	" told INTEGER NOT NULL,"
	" PRIMARY KEY(account, what)) WITHOUT ROWID;",
};
const size_t vhd_migrations_count =
    sizeof vhd_migrations / sizeof *vhd_migrations;
