/* For state.c and state_save.c only. */
#ifndef VUSAGED_STATE_INT_H
#define VUSAGED_STATE_INT_H

#include "daemons/vusaged/state.h"

#define VP_STATE_MAGIC "vusage7\n"
#define VP_STATE_ORDER 0x01020304u

struct vp_state_header {
	char magic[8];
	uint32_t order;
	uint8_t by_name, count_dirs;
	uint8_t unused[2];
};

#endif
