/*
 * Deletions that wait.  An object of a resource with a grace period goes on as
 * it is when it is deleted, until a job deletes it that is due so many days
 * later; up to then that can be taken back.  Meanwhile the object is pending
 * (objstate.h), by which the job knows that it still is the one that was
 * meant.
 */
#ifndef PANEL_RES_DELETION_H
#define PANEL_RES_DELETION_H

#include "panel/api/call.h"

struct vhd_state;

/* 1: the request is answered, as the deletion waits, or with a problem; 0: the
 * object is to be deleted now. */
int vhd_deletion_waits(struct vhd_call *call, const char *key);
/* The action that takes it back. */
void vhd_deletion_cancel(struct vhd_call *call);

/* ---- of the job ------------------------------------------------------- */

/* 0: its object still is to be deleted; 1 after a problem: not any more; -1:
 * it cannot be found out now. */
int vhd_deletion_check(struct vhd_call *call, const char *job);
/* It was cancelled, if it is such a job. */
void vhd_deletion_cancelled(struct vhd_call *call, const char *job);
/* It has been executed, whatever came of it.  0, or -1. */
int vhd_deletion_forget(struct vhd_state *state, const char *job);

#endif
