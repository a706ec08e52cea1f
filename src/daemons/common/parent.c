#include "config.h"

#include "daemons/common/parent.h"

#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include "daemons/common/daemonlog.h"

#define SPARE_FILES 128 /* descriptors beside connections */

void
vp_allow_files(int64_t connections)
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

int
vp_wait_signal(const sigset_t *signals, int64_t milliseconds)
{
	const struct timespec time = { milliseconds / 1000,
		milliseconds % 1000 * 1000000 };

	return sigtimedwait(signals, NULL, &time);
}
