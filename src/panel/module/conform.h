/* The conformance test of a module (module(7)): what any host may expect. */
#ifndef PANEL_MODULE_CONFORM_H
#define PANEL_MODULE_CONFORM_H

#include "panel/module/process.h"

struct vp_conform {
	struct vp_module *module;
	unsigned count, failed;
	int jobs; /* that were asked for */
};

/* Run all of it, a line of TAP on stdout for each point. */
void vp_conform_run(struct vp_conform *run);

/* conform_resource.c: the life of the objects of one resource. */
void vp_conform_resource(
    struct vp_conform *run, const struct vp_module_resource *resource);

/* Set up, or delete, the domain that objects of domains belong to, if the
 * module has domains; its name. */
const char *vp_conform_domain(struct vp_conform *run, const char *verb);
/* Tell one point; why (if it is not right) is printed below it. */
void vp_conform_tell(struct vp_conform *run, int is_right, const char *why,
    const char *format, ...) __attribute__((format(printf, 4, 5)));
/* Call and tell: the verb is to be done (code NULL) or refused with code.
 * parameters is taken.  The result, owned by the caller, or NULL. */
json_t *vp_conform_call(struct vp_conform *run, const char *verb,
    json_t *parameters, const char *code, const char *what);

#endif
