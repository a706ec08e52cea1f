/* Fields of a request's body.  0, or -1 after the problem 422. */
#ifndef PANEL_API_BODY_H
#define PANEL_API_BODY_H

#include <stdint.h>
#include <time.h>

#include "panel/api/call.h"

/* No field but those of the NULL-ended list: others would be lost. */
int vhd_body_check(struct vhd_call *call, const char *const *names);
/* A text; absent is NULL. */
int vhd_body_text(
    struct vhd_call *call, const char *name, const char **ret_text);
/* A text of 1 to max bytes that must be there. */
int vhd_body_needed(
    struct vhd_call *call, const char *name, size_t max, const char **ret_text);

/* A number of the query; absent is usual.  0, or -1 after the problem 400. */
int vhd_argument_number(struct vhd_call *call, const char *name, int64_t least,
    int64_t most, int64_t usual, int64_t *ret_number);

/* A time as bodies have it, in UTC; 0 is null. */
json_t *vhd_time_json(time_t time);

#endif
