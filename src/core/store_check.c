/* Whether a program can begin its work, before it greets anybody. */
#include "config.h"

#include "core/store.h"

int
vpop_check(struct vpop *vp)
{
	const struct vpop_store_ops *ops;
	struct vpop_store *store;

	return vp_store(vp, &ops, &store);
}
