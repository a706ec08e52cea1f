/*
 * Changing objects of modules.  Between reading what an object is, comparing
 * it with what the caller knows, and changing it, no other worker changes
 * one of the same domain: they take a lock.
 */
#include "config.h"

#include "panel/res/resource.h"

#include <string.h>

#include "panel/api/entity.h"
#include "panel/auth/grant.h"
#include "panel/auth/pool.h"
#include "panel/module/schema.h"
#include "panel/res/changelock.h"
#include "panel/res/deletion.h"
#include "panel/res/merge.h"
#include "panel/res/objstate.h"
#include "panel/res/place.h"
#include "panel/res/res.h"

/* ---- parts ------------------------------------------------------------ */

/* Parameters of a change, which is one job for the module; old and new are
 * borrowed. */
static json_t *
change_parameters(
    struct vhd_call *call, const char *key, json_t *old, json_t *new)
{
	json_t *parameters = vhd_resource_parameters(call, key);

	if (!*call->job)
		vhd_call_new_job(call->job);
	json_object_set_new(parameters, "job", json_string(call->job));
	json_object_set(parameters, "old", old ? old : json_null());
	json_object_set(parameters, "new", new ? new : json_null());
	return parameters;
}

/* Whether the same job comes again when this one broke off. */
static int
is_repeated(const struct vhd_call *call)
{
	return call->is_operation ||
	       (call->request->method == VHD_POST &&
		   call->request->headers[VHD_IDEMPOTENCY_KEY]);
}

/* A change that broke off may have been made, or half of it.  0 when it was
 * taken back. */
static int
take_back(struct vhd_call *call, json_t *parameters)
{
	struct vp_module_answer answer;
	int rc;

	json_object_set_new(parameters, "undo", json_null());
	vhd_module_call(call->modules, call->place.manifest->name, "undo",
	    parameters, &answer);
	rc = answer.outcome == VP_MODULE_DONE ? 0 : -1;
	vp_module_answer_free(&answer);
	return rc;
}

static void
say_broken(struct vhd_call *call, const char *verb, const char *key,
    json_t *parameters, const struct vp_module_answer *answer)
{
	const char *name = call->place.manifest->name;
	char reason[VP_MODULE_ERROR];

	if (!is_repeated(call) && take_back(call, parameters) == 0) {
		vhd_problem(call, 503, "unavailable",
		    "the module '%s' %s; nothing was changed", name,
		    answer->words);
		return;
	}
	snprintf(reason, sizeof reason,
	    "the module '%s' %.900s, so that nobody knows whether '%s' was "
	    "done",
	    name, answer->words, verb);
	vhd_object_broken(call, key, reason);
	vhd_problem(call, 503, "unavailable", "%s", reason);
}

/* Ask for a change, and keep what becomes of the object; parameters are taken.
 * The result, or NULL after a problem. */
static json_t *
ask(struct vhd_call *call, const char *verb, const char *key,
    json_t *parameters)
{
	struct vp_module_answer answer;
	json_t *result = NULL;

	vhd_module_call(call->modules, call->place.manifest->name, verb,
	    parameters, &answer);
	if (answer.outcome == VP_MODULE_BROKEN)
		say_broken(call, verb, key, parameters, &answer);
	else if (answer.outcome == VP_MODULE_REFUSED)
		vhd_resource_problem(call, &answer);
	else
		result = json_incref(answer.result);
	json_decref(parameters);
	vp_module_answer_free(&answer);
	return result;
}

/* Hold an object against a schema.  0, or -1 after a problem. */
static int
check(struct vhd_call *call, json_t *schema, json_t *object)
{
	struct vp_schema_error error;

	if (vp_schema_validate(schema, object, &error) == 0)
		return 0;
	vhd_problem_field(call, error.pointer, "%s", error.words);
	return -1;
}

/* Take out of a new object what the caller cannot set; "now" is the object
 * as it is, or NULL.  0, or -1 after a problem. */
static int
strip(struct vhd_call *call, json_t *new, json_t *now)
{
	const char *name =
	    vhd_strip_read_only(call->place.resource->schema, new, now);
	char pointer[80];

	json_object_del(new, VHD_OBJECT_STATE);
	if (!name)
		return 0;
	snprintf(pointer, sizeof pointer, "/%s", name);
	vhd_problem_field(call, pointer, "it cannot be set");
	return -1;
}

/* Reply with the object as it is now, and what only this reply shows. */
static void
show(struct vhd_call *call, int status, const char *key, json_t *result)
{
	json_t *shown = json_object_get(result, "shown");
	json_t *object;

	if (!(call->place.resource->can & VP_MODULE_GET)) {
		if (shown)
			vhd_call_json(call, status, json_incref(shown));
		else
			vhd_call_empty(call, 204);
		return;
	}
	object = vhd_resource_read(call, key);
	if (!object)
		return;
	vhd_entity_header(call, object);
	json_object_update(object, shown);
	if (vhd_object_show(call, object) < 0)
		json_decref(object);
	else
		vhd_call_json(call, status, object);
}

/* ---- making ----------------------------------------------------------- */

/* The domains of the site belong to resellers. */
static int
is_domain(const struct vhd_call *call)
{
	const struct vp_module_resource *resource = call->place.resource;

	return !resource->of_domain && !resource->within &&
	       strcmp(resource->name, "domains") == 0;
}

/* Ask for the object; one that is a domain is its maker's.  The result, or
 * NULL after a problem. */
static json_t *
make(struct vhd_call *call, const char *key)
{
	AUTO_CLOSE int pool = -1;
	json_t *result;
	const char *real;

	if (vhd_pool_enter(call, key, &pool) != 0)
		return NULL;
	if (is_domain(call) && vhd_reseller_reserve(call, key) != 0)
		return NULL;
	result = ask(
	    call, "setup", key, change_parameters(call, key, NULL, call->body));
	real = json_string_value(json_object_get(result, "key"));
	if (result)
		vhd_object_changed(call, "setup", real ? real : key, result);
	if (is_domain(call) &&
	    vhd_reseller_settle(call, key,
		!result ? NULL
		: real  ? real
			: key) != 0 &&
	    result) {
		json_decref(result);
		result = NULL;
	}
	return result;
}

static void
setup(struct vhd_call *call, const char *key)
{
	json_t *result = make(call, key);
	const char *real = json_string_value(json_object_get(result, "key"));
	AUTO_FREE char *path = NULL;

	if (!result)
		return;
	if (!real)
		real = key;
	path = vhd_place_path(&call->place, real);
	vhd_call_header(call, VHD_REPLY_LOCATION, "%s", path ? path : "");
	show(call, 201, real, result);
	json_decref(result);
}

void
vhd_resource_create(struct vhd_call *call)
{
	const struct vp_module_resource *resource = call->place.resource;
	AUTO_CLOSE int lock = -1;

	if (strip(call, call->body, NULL) != 0 ||
	    check(call, resource->schema, call->body) != 0)
		return;
	const char *key =
	    json_string_value(json_object_get(call->body, resource->key));
	if (!key) {
		char pointer[80];

		snprintf(pointer, sizeof pointer, "/%s", resource->key);
		vhd_problem_field(call, pointer, "it is needed");
		return;
	}
	lock = vhd_changelock(call, key);
	if (lock >= 0)
		setup(call, key);
}

/* ---- changing --------------------------------------------------------- */

/* The key stays what it is. */
static int
check_key(struct vhd_call *call, json_t *now, json_t *new)
{
	const char *key = call->place.resource->key;
	char pointer[80];

	if (!key ||
	    json_equal(json_object_get(now, key), json_object_get(new, key)))
		return 0;
	snprintf(pointer, sizeof pointer, "/%s", key);
	vhd_problem_field(call, pointer, "it cannot be changed");
	return -1;
}

/* The key as the object itself tells it, or that of the path. */
static const char *
key_of(const struct vhd_call *call, const json_t *now)
{
	const char *name = call->place.resource->key;
	const char *key =
	    name ? json_string_value(json_object_get(now, name)) : NULL;

	return key ? key : call->place.key;
}

/* Ask for a change of the object that is now. */
static json_t *
change(struct vhd_call *call, const char *verb, json_t *now, json_t *new)
{
	const char *key = key_of(call, now);
	json_t *result =
	    ask(call, verb, key, change_parameters(call, NULL, now, new));

	if (result)
		vhd_object_changed(call, verb, key, result);
	return result;
}

/* now and new are taken. */
static void
modify(struct vhd_call *call, json_t *now, json_t *new)
{
	json_t *schema = call->place.resource->schema, *result = NULL;

	if (strip(call, new, now) == 0 && check_key(call, now, new) == 0 &&
	    check(call, schema, new) == 0) {
		(void)vhd_strip_read_only(schema, now, now);
		result = change(call, "modify", now, new);
	}
	json_decref(now);
	json_decref(new);
	if (result)
		show(call, 200, NULL, result);
	json_decref(result);
}

/* A single object that need not be there is set up if it is not. */
static void
put_single(struct vhd_call *call)
{
	json_t *now = vhd_resource_read(call, NULL);

	if (!now && call->status == 404 &&
	    call->place.resource->can & VP_MODULE_SETUP) {
		if (strip(call, call->body, NULL) == 0 &&
		    check(call, call->place.resource->schema, call->body) == 0)
			setup(call, NULL);
		return;
	}
	if (!now || vhd_entity_match(call, json_incref(now)) != 0)
		json_decref(now);
	else
		modify(call, now, json_incref(call->body));
}

void
vhd_resource_put(struct vhd_call *call)
{
	AUTO_CLOSE int lock = vhd_changelock(call, call->place.key);
	json_t *now;

	if (lock < 0)
		return;
	if (!(call->place.resource->can & VP_MODULE_GET)) {
		modify(call, NULL, json_incref(call->body));
		return;
	}
	if (!call->place.key) {
		put_single(call);
		return;
	}
	now = vhd_resource_read(call, NULL);
	if (now && vhd_entity_match(call, json_incref(now)) == 0)
		modify(call, now, json_incref(call->body));
	else
		json_decref(now);
}

void
vhd_resource_patch(struct vhd_call *call)
{
	AUTO_CLOSE int lock = vhd_changelock(call, call->place.key);
	json_t *now = lock < 0 ? NULL : vhd_resource_read(call, NULL);

	if (now && vhd_entity_match(call, json_incref(now)) == 0)
		modify(call, now, vhd_merge(now, call->body));
	else
		json_decref(now);
}

/* ---- deleting, acting ------------------------------------------------- */

void
vhd_resource_delete(struct vhd_call *call)
{
	AUTO_CLOSE int lock = vhd_changelock(call, call->place.key);
	json_t *now = lock < 0 ? NULL : vhd_resource_read(call, NULL);
	json_t *result = NULL;

	if (now && vhd_entity_match(call, json_incref(now)) == 0 &&
	    !(call->place.resource->has_grace &&
		vhd_deletion_waits(call, key_of(call, now)))) {
		(void)vhd_strip_read_only(
		    call->place.resource->schema, now, now);
		result = change(call, "delete", now, NULL);
	}
	json_decref(now);
	if (result)
		vhd_call_empty(call, 204);
	json_decref(result);
}

void
vhd_resource_act(struct vhd_call *call)
{
	const struct vp_module_action *action = call->place.action;
	AUTO_CLOSE int lock = -1;
	AUTO_CLOSE int pool = -1;
	json_t *parameters, *result;

	if (check(call, action->schema, call->body) != 0)
		return;
	if (action->is_job && !call->is_operation) {
		vhd_job_of_action(call);
		return;
	}
	lock = vhd_changelock(call, call->place.key);
	if (lock < 0 || vhd_pool_enter(call, call->place.key, &pool) != 0)
		return;
	if (action->cancels) {
		vhd_deletion_cancel(call);
		return;
	}
	parameters = change_parameters(call, NULL, NULL, NULL);
	json_object_set_new(parameters, "action", json_string(action->name));
	json_object_set(parameters, "input", call->body);
	result = action->is_together
		     ? vhd_act_together(call, parameters)
		     : ask(call, "act", call->place.key, parameters);
	if (!result)
		return;
	vhd_object_changed(call, "act", call->place.key, result);
	if (json_is_object(json_object_get(result, "result")))
		vhd_call_json(
		    call, 200, json_incref(json_object_get(result, "result")));
	else
		vhd_call_empty(call, 204);
	json_decref(result);
}
