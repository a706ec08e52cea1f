/*
 * A module's folder: module.json and the schemas it names (module(7)).
 * Nothing is believed of files that others than root, or we, can change.
 */
#ifndef PANEL_MODULE_MANIFEST_H
#define PANEL_MODULE_MANIFEST_H

#include <jansson.h>
#include <stddef.h>

#define VP_MODULE_ERROR 1024

struct vp_module_resource {
	const char *name, *key;
	int of_domain; /* 0: of the site */
	json_t *schema;
};

struct vp_manifest {
	char *folder;
	char *program; /* absolute path */
	json_t *json;  /* all of module.json; the texts here are its */
	const char *name, *user; /* user NULL: not given */
	int seconds;
	json_t *settings; /* schema, or NULL */
	struct vp_module_resource *resources;
	size_t count;
};

/* 0, or -1 with a sentence. */
int vp_manifest_load(const char *folder, struct vp_manifest *ret,
    char ret_error[VP_MODULE_ERROR]);
void vp_manifest_free(struct vp_manifest *manifest);
/* 1 if the manifest names the verb among those beyond the common ones. */
int vp_manifest_has_verb(const struct vp_manifest *manifest, const char *verb);

#endif
