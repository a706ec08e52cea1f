#include "config.h"

#include "store/sql/stores.h"

static int
sqlite_open(const struct vpop_store_host *host, struct vpop_store **ret_store)
{
	static const struct vp_sql_source source = { "sqlite", NULL,
		&vp_sql_sqlite, &vp_sql_dialect_sqlite };

	return vp_sql_open(host, &source, ret_store);
}

const struct vpop_store_ops vp_store_sqlite = VP_SQL_OPS("sqlite", sqlite_open);
