/*
 * Deny by default.  First the roles that the caller has at the object: with
 * none it is as if it were not there.  Then whether the manifest gives one of
 * them the verb, and whether the domain denies its administrators the
 * permission, which counts for none but them.
 *
 * Roles add up: who administers a domain is a user at his own mailbox, and a
 * reseller may administer the domain that his account is in.
 */
#include "config.h"

#include "panel/auth/rights.h"

#include <string.h>
#include <strings.h>
#include <time.h>

#include "panel/api/route.h"
#include "panel/auth/grant.h"
#include "panel/auth/identify.h"
#include "panel/auth/throttle.h"
#include "panel/auth/token.h"
#include "panel/settings.h"

static int
refuse(struct vhd_call *call, int status, const char *slug, const char *words)
{
	vhd_problem(call, status, slug, "%s", words);
	return status;
}

static int
ask_to_sign_in(struct vhd_call *call)
{
	vhd_call_header(call, VHD_REPLY_AUTHENTICATE, "Peer, Bearer");
	return refuse(call, 401, "not-signed-in",
	    "log in, bring a token, or come by the Unix socket as root or as "
	    "the owner of mail");
}

static int
refuse_token(struct vhd_call *call)
{
	return refuse(
	    call, 403, "permission-denied", "the token is not good for this");
}

/* What the caller's token, if he has one, leaves him. */
static int
check_token(struct vhd_call *call, const char *resource, const char *domain)
{
	const json_t *limits = call->who.token_limits;

	if (!limits ||
	    vhd_token_allows(limits, vhd_method_names[call->route->method],
		resource, domain))
		return 0;
	return refuse_token(call);
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

/* The object of the site that has the name of the domain is the domain. */
static int
reach_as_reseller(const struct vhd_place *place, int is_owned)
{
	return is_owned || (!place->domain && !place->parent && !place->key);
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

unsigned
vhd_rights_at(const struct vhd_who *who, const struct vhd_place *place,
    const char *real_domain, int is_owned)
{
	unsigned roles = 0;

	if (who->role == VHD_ANON)
		return 0;
	if (who->role == VHD_SYSTEM)
		roles |= VP_MODULE_SYSTEM;
	if (who->role == VHD_OPERATOR)
		roles |= VP_MODULE_OPERATOR;
	if (who->role == VHD_RESELLER && reach_as_reseller(place, is_owned))
		roles |= VP_MODULE_RESELLER;
	if (who->at_home == VHD_DOMAIN &&
	    reach_as_domain(who, place, real_domain))
		roles |= VP_MODULE_DOMAIN;
	if (reach_as_user(who, place, real_domain))
		roles |= VP_MODULE_USER;
	return roles;
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

int
vhd_rights_bit(const struct vhd_deed *deed)
{
	switch (deed->method) {
	case VHD_POST:
		return deed->action ? VPOP_DENY_MODIFY : VPOP_DENY_CREATE;
	case VHD_PUT:
	case VHD_PATCH:
		return VPOP_DENY_MODIFY;
	case VHD_DELETE:
		return VPOP_DENY_DELETE;
	default:
		return 0;
	}
}

static struct vhd_deed
deed_of(const struct vhd_call *call)
{
	return (struct vhd_deed){ .resource = call->place.resource,
		.action = call->place.action,
		.method = call->route->method };
}

static int
check_permission(struct vhd_call *call)
{
	const struct vhd_deed deed = deed_of(call);
	json_t *names = deed.resource->permission;
	struct vpop_limits limits;
	const char *name;
	int bit = vhd_rights_bit(&deed), rc;

	if (!names || bit == 0 || strcmp(call->who.user, "postmaster") == 0)
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

/* ---- accounts that may do more ---------------------------------------- */

/* The mailbox that a place is of, or NULL. */
static const char *
mailbox_of(const struct vhd_place *place)
{
	const struct vp_module_resource *resource = place->resource;

	if (!place->domain)
		return NULL;
	if (resource->within)
		return strcmp(resource->within->name, "users") == 0
			   ? place->parent
			   : NULL;
	return strcmp(resource->name, "users") == 0 ? place->key : NULL;
}

/* Nobody changes an account that may do more than he: with its password he
 * would be it. */
static int
check_subject(struct vhd_call *call, const char *real_domain)
{
	const char *mailbox = mailbox_of(&call->place);
	enum vhd_role role;
	struct vpop_user user;
	int rc;

	if (!mailbox || call->route->method == VHD_GET)
		return 0;
	rc = vpop_user_get(call->vp, mailbox, real_domain, &user);
	if (rc != 0 && vpop_class(rc) == VPOP_CLASS_TEMPORARY) {
		vhd_problem_vpop(call, rc);
		return call->status;
	}
	if (rc != 0)
		return 0;
	explicit_bzero(user.clear, sizeof user.clear);
	if (vhd_grant_role(call, &user, &role) != 0)
		return call->status;
	if (role <= call->who.role)
		return 0;
	return refuse(call, 403, "permission-denied",
	    "this account may do more than you");
}

/* ---- all of it -------------------------------------------------------- */

unsigned
vhd_rights_given(const struct vhd_deed *deed)
{
	if (deed->action)
		return deed->action->roles;
	return deed->method == VHD_GET ? deed->resource->read
				       : deed->resource->write;
}

/* The real name of the domain that a place is of, or that has its name;
 * 0, or the status of a problem. */
static int
real_domain(struct vhd_call *call, char ret_name[VPOP_DOMAIN_SIZE])
{
	const struct vhd_place *place = &call->place;
	const char *name = place->domain;
	struct vpop_domain domain;
	int rc;

	*ret_name = '\0';
	if (!name)
		name = place->parent ? place->parent : place->key;
	if (!name)
		return 0;
	rc = vpop_domain_get(call->vp, name, &domain);
	if (rc == 0)
		memcpy(ret_name, domain.real, VPOP_DOMAIN_SIZE);
	if (rc == 0 ||
	    (!place->domain && vpop_class(rc) != VPOP_CLASS_TEMPORARY))
		return 0;
	vhd_problem_vpop(call, rc);
	return call->status;
}

/* What is not in the caller's reach, or his token's, is as if it were not
 * there. */
static int
check_reach(struct vhd_call *call, const char *domain, unsigned *ret_roles)
{
	const struct vhd_who *who = &call->who;
	int is_owned = 0;

	if (who->role == VHD_RESELLER && *domain)
		is_owned = vhd_grant_owns(call, who->name, domain);
	if (is_owned < 0)
		return call->status;
	*ret_roles = vhd_rights_at(who, &call->place, domain, is_owned);
	call->sees_own =
	    call->place.is_list && !call->place.domain && !call->place.parent &&
	    !(*ret_roles & (VP_MODULE_SYSTEM | VP_MODULE_OPERATOR));
	return *ret_roles
		   ? 0
		   : refuse(call, 404, "not-found", "there is no such object");
}

enum vhd_role
vhd_rights_greatest(unsigned roles)
{
	static const struct {
		unsigned bit;
		enum vhd_role role;
	} order[] = {
		{ VP_MODULE_SYSTEM, VHD_SYSTEM },
		{ VP_MODULE_OPERATOR, VHD_OPERATOR },
		{ VP_MODULE_RESELLER, VHD_RESELLER },
		{ VP_MODULE_DOMAIN, VHD_DOMAIN },
		{ VP_MODULE_USER, VHD_USER },
	};

	for (size_t i = 0; i < sizeof order / sizeof *order; i++)
		if (roles & order[i].bit)
			return order[i].role;
	return VHD_ANON;
}

static int
decide(struct vhd_call *call, const char *domain, unsigned roles)
{
	const struct vhd_deed deed = deed_of(call);
	unsigned may = vhd_rights_given(&deed);

	call->acts_as = vhd_rights_greatest(roles & may);
	if (!(roles & may))
		return refuse(call, 403, "permission-denied",
		    "this is not for you to do");
	if (!(roles & may & ~(unsigned)VP_MODULE_DOMAIN)) {
		int status = check_permission(call);

		if (status != 0)
			return status;
	}
	return check_subject(call, domain);
}

/* What is for anybody is asked for by strangers only so often. */
static int
check_stranger(struct vhd_call *call)
{
	const struct vhd_attempt attempt = {
		.account_limit = INT32_MAX,
		.address_limit = call->settings->anonymous_per_address,
		.forget = call->settings->login_forget_seconds,
		.account = "",
		.address = call->request->address,
		.now = time(NULL),
	};
	struct vhd_rate rate;
	int64_t wait;

	if (call->who.role != VHD_ANON || call->route->method == VHD_GET)
		return 0;
	if (!vhd_is_private(call))
		return call->status;
	wait = vhd_throttle_take(call->state, &attempt, &rate);
	vhd_throttle_tell(call, &rate);
	if (wait < 0)
		vhd_problem_state(call);
	if (wait <= 0)
		return wait == 0 ? 0 : call->status;
	vhd_call_header(call, VHD_REPLY_RETRY, "%lld", (long long)wait);
	return refuse(call, 429, "too-many-requests",
	    "too much was asked for from this address; try again later");
}

int
vhd_rights_check(struct vhd_call *call)
{
	const struct vhd_deed deed = deed_of(call);
	unsigned roles = 0;
	int status;

	if (vhd_rights_given(&deed) & VP_MODULE_ANON) {
		call->acts_as = call->who.role;
		status = check_stranger(call);
		if (status == 0 && call->place.action)
			status = real_domain(call, call->domain);
		return status != 0 ? status
				   : check_token(call, deed.resource->name, "");
	}
	if (call->who.role == VHD_ANON)
		return ask_to_sign_in(call);
	status = real_domain(call, call->domain);
	if (status == 0)
		status = check_reach(call, call->domain, &roles);
	if (status == 0)
		status =
		    check_token(call, call->place.resource->name, call->domain);
	call->acts_as = call->who.role;
	if (status != 0 || call->who.role == VHD_SYSTEM)
		return status;
	return decide(call, call->domain, roles);
}

int
vhd_rights_token(const struct vhd_call *call, const struct vhd_route *route)
{
	const char *name = route->pattern + sizeof VHD_API;
	AUTO_FREE char *resource = strndup(name, strcspn(name, "/"));

	return !call->who.token_limits || route->flags & VHD_ANY_TOKEN ||
	       (resource && vhd_token_allows(call->who.token_limits,
				vhd_method_names[route->method], resource, ""));
}

int
vhd_rights_check_fixed(struct vhd_call *call)
{
	if (!(call->route->roles & call->who.role))
		return call->who.role == VHD_ANON
			   ? ask_to_sign_in(call)
			   : refuse(call, 403, "permission-denied",
				 "this is not for you to do");
	return vhd_rights_token(call, call->route) ? 0 : refuse_token(call);
}
