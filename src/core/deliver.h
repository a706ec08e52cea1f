/*
 * Local delivery of one message (facts: runtime 7, 8).
 *
 * All instructions are read and checked before the first is carried out;
 * Maildirs and commands come in their order, forwards last, in one message
 * to qmail-queue.
 */
#ifndef CORE_DELIVER_H
#define CORE_DELIVER_H

#include "core/user.h"

struct vp_delivery {
	int message_fd;     /* seekable */
	const char *ext;    /* EXT: the whole user part */
	const char *host;   /* HOST */
	const char *rpline; /* RPLINE or "" */
	const char *dtline; /* DTLINE or "" */
	const char *sender; /* NEWSENDER, else SENDER, or "" */
	const char *action; /* second argument of vdelivermail */
};

/*
 * Deliver.  Returns the exit status for qmail-local: 0, 99, 100 or 111;
 * what goes to stdout (bounce text) is written to out.
 */
int vp_deliver(struct vpop *vp, const struct vp_delivery *delivery, FILE *out);

#endif
