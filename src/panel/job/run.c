/*
 * One operation at a time.  That it is tried is written before it is, and its
 * result with the progress of the job in one transaction afterwards: what a
 * crash leaves is an operation that was tried and has no result.
 */
#include "config.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "daemons/common/daemonlog.h"
#include "panel/api/route.h"
#include "panel/auth/identify.h"
#include "panel/auth/token.h"
#include "panel/job/job.h"
#include "panel/job/seal.h"
#include "panel/res/deletion.h"
#include "panel/state/state.h"

#define TRIES      3
#define RESULT_MAX (512 * 1024) /* bytes that are kept of one */
#define EXPIRE     10

struct run {
	struct vhd_site *site;
	const struct vhd_settings *settings;
	struct vhd_job job;
	int64_t tries; /* of the operation, before this one */
	char *operation;
	size_t operation_size;
	enum vhd_method method;
};

static int
fail_state(const struct run *run)
{
	vp_daemonlog(LOG_ERR, "%s", vhd_state_message(run->site->state));
	return -1;
}

/* ---- whose it is ------------------------------------------------------ */

static int
refuse(struct vhd_call *call)
{
	vhd_problem(call, 403, "permission-denied",
	    "who made the job may do nothing any more");
	return 1;
}

/* 0; 1 after a problem that is the operation's answer; -1: not now. */
static int
become(const struct run *run, struct vhd_call *call)
{
	int rc;

	if (*run->job.token) {
		rc = vhd_token_resume(call, run->job.token) == 0 ? 1 : -1;
		if (rc < 0 && call->status == 401)
			return 1;
	} else {
		rc = vhd_identify_named(call, run->job.account, run->job.seq);
	}
	if (rc == 0)
		return refuse(call);
	return rc > 0 ? 0 : -1;
}

/* ---- an operation ----------------------------------------------------- */

/* 1, 0 if it is not there any more, for the job was cancelled, or -1. */
static int
read_operation(struct run *run)
{
	struct vhd_state *state = run->site->state;
	sqlite3_stmt *row = vhd_state_query(state,
	    "SELECT operation, tries FROM job_operation"
	    " JOIN job ON number = job"
	    " WHERE job = ?1 AND at = ?2 AND state < 2",
	    vhd_number(run->job.number), vhd_number(run->job.done));
	int rc = vhd_state_next(state, row);

	if (rc <= 0)
		return rc;
	run->tries = sqlite3_column_int64(row, 1);
	run->operation =
	    vhd_seal_unlock(run->site->seal, sqlite3_column_blob(row, 0),
		(size_t)sqlite3_column_bytes(row, 0), &run->operation_size);
	vhd_state_done(row);
	return 1;
}

static const char *
text_of(const json_t *json, const char *name)
{
	return json_string_value(json_object_get(json, name));
}

static int
make_request(
    const json_t *operation, char **ret_body, struct vhd_request *request)
{
	const char *method = text_of(operation, "method");
	const json_t *body = json_object_get(operation, "body");

	request->kind = VHD_PROXY;
	request->target = text_of(operation, "path");
	request->headers[VHD_IF_MATCH] = text_of(operation, "if_match");
	for (int i = 0; method && i < VHD_METHODS; i++)
		if (strcmp(method, vhd_method_names[i]) == 0)
			request->method = (enum vhd_method)i;
	if (!method || !request->target || request->method == VHD_GET)
		return -1;
	if (!body)
		return 0;
	*ret_body = json_dumps(body, JSON_COMPACT);
	request->body = *ret_body;
	request->body_size = *ret_body ? strlen(*ret_body) : 0;
	request->headers[VHD_CONTENT_TYPE] = "application/json";
	return *ret_body ? 0 : -1;
}

/* The name of the operation's change is always the same: a module makes it
 * once. */
static void
name_change(const struct vhd_job *job, char ret_name[VHD_ID_SIZE])
{
	unsigned char hash[(VHD_ID_SIZE - 1) / 2];
	char text[VHD_ID_SIZE + 24];
	int size = snprintf(
	    text, sizeof text, "%s-%lld", job->id, (long long)job->done);

	crypto_generichash(hash, sizeof hash, (const unsigned char *)text,
	    (size_t)size, NULL, 0);
	sodium_bin2hex(ret_name, VHD_ID_SIZE, hash, sizeof hash);
}

static int
note_try(const struct run *run)
{
	if (vhd_state_run(run->site->state,
		"UPDATE job_operation SET tries = tries + 1"
		" WHERE job = ?1 AND at = ?2",
		vhd_number(run->job.number), vhd_number(run->job.done)) >= 0)
		return 0;
	return fail_state(run);
}

/* 0 with the answer in call; -1: not now. */
static int
execute(struct run *run, struct vhd_call *call)
{
	struct vhd_request request = { .address = run->job.address };
	json_t *operation = run->operation ? json_loadb(run->operation,
						 run->operation_size, 0, NULL)
					   : NULL;
	char *body = NULL;
	int rc = 0;

	name_change(&run->job, call->job);
	request.headers[VHD_REQUEST_ID] = call->job;
	call->request = &request;
	if (!operation || make_request(operation, &body, &request) != 0) {
		vhd_problem(
		    call, 500, "lost", "the operation cannot be read any more");
	} else if (run->tries >= TRIES) {
		vhd_problem(call, 500, "interrupted",
		    "it was interrupted %d times and is not tried again",
		    TRIES);
	} else {
		run->method = request.method;
		rc = become(run, call);
		if (rc == 0)
			rc = note_try(run);
		if (rc == 0 && run->job.due)
			rc = vhd_deletion_check(call, run->job.id);
		if (rc == 0) {
			vhd_call_actor(call);
			vhd_route_run(call);
			if (call->status == 503 && run->tries + 1 < TRIES)
				rc = -1;
		}
	}
	call->request = NULL;
	if (body)
		explicit_bzero(body, strlen(body));
	free(body);
	json_decref(operation);
	return rc < 0 ? -1 : 0;
}

/* Whether a repeated operation says that it was made before. */
static int
was_made(const struct run *run, int status)
{
	return run->tries > 0 &&
	       ((run->method == VHD_POST && status == 409) ||
		   (run->method == VHD_DELETE && status == 404));
}

static int
write_result(struct run *run, const struct vhd_call *call, const void *sealed,
    size_t size)
{
	struct vhd_state *state = run->site->state;
	int has_failed = call->status >= 400 && !was_made(run, call->status);

	if (vhd_state_run(state,
		"UPDATE job_operation SET status = ?3, result = ?4,"
		" operation = NULL WHERE job = ?1 AND at = ?2",
		vhd_number(run->job.number), vhd_number(run->job.done),
		vhd_number(call->status), vhd_bytes(sealed, size)) < 0 ||
	    vhd_state_run(state,
		"UPDATE job SET done = done + 1, failed = failed + ?2"
		" WHERE number = ?1",
		vhd_number(run->job.number), vhd_number(has_failed)) < 0)
		return -1;
	if (run->job.due && vhd_deletion_forget(state, run->job.id) != 0)
		return -1;
	run->job.done++;
	run->job.failed += has_failed;
	return 0;
}

static int
keep_result(struct run *run, const struct vhd_call *call)
{
	json_t *json = json_pack("{s:s*, s:o*}", "location",
	    call->headers[VHD_REPLY_LOCATION], "body",
	    call->text && call->text_size <= RESULT_MAX
		? json_loadb(call->text, call->text_size, JSON_DECODE_ANY, NULL)
		: NULL);
	char *text = json ? json_dumps(json, JSON_COMPACT) : NULL;
	AUTO_FREE unsigned char *sealed = NULL;
	size_t size = 0;
	int rc = -1;

	json_decref(json);
	if (text)
		sealed =
		    vhd_seal_lock(run->site->seal, text, strlen(text), &size);
	if (sealed && vhd_state_begin(run->site->state) == 0)
		rc = vhd_state_end(
		    run->site->state, write_result(run, call, sealed, size));
	if (text)
		explicit_bzero(text, strlen(text));
	free(text);
	return rc == 0 ? 0 : fail_state(run);
}

static int
run_operation(struct run *run)
{
	struct vhd_call call = { .vp = run->site->vp,
		.modules = run->site->modules,
		.state = run->site->state,
		.seal = run->site->seal,
		.settings = run->settings,
		.is_operation = 1,
		.jobs_fd = -1,
		.peer = -1,
		.watch = -1 };
	int rc = read_operation(run);

	if (rc <= 0)
		return rc == 0 ? 0 : fail_state(run);
	rc = execute(run, &call);
	/* Whoever sees the result finds the panel as it is then. */
	vhd_follow_domains(run->site);
	if (rc == 0)
		rc = keep_result(run, &call);
	vhd_call_clear(&call);
	if (run->operation)
		explicit_bzero(run->operation, run->operation_size);
	free(run->operation);
	run->operation = NULL;
	return rc;
}

/* ---- a job ------------------------------------------------------------ */

/* 1, also when it was cancelled meanwhile; -1. */
static int
move(struct run *run, enum vhd_job_state next)
{
	vpop_set_actor(run->site->vp, run->job.account, "vhostadmind");
	if (vhd_job_move(run->site->vp, run->site->state, &run->job, next) < 0)
		return fail_state(run);
	return 1;
}

static int
run_job(struct run *run)
{
	if (run->job.state == VHD_JOB_QUEUED && move(run, VHD_JOB_RUNNING) < 0)
		return -1;
	if (run->job.done < run->job.total && run_operation(run) != 0)
		return -1;
	if (run->job.done < run->job.total)
		return 1;
	return move(run, run->job.failed ? VHD_JOB_FAILED : VHD_JOB_SUCCEEDED);
}

static int
next_job(struct run *run, int64_t after)
{
	struct vhd_state *state = run->site->state;
	sqlite3_stmt *row = vhd_state_query(state,
	    "SELECT " VHD_JOB_COLUMNS " FROM job"
	    " WHERE state < 2 AND number > ?1 AND due <= ?2"
	    " ORDER BY number LIMIT 1",
	    vhd_number(after), vhd_number(time(NULL)));
	int rc = vhd_state_next(state, row);

	if (rc < 0)
		return fail_state(run);
	if (rc == 0)
		return 0;
	rc = vhd_job_row(row, &run->job) == 0 ? 1 : -1;
	vhd_state_done(row);
	return rc;
}

int
vhd_job_step(
    struct vhd_site *site, const struct vhd_settings *settings, int64_t *turn)
{
	struct run run = { .site = site, .settings = settings };
	int rc = next_job(&run, *turn);

	if (rc == 0 && *turn > 0)
		rc = next_job(&run, 0);
	if (rc <= 0)
		return rc;
	*turn = run.job.number;
	rc = run_job(&run);
	vhd_job_clear(&run.job);
	return rc;
}

int
vhd_jobs_expire(struct vhd_state *state, int64_t before)
{
	return vhd_state_run(state,
	    "DELETE FROM job WHERE number IN (SELECT number FROM job"
	    " WHERE ended > 0 AND ended < ?1 ORDER BY ended LIMIT ?2)",
	    vhd_number(before), vhd_number(EXPIRE));
}
