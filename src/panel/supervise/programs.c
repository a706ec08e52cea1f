/*
 * Programs of modules and what they are asked, without waiting for any.
 *
 * A program that is broken costs the request that it had; it is killed and
 * started again: at once the first time, then after pauses that double, until
 * it has said hello and been checked.
 */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/text.h"
#include "daemons/common/daemonlog.h"
#include "daemons/common/fdpass.h"
#include "panel/supervise/supervisor_int.h"

#define PAUSE     1000 /* ms; doubled with each failure */
#define PAUSE_MAX 60000

void
vhd_module_init(struct vhd_module *module, const struct vhd_unit *unit)
{
	module->unit = unit;
	module->is_asked =
	    json_array_size(json_object_get(unit->manifest->json, "asks")) > 0;
	module->count = unit->manifest->processes + module->is_asked;
	TAILQ_INIT(&module->queue);
	(void)vp_copy(module->state, sizeof module->state, "starting");
	for (int i = 0; i < module->count; i++) {
		module->programs[i].module = module;
		module->programs[i].stream.in = -1;
	}
}

static int64_t
time_limit(const struct vhd_module *module)
{
	return vp_clock_ms() + module->unit->manifest->seconds * 1000LL;
}

static void
order(struct vhd_supervisor *supervisor, const struct vhd_program *program,
    enum vhd_order_verb verb)
{
	const struct vhd_module *module = program->module;
	const struct vhd_order order = { .verb = (uint8_t)verb,
		.module = (uint8_t)(module - supervisor->modules),
		.process = (uint8_t)(program - module->programs) };

	/* When it cannot be told the parent is gone, and we end. */
	(void)vp_fd_send(
	    supervisor->start->control, &order, sizeof order, -1, 0);
}

/* ---- failure ----------------------------------------------------------- */

static void
forget_stream(struct vhd_program *program)
{
	if (program->stream.in >= 0)
		close(program->stream.in);
	free(program->stream.line);
	free(program->text);
	program->stream = (struct vp_module_stream){ .in = -1, .out = -1 };
	program->text = NULL;
	program->size = program->done = 0;
}

static void
fail(struct vhd_supervisor *supervisor, struct vhd_program *program,
    struct vp_module_answer *answer)
{
	struct vhd_module *module = program->module;
	struct vhd_job *job = program->job;
	int64_t pause = 0;

	vp_daemonlog(LOG_WARNING, "the module '%s' %s",
	    module->unit->manifest->name, answer->words);
	snprintf(module->error, sizeof module->error, "%s", answer->words);
	module->restarts++;
	order(supervisor, program, VHD_KILL);
	forget_stream(program);
	program->stage = VHD_OFF;
	if (program->failures > 0)
		pause = (int64_t)PAUSE
			<< (program->failures < 8 ? program->failures - 1 : 7);
	program->failures++;
	module->moved = vp_clock_ms();
	program->limit =
	    vp_clock_ms() + (pause > PAUSE_MAX ? PAUSE_MAX : pause);
	if (program->failures > 1)
		(void)vp_copy(module->state, sizeof module->state, "failed");
	program->job = NULL;
	supervisor->is_changed = 1;
	if (job)
		vhd_job_done(job, answer);
}

static void VP_PRINTF(3, 4) fail_with(struct vhd_supervisor *supervisor,
    struct vhd_program *program, const char *format, ...)
{
	struct vp_module_answer answer = { .result = NULL };
	char words[VP_MODULE_ERROR];
	va_list args;

	va_start(args, format);
	vsnprintf(words, sizeof words, format, args);
	va_end(args);
	(void)vp_module_broken(&answer, "%s", words);
	fail(supervisor, program, &answer);
}

/* ---- asking ------------------------------------------------------------ */

static int
say(struct vhd_program *program, const char *verb, json_t *parameters,
    enum vhd_stage stage, struct vp_module_answer *answer)
{
	program->text = vp_module_request(
	    ++program->id, verb, parameters, &program->size, answer);
	program->done = 0;
	if (!program->text)
		return -1;
	program->stage = stage;
	program->limit = time_limit(program->module);
	program->stream.used = 0;
	return vp_module_write(&program->stream, program->text, program->size,
	    &program->done, answer);
}

void
vhd_program_ask(struct vhd_supervisor *supervisor, struct vhd_program *program,
    struct vhd_job *job)
{
	struct vp_module_answer answer = { .result = NULL };

	program->job = job;
	if (say(program, job->verb, job->request, VHD_BUSY, &answer) != 0)
		fail(supervisor, program, &answer);
}

void
vhd_program_start(
    struct vhd_supervisor *supervisor, struct vhd_program *program)
{
	program->stage = VHD_STARTING;
	order(supervisor, program, VHD_START);
}

void
vhd_program_started(
    struct vhd_supervisor *supervisor, struct vhd_program *program, int fd)
{
	const struct vhd_unit *unit = program->module->unit;
	struct vp_module_answer answer = { .result = NULL };
	json_t *hello;
	int rc;

	if (program->stage != VHD_STARTING) {
		if (fd >= 0)
			close(fd);
		return;
	}
	program->stream = (struct vp_module_stream){ .in = fd,
		.out = fd,
		.line = fd < 0 ? NULL : malloc(VP_MODULE_LINE + 1) };
	if (!program->stream.line || fcntl(fd, F_SETFL, O_NONBLOCK) != 0) {
		fail_with(supervisor, program, "cannot be started");
		return;
	}
	hello = vp_module_hello(unit->state, unit->settings);
	rc = say(program, "hello", hello, VHD_HELLO, &answer);
	json_decref(hello);
	if (rc != 0)
		fail(supervisor, program, &answer);
}

/* ---- answers ----------------------------------------------------------- */

static void
take_check(struct vhd_program *program, struct vp_module_answer *answer)
{
	struct vhd_module *module = program->module;
	const char *state =
	    json_string_value(json_object_get(answer->result, "state"));
	const char *reason =
	    json_string_value(json_object_get(answer->result, "reason"));

	if (answer->outcome == VP_MODULE_REFUSED) {
		state = "degraded";
		reason = answer->words;
	}
	if (!state ||
	    (strcmp(state, "ok") != 0 && strcmp(state, "pending") != 0))
		state = "degraded";
	(void)vp_copy(module->state, sizeof module->state, state);
	snprintf(module->reason, sizeof module->reason, "%.1000s",
	    reason ? reason : "");
	program->failures = 0;
	program->stage = VHD_IDLE;
	vp_module_answer_free(answer);
}

/* A line is whole. */
static void
take(struct vhd_supervisor *supervisor, struct vhd_program *program)
{
	struct vp_module_answer answer = { .result = NULL };
	struct vhd_job *job = program->job;
	int rc = 0;

	if (program->done < program->size)
		rc = vp_module_broken(&answer, "answered before it was asked");
	else
		rc = vp_module_answer_parse(
		    program->stream.line, program->id, &answer);
	free(program->text);
	program->text = NULL;
	program->size = program->done = program->stream.used = 0;
	if (rc == 0 && program->stage == VHD_HELLO) {
		rc = vp_module_hello_check(&answer);
		if (rc == 0)
			rc = say(program, "check", NULL, VHD_CHECK, &answer);
	} else if (rc == 0 && program->stage == VHD_CHECK) {
		take_check(program, &answer);
	} else if (rc == 0) {
		program->stage = VHD_IDLE;
		program->job = NULL;
		program->module->moved = vp_clock_ms();
		vhd_job_done(job, &answer);
	}
	if (rc != 0)
		fail(supervisor, program, &answer);
}

int
vhd_program_is_full(const struct vhd_program *program)
{
	return program->done < program->size;
}

void
vhd_program_run(struct vhd_supervisor *supervisor, struct vhd_program *program)
{
	struct vp_module_answer answer = { .result = NULL };
	int rc = 0;

	if (vhd_program_is_full(program))
		rc = vp_module_write(&program->stream, program->text,
		    program->size, &program->done, &answer);
	if (rc == 0)
		rc = vp_module_read(&program->stream, &answer);
	if (rc < 0)
		fail(supervisor, program, &answer);
	else if (program->stage == VHD_IDLE && program->stream.used > 0)
		fail_with(supervisor, program, "spoke without being asked");
	else if (rc > 0)
		take(supervisor, program);
}

/* ---- time -------------------------------------------------------------- */

int
vhd_program_is_waited_for(const struct vhd_program *program)
{
	return program->stage == VHD_HELLO || program->stage == VHD_CHECK ||
	       program->stage == VHD_BUSY;
}

void
vhd_program_check_time(
    struct vhd_supervisor *supervisor, struct vhd_program *program, int64_t now)
{
	if (vhd_program_is_waited_for(program) && program->limit <= now)
		fail_with(supervisor, program, "gave no answer for %d seconds",
		    program->module->unit->manifest->seconds);
}
