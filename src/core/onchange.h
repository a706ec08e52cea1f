/*
 * Telling others of changes, by the words that older releases used: the
 * script etc/onchange, and the change log (facts: storage 19, 21).  Only the
 * journal's code calls this: what cannot be journalled is not told.
 */
#ifndef CORE_ONCHANGE_H
#define CORE_ONCHANGE_H

#include "core/journal.h"

/* One change as the script sees it. */
struct vp_onchange {
	const char *command; /* "add_user" */
	char *arg1, *arg2;
	time_t time;
};

/* The changes are about to be made. */
void vp_onchange_intended(
    struct vpop *vp, const struct vp_intent *list, size_t count);
/* A change was made: it is told when vp_change_end says that nobody waits
 * for our locks any more, so that the script may make changes itself. */
void vp_onchange_made(struct vpop *vp, const struct vp_intent *intent);
/* How many are waiting to be told; those beyond a mark were not made. */
size_t vp_onchange_mark(const struct vpop *vp);
void vp_onchange_back(struct vpop *vp, size_t mark);

/* onchange_log.c: syslog and the SQLite file, as the settings say.  0, or -1
 * if the file could not be written. */
int vp_onchange_log(
    struct vpop *vp, const struct vp_onchange *list, size_t count);

#endif
