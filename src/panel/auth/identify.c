#include "config.h"

#include "panel/auth/identify.h"

#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>

#include "base/text.h"
#include "panel/auth/account.h"
#include "panel/auth/grant.h"
#include "panel/auth/session.h"
#include "panel/auth/token.h"
#include "panel/settings.h"

/* The user at the other end of a connection to one of our Unix sockets: the
 * front could send any descriptor. */
static int
see_peer(const struct vhd_call *call, uid_t *ret_uid)
{
	const struct vhd_settings *settings = call->settings;
	struct sockaddr_un address;
	socklen_t size = sizeof address;
	struct ucred peer;

	memset(&address, 0, sizeof address);
	if (call->peer < 0 ||
	    getsockname(call->peer, (struct sockaddr *)&address, &size) != 0 ||
	    address.sun_family != AF_UNIX)
		return -1;
	size = sizeof peer;
	if (getsockopt(call->peer, SOL_SOCKET, SO_PEERCRED, &peer, &size) != 0)
		return -1;
	for (int i = 0; i < settings->count; i++)
		if (settings->addresses[i].kind == VHD_UNIX &&
		    strncmp(settings->addresses[i].text, address.sun_path,
			sizeof address.sun_path) == 0) {
			*ret_uid = peer.uid;
			return 0;
		}
	return -1;
}

int
vhd_identify(struct vhd_call *call)
{
	const char *authorization = call->request->headers[VHD_AUTHORIZATION];
	uid_t uid;

	call->who.role = VHD_ANON;
	/* Other schemes are those of a web server before us. */
	if (authorization && vhd_token_is_one(authorization))
		return vhd_token_identify(call);
	if (call->request->headers[VHD_COOKIE])
		return vhd_session_identify(call);
	if (see_peer(call, &uid) != 0 ||
	    (uid != 0 && uid != call->settings->worker_uid))
		return 0;
	call->who.role = VHD_SYSTEM;
	snprintf(call->who.name, sizeof call->who.name, VHD_PEER_PREFIX "%lu",
	    (unsigned long)uid);
	return 0;
}

int
vhd_identify_account(struct vhd_call *call, const struct vpop_user *user)
{
	struct vhd_who *who = &call->who;
	enum vhd_role role;

	if (vhd_grant_role(call, user, &role) != 0)
		return -1;
	json_decref(who->token_limits);
	memset(who, 0, sizeof *who);
	vhd_account_name(user, who->name);
	snprintf(who->user, sizeof who->user, "%s", user->name);
	snprintf(who->domain, sizeof who->domain, "%s", user->domain);
	who->at_home = vhd_account_role(user);
	who->role = role;
	return 0;
}

/* The user of a Unix socket, if he still may do everything. */
static int
become_peer(struct vhd_call *call, const char *name)
{
	int64_t uid;

	if (vp_number(name + strlen(VHD_PEER_PREFIX), 0, UINT32_MAX, &uid) !=
		0 ||
	    (uid != 0 && (uid_t)uid != call->settings->worker_uid))
		return 0;
	call->who.role = call->who.at_home = VHD_SYSTEM;
	(void)vp_copy(call->who.name, sizeof call->who.name, name);
	return 1;
}

static int
unavailable(struct vhd_call *call)
{
	vhd_problem(
	    call, 503, "unavailable", "who asks cannot be looked up now");
	return -1;
}

int
vhd_identify_named(struct vhd_call *call, const char *name, int64_t seq)
{
	const char *at = strchr(name, '@');
	char user_name[VPOP_USER_SIZE];
	struct vpop_user user;
	int rc;

	if (strncmp(name, VHD_PEER_PREFIX, strlen(VHD_PEER_PREFIX)) == 0)
		return become_peer(call, name);
	if (!at || vp_format(user_name, sizeof user_name, "%.*s",
		       (int)(at - name), name) != 0)
		return 0;
	rc = vpop_user_get(call->vp, user_name, at + 1, &user);
	if (rc != 0)
		return vpop_class(rc) == VPOP_CLASS_ABSENT ? 0
							   : unavailable(call);
	explicit_bzero(user.clear, sizeof user.clear);
	rc = vhd_account_was_deleted_after(call->vp, &user, seq);
	if (rc != 0)
		return rc < 0 ? unavailable(call) : 0;
	return vhd_identify_account(call, &user) == 0 ? 1 : -1;
}

static int
is_local(const char *address)
{
	return strncmp(address, "127.", 4) == 0 || strcmp(address, "::1") == 0;
}

int
vhd_is_private(struct vhd_call *call)
{
	if (call->request->kind != VHD_TCP || is_local(call->request->address))
		return 1;
	vhd_problem(call, 403, "insecure-connection",
	    "passwords and tokens are taken over TLS only");
	return 0;
}
