/*
 * The loop of a worker.
 *
 * A message brings the sealed session and some input of one connection.  The
 * worker cuts whole requests out of it, executes them in order, and answers
 * with reply bytes, the new sealed session, and how much of the input is
 * done.  What is left (an incomplete request, or what would take too long)
 * stays with the front and comes again.  Input is wiped: it may hold
 * passwords.
 *
 * A broken message means that the front is not what it was: the worker ends.
 */
#include "config.h"

#include "daemons/vpopmaild/worker.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>

#include "base/clock.h"
#include "daemons/common/daemonlog.h"
#include "daemons/common/fdpass.h"

#define SLICE 50 /* milliseconds after which others have their turn */

struct work {
	const struct vpd_worker *worker;
	struct vpop *vp;
	struct vpd_session session;
	struct vpd_wire request, done;
	unsigned char state[VPD_STATE_MAX];
	char *input;
	size_t capacity;
	struct vpd_seen seen;
	int is_flushed; /* a part of the reply was sent already */
	int peer;       /* descriptor of a Unix connection, -1: none */
	int is_broken;  /* the channel */
	struct vpd_out out;
};

/* ---- channel ---------------------------------------------------------- */

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
transmit(struct work *work, struct iovec *part, int count)
{
	while (count > 0) {
		ssize_t n = writev(work->worker->channel, part, count);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -1;
		for (; count > 0 && (size_t)n >= part->iov_len; part++, count--)
			n -= (ssize_t)part->iov_len;
		if (count > 0) {
			part->iov_base = (char *)part->iov_base + n;
			part->iov_len -= (size_t)n;
		}
	}
	return 0;
}

/* The reply bytes so far as a message: its parts, of which there are 0 or
 * 2. */
static int
put_data(struct work *work, unsigned char *header, struct iovec parts[2])
{
	struct vpd_out *out = &work->out;
	const struct vpd_wire wire = { .type = VPD_WIRE_DATA,
		.data_size = (uint32_t)out->used,
		.connection = work->request.connection };

	if (out->used == 0)
		return 0;
	vpd_wire_encode(&wire, header);
	parts[0] = (struct iovec){ header, VPD_WIRE_HEADER };
	parts[1] = (struct iovec){ out->data, out->used };
	return 2;
}

/* The client is gone: nothing but CANCEL can come while we work. */
static int
is_cancelled(const struct work *work)
{
	char byte;

	return recv(work->worker->channel, &byte, 1, MSG_PEEK | MSG_DONTWAIT) >=
	       0;
}

static int
flush(struct vpd_out *out)
{
	struct work *work = out->arg;
	unsigned char header[VPD_WIRE_HEADER];
	struct iovec parts[2];

	if (transmit(work, parts, put_data(work, header, parts)) != 0) {
		work->is_broken = 1;
		return -1;
	}
	out->used = 0;
	work->is_flushed = 1;
	return is_cancelled(work) ? -1 : 0;
}

/* ---- sessions --------------------------------------------------------- */

static int
open_session(struct work *work)
{
	const struct vpd_wire *request = &work->request;

	if (request->flags & VPD_WIRE_FIRST)
		return vpd_session_begin(work->worker->setup, work->state,
		    request->state_size, work->peer, &work->session);
	if (vpd_unseal(work->worker->key, request->connection, work->state,
		request->state_size, &work->session) != 0)
		return -1;
	/* A block that was lost with its worker is not waited for. */
	if (request->want == VPD_LINE)
		work->session.pending = VPD_NO_VERB;
	return 0;
}

/* ---- requests --------------------------------------------------------- */

static int
is_for_root(struct work *work, const char *request, size_t size)
{
	const struct vpd_worker *worker = work->worker;

	if (worker->is_root || !worker->has_root ||
	    !vpd_needs_root(
		work->vp, &work->session, request, size, &work->seen))
		return 0;
	work->done.flags |= VPD_WIRE_ROOT;
	return 1;
}

static void
execute(struct work *work, const char *request, size_t size)
{
	work->done.want =
	    vpd_execute(work->vp, &work->session, request, size, &work->out);
}

/* Whole requests, as many as there are and the time allows. */
static void
execute_input(struct work *work)
{
	struct vpd_frame frame = { .want = work->done.want };
	int64_t end = vp_clock_ms() + SLICE;
	size_t done = 0, size = work->request.data_size, length, used;

	while (frame.want != VPD_CLOSE && done < size) {
		char *data = work->input + done;
		enum vpd_framed framed =
		    vpd_frame(&frame, data, size - done, &length, &used);
		const char *request = framed == VPD_FRAME_REQUEST ? data : NULL;

		if (framed == VPD_FRAME_MORE ||
		    is_for_root(work, request, length))
			break;
		execute(work, request, length);
		frame.want = work->done.want;
		done += used;
		/* A client that reads slowly delays one reply only. */
		if (work->worker->is_root || work->is_flushed ||
		    vp_clock_ms() >= end || work->session.level == VPD_NOBODY)
			break;
	}
	work->done.used = (uint32_t)done;
}

static void
execute_all(struct work *work)
{
	const struct vpd_wire *request = &work->request;
	size_t size = request->data_size;

	if (request->flags & VPD_WIRE_GREET) {
		if (vpop_check(work->vp) == 0) {
			vpd_greet(&work->out);
		} else {
			vpd_greet_failed(&work->out);
			work->done.want = VPD_CLOSE;
		}
	} else if (request->flags & VPD_WIRE_REFUSE) {
		work->done.want = vpd_refuse_login(&work->session, &work->out);
	} else if (request->flags & VPD_WIRE_TOO_LONG) {
		execute(work, NULL, 0);
	} else if (request->flags & VPD_WIRE_LAST) {
		if (!is_for_root(work, work->input, size)) {
			execute(work, work->input, size);
			work->done.used = request->data_size;
		}
	} else {
		execute_input(work);
	}
	if (vpop_check(work->vp) != 0)
		work->done.flags |= VPD_WIRE_NO_STORE;
}

/* The rest of the reply and that it is all, at once: a worker that is killed
 * in between would leave a client with a reply and a failure. */
static int
finish(struct work *work)
{
	unsigned char data[VPD_WIRE_HEADER], done[VPD_WIRE_HEADER];
	struct iovec parts[4];
	int count = work->out.failed ? 0 : put_data(work, data, parts);

	vpd_wire_encode(&work->done, done);
	parts[count++] = (struct iovec){ done, sizeof done };
	parts[count++] = (struct iovec){ work->state, work->done.state_size };
	return transmit(work, parts, count);
}

static void
answer(struct work *work)
{
	struct vpd_wire *done = &work->done;

	*done = (struct vpd_wire){ .type = VPD_WIRE_DONE,
		.want = work->request.want,
		.connection = work->request.connection };
	work->out.used = 0;
	work->out.failed = 0;
	work->is_flushed = 0;
	work->seen = (struct vpd_seen){ .name = "" };
	if (open_session(work) != 0) {
		vp_daemonlog(LOG_ERR, "a session that was not sealed here is "
				      "refused");
		done->flags = VPD_WIRE_BAD_STATE;
		done->want = VPD_CLOSE;
	} else {
		work->session.refused = 0;
		execute_all(work);
		if (work->session.refused)
			done->flags |= VPD_WIRE_REFUSED;
		done->level = work->session.level;
		done->state_size = (uint32_t)vpd_seal(work->worker->key,
		    done->connection, &work->session, work->state);
	}
	if (finish(work) != 0)
		work->is_broken = 1;
	explicit_bzero(work->input, work->request.data_size);
	explicit_bzero(work->out.data, sizeof work->out.data);
}

/* ---- messages --------------------------------------------------------- */

/* Small again after a large block. */
static int
make_room(struct work *work, size_t size)
{
	size_t wanted = size < VPD_OUT_BYTES ? VPD_OUT_BYTES : size;

	if (wanted == work->capacity)
		return 0;
	free(work->input);
	work->input = malloc(wanted);
	work->capacity = work->input ? wanted : 0;
	return work->input ? 0 : -1;
}

/* 1, or 0 to end. */
static int
next_message(struct work *work)
{
	unsigned char header[VPD_WIRE_HEADER];
	struct vpd_wire *request = &work->request;

	if (!receive(work, header, sizeof header))
		return 0;
	if (vpd_wire_decode(header, VPD_TO_WORKER, request) != 0) {
		vp_daemonlog(LOG_ERR, "a message of the front process that "
				      "cannot be; this worker ends");
		return 0;
	}
	if (request->type != VPD_WIRE_REQUEST)
		return 1;
	if (make_room(work, request->data_size) != 0 ||
	    !receive(work, work->state, request->state_size) ||
	    !receive(work, work->input, request->data_size))
		return 0;
	answer(work);
	if (work->peer >= 0)
		close(work->peer);
	work->peer = -1;
	return !work->is_broken;
}

static void
notice(void *arg, const char *sentence)
{
	(void)arg;
	vp_daemonlog(LOG_WARNING, "%s", sentence);
}

int
vpd_worker_run(const struct vpd_worker *worker)
{
	static struct work work;

	work.worker = worker;
	work.peer = -1;
	work.out.flush = flush;
	work.out.arg = &work;
	/* A client that goes away is none of our business, nor is a signal
	 * for the group: the end of the channel is the end. */
	signal(SIGPIPE, SIG_IGN);
	signal(SIGINT, SIG_IGN);
	signal(SIGTERM, SIG_IGN);
	signal(SIGHUP, SIG_IGN);
	if (vpop_open(&work.vp, 0) != 0) {
		vp_daemonlog(LOG_ERR, "%s",
		    work.vp ? vpop_message(work.vp) : strerror(errno));
		vpop_close(work.vp);
		return EXIT_FAILURE;
	}
	vpop_set_notice(work.vp, notice, NULL);
	while (next_message(&work))
		continue;
	vpop_close(work.vp);
	free(work.input);
	return EXIT_SUCCESS;
}
