/*
 * On whose behalf files are touched.
 */
#include "config.h"

#include <errno.h>
#include <unistd.h>

#include "daemons/vpopmaild/path.h"

int
vpd_path_enter(const struct vpd_path *path)
{
	if (geteuid() != 0)
		return 0;
	/* Nobody's files are root's. */
	if (path->uid == 0) {
		errno = EPERM;
		return -1;
	}
	if (setegid(path->gid) != 0)
		return -1;
	if (seteuid(path->uid) == 0)
		return 0;

	int cause = errno;
	vpd_path_leave();
	errno = cause;
	return -1;
}

void
vpd_path_leave(void)
{
	/* Saved ids are those of the program's start. */
	if (getuid() == 0 && (seteuid(0) != 0 || setegid(getgid()) != 0))
		_exit(254);
}
