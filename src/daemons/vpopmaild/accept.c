/*
 * Listening sockets and counting addresses.
 *
 * When descriptors run out, listening pauses for a moment: what has come
 * waits in the kernel's queue.  Beyond the limits a connection is told so and
 * closed.
 */
#include "config.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>

#include "base/text.h"
#include "daemons/common/daemonlog.h"
#include "daemons/common/listen.h"
#include "daemons/vpopmaild/front_int.h"

#define ACCEPTS   64 /* in one turn of the loop */
#define OWN_FILES 10 /* log, control, event loop; one to refuse with */

static const char full[] = "-ERR 0.101 Resource temporarily unavailable\r\n";
static const struct timeval moment = { 0, 250000 };

static unsigned
bucket(const char *ip)
{
	unsigned hash = 5381;

	while (*ip)
		hash = hash * 33 + (unsigned char)*ip++;
	return hash % VPD_IP_BUCKETS;
}

static struct vpd_ip *
join(struct vpd_front *front, const char *text)
{
	unsigned at = bucket(text);
	struct vpd_ip *ip;

	ip = LIST_FIRST(&front->ips[at]);
	while (ip && strcmp(ip->ip, text) != 0)
		ip = LIST_NEXT(ip, entries);
	if (!ip) {
		ip = calloc(1, sizeof *ip);
		if (!ip || vp_copy(ip->ip, sizeof ip->ip, text) != 0) {
			free(ip);
			return NULL;
		}
		LIST_INSERT_HEAD(&front->ips[at], ip, entries);
	}
	ip->count++;
	return ip;
}

void
vpd_ip_leave(struct vpd_ip *ip)
{
	if (!ip || --ip->count > 0)
		return;
	LIST_REMOVE(ip, entries);
	free(ip);
}

/* A flood must not fill the log. */
static int
may_tell(struct vpd_front *front)
{
	int64_t now = vp_clock_ms();

	if (front->told_at && now - front->told_at < 10000)
		return 0;
	front->told_at = now;
	return 1;
}

static void
refuse(struct vpd_front *front, int fd, enum vpd_kind kind, const char *why)
{
	/* A TLS client would not understand it. */
	if (kind != VPD_TLS &&
	    send(fd, full, sizeof full - 1, MSG_NOSIGNAL | MSG_DONTWAIT) < 0)
		why = "and gone";
	close(fd);
	if (may_tell(front))
		vp_daemonlog(LOG_WARNING, "connection refused: %s", why);
}

/* IPv6: a site has a network of 64 bits, of which it may use any address. */
static void
shorten(char *ip)
{
	int groups = 0;

	if (!strchr(ip, ':') || strncmp(ip, "::", 2) == 0)
		return;
	for (; *ip; ip++)
		if (*ip == ':' && (++groups == 4 || ip[1] == ':')) {
			ip[1] = '\0';
			return;
		}
}

static void
admit(struct vpd_listener *listener, int fd,
    const struct sockaddr_storage *address)
{
	struct vpd_front *front = listener->front;
	char text[VPOP_IP_SIZE] = "";
	struct vpd_ip *ip = NULL;

	vp_listen_peer(address, text, sizeof text);
	if (front->count >= front->setup->connections) {
		refuse(front, fd, listener->kind, "too many in all");
		return;
	}
	if (listener->kind != VPD_UNIX) {
		const int on = 1;

		/* Replies are written whole; none is to wait for another. */
		setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
		int trusted = vpd_setup_trusts(front->setup, text);

		if (!trusted)
			shorten(text);
		ip = join(front, text);
		if (ip && !trusted && ip->count > front->setup->per_address) {
			vpd_ip_leave(ip);
			refuse(front, fd, listener->kind,
			    "too many of one address");
			return;
		}
	}
	vpd_client_new(front, fd, listener->kind, ip);
}

static void
pause_all(struct vpd_front *front)
{
	for (int i = 0; i < front->setup->count; i++)
		event_del(front->listeners[i].event);
	event_add(front->resume, &moment);
	if (may_tell(front))
		vp_daemonlog(LOG_WARNING, "accept: %s", strerror(errno));
}

static void
resume(evutil_socket_t fd, short what, void *arg)
{
	struct vpd_front *front = arg;

	(void)fd;
	(void)what;
	for (int i = 0; i < front->setup->count; i++)
		if (front->listeners[i].event)
			event_add(front->listeners[i].event, NULL);
}

static void
on_accept(evutil_socket_t fd, short what, void *arg)
{
	struct vpd_listener *listener = arg;

	(void)what;
	for (int i = 0; i < ACCEPTS; i++) {
		if (listener->front->count >= listener->front->room) {
			errno = EMFILE;
			pause_all(listener->front);
			return;
		}
		struct sockaddr_storage address = { .ss_family = AF_UNSPEC };
		socklen_t size = sizeof address;
		int client = accept4(fd, (struct sockaddr *)&address, &size,
		    SOCK_NONBLOCK | SOCK_CLOEXEC);

		if (client >= 0) {
			admit(listener, client, &address);
			continue;
		}
		if (errno == EMFILE || errno == ENFILE || errno == ENOBUFS ||
		    errno == ENOMEM)
			pause_all(listener->front);
		if (errno != EINTR && errno != ECONNABORTED)
			return;
	}
}

/* Clients may not use up the descriptors that the channels of new workers
 * come in. */
static int64_t
room_for_clients(const struct vpd_setup *setup)
{
	int64_t kept = OWN_FILES + setup->count + 2 * (setup->workers + 1);
	struct rlimit files;

	if (getrlimit(RLIMIT_NOFILE, &files) != 0 || files.rlim_cur > INT32_MAX)
		return INT32_MAX;
	return (int64_t)files.rlim_cur > kept ? (int64_t)files.rlim_cur - kept
					      : 1;
}

int
vpd_accept_start(struct vpd_front *front, const int *fds)
{
	front->room = room_for_clients(front->setup);
	front->resume = evtimer_new(front->base, resume, front);
	if (!front->resume)
		return -1;
	for (int i = 0; i < front->setup->count; i++) {
		struct vpd_listener *listener = &front->listeners[i];

		listener->front = front;
		listener->kind = front->setup->addresses[i].kind;
		listener->fd = fds[i];
		listener->event = event_new(front->base, fds[i],
		    EV_READ | EV_PERSIST, on_accept, listener);
		if (!listener->event || event_add(listener->event, NULL) != 0)
			return -1;
	}
	return 0;
}

void
vpd_accept_stop(struct vpd_front *front)
{
	for (int i = 0; i < front->setup->count; i++) {
		struct vpd_listener *listener = &front->listeners[i];

		if (!listener->event)
			continue;
		event_free(listener->event);
		listener->event = NULL;
		close(listener->fd);
	}
	event_del(front->resume);
}
