/*
 * Changes that replace or remove one file: the file system makes them whole,
 * the journal only tells of them.  The plan says what the file will be, so
 * that recovery knows whether it came to that.
 */
#ifndef CORE_ATOMIC_H
#define CORE_ATOMIC_H

#include "core/domain.h"
#include "core/journal.h"

/* One file of a domain's folder, or of etc when domain is NULL. */
struct vp_atomic {
	const struct vpop_domain *domain;
	int dirfd; /* the folder; the caller holds its lock */
	const char *name;
	const char *text; /* NULL: remove the file */
	size_t size;
	mode_t mode;
};

/* Journal the change and make it.  intent->plan is made here. */
int vp_atomic_change(
    struct vpop *vp, struct vp_intent *intent, const struct vp_atomic *file);

/* For recovery: open and lock the folder of a pending change, as its verb
 * does, but without waiting.  domain "": etc, and the file's lock there. */
int vp_atomic_place(struct vpop *vp, const char *domain, const char *file,
    int *ret_dirfd, int *ret_lock);

/* The folder etc: a descriptor or a code. */
int vp_etc_dir(struct vpop *vp);
/* The lock of one file there, "<name>.lock".  wait as vp_domain_lock. */
int vp_etc_lock(struct vpop *vp, int dirfd, const char *name, int wait);

/* Check sum of a text as hexadecimal digits. */
#define VP_SUM_SIZE 17
void vp_sum(const void *data, size_t size, char ret_sum[VP_SUM_SIZE]);

#endif
