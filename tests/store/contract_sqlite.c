/* The contract over the SQLite store, in both layouts of its tables. */
#include "config.h"

#include <stdio.h>
#include <sys/stat.h>

#include "contract.h"
#include "store/sql/stores.h"

static char path[128];

static const struct host_setting together[] = { { "clear_passwd", "yes" },
	{ "sqlite_path", path }, { NULL, NULL } };
static const struct host_setting apart[] = { { "clear_passwd", "yes" },
	{ "many_domains", "no" }, { "sqlite_path", path }, { NULL, NULL } };

static void
set_up(const struct contract_backend *backend, const char *scratch)
{
	(void)backend;
	snprintf(path, sizeof path, "%s/accounts.sqlite", scratch);
}

static const struct contract_backend backends[] = {
	{ .name = "sqlite, one table",
	    .ops = &vp_store_sqlite,
	    .is_lasting = 1,
	    .keeps = CONTRACT_ALL_KINDS | VPOP_KEEP_BY_NAME,
	    .settings = together,
	    .set_up = set_up },
	{ .name = "sqlite, a table for each domain",
	    .ops = &vp_store_sqlite,
	    .is_lasting = 1,
	    .keeps = CONTRACT_ALL_KINDS | VPOP_KEEP_BY_NAME,
	    .settings = apart,
	    .set_up = set_up },
};

int
main(void)
{
	return contract_run("store contract, sqlite", backends,
	    sizeof backends / sizeof *backends);
}
