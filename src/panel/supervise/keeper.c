/*
 * The keeper leads the process group of its program, which the parent, or the
 * keeper itself, kills as a whole.  When the parent is gone so is the
 * supervisor, and the program's input is closed; it gets a moment to end.
 */
#include "config.h"

#include "panel/supervise/supervise.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include "base/attr.h"
#include "base/child.h"
#include "base/clock.h"
#include "base/dirtree.h"
#include "daemons/common/daemonlog.h"
#include "panel/supervise/roothelper.h"

#define STREAM        3
#define ARGUMENTS_MAX 16
#define LAST          2000 /* ms for a program to end */
#define LINE_SIZE     512  /* of the log */
#define LINES         100  /* of them in a PERIOD */
#define PERIOD        10000
#define FILES         1024

enum { PARENT, PROGRAM, HELPER, WORDS, WATCHED };

struct keeper {
	const struct vhd_unit *unit;
	struct pollfd fds[WATCHED];
	int words; /* what the program and its helper write on */
	pid_t helper;
	int root; /* the program's end of the stream to the helper, or -1 */
	char line[LINE_SIZE];
	size_t used;
	int lines, left_out; /* in this period */
	int64_t period;
};

static void
end_all(void)
{
	kill(0, SIGKILL);
	_exit(EXIT_FAILURE);
}

static int
watch(struct keeper *keeper, int which, pid_t pid)
{
	int fd = pid > 0 ? (int)syscall(SYS_pidfd_open, pid, 0) : -1;

	keeper->fds[which] = (struct pollfd){ .fd = fd, .events = POLLIN };
	return fd < 0 ? -1 : 0;
}

/* ---- what it says ------------------------------------------------------ */

static void
log_line(struct keeper *keeper)
{
	int64_t now = vp_clock_ms();

	if (now - keeper->period >= PERIOD) {
		if (keeper->left_out > 0)
			vp_daemonlog(LOG_WARNING, "%d lines were left out",
			    keeper->left_out);
		keeper->period = now;
		keeper->lines = keeper->left_out = 0;
	}
	keeper->line[keeper->used] = '\0';
	keeper->used = 0;
	if (++keeper->lines <= LINES)
		vp_daemonlog(LOG_NOTICE, "%s", keeper->line);
	else
		keeper->left_out++;
}

/* 0 at the end. */
static int
hear(struct keeper *keeper)
{
	char block[4096];
	ssize_t got = read(keeper->fds[WORDS].fd, block, sizeof block);

	for (ssize_t i = 0; i < got; i++) {
		if (block[i] != '\n')
			keeper->line[keeper->used++] =
			    block[i] ? block[i] : '?';
		if (block[i] == '\n' || keeper->used == LINE_SIZE - 1)
			log_line(keeper);
	}
	return got > 0 || (got < 0 && errno == EINTR);
}

/* ---- start ------------------------------------------------------------- */

static int
open_words(struct keeper *keeper)
{
	int ends[2];

	if (pipe2(ends, O_CLOEXEC) != 0 ||
	    fcntl(ends[0], F_SETFL, O_NONBLOCK) != 0)
		return -1;
	keeper->fds[WORDS] = (struct pollfd){ .fd = ends[0], .events = POLLIN };
	keeper->words = ends[1];
	return 0;
}

/* Only root has something to help with. */
static int
start_helper(struct keeper *keeper)
{
	int ends[2];

	keeper->root = -1;
	keeper->fds[HELPER].fd = -1;
	if (!keeper->unit->manifest->root || geteuid() != 0)
		return 0;
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0)
		return -1;
	pid_t pid = fork();
	if (pid == 0) {
		prctl(PR_SET_NAME, "root", 0, 0, 0);
		dup2(keeper->words, STDERR_FILENO);
		/* The rest would keep the program's streams open. */
		dup2(ends[0], STDERR_FILENO + 1);
		closefrom(STDERR_FILENO + 2);
		vhd_root_serve(keeper->unit->manifest, STDERR_FILENO + 1);
		_exit(EXIT_SUCCESS);
	}
	close(ends[0]);
	keeper->root = ends[1];
	keeper->helper = pid;
	return watch(keeper, HELPER, pid);
}

static int
start_program(struct keeper *keeper, int stream)
{
	const struct vhd_unit *unit = keeper->unit;
	const struct vp_child_as as = { unit->uid, unit->gid, 077,
		keeper->root };
	json_t *program = json_object_get(unit->manifest->json, "program");
	const char *argv[ARGUMENTS_MAX + 1] = { unit->manifest->program };
	AUTO_CLOSE int folder = vp_dir_open(unit->state);
	const struct vp_child child = {
		.argv = argv,
		.fd0 = stream,
		.fd1 = stream,
		.fd2 = keeper->words,
		.dirfd = folder,
		.as = &as,
	};

	if (folder < 0)
		return -1;
	for (size_t i = 1; i < json_array_size(program) && i < ARGUMENTS_MAX;
	     i++)
		argv[i] = json_string_value(json_array_get(program, i));
	return watch(keeper, PROGRAM, vp_child_start(&child));
}

static int
start(struct keeper *keeper, pid_t parent, int stream)
{
	const struct rlimit none = { 0, 0 }, files = { FILES, FILES };

	if (watch(keeper, PARENT, parent) != 0 || getppid() != parent ||
	    setrlimit(RLIMIT_CORE, &none) != 0 ||
	    (geteuid() == 0 && setrlimit(RLIMIT_NOFILE, &files) != 0) ||
	    open_words(keeper) != 0 || start_helper(keeper) != 0 ||
	    start_program(keeper, stream) != 0) {
		vp_daemonlog(LOG_ERR, "the program '%s' cannot be started: %s",
		    keeper->unit->manifest->program, strerror(errno));
		return -1;
	}
	close(stream);
	close(keeper->words);
	if (keeper->root >= 0)
		close(keeper->root);
	return 0;
}

/* It ends when the program closes its end.  Otherwise the program is of no
 * use any more. */
static int
helper_is_lost(struct keeper *keeper)
{
	int status = 0;

	close(keeper->fds[HELPER].fd);
	keeper->fds[HELPER].fd = -1;
	return waitpid(keeper->helper, &status, WNOHANG) != keeper->helper ||
	       status != 0;
}

/* ---- keeping ----------------------------------------------------------- */

static void
keep(struct keeper *keeper)
{
	int64_t end = INT64_MAX;

	while (vp_clock_ms() < end) {
		int wait = end == INT64_MAX ? -1 : (int)(end - vp_clock_ms());

		if (poll(keeper->fds, WATCHED, wait < 0 ? -1 : wait) < 0)
			continue;
		if (keeper->fds[WORDS].revents && !hear(keeper))
			keeper->fds[WORDS].fd = -1;
		if (keeper->fds[PROGRAM].revents)
			break;
		if (keeper->fds[HELPER].revents && helper_is_lost(keeper))
			break;
		if (keeper->fds[PARENT].revents) {
			end = vp_clock_ms() + LAST;
			keeper->fds[PARENT].fd = -1;
		}
	}
	/* Its last words. */
	while (keeper->fds[WORDS].fd >= 0 && hear(keeper))
		continue;
	if (keeper->used > 0)
		log_line(keeper);
}

void
vhd_keeper_run(const struct vhd_unit *unit, int stream, int use_syslog)
{
	static struct keeper keeper;
	pid_t parent = getppid();

	keeper.unit = unit;
	if (setpgid(0, 0) != 0 || dup2(stream, STREAM) < 0)
		_exit(EXIT_FAILURE);
	/* Sockets of others end with them. */
	closefrom(STREAM + 1);
	vp_daemonlog_open("vhostadmind", use_syslog);
	vp_daemonlog_role(unit->manifest->name);
	if (start(&keeper, parent, STREAM) == 0)
		keep(&keeper);
	end_all();
	__builtin_unreachable();
}
