/*
 * Changes of several files, made forward: the journal holds all that is to be
 * written before the first step, and each step can be repeated, so that what
 * was interrupted is completed by the next change.
 */
#ifndef CORE_STEPS_H
#define CORE_STEPS_H

#include "core/alias_place.h"
#include "core/journal.h"

/* An account's folder, or that of the domain, and the steps there. */
struct vp_steps {
	const struct vpop_domain *domain; /* borrowed */
	int dirfd;        /* the folder, borrowed; the domain is locked */
	const char *user; /* whose folder it is; NULL: the domain's */
	json_t *list;     /* the steps */
	int domain_fd;    /* for aliases; -1: none are changed */
	size_t made;      /* result: steps that were done */
};

/* 0, or a code; vp_steps_clear in any case. */
int vp_steps_init(struct vpop *vp, struct vp_steps *steps);
void vp_steps_clear(struct vp_steps *steps);

/* Add a step: make a folder that is perhaps there; make a file this text
 * (NULL: remove it); remove a folder with all that is in it.  Names are
 * relative, without dots.  A failure is told by vp_steps_change. */
void vp_steps_folder(struct vp_steps *steps, const char *name);
void vp_steps_file(struct vp_steps *steps, const char *name, const char *text);
void vp_steps_remove(struct vp_steps *steps, const char *name);
/* Make an alias of the domain, wherever it is kept, this text ("": none). */
void vp_steps_alias(struct vp_steps *steps, const char *name, const char *text);

/* Journal the change and make it.  intent->plan is made here. */
int vp_steps_change(
    struct vpop *vp, struct vp_intent *intent, struct vp_steps *steps);

#endif
