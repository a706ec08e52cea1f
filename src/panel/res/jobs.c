/* Batches of operations, and the jobs that execute them. */
#include "config.h"

#include <string.h>

#include "base/text.h"
#include "panel/api/body.h"
#include "panel/api/route.h"
#include "panel/job/job.h"
#include "panel/job/seal.h"
#include "panel/res/deletion.h"
#include "panel/res/res.h"
#include "panel/state/state.h"

#define BATCH ":batch"

/* ---- batches ---------------------------------------------------------- */

static int
refuse(struct vhd_call *call, size_t at, const char *field, const char *why)
{
	char pointer[64];

	snprintf(pointer, sizeof pointer, "/operations/%zu%s", at, field);
	vhd_problem_field(call, pointer, "%s", why);
	return -1;
}

static int
is_change(const char *method)
{
	for (int i = VHD_POST; method && i < VHD_METHODS; i++)
		if (strcmp(method, vhd_method_names[i]) == 0)
			return 1;
	return 0;
}

/* Operations name paths below that of the batch: make them whole. */
static int
complete(struct vhd_call *call, json_t *operation, size_t at, const char *base,
    size_t base_size)
{
	static const char *const names[] = { "method", "path", "body",
		"if_match" };
	const json_t *body = json_object_get(operation, "body");
	const json_t *match = json_object_get(operation, "if_match");
	const char *path, *reason;
	AUTO_FREE char *whole = NULL;
	struct vhd_target target;
	size_t known = 0;

	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		known += json_object_get(operation, names[i]) != NULL;
	if (!json_is_object(operation) || known != json_object_size(operation))
		return refuse(call, at, "",
		    "it has method, path, body and if_match, and no other");
	if (!is_change(json_string_value(json_object_get(operation, "method"))))
		return refuse(call, at, "/method", "POST, PUT, PATCH, DELETE");
	path = json_string_value(json_object_get(operation, "path"));
	if (!path || (*path && *path != '/') ||
	    asprintf(&whole, "%.*s%s", (int)base_size, base, path) < 0)
		return refuse(
		    call, at, "/path", "it is empty or begins with a slash");
	if (vhd_target_parse(whole, &target, &reason) != 0)
		return refuse(call, at, "/path", reason);
	if (body && !json_is_object(body))
		return refuse(call, at, "/body", "it must be an object");
	if (match && !json_is_string(match))
		return refuse(call, at, "/if_match", "it must be a text");
	json_object_set_new(operation, "path", json_string(whole));
	return 0;
}

void
vhd_batch_create(struct vhd_call *call)
{
	static const char *const names[] = { "operations", NULL };
	const char *base = call->request->target;
	size_t size = strlen(base), i;
	json_t *operations = json_object_get(call->body, "operations");
	json_t *operation;
	AUTO_FREE char *target = NULL;

	if (vhd_body_check(call, names) != 0)
		return;
	if (json_array_size(operations) == 0 ||
	    json_array_size(operations) > VHD_OPERATIONS_MAX) {
		vhd_problem_field(call, "/operations",
		    "an array of 1 to %d operations", VHD_OPERATIONS_MAX);
		return;
	}
	size -= sizeof BATCH - 1;
	json_array_foreach(operations, i, operation)
	{
		if (complete(call, operation, i, base, size) != 0)
			return;
	}
	target = strndup(base, size);
	if (target)
		(void)vhd_job_create(call, target, operations, 0, NULL);
	else
		vhd_problem_state(call);
}

void
vhd_job_of_action(struct vhd_call *call)
{
	json_t *operations = json_pack("[{s:s, s:s, s:O*}]", "method", "POST",
	    "path", call->request->target, "body", call->body);

	if (operations)
		(void)vhd_job_create(
		    call, call->request->target, operations, 0, NULL);
	else
		vhd_problem_state(call);
	json_decref(operations);
}

int
vhd_is_batch(const struct vhd_call *call)
{
	const char *target = call->request->target;
	size_t size = strlen(target), end = sizeof BATCH - 1;

	return size > end && strcmp(target + size - end, BATCH) == 0 &&
	       strncmp(target, VHD_API, sizeof VHD_API - 1) == 0 &&
	       !strchr(target, '?');
}

/* ---- looking at jobs -------------------------------------------------- */

static json_t *
job_json(const struct vhd_job *job)
{
	return json_pack(
	    "{s:s, s:s, s:s, s:s, s:o, s:o*, s:o, s:o, s:I, s:I, s:I}", "id",
	    job->id, "state", vhd_job_state_name(job->state), "target",
	    job->target, "account", job->account, "created",
	    vhd_time_json((time_t)job->created), "due",
	    job->due ? vhd_time_json((time_t)job->due) : NULL, "started",
	    vhd_time_json((time_t)job->started), "ended",
	    vhd_time_json((time_t)job->ended), "operations",
	    (json_int_t)job->total, "done", (json_int_t)job->done, "failed",
	    (json_int_t)job->failed);
}

static int
sees_all(const struct vhd_call *call)
{
	return (call->who.role & (VHD_SYSTEM | VHD_OPERATOR)) != 0;
}

/* The job of the path, if it is for the caller to see.  0, or -1 after a
 * problem. */
static int
find(struct vhd_call *call, struct vhd_job *ret_job)
{
	int rc = vhd_job_find(call->state, call->parameter[0], ret_job);

	if (rc < 0) {
		vhd_problem_state(call);
		return -1;
	}
	if (rc > 0 &&
	    (sees_all(call) || strcmp(ret_job->account, call->who.name) == 0))
		return 0;
	if (rc > 0)
		vhd_job_clear(ret_job);
	vhd_problem(call, 404, "not-found", "there is no such job");
	return -1;
}

/* ---- results ---------------------------------------------------------- */

static json_t *
result_json(struct vhd_call *call, sqlite3_stmt *row)
{
	json_t *json = json_pack("{s:I, s:s, s:s, s:i, s:b}", "index",
	    sqlite3_column_int64(row, 0), "method", sqlite3_column_text(row, 1),
	    "path", sqlite3_column_text(row, 2), "status",
	    sqlite3_column_int(row, 3), "repeated",
	    sqlite3_column_int64(row, 4) > 1);
	size_t size = 0;
	char *text = vhd_seal_unlock(call->seal, sqlite3_column_blob(row, 5),
	    (size_t)sqlite3_column_bytes(row, 5), &size);
	json_t *kept = text ? json_loadb(text, size, 0, NULL) : NULL;

	if (kept)
		json_object_update(json, kept);
	json_decref(kept);
	if (text)
		explicit_bzero(text, size);
	free(text);
	return json;
}

/* Those after an index; NULL after a problem. */
static json_t *
results_json(struct vhd_call *call, const struct vhd_job *job, int64_t from,
    int64_t size)
{
	int64_t next = from + size < job->done ? from + size : -1;
	sqlite3_stmt *row = vhd_state_query(call->state,
	    "SELECT at, method, path, status, tries, result FROM job_operation"
	    " WHERE job = ?1 AND at >= ?2 AND at < ?3 AND status IS NOT NULL"
	    " ORDER BY at",
	    vhd_number(job->number), vhd_number(from), vhd_number(from + size));
	json_t *items = json_array();
	char cursor[24];
	int rc;

	while ((rc = vhd_state_next(call->state, row)) > 0)
		json_array_append_new(items, result_json(call, row));
	if (rc < 0) {
		json_decref(items);
		vhd_problem_state(call);
		return NULL;
	}
	snprintf(cursor, sizeof cursor, "%lld", (long long)next);
	return json_pack(
	    "{s:o, s:s?}", "items", items, "next", next >= 0 ? cursor : NULL);
}

static json_t *
failures_json(const struct vhd_job *job)
{
	char words[96];

	snprintf(words, sizeof words, "%lld of %lld operations failed",
	    (long long)job->failed, (long long)job->total);
	return json_pack("{s:s, s:s, s:i, s:s}", "type",
	    "urn:vhost:problem:operations-failed", "title", "Not all was done",
	    "status", 422, "detail", words);
}

void
vhd_job_get(struct vhd_call *call)
{
	struct vhd_job job;
	json_t *json, *results;
	int64_t size, from;

	if (vhd_argument_number(call, "limit", 1, 500, 50, &size) != 0 ||
	    vhd_argument_number(
		call, "cursor", 0, VHD_OPERATIONS_MAX, 0, &from) != 0 ||
	    find(call, &job) != 0)
		return;
	results = results_json(call, &job, from, size);
	if (results) {
		json = job_json(&job);
		json_object_set_new(json, "results", results);
		if (job.state == VHD_JOB_FAILED)
			json_object_set_new(json, "error", failures_json(&job));
		vhd_call_json(call, 200, json);
	}
	vhd_job_clear(&job);
}

/* Newest first; the cursor is the number of the last one. */
void
vhd_jobs_list(struct vhd_call *call)
{
	sqlite3_stmt *row;
	json_t *items;
	struct vhd_job job;
	int64_t size, before, count = 0, last = 0;
	char cursor[24];
	int rc;

	if (vhd_argument_number(call, "limit", 1, 500, 50, &size) != 0 ||
	    vhd_argument_number(
		call, "cursor", 1, INT64_MAX, INT64_MAX, &before) != 0)
		return;
	row = vhd_state_query(call->state,
	    "SELECT " VHD_JOB_COLUMNS " FROM job WHERE number < ?1"
	    " AND account = coalesce(?2, account)"
	    " ORDER BY number DESC LIMIT ?3",
	    vhd_number(before),
	    vhd_text(sees_all(call) ? NULL : call->who.name), vhd_number(size));
	items = json_array();
	while ((rc = vhd_state_next(call->state, row)) > 0) {
		if (vhd_job_row(row, &job) != 0) {
			vhd_state_done(row);
			rc = -1;
			break;
		}
		json_array_append_new(items, job_json(&job));
		last = job.number;
		count++;
		vhd_job_clear(&job);
	}
	if (rc < 0) {
		json_decref(items);
		vhd_problem_state(call);
		return;
	}
	snprintf(cursor, sizeof cursor, "%lld", (long long)last);
	vhd_call_json(call, 200,
	    json_pack("{s:o, s:s?}", "items", items, "next",
		count == size ? cursor : NULL));
}

/* ---- cancelling ------------------------------------------------------- */

void
vhd_job_delete(struct vhd_call *call)
{
	struct vhd_job job;
	int changed;

	if (find(call, &job) != 0)
		return;
	changed = vhd_job_move(call->vp, call->state, &job, VHD_JOB_CANCELLED);
	if (changed < 0) {
		vhd_problem_state(call);
	} else if (changed == 0) {
		vhd_problem(call, 409, "conflict", "the job has ended already");
	} else {
		vhd_deletion_cancelled(call, job.id);
		vhd_call_empty(call, 204);
	}
	vhd_job_clear(&job);
}
