#include "config.h"

#include "base/copy.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/attr.h"

#define BLOCK 65536

int
vp_write_all(int fd, const void *data, size_t size)
{
	const char *at = data;

	while (size > 0) {
		ssize_t done = write(fd, at, size);

		if (done < 0 && errno == EINTR)
			continue;
		if (done < 0)
			return -1;
		at += done;
		size -= (size_t)done;
	}
	return 0;
}

/* at < 0: from where the descriptor is. */
static int
copy(int to, int from, off_t at)
{
	AUTO_FREE char *block = malloc(BLOCK);

	if (!block)
		return -1;
	for (;;) {
		ssize_t got = at < 0 ? read(from, block, BLOCK)
				     : pread(from, block, BLOCK, at);

		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0)
			return (int)got;
		if (vp_write_all(to, block, (size_t)got) != 0)
			return -1;
		if (at >= 0)
			at += got;
	}
}

int
vp_copy_file(int to, int from)
{
	return copy(to, from, 0);
}

int
vp_copy_rest(int to, int from)
{
	return copy(to, from, -1);
}
