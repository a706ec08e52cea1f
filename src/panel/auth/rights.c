/*
 * Deny by default.  First whether the object is in the caller's reach: if
 * not, it is as if it were not there.  Then whether the manifest gives his
 * role the verb, then whether his domain is denied the permission.
 *
 * Who administers a domain has the rights of a user at his own mailbox, too:
 * there no permission of the domain counts.
 */
#include "config.h"

#include "panel/auth/rights.h"

#include <string.h>
#include <strings.h>

#include "panel/api/route.h"

static const struct {
	enum vhd_role role;
	enum vp_module_role bit;
} roles[] = {
	{ VHD_SYSTEM, VP_MODULE_SYSTEM },
	{ VHD_OPERATOR, VP_MODULE_OPERATOR },
	{ VHD_RESELLER, VP_MODULE_RESELLER },
	{ VHD_DOMAIN, VP_MODULE_DOMAIN },
	{ VHD_USER, VP_MODULE_USER },
};

static unsigned
bit_of(enum vhd_role role)
{
	for (size_t i = 0; i < sizeof roles / sizeof *roles; i++)
		if (roles[i].role == role)
			return roles[i].bit;
	return 0;
}

/* ---- reach ------------------------------------------------------------ */

/* What belongs to a mailbox has its name as key, or is within it. */
static int
is_own_mailbox(const struct vhd_who *who, const struct vhd_place *place,
    const char *real_domain)
{
	const char *owner = place->parent ? place->parent : place->key;

	return owner && *who->user &&
	       strcasecmp(real_domain, who->domain) == 0 &&
	       strcasecmp(owner, who->user) == 0;
}

static int
reach_as_user(const struct vhd_who *who, const struct vhd_place *place,
    const char *real_domain)
{
	if (is_own_mailbox(who, place, real_domain))
		return 1;
	/* What there is once in his domain, or once at all. */
	return !place->parent && !place->key && !place->is_list &&
	       (!place->domain || strcasecmp(real_domain, who->domain) == 0);
}

static int
reach_as_domain(const struct vhd_who *who, const struct vhd_place *place,
    const char *real_domain)
{
	const char *key = place->parent ? place->parent : place->key;

	if (place->domain)
		return strcasecmp(real_domain, who->domain) == 0;
	/* Of the objects of the site only that which has the domain's name. */
	return !key || strcasecmp(key, who->domain) == 0;
}

int
vhd_rights_reach(const struct vhd_who *who, const struct vhd_place *place,
    const char *real_domain)
{
	switch (who->role) {
	case VHD_SYSTEM:
	case VHD_OPERATOR:
		return 1;
	case VHD_DOMAIN:
		return reach_as_domain(who, place, real_domain);
	case VHD_USER:
		return reach_as_user(who, place, real_domain);
	default:
		return 0;
	}
}

/* ---- permissions ------------------------------------------------------ */

const char *
vhd_rights_denied(const struct vpop_limits *limits, json_t *names, int bit)
{
	const struct {
		const char *name;
		int denied;
	} permissions[] = {
		{ "account", limits->perm_account },
		{ "alias", limits->perm_alias },
		{ "forward", limits->perm_forward },
		{ "autoresponder", limits->perm_autoresponder },
		{ "maillist", limits->perm_maillist },
		{ "maillist_users", limits->perm_maillist_users },
		{ "maillist_moderators", limits->perm_maillist_moderators },
		{ "quota", limits->perm_quota },
		{ "defaultquota", limits->perm_defaultquota },
	};
	json_t *name;
	size_t i;

	json_array_foreach(names, i, name)
	{
		for (size_t p = 0; p < sizeof permissions / sizeof *permissions;
		     p++)
			if (permissions[p].denied & bit &&
			    strcmp(permissions[p].name,
				json_string_value(name)) == 0)
				return permissions[p].name;
	}
	return NULL;
}

/* The bit of a method that changes something, or 0. */
static int
denial_of(const struct vhd_call *call)
{
	switch (call->route->method) {
	case VHD_POST:
		return call->place.action ? VPOP_DENY_MODIFY : VPOP_DENY_CREATE;
	case VHD_PUT:
	case VHD_PATCH:
		return VPOP_DENY_MODIFY;
	case VHD_DELETE:
		return VPOP_DENY_DELETE;
	default:
		return 0;
	}
}

static int
refuse(struct vhd_call *call, int status, const char *slug, const char *words)
{
	vhd_problem(call, status, slug, "%s", words);
	return status;
}

static int
check_permission(struct vhd_call *call)
{
	json_t *names = call->place.resource->permission;
	struct vpop_limits limits;
	const char *name;
	int bit = denial_of(call), rc;

	if (call->who.role != VHD_DOMAIN || !names || bit == 0 ||
	    strcmp(call->who.user, "postmaster") == 0)
		return 0;
	rc = vpop_limits_get(call->vp, call->who.domain, &limits);
	if (rc != 0) {
		vhd_problem_vpop(call, rc);
		return call->status;
	}
	name = vhd_rights_denied(&limits, names, bit);
	if (!name)
		return 0;
	vhd_problem(call, 403, "permission-denied",
	    "the limits of the domain deny this to its administrators "
	    "(perm_%s)",
	    name);
	return 403;
}

/* ---- all of it -------------------------------------------------------- */

static unsigned
roles_that_may(const struct vhd_call *call)
{
	const struct vhd_place *place = &call->place;

	if (place->action)
		return place->action->roles;
	return call->route->method == VHD_GET ? place->resource->read
					      : place->resource->write;
}

/* The real name of the place's domain; 0, or the status of a problem. */
static int
real_domain(struct vhd_call *call, char ret_name[VPOP_DOMAIN_SIZE])
{
	struct vpop_domain domain;
	int rc;

	*ret_name = '\0';
	if (!call->place.domain)
		return 0;
	rc = vpop_domain_get(call->vp, call->place.domain, &domain);
	if (rc != 0) {
		vhd_problem_vpop(call, rc);
		return call->status;
	}
	memcpy(ret_name, domain.real, VPOP_DOMAIN_SIZE);
	return 0;
}

int
vhd_rights_check(struct vhd_call *call)
{
	const struct vhd_who *who = &call->who;
	char domain[VPOP_DOMAIN_SIZE];
	unsigned may = roles_that_may(call);
	int status;

	if (who->role == VHD_ANON) {
		vhd_call_header(call, VHD_REPLY_AUTHENTICATE, "Peer");
		return refuse(call, 401, "not-signed-in", "log in first");
	}
	status = real_domain(call, domain);
	if (status == 0 && !vhd_rights_reach(who, &call->place, domain))
		status =
		    refuse(call, 404, "not-found", "there is no such object");
	if (status != 0 || who->role == VHD_SYSTEM)
		return status;
	if (may & VP_MODULE_USER && is_own_mailbox(who, &call->place, domain))
		return 0;
	if (!(may & bit_of(who->role)))
		return refuse(call, 403, "permission-denied",
		    "this is not for you to do");
	return check_permission(call);
}
