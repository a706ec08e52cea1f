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
	" csrf TEXT NOT NULL,"
	" role INTEGER NOT NULL,"
	" created INTEGER NOT NULL,"
	" seen INTEGER NOT NULL,"
	" address TEXT NOT NULL,"
	" agent TEXT NOT NULL) WITHOUT ROWID;"
	"CREATE INDEX session_account ON session(account, created);"
	"CREATE INDEX session_created ON session(created);"
	"CREATE INDEX session_seen ON session(seen);",
};
const size_t vhd_migrations_count =
    sizeof vhd_migrations / sizeof *vhd_migrations;
