/*
 * Questions to the usage daemon: a length of two bytes and a text; an answer
 * of two numbers of eight bytes, all in network order.
 *
 * Programs that deliver mail use this, so it says nothing, waits no longer
 * than its settings allow, and takes every failure for "not known".
 */
#include "config.h"

#include "core/usage.h"

#include <arpa/inet.h>
#include <endian.h>
#include <errno.h>
#include <poll.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/labels.h"
#include "base/text.h"

#define SETTINGS    "vusagec.conf"
#define QUERY_BYTES 1024 /* the daemon takes no more */
#define TIMEOUT_MAX 3600
#define MIB         1048576

int
vp_usage_address(const char *pair, struct sockaddr_in *ret)
{
	const char *colon = pair ? strchr(pair, ':') : NULL;
	struct sockaddr_in found = { .sin_family = AF_INET };
	char address[INET_ADDRSTRLEN];
	int64_t port;

	if (!colon || (size_t)(colon - pair) >= sizeof address)
		return 0;
	memcpy(address, pair, (size_t)(colon - pair));
	address[colon - pair] = '\0';
	if (inet_pton(AF_INET, address, &found.sin_addr) != 1 ||
	    vp_number(colon + 1, 1, UINT16_MAX, &port) != 0)
		return 0;
	found.sin_port = htons((uint16_t)port);
	*ret = found;
	return 1;
}

/* Wait for what events say, up to a moment. */
static int
wait_for(const struct vp_usage_client *c, short events, int64_t until)
{
	struct pollfd poll_fd = { .fd = c->fd, .events = events };
	int rc;

	do {
		int64_t left = until - vp_clock_ms();

		rc = poll(&poll_fd, 1, left > 0 ? (int)left : 0);
	} while (rc < 0 && errno == EINTR);
	if (rc == 0)
		errno = ETIMEDOUT;
	return rc > 0 ? 0 : -1;
}

/* The connection is made: errno is what became of it. */
static int
has_connected(const struct vp_usage_client *c)
{
	int error = 0;
	socklen_t length = sizeof error;

	if (wait_for(c, POLLOUT, vp_clock_ms() + c->timeout) != 0 ||
	    getsockopt(c->fd, SOL_SOCKET, SO_ERROR, &error, &length) != 0)
		return 0;
	errno = error;
	return error == 0;
}

static int
open_socket(
    struct vp_usage_client *c, const struct sockaddr *address, socklen_t size)
{
	c->fd = socket(
	    address->sa_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (c->fd < 0)
		return -1;
	if (connect(c->fd, address, size) == 0)
		return 0;
	if (errno == EINPROGRESS && has_connected(c))
		return 0;

	int error = errno;
	close(c->fd);
	c->fd = -1;
	errno = error;
	return -1;
}

static int
connect_to(struct vp_usage_client *c, const char *path, const char *remote)
{
	struct sockaddr_un local = { .sun_family = AF_UNIX };
	struct sockaddr_in other;

	if (remote)
		return vp_usage_address(remote, &other)
			   ? open_socket(c, (const struct sockaddr *)&other,
				 sizeof other)
			   : -1;
	if (!path || vp_copy(local.sun_path, sizeof local.sun_path, path) != 0)
		return -1;
	return open_socket(c, (const struct sockaddr *)&local, sizeof local);
}

static int
connect_by(const config_t *config, int wait, struct vp_usage_client *c)
{
	const char *disable = vp_labels_get(config, "Server", "Disable");
	const char *timeout = vp_labels_get(config, "Server", "Timeout");
	int64_t seconds;

	errno = 0; /* nobody is named */
	if (disable && strcasecmp(disable, "True") == 0)
		return -1;
	if (vp_number(timeout ? timeout : "", 1, TIMEOUT_MAX, &seconds) != 0)
		seconds = 1;
	errno = 0;
	if (wait)
		c->timeout = (int)seconds * 1000;
	return connect_to(c, vp_labels_get(config, "Server", "Filename"),
	    vp_labels_get(config, "Server", "Remote"));
}

static int
open_client(const struct vpop *vp, int wait, struct vp_usage_client *ret)
{
	AUTO_FREE char *path = vp_labels_path(vp->etc, SETTINGS);
	unsigned long line;
	config_t *config = path ? vp_labels_read(vp->etc, path, &line) : NULL;
	int rc = -1;

	*ret = (struct vp_usage_client){ .fd = -1 };
	if (config)
		rc = connect_by(config, wait, ret);
	else
		errno = 0;

	int error = errno;
	vp_labels_free(config);
	errno = error;
	return rc;
}

int
vp_usage_connect(const struct vpop *vp, struct vp_usage_client *ret)
{
	return open_client(vp, 1, ret);
}

static int
send_all(const struct vp_usage_client *c, const char *data, size_t size)
{
	int64_t until = vp_clock_ms() + c->timeout;

	while (size > 0) {
		ssize_t done = send(c->fd, data, size, MSG_NOSIGNAL);

		if (done < 0 && errno == EAGAIN &&
		    wait_for(c, POLLOUT, until) == 0)
			continue;
		if (done < 0 && errno == EINTR)
			continue;
		if (done <= 0)
			return -1;
		data += done;
		size -= (size_t)done;
	}
	return 0;
}

static int
receive_all(const struct vp_usage_client *c, char *data, size_t size)
{
	int64_t until = vp_clock_ms() + c->timeout;

	while (size > 0) {
		ssize_t done = recv(c->fd, data, size, 0);

		if (done < 0 && errno == EAGAIN &&
		    wait_for(c, POLLIN, until) == 0)
			continue;
		if (done < 0 && errno == EINTR)
			continue;
		if (done == 0)
			errno = ECONNRESET;
		if (done <= 0)
			return -1;
		data += done;
		size -= (size_t)done;
	}
	return 0;
}

static int
send_query(const struct vp_usage_client *c, const char *entry, size_t length)
{
	char query[QUERY_BYTES + 2];

	if (length == 0 || length > QUERY_BYTES) {
		errno = EMSGSIZE;
		return -1;
	}
	query[0] = (char)(length >> 8);
	query[1] = (char)(length & 0xff);
	memcpy(query + 2, entry, length);
	return send_all(c, query, length + 2);
}

int
vp_usage_query(const struct vp_usage_client *c, const char *entry,
    size_t length, uint64_t *ret_size, uint64_t *ret_count)
{
	uint64_t answer[2];

	*ret_size = *ret_count = VP_USAGE_UNKNOWN;
	if (send_query(c, entry, length) != 0 ||
	    receive_all(c, (char *)answer, sizeof answer) != 0)
		return 0;
	*ret_size = be64toh(answer[0]);
	*ret_count = be64toh(answer[1]);
	return 1;
}

int
vp_usage_ask(const struct vpop *vp, const char *entry, uint64_t *ret_size,
    uint64_t *ret_count)
{
	struct vp_usage_client c;
	uint64_t size, count;

	if (vp_usage_connect(vp, &c) != 0)
		return 0;

	int rc = vp_usage_query(&c, entry, strlen(entry), &size, &count);
	close(c.fd);
	if (!rc || size == VP_USAGE_UNKNOWN)
		return 0;
	*ret_size = size;
	*ret_count = count;
	return 1;
}

/* The daemon looks at a mailbox when it is asked for it: a question whose
 * answer nobody waits for tells it of a change. */
void
vp_usage_notify(const struct vpop *vp, const char *address)
{
	struct vp_usage_client c;

	if (open_client(vp, 0, &c) != 0)
		return;
	(void)send_query(&c, address, strlen(address));
	close(c.fd);
}

/* ---- quotas of domains --------------------------------------------------- */

int
vp_usage_is_over(const struct vpop_limits *limits, uint64_t bytes,
    uint64_t count, uint64_t size)
{
	if (limits->maxmsgcount > 0 && count >= limits->maxmsgcount)
		return 1;
	/* In whole units first: their number times the unit may not fit. */
	return limits->quota > 0 && (bytes + size) / MIB >= limits->quota &&
	       bytes + size > limits->quota * MIB;
}

int
vp_usage_domain(const struct vpop *vp, const char *domain, uint64_t *ret_bytes,
    uint64_t *ret_count)
{
	char entry[VPOP_DOMAIN_SIZE + 1];

	return vp_format(entry, sizeof entry, "@%s", domain) == 0 &&
	       vp_usage_ask(vp, entry, ret_bytes, ret_count) &&
	       *ret_bytes <= INT64_MAX;
}

int
vpop_domain_usage(
    struct vpop *vp, const char *domain, struct vpop_quota *ret_used)
{
	uint64_t bytes, count;

	if (!vp_usage_domain(vp, domain, &bytes, &count) || bytes > INT64_MAX ||
	    count > INT64_MAX)
		return 0;
	ret_used->bytes = (int64_t)bytes;
	ret_used->messages = (int64_t)count;
	return 1;
}
