/*
 * Where a path leads among the resources of modules, and what can be done
 * there.
 */
#ifndef PANEL_RES_PLACE_H
#define PANEL_RES_PLACE_H

#include "panel/module/manifest.h"

#define VHD_API          "/api/v1"
#define VHD_API_SEGMENTS 2

struct vhd_call;
struct vhd_target;

struct vhd_place {
	const struct vp_manifest *manifest;
	const struct vp_module_resource *resource; /* NULL: of no module */
	const struct vp_module_action *action;     /* or NULL */
	const char *domain, *parent, *key;         /* of the path, or NULL */
	int is_list; /* the path is that of the list, not of an object */
};

/* 1 and the place, or 0: the path is of no module's. */
int vhd_place_find(const struct vp_manifest *manifests, size_t count,
    const struct vhd_target *target, struct vhd_place *ret);
/* The route of a call at its place, or NULL, with the methods that there are
 * as bits. */
const struct vhd_route *vhd_place_route(
    const struct vhd_call *call, unsigned *ret_methods);
/* The path of an object of a place's list, malloc'd; key NULL: of the list, or
 * of a single object. */
char *vhd_place_path(const struct vhd_place *place, const char *key);
/* Text as a segment of a path, or in a query; malloc'd. */
char *vhd_path_escape(const char *text);

#endif
