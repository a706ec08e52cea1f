/*
 * A module's program while it runs: one request a line on its standard
 * input, one answer a line on its standard output (module(7)).
 *
 * A program that does not answer in time, answers something else, says more
 * than it was asked for, or ends, is broken: it is killed with all that it
 * started, and the next call starts it again.  The caller ignores SIGPIPE.
 */
#ifndef PANEL_MODULE_PROCESS_H
#define PANEL_MODULE_PROCESS_H

#include <sys/types.h>

#include "panel/module/manifest.h"
#include "panel/module/protocol.h"

struct vp_child_as;

struct vp_module {
	const struct vp_manifest *manifest;
	char *state;                  /* folder in which it may write */
	json_t *settings;             /* as its schema says, or NULL */
	const struct vp_child_as *as; /* NULL: as we are */
	/* owned by process.c */
	pid_t pid; /* 0: does not run */
	struct vp_module_stream stream;
	json_int_t last_id;
};

/* Ask for a verb with parameters (an object, borrowed, or NULL).  Starts the
 * program if it does not run.  Free the answer with _answer_free. */
void vp_module_call(struct vp_module *module, const char *verb,
    json_t *parameters, struct vp_module_answer *ret);
/* Close its input, wait a moment, kill it.  1 if it ended by itself. */
int vp_module_stop(struct vp_module *module);
/* The same without waiting. */
void vp_module_kill(struct vp_module *module);

#endif
