/*
 * What somebody may do, by the rules that his requests are held against: the
 * manifests for objects of modules, the table of routes for the panel's own.
 * It says what is in general: that an account may do more than he, or that an
 * object refuses, is known when it is tried.
 */
#include "config.h"

#include "panel/auth/rights.h"

#include <string.h>

#include "panel/api/route.h"
#include "panel/auth/token.h"
#include "panel/module/client.h"

/* Where. */
struct view {
	const struct vhd_who *who;
	const struct vhd_modules *modules;
	const char *name;   /* of a domain, or NULL: of the site */
	const char *object; /* that is looked at; "": not the own mailbox */
	const char *domain; /* what a token must be good for */
	int is_owned, is_mailbox;
	const struct vpop_limits *limits; /* NULL: they deny nothing */
};

static const struct {
	enum vp_module_can can;
	const char *name;
} verbs[] = {
	{ VP_MODULE_LIST, "list" },
	{ VP_MODULE_GET, "get" },
	{ VP_MODULE_SETUP, "setup" },
	{ VP_MODULE_MODIFY, "modify" },
	{ VP_MODULE_DELETE, "delete" },
};

/* ---- one deed --------------------------------------------------------- */

static enum vhd_method
method_of(const struct vp_module_resource *resource, enum vp_module_can verb)
{
	switch (verb) {
	case VP_MODULE_SETUP:
		return resource->key ? VHD_POST : VHD_PUT;
	case VP_MODULE_MODIFY:
		return resource->can & VP_MODULE_GET ? VHD_PATCH : VHD_PUT;
	case VP_MODULE_DELETE:
		return VHD_DELETE;
	default:
		return VHD_GET;
	}
}

/* Where the resource's list is, or one of its objects. */
static struct vhd_place
place_of(const struct view *view, const struct vp_module_resource *resource,
    int is_list)
{
	struct vhd_place place = {
		.resource = resource, .domain = view->name, .is_list = is_list
	};

	if (resource->within)
		place.parent = view->object;
	else if (resource->key && !is_list)
		place.key = view->object;
	return place;
}

static int
is_allowed(const struct view *view, const struct vhd_deed *deed, int is_list)
{
	const struct vhd_place place = place_of(view, deed->resource, is_list);
	const struct vhd_who *who = view->who;
	const char *domain =
	    place.domain || place.parent || place.key ? view->domain : "";
	unsigned may = vhd_rights_at(who, &place, domain, view->is_owned) &
		       vhd_rights_given(deed);

	if (who->token_limits &&
	    !vhd_token_allows(who->token_limits, vhd_method_names[deed->method],
		deed->resource->name, domain))
		return 0;
	if (who->role == VHD_SYSTEM || may & ~(unsigned)VP_MODULE_DOMAIN ||
	    vhd_rights_given(deed) & VP_MODULE_ANON)
		return 1;
	return may && !(view->limits && vhd_rights_denied(view->limits,
					    deed->resource->permission,
					    vhd_rights_bit(deed)));
}

int
vhd_rights_sees(struct vhd_call *call, const struct vhd_place *place,
    const char *real_domain, int is_owned)
{
	const struct vhd_who *who = &call->who;
	unsigned roles = vhd_rights_at(who, place, real_domain, is_owned);
	unsigned may = roles & place->resource->read;

	call->acts_as =
	    who->role == VHD_SYSTEM ? who->role : vhd_rights_greatest(may);
	call->sees_own = !place->domain &&
			 !(roles & (VP_MODULE_SYSTEM | VP_MODULE_OPERATOR));
	return who->role == VHD_SYSTEM || may;
}

/* ---- a resource ------------------------------------------------------- */

static int
is_of_mailbox(const struct vp_module_resource *resource)
{
	return strcmp(
		   resource->within ? resource->within->name : resource->name,
		   "users") == 0;
}

static json_t *
verbs_of(const struct view *view, const struct vp_module_resource *resource)
{
	json_t *list = json_array();

	for (size_t i = 0; i < sizeof verbs / sizeof *verbs; i++) {
		const struct vhd_deed deed = { .resource = resource,
			.method = method_of(resource, verbs[i].can) };
		int is_list =
		    verbs[i].can == VP_MODULE_LIST || deed.method == VHD_POST;

		if (!(resource->can & verbs[i].can) ||
		    (is_list && view->is_mailbox && !resource->within))
			continue;
		if (is_allowed(view, &deed, is_list))
			json_array_append_new(list, json_string(verbs[i].name));
	}
	for (size_t i = 0; i < resource->actions_count; i++) {
		const struct vhd_deed deed = { .resource = resource,
			.action = &resource->actions[i],
			.method = VHD_POST };

		if (is_allowed(view, &deed, 0))
			json_array_append_new(
			    list, json_sprintf("act:%s", deed.action->name));
	}
	return list;
}

static void
add_resource(const struct view *view, const struct vp_module_resource *resource,
    json_t *object)
{
	json_t *list;
	AUTO_FREE char *name = NULL;

	if (!resource->of_domain != !view->name ||
	    (view->is_mailbox && !is_of_mailbox(resource)))
		return;
	if (asprintf(&name, "%s%s%s",
		resource->within ? resource->within->name : "",
		resource->within ? "/" : "", resource->name) < 0) {
		name = NULL;
		return;
	}
	list = verbs_of(view, resource);
	if (json_array_size(list) > 0)
		json_object_set(object, name, list);
	json_decref(list);
}

static json_t *
see(const struct view *view)
{
	const struct vp_manifest *manifests;
	json_t *object = json_object();
	size_t count;

	manifests = vhd_modules_list(view->modules, &count);
	for (size_t m = 0; m < count; m++)
		for (size_t r = 0; r < manifests[m].count; r++)
			add_resource(view, &manifests[m].resources[r], object);
	return object;
}

/* ---- all of it -------------------------------------------------------- */

static json_t *
see_panel(const struct vhd_call *call)
{
	json_t *object = json_object();

	for (size_t i = 0; i < vhd_routes_count; i++) {
		const struct vhd_route *route = &vhd_routes[i];
		const char *path = route->pattern + strlen(VHD_API);
		json_t *list = json_object_get(object, path);

		if (!(route->roles & call->who.role) ||
		    (route->flags & VHD_LOCAL &&
			call->request->kind != VHD_UNIX) ||
		    (call->who.lacks_factor && !(route->flags & VHD_ENROLS)) ||
		    !vhd_rights_token(call, route))
			continue;
		if (!list) {
			list = json_array();
			json_object_set_new(object, path, list);
		}
		json_array_append_new(
		    list, json_string(vhd_method_names[route->method]));
	}
	return object;
}

/* One of the domains that a token is good for, else the other one. */
static const char *
some_domain(const struct vhd_who *who, const char *other)
{
	const json_t *domains = json_object_get(who->token_limits, "domains");
	const char *first = json_string_value(json_array_get(domains, 0));

	return first ? first : other;
}

/* The limits of the caller's domain if they count for him; 0, or -1 after a
 * problem. */
static int
find_limits(struct vhd_call *call, struct vpop_limits *space,
    const struct vpop_limits **ret_limits)
{
	int rc;

	*ret_limits = NULL;
	if (call->who.at_home != VHD_DOMAIN ||
	    strcmp(call->who.user, "postmaster") == 0)
		return 0;
	rc = vpop_limits_get(call->vp, call->who.domain, space);
	if (rc == 0)
		*ret_limits = space;
	else
		vhd_problem_vpop(call, rc);
	return rc == 0 ? 0 : -1;
}

static void
see_modules(
    struct vhd_call *call, const struct vpop_limits *limits, json_t *object)
{
	const struct vhd_who *who = &call->who;
	const char *some = some_domain(who, ".");
	const char *named = some_domain(who, who->domain);
	const struct view site = { .who = who,
		.modules = call->modules,
		.object = named,
		.domain = named,
		.is_owned = 1,
		.limits = limits };
	const struct view domains = { .who = who,
		.modules = call->modules,
		.name = some,
		.object = "",
		.domain = some,
		.is_owned = 1 };
	const struct view home = { .who = who,
		.modules = call->modules,
		.name = who->domain,
		.object = "",
		.domain = who->domain,
		.limits = limits };
	const struct view mailbox = { .who = who,
		.modules = call->modules,
		.name = who->domain,
		.object = who->user,
		.domain = who->domain,
		.is_mailbox = 1,
		.limits = limits };

	json_object_set_new(object, "site", see(&site));
	if (who->role & (VHD_SYSTEM | VHD_OPERATOR | VHD_RESELLER))
		json_object_set_new(object, "domains", see(&domains));
	if (*who->user) {
		json_object_set_new(object, "home", see(&home));
		json_object_set_new(object, "mailbox", see(&mailbox));
	}
}

json_t *
vhd_rights_list(struct vhd_call *call)
{
	const struct vpop_limits *limits;
	struct vpop_limits space;
	json_t *object;

	if (find_limits(call, &space, &limits) != 0)
		return NULL;
	object = json_pack("{s:o}", "panel", see_panel(call));
	if (!call->who.lacks_factor)
		see_modules(call, limits, object);
	return object;
}
