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
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/attr.h"
#include "base/child.h"
#include "base/clock.h"
#include "base/dirtree.h"

#define STOP_MS  2000
#define MAX_ARGS 16

/* ---- the program ------------------------------------------------------- */

static void
forget(struct vp_module *module)
{
	close(module->stream.in);
	close(module->stream.out);
	free(module->stream.line);
	module->stream.line = NULL;
	module->stream.used = 0;
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
	close(module->stream.in);
	module->stream.in = -1;
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
	module->stream.line = malloc(VP_MODULE_LINE + 1);
	int rc = module->stream.line ? pipe2(out, O_CLOEXEC) : -1;
	if (rc == 0)
		rc = spawn(module, in[0], out[1]);
	int cause = errno;
	close(in[0]);
	if (out[1] >= 0)
		close(out[1]);
	module->stream.in = in[1];
	module->stream.out = out[0];
	module->stream.used = 0;
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

/* Send a line and wait for one: 0 or -1. */
static int
exchange(struct vp_module *module, const char *text, size_t size,
    struct vp_module_answer *answer)
{
	int64_t limit =
	    vp_clock_ms() + (int64_t)module->manifest->seconds * 1000;
	size_t done = 0;

	module->stream.used = 0;
	for (;;) {
		int64_t left = limit - vp_clock_ms();
		struct pollfd fds[] = { { module->stream.out, POLLIN, 0 },
			{ done < size ? module->stream.in : -1, POLLOUT, 0 } };

		if (left <= 0)
			return vp_module_broken(answer,
			    "gave no answer for %d seconds",
			    module->manifest->seconds);
		if (poll(fds, 2, (int)left) < 0 && errno != EINTR)
			return vp_module_broken(answer,
			    "cannot be waited for: %s", strerror(errno));
		if (fds[0].revents) {
			int rc = vp_module_read(&module->stream, answer);

			if (rc < 0)
				return -1;
			if (rc > 0)
				return done == size ? 0
						    : vp_module_broken(answer,
							  "answered before "
							  "it was asked");
		}
		if (fds[1].revents && vp_module_write(&module->stream, text,
					  size, &done, answer) != 0)
			return -1;
	}
}

static int
ask(struct vp_module *module, const char *verb, json_t *parameters,
    struct vp_module_answer *answer)
{
	size_t size;
	AUTO_FREE char *text = vp_module_request(
	    ++module->last_id, verb, parameters, &size, answer);

	return text && exchange(module, text, size, answer) == 0
		   ? vp_module_answer_parse(
			 module->stream.line, module->last_id, answer)
		   : -1;
}

static int
greet(struct vp_module *module, struct vp_module_answer *answer)
{
	json_t *hello = vp_module_hello(module->state, module->settings);
	int rc = ask(module, "hello", hello, answer);

	json_decref(hello);
	return rc == 0 ? vp_module_hello_check(answer) : -1;
}

void
vp_module_call(struct vp_module *module, const char *verb, json_t *parameters,
    struct vp_module_answer *ret)
{
	int rc = 0;

	*ret = (struct vp_module_answer){ .outcome = VP_MODULE_DONE };
	if (module->pid <= 0) {
		if (start(module) != 0) {
			vp_module_broken(
			    ret, "cannot be started: %s", strerror(errno));
			return;
		}
		rc = greet(module, ret);
	}
	if (rc == 0)
		rc = ask(module, verb, parameters, ret);
	if (rc != 0)
		vp_module_kill(module);
}
