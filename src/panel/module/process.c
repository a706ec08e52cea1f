/*
 * Both ends of the conversation are looked at together: a program that writes
 * before it has read all cannot block us, nor one that never reads.
 */
#include "config.h"

#include "panel/module/process.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/attr.h"
#include "base/child.h"
#include "base/clock.h"
#include "base/dirtree.h"
#include "base/text.h"

#define STOP_MS  2000
#define MAX_ARGS 16
#define BLOCK    65536

/* The codes that an answer may refuse with. */
static const char *const codes[] = { "not-found", "exists", "invalid",
	"forbidden", "limit", "conflict", "unsupported", "unavailable",
	"internal" };

static int VP_PRINTF(2, 3)
    broken(struct vp_module_answer *answer, const char *format, ...)
{
	va_list args;

	answer->outcome = VP_MODULE_BROKEN;
	va_start(args, format);
	vsnprintf(answer->words, sizeof answer->words, format, args);
	va_end(args);
	return -1;
}

/* ---- the program ------------------------------------------------------- */

static void
forget(struct vp_module *module)
{
	close(module->in);
	close(module->out);
	free(module->line);
	module->line = NULL;
	module->used = 0;
	module->pid = 0;
}

void
vp_module_kill(struct vp_module *module)
{
	if (module->pid <= 0)
		return;
	kill(-module->pid, SIGKILL);
	while (waitpid(module->pid, NULL, 0) < 0 && errno == EINTR)
		;
	forget(module);
}

int
vp_module_stop(struct vp_module *module)
{
	const struct timespec pause = { .tv_nsec = 5000000 };
	int64_t limit = vp_clock_ms() + STOP_MS;
	pid_t ended = 0;

	if (module->pid <= 0)
		return 1;
	close(module->in);
	module->in = -1;
	while (ended == 0 && vp_clock_ms() < limit) {
		ended = waitpid(module->pid, NULL, WNOHANG);
		if (ended == 0)
			nanosleep(&pause, NULL);
	}
	if (ended == 0) {
		vp_module_kill(module);
		return 0;
	}
	/* What it started itself ends, too. */
	kill(-module->pid, SIGKILL);
	forget(module);
	return 1;
}

static int
spawn(struct vp_module *module, int in, int out)
{
	json_t *program = json_object_get(module->manifest->json, "program");
	const char *argv[MAX_ARGS + 1] = { module->manifest->program };
	struct vp_child child = {
		.argv = argv,
		.fd0 = in,
		.fd1 = out,
		.fd2 = STDERR_FILENO,
		.dirfd = vp_dir_open(module->state),
		.seconds = module->manifest->seconds, /* a group of its own */
		.as = module->as,
	};

	if (child.dirfd < 0)
		return -1;
	for (size_t i = 1; i < json_array_size(program) && i < MAX_ARGS; i++)
		argv[i] = json_string_value(json_array_get(program, i));
	module->pid = vp_child_start(&child);
	int cause = errno;
	close(child.dirfd);
	errno = cause;
	return module->pid > 0 ? 0 : -1;
}

static int
start(struct vp_module *module)
{
	int in[2], out[2] = { -1, -1 };

	if (pipe2(in, O_CLOEXEC) != 0)
		return -1;
	module->line = malloc(VP_MODULE_LINE + 1);
	int rc = module->line ? pipe2(out, O_CLOEXEC) : -1;
	if (rc == 0)
		rc = spawn(module, in[0], out[1]);
	int cause = errno;
	close(in[0]);
	if (out[1] >= 0)
		close(out[1]);
	module->in = in[1];
	module->out = out[0];
	module->used = 0;
	if (rc == 0 && fcntl(in[1], F_SETFL, O_NONBLOCK) == 0 &&
	    fcntl(out[0], F_SETFL, O_NONBLOCK) == 0)
		return 0;
	if (module->pid > 0)
		vp_module_kill(module);
	else
		forget(module);
	errno = cause;
	return -1;
}

/* ---- one request ------------------------------------------------------- */

/* Take what the program says.  1 when a line is whole, 0, or -1. */
static int
take(struct vp_module *module, struct vp_module_answer *answer)
{
	size_t room = VP_MODULE_LINE - module->used;
	ssize_t got = read(module->out, module->line + module->used,
	    room < BLOCK ? room : BLOCK);

	if (got < 0)
		return errno == EINTR || errno == EAGAIN
			   ? 0
			   : broken(
				 answer, "cannot be read: %s", strerror(errno));
	if (got == 0)
		return broken(answer, "has ended");
	char *newline = memchr(module->line + module->used, '\n', (size_t)got);
	module->used += (size_t)got;
	if (!newline)
		return module->used < VP_MODULE_LINE
			   ? 0
			   : broken(answer,
				 "gave an answer of more than %d bytes",
				 VP_MODULE_LINE);
	if (newline + 1 != module->line + module->used)
		return broken(answer, "said more than it was asked for");
	*newline = '\0';
	return 1;
}

/* Give the program what is left of the request. */
static int
give(struct vp_module *module, const char *text, size_t size, size_t *done,
    struct vp_module_answer *answer)
{
	ssize_t put = write(module->in, text + *done, size - *done);

	if (put < 0 && errno != EINTR && errno != EAGAIN)
		return broken(answer, "has ended");
	if (put > 0)
		*done += (size_t)put;
	return 0;
}

/* Send a line and wait for one: 0 or -1. */
static int
exchange(struct vp_module *module, const char *text, size_t size,
    struct vp_module_answer *answer)
{
	int64_t limit =
	    vp_clock_ms() + (int64_t)module->manifest->seconds * 1000;
	size_t done = 0;

	module->used = 0;
	for (;;) {
		int64_t left = limit - vp_clock_ms();
		struct pollfd fds[] = { { module->out, POLLIN, 0 },
			{ done < size ? module->in : -1, POLLOUT, 0 } };

		if (left <= 0)
			return broken(answer, "gave no answer for %d seconds",
			    module->manifest->seconds);
		if (poll(fds, 2, (int)left) < 0 && errno != EINTR)
			return broken(answer, "cannot be waited for: %s",
			    strerror(errno));
		if (fds[0].revents) {
			int rc = take(module, answer);

			if (rc < 0)
				return -1;
			if (rc > 0)
				return done == size
					   ? 0
					   : broken(answer, "answered before "
							    "it was asked");
		}
		if (fds[1].revents &&
		    give(module, text, size, &done, answer) != 0)
			return -1;
	}
}

static int
is_code(const char *code)
{
	for (size_t i = 0; i < sizeof codes / sizeof *codes; i++)
		if (code && strcmp(codes[i], code) == 0)
			return 1;
	return 0;
}

/* {"code": ..., "message": ..., "pointer": ...} */
static int
read_refusal(json_t *error, struct vp_module_answer *answer)
{
	const char *code = json_string_value(json_object_get(error, "code"));
	const char *words =
	    json_string_value(json_object_get(error, "message"));
	const char *pointer =
	    json_string_value(json_object_get(error, "pointer"));

	if (!is_code(code) || !words || *words == '\0')
		return broken(answer, "refused without a code and a message");
	answer->outcome = VP_MODULE_REFUSED;
	answer->number = json_integer_value(json_object_get(error, "number"));
	(void)vp_copy(answer->code, sizeof answer->code, code);
	snprintf(answer->words, sizeof answer->words, "%.*s",
	    (int)sizeof answer->words - 1, words);
	vp_make_printable(answer->words);
	if (pointer &&
	    vp_copy(answer->pointer, sizeof answer->pointer, pointer) != 0)
		return broken(
		    answer, "pointed to a place with too long a name");
	return 0;
}

int
vp_module_answer_parse(
    const char *line, json_int_t wanted, struct vp_module_answer *answer)
{
	json_t *json = json_loads(line, JSON_REJECT_DUPLICATES, NULL);
	json_t *result = json_object_get(json, "result");
	json_t *error = json_object_get(json, "error");
	json_t *id = json_object_get(json, "id");
	int rc = 0;

	if (!json_is_object(json))
		rc = broken(answer, "gave an answer that is no JSON object");
	else if (!json_is_integer(id) || json_integer_value(id) != wanted)
		rc = broken(answer, "answered another request");
	else if (!result == !error)
		rc = broken(answer, "gave neither a result nor an error");
	else if (error)
		rc = read_refusal(error, answer);
	else if (!json_is_object(result))
		rc = broken(answer, "gave a result that is no object");
	else
		answer->result = json_incref(result);
	json_decref(json);
	return rc;
}

static int
ask(struct vp_module *module, const char *verb, json_t *parameters,
    struct vp_module_answer *answer)
{
	json_t *request =
	    json_pack("{s:I, s:s}", "id", ++module->last_id, "verb", verb);
	int rc = -1;

	if (request && parameters)
		(void)json_object_update_missing(request, (json_t *)parameters);
	AUTO_FREE char *text =
	    request ? json_dumps(request, JSON_COMPACT) : NULL;
	json_decref(request);
	if (!text)
		return broken(answer, "cannot be asked: out of memory");
	/* The line's NUL becomes its end. */
	size_t size = strlen(text);
	if (size >= VP_MODULE_LINE)
		return broken(answer, "cannot be asked: more than %d bytes",
		    VP_MODULE_LINE);
	text[size] = '\n';
	if (exchange(module, text, size + 1, answer) == 0)
		rc = vp_module_answer_parse(
		    module->line, module->last_id, answer);
	return rc;
}

static int
greet(struct vp_module *module, struct vp_module_answer *answer)
{
	json_t *hello = json_pack("{s:i, s:s, s:O?}", "protocol", 1, "state",
	    module->state, "settings", module->settings);
	int rc = ask(module, "hello", hello, answer);

	json_decref(hello);
	if (rc == 0 && answer->outcome == VP_MODULE_REFUSED)
		return broken(answer, "refused to start");
	if (rc == 0 && json_integer_value(
			   json_object_get(answer->result, "protocol")) != 1)
		return broken(answer, "speaks another protocol");
	json_decref(answer->result);
	answer->result = NULL;
	return rc;
}

void
vp_module_call(struct vp_module *module, const char *verb, json_t *parameters,
    struct vp_module_answer *ret)
{
	int rc = 0;

	*ret = (struct vp_module_answer){ .outcome = VP_MODULE_DONE };
	if (module->pid <= 0) {
		if (start(module) != 0) {
			broken(ret, "cannot be started: %s", strerror(errno));
			return;
		}
		rc = greet(module, ret);
	}
	if (rc == 0)
		rc = ask(module, verb, parameters, ret);
	if (rc != 0)
		vp_module_kill(module);
}

void
vp_module_answer_free(struct vp_module_answer *answer)
{
	json_decref(answer->result);
	answer->result = NULL;
}
