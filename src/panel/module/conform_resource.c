/*
 * The life of an object: its examples are made, changed, taken back and
 * deleted, and after each step it must be what it is said to be.  Each change
 * carries the id of a job; the same job again changes nothing.
 */
#include "config.h"

#include "panel/module/conform.h"

#include <string.h>

#include "base/attr.h"
#include "panel/module/schema.h"

#define DOMAIN "example.test"

/* One resource under test. */
struct life {
	struct vp_conform *run;
	const struct vp_module_resource *resource;
	const char *domain; /* that it belongs to */
	const char *parent; /* key of the object that it is within, or NULL */
	json_t *first;      /* the first example */
	const char *key;    /* its key; NULL: it is single */
	json_t *second;     /* another content of the same key; owned */
};

static json_t *
parameters(const struct life *life)
{
	json_t *object = json_pack("{s:s, s:s*, s:s*, s:{s:s, s:s}}",
	    "resource", life->resource->name, "key", life->key, "parent",
	    life->parent, "actor", "name", "uid:0", "role", "system");

	if (life->resource->of_domain)
		json_object_set_new(
		    object, "domain", json_string(life->domain));
	return object;
}

/* Parameters of a change; job 0: a new one. */
static json_t *
change(struct life *life, int job, json_t *old, json_t *new)
{
	json_t *object = parameters(life);
	char id[64];

	if (job == 0)
		job = ++life->run->jobs;
	snprintf(id, sizeof id, "job-%s-%d", life->resource->name, job);
	json_object_set_new(object, "job", json_string(id));
	json_object_set_new(
	    object, "old", old ? json_deep_copy(old) : json_null());
	json_object_set_new(
	    object, "new", new ? json_deep_copy(new) : json_null());
	return object;
}

static json_t *
call(struct life *life, const char *verb, json_t *with, const char *code,
    const char *what)
{
	char text[256];

	snprintf(text, sizeof text, "%s: %s", life->resource->name, what);
	return vp_conform_call(life->run, verb, with, code, text);
}

static void
does(struct life *life, const char *verb, json_t *with, const char *code,
    const char *what)
{
	json_decref(call(life, verb, with, code, what));
}

/* The members that were given come back, but for secret ones. */
static int
is_as(const struct life *life, json_t *object, json_t *wanted)
{
	json_t *properties =
	    json_object_get(life->resource->schema, "properties");
	const char *name;
	json_t *value;

	json_object_foreach(wanted, name, value)
	{
		json_t *of = json_object_get(properties, name);

		if (json_is_true(json_object_get(of, "writeOnly"))) {
			if (json_object_get(object, name))
				return 0;
		} else if (!json_equal(json_object_get(object, name), value)) {
			return 0;
		}
	}
	return json_is_object(object);
}

static void
shows(struct life *life, json_t *wanted, const char *what)
{
	json_t *result = call(life, "get", parameters(life), NULL, what);
	json_t *object = json_object_get(result, "object");

	vp_conform_tell(life->run, is_as(life, object, wanted),
	    "the object is not what was given, or shows what is writeOnly",
	    "%s: and is what it was made", life->resource->name);
	json_decref(result);
}

/* How many items a list has, and whether one has the key; -1: no list. */
static int
list(struct life *life, int *ret_found, const char *what)
{
	json_t *with = parameters(life);
	int count = -1;
	json_t *item;
	size_t i;

	json_object_del(with, "key");
	json_object_set_new(with, "limit", json_integer(100));
	json_t *result = call(life, "list", with, NULL, what);
	json_t *items = json_object_get(result, "items");
	*ret_found = 0;
	if (json_is_array(items))
		count = (int)json_array_size(items);
	json_array_foreach(items, i, item)
	{
		const char *key = json_string_value(
		    json_object_get(item, life->resource->key));

		*ret_found |= key && strcmp(key, life->key) == 0;
	}
	json_decref(result);
	return count;
}

static void
lists(struct life *life, int is_there, const char *what)
{
	int found, count;

	if (!(life->resource->can & VP_MODULE_LIST))
		return;
	count = list(life, &found, what);
	vp_conform_tell(life->run, count >= 0 && found == is_there,
	    "items must be an array that has it, or not", "%s: and %s",
	    life->resource->name,
	    is_there ? "it is among them" : "it is not among them");
}

/* Parameters of the question whether a change would be made. */
static json_t *
validate(struct life *life, const char *action, json_t *old, json_t *new)
{
	json_t *object = change(life, 0, old, new);

	json_object_set_new(object, "action", json_string(action));
	return object;
}

/* What a change gave for its being taken back. */
static json_t *
undoing(struct life *life, int job, json_t *result)
{
	json_t *with = change(life, job, NULL, NULL);
	json_t *undo = json_object_get(result, "undo");

	json_object_set(with, "undo", undo ? undo : json_null());
	return with;
}

static void
born(struct life *life)
{
	does(life, "get", parameters(life), "not-found", "what is not there");
	lists(life, 0, "a list");
	does(life, "validate", validate(life, "setup", NULL, life->first), NULL,
	    "the example is allowed");
	does(life, "get", parameters(life), "not-found",
	    "which makes nothing yet");
	if (life->resource->can & VP_MODULE_MODIFY)
		does(life, "modify", change(life, 0, life->first, life->first),
		    "not-found", "what is not there cannot be changed");

	json_t *with = change(life, 0, NULL, life->first);
	json_t *again = json_deep_copy(with);
	does(life, "setup", with, NULL, "it is made");
	shows(life, life->first, "it is there");
	lists(life, 1, "a list");
	does(life, "setup", again, NULL, "the same job again");
	if (life->key)
		does(life, "setup", change(life, 0, NULL, life->first),
		    "exists", "another job for the same");
}

/* From one content to another, and back. */
static void
changed(struct life *life)
{
	json_t *with = change(life, 0, life->first, life->second);
	int job = life->run->jobs;
	json_t *result = call(life, "modify", with, NULL, "it is changed");

	shows(life, life->second, "it is there");
	does(life, "undo", undoing(life, job, result), NULL,
	    "the change is taken back");
	shows(life, life->first, "it is there");
	does(
	    life, "undo", undoing(life, job, result), NULL, "taken back again");
	does(life, "undo", undoing(life, ++life->run->jobs, NULL), NULL,
	    "taking back what was never done");
	shows(life, life->first, "it is there");
	json_decref(result);
}

/* All that the module has of the domain. */
static json_t *
of_domain(struct life *life)
{
	static const char *const not_said[] = { "resource", "parent", "key",
		"old", "new" };
	json_t *with = change(life, 0, NULL, NULL);

	for (size_t i = 0; i < sizeof not_said / sizeof *not_said; i++)
		json_object_del(with, not_said[i]);
	return with;
}

static void
suspended(struct life *life)
{
	static const char *const verbs[] = { "suspend", "resume" };

	for (size_t i = 0; i < 2; i++) {
		int has =
		    vp_manifest_has_verb(life->run->module->manifest, verbs[i]);
		char what[64];

		snprintf(what, sizeof what, "%s is %s", verbs[i],
		    has ? "done" : "refused, as the manifest says");
		does(life, verbs[i], change(life, 0, NULL, NULL),
		    has ? NULL : "unsupported", what);
		if (!has || !life->resource->of_domain)
			continue;
		snprintf(what, sizeof what, "%s of all of a domain", verbs[i]);
		does(life, verbs[i], of_domain(life), NULL, what);
	}
	shows(life, life->first, "it is there");
}

static void
survives(struct life *life)
{
	if (life->run->module->pid > 0)
		vp_module_kill(life->run->module);
	shows(life, life->first, "after a kill it is there");
}

/* An action with its first example. */
static void
act(struct life *life, const struct vp_module_action *action)
{
	json_t *with = change(life, 0, NULL, NULL);
	json_t *examples = json_object_get(action->schema, "examples");
	char what[64];

	json_object_set_new(with, "action", json_string(action->name));
	json_object_set(with, "input", json_array_get(examples, 0));
	snprintf(what, sizeof what, "action %s", action->name);
	does(life, "act", with, NULL, what);
}

static void
acted(struct life *life)
{
	const struct vp_module_resource *resource = life->resource;

	for (size_t i = 0; i < resource->actions_count; i++)
		if (!resource->actions[i].deletes &&
		    !resource->actions[i].renames &&
		    !resource->actions[i].cancels)
			act(life, &resource->actions[i]);
	does(life, "get", parameters(life), NULL,
	    "after its actions it is there");
}

/* What an action has given another key, which is in its example. */
static void
rename_gone(struct life *life, const struct vp_module_action *action)
{
	json_t *example =
	    json_array_get(json_object_get(action->schema, "examples"), 0);
	json_t *key = json_object_get(example, life->resource->key);
	json_t *old = json_copy(life->first);
	json_t *with;

	json_object_set(old, life->resource->key, key);
	with = change(life, 0, old, NULL);
	json_object_set(with, "key", key);
	does(life, "delete", with, NULL, "it is deleted by its new key");
	json_decref(old);
}

/* Those that delete it, or give it another key, each of them the last one that
 * it sees. */
static void
acted_away(struct life *life)
{
	const struct vp_module_resource *resource = life->resource;

	for (size_t i = 0; i < resource->actions_count; i++) {
		const struct vp_module_action *action = &resource->actions[i];

		if (!action->deletes && !action->renames)
			continue;
		does(life, "setup", change(life, 0, NULL, life->first), NULL,
		    "made for an action that takes it away");
		act(life, action);
		does(life, "get", parameters(life), "not-found",
		    "after it it is gone");
		if (action->renames)
			rename_gone(life, action);
	}
}

static void
gone(struct life *life)
{
	json_t *with = change(life, 0, life->first, NULL);
	json_t *again = json_deep_copy(with);
	int job = life->run->jobs;
	json_t *result = call(life, "delete", with, NULL, "it is deleted");
	int is_final = json_is_true(json_object_get(result, "final"));

	does(life, "get", parameters(life), "not-found", "it is gone");
	lists(life, 0, "a list");
	does(life, "delete", again, NULL, "the same job again");
	does(life, "undo", undoing(life, job, result),
	    is_final ? "conflict" : NULL,
	    is_final ? "the deletion is final" : "the deletion is taken back");
	json_decref(result);
	if (!is_final) {
		shows(life, life->first, "it is there");
		does(life, "delete", change(life, 0, life->first, NULL), NULL,
		    "it is deleted for good");
	}
	does(life, "delete", change(life, 0, life->first, NULL), "not-found",
	    "what is not there cannot be deleted");
}

/* All that can be done with it. */
static void
live(struct life *life)
{
	unsigned can = life->resource->can;

	if (can & VP_MODULE_SETUP)
		born(life);
	else
		does(life, "get", parameters(life),
		    life->key ? "not-found" : NULL,
		    life->key ? "what is not there" : "it is there");
	/* What cannot be made is there, and must be made the first example
	 * before it can be told what it is. */
	if (can & VP_MODULE_MODIFY && !(can & VP_MODULE_SETUP) && !life->key)
		does(life, "modify", change(life, 0, NULL, life->first), NULL,
		    "it is made the example");
	if (can & VP_MODULE_MODIFY && (can & VP_MODULE_SETUP || !life->key))
		changed(life);
	if (can & VP_MODULE_SETUP) {
		suspended(life);
		survives(life);
		acted(life);
	}
	if (can & VP_MODULE_SETUP && can & VP_MODULE_DELETE) {
		gone(life);
		acted_away(life);
	}
}

/* ---- what it hangs on ------------------------------------------------- */

static json_t *
example_of(const struct vp_module_resource *resource)
{
	return json_array_get(json_object_get(resource->schema, "examples"), 0);
}

/* The resource of this module whose objects are domains, or NULL. */
static const struct vp_module_resource *
domains_of(const struct vp_manifest *manifest)
{
	for (size_t i = 0; i < manifest->count; i++) {
		const struct vp_module_resource *resource =
		    &manifest->resources[i];

		if (!resource->of_domain && !resource->within &&
		    strcmp(resource->name, "domains") == 0)
			return resource;
	}
	return NULL;
}

/* Make or delete the first example of another resource. */
static void
ancestor(const struct life *life, const struct vp_module_resource *resource,
    const char *verb)
{
	struct life other = { .run = life->run,
		.resource = resource,
		.domain = life->domain,
		.first = example_of(resource) };
	int is_setup = strcmp(verb, "setup") == 0;

	other.key =
	    json_string_value(json_object_get(other.first, resource->key));
	does(&other, verb,
	    change(&other, 0, is_setup ? NULL : other.first,
		is_setup ? other.first : NULL),
	    NULL, is_setup ? "made for what follows" : "taken away again");
}

const char *
vp_conform_domain(struct vp_conform *run, const char *verb)
{
	const struct vp_module_resource *domains =
	    domains_of(run->module->manifest);
	struct life life = { .run = run };

	if (!domains)
		return DOMAIN;
	ancestor(&life, domains, verb);
	return json_string_value(
	    json_object_get(example_of(domains), domains->key));
}

static void
live_on(struct life *life)
{
	const struct vp_module_resource *parent = life->resource->within;

	if (life->resource->of_domain)
		life->domain = vp_conform_domain(life->run, "setup");
	if (parent)
		ancestor(life, parent, "setup");
	live(life);
	if (parent)
		ancestor(life, parent, "delete");
	if (life->resource->of_domain)
		(void)vp_conform_domain(life->run, "delete");
}

void
vp_conform_resource(
    struct vp_conform *run, const struct vp_module_resource *resource)
{
	json_t *examples = json_object_get(resource->schema, "examples");
	struct life life = {
		.run = run,
		.resource = resource,
		.domain = DOMAIN,
		.first = json_array_get(examples, 0),
	};
	int is_right;

	if (resource->within)
		life.parent = json_string_value(json_object_get(
		    example_of(resource->within), resource->within->key));
	if (resource->key)
		life.key = json_string_value(
		    json_object_get(life.first, resource->key));
	life.second = json_deep_copy(json_array_get(examples, 1));
	is_right = life.second && (life.key || !resource->key) && life.domain &&
		   (life.parent || !resource->within);
	vp_conform_tell(run, is_right,
	    "its schema must have two examples, the second being what the "
	    "first is changed to",
	    "%s: there are examples", resource->name);
	if (is_right) {
		if (life.key)
			json_object_set_new(
			    life.second, resource->key, json_string(life.key));
		live_on(&life);
	}
	json_decref(life.second);
}
