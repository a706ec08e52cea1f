/* The map from addresses of this host to domains (facts: storage 18). */
#ifndef CORE_IPMAP_H
#define CORE_IPMAP_H

#include "core/handle.h"

#define VP_IPMAP_FILE  "ip_alias_map"
#define VP_IPMAP_BYTES (16 << 20) /* largest file accepted */

/* Parse text (modified in place); the list is malloc'd. */
int vp_ipmap_parse(struct vpop *vp, char *text, struct vpop_ipmap **ret_list,
    size_t *ret_count);

#endif
