/*
 * Who asks.  What a request says of itself counts: a token, else a cookie;
 * only without them the user at the other end of a Unix socket, who as root
 * or as the owner of mail may do everything.
 *
 * Roles are looked up at every request: an account has what its flags and its
 * grant give it now.
 */
#ifndef PANEL_AUTH_IDENTIFY_H
#define PANEL_AUTH_IDENTIFY_H

#include "panel/api/call.h"

/* Of the name of somebody at a Unix socket. */
#define VHD_PEER_PREFIX "uid:"

/* Fill call->who; nobody is VHD_ANON.  0, or -1 after a problem. */
int vhd_identify(struct vhd_call *call);
/* The same for an account.  0, or -1 when its roles cannot be looked up,
 * after a problem. */
int vhd_identify_account(struct vhd_call *call, const struct vpop_user *user);
/* The same for who was "NAME@DOMAIN" or "uid:NUMBER" at a seq of the journal:
 * 1; 0: he is gone; or -1 after a problem. */
int vhd_identify_named(struct vhd_call *call, const char *name, int64_t seq);
/* 1 unless others may listen to the connection: secrets are not taken then,
 * and a problem is said. */
int vhd_is_private(struct vhd_call *call);

#endif
