/* Lists of the panel's own objects, a page at a time. */
#ifndef PANEL_RES_PAGE_H
#define PANEL_RES_PAGE_H

#include "panel/api/call.h"

/* The query's cursor (NULL: from the first) and limit.  0, or -1 after a
 * problem. */
int vhd_page_take(
    struct vhd_call *call, const char **ret_after, int64_t *ret_limit);
/* Items after a key in their order, so many; NULL after a problem. */
typedef json_t *vhd_page_load(
    struct vhd_call *call, const char *after, int64_t limit);
/* Reply with the page that the query asks for, and with count=true how many
 * there are on all.  key: the property by which they are in order. */
void vhd_page_list(struct vhd_call *call, vhd_page_load *load, const char *key);

#endif
