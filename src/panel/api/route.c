/*
 * Deny by default: what the table does not name is refused.
 */
#include "config.h"

#include "panel/api/route.h"

#include <string.h>
#include <strings.h>

#include "panel/api/idempotency.h"
#include "panel/auth/csrf.h"
#include "panel/auth/rights.h"
#include "panel/module/client.h"
#include "panel/res/res.h"

/* ---- finding ---------------------------------------------------------- */

static int
is_parameter(const char *pattern, size_t size)
{
	return size == 3 && pattern[0] == '{';
}

/* Compare a path with a pattern; 1 and the parameters if it is one. */
static int
matches(const char *pattern, const struct vhd_target *target,
    const char **ret_parameters)
{
	int parameters = 0;

	for (int i = 0; i < target->segments; i++) {
		size_t size;

		if (*pattern++ != '/')
			return 0;
		size = strcspn(pattern, "/");
		if (is_parameter(pattern, size))
			ret_parameters[parameters++] = target->segment[i];
		else if (strlen(target->segment[i]) != size ||
			 memcmp(pattern, target->segment[i], size) != 0)
			return 0;
		pattern += size;
	}
	return *pattern == '\0';
}

static int
refuse_method(struct vhd_call *call, const unsigned *methods)
{
	AUTO_FREE char *allow = calloc(1, 64);
	size_t used = 0;

	for (int i = 0; allow && i < VHD_METHODS; i++)
		if (*methods & 1U << i)
			used += (size_t)snprintf(allow + used, 64 - used,
			    "%s%s", used ? ", " : "", vhd_method_names[i]);
	vhd_call_header(call, VHD_REPLY_ALLOW, "%s", allow ? allow : "");
	vhd_problem(call, 405, "method-not-allowed", "not with %s",
	    vhd_method_names[call->request->method]);
	return 405;
}

/* The route among those of modules, if there is one; the methods that there
 * are, as bits. */
static unsigned
find_module_route(struct vhd_call *call)
{
	const struct vp_manifest *manifests;
	unsigned methods;
	size_t count;

	manifests = vhd_modules_list(call->modules, &count);
	if (!vhd_place_find(manifests, count, &call->target, &call->place))
		return 0;
	call->route = vhd_place_route(call, &methods);
	return methods;
}

/* Every path can be followed by ":batch". */
static const struct vhd_route batch = { VHD_POST, "/api/v1/", VHD_ANYBODY,
	VHD_BODY | VHD_ANY_TOKEN, vhd_batch_create, NULL, NULL };

int
vhd_route_find(struct vhd_call *call)
{
	enum vhd_method wanted = call->request->method;
	unsigned methods = 0;

	if (wanted == VHD_HEAD)
		wanted = VHD_GET;
	if (vhd_is_batch(call)) {
		methods = 1U << VHD_POST;
		if (wanted != VHD_POST)
			return refuse_method(call, &methods);
		call->route = &batch;
		return 0;
	}
	for (size_t i = 0; i < vhd_routes_count; i++) {
		const char *parameters[VHD_PARAMETERS_MAX] = { NULL };

		if (!matches(vhd_routes[i].pattern, &call->target, parameters))
			continue;
		methods |= 1U << vhd_routes[i].method;
		if (vhd_routes[i].method == VHD_GET)
			methods |= 1U << VHD_HEAD;
		if (vhd_routes[i].method != wanted)
			continue;
		call->route = &vhd_routes[i];
		memcpy(call->parameter, parameters, sizeof parameters);
		return 0;
	}
	if (methods == 0)
		methods = find_module_route(call);
	if (call->route)
		return 0;
	if (methods)
		return refuse_method(call, &methods);
	vhd_problem(call, 404, "not-found", "there is no such address");
	return 404;
}

/* ---- authorisation ---------------------------------------------------- */

int
vhd_route_authorise(struct vhd_call *call)
{
	const struct vhd_route *route = call->route;

	if (route->flags & VHD_LOCAL && call->request->kind != VHD_UNIX) {
		vhd_problem(call, 404, "not-found", "there is no such address");
		return 404;
	}
	if (call->who.lacks_factor && !(route->flags & VHD_ENROLS)) {
		vhd_problem(call, 403, "second-factor-required",
		    "set up a second factor first");
		return 403;
	}
	if (call->is_operation && !call->place.resource) {
		vhd_problem(call, 403, "permission-denied",
		    "this is not done in batches");
		return 403;
	}
	if (call->place.resource)
		return vhd_rights_check(call);
	return vhd_rights_check_fixed(call);
}

/* ---- bodies ----------------------------------------------------------- */

static int
is_json(const struct vhd_call *call)
{
	static const char *const types[] = { "application/json",
		"application/merge-patch+json", NULL };
	const char *type = call->request->headers[VHD_CONTENT_TYPE];
	size_t size = type ? strcspn(type, "; \t") : 0;

	for (int i = 0; types[i]; i++)
		if (strlen(types[i]) == size &&
		    strncasecmp(type, types[i], size) == 0)
			return 1;
	return 0;
}

/* 0, or -1 after a problem. */
static int
read_body(struct vhd_call *call)
{
	const struct vhd_request *request = call->request;
	json_error_t error;

	if (!(call->route->flags & VHD_BODY)) {
		if (request->body_size == 0)
			return 0;
		vhd_problem(call, 400, "bad-request", "there must be no body");
		return -1;
	}
	if (!is_json(call)) {
		vhd_problem(call, 415, "unsupported-media-type",
		    "the body must be application/json");
		return -1;
	}
	call->body = request->body
			 ? json_loadb(request->body, request->body_size,
			       JSON_REJECT_DUPLICATES, &error)
			 : NULL;
	if (json_is_object(call->body))
		return 0;
	vhd_problem(call, 400, "bad-request",
	    "the body must be a JSON object in UTF-8");
	return -1;
}

/* 1 if a route has an argument. */
static int
has_argument(const struct vhd_route *route, const char *name)
{
	size_t size = strlen(name);

	for (const char *at = route->query; at && *at;
	     at += strcspn(at, " ") + 1)
		if (strcspn(at, ": ") == size && memcmp(at, name, size) == 0)
			return 1;
	return 0;
}

/* What nobody looks at would seem to be obeyed.  Resources of modules look at
 * their arguments themselves. */
static int
check_query(struct vhd_call *call)
{
	if (call->place.resource || call->route == &batch)
		return 0;
	for (int i = 0; i < call->target.arguments; i++) {
		if (has_argument(call->route, call->target.argument[i].name))
			continue;
		vhd_problem(call, 400, "bad-request",
		    "this address knows no argument '%s'",
		    call->target.argument[i].name);
		return -1;
	}
	return 0;
}

static int
check_match(struct vhd_call *call)
{
	const char *none = call->request->headers[VHD_IF_NONE_MATCH];

	if (!(call->route->flags & VHD_IF_MATCHES) ||
	    call->request->headers[VHD_IF_MATCH] ||
	    (call->request->method == VHD_PUT && none &&
		strcmp(none, "*") == 0))
		return 0;
	vhd_problem(call, 428, "precondition-required",
	    "say in If-Match which revision is meant, or *");
	return -1;
}

void
vhd_route_run(struct vhd_call *call)
{
	const char *reason;
	int status =
	    vhd_target_parse(call->request->target, &call->target, &reason);

	if (status != 0)
		vhd_problem(call, status, "bad-request", "%s", reason);
	else if (vhd_route_find(call) == 0 && vhd_csrf_check(call) == 0 &&
		 vhd_route_authorise(call) == 0 && check_query(call) == 0 &&
		 check_match(call) == 0 && read_body(call) == 0)
		vhd_idempotent_run(call);
}
