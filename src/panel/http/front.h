/*
 * The front process: connections, framing, the checks of request.h.  It knows
 * no account and no file; what a request means is said by the workers.
 */
#ifndef PANEL_HTTP_FRONT_H
#define PANEL_HTTP_FRONT_H

#include "panel/settings.h"

struct vhd_front_start {
	const struct vhd_settings *settings;
	const int *listeners; /* descriptors in the order of the settings */
	int control;          /* to the parent: gives workers; its end means
			       * to finish */
};

/* Serve until the parent is gone or closes its end; the exit status. */
int vhd_front_run(const struct vhd_front_start *start);

#endif
