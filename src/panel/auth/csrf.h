/*
 * Requests that a browser was made to send by another site's page.
 *
 * Whatever changes something and says where it comes from (Origin,
 * Sec-Fetch-Site) must come from here; with a session it must repeat the
 * session's token besides, which other sites cannot read.
 */
#ifndef PANEL_AUTH_CSRF_H
#define PANEL_AUTH_CSRF_H

#include "panel/api/call.h"

/* 0, or -1 after the problem 403 "csrf". */
int vhd_csrf_check(struct vhd_call *call);

/* origins: those that the settings allow, separated by blanks; "": the host
 * that the request is for.  1 if the origin is one of them. */
int vhd_origin_is_ours(
    const char *origin, const char *origins, const char *host);

#endif
