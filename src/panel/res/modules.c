/* The modules that there are, and what they bring. */
#include "config.h"

#include <string.h>

#include "panel/module/client.h"
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
