#include "config.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "daemons/common/daemonlog.h"
#include "panel/auth/loginnote.h"
#include "panel/job/job.h"

#define IDLE   5000 /* milliseconds; who makes a job wakes us sooner */
#define EXPIRE 60000
#define DAY    86400

/* 1, or 0 when this process is to end. */
static int
await(int control, int wake, int milliseconds)
{
	struct pollfd fds[] = { { control, POLLIN, 0 }, { wake, POLLIN, 0 } };
	uint64_t count;

	if (poll(fds, 2, milliseconds) <= 0)
		return 1;
	if (fds[1].revents && read(wake, &count, sizeof count) < 0 &&
	    errno != EAGAIN)
		return 0;
	return fds[0].revents == 0;
}

static void
expire(struct vhd_site *site, const struct vhd_settings *settings)
{
	int64_t before = time(NULL) - settings->job_days * DAY;

	while (vhd_jobs_expire(site->state, before) > 0)
		continue;
}

int
vhd_jobs_run(const struct vhd_settings *settings, int control, int wake)
{
	struct vhd_site site;
	int64_t turn = 0, next = 0;
	int rc = vhd_site_open(settings, &site);
	int wait = 0;

	while (rc == 0 && await(control, wake, wait)) {
		wait = IDLE;
		if (vhd_site_ready(&site) != 0)
			continue;
		if (vhd_job_step(&site, settings, &turn) > 0)
			wait = 0;
		vhd_follow_domains(&site);
		vhd_login_tell(&site);
		if (wait == 0 || vp_clock_ms() < next)
			continue;
		expire(&site, settings);
		next = vp_clock_ms() + EXPIRE;
	}
	vhd_site_close(&site);
	return rc == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
