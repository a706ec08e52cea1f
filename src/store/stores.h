/* The account stores that are linked in. */
#ifndef STORE_STORES_H
#define STORE_STORES_H

#include "vpop_store.h"

extern const struct vpop_store_ops vp_store_cdb;
extern const struct vpop_store_ops vp_store_mem;
extern const struct vpop_store_ops vp_store_mem_all;

#endif
