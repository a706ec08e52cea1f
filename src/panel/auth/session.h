/*
 * Sessions of browsers.
 *
 * A session is an account that has given its password.  It ends by itself
 * when it was not used for a time, or is too old, or when the account is
 * deleted, gets another password, or may do less than it could at login; the
 * account is looked up at every request, so what it may do now counts.
 */
#ifndef PANEL_AUTH_SESSION_H
#define PANEL_AUTH_SESSION_H

#include "panel/auth/account.h"

#define VHD_SESSIONS_PER_ACCOUNT 50

/*
 * If the request has our cookie, say in call->who and call->csrf whose it is.
 * 0, also when it is nobody's; -1 after a problem: nobody could find out.
 */
int vhd_session_identify(struct vhd_call *call);
/* A new one for somebody who has proved who he is; with_factor: by a second
 * factor too.  The cookie is set, call->who is him.  0, or -1 after a
 * problem. */
int vhd_session_begin(
    struct vhd_call *call, const struct vpop_user *user, int with_factor);
/* The reply takes the cookie from the browser. */
void vhd_session_forget_cookie(struct vhd_call *call);
/* Note that this session has proved a second factor: it gets another cookie,
 * and call->csrf is the token of that.  0 or -1. */
int vhd_session_add_factor(struct vhd_call *call);

/* ---- session_list.c --------------------------------------------------- */

/* An account's sessions, newest first, or the one with the public id (NULL:
 * all): an array; or NULL after a problem. */
json_t *vhd_session_list(
    struct vhd_call *call, const char *account, const char *id);
/* End an account's sessions and publish it: the one with the public id; if
 * that is NULL, all but the one with the public id but (NULL: all).  How
 * many, or -1 after a problem. */
int vhd_session_end(struct vhd_call *call, const char *account, const char *id,
    const char *but);
/* A fact of the type, for the journal. */
void vhd_session_publish(struct vhd_call *call, const char *type,
    const char *id, const char *account, const char *address);

#endif
