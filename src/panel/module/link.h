/*
 * A connection to the supervisor of modules: a request a line, with the name
 * of the module, and the answer of its program.
 */
#ifndef PANEL_MODULE_LINK_H
#define PANEL_MODULE_LINK_H

#include "panel/module/protocol.h"

struct vp_module_link {
	const char *socket; /* its path */
	int fd;             /* -1: not connected */
	int workers;        /* who asks is one of so many; 0: of none */
	json_int_t id;
};

/*
 * Ask within so many seconds.  parameters (an object or NULL) are borrowed;
 * module NULL: the supervisor itself.  A supervisor that is not there is a
 * refusal, "unavailable"; one that was lost while it had the request makes it
 * broken, for nobody knows what was done.
 */
void vp_module_link_ask(struct vp_module_link *link, const char *module,
    const char *verb, json_t *parameters, int seconds,
    struct vp_module_answer *ret);
void vp_module_link_close(struct vp_module_link *link);

#endif
