/* The contract over the stores that are linked in. */
#include "config.h"

#include "contract.h"
#include "store/stores.h"

static const struct host_setting current[] = { { "cdb_fold_always", "yes" },
	{ "clear_passwd", "yes" }, { NULL, NULL } };
static const struct host_setting with_log[] = { { "cdb_small_domain", "0" },
	{ "cdb_fold_always", "no" }, { NULL, NULL } };
static const struct host_setting growing[] = { { "cdb_small_domain", "20" },
	{ NULL, NULL } };

static const struct contract_backend backends[] = {
	{ .name = "cdb, files always current",
	    .ops = &vp_store_cdb,
	    .is_lasting = 1,
	    .settings = current },
	{ .name = "cdb, with a log",
	    .ops = &vp_store_cdb,
	    .is_lasting = 1,
	    .settings = with_log },
	{ .name = "cdb, small becoming large",
	    .ops = &vp_store_cdb,
	    .is_lasting = 1,
	    .settings = growing },
	{ .name = "mem", .ops = &vp_store_mem },
	{ .name = "mem-all",
	    .ops = &vp_store_mem_all,
	    .keeps = CONTRACT_ALL_KINDS | VPOP_KEEP_BY_NAME },
};

int
main(void)
{
	return contract_run(
	    "store contract", backends, sizeof backends / sizeof *backends);
}
