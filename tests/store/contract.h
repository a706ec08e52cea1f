/*
 * The contract suite over any store: a test program describes its back ends
 * and calls contract_run.
 */
#ifndef TESTS_STORE_CONTRACT_H
#define TESTS_STORE_CONTRACT_H

#include <stddef.h>

#include "vpop_store.h"

#define CONTRACT_ALL_KINDS                                                     \
	(VPOP_KEEP_ALIASES | VPOP_KEEP_LIMITS | VPOP_KEEP_LASTAUTH |           \
	    VPOP_KEEP_DIRCONTROL | VPOP_KEEP_IPMAP | VPOP_KEEP_RELAY |         \
	    VPOP_KEEP_AUTHLOG | VPOP_KEEP_ALIASDOMAINS)

struct host_setting {
	const char *name, *value;
};

struct contract_backend {
	const char *name;
	const struct vpop_store_ops *ops;
	int is_lasting; /* records are there after close and open */
	unsigned keeps; /* what its keeps must answer */
	const struct host_setting *settings; /* ends with name NULL */
	/* Before each test, in its process: make the store empty.  scratch is a
	 * folder for the test.  NULL: nothing to do. */
	void (*set_up)(
	    const struct contract_backend *backend, const char *scratch);
	void (*tear_down)(const struct contract_backend *backend);
};

/* Run all over each; the exit status.  Prints TAP. */
int contract_run(
    const char *name, const struct contract_backend *list, size_t count);

#endif
