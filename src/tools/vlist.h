/* The reports of vlist about one list. */
#ifndef TOOLS_VLIST_H
#define TOOLS_VLIST_H

#include "vpop.h"

void vlist_show(const struct vpop_list *list);
void vlist_explain(const struct vpop_list *list);
void vlist_json(const struct vpop_list *list);

#endif
