#include "config.h"

#include "panel/api/route.h"
#include "panel/res/res.h"

#define USERS "/api/v1/domains/{d}/users"
#define USER  USERS "/{u}"

const struct vhd_route vhd_routes[] = {
	{ VHD_GET, "/api/v1/server/health", VHD_ANON | VHD_SYSTEM, VHD_LOCAL,
	    vhd_health },
	{ VHD_GET, "/api/v1/sessions/current", VHD_SYSTEM, 0, vhd_whoami },
	{ VHD_GET, USERS, VHD_SYSTEM, 0, vhd_users_list },
	{ VHD_POST, USERS, VHD_SYSTEM, VHD_BODY, vhd_user_add },
	{ VHD_GET, USER, VHD_SYSTEM, 0, vhd_user_get },
	{ VHD_PATCH, USER, VHD_SYSTEM, VHD_BODY | VHD_IF_MATCHES,
	    vhd_user_change },
	{ VHD_DELETE, USER, VHD_SYSTEM, VHD_IF_MATCHES, vhd_user_delete },
};
const size_t vhd_routes_count = sizeof vhd_routes / sizeof *vhd_routes;
