/*
 * Changes of one record in the account store: the database makes them whole,
 * the journal tells of them, and recovery asks the store what became of them.
 */
#ifndef CORE_RECORD_H
#define CORE_RECORD_H

#include "core/journal.h"

struct vp_record {
	int (*change)(struct vpop *vp, const void *arg); /* 0 or a code */
	/* 1 if what is there is what was to be, 0, or a code. */
	int (*is_made)(struct vpop *vp, const void *arg);
	const void *arg;
};

/* Journal the change and make it.  The intent's plan is the caller's. */
int vp_record_change(
    struct vpop *vp, struct vp_intent *intent, const struct vp_record *record);

#endif
