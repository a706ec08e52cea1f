/* What a module is set to: a file beside the panel's own settings. */
#ifndef PANEL_MODULE_VALUES_H
#define PANEL_MODULE_VALUES_H

#include "panel/module/manifest.h"

/*
 * Read NAME.json of a folder, which need not exist, and hold it against the
 * module's schema of settings.  0 with *ret owned by the caller (NULL: there
 * are none), or -1 with a sentence.
 */
int vp_module_values_read(const struct vp_manifest *manifest,
    const char *folder, json_t **ret, char ret_error[VP_MODULE_ERROR]);
/* Write them, which have been held against the schema.  0, or -1 and errno. */
int vp_module_values_write(
    const struct vp_manifest *manifest, const char *folder, json_t *values);
/* Whether a module is switched off: there is a file NAME.off. */
int vp_module_is_off(const char *folder, const char *name);
/* Switch it.  0, or -1 and errno. */
int vp_module_switch(const char *folder, const char *name, int is_off);

#endif
