#include "config.h"

#include "panel/api/route.h"
#include "panel/res/res.h"

#define ACCOUNT   "/api/v1/accounts/{a}"
#define FACTOR    ACCOUNT "/second-factor"
#define APPS      ACCOUNT "/app-passwords"
#define MODULES   "/api/v1/modules"
#define TOKENS    "/api/v1/tokens"
#define GRANTS    "/api/v1/grants"
#define JOBS      "/api/v1/jobs"
#define RESELLERS "/api/v1/resellers"

const struct vhd_route vhd_routes[] = {
	{ VHD_GET, "/api/v1/server/health", VHD_ANON | VHD_SYSTEM, VHD_LOCAL,
	    vhd_health, "whether it serves" },
	{ VHD_GET, "/api/v1/openapi.json", VHD_ANYBODY, VHD_ANY_TOKEN,
	    vhd_openapi, "this description" },
	{ VHD_GET, MODULES, VHD_SYSTEM | VHD_OPERATOR, 0, vhd_modules_show,
	    "modules, their resources and schemas" },
	{ VHD_GET, MODULES "/{m}", VHD_SYSTEM | VHD_OPERATOR, 0,
	    vhd_module_show, "a module and what it is set to" },
	{ VHD_PATCH, MODULES "/{m}", VHD_SYSTEM, VHD_BODY | VHD_IF_MATCHES,
	    vhd_module_change, "change what a module is set to" },
	{ VHD_POST, MODULES "/{m}/actions/reconcile", VHD_SYSTEM, VHD_BODY,
	    vhd_module_reconcile,
	    "compare what a module made with what there is" },
	{ VHD_GET, "/api/v1/search",
	    VHD_DOMAIN | VHD_RESELLER | VHD_OPERATOR | VHD_SYSTEM,
	    VHD_ANY_TOKEN, vhd_search, "find objects by their names" },
	{ VHD_POST, "/api/v1/sessions", VHD_ANON | VHD_ANYBODY,
	    VHD_BODY | VHD_ENROLS, vhd_session_create, "log in" },
	{ VHD_GET, "/api/v1/sessions/current", VHD_ANYBODY,
	    VHD_ENROLS | VHD_ANY_TOKEN, vhd_whoami, "who asks" },
	{ VHD_DELETE, "/api/v1/sessions/current", VHD_ANYBODY, VHD_ENROLS,
	    vhd_session_current_delete, "log out" },
	{ VHD_GET, ACCOUNT "/sessions", VHD_ANYBODY, 0, vhd_sessions_list,
	    "sessions of an account" },
	{ VHD_DELETE, ACCOUNT "/sessions", VHD_ANYBODY, 0, vhd_sessions_delete,
	    "end all sessions of an account but this one" },
	{ VHD_DELETE, ACCOUNT "/sessions/{s}", VHD_ANYBODY, 0,
	    vhd_session_delete, "end a session" },
	{ VHD_GET, FACTOR, VHD_ANYBODY, VHD_ENROLS, vhd_factor_show,
	    "second factor of an account" },
	{ VHD_POST, FACTOR, VHD_ANYBODY, VHD_BODY | VHD_ENROLS,
	    vhd_factor_setup, "begin to set up a second factor" },
	{ VHD_DELETE, FACTOR, VHD_SYSTEM, 0, vhd_factor_delete,
	    "take the second factor from an account" },
	{ VHD_POST, FACTOR "/actions/confirm", VHD_ANYBODY,
	    VHD_BODY | VHD_ENROLS, vhd_factor_confirm_setup,
	    "prove a new second factor" },
	{ VHD_POST, FACTOR "/actions/recovery-codes", VHD_ANYBODY, VHD_BODY,
	    vhd_factor_new_codes, "make new recovery codes" },
	{ VHD_POST, FACTOR "/actions/disable", VHD_ANYBODY, VHD_BODY,
	    vhd_factor_disable, "give the second factor up" },
	{ VHD_GET, APPS, VHD_ANYBODY, 0, vhd_app_passwords_list,
	    "app passwords of an account" },
	{ VHD_POST, APPS, VHD_ANYBODY, VHD_BODY, vhd_app_password_create,
	    "make an app password" },
	{ VHD_DELETE, APPS "/{i}", VHD_ANYBODY, 0, vhd_app_password_delete,
	    "delete an app password" },
	{ VHD_GET, TOKENS, VHD_ANYBODY, 0, vhd_tokens_list, "tokens" },
	{ VHD_POST, TOKENS, VHD_ANYBODY, VHD_BODY, vhd_token_create,
	    "make a token" },
	{ VHD_GET, TOKENS "/{t}", VHD_ANYBODY, 0, vhd_token_show, "a token" },
	{ VHD_DELETE, TOKENS "/{t}", VHD_ANYBODY, 0, vhd_token_delete,
	    "revoke a token" },
	{ VHD_GET, JOBS, VHD_ANYBODY, 0, vhd_jobs_list, "jobs" },
	{ VHD_GET, JOBS "/{j}", VHD_ANYBODY, 0, vhd_job_get,
	    "a job with its results" },
	{ VHD_DELETE, JOBS "/{j}", VHD_ANYBODY, 0, vhd_job_delete,
	    "cancel a job" },
	{ VHD_GET, GRANTS, VHD_SYSTEM, 0, vhd_grants_list,
	    "roles that were granted" },
	{ VHD_POST, GRANTS, VHD_SYSTEM, VHD_BODY, vhd_grant_create,
	    "grant a role" },
	{ VHD_GET, GRANTS "/{a}", VHD_SYSTEM, 0, vhd_grant_show,
	    "the role granted to an account" },
	{ VHD_DELETE, GRANTS "/{a}", VHD_SYSTEM, 0, vhd_grant_delete,
	    "take a role back" },
	{ VHD_GET, RESELLERS, VHD_SYSTEM, 0, vhd_resellers_list, "resellers" },
	{ VHD_GET, RESELLERS "/{a}", VHD_SYSTEM | VHD_RESELLER, 0,
	    vhd_reseller_show, "a reseller" },
	{ VHD_PATCH, RESELLERS "/{a}", VHD_SYSTEM, VHD_BODY | VHD_IF_MATCHES,
	    vhd_reseller_change, "change a reseller" },
};
const size_t vhd_routes_count = sizeof vhd_routes / sizeof *vhd_routes;
