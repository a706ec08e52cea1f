/*
 * Requests that wait for a program of their module, and programs that are
 * started for them.  While none of a module can run, its requests are refused.
 *
 * A worker of the panel waits for its answer.  So that one remains for
 * requests to others, a module is never executing a request for each of them,
 * and while it comes to an end with none, those beyond are refused.
 */
#include "config.h"

#include <string.h>

#include "panel/supervise/supervisor_int.h"

#define STALLED 5000 /* ms without an answer */

int
vhd_module_is_busy(const struct vhd_module *module)
{
	for (int i = 0; i < module->count; i++)
		if (module->programs[i].job)
			return 1;
	return module->queued > 0;
}

/* Whether the domain that a job changes is being changed. */
static int
is_locked(const struct vhd_module *module, const struct vhd_job *job)
{
	for (int i = 0; job->lock && i < module->count; i++) {
		const struct vhd_job *other = module->programs[i].job;

		if (other && other->lock && strcmp(other->lock, job->lock) == 0)
			return 1;
	}
	return 0;
}

/* A program for a job in this stage, or NULL.  Questions have one of their
 * own: they may be asked because of a change that the others make. */
static struct vhd_program *
find(struct vhd_module *module, int is_question, enum vhd_stage stage)
{
	int others = module->count - module->is_asked;
	int first = is_question && module->is_asked ? others : 0;
	int last = first ? module->count : others;

	for (int i = first; i < last; i++)
		if (module->programs[i].stage == stage)
			return &module->programs[i];
	return NULL;
}

static int
is_starting(struct vhd_module *module, int is_question)
{
	return find(module, is_question, VHD_STARTING) ||
	       find(module, is_question, VHD_HELLO) ||
	       find(module, is_question, VHD_CHECK);
}

static void
drop(struct vhd_module *module, struct vhd_job *job, const char *why)
{
	struct vp_module_answer answer = { .outcome = VP_MODULE_REFUSED,
		.code = "unavailable" };

	snprintf(answer.words, sizeof answer.words, "the module '%s' %.900s",
	    module->unit->manifest->name, why);
	vhd_job_unqueue(job);
	vhd_job_done(job, &answer);
}

/* How many workers wait for what is being executed. */
static int
count_workers(const struct vhd_module *module)
{
	int count = 0;

	for (int i = 0; i < module->count; i++) {
		const struct vhd_job *job = module->programs[i].job;

		count += job && job->client && job->workers > 0;
	}
	return count;
}

/* Whether a request would keep the last worker, of more than one. */
static int
needs_last_worker(const struct vhd_job *job, int waiting)
{
	return job->workers > 1 && waiting + 1 >= job->workers;
}

/* Leave a worker for requests to others. */
static void
spare_worker(struct vhd_module *module, int64_t now)
{
	int waiting = count_workers(module);
	struct vhd_job *job, *next;

	if (now - module->moved < STALLED)
		return;
	for (job = TAILQ_FIRST(&module->queue); job; job = next) {
		next = TAILQ_NEXT(job, next);
		if (needs_last_worker(job, waiting))
			drop(module, job, "has given no answer for some time");
		else
			waiting += job->workers > 0;
	}
}

/* 1 if the program is being started. */
static int
start_one(struct vhd_supervisor *supervisor, struct vhd_module *module,
    int is_question, int64_t now)
{
	struct vhd_program *off = find(module, is_question, VHD_OFF);

	if (!off || off->limit > now)
		return 0;
	vhd_program_start(supervisor, off);
	return 1;
}

static void
feed_one(struct vhd_supervisor *supervisor, struct vhd_module *module,
    struct vhd_job *job, int64_t now)
{
	struct vhd_program *program = find(module, job->is_question, VHD_IDLE);

	if (is_locked(module, job) ||
	    needs_last_worker(job, count_workers(module)))
		return;
	if (program) {
		vhd_job_unqueue(job);
		vhd_program_ask(supervisor, program, job);
		return;
	}
	if (!is_starting(module, job->is_question) &&
	    !start_one(supervisor, module, job->is_question, now) &&
	    !find(module, job->is_question, VHD_BUSY))
		drop(module, job, module->error);
}

/* One program of each kind is always there. */
static void
keep_one(struct vhd_supervisor *supervisor, struct vhd_module *module,
    int is_question, int64_t now)
{
	if (!find(module, is_question, VHD_IDLE) &&
	    !find(module, is_question, VHD_BUSY) &&
	    !is_starting(module, is_question))
		start_one(supervisor, module, is_question, now);
}

static void
feed(struct vhd_supervisor *supervisor, struct vhd_module *module, int64_t now)
{
	struct vhd_job *job, *next;

	keep_one(supervisor, module, 0, now);
	if (module->is_asked)
		keep_one(supervisor, module, 1, now);
	for (job = TAILQ_FIRST(&module->queue); job; job = next) {
		next = TAILQ_NEXT(job, next);
		feed_one(supervisor, module, job, now);
	}
}

/* ---- time -------------------------------------------------------------- */

void
vhd_module_sweep(
    struct vhd_supervisor *supervisor, struct vhd_module *module, int64_t now)
{
	int64_t late = now - module->unit->manifest->seconds * 1000LL;
	struct vhd_job *job, *next;

	for (int i = 0; i < module->count; i++)
		vhd_program_check_time(supervisor, &module->programs[i], now);
	for (job = TAILQ_FIRST(&module->queue); job; job = next) {
		next = TAILQ_NEXT(job, next);
		if (job->since <= late)
			drop(module, job, "has too much to do");
	}
	spare_worker(module, now);
	feed(supervisor, module, now);
}

int64_t
vhd_module_next(const struct vhd_module *module, int64_t now)
{
	int64_t next = INT64_MAX;

	for (int i = 0; i < module->count; i++) {
		const struct vhd_program *program = &module->programs[i];

		if ((vhd_program_is_waited_for(program) ||
			(program->stage == VHD_OFF && program->limit > now)) &&
		    program->limit < next)
			next = program->limit;
	}
	return next;
}
