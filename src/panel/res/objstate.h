/*
 * Objects of modules that are not ok: pending (a change is not in force yet)
 * or degraded (something is wrong with it), with the reason.
 *
 * It is told by the module, when it answers a change or a reconcile, or by the
 * panel, when a change broke off and could not be taken back.  What a change
 * told, the next one ends; what broke off ends when the same job is done; both,
 * and what a reconcile found, when the module says "ok", the object is made or
 * deleted, or a reconcile finds it no more.
 */
#ifndef PANEL_RES_OBJSTATE_H
#define PANEL_RES_OBJSTATE_H

#include "panel/api/call.h"

enum vhd_objstate { VHD_OBJECT_PENDING = 1, VHD_OBJECT_DEGRADED };

#define VHD_OBJECT_STATE "_state" /* property of an object that is shown */

/* What an object is kept as. */
struct vhd_object {
	const char *module;
	char resource[160]; /* "lists/members" of what is within another */
	const char *domain; /* its real name, or "" */
	const char *parent, *key; /* or "" */
};

/* ---- changes ---------------------------------------------------------- */

/* A change of an object of the call's place broke off. */
void vhd_object_broken(
    struct vhd_call *call, const char *key, const char *reason);
/* It was made, with that result: a failure to keep what it tells is logged. */
void vhd_object_changed(struct vhd_call *call, const char *verb,
    const char *key, const json_t *result);

/* It is pending until the job ends: a failure is logged. */
void vhd_object_waits(struct vhd_call *call, const char *key,
    const char *reason, const char *job);
/* The job that is to end the state of the object.  1, 0 if it has none, or
 * -1. */
int vhd_object_job(
    struct vhd_call *call, const char *key, char ret_job[VHD_ID_SIZE]);

/* ---- reconcile -------------------------------------------------------- */

/* Before a module is asked: what is noted later stays.  0, or -1 after a
 * problem. */
int vhd_object_mark(struct vhd_call *call, int64_t *ret_mark);
/* The same after it has told its drift. */
int vhd_object_reconciled(struct vhd_call *call, int64_t mark, json_t *drift);

/* ---- showing: 0, or -1 after a problem -------------------------------- */

/* 1 when it has been added to the object. */
int vhd_object_show(struct vhd_call *call, json_t *object);
int vhd_object_show_list(struct vhd_call *call, json_t *items);

/* "pending" or "degraded". */
const char *vhd_object_state_name(enum vhd_objstate state);
/* 0: there is none of that name. */
enum vhd_objstate vhd_object_state_find(const char *name);
/* Whether what was noted at a seq of the journal is of a domain that is not
 * there any more; or -1 after a problem. */
int vhd_object_is_gone(struct vhd_call *call, const char *domain, int64_t seq);

#endif
