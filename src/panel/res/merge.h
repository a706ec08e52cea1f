/* What a body makes of an object. */
#ifndef PANEL_RES_MERGE_H
#define PANEL_RES_MERGE_H

#include <jansson.h>

/* JSON Merge Patch (RFC 7396): a new value, or NULL without memory. */
json_t *vhd_merge(json_t *object, json_t *patch);
/*
 * Take what is readOnly in the schema out of an object.  NULL, or the name
 * (the schema's) of such a property that is not as in "now" (NULL: none is
 * allowed).
 */
const char *vhd_strip_read_only(json_t *schema, json_t *object, json_t *now);
/* Take out what is writeOnly. */
void vhd_hide_secrets(json_t *schema, json_t *object);

#endif
