/* Alone in its file: programs have functions of this name. */
#include "config.h"

#include <fcntl.h>
#include <unistd.h>

#include "vpop.h"
#include "vutil.h"

VPOP_EXPORT int
file_exists(char *path)
{
	int fd = path ? open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY)
		      : -1;

	if (fd < 0)
		return 0;
	close(fd);
	return 1;
}
