/* Verbs of root: a module asks by lines (module(7)). */
#ifndef PANEL_SUPERVISE_ROOTHELPER_H
#define PANEL_SUPERVISE_ROOTHELPER_H

#include <jansson.h>

#include "panel/module/protocol.h"

/* What a line asks for. */
struct vhd_root_request {
	json_int_t id;
	json_t *verb;  /* of the manifest, borrowed */
	json_t *input; /* owned */
};

/* 0, or -1 and a refusal. */
int vhd_root_parse(json_t *verbs, const char *line,
    struct vhd_root_request *ret, struct vp_module_answer *ret_answer);
/* Serve a program at the other end of fd until it closes its end. */
void vhd_root_serve(const struct vp_manifest *manifest, int fd);

#endif
