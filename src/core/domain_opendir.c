/* The domain's folder for programs that work in it. */
#include "config.h"

#include "core/domain.h"

int
vpop_domain_opendir(struct vpop *vp, const struct vpop_domain *domain)
{
	return vp_domain_dir(vp, domain);
}
