/*
 * The resources of a manifest.  What its own schema cannot say is checked
 * here: that each key is a text property of the resource's schema, that a
 * parent is there and has objects with keys, that examples are right.
 */
#include "config.h"

#include "panel/module/manifest_int.h"

#include <stdlib.h>
#include <string.h>

#include "panel/module/schema.h"

static const char *const verbs[] = { "list", "get", "setup", "modify", "delete",
	NULL };
static const char *const roles[] = { "system", "operator", "reseller", "domain",
	"user", "anon", NULL };

static const char *
text_of(json_t *json, const char *name)
{
	return json_string_value(json_object_get(json, name));
}

/* The bits of the texts of an array, by their places in names; without the
 * array, absent. */
static unsigned
bits_of(json_t *array, const char *const *names, unsigned absent)
{
	unsigned bits = 0;
	json_t *item;
	size_t i;

	if (!array)
		return absent;
	json_array_foreach(array, i, item)
	{
		for (int bit = 0; names[bit]; bit++)
			if (strcmp(names[bit], json_string_value(item)) == 0)
				bits |= 1U << bit;
	}
	return bits;
}

static int
is_text(const struct vp_module_resource *resource, const char *property)
{
	const char *type = text_of(
	    json_object_get(
		json_object_get(resource->schema, "properties"), property),
	    "type");

	return type && strcmp(type, "string") == 0;
}

/* ---- checks ----------------------------------------------------------- */

/* Examples must be right: people and vmodule(8) go by them. */
static int
check_examples(struct vp_manifest_load *load, const char *name, json_t *schema)
{
	json_t *examples = json_object_get(schema, "examples");
	struct vp_schema_error error;
	json_t *example;
	size_t i;

	json_array_foreach(examples, i, example)
	{
		if (vp_schema_validate(schema, example, &error) != 0)
			return vp_manifest_fail(load,
			    "resource '%s': example %zu: '%s' %s", name, i + 1,
			    error.pointer, error.words);
	}
	return 0;
}

static int
check_texts(
    struct vp_manifest_load *load, const struct vp_module_resource *resource)
{
	json_t *filter;
	size_t i;

	if (resource->key && !is_text(resource, resource->key))
		return vp_manifest_fail(load,
		    "resource '%s': its key '%s' is no text property of its "
		    "schema",
		    resource->name, resource->key);
	json_array_foreach(resource->filters, i, filter)
	{
		if (!is_text(resource, json_string_value(filter)))
			return vp_manifest_fail(load,
			    "resource '%s': the filter '%s' is no text "
			    "property of its schema",
			    resource->name, json_string_value(filter));
	}
	return 0;
}

/* Names that begin so are for what the panel tells of an object. */
static int
check_properties(
    struct vp_manifest_load *load, const struct vp_module_resource *resource)
{
	json_t *properties = json_object_get(resource->schema, "properties");
	const char *name;
	json_t *property;

	json_object_foreach(properties, name, property)
	{
		if (*name == '_')
			return vp_manifest_fail(load,
			    "resource '%s': the name of the property '%s' "
			    "begins with '_'",
			    resource->name, name);
	}
	return 0;
}

/* What others take part in, and what waits, is about domains. */
static int
check_domains(
    struct vp_manifest_load *load, const struct vp_module_resource *resource)
{
	if (!resource->of_domain && strcmp(resource->name, "domains") == 0)
		return 0;
	if (resource->has_grace)
		return vp_manifest_fail(load,
		    "resource '%s': only domains have a grace period",
		    resource->name);
	for (size_t i = 0; i < resource->actions_count; i++)
		if (resource->actions[i].is_together)
			return vp_manifest_fail(load,
			    "resource '%s': only actions of domains are done "
			    "together",
			    resource->name);
	return 0;
}

static int
check_single(struct vp_manifest_load *load,
    const struct vp_module_resource *resource, int is_single)
{
	if (!is_single && !resource->key)
		return vp_manifest_fail(
		    load, "resource '%s' needs a key", resource->name);
	if (is_single && (resource->key || resource->can & VP_MODULE_LIST))
		return vp_manifest_fail(load,
		    "resource '%s' is single: it has no key and no list",
		    resource->name);
	return 0;
}

/* ---- loading ---------------------------------------------------------- */

static int
load_action(struct vp_manifest_load *load, const char *resource, json_t *json,
    struct vp_module_action *ret)
{
	const char *file = text_of(json, "schema");

	ret->name = text_of(json, "name");
	ret->title = text_of(json, "title");
	ret->roles =
	    bits_of(json_object_get(json, "roles"), roles, VP_MODULE_SYSTEM);
	ret->counts = json_object_get(json, "counts");
	ret->is_job = json_is_true(json_object_get(json, "job"));
	ret->deletes = json_is_true(json_object_get(json, "deletes"));
	ret->is_together = json_is_true(json_object_get(json, "together"));
	ret->renames = json_is_true(json_object_get(json, "renames"));
	ret->cancels = json_is_true(json_object_get(json, "cancels"));
	ret->schema = vp_manifest_schema(load, file);
	return ret->schema ? check_examples(load, resource, ret->schema) : -1;
}

static int
load_actions(struct vp_manifest_load *load, json_t *list,
    struct vp_module_resource *resource)
{
	size_t count = json_array_size(list);

	resource->actions = calloc(count + 1, sizeof *resource->actions);
	if (!resource->actions)
		return vp_manifest_fail(load, "out of memory");
	for (size_t i = 0; i < count; i++) {
		resource->actions_count = i + 1;
		if (load_action(load, resource->name, json_array_get(list, i),
			&resource->actions[i]) != 0)
			return -1;
	}
	return 0;
}

static int
load_resource(
    struct vp_manifest_load *load, json_t *json, struct vp_module_resource *ret)
{
	int is_single = json_is_true(json_object_get(json, "single"));

	ret->name = text_of(json, "name");
	ret->title = text_of(json, "title");
	ret->key = text_of(json, "key");
	ret->of_domain = strcmp(text_of(json, "scope"), "domain") == 0;
	ret->is_searched = json_is_true(json_object_get(json, "search"));
	ret->has_grace = json_is_true(json_object_get(json, "grace"));
	ret->can = bits_of(json_object_get(json, "verbs"), verbs,
	    is_single ? VP_MODULE_GET | VP_MODULE_MODIFY
		      : VP_MODULE_LIST | VP_MODULE_GET | VP_MODULE_SETUP |
			    VP_MODULE_MODIFY | VP_MODULE_DELETE);
	ret->read =
	    bits_of(json_object_get(json, "read"), roles, VP_MODULE_SYSTEM);
	ret->write =
	    bits_of(json_object_get(json, "write"), roles, VP_MODULE_SYSTEM);
	if (ret->read & VP_MODULE_ANON && ret->can & VP_MODULE_LIST)
		return vp_manifest_fail(load,
		    "resource '%s': nobody lists who is not known", ret->name);
	ret->filters = json_object_get(json, "filters");
	ret->permission = json_object_get(json, "permission");
	ret->counts = json_object_get(json, "counts");
	ret->schema = vp_manifest_schema(load, text_of(json, "schema"));
	if (!ret->schema || check_single(load, ret, is_single) != 0 ||
	    check_texts(load, ret) != 0 || check_properties(load, ret) != 0)
		return -1;
	if (check_examples(load, ret->name, ret->schema) != 0 ||
	    load_actions(load, json_object_get(json, "actions"), ret) != 0)
		return -1;
	return check_domains(load, ret);
}

/* The resource that another is within. */
static int
find_parent(struct vp_manifest_load *load, const char *name,
    struct vp_module_resource *resource)
{
	const struct vp_manifest *m = load->manifest;

	for (size_t i = 0; i < m->count; i++) {
		const struct vp_module_resource *parent = &m->resources[i];

		if (parent != resource && strcmp(parent->name, name) == 0 &&
		    parent->key && !parent->within &&
		    parent->of_domain == resource->of_domain) {
			resource->within = parent;
			return 0;
		}
	}
	return vp_manifest_fail(load,
	    "resource '%s' is within '%s', which is not another resource "
	    "before it, of the same scope and with a key",
	    resource->name, name);
}

static int
check_names(
    struct vp_manifest_load *load, const struct vp_module_resource *resource)
{
	const struct vp_module_resource *list = load->manifest->resources;

	for (; list < resource; list++)
		if (strcmp(list->name, resource->name) == 0 &&
		    list->of_domain == resource->of_domain &&
		    list->within == resource->within)
			return vp_manifest_fail(load,
			    "resource '%s' is there twice", resource->name);
	return 0;
}

int
vp_manifest_resources(struct vp_manifest_load *load)
{
	struct vp_manifest *m = load->manifest;
	json_t *list = json_object_get(m->json, "resources");
	size_t count = json_array_size(list);

	m->resources = calloc(count + 1, sizeof *m->resources);
	if (!m->resources)
		return vp_manifest_fail(load, "out of memory");
	for (size_t i = 0; i < count; i++) {
		struct vp_module_resource *resource = &m->resources[i];
		json_t *json = json_array_get(list, i);
		const char *within = text_of(json, "within");

		m->count = i + 1;
		if (load_resource(load, json, resource) != 0 ||
		    (within && find_parent(load, within, resource) != 0) ||
		    check_names(load, resource) != 0)
			return -1;
	}
	return 0;
}

void
vp_manifest_resources_free(struct vp_manifest *manifest)
{
	for (size_t i = 0; i < manifest->count; i++) {
		struct vp_module_resource *resource = &manifest->resources[i];

		for (size_t j = 0; j < resource->actions_count; j++)
			json_decref(resource->actions[j].schema);
		free(resource->actions);
		json_decref(resource->schema);
	}
	free(manifest->resources);
}
