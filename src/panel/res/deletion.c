#include "config.h"

#include "panel/res/deletion.h"

#include <string.h>
#include <time.h>

#include "base/text.h"
#include "panel/api/body.h"
#include "panel/api/publish.h"
#include "panel/job/job.h"
#include "panel/res/objstate.h"
#include "panel/res/place.h"
#include "panel/state/state.h"

#define DAY  86400
#define DAYS 365

/* ---- whether one waits ------------------------------------------------ */

/* The job that is to delete the object of the place.  1, 0 if there is none,
 * or -1 after a problem. */
static int
find_job(struct vhd_call *call, const char *key, struct vhd_job *ret_job)
{
	char id[VHD_ID_SIZE];
	int rc = vhd_object_job(call, key, id);

	if (rc > 0)
		rc = vhd_job_find(call->state, id, ret_job);
	if (rc < 0)
		vhd_problem_state(call);
	if (rc <= 0)
		return rc;
	if (ret_job->due && ret_job->state == VHD_JOB_QUEUED)
		return 1;
	vhd_job_clear(ret_job);
	return 0;
}

static json_t *
execute_at(int64_t due)
{
	return json_pack("{s:o}", "execute_at", vhd_time_json((time_t)due));
}

static void
schedule(struct vhd_call *call, const char *key, int64_t due)
{
	AUTO_FREE char *path = vhd_place_path(&call->place, key);
	AUTO_FREE char *now = NULL;
	json_t *time = vhd_time_json((time_t)due);
	char id[VHD_ID_SIZE], reason[96];
	json_t *operations;

	if (!path || asprintf(&now, "%s?grace=0", path) < 0)
		now = NULL;
	snprintf(reason, sizeof reason, "it is to be deleted at %s",
	    json_string_value(time));
	json_decref(time);
	operations = json_pack("[{s:s, s:s*, s:s}]", "method", "DELETE", "path",
	    now, "if_match", "*");
	if (!now || !operations)
		vhd_problem(call, 503, "unavailable", "out of memory");
	else if (vhd_job_create(call, path, operations, due, id) == 0) {
		vhd_object_waits(call, key, reason, id);
		vhd_publish(call, "domain.delete.scheduled", key, key, NULL,
		    execute_at(due));
	}
	json_decref(operations);
}

int
vhd_deletion_waits(struct vhd_call *call, const char *key)
{
	struct vhd_job job;
	int64_t days;
	int rc;

	if (vhd_argument_number(call, "grace", 0, DAYS,
		call->settings->delete_days, &days) != 0)
		return 1;
	rc = find_job(call, key, &job);
	if (rc < 0)
		return 1;
	if (rc > 0 && days > 0)
		vhd_problem(call, 409, "conflict",
		    "'%s' is to be deleted already; \"cancel-delete\" takes "
		    "that back",
		    key);
	else if (days > 0)
		schedule(call, key, time(NULL) + days * DAY);
	else if (rc > 0 && vhd_job_move(call->vp, call->state, &job,
			       VHD_JOB_CANCELLED) > 0)
		(void)vhd_deletion_forget(call->state, job.id); /* but now */
	if (rc > 0)
		vhd_job_clear(&job);
	return days > 0;
}

/* ---- taking it back --------------------------------------------------- */

void
vhd_deletion_cancelled(struct vhd_call *call, const char *job)
{
	sqlite3_stmt *row = vhd_state_query(call->state,
	    "SELECT key, due FROM object_state"
	    " JOIN job ON id = ?1 AND object_state.job = ?1",
	    vhd_text(job));

	if (vhd_state_next(call->state, row) != 1)
		return;
	AUTO_FREE char *key = strdup((const char *)sqlite3_column_text(row, 0));
	int64_t due = sqlite3_column_int64(row, 1);

	vhd_state_done(row);
	(void)vhd_deletion_forget(call->state, job);
	if (key)
		vhd_publish(call, "domain.delete.cancelled", key, key,
		    execute_at(due), NULL);
}

void
vhd_deletion_cancel(struct vhd_call *call)
{
	const char *key = call->place.key;
	struct vhd_job job;
	int rc = find_job(call, key, &job);

	if (rc < 0)
		return;
	if (rc > 0) {
		rc = vhd_job_move(
		    call->vp, call->state, &job, VHD_JOB_CANCELLED);
		if (rc > 0)
			vhd_deletion_cancelled(call, job.id);
		vhd_job_clear(&job);
	}
	if (rc < 0)
		vhd_problem_state(call);
	else if (rc == 0)
		vhd_problem(
		    call, 409, "conflict", "'%s' is not to be deleted", key);
	else
		vhd_call_empty(call, 204);
}

/* ---- the job ---------------------------------------------------------- */

int
vhd_deletion_check(struct vhd_call *call, const char *job)
{
	sqlite3_stmt *row = vhd_state_query(call->state,
	    "SELECT key, seq FROM object_state WHERE job = ?1", vhd_text(job));
	int rc = vhd_state_next(call->state, row);

	if (rc > 0) {
		rc = vhd_object_is_gone(call,
		    (const char *)sqlite3_column_text(row, 0),
		    sqlite3_column_int64(row, 1));
		vhd_state_done(row);
		if (rc <= 0)
			return rc;
	} else if (rc < 0) {
		vhd_problem_state(call);
		return -1;
	}
	vhd_problem(call, 409, "conflict",
	    "it is another object than the one that was to be deleted");
	return 1;
}

int
vhd_deletion_forget(struct vhd_state *state, const char *job)
{
	return vhd_state_run(state, "DELETE FROM object_state WHERE job = ?1",
		   vhd_text(job)) < 0
		   ? -1
		   : 0;
}
