/*
 * All modules of a host, in an order in which each comes after those that it
 * requires; and changes that concern several of them, made by all or by none.
 */
#ifndef PANEL_MODULE_SET_H
#define PANEL_MODULE_SET_H

#include "panel/module/process.h"

struct vp_module_set {
	struct vp_manifest *manifests;
	struct vp_module *modules; /* same order */
	size_t count;
	struct vp_manifest *off; /* those that are switched off */
	size_t off_count;
};

/*
 * Load every folder of "folder" that holds a module.json; state is the folder
 * with one folder a module, in which it may write; settings that of NAME.json
 * with what a module is set to.  0, or -1 with a sentence:
 * one bad module does not keep the others out, see ret_error when 0 too ("":
 * all are there).
 */
int vp_module_set_load(const char *folder, const char *state,
    const char *settings, struct vp_module_set *ret,
    char ret_error[VP_MODULE_ERROR]);
/* Stop the programs and free. */
void vp_module_set_close(struct vp_module_set *set);
struct vp_module *vp_module_find(struct vp_module_set *set, const char *name);

/* One module's part of a change. */
struct vp_module_step {
	void *module;       /* as the caller of the transaction asks it */
	const char *verb;   /* "setup", "modify", "delete", ... */
	json_t *parameters; /* with the id of the job; borrowed */
	/* results */
	json_t *undo;  /* owned by the transaction until it ends */
	int is_made;   /* 1: it, or perhaps it, was made */
	int is_broken; /* 1: could be neither made nor taken back */
	char words[VP_MODULE_ERROR]; /* why it is broken, or pending */
};

/* Ask a module of a step; parameters are borrowed. */
typedef void vp_module_ask(void *module, const char *verb, json_t *parameters,
    struct vp_module_answer *ret);

/*
 * Ask all but actions whether they would (validate), then make the steps in
 * their order. When one cannot be made, those before it are taken back, last
 * first. Returns the outcome: DONE (*ret_answer is that of the last), REFUSED
 * (*ret_answer tells what and which, all is as it was but for steps that are
 * broken), or BROKEN likewise.
 */
enum vp_module_outcome vp_module_transact(struct vp_module_step *steps,
    size_t count, vp_module_ask *ask, size_t *ret_which,
    struct vp_module_answer *ret_answer);

#endif
