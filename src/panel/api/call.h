/*
 * One request while it is executed: who asks, what for, and the reply as it
 * is made.  A handler says its reply with one of the functions below and
 * returns; the last one counts.
 */
#ifndef PANEL_API_CALL_H
#define PANEL_API_CALL_H

#include <jansson.h>

#include "base/attr.h"
#include "panel/http/frame.h"
#include "panel/http/target.h"
#include "panel/res/place.h"
#include "vpop.h"

#define VHD_PARAMETERS_MAX 4
#define VHD_ID_SIZE        33 /* of sessions, tokens, jobs; with NUL */

enum vhd_role { /* bits, for the table of routes */
	VHD_ANON = 1,
	VHD_USER = 2,      /* of the own mailbox */
	VHD_DOMAIN = 4,    /* of the own domain */
	VHD_RESELLER = 8,  /* of several domains */
	VHD_OPERATOR = 16, /* sees all, sets passwords */
	VHD_SYSTEM = 32    /* may do everything */
};

struct vhd_who {
	enum vhd_role role;
	char name[VPOP_USER_SIZE +
		  VPOP_DOMAIN_SIZE];   /* for the journal: an
					* account's address, or "uid:0" */
	char user[VPOP_USER_SIZE];     /* of the account, or "" */
	char domain[VPOP_DOMAIN_SIZE]; /* its real domain, or "" */
	char session[VHD_ID_SIZE];     /* public id, or "" */
	int lacks_factor;              /* may only set up a second factor */
	char token[VHD_ID_SIZE];       /* the same of a token */
	json_t *token_limits;          /* what it is good for, or NULL */
	enum vhd_role at_home;         /* in the own domain, by its flags */
};

struct vhd_seal;
struct vhd_settings;
struct vhd_state;

struct vhd_call {
	struct vpop *vp;
	struct vhd_modules *modules;
	struct vhd_state *state; /* the panel's own, see state.h */
	const struct vhd_seal *seal;
	int jobs_fd;      /* wakes the process that runs jobs */
	int is_operation; /* of a job, which has been asked for before */
	const struct vhd_settings *settings;
	const struct vhd_route *route;
	struct vhd_place place; /* if the route is that of a module's */
	const struct vhd_request *request;
	struct vhd_target target;
	const char *parameter[VHD_PARAMETERS_MAX]; /* {..} of the path */
	struct vhd_who who;
	char domain[VPOP_DOMAIN_SIZE]; /* real name of that of the place, or of
					* what has its name; "": none */
	enum vhd_role acts_as; /* at the place: what gave him the right */
	int sees_own;          /* of a list of the site, the own domains only */
	int peer;              /* a descriptor of a Unix connection, or -1 */
	char csrf[VHD_ID_SIZE]; /* token of the session, or "" */
	json_t *body;           /* an object, or NULL */
	char job[VHD_ID_SIZE];  /* name of the change, or "": it has none yet */
	/* the reply */
	int status;
	json_int_t code; /* a VA_ code for a problem, or 0 */
	char *headers[VHD_REPLY_HEADERS];
	char *text;
	size_t text_size;
	int watch; /* a descriptor that goes with it: tells of new events; or
		    * -1 */
};

void vhd_call_clear(struct vhd_call *call);
/* Tell the journal who asks and from where. */
void vhd_call_actor(struct vhd_call *call);
/* A name for a change, which its module makes once. */
void vhd_call_new_job(char ret_job[VHD_ID_SIZE]);
/* Set a header, also of a problem that is said later. */
void vhd_call_header(struct vhd_call *call, enum vhd_reply_header header,
    const char *format, ...) VP_PRINTF(3, 4);
/* Reply with JSON, which is taken over. */
void vhd_call_json(struct vhd_call *call, int status, json_t *json);
/* Reply with a text, malloc'd, which is taken over, of the type that the
 * header says; NULL: there was no memory. */
void vhd_call_text(struct vhd_call *call, int status, char *text);
/* Reply without a body. */
void vhd_call_empty(struct vhd_call *call, int status);

/* ---- problem.c: RFC 9457 ---------------------------------------------- */

/* slug: the last part of the type. */
void vhd_problem(struct vhd_call *call, int status, const char *slug,
    const char *format, ...) VP_PRINTF(4, 5);
/* A field of the body, by its JSON pointer, is not as it must be. */
void vhd_problem_field(struct vhd_call *call, const char *pointer,
    const char *format, ...) VP_PRINTF(3, 4);
/* What the library said last. */
void vhd_problem_vpop(struct vhd_call *call, int code);
/* The state could not be read or written: 503; the log knows more. */
void vhd_problem_state(struct vhd_call *call);

#endif
