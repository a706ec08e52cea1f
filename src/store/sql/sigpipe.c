/*
 * Only what arrived between the two calls is swallowed: a SIGPIPE that was
 * pending before, or that the program keeps blocked for itself, stays.
 */
#include "config.h"

#include "store/sql/sigpipe.h"

#include <errno.h>
#include <time.h>

static int
is_pending(void)
{
	sigset_t pending;

	return sigpending(&pending) == 0 && sigismember(&pending, SIGPIPE) == 1;
}

void
vp_sql_sigpipe_hold(struct vp_sql_sigpipe *held)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGPIPE);
	pthread_sigmask(SIG_BLOCK, &set, &held->before);
	/* It can only be pending already where it was blocked already. */
	held->was_pending =
	    sigismember(&held->before, SIGPIPE) == 1 && is_pending();
}

void
vp_sql_sigpipe_release(const struct vp_sql_sigpipe *held)
{
	int error = errno;

	if (!held->was_pending && is_pending()) {
		const struct timespec at_once = { 0, 0 };
		sigset_t set;

		sigemptyset(&set);
		sigaddset(&set, SIGPIPE);
		sigtimedwait(&set, NULL, &at_once);
	}
	pthread_sigmask(SIG_SETMASK, &held->before, NULL);
	errno = error;
}
