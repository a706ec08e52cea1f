/* A worker process: requests in, replies out, one after the other. */
#ifndef PANEL_API_WORKER_H
#define PANEL_API_WORKER_H

#include "panel/settings.h"

struct vhd_worker {
	int channel; /* to the front; its end is the worker's */
	int jobs_fd; /* wakes the process that runs jobs */
	const struct vhd_settings *settings;
};

/* The exit status. */
int vhd_worker_run(const struct vhd_worker *worker);

#endif
