/* Facts of the panel itself, for the journal. */
#ifndef PANEL_API_PUBLISH_H
#define PANEL_API_PUBLISH_H

#include "panel/api/call.h"

/* old and new are taken (NULL: there is none).  It happened, whether it can
 * be told or not: a failure is logged. */
void vhd_publish(struct vhd_call *call, const char *type, const char *object,
    const char *domain, json_t *old, json_t *new);

#endif
