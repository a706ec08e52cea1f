#include "config.h"

#include "panel/res/objstate.h"

#include <string.h>
#include <time.h>

#include "base/text.h"
#include "daemons/common/daemonlog.h"
#include "panel/api/body.h"
#include "panel/auth/account.h"
#include "panel/state/state.h"
#include "vpop_event.h"

#define WORDS_MAX 1000

/* What ends a row, beside its deletion, in the column job. */
#define BY_CHANGE    ""
#define BY_RECONCILE "-"

#define OBJECT(o)                                                              \
	vhd_text((o)->module), vhd_text((o)->resource), vhd_text((o)->domain), \
	    vhd_text((o)->parent), vhd_text((o)->key)
#define IS_OBJECT                                                              \
	" module = ?1 AND resource = ?2 AND domain = ?3 AND parent = ?4"       \
	" AND key = ?5 "

static const char *const names[] = { "ok", "pending", "degraded" };

const char *
vhd_object_state_name(enum vhd_objstate state)
{
	return names[state];
}

enum vhd_objstate
vhd_object_state_find(const char *name)
{
	for (int i = VHD_OBJECT_PENDING; name && i <= VHD_OBJECT_DEGRADED; i++)
		if (strcmp(names[i], name) == 0)
			return (enum vhd_objstate)i;
	return 0;
}

/* An object's name; 0, or -1: nothing has such a name. */
static int
name_it(const struct vp_manifest *manifest,
    const struct vp_module_resource *resource, struct vhd_object *ret)
{
	const struct vp_module_resource *within = resource->within;

	ret->module = manifest->name;
	return vp_format(ret->resource, sizeof ret->resource, "%s%s%s",
	    within ? within->name : "", within ? "/" : "", resource->name);
}

/* That of the call's place; key NULL: of the path.  -1: nothing is kept. */
static int
name_at(const struct vhd_call *call, const char *key, struct vhd_object *ret)
{
	const struct vhd_place *place = &call->place;

	/* The names of what is for anybody may be secrets. */
	if ((place->resource->read | place->resource->write) & VP_MODULE_ANON)
		return -1;
	if (!key)
		key = place->key;
	ret->domain = place->domain ? call->domain : "";
	ret->parent = place->parent ? place->parent : "";
	ret->key = key ? key : "";
	return name_it(place->manifest, place->resource, ret);
}

/* ---- changes ---------------------------------------------------------- */

static int
put(struct vhd_call *call, const struct vhd_object *object,
    enum vhd_objstate state, const char *reason, const char *job)
{
	int64_t seq;

	/* Without the journal nothing can be said to be another by now. */
	if (vpop_events_last(call->vp, &seq) != 0)
		seq = INT64_MAX;
	return vhd_state_run(call->state,
	    "INSERT OR REPLACE INTO object_state(module, resource, domain,"
	    " parent, key, state, reason, since, seq, job)"
	    " VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, coalesce((SELECT since"
	    " FROM object_state WHERE" IS_OBJECT "AND state = ?6), ?8), ?9,"
	    " ?10)",
	    OBJECT(object), vhd_number(state), vhd_text(reason),
	    vhd_number(time(NULL)), vhd_number(seq), vhd_text(job));
}

static void
log_failure(const struct vhd_call *call, const struct vhd_object *object)
{
	vp_daemonlog(LOG_ERR, "the state of %s '%s' of '%s' is not kept: %s",
	    object->resource, object->key, object->domain,
	    vhd_state_message(call->state));
}

void
vhd_object_broken(struct vhd_call *call, const char *key, const char *reason)
{
	struct vhd_object object;

	if (name_at(call, key, &object) == 0 &&
	    put(call, &object, VHD_OBJECT_DEGRADED, reason, call->job) < 0)
		log_failure(call, &object);
}

void
vhd_object_waits(
    struct vhd_call *call, const char *key, const char *reason, const char *job)
{
	struct vhd_object object;

	if (name_at(call, key, &object) == 0 &&
	    put(call, &object, VHD_OBJECT_PENDING, reason, job) < 0)
		log_failure(call, &object);
}

int
vhd_object_job(
    struct vhd_call *call, const char *key, char ret_job[VHD_ID_SIZE])
{
	struct vhd_object object;
	sqlite3_stmt *row;
	int rc;

	if (name_at(call, key, &object) != 0)
		return 0;
	row = vhd_state_query(call->state,
	    "SELECT job FROM object_state WHERE" IS_OBJECT, OBJECT(&object));
	rc = vhd_state_next(call->state, row);
	if (rc <= 0)
		return rc;
	rc = vp_copy(ret_job, VHD_ID_SIZE,
		 (const char *)sqlite3_column_text(row, 0)) == 0;
	vhd_state_done(row);
	return rc;
}

/* Whether the module has any row, so that most changes only read; or -1. */
static int
has_any(struct vhd_call *call)
{
	sqlite3_stmt *row = vhd_state_query(call->state,
	    "SELECT 1 FROM object_state WHERE module = ?1 OR domain = ?2"
	    " LIMIT 1",
	    vhd_text(call->place.manifest->name), vhd_text(call->place.key));
	int rc = vhd_state_next(call->state, row);

	if (rc > 0)
		vhd_state_done(row);
	return rc;
}

/* It, and what is within it, ends. */
static int
forget_deleted(struct vhd_call *call, const struct vhd_object *object)
{
	int rc = vhd_state_run(call->state,
	    "DELETE FROM object_state WHERE" IS_OBJECT
	    "OR (module = ?1 AND domain = ?3 AND parent = ?5 AND"
	    " substr(resource, 1, length(?2) + 1) = ?2 || '/')",
	    OBJECT(object));

	if (rc < 0 || strcmp(object->resource, "domains") != 0 ||
	    *object->domain)
		return rc;
	return vhd_state_run(call->state,
	    "DELETE FROM object_state WHERE domain = ?1",
	    vhd_text(object->key));
}

/* What the state was set by, if it is not for a reconcile. */
static int
forget_told(struct vhd_call *call, const struct vhd_object *object)
{
	return vhd_state_run(call->state,
	    "DELETE FROM object_state WHERE" IS_OBJECT "AND (job = '" BY_CHANGE
	    "' OR job = ?6)",
	    OBJECT(object), vhd_text(call->job));
}

static int
keep(struct vhd_call *call, const char *verb, const struct vhd_object *object,
    const json_t *result)
{
	const char *told = json_string_value(json_object_get(result, "state"));
	const char *why = json_string_value(json_object_get(result, "reason"));
	enum vhd_objstate state = vhd_object_state_find(told);
	int rc;

	if (state)
		return put(
		    call, object, state, why ? why : "no reason", BY_CHANGE);
	rc = has_any(call);
	if (rc <= 0)
		return rc;
	if (strcmp(verb, "delete") == 0)
		return forget_deleted(call, object);
	if (strcmp(verb, "setup") == 0 || (told && strcmp(told, "ok") == 0))
		return vhd_state_run(call->state,
		    "DELETE FROM object_state WHERE" IS_OBJECT, OBJECT(object));
	return strcmp(verb, "modify") == 0 ? forget_told(call, object) : 0;
}

void
vhd_object_changed(struct vhd_call *call, const char *verb, const char *key,
    const json_t *result)
{
	struct vhd_object object;

	if (name_at(call, key, &object) == 0 &&
	    keep(call, verb, &object, result) < 0)
		log_failure(call, &object);
}

/* ---- reconcile -------------------------------------------------------- */

int
vhd_object_mark(struct vhd_call *call, int64_t *ret_mark)
{
	sqlite3_stmt *row = vhd_state_query(call->state,
	    "SELECT coalesce(max(number), 0) FROM object_state"
	    " WHERE module = ?1",
	    vhd_text(call->place.manifest->name));

	if (vhd_state_next(call->state, row) != 1) {
		vhd_problem_state(call);
		return -1;
	}
	*ret_mark = sqlite3_column_int64(row, 0);
	vhd_state_done(row);
	return 0;
}

static const char *
text_of(const json_t *json, const char *name)
{
	const char *text = json_string_value(json_object_get(json, name));

	return text ? text : "";
}

/* The object that an item of the drift is about; 0, or -1: of none. */
static int
name_drift(const struct vp_manifest *manifest, const json_t *item,
    struct vhd_object *ret)
{
	const char *name = text_of(item, "resource");

	ret->domain = text_of(item, "domain");
	ret->parent = text_of(item, "parent");
	ret->key = text_of(item, "key");
	for (size_t i = 0; i < manifest->count; i++) {
		const struct vp_module_resource *resource =
		    &manifest->resources[i];

		if (strcmp(resource->name, name) == 0 &&
		    resource->of_domain == (*ret->domain != '\0') &&
		    !resource->within == !*ret->parent)
			return name_it(manifest, resource, ret);
	}
	return -1;
}

/* Within a transaction; all that was noted before the mark has no reason. */
static int
put_drift(struct vhd_call *call, const json_t *item, int64_t seq)
{
	enum vhd_objstate state = vhd_object_state_find(text_of(item, "state"));
	struct vhd_object object;

	if (json_is_true(json_object_get(item, "mended")) ||
	    name_drift(call->place.manifest, item, &object) != 0)
		return 0;
	return vhd_state_run(call->state,
	    "INSERT INTO object_state(module, resource, domain, parent, key,"
	    " state, reason, since, seq, job)"
	    " VALUES(?1, ?2, ?3, ?4, ?5, ?6, substr(?7, 1, ?11), ?8, ?9, ?10)"
	    " ON CONFLICT(module, resource, domain, parent, key)"
	    " DO UPDATE SET state = ?6, seq = ?9, job = ?10, reason ="
	    " CASE WHEN reason = '' THEN substr(?7, 1, ?11)"
	    " ELSE substr(reason || '; ' || ?7, 1, ?11) END",
	    OBJECT(&object), vhd_number(state ? state : VHD_OBJECT_DEGRADED),
	    vhd_text(text_of(item, "what")), vhd_number(time(NULL)),
	    vhd_number(seq), vhd_text(BY_RECONCILE), vhd_number(WORDS_MAX));
}

/* Within a transaction. */
static int
sweep(struct vhd_call *call, int64_t mark, json_t *drift, int64_t seq)
{
	const struct vhd_value module = vhd_text(call->place.manifest->name);
	json_t *item;
	size_t i;

	if (vhd_state_run(call->state,
		"UPDATE object_state SET reason = ''"
		" WHERE module = ?1 AND number <= ?2",
		module, vhd_number(mark)) < 0)
		return -1;
	json_array_foreach(drift, i, item)
	{
		if (put_drift(call, item, seq) < 0)
			return -1;
	}
	return vhd_state_run(call->state,
	    "DELETE FROM object_state WHERE module = ?1 AND reason = ''",
	    module);
}

int
vhd_object_reconciled(struct vhd_call *call, int64_t mark, json_t *drift)
{
	int64_t seq;
	int rc;

	if (vpop_events_last(call->vp, &seq) != 0)
		seq = INT64_MAX;
	rc = vhd_state_begin(call->state);
	if (rc == 0) {
		rc = sweep(call, mark, drift, seq);
		rc = vhd_state_end(call->state, rc < 0 ? rc : 0);
	}
	if (rc < 0)
		vhd_problem_state(call);
	return rc;
}

/* ---- showing ---------------------------------------------------------- */

int
vhd_object_is_gone(struct vhd_call *call, const char *domain, int64_t seq)
{
	int rc =
	    *domain ? vhd_domain_was_deleted_after(call->vp, domain, seq) : 0;

	if (rc >= 0)
		return rc;
	vhd_problem(
	    call, 503, "unavailable", "domains cannot be looked up now");
	return -1;
}

/* The domain with which it goes: an object of the site may be one itself. */
static const char *
domain_of(const struct vhd_object *name, const char *key)
{
	return strcmp(name->resource, "domains") == 0 ? key : name->domain;
}

/* A row of state, reason, since and seq is added to an object: 1, 0: it is of
 * another one, or -1 after a problem. */
static int
add_row(struct vhd_call *call, sqlite3_stmt *row, const char *domain,
    json_t *object)
{
	int rc = vhd_object_is_gone(call, domain, sqlite3_column_int64(row, 3));

	if (rc != 0)
		return rc < 0 ? -1 : 0;
	json_object_set_new(object, VHD_OBJECT_STATE,
	    json_pack("{s:s, s:s, s:o}", "state",
		names[sqlite3_column_int(row, 0)], "reason",
		(const char *)sqlite3_column_text(row, 1), "since",
		vhd_time_json(sqlite3_column_int64(row, 2))));
	return 1;
}

/* The key that an object tells, or NULL. */
static const char *
key_of(const struct vhd_call *call, const json_t *object)
{
	const char *key = call->place.resource->key;

	return key ? json_string_value(json_object_get(object, key)) : NULL;
}

int
vhd_object_show(struct vhd_call *call, json_t *object)
{
	struct vhd_object name;
	sqlite3_stmt *row;
	int rc;

	if (name_at(call, key_of(call, object), &name) != 0)
		return 0;
	row = vhd_state_query(call->state,
	    "SELECT state, reason, since, seq FROM object_state"
	    " WHERE" IS_OBJECT,
	    OBJECT(&name));
	rc = vhd_state_next(call->state, row);
	if (rc < 0)
		vhd_problem_state(call);
	if (rc <= 0)
		return rc;
	rc = add_row(call, row, domain_of(&name, name.key), object);
	vhd_state_done(row);
	return rc;
}

/* Objects are in the order of their keys, as rows are. */
static int
show_row(struct vhd_call *call, sqlite3_stmt *row,
    const struct vhd_object *name, json_t *items, size_t *at)
{
	const char *key = (const char *)sqlite3_column_text(row, 4);

	for (; *at < json_array_size(items); ++*at) {
		json_t *item = json_array_get(items, *at);
		const char *found = key_of(call, item);
		int order = found ? strcmp(found, key) : -1;

		if (order == 0)
			return add_row(call, row, domain_of(name, key), item);
		if (order > 0)
			return 0;
	}
	return 0;
}

int
vhd_object_show_list(struct vhd_call *call, json_t *items)
{
	size_t count = json_array_size(items), at = 0;
	const char *first = key_of(call, json_array_get(items, 0));
	const char *last = key_of(call, json_array_get(items, count - 1));
	struct vhd_object name;
	sqlite3_stmt *row;
	int rc;

	if (!first || !last || name_at(call, first, &name) != 0)
		return 0;
	row = vhd_state_query(call->state,
	    "SELECT state, reason, since, seq, key FROM object_state"
	    " WHERE module = ?1 AND resource = ?2 AND domain = ?3"
	    " AND parent = ?4 AND key BETWEEN ?5 AND ?6 ORDER BY key",
	    OBJECT(&name), vhd_text(last));
	while ((rc = vhd_state_next(call->state, row)) > 0)
		if (show_row(call, row, &name, items, &at) < 0) {
			vhd_state_done(row);
			return -1;
		}
	if (rc < 0)
		vhd_problem_state(call);
	return rc;
}
