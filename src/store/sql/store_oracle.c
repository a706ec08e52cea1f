/*
 * Oracle is reached over ODBC.
 */
#include "config.h"

#include "store/sql/stores.h"

static int
oracle_open(const struct vpop_store_host *host, struct vpop_store **ret_store)
{
	static const struct vp_sql_source source = { "oracle", NULL,
		&vp_sql_odbc, &vp_sql_dialect_oracle };

	return vp_sql_open(host, &source, ret_store);
}

const struct vpop_store_ops vp_store_oracle = VP_SQL_OPS("oracle", oracle_open);
