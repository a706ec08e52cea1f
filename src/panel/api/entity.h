/* Revisions of objects: ETag, If-Match, If-None-Match. */
#ifndef PANEL_API_ENTITY_H
#define PANEL_API_ENTITY_H

#include "panel/api/call.h"

/*
 * Reply with an object as it is now, with its ETag; 304 if the caller has it
 * already.  Takes the JSON over.
 */
void vhd_entity_reply(struct vhd_call *call, int status, json_t *json);
/* Say the revision of an object, with a reply that is more than it. */
void vhd_entity_header(struct vhd_call *call, const json_t *json);
/* Compare If-Match with an object as it is now, which is taken over.  0, or
 * -1 after the problem 412. */
int vhd_entity_match(struct vhd_call *call, json_t *json);

#endif
