/*
 * What a store module exports; compiled once for each, with the name of its
 * calls.
 */
#include "config.h"

#include "store/sql/stores.h"

extern VPOP_EXPORT const struct vpop_store_module vpop_store_module;

const struct vpop_store_module vpop_store_module = {
	.abi = VPOP_STORE_ABI,
	.size = sizeof(struct vpop_store_module),
	.name = VP_MODULE_NAME,
	.version = PACKAGE_VERSION,
	.ops = &VP_MODULE_OPS,
};
