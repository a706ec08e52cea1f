/*
 * Lists of account changes, worked on in runs: elements that follow each
 * other, belong to one domain and name different accounts.  A run is changed
 * under one lock, in one transaction of the store and a few of the journal.
 * One element's failure is its own: the others are carried out, unless the
 * caller wants to stop there.
 */
#ifndef CORE_USER_RUN_H
#define CORE_USER_RUN_H

#include "core/user_int.h"

#define VP_RUN 2048 /* most elements of a run */

/* How the struct of an element begins in each of the verbs. */
struct vp_element {
	int *code; /* the results in the caller's list */
	char *message;
	void *in;     /* the caller's element */
	char *object; /* of its intent */
	int skip;     /* nothing to do */
	int unsure;   /* failed, but not undone: recovery's business */
};

struct vp_run {
	struct vpop *vp;
	struct vp_place place;
	void *list; /* of elements, "size" bytes each */
	size_t size, count;
	struct vp_intent *intents; /* of the same elements */
	int stop;
	void *arg;
	/* Where the store keeps the count of places, it is changed in the same
	 * transaction; NULL: no count. */
	struct vp_dircontrol *control;
	unsigned long (*uncounted)(struct vp_run *run);
	/* Instead of the write of each element, if it returns 1. */
	int (*write_all)(struct vp_run *run);
};

/* A verb on a list of one of the public structs, which begin with the
 * pointers name and domain. */
struct vp_verb {
	void *list;
	size_t count, stride, code_at, message_at;
	size_t size; /* of an element of a run */
	int stop;
	void (*run)(struct vp_run *run);
	void *arg;
};

/* All of a verb: begin, runs, results.  0, or the first failing code. */
int vp_users_verb(struct vpop *vp, const struct vp_verb *verb);

void *vp_run_element(const struct vp_run *run, size_t index);
/* 1 while the element has not failed and has something to do. */
int vp_run_is_good(const struct vp_element *element);
/* Give an element its result, just recorded if it is a failure; returns
 * code.  With stop, the elements after a failed one fail too. */
int vp_run_result(struct vp_run *run, struct vp_element *element, int code);
/* A failure of all that are still good. */
void vp_run_fail(struct vp_run *run, int code);
/* Drop the elements that are not good. */
void vp_run_compact(struct vp_run *run);
/* Take the account lock and begin the store's transaction, unless nothing
 * will be changed. */
int vp_run_lock(struct vp_run *run);
/* Write the good elements and commit the transaction.  When the commit
 * fails, is_done tells what became of each: 1, 0 or a code. */
void vp_run_store(struct vp_run *run,
    int (*write)(struct vp_run *run, void *element),
    int (*is_done)(struct vp_run *run, void *element));
/* Ask for each good element whether it may be changed, and journal the
 * intents of those that may. */
int vp_run_intend(struct vp_run *run);
/* user_bulk.c: accounts at once, where the store can that; the record is at
 * user_at in each element.  find: which of them there are.  1; 0, the store
 * cannot; or a code, which for add is the result of all. */
int vp_run_find(struct vp_run *run, size_t user_at, unsigned char *ret_found);
int vp_run_add(struct vp_run *run, size_t user_at);
/* Journal the failed ones as undone. */
void vp_run_undo(struct vp_run *run);
/* Free what the intents hold. */
void vp_run_forget(struct vp_run *run);

#endif
