/*
 * A module's folder: module.json and the schemas it names (module(7)).
 * Nothing is believed of files that others than root, or we, can change.
 */
#ifndef PANEL_MODULE_MANIFEST_H
#define PANEL_MODULE_MANIFEST_H

#include <jansson.h>
#include <stddef.h>

#define VP_MODULE_ERROR 1024

/* Bits: what can be done with objects of a resource. */
enum vp_module_can {
	VP_MODULE_LIST = 1,
	VP_MODULE_GET = 2,
	VP_MODULE_SETUP = 4,
	VP_MODULE_MODIFY = 8,
	VP_MODULE_DELETE = 16
};

/* Bits: who may. */
enum vp_module_role {
	VP_MODULE_SYSTEM = 1,
	VP_MODULE_OPERATOR = 2,
	VP_MODULE_RESELLER = 4,
	VP_MODULE_DOMAIN = 8,
	VP_MODULE_USER = 16,
	VP_MODULE_ANON = 32 /* anybody: to get, and for actions */
};

struct vp_module_action {
	const char *name, *title;
	json_t *schema; /* of its input */
	unsigned roles;
	json_t *counts; /* array of texts: of what it makes; or NULL */
	int is_job;
	int deletes;     /* the object is gone afterwards */
	int is_together; /* modules with a verb of its name take part */
	int renames;     /* it has the key that its input gives it */
	int cancels;     /* the panel takes a deletion back that waits */
};

struct vp_module_resource {
	const char *name, *title;
	const char *key; /* NULL: there is one object for each parent */
	int of_domain;   /* 0: of the site */
	int is_searched;
	int has_grace;                           /* deletions wait */
	const struct vp_module_resource *within; /* its parent, or NULL */
	unsigned can, read, write;
	json_t *schema;
	json_t *filters, *permission, *counts; /* arrays of texts, or NULL */
	struct vp_module_action *actions;
	size_t actions_count;
};

struct vp_manifest {
	char *folder;
	char *program; /* absolute path */
	json_t *json;  /* all of module.json; the texts here are its */
	const char *name, *user; /* user NULL: not given */
	int seconds, processes;
	json_t *root;     /* verbs of the root helper, or NULL */
	json_t *settings; /* schema, or NULL */
	json_t *values;   /* what they are set to, or NULL; of values.c */
	int is_off;       /* switched off; of values.c, too */
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
