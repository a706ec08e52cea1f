/* The modules as a worker reaches them. */
#ifndef PANEL_MODULE_CLIENT_H
#define PANEL_MODULE_CLIENT_H

#include "panel/module/set.h"

struct vhd_modules;

/*
 * Load the manifests of a folder (with their problems noted through notice);
 * socket is that of the supervisor, borrowed; settings the folder of what they
 * are set to.  NULL: no memory.
 */
struct vhd_modules *vhd_modules_open(const char *folder, const char *socket,
    const char *settings, void (*notice)(const char *sentence));
/* Who asks is one of so many workers: no module may keep all of them. */
void vhd_modules_share(struct vhd_modules *modules, int workers);
void vhd_modules_close(struct vhd_modules *modules);
/* The manifests, each after those that it requires. */
const struct vp_manifest *vhd_modules_list(
    const struct vhd_modules *modules, size_t *ret_count);
/* Those that are switched off. */
const struct vp_manifest *vhd_modules_off(
    const struct vhd_modules *modules, size_t *ret_count);
/* Ask a module; parameters are borrowed.  Free the answer with
 * vp_module_answer_free. */
void vhd_module_call(struct vhd_modules *modules, const char *module,
    const char *verb, json_t *parameters, struct vp_module_answer *ret);

/* The state of all, as the supervisor knows it: a result with "modules", an
 * array of objects with name, state (starting, ok, pending, degraded or
 * failed), reason, error (the last one), restarts, processes and queued. */
void vhd_modules_status(
    struct vhd_modules *modules, struct vp_module_answer *ret);
/* Have the manifests, and what modules are set to, read again by all. */
void vhd_modules_reload(
    struct vhd_modules *modules, struct vp_module_answer *ret);

#endif
