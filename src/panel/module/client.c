#include "config.h"

#include "panel/module/client.h"

#include <string.h>

#include "panel/module/link.h"

#define STATUS_SECONDS 5
#define SPARE_SECONDS  5 /* beside waiting and being executed */

struct vhd_modules {
	struct vp_module_set set;
	struct vp_module_link link;
};

struct vhd_modules *
vhd_modules_open(const char *folder, const char *socket, const char *settings,
    void (*notice)(const char *sentence))
{
	struct vhd_modules *modules = calloc(1, sizeof *modules);
	char error[VP_MODULE_ERROR];

	if (!modules)
		return NULL;
	modules->link = (struct vp_module_link){ .socket = socket, .fd = -1 };
	(void)vp_module_set_load(folder, "", settings, &modules->set, error);
	if (*error)
		notice(error);
	return modules;
}

void
vhd_modules_share(struct vhd_modules *modules, int workers)
{
	modules->link.workers = workers;
}

void
vhd_modules_close(struct vhd_modules *modules)
{
	if (!modules)
		return;
	vp_module_link_close(&modules->link);
	vp_module_set_close(&modules->set);
	free(modules);
}

const struct vp_manifest *
vhd_modules_list(const struct vhd_modules *modules, size_t *ret_count)
{
	*ret_count = modules->set.count;
	return modules->set.manifests;
}

const struct vp_manifest *
vhd_modules_off(const struct vhd_modules *modules, size_t *ret_count)
{
	*ret_count = modules->set.off_count;
	return modules->set.off;
}

void
vhd_module_call(struct vhd_modules *modules, const char *module,
    const char *verb, json_t *parameters, struct vp_module_answer *ret)
{
	struct vp_module *found = vp_module_find(&modules->set, module);

	if (found) {
		vp_module_link_ask(&modules->link, module, verb, parameters,
		    2 * found->manifest->seconds + SPARE_SECONDS, ret);
		return;
	}
	*ret = (struct vp_module_answer){ .outcome = VP_MODULE_BROKEN };
	snprintf(
	    ret->words, sizeof ret->words, "there is no module '%s'", module);
}

void
vhd_modules_status(struct vhd_modules *modules, struct vp_module_answer *ret)
{
	vp_module_link_ask(
	    &modules->link, NULL, "status", NULL, STATUS_SECONDS, ret);
}

void
vhd_modules_reload(struct vhd_modules *modules, struct vp_module_answer *ret)
{
	vp_module_link_ask(
	    &modules->link, NULL, "reload", NULL, STATUS_SECONDS, ret);
}
