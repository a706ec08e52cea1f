/* Roaming users: addresses that may relay after a login. */
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
	if (ip[0] == '\0')
		return 0;
	code = vp_relay_open(vp, ip);
	return vp_api_result(code < 0 ? code : 0);
}

VPOP_EXPORT int
update_rules(void)
{
	struct vpop *vp = vp_api_handle();

	return vp_api_plain(vp ? vp_relay_rebuild(vp) : verrori);
}
