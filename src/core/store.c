/*
 * The account store that the settings name, opened at first use.
 */
#include "config.h"

#include "store/stores.h"

#include <string.h>

#include "core/handle.h"

static const struct vpop_store_ops *const stores[] = {
	&vp_store_cdb,
	&vp_store_mem,
};

static const struct vpop_store_ops *
find(const char *name)
{
	for (size_t i = 0; i < sizeof stores / sizeof stores[0]; i++)
		if (strcmp(stores[i]->name, name) == 0)
			return stores[i];
	return NULL;
}

int
vp_store(struct vpop *vp, const struct vpop_store_ops **ret_ops,
    struct vpop_store **ret_store)
{
	if (!vp->store) {
		vp->ops = find(vp->set.auth_module);
		if (!vp->ops)
			return vp_fail(vp, VA_NO_AUTH_MODULE,
			    "setting auth_module: there is no account store "
			    "'%s'",
			    vp->set.auth_module);
		vp->host = (struct vpop_store_host){
			.abi = VPOP_STORE_ABI,
			.size = sizeof vp->host,
			.vp = vp,
			.fail = vp_fail_num,
			.setting = vpop_setting,
		};
		int code = vp->ops->open(&vp->host, &vp->store);
		if (code != 0) {
			vp->store = NULL;
			return code;
		}
	}
	*ret_ops = vp->ops;
	*ret_store = vp->store;
	return 0;
}
