/*
 * The table of routes: the only place that says which addresses there are,
 * who may use them, and what a request must bring.
 */
#ifndef PANEL_API_ROUTE_H
#define PANEL_API_ROUTE_H

#include "panel/api/call.h"

enum vhd_route_flag {
	VHD_LOCAL = 1,      /* only on a Unix socket */
	VHD_BODY = 2,       /* has a JSON object as body */
	VHD_IF_MATCHES = 4, /* a change: If-Match must say of what */
	VHD_ENROLS = 8,     /* also for who must set up a second factor first */
	VHD_ANY_TOKEN = 16  /* whatever a token is limited to */
};

/* Whoever is somebody. */
#define VHD_ANYBODY                                                            \
	(VHD_USER | VHD_DOMAIN | VHD_RESELLER | VHD_OPERATOR | VHD_SYSTEM)

struct vhd_route {
	enum vhd_method method;
	const char *pattern; /* with {d} a domain, {u} a mailbox */
	unsigned roles;      /* enum vhd_role; who is none of them is refused */
	unsigned flags;
	void (*handle)(struct vhd_call *call);
	const char *summary; /* for people who read the description */
	const char *query;   /* arguments, each with a blank behind it: texts,
			      * or of a type ("limit:integer "); NULL: none */
};

extern const struct vhd_route vhd_routes[];
extern const size_t vhd_routes_count;

/*
 * Find the route of a call and its parameters.  0, or the status of the
 * refusal (404, 405 with the header Allow) after having said it.
 */
int vhd_route_find(struct vhd_call *call);
/* Whether the caller may use the call's route.  0, or the status of the
 * refusal after having said it. */
int vhd_route_authorise(struct vhd_call *call);
/* Both, then the checks of the body, then the handler. */
void vhd_route_run(struct vhd_call *call);

#endif
