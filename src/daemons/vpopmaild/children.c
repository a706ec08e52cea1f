/*
 * The children of the parent process: each has only the descriptors, rights
 * and secrets that it needs before it does anything.
 */
#include "config.h"

#include "daemons/vpopmaild/generation.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>

#include "base/attr.h"
#include "base/clock.h"
#include "daemons/common/daemonlog.h"
#include "daemons/common/fdpass.h"
#include "daemons/common/parent.h"
#include "daemons/common/privdrop.h"

#define READY 10000

static int
compare(const void *a, const void *b)
{
	return *(const int *)a - *(const int *)b;
}

/* Close all but these and the standard ones. */
static void
keep_only(const int *fds, int count)
{
	int sorted[VPD_LISTENERS + 1], next = 3;

	memcpy(sorted, fds, (size_t)count * sizeof *fds);
	qsort(sorted, (size_t)count, sizeof *sorted, compare);
	for (int i = 0; i < count; i++) {
		if (sorted[i] > next)
			close_range((unsigned)next, (unsigned)sorted[i] - 1, 0);
		next = sorted[i] + 1;
	}
	close_range((unsigned)next, ~0U, 0);
}

/* In a child: forget what belongs to the parent. */
static void
become_child(const char *role, int use_syslog)
{
	sigset_t none;

	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	vp_daemonlog_open("vpopmaild", use_syslog);
	vp_daemonlog_role(role);
	prctl(PR_SET_NAME, role, 0, 0, 0);
}

static void
run_front(const struct vpd_generation *generation, int control)
{
	struct vpd_setup setup = generation->setup;
	int fds[VPD_LISTENERS + 1];
	struct vpd_front_start start = {
		.setup = &setup, .listeners = fds, .control = control
	};

	memcpy(fds, generation->fds, (size_t)setup.count * sizeof *fds);
	fds[setup.count] = control;
	keep_only(fds, setup.count + 1);
	explicit_bzero(vpd_generations, sizeof vpd_generations);
	become_child("front", setup.log_syslog);
	vp_allow_files(setup.connections + 2 * setup.workers);
	_exit(vpd_front_run(&start));
}

static void
run_worker(const struct vpd_generation *generation, int channel, int is_root)
{
	const struct vpd_worker worker = { .channel = channel,
		.key = generation->key,
		.setup = &generation->setup,
		.is_root = is_root,
		.has_root = generation->has_root };

	keep_only(&channel, 1);
	become_child(
	    is_root ? "root worker" : "worker", generation->setup.log_syslog);
	/* A site whose mail belongs to root has nobody to become. */
	if (generation->has_root && !is_root &&
	    vp_privdrop_ids(generation->setup.worker_uid,
		generation->setup.worker_gid) != 0) {
		vp_daemonlog(LOG_ERR, "cannot become user %lu: %s",
		    (unsigned long)generation->setup.worker_uid,
		    strerror(errno));
		_exit(EXIT_FAILURE);
	}
	if (prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) != 0)
		_exit(EXIT_FAILURE);
	_exit(vpd_worker_run(&worker));
}

/* ---- starting them --------------------------------------------------- */

int
vpd_order(const struct vpd_generation *generation, enum vpd_order order, int fd)
{
	char byte = (char)order;

	return vp_fd_send(generation->control, &byte, 1, fd, 0) == 1 ? 0 : -1;
}

void
vpd_worker_start(struct vpd_generation *generation, int number)
{
	struct vpd_slot *slot = &generation->workers[number];
	int is_root = generation->has_root && number == 0;
	AUTO_CLOSE int ours = -1, theirs = -1;
	int pair[2];

	slot->pid = 0;
	slot->at = vp_clock_ms() + VPD_AGAIN;
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) != 0) {
		vp_daemonlog(
		    LOG_ERR, "no socket for a worker: %s", strerror(errno));
		return;
	}
	ours = pair[0];
	theirs = pair[1];
	pid_t pid = fork();
	if (pid == 0)
		run_worker(generation, theirs, is_root);
	if (pid < 0) {
		vp_daemonlog(LOG_ERR, "fork: %s", strerror(errno));
		return;
	}
	slot->pid = pid;
	slot->at = vp_clock_ms();
	/* If the front is gone, so will be the worker. */
	vpd_order(
	    generation, is_root ? VPD_ORDER_ROOT : VPD_ORDER_WORKER, ours);
}

/* Wait until the front has set itself up. */
static int
await_ready(int control)
{
	struct pollfd ready = { .fd = control, .events = POLLIN };
	char byte;
	int rc;

	do
		rc = poll(&ready, 1, READY);
	while (rc < 0 && errno == EINTR);
	return rc == 1 && recv(control, &byte, 1, 0) == 1 ? 0 : -1;
}

int
vpd_front_start(struct vpd_generation *generation)
{
	int pair[2];

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) != 0)
		return -1;
	generation->front = fork();
	if (generation->front == 0) {
		generation->front = -1;
		run_front(generation, pair[1]);
	}
	close(pair[1]);
	generation->control = pair[0];
	if (generation->front > 0 && await_ready(pair[0]) == 0)
		return 0;
	close(pair[0]);
	if (generation->front > 0) {
		kill(generation->front, SIGKILL);
		waitpid(generation->front, NULL, 0);
	}
	generation->front = 0;
	return -1;
}
