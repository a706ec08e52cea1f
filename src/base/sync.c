/*
 * Putting data on the disk, file by file or all at once.
 *
 * Syncing each of many small files costs the disk a journal commit each;
 * syncing the file system once costs one.  The hold is per thread, so that
 * another thread's changes are as durable as ever.
 */
#include "config.h"

#include "base/sync.h"

#include <unistd.h>

static _Thread_local int is_held;

int
vp_sync(int fd)
{
	return is_held ? 0 : fsync(fd);
}

void
vp_sync_hold(void)
{
#ifdef __linux__
	is_held = 1;
#endif
}

void
vp_sync_release(void)
{
	is_held = 0;
}

int
vp_sync_all(int fd)
{
#ifdef __linux__
	return syncfs(fd);
#else
	(void)fd;
	sync();
	return 0;
#endif
}
