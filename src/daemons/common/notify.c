#include "config.h"

#include "daemons/common/notify.h"

#include <errno.h>
#include <stddef.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>

#include "base/attr.h"
#include "base/text.h"

int
vp_notify_systemd(const char *state)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	const char *path = getenv("NOTIFY_SOCKET");
	AUTO_CLOSE int fd = -1;
	size_t length;

	if (!path || !*path)
		return 0;
	if (vp_copy(address.sun_path, sizeof address.sun_path, path) != 0)
		return -1;
	length = strlen(path);
	/* A name of the abstract space begins with a NUL. */
	if (address.sun_path[0] == '@')
		address.sun_path[0] = '\0';
	fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return -1;
	return sendto(fd, state, strlen(state), MSG_NOSIGNAL,
		   (struct sockaddr *)&address,
		   (socklen_t)(offsetof(struct sockaddr_un, sun_path) +
			       length)) < 0
		   ? -1
		   : 0;
}

int
vp_notify_fd(int fd)
{
	ssize_t n = write(fd, "\n", 1);
	int error = errno;

	close(fd);
	errno = error;
	return n == 1 ? 0 : -1;
}
