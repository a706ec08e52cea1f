/* Shared by control.c and control_rcpt.c only. */
#ifndef QMAIL_CONTROL_INT_H
#define QMAIL_CONTROL_INT_H

#include <stddef.h>

#include "qmail/hostfile.h"

/* Take "<file>.lock"; the lock belongs to the folder's owner, because who may
 * rename files there must be able to take it.  Descriptor or -1. */
int vp_control_lock(int control, const char *file);

vp_hostline_find vp_control_find_plain;   /* the line is a name */
vp_hostline_find vp_control_find_virtual; /* name, colon, anything */

struct vp_control_edits {
	struct vp_hostedit *edit;
	char **text; /* lower case; "name" or "name:name" */
	size_t count;
};

/* One edit for each name; EINVAL for what is no host name. */
int vp_control_edits_make(const char *const *names, size_t count,
    int is_virtual, struct vp_control_edits *ret);
void vp_control_edits_free(struct vp_control_edits *edits);

/* 1 if morercpthosts.cdb agrees with the text, 0, -1. */
int vp_control_more_agrees(int control, const char *cdb_name);

#endif
