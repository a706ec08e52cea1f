/*
 * The second factor of an account: an authenticator program, and ten recovery
 * codes for when it is lost.
 *
 * It is set up in two steps, so that nobody locks himself out: the secret is
 * shown, then a code made from it confirms that the program has it.  A code
 * is good once, a recovery code too.
 */
#ifndef PANEL_AUTH_FACTOR_H
#define PANEL_AUTH_FACTOR_H

#include "panel/auth/totp.h"
#include "panel/state/state.h"

#define VHD_RECOVERY_CODES 10
#define VHD_RECOVERY_SIZE  20 /* "xxxx-xxxx-xxxx-xxxx" */

struct vhd_factor {
	int is_on;
	int64_t created; /* 0: there is none, and none is being set up */
	int64_t codes;   /* recovery codes that are left */
};

/* All return 0, or -1 when the state is out of reach, or what they say. */
int vhd_factor_get(struct vhd_state *state, const char *account,
    struct vhd_factor *ret_factor);
/* Begin to set one up, again if need be; the account has none. */
int vhd_factor_begin(struct vhd_state *state, const char *account, int64_t now,
    unsigned char ret_key[VHD_TOTP_KEY]);
/* 1: the code is right, the factor holds from now on; 0: it is wrong. */
int vhd_factor_confirm(struct vhd_state *state, const char *account,
    int64_t now, const char *code,
    char ret_codes[VHD_RECOVERY_CODES][VHD_RECOVERY_SIZE]);
/* 1: the text is the code of now or a recovery code, and is used up. */
int vhd_factor_check(struct vhd_state *state, const char *account, int64_t now,
    const char *code);
/* New recovery codes instead of the old ones. */
int vhd_factor_renew(struct vhd_state *state, const char *account,
    char ret_codes[VHD_RECOVERY_CODES][VHD_RECOVERY_SIZE]);
int vhd_factor_remove(struct vhd_state *state, const char *account);

#endif
