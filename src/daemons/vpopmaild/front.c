/* The event loop of the front process, and the orders of the parent. */
#include "config.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/socket.h>

#include "daemons/common/daemonlog.h"
#include "daemons/common/fdpass.h"
#include "daemons/common/privdrop.h"
#include "daemons/vpopmaild/front_int.h"

#define STOP_SECONDS  30  /* for what is being executed */
#define DRAIN_SECONDS 300 /* for connections of older settings */

static void
limit(struct vpd_front *front, int seconds)
{
	const struct timeval time = { .tv_sec = seconds };

	event_add(front->limit, &time);
}

static void
stop(struct vpd_front *front)
{
	struct vpd_client *client, *next;

	if (front->is_stopping)
		return;
	front->is_stopping = 1;
	vpd_accept_stop(front);
	limit(front, STOP_SECONDS);
	for (client = TAILQ_FIRST(&front->clients); client; client = next) {
		next = TAILQ_NEXT(client, entries);
		vpd_client_stop(client);
	}
	if (front->count == 0)
		event_base_loopexit(front->base, NULL);
}

static void
drain(struct vpd_front *front)
{
	front->is_draining = 1;
	vpd_accept_stop(front);
	limit(front, DRAIN_SECONDS);
	if (front->count == 0)
		event_base_loopexit(front->base, NULL);
}

static void
on_limit(evutil_socket_t fd, short what, void *arg)
{
	struct vpd_front *front = arg;

	(void)fd;
	(void)what;
	if (front->is_stopping)
		event_base_loopbreak(front->base);
	else
		stop(front);
}

/* An order and the descriptor that came with it, or -1; 0 at the end. */
static int
receive(int control, int *ret_fd)
{
	char order = 0;
	ssize_t n;

	*ret_fd = -1;
	n = vp_fd_receive(control, &order, 1, ret_fd, MSG_DONTWAIT);
	if (n < 0)
		return errno == EAGAIN || errno == EINTR ? -1 : 0;
	return n == 0 ? 0 : order;
}

static void
on_control(evutil_socket_t control, short what, void *arg)
{
	struct vpd_front *front = arg;
	int fd, order = receive(control, &fd);

	(void)what;
	switch (order) {
	case VPD_ORDER_WORKER:
	case VPD_ORDER_ROOT:
		if (fd < 0 || evutil_make_socket_nonblocking(fd) != 0 ||
		    vpd_channel_add(front, fd, order == VPD_ORDER_ROOT) != 0)
			vp_daemonlog(LOG_ERR, "cannot use a worker");
		break;
	case VPD_ORDER_DRAIN:
		drain(front);
		break;
	case -1:
		break;
	default: /* to stop, or the parent has gone */
		event_del(front->control);
		stop(front);
		break;
	}
}

static int
begin(struct vpd_front *front, const struct vpd_front_start *start, char *error,
    size_t size)
{
	int tls = 0;

	for (int i = 0; i < start->setup->count; i++)
		tls |= start->setup->addresses[i].kind == VPD_TLS;
	if (tls && !(front->tls = vpd_tls_new(start->setup, error, size)))
		return -1;
	if (vp_privdrop_files() != 0 ||
	    vp_privdrop_ids(start->setup->front_uid, start->setup->front_gid) !=
		0 ||
	    vp_privdrop_process() != 0) {
		snprintf(error, size, "cannot give up privileges: %s",
		    strerror(errno));
		return -1;
	}
	return 0;
}

static int
set_up(struct vpd_front *front, const struct vpd_front_start *start)
{
	front->throttle = vpd_throttle_new(start->setup->forget);
	front->base = event_base_new();
	if (!front->throttle || !front->base)
		return -1;
	front->limit = evtimer_new(front->base, on_limit, front);
	front->control = event_new(front->base, start->control,
	    EV_READ | EV_PERSIST, on_control, front);
	if (!front->limit || !front->control ||
	    event_add(front->control, NULL) != 0)
		return -1;
	return vpd_accept_start(front, start->listeners);
}

int
vpd_front_run(const struct vpd_front_start *start)
{
	static struct vpd_front front;
	char error[256] = "no memory";

	front.setup = start->setup;
	TAILQ_INIT(&front.clients);
	TAILQ_INIT(&front.channels);
	for (int i = 0; i < VPD_QUEUES; i++)
		TAILQ_INIT(&front.queues[i]);
	signal(SIGPIPE, SIG_IGN);
	signal(SIGINT, SIG_IGN);
	signal(SIGTERM, SIG_IGN);
	signal(SIGHUP, SIG_IGN);
	if (begin(&front, start, error, sizeof error) != 0 ||
	    set_up(&front, start) != 0) {
		vp_daemonlog(LOG_ERR, "%s", error);
		return EXIT_FAILURE;
	}
	if (send(start->control, "R", 1, MSG_NOSIGNAL) != 1)
		return EXIT_FAILURE;
	event_base_dispatch(front.base);
	return EXIT_SUCCESS;
}
