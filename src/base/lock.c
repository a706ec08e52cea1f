/*
 * Lock files.  They are kept for ever: removing one would let two programs
 * hold locks on two files of the same name.
 *
 * The wait is a loop with short sleeps, because the waiting form of the call
 * could only be ended by a signal, and signals are the calling program's.
 */
#include "config.h"

#include "base/lock.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"

#define FIRST_SLEEP 1000000L  /* ns */
#define MAX_SLEEP   50000000L /* ns */

static int
close_with(int fd, int cause)
{
	close(fd);
	errno = cause;
	return -1;
}

/* Mode and owner of a file that we have just made, or that a root process
 * made and died before it gave it away.  Never of another's: the name may be
 * a hard link to a file that is none of ours. */
static int
set_owner(int fd, uid_t uid, gid_t gid)
{
	if (geteuid() == 0 && fchown(fd, uid, gid) != 0)
		return -1;
	return fchmod(fd, 0600);
}

static int
check_existing(int fd, uid_t uid, gid_t gid)
{
	struct stat st;

	if (fstat(fd, &st) != 0)
		return -1;
	if (!S_ISREG(st.st_mode)) {
		errno = EINVAL;
		return -1;
	}
	if (geteuid() == 0 && st.st_uid == 0 && uid != 0 && st.st_nlink == 1 &&
	    st.st_size == 0)
		return set_owner(fd, uid, gid);
	return 0;
}

static int
open_lock(int dirfd, const char *name, uid_t uid, gid_t gid)
{
	const int flags = O_RDWR | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK;
	int fd, rc;

	/* Which of the two opens succeeds tells whether the file is ours. */
	do {
		fd = openat(dirfd, name, flags);
		if (fd >= 0) {
			rc = check_existing(fd, uid, gid);
			return rc == 0 ? fd : close_with(fd, errno);
		}
		if (errno != ENOENT)
			return -1;
		fd = openat(dirfd, name, flags | O_CREAT | O_EXCL, 0600);
	} while (fd < 0 && errno == EEXIST);
	if (fd < 0)
		return -1;
	rc = set_owner(fd, uid, gid);
	return rc == 0 ? fd : close_with(fd, errno);
}

static int
wait_for_lock(int fd, int seconds)
{
	struct flock whole = { .l_type = F_WRLCK, .l_whence = SEEK_SET };
	int64_t limit = vp_clock_ms() + (int64_t)seconds * 1000;
	struct timespec pause = { .tv_nsec = FIRST_SLEEP };

	while (fcntl(fd, F_OFD_SETLK, &whole) != 0) {
		if (errno == EINTR)
			continue;
		if (errno != EAGAIN && errno != EACCES)
			return -1;
		int64_t left = limit - vp_clock_ms();
		if (left <= 0) {
			errno = EAGAIN;
			return -1;
		}
		if (pause.tv_nsec / 1000000 > left)
			pause.tv_nsec = (long)left * 1000000;
		nanosleep(&pause, NULL);
		pause.tv_nsec *= 2;
		if (pause.tv_nsec > MAX_SLEEP)
			pause.tv_nsec = MAX_SLEEP;
	}
	return 0;
}

int
vp_lock(int dirfd, const char *name, uid_t uid, gid_t gid, int seconds)
{
	int fd = open_lock(dirfd, name, uid, gid);

	if (fd < 0)
		return -1;
	if (wait_for_lock(fd, seconds) != 0)
		return close_with(fd, errno);
	return fd;
}
