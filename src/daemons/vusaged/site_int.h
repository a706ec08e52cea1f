/* For site.c and box.c only. */
#ifndef VUSAGED_SITE_INT_H
#define VUSAGED_SITE_INT_H

#include "daemons/vusaged/site.h"

/* What its text begins with. */
const char *vp_box_dir(const void *box);
/* It is not in the sums any more. */
void vp_box_free(struct vp_box *box);

#endif
