/* The drivers that this build has, and the checks. */
#include "config.h"

#include <stddef.h>

#include "drivers.h"

const struct driver_name drivers[] = {
#ifdef HAVE_MARIADB
	{ "mariadb", &vp_sql_mariadb, &vp_sql_dialect_mysql, 0 },
#endif
#ifdef HAVE_PGSQL
	{ "pgsql", &vp_sql_pgsql, &vp_sql_dialect_pgsql, 0 },
#endif
#ifdef HAVE_ODBC
	{ "oracle", &vp_sql_odbc, &vp_sql_dialect_oracle, 1 },
	{ "sybase", &vp_sql_odbc, &vp_sql_dialect_sybase, 1 },
#endif
	{ "sqlite", &vp_sql_sqlite, &vp_sql_dialect_sqlite, 0 },
	{ NULL, NULL, NULL, 0 },
};

/* Whether the driver is there has been answered when it is called. */
static void
check_has(void)
{
}

const struct check checks[] = {
	{ "has", check_has },
	{ "values", check_values },
	{ "errors", check_errors },
	{ "rows", check_rows },
	{ "million", check_million },
	{ "login", check_login },
	{ "tls", check_tls },
	{ "refused", check_refused },
	{ "unreachable", check_unreachable },
	{ "readonly", check_readonly },
	{ "full", check_full },
	{ "deadlock", check_deadlock },
	{ "killed", check_killed },
	{ "paused", check_paused },
	{ NULL, NULL },
};
