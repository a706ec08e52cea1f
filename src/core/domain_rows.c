/*
 * Alias domains in the site's account store.  users/assign decides; the rows
 * are a copy for programs that ask the database, so a row comes before its
 * name is let in and goes after the name was withdrawn.
 */
#include "config.h"

#include "core/domain_int.h"
#include "core/store.h"

int
vp_domain_row_add(struct vpop *vp, const char *alias, const char *real)
{
	const struct vpop_store_ops *ops;
	struct vpop_store *store;
	int rc = vp_store_keeps(vp, VPOP_KEEP_ALIASDOMAINS, NULL, &ops, &store);

	return rc > 0 ? ops->aliasdomain_put(store, alias, real) : rc;
}

int
vp_domain_rows_remove(struct vpop *vp, const char *const *names, size_t count)
{
	const struct vpop_store_ops *ops;
	struct vpop_store *store;
	int rc = vp_store_keeps(vp, VPOP_KEEP_ALIASDOMAINS, NULL, &ops, &store);

	if (rc <= 0)
		return rc;
	rc = 0;
	for (size_t i = 0; i < count && rc == 0; i++)
		rc = ops->aliasdomain_put(store, names[i], NULL);
	return rc;
}
