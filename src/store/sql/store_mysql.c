#include "config.h"

#include "store/sql/stores.h"

static int
mysql_open(const struct vpop_store_host *host, struct vpop_store **ret_store)
{
	static const struct vp_sql_source source = { "mysql", "vpopmail.mysql",
		&vp_sql_mariadb, &vp_sql_dialect_mysql };

	return vp_sql_open(host, &source, ret_store);
}

const struct vpop_store_ops vp_store_mysql = VP_SQL_OPS("mysql", mysql_open);
