/* Domains that are closed for their users. */
#ifndef CORE_SUSPEND_H
#define CORE_SUSPEND_H

#include "core/domain.h"

#define VP_SUSPENDED ".suspended" /* in the domain's folder */

/* 1 suspended, 0 not, or a code.  ret_reason may be NULL. */
int vp_suspended(struct vpop *vp, const struct vpop_domain *domain,
    char ret_reason[VPOP_REASON_SIZE]);

#endif
