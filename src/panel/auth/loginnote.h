/*
 * Logins that failed, for the journal.
 *
 * They are noted in the state, for accounts that there are and for those that
 * there are not alike, so that the time of an answer tells nothing; the
 * process for jobs makes facts of them (user.login.failed, user.login.locked),
 * of accounts that there are, one a minute (an hour) for an account and so
 * many in all: whoever guesses cannot fill the journal.
 */
#ifndef PANEL_AUTH_LOGINNOTE_H
#define PANEL_AUTH_LOGINNOTE_H

#include "panel/api/site.h"
#include "panel/auth/throttle.h"

enum vhd_login_note { VHD_LOGIN_FAILED, VHD_LOGIN_LOCKED };

/* 0, or -1. */
int vhd_login_note(struct vhd_state *state, enum vhd_login_note what,
    const struct vhd_attempt *attempt);
/* Make facts of some; what fails is logged, and done by a later call. */
void vhd_login_tell(struct vhd_site *site);

#endif
