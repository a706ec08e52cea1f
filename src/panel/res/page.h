/* Lists of the panel's own objects, a page at a time. */
#ifndef PANEL_RES_PAGE_H
#define PANEL_RES_PAGE_H

#include "panel/api/call.h"

/* The query's cursor (NULL: from the first) and limit.  0, or -1 after a
 * problem. */
int vhd_page_take(
    struct vhd_call *call, const char **ret_after, int64_t *ret_limit);
/* Reply with items, which are taken; the next page begins after the last
 * one's key. */
void vhd_page_reply(
    struct vhd_call *call, json_t *items, int64_t limit, const char *key);

#endif
