/* What a connection needs of the protocol beside executing requests. */
#include "config.h"

#include <string.h>

#include "daemons/vpopmaild/verbs.h"

void
vpd_session_init(struct vpd_session *session)
{
	memset(session, 0, sizeof *session);
}

void
vpd_greet(struct vpd_out *out)
{
	vpd_text(out, "+OK \r\n");
}

void
vpd_greet_failed(struct vpd_out *out)
{
	struct vpd_call call = { .out = out };

	vpd_error(&call, VPD_E_STORE, 101);
}

void
vpd_timeout(const struct vpd_session *session, struct vpd_out *out)
{
	struct vpd_call call = { .out = out };

	vpd_error(
	    &call, VPD_E_TIMEOUT, session->level == VPD_NOBODY ? 103 : 106);
}
