/*
 * The loop of a worker.  A frame that is not what the front should send ends
 * it: the front is not what it was.  Requests are wiped, they may hold
 * passwords.
 */
#include "config.h"

#include "panel/api/worker.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "base/text.h"
#include "daemons/common/daemonlog.h"
#include "daemons/common/fdpass.h"
#include "panel/api/counters.h"
#include "panel/api/route.h"
#include "panel/api/site.h"
#include "panel/auth/identify.h"
#include "panel/module/client.h"

struct work {
	const struct vhd_worker *worker;
	struct vhd_site site;
	int peer; /* a descriptor of a Unix connection, or -1 */
};

/* ---- stream ----------------------------------------------------------- */

/* 1, or 0 at the end or on failure. */
static int
receive(struct work *work, void *data, size_t size)
{
	char *to = data;

	while (size > 0) {
		ssize_t n = vp_fd_receive(
		    work->worker->channel, to, size, &work->peer, 0);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return 0;
		to += n;
		size -= (size_t)n;
	}
	return 1;
}

static int
transmit(const struct work *work, const char *data, size_t size, int fd)
{
	while (size > 0) {
		ssize_t n =
		    vp_fd_send(work->worker->channel, data, size, fd, 0);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -1;
		fd = -1;
		data += n;
		size -= (size_t)n;
	}
	return 0;
}

/* ---- requests --------------------------------------------------------- */

static char *
encode(struct vhd_call *call, uint64_t number, size_t *ret_size)
{
	struct vhd_reply reply = { .status = call->status,
		.body = call->text,
		.body_size = call->text_size };

	for (int i = 0; i < VHD_REPLY_HEADERS; i++)
		reply.headers[i] = call->headers[i];
	if (*call->who.name)
		reply.headers[VHD_REPLY_WHO] = call->who.name;
	return vhd_reply_encode(number, &reply, ret_size);
}

/* What is out of reach is looked for again with each request.  1, or 0 after a
 * problem. */
static int
is_ready(struct work *work, struct vhd_call *call)
{
	if (vhd_site_ready(&work->site) != 0) {
		vhd_problem(call, 503, "unavailable",
		    "the panel's state is out of reach");
		return 0;
	}
	call->state = work->site.state;
	call->seal = work->site.seal;
	return 1;
}

/* -1: the worker is to end. */
static int
execute(struct work *work, uint64_t number, const char *data, size_t size)
{
	struct vhd_request request;
	struct vhd_call call = { .vp = work->site.vp,
		.modules = work->site.modules,
		.jobs_fd = work->worker->jobs_fd,
		.settings = work->worker->settings,
		.request = &request,
		.peer = work->peer,
		.watch = -1 };
	const int64_t began = vhd_counters_now();
	size_t frame_size;
	char *frame;
	int rc = -1;

	if (vhd_request_decode(data, size, &request) != 0)
		return -1;
	if (is_ready(work, &call) && vhd_identify(&call) == 0) {
		vhd_call_actor(&call);
		vhd_route_run(&call);
	}
	vhd_counters_add(began, call.status);
	frame = encode(&call, number, &frame_size);
	if (frame)
		rc = transmit(work, frame, frame_size, call.watch);
	if (frame)
		explicit_bzero(frame, frame_size);
	free(frame);
	vhd_call_clear(&call);
	return rc;
}

/* 1, or 0 when the worker is to end. */
static int
next_request(struct work *work)
{
	char head[VHD_FRAME_HEAD], *data;
	uint64_t number;
	int64_t size;
	int rc = 0;

	if (!receive(work, head, sizeof head))
		return 0;
	size = vhd_frame_size(head, &number);
	data = size > 0 ? malloc((size_t)size) : NULL;
	if (data && receive(work, data, (size_t)size))
		rc = execute(work, number, data, (size_t)size) == 0;
	if (data)
		explicit_bzero(data, (size_t)size);
	free(data);
	if (work->peer >= 0)
		close(work->peer);
	work->peer = -1;
	return rc;
}

int
vhd_worker_run(const struct vhd_worker *worker)
{
	struct work work = { .worker = worker, .peer = -1 };
	int rc = vhd_site_open(worker->settings, &work.site);

	if (rc == 0)
		vhd_modules_share(
		    work.site.modules, (int)worker->settings->workers);
	while (rc == 0 && next_request(&work))
		continue;
	vhd_site_close(&work.site);
	return rc == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
