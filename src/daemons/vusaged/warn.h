/*
 * Warnings when accounts and domains come near their quotas: one for each step
 * that is reached, not again within a period.  What was sent is kept in a file
 * beside the state, a line each, before it is sent.
 */
#ifndef VUSAGED_WARN_H
#define VUSAGED_WARN_H

#include "daemons/vusaged/settings.h"
#include "daemons/vusaged/site.h"

struct vp_warn;

enum vp_warn_level { VP_WARN_NONE, VP_WARN_NEAR, VP_WARN_FULL };

/* How much is used of a quota. */
struct vp_warn_used {
	uint64_t used, limit;
	const char *unit; /* "bytes" or "messages" */
	int64_t percent;  /* at most 100 */
};

/* NULL: the settings want none, or there is no memory. */
struct vp_warn *vp_warn_open(
    const struct vp_settings_file *set, struct vpop *vp);
void vp_warn_close(struct vp_warn *warn);
/* The box has changed. */
void vp_warn_check(struct vp_warn *warn, struct vp_box *box);

/* warn_event.c: an account, or a domain ("@domain"), has reached or left a
 * level.  A failure is logged: the event is lost. */
void vp_warn_publish(struct vpop *vp, const char *address,
    enum vp_warn_level level, const struct vp_warn_used *used);

#endif
