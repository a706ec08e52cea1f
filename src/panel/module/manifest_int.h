/* The files that load a manifest, among themselves. */
#ifndef PANEL_MODULE_MANIFEST_INT_H
#define PANEL_MODULE_MANIFEST_INT_H

#include "base/attr.h"
#include "panel/module/manifest.h"

/* What is being loaded. */
struct vp_manifest_load {
	struct vp_manifest *manifest;
	int dirfd;
	char *error;
};

/* Say why; returns -1. */
int vp_manifest_fail(struct vp_manifest_load *load, const char *format, ...)
    VP_PRINTF(2, 3);
/* A file of the folder that is a schema, or NULL after saying why. */
json_t *vp_manifest_schema(struct vp_manifest_load *load, const char *name);

/* manifest_resource.c */
int vp_manifest_resources(struct vp_manifest_load *load);
void vp_manifest_resources_free(struct vp_manifest *manifest);

#endif
