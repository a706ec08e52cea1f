/*
 * The loop of a worker.  A frame that is not what the front should send ends
 * it: the front is not what it was.  Requests are wiped, they may hold
 * passwords.
 */
#include "config.h"

#include "panel/api/worker.h"

#include <errno.h>
#include <malloc.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "base/text.h"
#include "daemons/common/daemonlog.h"
#include "daemons/common/fdpass.h"
#include "panel/api/route.h"
#include "panel/auth/identify.h"
#include "panel/module/client.h"
#include "panel/state/state.h"
#include "panel/supervise/starter.h"

struct work {
	const struct vhd_worker *worker;
	struct vpop *vp;
	struct vhd_modules *modules;
	char *socket; /* of their supervisor */
	struct vhd_state *state;
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
transmit(const struct work *work, const char *data, size_t size)
{
	while (size > 0) {
		ssize_t n =
		    vp_fd_send(work->worker->channel, data, size, -1, 0);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -1;
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
	return vhd_reply_encode(number, &reply, ret_size);
}

/* Without its state the panel knows nobody and remembers nothing.  It is
 * looked for again with each request.  1, or 0 after a problem. */
static int
has_state(struct work *work, struct vhd_call *call)
{
	char error[VHD_STATE_ERROR];

	if (!work->state &&
	    vhd_state_open(work->vp, &work->state, error) != 0) {
		vp_daemonlog(LOG_ERR, "%s", error);
		vhd_problem(call, 503, "unavailable",
		    "the panel's state is out of reach");
		return 0;
	}
	call->state = work->state;
	return 1;
}

/* -1: the worker is to end. */
static int
execute(struct work *work, uint64_t number, const char *data, size_t size)
{
	struct vhd_request request;
	struct vhd_call call = { .vp = work->vp,
		.modules = work->modules,
		.settings = work->worker->settings,
		.request = &request,
		.peer = work->peer };
	size_t frame_size;
	char *frame;
	int rc = -1;

	if (vhd_request_decode(data, size, &request) != 0)
		return -1;
	if (has_state(work, &call) && vhd_identify(&call) == 0) {
		vhd_call_actor(&call);
		vhd_route_run(&call);
	}
	frame = encode(&call, number, &frame_size);
	if (frame)
		rc = transmit(work, frame, frame_size);
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

static void
note(void *arg, const char *sentence)
{
	(void)arg;
	vp_daemonlog(LOG_WARNING, "%s", sentence);
}

static void
warn(const char *sentence)
{
	vp_daemonlog(LOG_WARNING, "%s", sentence);
}

static int
open_modules(struct work *work)
{
	const char *home = vpop_home(work->vp);
	AUTO_FREE char *settings = NULL;

	if (asprintf(&work->socket, "%s/" VHD_MODULES_SOCKET, home) < 0)
		work->socket = NULL;
	if (asprintf(&settings, "%s/etc/modules", home) < 0)
		settings = NULL;
	if (work->socket && settings)
		work->modules =
		    vhd_modules_open(work->worker->settings->modules,
			work->socket, settings, warn);
	if (!work->modules) {
		vp_daemonlog(LOG_ERR, "no memory");
		return -1;
	}
	vhd_modules_share(work->modules, (int)work->worker->settings->workers);
	return 0;
}

static int
open_all(struct work *work)
{
	if (vpop_open(&work->vp, 0) != 0) {
		vp_daemonlog(LOG_ERR, "%s",
		    work->vp ? vpop_message(work->vp) : "no memory");
		return -1;
	}
	vpop_set_notice(work->vp, note, NULL);
	return open_modules(work);
}

/* Bodies have passwords; jansson would leave them in free memory. */
static void
wipe_and_free(void *memory)
{
	if (memory)
		explicit_bzero(memory, malloc_usable_size(memory));
	free(memory);
}

int
vhd_worker_run(const struct vhd_worker *worker)
{
	struct work work = { .worker = worker, .peer = -1 };
	int rc;

	json_set_alloc_funcs(malloc, wipe_and_free);
	rc = open_all(&work);
	while (rc == 0 && next_request(&work))
		continue;
	vhd_modules_close(work.modules);
	free(work.socket);
	vhd_state_close(work.state);
	vpop_close(work.vp);
	return rc == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
