/*
 * The parent process opens the sockets and keeps a front and its workers
 * alive.  It reads no byte of a client.
 *
 * A worker lives as long as its stream to the front.  When a front ends, or
 * is replaced because there are new settings, its workers end with it, and
 * new ones are given to the new front; an older front that still answers has
 * its own until it ends.  A front finishes when its socket to the parent is
 * closed, so nothing is left behind however the parent ends.
 */
#include "config.h"

#include "panel/serve.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/wait.h>

#include "base/attr.h"
#include "base/clock.h"
#include "daemons/common/daemonlog.h"
#include "daemons/common/fdpass.h"
#include "daemons/common/listen.h"
#include "daemons/common/notify.h"
#include "daemons/common/parent.h"
#include "daemons/common/privdrop.h"
#include "panel/api/counters.h"
#include "panel/api/worker.h"
#include "panel/http/front.h"
#include "panel/job/keeper.h"
#include "panel/supervise/starter.h"

#define MOST_WORKERS 64
#define READY        10000 /* milliseconds for a front to start */
#define AGAIN        1000  /* before what failed is started again */
#define STOP         15000
#define STOP_TICK    100

struct slot {
	pid_t pid;  /* 0: none */
	int64_t at; /* when it was started, or is to be */
};

static struct vhd_settings settings;
static int listeners[VHD_LISTENERS];
static struct slot front, workers[MOST_WORKERS];
static int control = -1; /* to the front */
static int signals = -1;

/* ---- sockets ---------------------------------------------------------- */

static int
listen_to(const struct vhd_address *address)
{
	char name[64];
	int fd;

	if (address->kind == VHD_UNIX)
		fd = vp_listen_unix(address->text, 0660, settings.worker_uid,
		    settings.worker_gid);
	else if (address->kind == VHD_PROXY)
		fd = vp_listen_unix(address->text, 0660, settings.worker_uid,
		    settings.proxy_gid);
	else
		fd = vp_listen_inet(address->text);
	if (fd < 0) {
		vp_daemonlog(LOG_ERR, "cannot listen on '%s': %s",
		    address->text, strerror(errno));
		return -1;
	}
	vp_listen_name(fd, name, sizeof name);
	vp_daemonlog(LOG_NOTICE, "listening on %s%s",
	    *name ? name : address->text,
	    address->kind == VHD_TLS ? " (TLS)" : "");
	return fd;
}

static int
open_listeners(void)
{
	for (int i = 0; i < settings.count; i++) {
		listeners[i] = listen_to(&settings.addresses[i]);
		if (listeners[i] < 0)
			return -1;
	}
	return 0;
}

static void
remove_sockets(void)
{
	for (int i = 0; i < settings.count; i++) {
		const struct vhd_address *address = &settings.addresses[i];

		if (address->kind == VHD_UNIX || address->kind == VHD_PROXY)
			unlink(address->text);
	}
}

/* ---- children --------------------------------------------------------- */

static void
become_child(const char *role)
{
	sigset_t none;

	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	vp_daemonlog_open("vhostadmind", (int)settings.syslog);
	vp_daemonlog_role(role);
	prctl(PR_SET_NAME, role, 0, 0, 0);
}

/* The parent's end of the socket to the front must be nowhere else. */
static void
forget_others(int with_listeners)
{
	vhd_starter_forget();
	vhd_jobs_end();
	for (int i = 0; !with_listeners && i < settings.count; i++)
		close(listeners[i]);
	if (control >= 0)
		close(control);
}

void
vhd_serve_child(const char *role)
{
	forget_others(0);
	become_child(role);
}

static void
run_front(int theirs)
{
	const struct vhd_front_start start = {
		.settings = &settings, .listeners = listeners, .control = theirs
	};

	forget_others(1);
	close(vhd_jobs_wake());
	become_child("front");
	vp_allow_files(settings.connections);
	_exit(vhd_front_run(&start));
}

void
vhd_serve_worker(const char *role)
{
	vhd_serve_child(role);
	/* A site whose mail belongs to root has nobody to become. */
	if (settings.worker_uid != 0 &&
	    vp_privdrop_ids(settings.worker_uid, settings.worker_gid) != 0) {
		vp_daemonlog(LOG_ERR, "cannot become user %lu: %s",
		    (unsigned long)settings.worker_uid, strerror(errno));
		_exit(EXIT_FAILURE);
	}
	if (prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) != 0)
		_exit(EXIT_FAILURE);
}

static void
run_worker(int channel)
{
	const struct vhd_worker worker = { .channel = channel,
		.jobs_fd = vhd_jobs_wake(),
		.settings = &settings };

	vhd_serve_worker("worker");
	_exit(vhd_worker_run(&worker));
}

static int
await_ready(int fd)
{
	const struct timeval time = { READY / 1000, 0 };
	char byte;

	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &time, sizeof time);
	return recv(fd, &byte, 1, 0) == 1 ? 0 : -1;
}

/* The new front, to which workers are given from now on.  The older one, if
 * it lives, finishes. */
static int
start_front(void)
{
	int pair[2];
	pid_t pid;

	front.at = vp_clock_ms() + AGAIN;
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) != 0)
		return -1;
	pid = fork();
	if (pid == 0) {
		close(pair[0]);
		run_front(pair[1]);
	}
	close(pair[1]);
	if (pid < 0 || await_ready(pair[0]) != 0) {
		vp_daemonlog(LOG_ERR, "the front process does not start");
		close(pair[0]);
		if (pid > 0)
			kill(pid, SIGKILL);
		return -1;
	}
	if (control >= 0)
		close(control);
	control = pair[0];
	front = (struct slot){ pid, vp_clock_ms() };
	memset(workers, 0, sizeof workers);
	return 0;
}

static void
start_worker(struct slot *slot)
{
	int pair[2];
	pid_t pid;

	slot->at = vp_clock_ms() + AGAIN;
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) != 0) {
		vp_daemonlog(
		    LOG_ERR, "no socket for a worker: %s", strerror(errno));
		return;
	}
	pid = fork();
	if (pid == 0) {
		close(pair[0]);
		run_worker(pair[1]);
	}
	close(pair[1]);
	if (pid > 0) {
		*slot = (struct slot){ pid, vp_clock_ms() };
		/* If the front is gone, so will be the worker. */
		vp_fd_send(control, "w", 1, pair[0], 0);
	} else {
		vp_daemonlog(LOG_ERR, "fork: %s", strerror(errno));
	}
	close(pair[0]);
}

/* ---- keeping them alive ----------------------------------------------- */

static void
ended(struct slot *slot, const char *what, int status)
{
	int64_t now = vp_clock_ms();

	if (status != 0)
		vp_daemonlog(LOG_ERR, "%s ended (status %d)", what, status);
	slot->pid = 0;
	slot->at = now - slot->at < AGAIN ? now + AGAIN : now;
}

static void
reap(void)
{
	siginfo_t info = { .si_pid = 0 };
	int status;

	/* What belongs to it is found by its number, which is its own yet. */
	while (waitid(P_ALL, 0, &info, WEXITED | WNOHANG | WNOWAIT) == 0 &&
	       info.si_pid > 0) {
		pid_t pid = info.si_pid;

		vhd_starter_ended(
		    pid, info.si_code != CLD_EXITED || info.si_status != 0);
		if (waitpid(pid, &status, 0) != pid)
			return;
		vhd_jobs_ended(pid, status);
		if (pid == front.pid)
			ended(&front, "the front process", status);
		for (int i = 0; i < settings.workers; i++)
			if (pid == workers[i].pid)
				ended(&workers[i], "a worker", status);
		info.si_pid = 0;
	}
}

/* Start what is missing; returns when to look again. */
static int64_t
restart(void)
{
	int64_t now = vp_clock_ms();

	vhd_starter_tick(now);
	vhd_jobs_tick(now);
	if (front.pid == 0 && front.at <= now)
		start_front();
	if (front.pid == 0)
		return AGAIN;
	for (int i = 0; i < settings.workers; i++)
		if (workers[i].pid == 0 && workers[i].at <= now)
			start_worker(&workers[i]);
	return AGAIN;
}

static int
is_same(const struct vhd_settings *other)
{
	if (other->count != settings.count)
		return 0;
	for (int i = 0; i < settings.count; i++)
		if (other->addresses[i].kind != settings.addresses[i].kind ||
		    strcmp(other->addresses[i].text,
			settings.addresses[i].text) != 0)
			return 0;
	return 1;
}

static void
reload(const char *conf)
{
	struct vhd_settings read, older = settings;
	char error[512];

	if (vhd_settings_read(conf, &read, error, sizeof error) != 0) {
		vp_daemonlog(LOG_ERR, "the settings stay: %s", error);
		return;
	}
	if (!is_same(&read)) {
		vp_daemonlog(LOG_ERR,
		    "the settings stay: other sockets need a new start");
		vhd_settings_clear(&read);
		return;
	}
	settings = read;
	if (vhd_starter_load(&settings) != 0 || start_front() != 0) {
		settings = older;
		vhd_settings_clear(&read);
		return;
	}
	vhd_settings_clear(&older);
	vhd_jobs_end(); /* another begins with the new settings */
	restart();
	vp_daemonlog(LOG_NOTICE, "new settings");
}

/* ---- ending ----------------------------------------------------------- */

/* The next signal, or SIGHUP if that is asked for; 0 after so many
 * milliseconds, or earlier. */
static int
wait_for_events(int64_t milliseconds)
{
	struct pollfd fds[VHD_STARTER_FDS + 1];
	struct signalfd_siginfo info;

	if (vhd_starter_wants_reload())
		return SIGHUP;
	vhd_starter_fds(fds);
	fds[VHD_STARTER_FDS] = (struct pollfd){ signals, POLLIN, 0 };
	if (poll(fds, VHD_STARTER_FDS + 1, (int)milliseconds) <= 0)
		return 0;
	vhd_starter_hear(fds);
	if (read(signals, &info, sizeof info) != (ssize_t)sizeof info)
		return 0;
	return (int)info.ssi_signo;
}

/* What is being executed is finished first: workers end with the front, and
 * the supervisor with the workers. */
static void
stop(void)
{
	int64_t end = vp_clock_ms() + STOP;
	siginfo_t info = { .si_pid = 0 };

	vp_notify_systemd("STOPPING=1");
	remove_sockets();
	close(control);
	control = -1;
	vhd_jobs_finish();
	vhd_starter_finish();
	while (waitid(P_ALL, 0, &info, WEXITED | WNOHANG | WNOWAIT) == 0) {
		if (vp_clock_ms() >= end) {
			if (front.pid)
				kill(front.pid, SIGKILL);
			vhd_jobs_kill();
			break;
		}
		reap();
		vhd_starter_tick(vp_clock_ms());
		wait_for_events(STOP_TICK);
	}
	vhd_starter_kill();
}

static int
open_signals(void)
{
	sigset_t set;

	signal(SIGPIPE, SIG_IGN);
	sigemptyset(&set);
	sigaddset(&set, SIGCHLD);
	sigaddset(&set, SIGHUP);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGTERM);
	sigprocmask(SIG_BLOCK, &set, NULL);
	signals = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
	return signals < 0 ? -1 : 0;
}

int
vhd_serve(const char *conf, int ready_fd)
{
	char error[512];

	vp_daemonlog_open("vhostadmind", 0);
	if (open_signals() != 0) {
		vp_daemonlog(LOG_ERR, "no signals: %s", strerror(errno));
		return EXIT_FAILURE;
	}
	if (vhd_settings_read(conf, &settings, error, sizeof error) != 0) {
		vp_daemonlog(LOG_ERR, "%s", error);
		return EXIT_FAILURE;
	}
	if (prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) != 0 || open_listeners() != 0 ||
	    vhd_counters_open() != 0 || vhd_jobs_open(&settings) != 0 ||
	    vhd_starter_load(&settings) != 0 || start_front() != 0)
		return EXIT_FAILURE;
	vp_daemonlog_open("vhostadmind", (int)settings.syslog);
	restart();
	vp_notify_systemd("READY=1");
	if (ready_fd >= 0)
		vp_notify_fd(ready_fd);
	for (;;) {
		int64_t wait;

		reap();
		wait = restart();
		switch (wait_for_events(wait)) {
		case SIGHUP:
			reload(conf);
			break;
		case SIGINT:
		case SIGTERM:
			stop();
			vhd_settings_clear(&settings);
			return EXIT_SUCCESS;
		default:
			break;
		}
	}
}
