/*
 * Sybase is reached over ODBC.
 */
#include "config.h"

#include "store/sql/stores.h"

static int
sybase_open(const struct vpop_store_host *host, struct vpop_store **ret_store)
{
	static const struct vp_sql_source source = { "sybase", NULL,
		&vp_sql_odbc, &vp_sql_dialect_sybase };

	return vp_sql_open(host, &source, ret_store);
}

const struct vpop_store_ops vp_store_sybase = VP_SQL_OPS("sybase", sybase_open);
