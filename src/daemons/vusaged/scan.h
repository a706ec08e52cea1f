/*
 * Looking at one mailbox: which of its folders changed, and what those hold.
 * It can be done in slices, so that a mailbox with a million messages holds
 * nobody up.  Links are not followed anywhere.
 */
#ifndef VUSAGED_SCAN_H
#define VUSAGED_SCAN_H

#include <dirent.h>

#include "daemons/vusaged/site.h"
#include "daemons/vusaged/watch.h"

struct vp_scan {
	struct vp_site *site;
	struct vp_box *box; /* NULL: nothing is under way */
	int fd;             /* of Maildir */
	uint32_t at;        /* part to look at: two a folder, inbox first */
	DIR *dir;           /* the part that is being read */
	uint64_t stamp, bytes;
	uint32_t count;
	unsigned again; /* look again after so many ms, because changes of the
			   same moment cannot be told apart; 0: no need */
	int has_read;
	int has_failed;
};

enum vp_scan_state {
	VP_SCAN_DONE,   /* the box is as the disk is */
	VP_SCAN_MORE,   /* time was up: go on */
	VP_SCAN_ABSENT, /* there is no Maildir, which holds nothing */
	VP_SCAN_FAILED  /* not all could be read; that is as it was */
};

/* Microseconds of a clock that nobody sets. */
int64_t vp_now(void);
/* Begin; then step until it is not VP_SCAN_MORE; end.  active: the box is
 * known to change. */
enum vp_scan_state vp_scan_begin(struct vp_scan *scan, struct vp_site *site,
    struct vp_box *box, struct vp_watches *watches, int active);
enum vp_scan_state vp_scan_step(struct vp_scan *scan, int64_t until);
void vp_scan_end(struct vp_scan *scan);
/* Forget the folder of the domain looked at last, which is kept open. */
void vp_scan_close_domain(void);

#endif
