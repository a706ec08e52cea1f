/*
 * There is one process at a time, so that no operation is executed by two: an
 * older one, that still finishes an operation, is let end first.  It ends when
 * its socket to the parent is closed, so also with the parent.
 */
#include "config.h"

#include "panel/job/keeper.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"
#include "daemons/common/daemonlog.h"
#include "panel/job/job.h"
#include "panel/serve.h"

#define AGAIN 1000 /* milliseconds before what failed is started again */

static const struct vhd_settings *settings;
static pid_t process; /* 0: none */
static int64_t begun; /* when it was started, or is to be */
static int control = -1, wake = -1;
static int is_finishing;

int
vhd_jobs_open(const struct vhd_settings *now)
{
	settings = now;
	wake = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (wake >= 0)
		return 0;
	vp_daemonlog(LOG_ERR, "no eventfd: %s", strerror(errno));
	return -1;
}

int
vhd_jobs_wake(void)
{
	return wake;
}

static void
run(int theirs)
{
	vhd_serve_worker("jobs");
	_exit(vhd_jobs_run(settings, theirs, wake));
}

void
vhd_jobs_tick(int64_t now)
{
	int pair[2];
	pid_t pid;

	if (is_finishing || process != 0 || begun > now)
		return;
	begun = now + AGAIN;
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) != 0) {
		vp_daemonlog(
		    LOG_ERR, "no socket for jobs: %s", strerror(errno));
		return;
	}
	pid = fork();
	if (pid == 0) {
		close(pair[0]);
		run(pair[1]);
	}
	close(pair[1]);
	if (pid < 0) {
		vp_daemonlog(LOG_ERR, "fork: %s", strerror(errno));
		close(pair[0]);
		return;
	}
	process = pid;
	begun = now;
	control = pair[0];
}

void
vhd_jobs_end(void)
{
	if (control >= 0)
		close(control);
	control = -1;
}

void
vhd_jobs_ended(pid_t pid, int status)
{
	int64_t now = vp_clock_ms();

	if (pid != process)
		return;
	if (status != 0)
		vp_daemonlog(
		    LOG_ERR, "the process for jobs ended (status %d)", status);
	process = 0;
	begun = now - begun < AGAIN ? now + AGAIN : now;
	vhd_jobs_end();
}

void
vhd_jobs_finish(void)
{
	is_finishing = 1;
	vhd_jobs_end();
}

void
vhd_jobs_kill(void)
{
	if (process != 0)
		kill(process, SIGKILL);
}
