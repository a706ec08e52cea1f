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
	int64_t id; /* of the change in the journal; 0: it has none */
};

/* The changes are about to be made. */
void vp_onchange_intended(
    struct vpop *vp, const struct vp_intent *list, size_t count);
/* A change was made: it is told when vp_change_end says that nobody waits
 * for our locks any more, so that the script may make changes itself. */
void vp_onchange_made(struct vpop *vp, const struct vp_intent *intent);
/* 1 if the change, when it was made, is to be told. */
int vp_onchange_is_wanted(
    const struct vpop *vp, const struct vp_intent *intent);
/* Tell what others, who died meanwhile, left untold.  Without locks. */
int vp_onchange_missed(struct vpop *vp);
/* How many are waiting to be told; those beyond a mark were not made. */
size_t vp_onchange_mark(const struct vpop *vp);
void vp_onchange_back(struct vpop *vp, size_t mark);

/* journal_told.c: what is being told by this process, from before it is
 * committed until it is told, is locked; so what is not told and not locked
 * was left by a dead one. */
void vp_told_begin(struct vpop *vp, int64_t id);
void vp_told_done(struct vpop *vp, int64_t id);
void vp_told_end(struct vpop *vp);
/* Call each for changes that were left, which are then ours to tell. */
int vp_told_left(struct vpop *vp,
    void (*each)(struct vpop *vp, const struct vp_intent *intent));

/* onchange_log.c: syslog and the SQLite file, as the settings say.  0, or -1
 * if the file could not be written. */
int vp_onchange_log(
    struct vpop *vp, const struct vp_onchange *list, size_t count);

#endif
