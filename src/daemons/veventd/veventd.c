/*
 * veventd: tells subscribers of facts.  A parent that starts and watches one
 * process for each of them.
 */
#include "config.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/attr.h"
#include "base/dirtree.h"
#include "base/lock.h"
#include "base/text.h"
#include "daemons/common/daemonlog.h"
#include "daemons/common/notify.h"
#include "daemons/veventd/tasks.h"
#include "vpop.h"

#define USAGE        "usage: veventd [-s] [-n descriptor]\n"
#define INTERVAL     2  /* seconds from one look at who there is to the next */
#define LOCK_SECONDS 5  /* workers of a killed one may still be ending */
#define LAST         20 /* that workers have to end */

static void
reap(struct ved_tasks *tasks)
{
	int status;
	pid_t pid;

	while ((pid = waitpid(-1, &status, WNOHANG)) > 0)
		ved_tasks_ended(tasks, pid, status);
}

/* The next signal, 0 after some seconds without one. */
static int
wait_signal(const sigset_t *signals, int seconds)
{
	const struct timespec time = { .tv_sec = seconds };
	int number = sigtimedwait(signals, NULL, &time);

	return number < 0 ? 0 : number;
}

static void
serve(struct ved_tasks *tasks, const sigset_t *signals)
{
	for (;;) {
		int number = wait_signal(signals, INTERVAL);

		reap(tasks);
		if (number == SIGTERM || number == SIGINT)
			return;
		if (number == SIGHUP)
			(void)ved_tasks_stop(tasks, SIGTERM);
		(void)ved_tasks_scan(tasks);
	}
}

static void
stop(struct ved_tasks *tasks, const sigset_t *signals)
{
	(void)vp_notify_systemd("STOPPING=1");
	for (int i = 0; i < LAST && ved_tasks_stop(tasks, SIGTERM) > 0; i++) {
		(void)wait_signal(signals, 1);
		reap(tasks);
	}
	(void)ved_tasks_stop(tasks, SIGKILL);
}

/* Two daemons would tell everything twice. */
static int
take_lock(const struct vpop *vp)
{
	const char *journal = vpop_setting(vp, "journal");
	AUTO_FREE char *folder = NULL;
	int64_t uid = 0, gid = 0;
	int rc = *journal ? asprintf(&folder, "%s", journal)
			  : asprintf(&folder, "%s/var/.", vpop_home(vp));

	if (rc < 0)
		return -1;
	*strrchr(folder, '/') = '\0';
	(void)vp_number(vpop_setting(vp, "uid"), 0, UINT32_MAX, &uid);
	(void)vp_number(vpop_setting(vp, "gid"), 0, UINT32_MAX, &gid);
	AUTO_CLOSE int dirfd = vp_dir_open(*folder ? folder : "/");
	int lock = dirfd < 0 ? -1
			     : vp_lock(dirfd, "veventd.lock", (uid_t)uid,
				   (gid_t)gid, LOCK_SECONDS);
	if (lock < 0)
		vp_daemonlog(LOG_ERR, "cannot lock '%s/veventd.lock': %s",
		    folder,
		    errno == EAGAIN ? "another veventd is running"
				    : strerror(errno));
	return lock;
}

static int
start(void)
{
	struct vpop *vp;
	int lock = -1;

	if (vpop_open(&vp, 0) != 0)
		vp_daemonlog(
		    LOG_ERR, "%s", vp ? vpop_message(vp) : "out of memory");
	else
		lock = take_lock(vp);
	vpop_close(vp);
	return lock;
}

int
main(int argc, char **argv)
{
	int64_t ready = -1;
	sigset_t signals;
	int letter;

	vp_daemonlog_open("veventd", 0);
	while ((letter = getopt(argc, argv, "n:s")) != -1) {
		if (letter == 's') {
			vp_daemonlog_open("veventd", 1);
		} else if (letter != 'n' ||
			   vp_number(optarg, 0, INT32_MAX, &ready) != 0) {
			fputs(USAGE, stderr);
			return 2;
		}
	}
	if (optind < argc) {
		fputs(USAGE, stderr);
		return 2;
	}
	AUTO_CLOSE int lock = start();
	struct ved_tasks *tasks = lock < 0 ? NULL : ved_tasks_new();
	if (!tasks)
		return 1;
	sigemptyset(&signals);
	sigaddset(&signals, SIGTERM);
	sigaddset(&signals, SIGINT);
	sigaddset(&signals, SIGHUP);
	sigaddset(&signals, SIGCHLD);
	sigprocmask(SIG_BLOCK, &signals, NULL);
	(void)ved_tasks_scan(tasks);
	if (ready >= 0)
		(void)vp_notify_fd((int)ready);
	(void)vp_notify_systemd("READY=1");
	serve(tasks, &signals);
	stop(tasks, &signals);
	ved_tasks_free(tasks);
	return 0;
}
