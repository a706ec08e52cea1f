/* The server itself. */
#include "config.h"

#include "panel/res/res.h"

/* It answers, and so does the account store. */
void
vhd_health(struct vhd_call *call)
{
	int rc = vpop_check(call->vp);

	if (rc != 0)
		vhd_problem_vpop(call, rc);
	else
		vhd_call_json(call, 200,
		    json_pack("{s:s, s:s}", "status", "ok", "version",
			vpop_version()));
}
