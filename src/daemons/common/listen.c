/*
 * A Unix socket appears with its final mode: the umask of the process, which
 * has one thread, is narrowed while it is bound.
 */
#include "config.h"

#include "daemons/common/listen.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/un.h>

#include "base/attr.h"
#include "base/text.h"

#define KIND (SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK)

/* Keeps errno. */
static int
fail(int fd)
{
	int error = errno;

	close(fd);
	errno = error;
	return -1;
}

static int
bind_inet(const struct sockaddr *address, socklen_t size, int v6only)
{
	const int on = 1;
	int fd = socket(address->sa_family, KIND, 0);

	if (fd < 0)
		return -1;
	if (setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) != 0 ||
	    (address->sa_family == AF_INET6 &&
		setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &v6only,
		    sizeof v6only) != 0) ||
	    bind(fd, address, size) != 0 || listen(fd, VP_LISTEN_BACKLOG) != 0)
		return fail(fd);
	return fd;
}

static int
listen_v6(const char *host, in_port_t port, int v6only)
{
	struct sockaddr_in6 in6 = { .sin6_family = AF_INET6,
		.sin6_port = htons(port) };

	if (inet_pton(AF_INET6, host, &in6.sin6_addr) != 1) {
		errno = EINVAL;
		return -1;
	}
	return bind_inet((struct sockaddr *)&in6, sizeof in6, v6only);
}

static int
listen_v4(const char *host, in_port_t port)
{
	struct sockaddr_in in = { .sin_family = AF_INET,
		.sin_port = htons(port) };

	if (inet_pton(AF_INET, host, &in.sin_addr) != 1) {
		errno = EINVAL;
		return -1;
	}
	return bind_inet((struct sockaddr *)&in, sizeof in, 0);
}

/* Hosts without IPv6 exist. */
static int
listen_any(in_port_t port)
{
	int fd = listen_v6("::", port, 0);

	if (fd < 0 && (errno == EAFNOSUPPORT || errno == EADDRNOTAVAIL))
		return listen_v4("0.0.0.0", port);
	return fd;
}

int
vp_listen_inet(const char *address)
{
	AUTO_FREE char *host = strdup(address);
	char *colon = host ? strrchr(host, ':') : NULL;
	int64_t port;

	if (!host)
		return -1;
	if (!colon || vp_number(colon + 1, 0, 65535, &port) != 0) {
		errno = EINVAL;
		return -1;
	}
	*colon = '\0';
	if (strcmp(host, "*") == 0)
		return listen_any((in_port_t)port);
	if (host[0] == '[' && colon > host + 1 && colon[-1] == ']') {
		colon[-1] = '\0';
		return listen_v6(host + 1, (in_port_t)port, 1);
	}
	return listen_v4(host, (in_port_t)port);
}

/* 0 if the path is free now. */
static int
remove_stale(const struct sockaddr_un *address)
{
	AUTO_CLOSE int fd = -1;
	struct stat st;

	if (lstat(address->sun_path, &st) != 0)
		return errno == ENOENT ? 0 : -1;
	if (!S_ISSOCK(st.st_mode)) {
		errno = EEXIST;
		return -1;
	}
	fd = socket(AF_UNIX, KIND, 0);
	if (fd < 0)
		return -1;
	if (connect(fd, (const struct sockaddr *)address, sizeof *address) ==
		0 ||
	    errno != ECONNREFUSED) {
		errno = EADDRINUSE;
		return -1;
	}
	return unlink(address->sun_path);
}

int
vp_listen_unix(const char *path, mode_t mode, uid_t uid, gid_t gid)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int fd, rc;

	if (vp_copy(address.sun_path, sizeof address.sun_path, path) != 0 ||
	    remove_stale(&address) != 0 || (fd = socket(AF_UNIX, KIND, 0)) < 0)
		return -1;

	mode_t mask = umask(0777 & ~mode);
	rc = bind(fd, (struct sockaddr *)&address, sizeof address);
	umask(mask);
	if (rc != 0)
		return fail(fd);
	if ((geteuid() == 0 && lchown(path, uid, gid) != 0) ||
	    listen(fd, VP_LISTEN_BACKLOG) != 0) {
		fail(fd);
		unlink(path);
		return -1;
	}
	return fd;
}

void
vp_listen_peer(
    const struct sockaddr_storage *address, char *ret_ip, size_t size)
{
	const struct sockaddr_in6 *in6 = (const void *)address;
	const struct sockaddr_in *in = (const void *)address;
	const char *text = NULL;

	if (address->ss_family == AF_INET)
		text =
		    inet_ntop(AF_INET, &in->sin_addr, ret_ip, (socklen_t)size);
	else if (address->ss_family == AF_INET6 &&
		 IN6_IS_ADDR_V4MAPPED(&in6->sin6_addr))
		text = inet_ntop(AF_INET, in6->sin6_addr.s6_addr + 12, ret_ip,
		    (socklen_t)size);
	else if (address->ss_family == AF_INET6)
		text = inet_ntop(
		    AF_INET6, &in6->sin6_addr, ret_ip, (socklen_t)size);
	if (!text)
		ret_ip[0] = '\0';
}

void
vp_listen_name(int fd, char *ret_name, size_t size)
{
	struct sockaddr_storage address = { .ss_family = AF_UNSPEC };
	const struct sockaddr_in6 *in6 = (const void *)&address;
	socklen_t length = sizeof address;
	char ip[INET6_ADDRSTRLEN];

	ret_name[0] = '\0';
	if (getsockname(fd, (struct sockaddr *)&address, &length) != 0)
		return;
	vp_listen_peer(&address, ip, sizeof ip);
	/* The port is at the same place in both. */
	if (ip[0] != '\0')
		snprintf(ret_name, size, strchr(ip, ':') ? "[%s]:%u" : "%s:%u",
		    ip, (unsigned)ntohs(in6->sin6_port));
}
