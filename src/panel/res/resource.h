/*
 * Objects of modules.  The handlers of routes know of a resource only what
 * its manifest and its schema say.
 */
#ifndef PANEL_RES_RESOURCE_H
#define PANEL_RES_RESOURCE_H

#include "panel/api/call.h"
#include "panel/module/client.h"

/* resource.c */
void vhd_resource_list(struct vhd_call *call);
void vhd_resource_get(struct vhd_call *call);
/* resource_change.c */
void vhd_resource_create(struct vhd_call *call);
void vhd_resource_put(struct vhd_call *call);
void vhd_resource_patch(struct vhd_call *call);
void vhd_resource_delete(struct vhd_call *call);
void vhd_resource_act(struct vhd_call *call);

/* ---- among themselves ------------------------------------------------- */

/* Who asks, as modules are told. */
json_t *vhd_resource_actor(const struct vhd_call *call);
/* Parameters for the module about the call's place; key NULL: that of the
 * path. */
json_t *vhd_resource_parameters(const struct vhd_call *call, const char *key);
/* Ask the module; parameters are taken.  The result (owned by the caller), or
 * NULL after a problem. */
json_t *vhd_resource_ask(
    struct vhd_call *call, const char *verb, json_t *parameters);
/* The object as it is now, owned by the caller, or NULL after a problem. */
json_t *vhd_resource_read(struct vhd_call *call, const char *key);
/* A page of the list: its result, with items, or NULL after a problem. */
json_t *vhd_resource_page(struct vhd_call *call, json_t *parameters);
/* count.c: how many objects all pages have, null if they are too many to be
 * counted; NULL after a problem.  The parameters are changed. */
json_t *vhd_resource_count(struct vhd_call *call, json_t *parameters);
/* own_list.c: the result of "list" for a caller who has some domains only;
 * NULL after a problem. */
json_t *vhd_resource_list_own(struct vhd_call *call, json_t *parameters);
/* together.c: an action that other modules take part in; parameters are taken.
 * The result, or NULL after a problem. */
json_t *vhd_act_together(struct vhd_call *call, json_t *parameters);
/* Say what a module's refusal, or its failure, means for the caller. */
void vhd_resource_problem(
    struct vhd_call *call, const struct vp_module_answer *answer);

#endif
