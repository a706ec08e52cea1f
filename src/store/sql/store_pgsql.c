#include "config.h"

#include "store/sql/stores.h"

static int
pgsql_open(const struct vpop_store_host *host, struct vpop_store **ret_store)
{
	static const struct vp_sql_source source = { "pgsql", "vpopmail.pgsql",
		&vp_sql_pgsql, &vp_sql_dialect_pgsql };

	return vp_sql_open(host, &source, ret_store);
}

const struct vpop_store_ops vp_store_pgsql = VP_SQL_OPS("pgsql", pgsql_open);
