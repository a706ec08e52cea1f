/* Locks on open files, as programs of the time took them. */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "vpop.h"
#include "vpopmail.h"

#define TRIES 10
#define PAUSE 2 /* seconds */

static int
set_lock(int fd, int cmd, int type, off_t offset, int whence, off_t len)
{
	struct flock lock = { .l_type = (short)type,
		.l_whence = (short)whence,
		.l_start = offset,
		.l_len = len };

	return fcntl(fd, cmd, &lock);
}

static int
lock_whole(int fd, int type)
{
	for (int i = 0; i < TRIES; i++) {
		if (set_lock(fd, F_SETLK, type, 0, SEEK_SET, 0) == 0)
			return 0;
		if (errno != EACCES && errno != EAGAIN && errno != EINTR)
			return -2;
		if (i + 1 < TRIES)
			sleep(PAUSE);
	}
	return -1;
}

VPOP_EXPORT int
lock_reg(int fd, int cmd, int type, off_t offset, int whence, off_t len)
{
	return set_lock(fd, cmd, type, offset, whence, len);
}

VPOP_EXPORT int
get_write_lock(int fd)
{
	return lock_whole(fd, F_WRLCK);
}

VPOP_EXPORT int
get_read_lock(int fd)
{
	return lock_whole(fd, F_RDLCK);
}
