/* Requests to vhostadmind over its local socket. */
#ifndef PANEL_CTL_REQUEST_H
#define PANEL_CTL_REQUEST_H

#include <jansson.h>

struct ctl; /* a connection */

struct ctl_reply {
	long status;
	char *etag, *location; /* or NULL */
	json_t *body;          /* or NULL */
};

/* socket: the path, borrowed.  NULL: no memory. */
struct ctl *ctl_open(const char *socket);
void ctl_close(struct ctl *ctl);

/*
 * path: below the interface's address, escaped.  match: for If-Match, or NULL;
 * "" stands for If-None-Match: *.  body: or NULL.  An answer of any status is
 * 0; -1 after having said that there was none.
 */
int ctl_request(struct ctl *ctl, const char *method, const char *path,
    const char *match, const json_t *body, struct ctl_reply *ret_reply);
void ctl_reply_clear(struct ctl_reply *reply);

/* Without whom a request makes no sense: a problem is said, and the exit
 * status set; 1 if the reply is one. */
int ctl_is_problem(const struct ctl_reply *reply, int *ret_exit);
/* GET; the body, or NULL after having said why and set the exit status. */
json_t *ctl_get(struct ctl *ctl, const char *path, int *ret_exit);

enum {
	CTL_OK,
	CTL_REFUSED,
	CTL_TROUBLE = 111, /* try again later */
	CTL_USAGE = 255
};

#endif
