/* What of a fact is shown to the system only. */
#ifndef DAEMONS_COMMON_FACTHIDE_H
#define DAEMONS_COMMON_FACTHIDE_H

#include <jansson.h>

/* Remove from an envelope where things are on the disk. */
void vp_fact_hide(json_t *fact);

#endif
