/*
 * The front process: listening sockets, connections, and which worker does
 * what next.  Event-driven, one thread, no file, no library of accounts, no
 * key.
 */
#ifndef VPOPMAILD_FRONT_H
#define VPOPMAILD_FRONT_H

#include "daemons/vpopmaild/setup.h"

/* What the parent tells the front, one byte a packet. */
enum vpd_order {
	VPD_ORDER_WORKER = 'w', /* with the channel of a new worker */
	VPD_ORDER_ROOT = 'r',   /* the same, of the one that is root */
	VPD_ORDER_DRAIN = 'd',  /* no new connections; end when all are gone */
	VPD_ORDER_STOP = 's'    /* answer what is being executed, and end */
};
#define VPD_FRONT_READY 'R' /* the answer when all is set up */

struct vpd_front_start {
	const struct vpd_setup *setup;
	const int *listeners; /* descriptors, as setup->addresses */
	int control;          /* packets from the parent */
};

/* Serves until it is told to end; the exit status. */
int vpd_front_run(const struct vpd_front_start *start);

#endif
