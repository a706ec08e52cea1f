/* Proofs of who somebody is: password and second factor, throttled. */
#ifndef PANEL_AUTH_LOGIN_H
#define PANEL_AUTH_LOGIN_H

#include "panel/api/call.h"

struct vhd_proof {
	const char *account, *password;
	const char *code; /* NULL: none was given */
};

/*
 * 0 and the account, or -1 after a problem: 401 that tells nothing of what
 * was wrong, 403 if the password was right and a code is needed, 429, 503.
 * *ret_has_factor: a second factor was proved.
 */
int vhd_login_prove(struct vhd_call *call, const struct vhd_proof *proof,
    struct vpop_user *ret_user, int *ret_has_factor);

#endif
