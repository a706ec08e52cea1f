/* The modules as a worker reaches them. */
#ifndef PANEL_MODULE_CLIENT_H
#define PANEL_MODULE_CLIENT_H

#include "panel/module/set.h"

struct vhd_modules;

/*
 * Load the manifests of a folder (with their problems noted through notice);
 * state is the folder of the modules' own folders, settings that of what they
 * are set to.  NULL: no memory.
 */
struct vhd_modules *vhd_modules_open(const char *folder, const char *state,
    const char *settings, void (*notice)(const char *sentence));
void vhd_modules_close(struct vhd_modules *modules);
/* The manifests, each after those that it requires. */
const struct vp_manifest *vhd_modules_list(
    const struct vhd_modules *modules, size_t *ret_count);
/* Ask a module; parameters are borrowed.  Free the answer with
 * vp_module_answer_free. */
void vhd_module_call(struct vhd_modules *modules, const char *module,
    const char *verb, json_t *parameters, struct vp_module_answer *ret);

#endif
