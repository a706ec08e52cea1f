/*
 * Reading objects of modules.  What a module gives is not believed: an object
 * must be one, and what is writeOnly is taken out.
 */
#include "config.h"

#include "panel/res/resource.h"

#include <string.h>

#include "base/text.h"
#include "panel/api/entity.h"
#include "panel/auth/account.h"
#include "panel/res/merge.h"
#include "panel/res/objstate.h"
#include "panel/res/place.h"

#define PAGE     50
#define PAGE_MAX 500

/* ---- asking ----------------------------------------------------------- */

json_t *
vhd_resource_actor(const struct vhd_call *call)
{
	const char *address = call->request->address;

	return json_pack("{s:s, s:s, s:s*, s:s}", "name",
	    *call->who.name ? call->who.name : "anon", "role",
	    vhd_role_name(call->acts_as), "address", *address ? address : NULL,
	    "request", call->request->headers[VHD_REQUEST_ID]);
}

json_t *
vhd_resource_parameters(const struct vhd_call *call, const char *key)
{
	const struct vhd_place *place = &call->place;

	return json_pack("{s:s, s:s*, s:s*, s:s*, s:o}", "resource",
	    place->resource->name, "domain", place->domain, "parent",
	    place->parent, "key", key ? key : place->key, "actor",
	    vhd_resource_actor(call));
}

static const struct {
	const char *code, *slug;
	int status;
} codes[] = {
	{ "not-found", "not-found", 404 },
	{ "exists", "name-exists", 409 },
	{ "invalid", "invalid", 422 },
	{ "forbidden", "permission-denied", 403 },
	{ "limit", "limit-reached", 403 },
	{ "conflict", "conflict", 409 },
	{ "unsupported", "unsupported", 501 },
	{ "unavailable", "unavailable", 503 },
	{ "internal", "module-failed", 502 },
};

void
vhd_resource_problem(
    struct vhd_call *call, const struct vp_module_answer *answer)
{
	if (answer->outcome == VP_MODULE_BROKEN) {
		vhd_problem(call, 503, "unavailable", "the module '%s' %s",
		    call->place.manifest->name, answer->words);
		return;
	}
	call->code = answer->number;
	if (*answer->pointer) {
		vhd_problem_field(call, answer->pointer, "%s", answer->words);
		if (strcmp(answer->code, "invalid") == 0)
			return;
	}
	for (size_t i = 0; i < sizeof codes / sizeof *codes; i++)
		if (strcmp(codes[i].code, answer->code) == 0)
			vhd_problem(call, codes[i].status, codes[i].slug, "%s",
			    answer->words);
}

json_t *
vhd_resource_ask(struct vhd_call *call, const char *verb, json_t *parameters)
{
	struct vp_module_answer answer;
	json_t *result = NULL;

	if (!parameters) {
		vhd_problem(call, 503, "unavailable", "there is no memory");
		return NULL;
	}
	vhd_module_call(call->modules, call->place.manifest->name, verb,
	    parameters, &answer);
	json_decref(parameters);
	if (answer.outcome == VP_MODULE_DONE)
		result = json_incref(answer.result);
	else
		vhd_resource_problem(call, &answer);
	vp_module_answer_free(&answer);
	return result;
}

/* ---- what it gives ---------------------------------------------------- */

static void
say_nonsense(struct vhd_call *call)
{
	vhd_problem(call, 502, "module-failed",
	    "the module '%s' gave no object", call->place.manifest->name);
}

json_t *
vhd_resource_read(struct vhd_call *call, const char *key)
{
	json_t *result =
	    vhd_resource_ask(call, "get", vhd_resource_parameters(call, key));
	json_t *object = json_incref(json_object_get(result, "object"));

	if (result && !json_is_object(object)) {
		say_nonsense(call);
		json_decref(object);
		object = NULL;
	}
	json_decref(result);
	if (object)
		vhd_hide_secrets(call->place.resource->schema, object);
	return object;
}

void
vhd_resource_get(struct vhd_call *call)
{
	json_t *object = vhd_resource_read(call, NULL), *shown;
	int rc;

	if (!object)
		return;
	shown = json_copy(object);
	rc = vhd_object_show(call, shown);
	/* The revision is that of the object alone, so what is told beside it
	 * is told each time. */
	if (rc > 0) {
		vhd_entity_header(call, object);
		vhd_call_json(call, 200, json_incref(shown));
	} else if (rc == 0) {
		vhd_entity_reply(call, 200, json_incref(object));
	}
	json_decref(shown);
	json_decref(object);
}

/* ---- lists ------------------------------------------------------------ */

static int
is_filter(const struct vp_module_resource *resource, const char *name)
{
	json_t *filter;
	size_t i;

	json_array_foreach(resource->filters, i, filter)
	{
		if (strcmp(json_string_value(filter), name) == 0)
			return 1;
	}
	return 0;
}

/* One argument of the query.  0, or -1 after a problem. */
static int
take_argument(struct vhd_call *call, const char *name, const char *value,
    json_t *parameters)
{
	int64_t limit;

	if (strcmp(name, "cursor") == 0)
		return json_object_set_new(
		    parameters, "after", json_string(value));
	if (strcmp(name, "q") == 0)
		return json_object_set_new(parameters, "q", json_string(value));
	if (strcmp(name, "limit") == 0) {
		if (vp_number(value, 1, PAGE_MAX, &limit) == 0)
			return json_object_set_new(
			    parameters, "limit", json_integer(limit));
		vhd_problem(call, 400, "bad-request",
		    "limit is a number from 1 to %d", PAGE_MAX);
		return -1;
	}
	if (strcmp(name, "count") == 0 &&
	    (strcmp(value, "true") == 0 || strcmp(value, "false") == 0))
		return json_object_set_new(
		    parameters, "count", json_boolean(*value == 't'));
	if (is_filter(call->place.resource, name)) {
		json_t *where = json_object_get(parameters, "where");

		if (!where) {
			where = json_object();
			json_object_set_new(parameters, "where", where);
		}
		return json_object_set_new(where, name, json_string(value));
	}
	vhd_problem(
	    call, 400, "bad-request", "this list knows no argument '%s'", name);
	return -1;
}

/* The address of the next page. */
static void
say_next(struct vhd_call *call, const char *after)
{
	AUTO_FREE char *path = vhd_place_path(&call->place, NULL);
	AUTO_FREE char *cursor = vhd_path_escape(after);
	AUTO_FREE char *rest = strdup("");

	for (int i = 0; rest && i < call->target.arguments; i++) {
		const char *name = call->target.argument[i].name;
		AUTO_FREE char *value =
		    vhd_path_escape(call->target.argument[i].value);
		char *longer;

		if (strcmp(name, "cursor") == 0 || !value)
			continue;
		if (asprintf(&longer, "%s&%s=%s", rest, name, value) < 0)
			return;
		free(rest);
		rest = longer;
	}
	if (path && cursor && rest)
		vhd_call_header(call, VHD_REPLY_LINK,
		    "<%s?cursor=%s%s>; rel=\"next\"", path, cursor, rest);
}

/* total is taken; NULL: nobody asked for it. */
static void
reply_page(struct vhd_call *call, json_t *result, json_t *total)
{
	json_t *items = json_object_get(result, "items"), *item;
	const char *next = json_string_value(json_object_get(result, "next"));
	size_t i;

	json_array_foreach(items, i, item)
	{
		vhd_hide_secrets(call->place.resource->schema, item);
	}
	if (vhd_object_show_list(call, items) != 0) {
		json_decref(total);
		return;
	}
	if (next)
		say_next(call, next);
	/* A problem with one of the objects may have set another. */
	vhd_call_header(call, VHD_REPLY_TYPE, "application/json");
	vhd_call_json(call, 200,
	    json_pack("{s:O, s:s?, s:o*}", "items", items, "next", next,
		"total", total));
}

json_t *
vhd_resource_page(struct vhd_call *call, json_t *parameters)
{
	json_t *result =
	    call->sees_own
		? vhd_resource_list_own(call, parameters)
		: vhd_resource_ask(call, "list", json_incref(parameters));

	if (!result || json_is_array(json_object_get(result, "items")))
		return result;
	say_nonsense(call);
	json_decref(result);
	return NULL;
}

/* Who administers one domain sees it alone among the domains. */
static json_t *
only_own(struct vhd_call *call)
{
	json_t *object = vhd_resource_read(call, call->who.domain);

	if (!object && call->status != 404)
		return NULL;
	return object ? json_pack("{s:[o], s:n}", "items", object, "next")
		      : json_pack("{s:[], s:n}", "items", "next");
}

/* parameters are taken. */
static void
list(struct vhd_call *call, json_t *parameters)
{
	const int is_one = call->who.role == VHD_DOMAIN &&
			   !call->place.resource->of_domain &&
			   !call->place.parent;
	const int counts = json_is_true(json_object_get(parameters, "count"));
	json_t *result =
	    is_one ? only_own(call) : vhd_resource_page(call, parameters);
	json_t *total = NULL;

	if (result && counts && is_one)
		total = json_integer((json_int_t)json_array_size(
		    json_object_get(result, "items")));
	else if (result && counts)
		total = json_is_integer(json_object_get(result, "total"))
			    ? json_incref(json_object_get(result, "total"))
			    : vhd_resource_count(call, parameters);
	if (result && (total || !counts))
		reply_page(call, result, total);
	json_decref(result);
	json_decref(parameters);
}

void
vhd_resource_list(struct vhd_call *call)
{
	json_t *parameters = vhd_resource_parameters(call, NULL);

	json_object_set_new(parameters, "limit", json_integer(PAGE));
	for (int i = 0; i < call->target.arguments; i++)
		if (take_argument(call, call->target.argument[i].name,
			call->target.argument[i].value, parameters) != 0) {
			json_decref(parameters);
			return;
		}
	list(call, parameters);
}
