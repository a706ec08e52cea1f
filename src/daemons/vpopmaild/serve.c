/*
 * The parent process.
 *
 * A generation is a front process, its workers, and the key with which these
 * seal sessions.  The front of a generation is made before its key is, and
 * the keys of others are wiped in it, so that no process that talks to
 * clients has ever had one.  New settings make a new generation; the older
 * one takes no new connections, and ends with its last one.  Processes other
 * than the parent end when their socket to the others is closed, so nothing
 * is left behind however the parent ends.
 *
 * This process reads no byte of a client.
 */
#include "config.h"

#include "daemons/vpopmaild/serve.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <sodium.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>

#include "base/attr.h"
#include "daemons/common/daemonlog.h"
#include "daemons/common/listen.h"
#include "daemons/common/notify.h"
#include "daemons/common/privdrop.h"
#include "daemons/vpopmaild/front.h"
#include "daemons/vpopmaild/worker.h"

#define GENERATIONS  8
#define MOST_WORKERS 65  /* the setting's limit, and the one that is root */
#define SPARE_FILES  128 /* descriptors beside connections */
#define READY        10000
#define AGAIN        1000 /* before what failed is started again */
#define STOP         45000

struct slot {
	pid_t pid;  /* 0: none */
	int64_t at; /* when it was started, or is to be */
};

struct generation {
	struct vpd_setup setup;
	pid_t front; /* 0: unused */
	int control;
	unsigned char key[VPD_KEY_BYTES];
	struct slot workers[MOST_WORKERS];
	int count; /* of workers; the first is root if has_root */
	int has_root;
	int fds[VPD_LISTENERS];
};

static struct generation generations[GENERATIONS];
static struct generation *current; /* NULL: to be started at again_at */
static int64_t again_at;

static int64_t
milliseconds(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* ---- children --------------------------------------------------------- */

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
allow_files(int64_t connections)
{
	rlim_t wanted = (rlim_t)connections + SPARE_FILES;
	struct rlimit files;

	if (getrlimit(RLIMIT_NOFILE, &files) != 0 || files.rlim_cur >= wanted)
		return;
	files.rlim_cur = wanted;
	if (files.rlim_max < wanted && geteuid() == 0)
		files.rlim_max = wanted;
	if (files.rlim_cur > files.rlim_max)
		files.rlim_cur = files.rlim_max;
	if (setrlimit(RLIMIT_NOFILE, &files) != 0 || files.rlim_cur < wanted)
		vp_daemonlog(LOG_WARNING,
		    "only %lu descriptors for %lld "
		    "connections: raise the limit of open files",
		    (unsigned long)files.rlim_cur, (long long)connections);
}

static void
run_front(const struct generation *generation, int control)
{
	struct vpd_setup setup = generation->setup;
	int fds[VPD_LISTENERS + 1];
	struct vpd_front_start start = {
		.setup = &setup, .listeners = fds, .control = control
	};

	memcpy(fds, generation->fds, (size_t)setup.count * sizeof *fds);
	fds[setup.count] = control;
	keep_only(fds, setup.count + 1);
	explicit_bzero(generations, sizeof generations);
	become_child("front", setup.log_syslog);
	allow_files(setup.connections);
	_exit(vpd_front_run(&start));
}

static void
run_worker(const struct generation *generation, int channel, int is_root)
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

/* ---- workers ---------------------------------------------------------- */

static int
send_order(const struct generation *generation, enum vpd_order order, int fd)
{
	char byte = (char)order;
	union {
		struct cmsghdr header;
		char data[CMSG_SPACE(sizeof fd)];
	} control = { .data = { 0 } };
	struct iovec part = { &byte, 1 };
	struct msghdr message = { .msg_iov = &part, .msg_iovlen = 1 };

	if (fd >= 0) {
		message.msg_control = &control;
		message.msg_controllen = sizeof control;
		control.header.cmsg_level = SOL_SOCKET;
		control.header.cmsg_type = SCM_RIGHTS;
		control.header.cmsg_len = CMSG_LEN(sizeof fd);
		memcpy(CMSG_DATA(&control.header), &fd, sizeof fd);
	}
	return sendmsg(generation->control, &message, MSG_NOSIGNAL) == 1 ? 0
									 : -1;
}

static void
start_worker(struct generation *generation, int number)
{
	struct slot *slot = &generation->workers[number];
	int is_root = generation->has_root && number == 0;
	AUTO_CLOSE int ours = -1, theirs = -1;
	int pair[2];

	slot->pid = 0;
	slot->at = milliseconds() + AGAIN;
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
	slot->at = milliseconds();
	/* If the front is gone, so will be the worker. */
	send_order(
	    generation, is_root ? VPD_ORDER_ROOT : VPD_ORDER_WORKER, ours);
}

/* ---- listening -------------------------------------------------------- */

static int
same(const struct vpd_address *a, const struct vpd_address *b)
{
	return a->kind == b->kind && strcmp(a->text, b->text) == 0;
}

/* The same address of the present generation has its socket already. */
static int
find_listener(const struct generation *from, const struct vpd_address *address)
{
	for (int i = 0; from && i < from->setup.count; i++)
		if (same(&from->setup.addresses[i], address))
			return from->fds[i];
	return -1;
}

static int
listen_to(
    const struct generation *generation, const struct vpd_address *address)
{
	int fd = address->kind == VPD_UNIX ? vp_listen_unix(address->text, 0660,
						 generation->setup.worker_uid,
						 generation->setup.worker_gid)
					   : vp_listen_inet(address->text);

	char name[64];

	if (fd < 0) {
		vp_daemonlog(LOG_ERR, "cannot listen on '%s': %s",
		    address->text, strerror(errno));
		return -1;
	}
	vp_listen_name(fd, name, sizeof name);
	vp_daemonlog(LOG_NOTICE, "listening on %s%s",
	    *name ? name : address->text,
	    address->kind == VPD_TLS ? " (TLS)" : "");
	return fd;
}

/* Sockets that only "from" has. */
static void
close_listeners(struct generation *from, const struct generation *other)
{
	for (int i = 0; i < from->setup.count; i++) {
		const struct vpd_address *address = &from->setup.addresses[i];

		if (from->fds[i] < 0 || find_listener(other, address) >= 0)
			continue;
		close(from->fds[i]);
		if (address->kind == VPD_UNIX)
			unlink(address->text);
		from->fds[i] = -1;
	}
}

static int
open_listeners(struct generation *generation, const struct generation *from)
{
	for (int i = 0; i < generation->setup.count; i++)
		generation->fds[i] = -1;
	for (int i = 0; i < generation->setup.count; i++) {
		const struct vpd_address *address =
		    &generation->setup.addresses[i];

		generation->fds[i] = find_listener(from, address);
		if (generation->fds[i] < 0)
			generation->fds[i] = listen_to(generation, address);
		if (generation->fds[i] < 0) {
			close_listeners(generation, from);
			return -1;
		}
	}
	return 0;
}

/* ---- generations ------------------------------------------------------ */

static struct generation *
free_generation(void)
{
	for (int i = 0; i < GENERATIONS; i++)
		if (generations[i].front == 0 && &generations[i] != current)
			return &generations[i];
	vp_daemonlog(LOG_ERR, "too many older connections: try again later");
	return NULL;
}

static int
read_settings(struct vpd_setup *ret_setup)
{
	struct vpop *vp = NULL;
	char error[512] = "no memory";
	int rc = -1;

	if (vpop_open(&vp, 0) == 0)
		rc = vpd_setup_read(vp, ret_setup, error, sizeof error);
	else if (vp)
		snprintf(error, sizeof error, "%s", vpop_message(vp));
	vpop_close(vp);
	if (rc != 0)
		vp_daemonlog(LOG_ERR, "%s", error);
	return rc;
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

static int
start_front(struct generation *generation)
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

static void
clear(struct generation *generation)
{
	vpd_setup_clear(&generation->setup);
	explicit_bzero(generation, sizeof *generation);
}

/* Start with the settings of now; the current generation stays if that
 * fails. */
static int
start_generation(void)
{
	struct generation *generation = free_generation(), *older = current;

	if (!generation || read_settings(&generation->setup) != 0)
		return -1;
	if (open_listeners(generation, older) != 0) {
		clear(generation);
		return -1;
	}
	if (start_front(generation) != 0) {
		vp_daemonlog(LOG_ERR, "the front process does not start");
		close_listeners(generation, older);
		clear(generation);
		return -1;
	}
	randombytes_buf(generation->key, sizeof generation->key);
	generation->has_root =
	    geteuid() == 0 && generation->setup.worker_uid != 0;
	generation->count =
	    (int)generation->setup.workers + generation->has_root;
	for (int i = 0; i < generation->count; i++)
		start_worker(generation, i);
	vp_daemonlog_open("vpopmaild", generation->setup.log_syslog);
	current = generation;
	if (!older)
		return 0;
	close_listeners(older, generation);
	if (older->front)
		send_order(older, VPD_ORDER_DRAIN, -1);
	else
		clear(older);
	return 0;
}

static void
front_ended(struct generation *generation, int status, int is_stopping)
{
	close(generation->control);
	generation->front = 0;
	if (generation != current) {
		clear(generation);
		return;
	}
	if (is_stopping)
		return;
	vp_daemonlog(LOG_ERR,
	    "the front process ended (status %d); starting "
	    "another",
	    status);
	again_at = milliseconds() + (status ? AGAIN : 0);
}

/* 1 if the process was one of the generation. */
static int
child_ended(
    struct generation *generation, pid_t pid, int status, int is_stopping)
{
	if (generation->front == pid) {
		front_ended(generation, status, is_stopping);
		return 1;
	}
	for (int i = 0; i < generation->count; i++) {
		struct slot *slot = &generation->workers[i];

		if (slot->pid != pid)
			continue;
		int64_t now = milliseconds();
		if (status != 0)
			vp_daemonlog(
			    LOG_ERR, "a worker ended (status %d)", status);
		slot->pid = 0;
		slot->at = now - slot->at < AGAIN ? now + AGAIN : now;
		return 1;
	}
	return 0;
}

static void
reap(int is_stopping)
{
	pid_t pid;
	int status;

	while ((pid = waitpid(-1, &status, WNOHANG)) > 0)
		for (int i = 0; i < GENERATIONS; i++)
			if (child_ended(
				&generations[i], pid, status, is_stopping))
				break;
}

/* Start what is missing; returns when to look again, in milliseconds. */
static int64_t
restart(void)
{
	int64_t now = milliseconds(), next = 3600000;

	if (current->front == 0 && again_at <= now) {
		start_generation();
		again_at = now + AGAIN;
	}
	if (current->front == 0)
		next = AGAIN;
	for (int g = 0; g < GENERATIONS; g++) {
		struct generation *generation = &generations[g];

		for (int i = 0; generation->front && i < generation->count;
		     i++) {
			struct slot *slot = &generation->workers[i];

			if (slot->pid == 0 && slot->at <= now)
				start_worker(generation, i);
			else if (slot->pid == 0 && slot->at - now < next)
				next = slot->at - now;
		}
	}
	return next;
}

/* ---- ending ----------------------------------------------------------- */

static int
is_alive(void)
{
	for (int g = 0; g < GENERATIONS; g++) {
		if (generations[g].front)
			return 1;
		for (int i = 0; i < generations[g].count; i++)
			if (generations[g].workers[i].pid)
				return 1;
	}
	return 0;
}

static void
kill_all(void)
{
	for (int g = 0; g < GENERATIONS; g++) {
		if (generations[g].front)
			kill(generations[g].front, SIGKILL);
		for (int i = 0; i < generations[g].count; i++)
			if (generations[g].workers[i].pid)
				kill(generations[g].workers[i].pid, SIGKILL);
	}
}

static int
wait_signal(const sigset_t *signals, int64_t wait)
{
	const struct timespec time = { wait / 1000, wait % 1000 * 1000000 };

	return sigtimedwait(signals, NULL, &time);
}

/* What is being executed is finished first. */
static void
stop(const sigset_t *signals)
{
	int64_t end = milliseconds() + STOP;

	vp_notify_systemd("STOPPING=1");
	close_listeners(current, NULL);
	for (int i = 0; i < GENERATIONS; i++)
		if (generations[i].front)
			send_order(&generations[i], VPD_ORDER_STOP, -1);
	for (reap(1); is_alive(); reap(1)) {
		if (milliseconds() >= end)
			kill_all();
		wait_signal(signals, AGAIN);
	}
	clear(current);
}

int
vpd_serve(int ready_fd)
{
	sigset_t signals;
	int64_t wait;

	vp_daemonlog_open("vpopmaild", 0);
	signal(SIGPIPE, SIG_IGN);
	sigemptyset(&signals);
	sigaddset(&signals, SIGCHLD);
	sigaddset(&signals, SIGHUP);
	sigaddset(&signals, SIGINT);
	sigaddset(&signals, SIGTERM);
	sigprocmask(SIG_BLOCK, &signals, NULL);
	if (sodium_init() < 0 || prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) != 0 ||
	    start_generation() != 0)
		return EXIT_FAILURE;
	vp_notify_systemd("READY=1");
	if (ready_fd >= 0)
		vp_notify_fd(ready_fd);
	for (;;) {
		reap(0);
		wait = restart();
		switch (wait_signal(&signals, wait)) {
		case SIGHUP:
			if (start_generation() == 0)
				vp_daemonlog(LOG_NOTICE, "new settings");
			break;
		case SIGINT:
		case SIGTERM:
			stop(&signals);
			return EXIT_SUCCESS;
		default:
			break;
		}
	}
}
