/*
 * The loop of the front.  It has one thread and never waits but in poll():
 * for connections (each door is one descriptor), workers and the parent.
 */
#include "config.h"

#include "panel/http/front.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>

#include "base/attr.h"
#include "base/clock.h"
#include "daemons/common/daemonlog.h"
#include "daemons/common/fdpass.h"
#include "panel/http/access.h"
#include "panel/http/front_int.h"
#include "panel/http/sandbox.h"

#define PEM_MAX    (1 << 20)
#define TICK       1000 /* at least as often deadlines are looked at */
#define DRAIN_TICK 20
#define DRAIN_TIME 10000 /* for answers, when the process is to end */

/* ---- start ------------------------------------------------------------ */

/* Links are followed: those who issue certificates renew a link. */
static char *
read_pem(const char *path)
{
	AUTO_FCLOSE FILE *fp = fopen(path, "re");
	char *text = fp ? calloc(1, PEM_MAX + 1) : NULL;
	size_t used = text ? fread(text, 1, PEM_MAX, fp) : 0;

	if (used > 0 && used < PEM_MAX)
		return text;
	vp_daemonlog(LOG_ERR, "cannot read '%s': %s", path,
	    errno ? strerror(errno) : "it is no certificate or key");
	free(text);
	return NULL;
}

static int
open_doors(struct vhd_front *front, const int *listeners)
{
	const struct vhd_settings *settings = front->settings;
	AUTO_FREE char *certificate = NULL;
	char *key = NULL;
	int rc = 0;

	if (*settings->tls) {
		certificate = read_pem(settings->certificate);
		key = read_pem(
		    *settings->key ? settings->key : settings->certificate);
		rc = certificate && key ? 0 : -1;
	}
	for (int i = 0; rc == 0 && i < settings->count; i++) {
		struct vhd_door *door = &front->doors[i];

		door->front = front;
		door->kind = settings->addresses[i].kind;
		rc = vhd_door_open(door, listeners[i], certificate, key);
	}
	if (key)
		explicit_bzero(key, strlen(key));
	free(key);
	return rc;
}

static void
init(struct vhd_front *front, const struct vhd_front_start *start)
{
	memset(front, 0, sizeof *front);
	front->settings = start->settings;
	front->control = start->control;
	TAILQ_INIT(&front->queue);
	TAILQ_INIT(&front->turns);
	TAILQ_INIT(&front->links);
	TAILQ_INIT(&front->streams);
	front->watch = -1;
	for (int i = 0; i < VHD_WORKERS_MAX; i++)
		front->channels[i] = (struct vhd_channel){
			.fd = -1, .to_send = -1, .received = -1
		};
}

/* ---- loop ------------------------------------------------------------- */

/* The parent gives a worker with each byte; its end is ours. */
static void
hear_parent(struct vhd_front *front)
{
	char byte = 0;
	int fd = -1;
	ssize_t n = vp_fd_receive(front->control, &byte, 1, &fd, MSG_DONTWAIT);

	if (fd >= 0)
		vhd_channel_add(front, fd);
	if (n > 0 || (n < 0 && (errno == EAGAIN || errno == EINTR)))
		return;
	front->is_draining = 1;
	for (int i = 0; i < front->settings->count; i++)
		MHD_quiesce_daemon(front->doors[i].daemon);
	vhd_streams_end(front);
}

static int
time_to_wait(const struct vhd_front *front)
{
	MHD_UNSIGNED_LONG_LONG own;
	MHD_UNSIGNED_LONG_LONG wait = front->is_draining ? DRAIN_TICK : TICK;
	int64_t turn = vhd_streams_wait(front);

	if ((int64_t)wait > turn)
		wait = (MHD_UNSIGNED_LONG_LONG)turn;

	if (front->has_resumed)
		return 0;
	for (int i = 0; i < front->settings->count; i++)
		if (MHD_get_timeout(front->doors[i].daemon, &own) == MHD_YES &&
		    own < wait)
			wait = own;
	return (int)wait;
}

static void
wait_for_events(struct vhd_front *front)
{
	struct pollfd fds[VHD_LISTENERS + VHD_WORKERS_MAX + 2];
	nfds_t count = 0;

	for (int i = 0; i < front->settings->count; i++)
		fds[count++] =
		    (struct pollfd){ front->doors[i].epoll, POLLIN, 0 };
	for (int i = 0; i < VHD_WORKERS_MAX; i++) {
		const struct vhd_channel *channel = &front->channels[i];

		/* A negative descriptor is ignored. */
		fds[count++] = (struct pollfd){ channel->fd,
			(short)(POLLIN |
				(vhd_channel_is_full(channel) ? POLLOUT : 0)),
			0 };
	}
	fds[count++] =
	    (struct pollfd){ front->is_draining ? -1 : front->control, POLLIN,
		    0 };
	fds[count++] = (struct pollfd){ front->watch, POLLIN, 0 };
	if (poll(fds, count, time_to_wait(front)) < 0)
		return;
	for (int i = 0; i < VHD_WORKERS_MAX; i++)
		if (fds[front->settings->count + i].revents)
			vhd_channel_run(&front->channels[i]);
	if (fds[count - 2].revents)
		hear_parent(front);
	if (fds[count - 1].revents)
		vhd_watch_hear(front);
}

static void
serve(struct vhd_front *front)
{
	int64_t end = INT64_MAX, sweep = 0;

	while (vp_clock_ms() < end) {
		wait_for_events(front);
		front->has_resumed = 0;
		for (int i = 0; i < front->settings->count; i++)
			MHD_run(front->doors[i].daemon);
		vhd_streams_run(front);
		vhd_channels_feed(front);
		if (front->is_draining && end == INT64_MAX)
			end = vp_clock_ms() + DRAIN_TIME;
		if (vp_clock_ms() < sweep)
			continue;
		sweep =
		    vp_clock_ms() + (front->is_draining ? DRAIN_TICK : TICK);
		vhd_links_sweep(front);
		if (front->is_draining && front->connections == 0)
			return;
	}
}

int
vhd_front_run(const struct vhd_front_start *start)
{
	static struct vhd_front front;

	init(&front, start);
	front.access = vhd_access_open(front.settings->access_log);
	if (front.access < -1)
		vp_daemonlog(LOG_ERR, "cannot write the access log '%s': %s",
		    front.settings->access_log, strerror(errno));
	tzset(); /* while its file can be read */
	if (open_doors(&front, start->listeners) != 0 ||
	    vhd_sandbox_drop(
		front.settings->front_uid, front.settings->front_gid) != 0)
		return EXIT_FAILURE;
	if (send(front.control, "", 1, MSG_NOSIGNAL) != 1)
		return EXIT_FAILURE;
	serve(&front);
	return EXIT_SUCCESS;
}
