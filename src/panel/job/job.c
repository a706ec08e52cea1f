#include "config.h"

#include "panel/job/job.h"

#include <sodium.h>
#include <string.h>
#include <unistd.h>

#include "base/text.h"
#include "daemons/common/daemonlog.h"
#include "panel/api/body.h"
#include "panel/job/seal.h"
#include "panel/state/state.h"
#include "vpop_event.h"

#define ID_BYTES 16
#define OPEN_MAX 100 /* jobs of an account that have not ended */

const char *
vhd_job_state_name(enum vhd_job_state state)
{
	static const char *const names[] = { "queued", "running", "succeeded",
		"failed", "cancelled" };

	return state <= VHD_JOB_CANCELLED ? names[state] : "failed";
}

/* ---- reading ---------------------------------------------------------- */

static char *
copy(sqlite3_stmt *row, int column)
{
	const char *text = (const char *)sqlite3_column_text(row, column);

	return strdup(text ? text : "");
}

int
vhd_job_row(sqlite3_stmt *row, struct vhd_job *ret_job)
{
	struct vhd_job job = {
		.number = sqlite3_column_int64(row, 0),
		.account = copy(row, 2),
		.address = copy(row, 3),
		.target = copy(row, 4),
		.state = (enum vhd_job_state)sqlite3_column_int(row, 5),
		.total = sqlite3_column_int64(row, 6),
		.done = sqlite3_column_int64(row, 7),
		.failed = sqlite3_column_int64(row, 8),
		.created = sqlite3_column_int64(row, 9),
		.started = sqlite3_column_int64(row, 10),
		.ended = sqlite3_column_int64(row, 11),
		.token = copy(row, 12),
		.seq = sqlite3_column_int64(row, 13),
		.due = sqlite3_column_int64(row, 14),
	};

	snprintf(job.id, sizeof job.id, "%s",
	    (const char *)sqlite3_column_text(row, 1));
	if (!job.account || !job.address || !job.target || !job.token) {
		vhd_job_clear(&job);
		return -1;
	}
	*ret_job = job;
	return 0;
}

void
vhd_job_clear(struct vhd_job *job)
{
	free(job->account);
	free(job->address);
	free(job->target);
	free(job->token);
	memset(job, 0, sizeof *job);
}

int
vhd_job_find(struct vhd_state *state, const char *id, struct vhd_job *ret_job)
{
	sqlite3_stmt *row = vhd_state_query(state,
	    "SELECT " VHD_JOB_COLUMNS " FROM job WHERE id = ?1", vhd_text(id));
	int rc = vhd_state_next(state, row);

	if (rc <= 0)
		return rc;
	rc = vhd_job_row(row, ret_job) == 0 ? 1 : -1;
	vhd_state_done(row);
	return rc;
}

void
vhd_job_publish(struct vpop *vp, const char *type, const struct vhd_job *job)
{
	const char *at = strchr(job->account, '@');
	char error[64] = "";
	AUTO_FREE char *text = NULL;
	json_t *json;

	if (job->failed)
		snprintf(error, sizeof error, "%lld of %lld operations failed",
		    (long long)job->failed, (long long)job->total);
	json = json_pack("{s:s, s:s, s:s*}", "kind", "operations", "target",
	    job->target, "error", *error ? error : NULL);
	text = json ? json_dumps(json, JSON_COMPACT) : NULL;
	json_decref(json);
	const struct vpop_event_new event = { .type = type,
		.object = job->id,
		.domain = at ? at + 1 : "",
		.new_json = text };

	if (!text || vpop_event_publish(vp, &event) != 0)
		vp_daemonlog(LOG_WARNING, "the event %s is lost: %s", type,
		    text ? vpop_message(vp) : "no memory");
}

/* ---- getting on ------------------------------------------------------- */

static int
write_state(
    struct vhd_state *state, const struct vhd_job *job, enum vhd_job_state next)
{
	int changed = vhd_state_run(state,
	    "UPDATE job SET state = ?2,"
	    " started = CASE ?2 WHEN 1 THEN ?3 ELSE started END,"
	    " ended = CASE ?2 WHEN 1 THEN 0 ELSE ?3 END"
	    " WHERE number = ?1 AND state < 2",
	    vhd_number(job->number), vhd_number(next), vhd_number(time(NULL)));

	if (changed <= 0 || next == VHD_JOB_RUNNING)
		return changed;
	return vhd_state_run(state,
		   "UPDATE job_operation SET operation = NULL WHERE job = ?1",
		   vhd_number(job->number)) < 0
		   ? -1
		   : 1;
}

/* The event is told while nobody else can decide, and before it is decided for
 * good: after a crash it is told twice rather than never. */
int
vhd_job_move(struct vpop *vp, struct vhd_state *state,
    const struct vhd_job *job, enum vhd_job_state next)
{
	static const char *const events[] = { [VHD_JOB_RUNNING] = "job.started",
		[VHD_JOB_SUCCEEDED] = "job.succeeded",
		[VHD_JOB_FAILED] = "job.failed",
		[VHD_JOB_CANCELLED] = "job.cancelled" };
	int changed;

	if (vhd_state_begin(state) != 0)
		return -1;
	changed = write_state(state, job, next);
	if (changed > 0)
		vhd_job_publish(vp, events[next], job);
	return vhd_state_end(state, changed < 0) == 0 ? changed : -1;
}

/* ---- making ----------------------------------------------------------- */

static int
add_operation(
    struct vhd_call *call, int64_t number, size_t at, json_t *operation)
{
	char *text = json_dumps(operation, JSON_COMPACT);
	AUTO_FREE unsigned char *sealed = NULL;
	size_t size = 0;
	int rc = -1;

	if (text)
		sealed = vhd_seal_lock(call->seal, text, strlen(text), &size);
	if (sealed)
		rc = vhd_state_run(call->state,
		    "INSERT INTO job_operation(job, at, method, path,"
		    " operation, tries) VALUES(?1, ?2, ?3, ?4, ?5, 0)",
		    vhd_number(number), vhd_number((int64_t)at),
		    vhd_text(json_string_value(
			json_object_get(operation, "method"))),
		    vhd_text(
			json_string_value(json_object_get(operation, "path"))),
		    vhd_bytes(sealed, size));
	if (text)
		explicit_bzero(text, strlen(text));
	free(text);
	return rc < 0 ? -1 : 0;
}

static int
insert(struct vhd_call *call, struct vhd_job *job, json_t *operations)
{
	json_t *operation;
	size_t i;

	if (vhd_state_run(call->state,
		"INSERT INTO job(id, account, address, target, state, total,"
		" done, failed, created, started, ended, token, seq, due)"
		" VALUES(?1, ?2, ?3, ?4, 0, ?5, 0, 0, ?6, 0, 0, ?7, ?8, ?9)",
		vhd_text(job->id), vhd_text(job->account),
		vhd_text(job->address), vhd_text(job->target),
		vhd_number(job->total), vhd_number(job->created),
		vhd_text(job->token), vhd_number(job->seq),
		vhd_number(job->due)) < 0)
		return -1;
	sqlite3_stmt *row = vhd_state_query(call->state,
	    "SELECT number FROM job WHERE id = ?1", vhd_text(job->id));
	if (vhd_state_next(call->state, row) != 1)
		return -1;
	job->number = sqlite3_column_int64(row, 0);
	vhd_state_done(row);
	json_array_foreach(operations, i, operation)
	{
		if (add_operation(call, job->number, i, operation) != 0)
			return -1;
	}
	return 0;
}

/* How many jobs of an account have not ended and do not wait for a time, or
 * -1. */
static int64_t
count_open(struct vhd_call *call)
{
	sqlite3_stmt *row = vhd_state_query(call->state,
	    "SELECT count(*) FROM job WHERE state < 2 AND due = 0"
	    " AND account = ?1",
	    vhd_text(call->who.name));
	int64_t count;

	if (vhd_state_next(call->state, row) != 1)
		return -1;
	count = sqlite3_column_int64(row, 0);
	vhd_state_done(row);
	return count;
}

static int
queue(struct vhd_call *call, struct vhd_job *job, json_t *operations)
{
	unsigned char id[ID_BYTES];
	const uint64_t one = 1;

	if (vp_random(id, sizeof id) != 0) {
		vhd_problem_state(call);
		return -1;
	}
	sodium_bin2hex(job->id, sizeof job->id, id, sizeof id);
	if (vhd_state_begin(call->state) != 0 ||
	    vhd_state_end(call->state, insert(call, job, operations)) != 0) {
		vhd_problem_state(call);
		return -1;
	}
	vhd_job_publish(call->vp, "job.queued", job);
	/* A full counter wakes, too. */
	if (call->jobs_fd >= 0 && write(call->jobs_fd, &one, sizeof one) < 0)
		vp_daemonlog(LOG_INFO, "jobs are looked for later");
	vhd_call_header(call, VHD_REPLY_LOCATION, "/api/v1/jobs/%s", job->id);
	vhd_call_json(call, 202,
	    json_pack("{s:s, s:s, s:I, s:o*}", "id", job->id, "state", "queued",
		"operations", (json_int_t)job->total, "due",
		job->due ? vhd_time_json(job->due) : NULL));
	return 0;
}

int
vhd_job_create(struct vhd_call *call, const char *target, json_t *operations,
    int64_t due, char ret_id[VHD_ID_SIZE])
{
	struct vhd_job job = { .account = strdup(call->who.name),
		.address = strdup(call->request->address),
		.target = strdup(target),
		.token = strdup(call->who.token),
		.total = (int64_t)json_array_size(operations),
		.created = time(NULL),
		.due = due };
	int64_t open = count_open(call);
	int rc = -1;

	if (open < 0 || !job.account || !job.address || !job.target ||
	    !job.token)
		vhd_problem_state(call);
	else if (vpop_events_last(call->vp, &job.seq) != 0)
		vhd_problem(
		    call, 503, "unavailable", "the journal cannot be read now");
	else if (open >= OPEN_MAX)
		vhd_problem(call, 429, "too-many-jobs",
		    "there are %d jobs of yours that have not ended", OPEN_MAX);
	else
		rc = queue(call, &job, operations);
	if (ret_id)
		memcpy(ret_id, job.id, sizeof job.id);
	vhd_job_clear(&job);
	return rc;
}
