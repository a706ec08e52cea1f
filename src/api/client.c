/*
 * Questions to the usage daemon: a length of two bytes and a text; an answer
 * of two numbers of eight bytes, all in network order.
 *
 * Programs that deliver mail use this, so it says nothing, waits no longer
 * than its settings allow, and takes every failure for "not known".
 */
#include "config.h"

#include "client.h"

#include <arpa/inet.h>
#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include "api/api.h"
#include "api/conf_int.h"
#include "base/text.h"
#include "ippp.h"

#define SETTINGS    "vusagec.conf"
#define QUERY_BYTES 1024 /* the daemon takes no more */
#define TIMEOUT_MAX 3600
#define UNKNOWN     UINT64_MAX

struct connection {
	int fd;
	int timeout; /* seconds */
};

int
vp_api_address(const char *pair, struct sockaddr_in *ret)
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

VPOP_EXPORT int
ippp_parse(const char *pair, struct sockaddr_in *address)
{
	return address ? vp_api_address(pair, address) : 0;
}

/* Wait for what events say. */
static int
wait_for(const struct connection *c, short events)
{
	struct pollfd poll_fd = { .fd = c->fd, .events = events };
	struct timespec start, now;
	int64_t left = (int64_t)c->timeout * 1000;

	clock_gettime(CLOCK_MONOTONIC, &start);
	while (left >= 0) {
		int rc = poll(&poll_fd, 1, (int)left);

		if (rc > 0)
			return 0;
		if (rc == 0 || errno != EINTR)
			return -1;
		clock_gettime(CLOCK_MONOTONIC, &now);
		left = (int64_t)c->timeout * 1000 -
		       (now.tv_sec - start.tv_sec) * 1000;
	}
	return -1;
}

static int
open_socket(
    struct connection *c, const struct sockaddr *address, socklen_t size)
{
	int error = 0;
	socklen_t length = sizeof error;

	c->fd = socket(
	    address->sa_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (c->fd < 0)
		return -1;
	if (connect(c->fd, address, size) == 0)
		return 0;
	if (errno == EINPROGRESS && wait_for(c, POLLOUT) == 0 &&
	    getsockopt(c->fd, SOL_SOCKET, SO_ERROR, &error, &length) == 0 &&
	    error == 0)
		return 0;
	close(c->fd);
	c->fd = -1;
	return -1;
}

static int
connect_to(struct connection *c, const char *path, const char *remote)
{
	struct sockaddr_un local = { .sun_family = AF_UNIX };
	struct sockaddr_in other;

	if (remote)
		return vp_api_address(remote, &other)
			   ? open_socket(c, (const struct sockaddr *)&other,
				 sizeof other)
			   : -1;
	if (!path || vp_copy(local.sun_path, sizeof local.sun_path, path) != 0)
		return -1;
	return open_socket(c, (const struct sockaddr *)&local, sizeof local);
}

static int
connect_by(const config_t *config, struct connection *c)
{
	const char *disable = vp_api_conf_get(config, "Server", "Disable");
	const char *timeout = vp_api_conf_get(config, "Server", "Timeout");
	int64_t seconds;

	if (disable && strcasecmp(disable, "True") == 0)
		return -1;
	c->timeout = 1;
	if (timeout && vp_number(timeout, 1, TIMEOUT_MAX, &seconds) == 0)
		c->timeout = (int)seconds;
	return connect_to(c, vp_api_conf_get(config, "Server", "Filename"),
	    vp_api_conf_get(config, "Server", "Remote"));
}

static int
open_connection(struct connection *c)
{
	AUTO_FREE char *path = vp_api_conf_path(SETTINGS);
	config_t *config = path ? vp_api_conf_read(path) : NULL;
	int rc = config ? connect_by(config, c) : -1;

	vp_api_conf_free(config);
	return rc;
}

static int
send_all(const struct connection *c, const char *data, size_t size)
{
	while (size > 0) {
		ssize_t done = send(c->fd, data, size, MSG_NOSIGNAL);

		if (done < 0 && errno == EAGAIN && wait_for(c, POLLOUT) == 0)
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
receive_all(const struct connection *c, char *data, size_t size)
{
	while (size > 0) {
		ssize_t done = recv(c->fd, data, size, 0);

		if (done < 0 && errno == EAGAIN && wait_for(c, POLLIN) == 0)
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
ask(const struct connection *c, const char *entry, size_t length,
    uint64_t *ret_size, uint64_t *ret_count)
{
	char query[QUERY_BYTES + 2];
	uint64_t answer[2];

	*ret_size = *ret_count = UNKNOWN;
	if (length == 0 || length > QUERY_BYTES)
		return 0;
	query[0] = (char)(length >> 8);
	query[1] = (char)(length & 0xff);
	memcpy(query + 2, entry, length);
	if (send_all(c, query, length + 2) != 0 ||
	    receive_all(c, (char *)answer, sizeof answer) != 0)
		return 0;
	*ret_size = ntohll(answer[0]);
	*ret_count = ntohll(answer[1]);
	return 1;
}

static int
ask_once(const char *entry, uint64_t *ret_size, uint64_t *ret_count)
{
	struct connection c = { .fd = -1 };
	int rc = 0;

	*ret_size = *ret_count = UNKNOWN;
	if (open_connection(&c) == 0) {
		rc = ask(&c, entry, strlen(entry), ret_size, ret_count);
		close(c.fd);
	}
	return rc;
}

int
vp_api_usage(const char *entry, uint64_t *ret_size, uint64_t *ret_count)
{
	return ask_once(entry, ret_size, ret_count) && *ret_size != UNKNOWN;
}

VPOP_EXPORT void *
client_connect(void)
{
	struct connection *c = calloc(1, sizeof *c);

	if (c && open_connection(c) != 0) {
		free(c);
		c = NULL;
	}
	return c;
}

static void
give(storage_t *to, uint64_t number)
{
	if (to)
		*to = number;
}

VPOP_EXPORT int
client_query(void *handle, const char *entry, uint16_t len, storage_t *size,
    storage_t *count)
{
	uint64_t bytes = UNKNOWN, files = UNKNOWN;
	int rc = handle && entry ? ask(handle, entry, len, &bytes, &files) : 0;

	give(size, bytes);
	give(count, files);
	return rc;
}

VPOP_EXPORT void
client_close(void *handle)
{
	struct connection *c = handle;

	if (!c)
		return;
	close(c->fd);
	free(c);
}

VPOP_EXPORT int
client_query_quick(const char *entry, storage_t *size, storage_t *count)
{
	uint64_t bytes = UNKNOWN, files = UNKNOWN;
	int rc = entry ? ask_once(entry, &bytes, &files) : 0;

	give(size, bytes);
	give(count, files);
	return rc;
}
