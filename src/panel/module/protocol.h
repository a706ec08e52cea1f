/*
 * Lines of the conversation with a module's program (module(7)), made and
 * read; used by whoever waits for one program and by who waits for many.
 */
#ifndef PANEL_MODULE_PROTOCOL_H
#define PANEL_MODULE_PROTOCOL_H

#include <jansson.h>

#include "base/attr.h"
#include "panel/module/manifest.h"

#define VP_MODULE_LINE (1 << 20) /* bytes of a request or answer, at most */

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

/* Its input and output, which may be one socket, without blocking; line has
 * VP_MODULE_LINE + 1 bytes, of which used are read. */
struct vp_module_stream {
	int in, out;
	char *line;
	size_t used;
};

/* Say why it is broken; returns -1. */
int vp_module_broken(struct vp_module_answer *answer, const char *format, ...)
    VP_PRINTF(2, 3);

/* A request's line with its newline, malloc'd; NULL, and it is broken.
 * parameters (an object or NULL) are borrowed. */
char *vp_module_request(json_int_t id, const char *verb, json_t *parameters,
    size_t *ret_size, struct vp_module_answer *answer);
/* The parameters of the first request. */
json_t *vp_module_hello(const char *state, json_t *settings);
/* 0 if the answer to it, which is freed, is the right one. */
int vp_module_hello_check(struct vp_module_answer *answer);

/* Take what the program says.  1 when a line is whole, 0, or -1. */
int vp_module_read(
    struct vp_module_stream *stream, struct vp_module_answer *answer);
/* Give the program what is left of a request: 0 or -1. */
int vp_module_write(struct vp_module_stream *stream, const char *text,
    size_t size, size_t *done, struct vp_module_answer *answer);

/* Read an answer's line: 0, or -1 if it is not one to the request wanted.
 * *answer begins as zeros. */
int vp_module_answer_parse(
    const char *line, json_int_t wanted, struct vp_module_answer *answer);
/* The same of JSON, which is borrowed. */
int vp_module_answer_read(
    json_t *json, json_int_t wanted, struct vp_module_answer *answer);
/* A line that says the same, malloc'd; one that is broken has "broken" in
 * place of a result or an error. */
char *vp_module_answer_line(
    json_int_t id, const struct vp_module_answer *answer);
void vp_module_answer_free(struct vp_module_answer *answer);

#endif
