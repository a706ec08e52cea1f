/* Changes that other programs make, for the change log. */
#include "config.h"

#include "vlogger.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "api/api.h"
#include "core/onchange.h"

VPOP_EXPORT int
logmessage(const char *cmd, const char *arg1, const char *arg2)
{
	AUTO_FREE char *first = strdup(arg1 ? arg1 : "");
	AUTO_FREE char *second = strdup(arg2 ? arg2 : "");
	struct vpop *vp = vp_api_handle();
	const struct vp_onchange change = { .command = cmd,
		.arg1 = first,
		.arg2 = second,
		.time = time(NULL) };

	if (!vp || !first || !second)
		return 1;
	return cmd && vp_onchange_log(vp, &change, 1) != 0;
}
