/* An alias for a change of all of it: found, locked and read. */
#ifndef CORE_ALIAS_SET_H
#define CORE_ALIAS_SET_H

#include "vpop_delivery.h"

#include "core/steps.h"
#include "core/user_int.h"

struct vp_alias_work {
	struct vpop *vp;
	struct vp_place domain_place;
	struct vp_alias_place place;
	char name[VPOP_USER_SIZE];
	char object[VPOP_USER_SIZE + VPOP_DOMAIN_SIZE];
	char *now; /* its text; "" if there is none */
};

int vp_alias_work_open(struct vpop *vp, const char *alias, const char *domain,
    struct vp_alias_work *ret);
/* In any case. */
void vp_alias_work_close(struct vp_alias_work *work);
/* What flags (of vpop_alias_set) and VPOP_OPEN_STRICT say to this text. */
int vp_alias_work_check(
    const struct vp_alias_work *work, const char *text, unsigned flags);
/* Steps in the domain's folder, not yet begun. */
struct vp_steps vp_alias_work_steps(const struct vp_alias_work *work);

#endif
