/*
 * The description of the interface (OpenAPI 3.1), made from what serves it:
 * the table of routes and the manifests of modules with their schemas.
 */
#include "config.h"

#include <string.h>

#include "panel/api/route.h"
#include "panel/auth/account.h"
#include "panel/job/job.h"
#include "panel/module/client.h"
#include "panel/res/objstate.h"
#include "panel/res/place.h"
#include "panel/res/res.h"

#define PROBLEM "#/components/responses/Problem"

static const struct {
	unsigned bit;
	const char *name;
} module_roles[] = {
	{ VP_MODULE_SYSTEM, "system" },
	{ VP_MODULE_OPERATOR, "operator" },
	{ VP_MODULE_RESELLER, "reseller" },
	{ VP_MODULE_DOMAIN, "domain" },
	{ VP_MODULE_USER, "user" },
	{ VP_MODULE_ANON, "anon" },
};

/* ---- parts ------------------------------------------------------------ */

static json_t *
reference(const char *to)
{
	return json_pack("{s:s}", "$ref", to);
}

/* A body, or the content of a reply, by the name of its schema. */
static json_t *
content(const char *schema)
{
	AUTO_FREE char *to = NULL;

	if (asprintf(&to, "#/components/schemas/%s", schema) < 0) {
		to = NULL;
		return NULL;
	}
	return json_pack(
	    "{s:{s:o}}", "application/json", "schema", reference(to));
}

static json_t *
in_path(const char *name)
{
	return json_pack("{s:s, s:s, s:b, s:{s:s}}", "name", name, "in", "path",
	    "required", 1, "schema", "type", "string");
}

static json_t *
in_query(const char *name, const char *type)
{
	return json_pack("{s:s, s:s, s:{s:s}}", "name", name, "in", "query",
	    "schema", "type", type);
}

static json_t *
in_header(const char *name, int is_required)
{
	return json_pack("{s:s, s:s, s:b, s:{s:s}}", "name", name, "in",
	    "header", "required", is_required, "schema", "type", "string");
}

/* The parameters that a path has in braces. */
static json_t *
path_parameters(const char *path)
{
	json_t *list = json_array();

	while ((path = strchr(path, '{'))) {
		char name[32];
		size_t size = strcspn(++path, "}");

		snprintf(name, sizeof name, "%.*s", (int)size, path);
		json_array_append_new(list, in_path(name));
	}
	return list;
}

static json_t *
success(const char *status, const char *words, json_t *body)
{
	json_t *reply =
	    json_pack("{s:s, s:o*}", "description", words, "content", body);

	return json_pack(
	    "{s:o, s:o}", status, reply, "default", reference(PROBLEM));
}

/* Add an operation to those of a path; it is taken. */
static void
add(json_t *paths, const char *path, const char *method, json_t *operation)
{
	json_t *item = json_object_get(paths, path);
	char name[8];
	size_t i = 0;

	if (!item) {
		item = json_pack("{s:o}", "parameters", path_parameters(path));
		json_object_set_new(paths, path, item);
	}
	for (const char *at = method; *at && i < sizeof name - 1; at++)
		name[i++] = (char)(*at | 0x20);
	name[i] = '\0';
	if (strcmp(name, "post") == 0 &&
	    !json_object_get(operation, "security"))
		json_object_set_new(operation, "parameters",
		    json_pack("[o]", in_header("Idempotency-Key", 0)));
	json_object_set_new(item, name, operation);
}

/* ---- fixed routes ----------------------------------------------------- */

static json_t *
roles_of_route(const struct vhd_route *route)
{
	json_t *list = json_array();

	for (unsigned bit = VHD_ANON; bit <= VHD_SYSTEM; bit <<= 1)
		if (route->roles & bit)
			json_array_append_new(list,
			    json_string(vhd_role_name((enum vhd_role)bit)));
	return list;
}

static json_t *
query_of_route(const struct vhd_route *route)
{
	json_t *list = json_array();

	for (const char *at = route->query; at && *at;
	     at += strcspn(at, " ") + 1) {
		size_t size = strcspn(at, ": ");
		const char *colon = at[size] == ':' ? at + size + 1 : "string";
		AUTO_FREE char *name = strndup(at, size);
		AUTO_FREE char *type = strndup(colon, strcspn(colon, " "));

		if (name && type)
			json_array_append_new(list, in_query(name, type));
	}
	return list;
}

static void
add_route(json_t *paths, const struct vhd_route *route, size_t number)
{
	json_t *operation, *body = NULL;
	char id[32];

	snprintf(id, sizeof id, "route%zu", number);
	if (route->flags & VHD_BODY)
		body = json_pack("{s:b, s:{s:{s:{s:s}}}}", "required", 1,
		    "content", "application/json", "schema", "type", "object");
	operation = json_pack("{s:s, s:s, s:[s], s:o, s:o*, s:o}",
	    "operationId", id, "summary", route->summary, "tags", "panel",
	    "x-roles", roles_of_route(route), "requestBody", body, "responses",
	    success("2XX", "done", NULL));
	if (route->query)
		json_object_set_new(
		    operation, "parameters", query_of_route(route));
	if (route->roles & VHD_ANON)
		json_object_set_new(operation, "security", json_pack("[{}]"));
	add(paths, route->pattern, vhd_method_names[route->method], operation);
}

/* ---- modules ---------------------------------------------------------- */

/* What is being described. */
struct describe {
	json_t *paths, *schemas;
	const struct vp_manifest *manifest;
	const struct vp_module_resource *resource;
	char *list, *object; /* paths */
	char *name;          /* of the schema */
};

static json_t *
role_names(unsigned bits)
{
	json_t *list = json_array();

	for (size_t i = 0; i < sizeof module_roles / sizeof *module_roles; i++)
		if (bits & module_roles[i].bit)
			json_array_append_new(
			    list, json_string(module_roles[i].name));
	return list;
}

/* An operation without its request; replies are taken. */
static json_t *
operation(const struct describe *d, const char *verb, const char *title,
    unsigned roles, json_t *replies)
{
	AUTO_FREE char *id = NULL;
	AUTO_FREE char *summary = NULL;

	if (asprintf(&id, "%s.%s", d->name, verb) < 0)
		id = NULL;
	if (asprintf(&summary, "%s: %s", d->resource->title, title) < 0)
		summary = NULL;
	return json_pack("{s:s, s:s, s:[s], s:o, s:o, s:o*}", "operationId",
	    id ? id : "", "summary", summary ? summary : "", "tags",
	    d->manifest->name, "x-roles", role_names(roles), "responses",
	    replies, "security",
	    roles & VP_MODULE_ANON ? json_pack("[{}]") : NULL);
}

static void
with_body(json_t *operation_json, const char *schema)
{
	json_object_set_new(operation_json, "requestBody",
	    json_pack("{s:b, s:o}", "required", 1, "content", content(schema)));
}

static void
with_match(json_t *operation_json)
{
	json_object_set_new(operation_json, "parameters",
	    json_pack("[o]", in_header("If-Match", 1)));
}

static json_t *
list_reply(const struct describe *d)
{
	AUTO_FREE char *to = NULL;

	if (asprintf(&to, "#/components/schemas/%s", d->name) < 0) {
		to = NULL;
		return NULL;
	}
	return json_pack(
	    "{s:{s:{s:s, s:{s:{s:s, s:o}, s:{s:[s,s]}, s:{s:[s,s]}}}}}",
	    "application/json", "schema", "type", "object", "properties",
	    "items", "type", "array", "items", reference(to), "next", "type",
	    "string", "null", "total", "type", "integer", "null");
}

static void
describe_list(const struct describe *d)
{
	const struct vp_module_resource *r = d->resource;
	json_t *parameters = json_pack("[o, o, o, o]",
	    in_query("limit", "integer"), in_query("cursor", "string"),
	    in_query("q", "string"), in_query("count", "boolean"));
	json_t *json, *filter;
	size_t i;

	json_array_foreach(r->filters, i, filter)
	{
		json_array_append_new(
		    parameters, in_query(json_string_value(filter), "string"));
	}
	json = operation(d, "list", "list", r->read,
	    success("200", "a page", list_reply(d)));
	json_object_set_new(json, "parameters", parameters);
	add(d->paths, d->list, "GET", json);
}

static void
describe_batch(const struct describe *d)
{
	AUTO_FREE char *path = NULL;
	json_t *json;

	if (asprintf(&path, "%s:batch", d->list) < 0) {
		path = NULL;
		return;
	}
	json = operation(d, "batch", "many changes, as a job",
	    d->resource->write, success("202", "a job", NULL));
	with_body(json, "Batch");
	add(d->paths, path, "POST", json);
}

static void
describe_changes(const struct describe *d)
{
	const struct vp_module_resource *r = d->resource;
	unsigned can = r->can;
	json_t *json;

	if (can & VP_MODULE_SETUP && r->key) {
		json = operation(d, "setup", "create", r->write,
		    success("201", "created", content(d->name)));
		with_body(json, d->name);
		add(d->paths, d->list, "POST", json);
		describe_batch(d);
	}
	if (can & VP_MODULE_MODIFY || (can & VP_MODULE_SETUP && !r->key)) {
		json = operation(d, "put", "replace", r->write,
		    success("2XX", "as it is now", content(d->name)));
		with_body(json, d->name);
		if (can & VP_MODULE_GET)
			with_match(json);
		add(d->paths, d->object, "PUT", json);
	}
	if (can & VP_MODULE_MODIFY && can & VP_MODULE_GET) {
		json = operation(d, "modify", "change (RFC 7396)", r->write,
		    success("200", "as it is now", content(d->name)));
		json_object_set_new(json, "requestBody",
		    json_pack("{s:b, s:{s:{s:{s:s}}}}", "required", 1,
			"content", "application/merge-patch+json", "schema",
			"type", "object"));
		with_match(json);
		add(d->paths, d->object, "PATCH", json);
	}
	if (can & VP_MODULE_DELETE) {
		json = operation(d, "delete", "delete", r->write,
		    success(r->has_grace ? "2XX" : "204",
			r->has_grace ? "deleted, or a job that will do it"
				     : "deleted",
			NULL));
		with_match(json);
		if (r->has_grace)
			json_array_append_new(
			    json_object_get(json, "parameters"),
			    in_query("grace", "integer"));
		add(d->paths, d->object, "DELETE", json);
	}
}

static void
describe_actions(const struct describe *d)
{
	for (size_t i = 0; i < d->resource->actions_count; i++) {
		const struct vp_module_action *action =
		    &d->resource->actions[i];
		AUTO_FREE char *path = NULL;
		AUTO_FREE char *schema = NULL;
		json_t *json;

		if (asprintf(&path, "%s/actions/%s", d->object, action->name) <
			0 ||
		    asprintf(&schema, "%s.%s", d->name, action->name) < 0)
			return;
		json_object_set(d->schemas, schema, action->schema);
		json = operation(d, action->name, action->title, action->roles,
		    success(action->is_job ? "202" : "2XX",
			action->is_job ? "a job" : "done", NULL));
		with_body(json, schema);
		add(d->paths, path, "POST", json);
	}
}

/* The paths of a resource's list and object, with braces. */
static int
find_paths(struct describe *d)
{
	const struct vp_module_resource *r = d->resource;
	const char *above =
	    r->of_domain ? VHD_API "/domains/{domain}" : VHD_API;

	if (asprintf(&d->list, "%s%s%s%s/%s", above, r->within ? "/" : "",
		r->within ? r->within->name : "", r->within ? "/{parent}" : "",
		r->name) < 0)
		d->list = NULL;
	if (!d->list ||
	    asprintf(&d->object, "%s%s", d->list, r->key ? "/{key}" : "") < 0)
		d->object = NULL;
	if (!d->object || asprintf(&d->name, "%s.%s%s%s", d->manifest->name,
			      r->within ? r->within->name : "",
			      r->within ? "." : "", r->name) < 0)
		d->name = NULL;
	return d->name ? 0 : -1;
}

/* A schema with what the panel adds to objects that are not ok. */
static json_t *
with_state(json_t *schema)
{
	json_t *copy = json_copy(schema);
	json_t *properties = json_copy(json_object_get(schema, "properties"));

	if (!properties)
		return copy;
	json_object_set_new(properties, VHD_OBJECT_STATE,
	    json_pack("{s:s, s:s, s:b}", "$ref",
		"#/components/schemas/ObjectState", "type", "object",
		"readOnly", 1));
	json_object_set_new(copy, "properties", properties);
	return copy;
}

static void
describe_resource(struct describe d)
{
	if (find_paths(&d) == 0) {
		json_object_set_new(d.schemas, d.name,
		    d.resource->can & VP_MODULE_GET
			? with_state(d.resource->schema)
			: json_incref(d.resource->schema));
		if (d.resource->can & VP_MODULE_LIST)
			describe_list(&d);
		if (d.resource->can & VP_MODULE_GET)
			add(d.paths, d.object, "GET",
			    operation(&d, "get", "get", d.resource->read,
				success(
				    "200", "as it is now", content(d.name))));
		describe_changes(&d);
		describe_actions(&d);
	}
	free(d.list);
	free(d.object);
	free(d.name);
}

/* ---- all of it -------------------------------------------------------- */

static json_t *
batch_schema(void)
{
	return json_pack("{s:s, s:[s], s:{s:{s:s, s:i, s:i, s:{s:s, s:[s, s],"
			 " s:{s:{s:[s, s, s, s]}, s:{s:s}, s:{s:s}, s:{s:s}}"
			 "}}}, s:[{s:[{s:s, s:s, s:s}]}]}",
	    "type", "object", "required", "operations", "properties",
	    "operations", "type", "array", "minItems", 1, "maxItems",
	    VHD_OPERATIONS_MAX, "items", "type", "object", "required", "method",
	    "path", "properties", "method", "enum", "POST", "PUT", "PATCH",
	    "DELETE", "path", "type", "string", "body", "type", "object",
	    "if_match", "type", "string", "examples", "operations", "method",
	    "DELETE", "path", "/former", "if_match", "*");
}

static json_t *
components(json_t *schemas)
{
	json_object_set_new(schemas, "Batch", batch_schema());
	json_object_set_new(schemas, "ObjectState",
	    json_pack("{s:s, s:s, s:{s:{s:[s, s]}, s:{s:s}, s:{s:s, s:s}}}",
		"type", "object", "description", "of an object that is not ok",
		"properties", "state", "enum", "pending", "degraded", "reason",
		"type", "string", "since", "type", "string", "format",
		"date-time"));
	json_object_set_new(schemas, "Problem",
	    json_pack("{s:s, s:{s:{s:s}, s:{s:s}, s:{s:s}, s:{s:s}, s:{s:s},"
		      " s:{s:s}, s:{s:s, s:{s:s}}}, s:[s, s, s]}",
		"type", "object", "properties", "type", "type", "string",
		"title", "type", "string", "status", "type", "integer",
		"detail", "type", "string", "instance", "type", "string",
		"code", "type", "integer", "errors", "type", "array", "items",
		"type", "object", "required", "type", "title", "status"));
	return json_pack("{s:o, s:{s:{s:s, s:{s:{s:o}}}}, s:{s:{s:s, s:s, s:s},"
			 " s:{s:s, s:s}}}",
	    "schemas", schemas, "responses", "Problem", "description",
	    "why not (RFC 9457)", "content", "application/problem+json",
	    "schema", reference("#/components/schemas/Problem"),
	    "securitySchemes", "session", "type", "apiKey", "in", "cookie",
	    "name", "__Host-sid", "token", "type", "http", "scheme", "bearer");
}

void
vhd_openapi(struct vhd_call *call)
{
	json_t *paths = json_object(), *schemas = json_object();
	const struct vp_manifest *manifests;
	size_t count;

	for (size_t i = 0; i < vhd_routes_count; i++)
		add_route(paths, &vhd_routes[i], i);
	manifests = vhd_modules_list(call->modules, &count);
	for (size_t m = 0; m < count; m++)
		for (size_t r = 0; r < manifests[m].count; r++)
			describe_resource((struct describe){ .paths = paths,
			    .schemas = schemas,
			    .manifest = &manifests[m],
			    .resource = &manifests[m].resources[r] });
	vhd_call_json(call, 200,
	    json_pack("{s:s, s:{s:s, s:s}, s:[{s:[]}, {s:[]}], s:o, s:o}",
		"openapi", "3.1.0", "info", "title", "vhostadmin", "version",
		vpop_version(), "security", "session", "token", "paths", paths,
		"components", components(schemas)));
}
