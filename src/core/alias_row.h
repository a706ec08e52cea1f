/* Changes of aliases that the account store keeps: alias_row.c for
 * alias_change.c. */
#ifndef CORE_ALIAS_ROW_H
#define CORE_ALIAS_ROW_H

#include "core/alias.h"
#include "core/journal.h"

struct vp_alias_row {
	const struct vpop_domain *domain;
	const struct vpop_store_ops *ops;
	struct vpop_store *store;
	const char *name;
	const char *line; /* NULL: all lines go */
	int insert;       /* the line comes, else it goes */
};

/* Journal the change and make it; the plan is made here. */
int vp_alias_row_change(
    struct vpop *vp, struct vp_intent *intent, const struct vp_alias_row *row);

#endif
