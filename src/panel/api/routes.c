#include "config.h"

#include "panel/api/route.h"
#include "panel/res/res.h"

#define ACCOUNT   "/api/v1/accounts/{a}"
#define FACTOR    ACCOUNT "/second-factor"
#define APPS      ACCOUNT "/app-passwords"
#define TOKENS    "/api/v1/tokens"
#define GRANTS    "/api/v1/grants"
#define RESELLERS "/api/v1/resellers"

const struct vhd_route vhd_routes[] = {
	{ VHD_GET, "/api/v1/server/health", VHD_ANON | VHD_SYSTEM, VHD_LOCAL,
	    vhd_health },
	{ VHD_POST, "/api/v1/sessions", VHD_ANON | VHD_ANYBODY,
	    VHD_BODY | VHD_ENROLS, vhd_session_create },
	{ VHD_GET, "/api/v1/sessions/current", VHD_ANYBODY, VHD_ENROLS,
	    vhd_whoami },
	{ VHD_DELETE, "/api/v1/sessions/current", VHD_ANYBODY, VHD_ENROLS,
	    vhd_session_current_delete },
	{ VHD_GET, ACCOUNT "/sessions", VHD_ANYBODY, 0, vhd_sessions_list },
	{ VHD_DELETE, ACCOUNT "/sessions", VHD_ANYBODY, 0,
	    vhd_sessions_delete },
	{ VHD_DELETE, ACCOUNT "/sessions/{s}", VHD_ANYBODY, 0,
	    vhd_session_delete },
	{ VHD_GET, FACTOR, VHD_ANYBODY, VHD_ENROLS, vhd_factor_show },
	{ VHD_POST, FACTOR, VHD_ANYBODY, VHD_BODY | VHD_ENROLS,
	    vhd_factor_setup },
	{ VHD_DELETE, FACTOR, VHD_SYSTEM, 0, vhd_factor_delete },
	{ VHD_POST, FACTOR "/actions/confirm", VHD_ANYBODY,
	    VHD_BODY | VHD_ENROLS, vhd_factor_confirm_setup },
	{ VHD_POST, FACTOR "/actions/recovery-codes", VHD_ANYBODY, VHD_BODY,
	    vhd_factor_new_codes },
	{ VHD_POST, FACTOR "/actions/disable", VHD_ANYBODY, VHD_BODY,
	    vhd_factor_disable },
	{ VHD_GET, APPS, VHD_ANYBODY, 0, vhd_app_passwords_list },
	{ VHD_POST, APPS, VHD_ANYBODY, VHD_BODY, vhd_app_password_create },
	{ VHD_DELETE, APPS "/{i}", VHD_ANYBODY, 0, vhd_app_password_delete },
	{ VHD_GET, TOKENS, VHD_ANYBODY, 0, vhd_tokens_list },
	{ VHD_POST, TOKENS, VHD_ANYBODY, VHD_BODY, vhd_token_create },
	{ VHD_GET, TOKENS "/{t}", VHD_ANYBODY, 0, vhd_token_show },
	{ VHD_DELETE, TOKENS "/{t}", VHD_ANYBODY, 0, vhd_token_delete },
	{ VHD_GET, GRANTS, VHD_SYSTEM, 0, vhd_grants_list },
	{ VHD_POST, GRANTS, VHD_SYSTEM, VHD_BODY, vhd_grant_create },
	{ VHD_GET, GRANTS "/{a}", VHD_SYSTEM, 0, vhd_grant_show },
	{ VHD_DELETE, GRANTS "/{a}", VHD_SYSTEM, 0, vhd_grant_delete },
	{ VHD_GET, RESELLERS, VHD_SYSTEM, 0, vhd_resellers_list },
	{ VHD_GET, RESELLERS "/{a}", VHD_SYSTEM | VHD_RESELLER, 0,
	    vhd_reseller_show },
	{ VHD_PATCH, RESELLERS "/{a}", VHD_SYSTEM, VHD_BODY | VHD_IF_MATCHES,
	    vhd_reseller_change },
};
const size_t vhd_routes_count = sizeof vhd_routes / sizeof *vhd_routes;
