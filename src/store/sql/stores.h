/* The SQL stores. */
#ifndef STORE_SQL_STORES_H
#define STORE_SQL_STORES_H

#include "store/sql/store.h"

extern const struct vpop_store_ops vp_store_mysql, vp_store_pgsql,
    vp_store_sqlite, vp_store_oracle, vp_store_sybase;

#endif
