/* Reading what others made: with their ids, not with root's. */
#ifndef TOOLS_OWNER_H
#define TOOLS_OWNER_H

#include "vpop.h"

/* When we are root, take the ids of the domain's owner, until owner_leave.
 * Both return -1 when that is not possible. */
int owner_become(const struct vpop_domain *domain);
int owner_leave(void);

#endif
