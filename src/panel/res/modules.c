/* The modules that there are, and what they bring. */
#include "config.h"

#include <errno.h>
#include <string.h>

#include "panel/api/body.h"
#include "panel/api/entity.h"
#include "panel/api/publish.h"
#include "panel/module/client.h"
#include "panel/module/schema.h"
#include "panel/module/values.h"
#include "panel/res/changelock.h"
#include "panel/res/merge.h"
#include "panel/res/res.h"

static json_t *
resource_json(const struct vp_module_resource *resource, json_t *entry)
{
	json_t *json = json_deep_copy(entry);

	json_object_set(json, "schema", resource->schema);
	if (resource->actions_count > 0) {
		json_t *actions = json_object_get(json, "actions");

		for (size_t i = 0; i < resource->actions_count; i++)
			json_object_set(json_array_get(actions, i), "schema",
			    resource->actions[i].schema);
	}
	return json;
}

/* What the manifest says, with the schemas in place of their files. */
static json_t *
module_json(const struct vp_manifest *manifest, json_t *state)
{
	json_t *entries = json_object_get(manifest->json, "resources");
	json_t *resources = json_array();
	json_t *json = json_pack("{s:s, s:O, s:O?, s:O?, s:O?, s:o}", "name",
	    manifest->name, "version",
	    json_object_get(manifest->json, "version"), "title",
	    json_object_get(manifest->json, "title"), "description",
	    json_object_get(manifest->json, "description"), "status", state,
	    "resources", resources);

	for (size_t i = 0; i < manifest->count; i++)
		json_array_append_new(
		    resources, resource_json(&manifest->resources[i],
				   json_array_get(entries, i)));
	return json;
}

/* The states of all, or NULL if they cannot be had now. */
static json_t *
states(struct vhd_call *call)
{
	struct vp_module_answer answer;
	json_t *list;

	vhd_modules_status(call->modules, &answer);
	list = json_incref(json_object_get(answer.result, "modules"));
	vp_module_answer_free(&answer);
	return list;
}

static json_t *
state_of(json_t *list, const char *name)
{
	json_t *item;
	size_t i;

	json_array_foreach(list, i, item)
	{
		const char *found =
		    json_string_value(json_object_get(item, "name"));

		if (found && strcmp(found, name) == 0)
			return item;
	}
	return NULL;
}

void
vhd_modules_show(struct vhd_call *call)
{
	json_t *items = json_array(), *list = states(call);
	const struct vp_manifest *manifests;
	size_t count;

	manifests = vhd_modules_list(call->modules, &count);
	for (size_t i = 0; i < count; i++)
		json_array_append_new(
		    items, module_json(&manifests[i],
			       state_of(list, manifests[i].name)));
	json_decref(list);
	vhd_call_json(
	    call, 200, json_pack("{s:o, s:n}", "items", items, "next"));
}

/* ---- one, and what it is set to --------------------------------------- */

/* That of the path, or NULL after a problem. */
static const struct vp_manifest *
find(struct vhd_call *call)
{
	const struct vp_manifest *manifests;
	size_t count;

	manifests = vhd_modules_list(call->modules, &count);
	for (size_t i = 0; i < count; i++)
		if (strcmp(manifests[i].name, call->parameter[0]) == 0)
			return &manifests[i];
	vhd_problem(call, 404, "not-found", "there is no such module");
	return NULL;
}

/* The folder of what modules are set to, malloc'd. */
static char *
settings_folder(const struct vhd_call *call)
{
	char *folder;

	return asprintf(&folder, "%s/etc/modules", vpop_home(call->vp)) < 0
		   ? NULL
		   : folder;
}

/* What it is set to now, or NULL after a problem. */
static json_t *
read_values(struct vhd_call *call, const struct vp_manifest *manifest)
{
	AUTO_FREE char *folder = settings_folder(call);
	char error[VP_MODULE_ERROR] = "out of memory";
	json_t *values;

	if (folder &&
	    vp_module_values_read(manifest, folder, &values, error) == 0)
		return values ? values : json_object();
	vhd_problem(call, 503, "unavailable", "%s", error);
	return NULL;
}

/* Without what is secret. */
static json_t *
public_values(const struct vp_manifest *manifest, json_t *values)
{
	json_t *copy = json_deep_copy(values);

	vhd_hide_secrets(manifest->settings, copy);
	return copy;
}

/* Reply with a module; values are taken. */
static void
reply(struct vhd_call *call, const struct vp_manifest *manifest, json_t *values)
{
	json_t *shown = public_values(manifest, values), *list = states(call);
	json_t *json = module_json(manifest, state_of(list, manifest->name));

	vhd_entity_header(call, shown);
	if (manifest->settings) {
		json_object_set(json, "settings", shown);
		json_object_set(json, "settings_schema", manifest->settings);
	}
	json_decref(values);
	json_decref(shown);
	json_decref(list);
	vhd_call_json(call, 200, json);
}

void
vhd_module_show(struct vhd_call *call)
{
	const struct vp_manifest *manifest = find(call);
	json_t *values = manifest ? read_values(call, manifest) : NULL;

	if (values)
		reply(call, manifest, values);
}

/* Hold new values against the schema.  0, or -1 after a problem. */
static int
check(struct vhd_call *call, const struct vp_manifest *manifest, json_t *values)
{
	struct vp_schema_error error;
	AUTO_FREE char *pointer = NULL;

	if (!manifest->settings) {
		vhd_problem_field(
		    call, "/settings", "the module has no settings");
		return -1;
	}
	if (vp_schema_validate(manifest->settings, values, &error) == 0)
		return 0;
	if (asprintf(&pointer, "/settings%s", error.pointer) < 0)
		pointer = NULL;
	vhd_problem_field(
	    call, pointer ? pointer : "/settings", "%s", error.words);
	return -1;
}

/* 0, or -1 after a problem. */
static int
write_values(
    struct vhd_call *call, const struct vp_manifest *manifest, json_t *values)
{
	AUTO_FREE char *folder = settings_folder(call);
	int is_closed;

	if (!folder)
		errno = ENOMEM;
	else if (vp_module_values_write(manifest, folder, values) == 0)
		return 0;
	is_closed = errno == EACCES || errno == EPERM || errno == ENOENT;
	vhd_problem(call, is_closed ? 403 : 503,
	    is_closed ? "permission-denied" : "unavailable",
	    "cannot write into '%s': %s%s", folder ? folder : "",
	    strerror(errno),
	    is_closed ? "; it must belong to the owner of mail" : "");
	return -1;
}

/* 0, or -1 after a problem. */
static int
put_in_force(struct vhd_call *call)
{
	struct vp_module_answer answer;
	int rc;

	vhd_modules_reload(call->modules, &answer);
	rc = answer.outcome == VP_MODULE_DONE ? 0 : -1;
	if (rc != 0)
		vhd_problem(call, 503, "unavailable",
		    "the settings are written, but not in force yet: %s",
		    answer.words);
	vp_module_answer_free(&answer);
	return rc;
}

/* Make values of older ones, which have been compared.  Both are borrowed. */
static void
change(struct vhd_call *call, const struct vp_manifest *manifest, json_t *older,
    json_t *values)
{
	if (check(call, manifest, values) != 0 ||
	    write_values(call, manifest, values) != 0)
		return;
	vhd_publish(call, "module.changed", manifest->name, "",
	    public_values(manifest, older), public_values(manifest, values));
	if (put_in_force(call) == 0)
		reply(call, manifest, json_incref(values));
}

void
vhd_module_change(struct vhd_call *call)
{
	static const char *const names[] = { "settings", NULL };
	json_t *patch = json_object_get(call->body, "settings"), *older,
	       *values;
	const struct vp_manifest *manifest = find(call);
	AUTO_CLOSE int lock = -1;

	if (!manifest || vhd_body_check(call, names) != 0)
		return;
	if (!json_is_object(patch)) {
		vhd_problem_field(call, "/settings", "it must be an object");
		return;
	}
	lock = vhd_changelock(call, manifest->name);
	older = lock < 0 ? NULL : read_values(call, manifest);
	if (!older)
		return;
	values = vhd_merge(older, patch);
	if (vhd_entity_match(call, public_values(manifest, older)) == 0)
		change(call, manifest, older, values);
	json_decref(values);
	json_decref(older);
}
