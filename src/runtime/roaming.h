/* POP before SMTP: what a login does for its address (facts: runtime 5). */
#ifndef RUNTIME_ROAMING_H
#define RUNTIME_ROAMING_H

#include "core/login.h"

/* After a right password, with the privileges the program was started with:
 * let the peer relay, if the settings and the account allow it.  0, or a
 * code that is no reason to refuse the login. */
int vp_roaming_login(struct vpop *vp, const struct vp_session *session,
    enum vp_service service, const char *peer);

#endif
