/* What the interface has, by its own description (OpenAPI). */
#ifndef PANEL_CTL_DESCRIBE_H
#define PANEL_CTL_DESCRIBE_H

#include <jansson.h>

#define CTL_SEGMENTS 16 /* of a path, at most */

/* All results are borrowed from the description; NULL if there is none. */

/* What can be done with a path below the interface's address, as the
 * description has it ("parameters" and one entry for each method). */
json_t *ctl_item(json_t *api, const char *path);
json_t *ctl_operation(json_t *api, const char *path, const char *method);
/* The schema of the body that an operation takes. */
json_t *ctl_input(json_t *api, json_t *operation);
/* The schema of the object at a path. */
json_t *ctl_object(json_t *api, const char *path);
/* The schema of the objects that a list has. */
json_t *ctl_items(json_t *api, const char *path);
/* The schema of a property, whose name may have dots; NULL if the schema does
 * not name it. */
json_t *ctl_property(json_t *schema, const char *name);

/* Whether a path begins as a described one does, up to a segment (of whose
 * place); the name of that segment, "{...}" for one of a name. */
const char *ctl_segment(const char *pattern, const char *path, int place,
    char *buffer, size_t size);

#endif
