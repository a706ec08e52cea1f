/* What a process of the panel that executes requests has open. */
#ifndef PANEL_API_SITE_H
#define PANEL_API_SITE_H

#include "panel/settings.h"
#include "vpop.h"

struct vhd_modules;
struct vhd_seal;
struct vhd_state;

struct vhd_site {
	struct vpop *vp;
	struct vhd_modules *modules;
	char *socket;            /* of their supervisor */
	struct vhd_state *state; /* NULL: cannot be opened, up to now */
	struct vhd_seal *seal;   /* the same */
};

/* 0, or -1 after having logged why; close it in any case. */
int vhd_site_open(const struct vhd_settings *settings, struct vhd_site *site);
/* Open state and seal, if they are not.  0, or -1 after having logged why: the
 * panel knows nobody and remembers nothing then. */
int vhd_site_ready(struct vhd_site *site);
void vhd_site_close(struct vhd_site *site);

#endif
