/* Only logins that read mail count: SMTP has authenticated itself. */
#include "config.h"

#include "runtime/roaming.h"

#include "core/relay.h"

int
vp_roaming_login(struct vpop *vp, const struct vp_session *session,
    enum vp_service service, const char *peer)
{
	if (!vp->set.roaming_users || service == VP_SMTP || peer[0] == '\0' ||
	    (session->user.flags & VPOP_NO_RELAY))
		return 0;

	int code = vp_relay_open(vp, peer);
	return code < 0 ? code : 0;
}
