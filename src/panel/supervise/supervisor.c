/*
 * The loop of the supervisor: clients, programs and the parent.  It waits in
 * poll() alone, and holds of anybody no more than a line.
 */
#include "config.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>

#include "base/clock.h"
#include "daemons/common/daemonlog.h"
#include "daemons/common/fdpass.h"
#include "daemons/common/parent.h"
#include "panel/http/sandbox.h"
#include "panel/supervise/supervisor_int.h"

#define TICK  1000
#define BLOCK 65536
#define FDS   (2 + VHD_CLIENTS_MAX + VHD_MODULES_MAX * VHD_PROGRAMS_MAX)

/* ---- clients ----------------------------------------------------------- */

static struct vhd_client *
find_room(struct vhd_supervisor *supervisor)
{
	for (int i = 0; i < VHD_CLIENTS_MAX; i++)
		if (supervisor->clients[i].fd < 0)
			return &supervisor->clients[i];
	return NULL;
}

static void
take_client(struct vhd_supervisor *supervisor)
{
	int fd = accept4(supervisor->start->listener, NULL, NULL,
	    SOCK_CLOEXEC | SOCK_NONBLOCK);
	struct vhd_client *client = find_room(supervisor);
	struct ucred peer;
	socklen_t size = sizeof peer;

	if (fd < 0)
		return;
	if (client &&
	    getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &size) == 0 &&
	    (peer.uid == 0 || peer.uid == supervisor->start->owner))
		*client = (struct vhd_client){ .fd = fd };
	else
		close(fd);
}

/* 1 while there is more room, 0 if it asks for too much. */
static int
make_room(struct vhd_client *client)
{
	size_t room = client->room + BLOCK;
	char *more;

	if (client->room - client->used > 1)
		return 1;
	/* The name of the module comes on top. */
	if (room > VP_MODULE_LINE + BLOCK)
		return 0;
	more = realloc(client->in, room);
	if (!more)
		return 0;
	client->in = more;
	client->room = room;
	return 1;
}

/* -1: it is to be forgotten. */
static int
read_client(struct vhd_supervisor *supervisor, struct vhd_client *client)
{
	ssize_t got;
	char *newline;

	if (!make_room(client))
		return -1;
	got = recv(client->fd, client->in + client->used,
	    client->room - client->used - 1, MSG_DONTWAIT);
	if (got < 0)
		return errno == EAGAIN || errno == EINTR ? 0 : -1;
	/* It goes away, or asks again before it has an answer. */
	if (got == 0 || client->job || client->out)
		return -1;
	newline = memchr(client->in + client->used, '\n', (size_t)got);
	client->used += (size_t)got;
	if (!newline)
		return 0;
	if (newline + 1 != client->in + client->used)
		return -1;
	*newline = '\0';
	vhd_client_request(supervisor, client);
	return 0;
}

static int
write_client(struct vhd_client *client)
{
	ssize_t put = send(client->fd, client->out + client->out_done,
	    client->out_size - client->out_done, MSG_DONTWAIT | MSG_NOSIGNAL);

	if (put < 0)
		return errno == EAGAIN || errno == EINTR ? 0 : -1;
	client->out_done += (size_t)put;
	if (client->out_done < client->out_size)
		return 0;
	free(client->out);
	client->out = NULL;
	return 0;
}

static void
run_client(
    struct vhd_supervisor *supervisor, struct vhd_client *client, short revents)
{
	int rc = 0;

	if (revents & POLLOUT)
		rc = write_client(client);
	if (rc == 0 && revents & (POLLIN | POLLHUP | POLLERR))
		rc = read_client(supervisor, client);
	if (rc != 0)
		vhd_client_forget(client);
}

/* ---- the parent -------------------------------------------------------- */

/* -1 when it is gone. */
static int
hear_parent(struct vhd_supervisor *supervisor)
{
	struct vhd_order order;
	int fd = -1;
	ssize_t got = vp_fd_receive(supervisor->start->control, &order,
	    sizeof order, &fd, MSG_DONTWAIT);

	if (got < 0 && (errno == EAGAIN || errno == EINTR))
		return 0;
	if (got != (ssize_t)sizeof order)
		return -1;
	if (order.verb == VHD_FINISH) {
		supervisor->is_finishing = 1;
		return 0;
	}
	if (order.module < supervisor->count &&
	    order.process < VHD_PROGRAMS_MAX) {
		vhd_program_started(supervisor,
		    &supervisor->modules[order.module].programs[order.process],
		    fd);
		return 0;
	}
	if (fd >= 0)
		close(fd);
	return -1;
}

/* ---- the loop ---------------------------------------------------------- */

struct polled {
	struct pollfd fds[FDS];
	struct vhd_client *clients[FDS]; /* who it is, or NULL */
	struct vhd_program *programs[FDS];
	nfds_t count;
};

static struct pollfd *
add(struct polled *polled, int fd, int is_full)
{
	polled->clients[polled->count] = NULL;
	polled->programs[polled->count] = NULL;
	polled->fds[polled->count] =
	    (struct pollfd){ fd, (short)(POLLIN | (is_full ? POLLOUT : 0)), 0 };
	return &polled->fds[polled->count++];
}

/* Whether anybody is there. */
static int
collect(struct vhd_supervisor *supervisor, struct polled *polled)
{
	int is_used = 0;

	polled->count = 0;
	add(polled, supervisor->start->control, 0);
	add(polled,
	    supervisor->is_finishing || !find_room(supervisor)
		? -1
		: supervisor->start->listener,
	    0);
	for (int i = 0; i < VHD_CLIENTS_MAX; i++) {
		struct vhd_client *client = &supervisor->clients[i];

		if (client->fd < 0)
			continue;
		add(polled, client->fd, client->out != NULL);
		polled->clients[polled->count - 1] = client;
		is_used = 1;
	}
	for (size_t i = 0; i < supervisor->count; i++)
		for (int j = 0; j < supervisor->modules[i].count; j++) {
			struct vhd_program *program =
			    &supervisor->modules[i].programs[j];

			if (program->stream.in < 0)
				continue;
			add(polled, program->stream.in,
			    vhd_program_is_full(program));
			polled->programs[polled->count - 1] = program;
			is_used |= program->job != NULL;
		}
	return is_used;
}

static int
sweep(struct vhd_supervisor *supervisor)
{
	int64_t now = vp_clock_ms(), next = now + TICK;

	supervisor->is_changed = 0;
	for (size_t i = 0; i < supervisor->count; i++)
		vhd_module_sweep(supervisor, &supervisor->modules[i], now);
	for (size_t i = 0; i < supervisor->count; i++) {
		int64_t own = vhd_module_next(&supervisor->modules[i], now);

		if (own < next)
			next = own;
	}
	return supervisor->is_changed || next < now ? 0 : (int)(next - now);
}

/* What was looked at can have been closed since, by what came before it. */
static void
dispatch(struct vhd_supervisor *supervisor, const struct polled *polled)
{
	for (nfds_t i = 2; i < polled->count; i++) {
		const struct pollfd *fd = &polled->fds[i];

		if (!fd->revents)
			continue;
		if (polled->clients[i] && polled->clients[i]->fd == fd->fd)
			run_client(supervisor, polled->clients[i], fd->revents);
		if (polled->programs[i] &&
		    polled->programs[i]->stream.in == fd->fd)
			vhd_program_run(supervisor, polled->programs[i]);
	}
	if (polled->fds[1].revents)
		take_client(supervisor);
}

static int
serve(struct vhd_supervisor *supervisor)
{
	static struct polled polled;

	for (;;) {
		int wait = sweep(supervisor);

		if (!collect(supervisor, &polled) && supervisor->is_finishing)
			return EXIT_SUCCESS;
		if (poll(polled.fds, polled.count, wait) < 0)
			continue;
		dispatch(supervisor, &polled);
		if (polled.fds[0].revents && hear_parent(supervisor) != 0)
			return EXIT_SUCCESS;
	}
}

int
vhd_supervisor_run(const struct vhd_supervisor_start *start)
{
	static struct vhd_supervisor supervisor;

	supervisor.start = start;
	supervisor.count = start->units->count;
	supervisor.modules =
	    calloc(supervisor.count + 1, sizeof *supervisor.modules);
	if (!supervisor.modules)
		return EXIT_FAILURE;
	for (size_t i = 0; i < supervisor.count; i++)
		vhd_module_init(&supervisor.modules[i], &start->units->list[i]);
	for (int i = 0; i < VHD_CLIENTS_MAX; i++)
		supervisor.clients[i].fd = -1;
	vp_allow_files(FDS);
	if (vhd_sandbox_drop(start->uid, start->gid) != 0)
		return EXIT_FAILURE;
	return serve(&supervisor);
}
