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
#include "panel/res/objstate.h"
#include "panel/res/res.h"
#include "panel/res/resource.h"

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
	json_t *json = json_pack("{s:s, s:O, s:O?, s:O?, s:b, s:O?, s:o}",
	    "name", manifest->name, "version",
	    json_object_get(manifest->json, "version"), "title",
	    json_object_get(manifest->json, "title"), "description",
	    json_object_get(manifest->json, "description"), "enabled",
	    !manifest->is_off, "status", state, "resources", resources);

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
	manifests = vhd_modules_off(call->modules, &count);
	for (size_t i = 0; i < count; i++)
		json_array_append_new(items, module_json(&manifests[i], NULL));
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
	manifests = vhd_modules_off(call->modules, &count);
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

/* What a module is set to. */
struct values {
	const struct vp_manifest *manifest;
	const char *folder;
	json_t *settings;
	int is_off;
};

/* As it is now; 0, or -1 after a problem. */
static int
read_values(struct vhd_call *call, struct values *v)
{
	char error[VP_MODULE_ERROR] = "out of memory";

	v->settings = NULL;
	if (!v->folder || vp_module_values_read(v->manifest, v->folder,
			      &v->settings, error) != 0) {
		vhd_problem(call, 503, "unavailable", "%s", error);
		return -1;
	}
	if (!v->settings)
		v->settings = json_object();
	v->is_off = vp_module_is_off(v->folder, v->manifest->name);
	return 0;
}

/* The part of a module that can be changed, without what is secret. */
static json_t *
values_json(const struct values *v)
{
	json_t *settings = NULL;

	if (v->manifest->settings) {
		settings = json_deep_copy(v->settings);
		vhd_hide_secrets(v->manifest->settings, settings);
	}
	return json_pack(
	    "{s:b, s:o*}", "enabled", !v->is_off, "settings", settings);
}

static void
reply(struct vhd_call *call, const struct values *v)
{
	const struct vp_manifest *manifest = v->manifest;
	json_t *shown = values_json(v), *list = states(call);
	json_t *json = module_json(manifest, state_of(list, manifest->name));

	vhd_entity_header(call, shown);
	json_object_update(json, shown);
	if (manifest->settings)
		json_object_set(json, "settings_schema", manifest->settings);
	json_decref(shown);
	json_decref(list);
	vhd_call_json(call, 200, json);
}

void
vhd_module_show(struct vhd_call *call)
{
	AUTO_FREE char *folder = settings_folder(call);
	struct values v = { .manifest = find(call), .folder = folder };

	if (v.manifest && read_values(call, &v) == 0)
		reply(call, &v);
	json_decref(v.settings);
}

/* ---- changing --------------------------------------------------------- */

/* Hold new settings against the schema.  0, or -1 after a problem. */
static int
check(struct vhd_call *call, const struct values *v)
{
	struct vp_schema_error error;
	AUTO_FREE char *pointer = NULL;

	if (!v->manifest->settings) {
		vhd_problem_field(
		    call, "/settings", "the module has no settings");
		return -1;
	}
	if (vp_schema_validate(v->manifest->settings, v->settings, &error) == 0)
		return 0;
	if (asprintf(&pointer, "/settings%s", error.pointer) < 0)
		pointer = NULL;
	vhd_problem_field(
	    call, pointer ? pointer : "/settings", "%s", error.words);
	return -1;
}

/* Make values of those that are there; 0, or -1 after a problem. */
static int
merge(struct vhd_call *call, struct values *v)
{
	json_t *patch = json_object_get(call->body, "settings");
	json_t *enabled = json_object_get(call->body, "enabled");
	json_t *merged;

	if (enabled && !json_is_boolean(enabled)) {
		vhd_problem_field(call, "/enabled", "it must be true or false");
		return -1;
	}
	if (enabled)
		v->is_off = json_is_false(enabled);
	if (!patch)
		return 0;
	if (!json_is_object(patch)) {
		vhd_problem_field(call, "/settings", "it must be an object");
		return -1;
	}
	merged = vhd_merge(v->settings, patch);
	json_decref(v->settings);
	v->settings = merged;
	return check(call, v);
}

/* 0, or -1 after a problem. */
static int
write_values(
    struct vhd_call *call, const struct values *older, const struct values *v)
{
	int rc = 0, is_closed;

	if (!json_equal(older->settings, v->settings))
		rc =
		    vp_module_values_write(v->manifest, v->folder, v->settings);
	if (rc == 0 && older->is_off != v->is_off)
		rc = vp_module_switch(v->folder, v->manifest->name, v->is_off);
	if (rc == 0)
		return 0;
	is_closed = errno == EACCES || errno == EPERM || errno == ENOENT;
	vhd_problem(call, is_closed ? 403 : 503,
	    is_closed ? "permission-denied" : "unavailable",
	    "cannot write into '%s': %s%s", v->folder, strerror(errno),
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
		    "it is written, but not in force yet: %s", answer.words);
	vp_module_answer_free(&answer);
	return rc;
}

void
vhd_module_change(struct vhd_call *call)
{
	static const char *const names[] = { "enabled", "settings", NULL };
	AUTO_FREE char *folder = settings_folder(call);
	struct values older = { .manifest = find(call), .folder = folder }, v;
	AUTO_CLOSE int lock = -1;

	if (!older.manifest || vhd_body_check(call, names) != 0)
		return;
	lock = vhd_changelock(call, older.manifest->name);
	if (lock < 0 || read_values(call, &older) != 0)
		return;
	v = older;
	json_incref(v.settings);
	if (vhd_entity_match(call, values_json(&older)) == 0 &&
	    merge(call, &v) == 0 && write_values(call, &older, &v) == 0) {
		vhd_publish(call, "module.changed", v.manifest->name, "",
		    values_json(&older), values_json(&v));
		if (put_in_force(call) == 0)
			reply(call, &v);
	}
	json_decref(older.settings);
	json_decref(v.settings);
}

void
vhd_module_reconcile(struct vhd_call *call)
{
	static const char *const names[] = { "mend", NULL };
	json_t *mend = json_object_get(call->body, "mend"), *result, *drift;
	int64_t mark;

	call->place.manifest = find(call);
	if (!call->place.manifest || vhd_body_check(call, names) != 0)
		return;
	if (mend && !json_is_boolean(mend)) {
		vhd_problem_field(call, "/mend", "it must be true or false");
		return;
	}
	if (vhd_object_mark(call, &mark) != 0)
		return;
	call->acts_as = call->who.role;
	result = vhd_resource_ask(call, "reconcile",
	    json_pack("{s:b, s:o}", "mend", json_is_true(mend), "actor",
		vhd_resource_actor(call)));
	drift = json_object_get(result, "drift");
	if (json_is_array(drift)) {
		if (vhd_object_reconciled(call, mark, drift) == 0)
			vhd_call_json(
			    call, 200, json_pack("{s:O}", "drift", drift));
	} else if (result) {
		vhd_problem(call, 502, "module-failed",
		    "the module '%s' gave no drift",
		    call->place.manifest->name);
	}
	json_decref(result);
}
