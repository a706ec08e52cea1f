/*
 * The parent process, which reads no byte of a client: it starts generations
 * (generation.h), what ends of them again, and ends them all.
 */
#include "config.h"

#include "daemons/vpopmaild/serve.h"

#include <signal.h>
#include <sodium.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>

#include "base/clock.h"
#include "daemons/common/daemonlog.h"
#include "daemons/common/notify.h"
#include "daemons/common/parent.h"
#include "daemons/vpopmaild/generation.h"

#define STOP 45000

static int64_t again_at; /* no front: when to start one */

/* ---- what ends is started again --------------------------------------- */

static void
front_ended(struct vpd_generation *generation, int status, int is_stopping)
{
	close(generation->control);
	generation->front = 0;
	if (generation != vpd_current) {
		vpd_generation_clear(generation);
		return;
	}
	if (is_stopping)
		return;
	vp_daemonlog(LOG_ERR,
	    "the front process ended (status %d); starting "
	    "another",
	    status);
	again_at = vp_clock_ms() + (status ? VPD_AGAIN : 0);
}

/* 1 if the process was one of the generation. */
static int
child_ended(
    struct vpd_generation *generation, pid_t pid, int status, int is_stopping)
{
	if (generation->front == pid) {
		front_ended(generation, status, is_stopping);
		return 1;
	}
	for (int i = 0; i < generation->count; i++) {
		struct vpd_slot *slot = &generation->workers[i];

		if (slot->pid != pid)
			continue;
		int64_t now = vp_clock_ms();
		if (status != 0)
			vp_daemonlog(
			    LOG_ERR, "a worker ended (status %d)", status);
		slot->pid = 0;
		slot->at = now - slot->at < VPD_AGAIN ? now + VPD_AGAIN : now;
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
		for (int i = 0; i < VPD_GENERATIONS; i++)
			if (child_ended(
				&vpd_generations[i], pid, status, is_stopping))
				break;
}

/* Start what is missing; returns when to look again, in milliseconds. */
static int64_t
restart(void)
{
	int64_t now = vp_clock_ms(), next = 3600000;

	if (vpd_current->front == 0 && again_at <= now) {
		vpd_generation_start();
		again_at = now + VPD_AGAIN;
	}
	if (vpd_current->front == 0)
		next = VPD_AGAIN;
	for (int g = 0; g < VPD_GENERATIONS; g++) {
		struct vpd_generation *generation = &vpd_generations[g];

		for (int i = 0; generation->front && i < generation->count;
		     i++) {
			struct vpd_slot *slot = &generation->workers[i];

			if (slot->pid == 0 && slot->at <= now)
				vpd_worker_start(generation, i);
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
	for (int g = 0; g < VPD_GENERATIONS; g++) {
		if (vpd_generations[g].front)
			return 1;
		for (int i = 0; i < vpd_generations[g].count; i++)
			if (vpd_generations[g].workers[i].pid)
				return 1;
	}
	return 0;
}

static void
kill_all(void)
{
	for (int g = 0; g < VPD_GENERATIONS; g++) {
		if (vpd_generations[g].front)
			kill(vpd_generations[g].front, SIGKILL);
		for (int i = 0; i < vpd_generations[g].count; i++)
			if (vpd_generations[g].workers[i].pid)
				kill(
				    vpd_generations[g].workers[i].pid, SIGKILL);
	}
}

/* What is being executed is finished first. */
static void
stop(const sigset_t *signals)
{
	int64_t end = vp_clock_ms() + STOP;

	vp_notify_systemd("STOPPING=1");
	vpd_generation_unlisten(vpd_current, NULL);
	for (int i = 0; i < VPD_GENERATIONS; i++)
		if (vpd_generations[i].front)
			vpd_order(&vpd_generations[i], VPD_ORDER_STOP, -1);
	for (reap(1); is_alive(); reap(1)) {
		if (vp_clock_ms() >= end)
			kill_all();
		vp_wait_signal(signals, VPD_AGAIN);
	}
	vpd_generation_clear(vpd_current);
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
	    vpd_generation_start() != 0)
		return EXIT_FAILURE;
	vp_notify_systemd("READY=1");
	if (ready_fd >= 0)
		vp_notify_fd(ready_fd);
	for (;;) {
		reap(0);
		wait = restart();
		switch (vp_wait_signal(&signals, wait)) {
		case SIGHUP:
			if (vpd_generation_start() == 0)
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
