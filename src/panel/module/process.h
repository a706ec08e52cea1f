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

#define VP_MODULE_LINE (1 << 20) /* bytes of a request or answer, at most */

struct vp_child_as;

struct vp_module {
	const struct vp_manifest *manifest;
	char *state;                  /* folder in which it may write */
	json_t *settings;             /* as its schema says, or NULL */
	const struct vp_child_as *as; /* NULL: as we are */
	/* owned by process.c */
	pid_t pid; /* 0: does not run */
	int in, out;
	char *line;
	size_t used;
	json_int_t last_id;
};

enum vp_module_outcome {
	VP_MODULE_DONE,    /* result */
	VP_MODULE_REFUSED, /* code, words and perhaps pointer */
	VP_MODULE_BROKEN   /* words */
};

struct vp_module_answer {
	enum vp_module_outcome outcome;
	json_t *result; /* owned */
	char code[32];  /* "not-found", "exists", "invalid" ...: module(7) */
	char words[VP_MODULE_ERROR];
	json_int_t number; /* a VA_ code (vpop_codes.h), or 0 */
	char pointer[256]; /* which part of the object is wrong */
};

/* Ask for a verb with parameters (an object, borrowed, or NULL).  Starts the
 * program if it does not run.  Free the answer with _answer_free. */
void vp_module_call(struct vp_module *module, const char *verb,
    json_t *parameters, struct vp_module_answer *ret);
/* Read an answer's line: 0, or -1 if it is not one to the request wanted.
 * *answer begins as zeros. */
int vp_module_answer_parse(
    const char *line, json_int_t wanted, struct vp_module_answer *answer);
void vp_module_answer_free(struct vp_module_answer *answer);
/* Close its input, wait a moment, kill it.  1 if it ended by itself. */
int vp_module_stop(struct vp_module *module);
/* The same without waiting. */
void vp_module_kill(struct vp_module *module);

#endif
