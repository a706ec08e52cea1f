/*
 * Roaming users: addresses that may relay after a login.  Programs call these
 * because of how they were compiled; whether there are such users is a
 * setting.
 */
#include "config.h"

#include "core/relay.h"

#include "api/api.h"
#include "core/name.h"
#include "vpopmail.h"

VPOP_EXPORT int
open_smtp_relay(void)
{
	struct vpop *vp = vp_api_handle();
	char ip[VPOP_IP_SIZE];
	int code;

	if (!vp)
		return verrori;
	vp_peer_ip(ip);
	if (ip[0] == '\0' || !vp->set.roaming_users)
		return 0;
	code = vp_relay_open(vp, ip);
	return vp_api_result(code < 0 ? code : 0);
}

VPOP_EXPORT int
update_rules(void)
{
	struct vpop *vp = vp_api_handle();

	if (!vp)
		return vp_api_plain(verrori);
	return vp_api_plain(vp->set.roaming_users ? vp_relay_rebuild(vp) : 0);
}
