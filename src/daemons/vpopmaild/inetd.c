/*
 * One client on descriptors 0 and 1.
 *
 * Clients close without reading the last replies, so a reply that cannot be
 * sent is no reason to leave a change undone: from then on what was received
 * is still executed, and nothing is waited for any more.
 */
#include "config.h"

#include "daemons/vpopmaild/inetd.h"

#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/text.h"
#include "daemons/vpopmaild/session.h"

#define FIRST_ROOM    16384
#define STATUS_QUIT   0
#define STATUS_UNSENT 254
#define STATUS_END    255

struct client {
	struct vpop *vp;
	struct vpd_session session;
	struct vpd_frame frame;
	struct vpd_out out;
	char *data; /* input */
	size_t size, room;
	int64_t deadline; /* for the next request, or for more of a block */
};

static int64_t
setting(const struct vpop *vp, const char *name)
{
	const char *text = vpop_setting(vp, name);
	int64_t number;

	return text && vp_number(text, 0, INT32_MAX, &number) == 0 ? number : 0;
}

/* When a time limit of the settings, in seconds, ends. */
static int64_t
limit(const struct client *client, const char *name)
{
	return vp_clock_ms() + setting(client->vp, name) * 1000;
}

/* 1 ready, 0 not before the deadline, -1. */
static int
wait_for(int fd, short events, int64_t deadline)
{
	struct pollfd pfd = { .fd = fd, .events = events };

	for (;;) {
		int64_t left = deadline - vp_clock_ms();
		int rc = poll(&pfd, 1, left > 0 ? (int)left : 0);

		if (rc >= 0 || errno != EINTR)
			return rc;
	}
}

/* What can be sent without waiting: the descriptor is not ours alone, so it
 * stays as it is. */
static ssize_t
send_some(const char *data, size_t size)
{
	ssize_t done = send(1, data, size, MSG_DONTWAIT | MSG_NOSIGNAL);

	if (done < 0 && errno == ENOTSOCK)
		done = write(1, data, size < PIPE_BUF ? size : PIPE_BUF);
	return done;
}

/* The whole of the buffer. */
static int
flush(struct vpd_out *out)
{
	const struct client *client = out->arg;
	size_t done = 0;

	while (done < out->used) {
		if (wait_for(1, POLLOUT,
			limit(client, "vpopmaild_write_seconds")) <= 0)
			return -1;
		ssize_t part = send_some(out->data + done, out->used - done);
		if (part > 0)
			done += (size_t)part;
		else if (errno != EINTR && errno != EAGAIN)
			return -1;
	}
	out->used = 0;
	return 0;
}

/* Send what there is.  After a failure nothing is sent any more. */
static void
send_all(struct client *client)
{
	if (!client->out.failed && client->out.used > 0 &&
	    flush(&client->out) != 0)
		client->out.failed = 1;
}

/* The larger buffer that a block needs; the old one held its beginning, which
 * may be a password. */
static int
grow(struct client *client)
{
	size_t room = client->room ? client->room * 2 : FIRST_ROOM;
	char *more;

	if (room > VPD_BLOCK_MAX + 8)
		room = VPD_BLOCK_MAX + 8;
	more = malloc(room);
	if (!more)
		return -1;
	if (client->data) {
		memcpy(more, client->data, client->size);
		explicit_bzero(client->data, client->size);
	}
	free(client->data);
	client->data = more;
	client->room = room;
	return 0;
}

/* 1, 0 at the end or when the client takes too long, -1. */
static int
read_more(struct client *client)
{
	ssize_t got;

	if (client->size == client->room && grow(client) != 0)
		return -1;
	do {
		if (wait_for(0, POLLIN,
			client->out.failed ? 0 : client->deadline) <= 0)
			return 0;
		got = read(0, client->data + client->size,
		    client->room - client->size);
	} while (got < 0 && (errno == EINTR || errno == EAGAIN));
	if (got <= 0)
		return 0;
	client->size += (size_t)got;
	return 1;
}

static void
drop(struct client *client, size_t used)
{
	client->size -= used;
	if (client->size > 0)
		memmove(client->data, client->data + used, client->size);
	explicit_bzero(client->data + client->size, used);
}

/* Guessing is to cost time: more with each try. */
static void
hold_back(const struct client *client)
{
	int64_t ms = setting(client->vp, "vpopmaild_login_delay") *
		     client->session.bad_logins;

	if (!client->session.refused)
		return;
	struct timespec ts = { ms / 1000, ms % 1000 * 1000000 };
	while (nanosleep(&ts, &ts) != 0 && errno == EINTR)
		;
}

static void
execute(struct client *client, const char *data, size_t size)
{
	client->frame.want =
	    vpd_execute(client->vp, &client->session, data, size, &client->out);
	hold_back(client);
	client->deadline = limit(client, "vpopmaild_idle_seconds");
}

/* The requests that are in the buffer. */
static void
execute_all(struct client *client)
{
	enum vpd_framed framed = VPD_FRAME_REQUEST;
	size_t done = 0;

	while (framed != VPD_FRAME_MORE && done < client->size &&
	       client->frame.want != VPD_CLOSE) {
		const char *data = client->data + done;
		size_t length, used;

		framed = vpd_frame(
		    &client->frame, data, client->size - done, &length, &used);
		if (framed != VPD_FRAME_MORE)
			execute(client,
			    framed == VPD_FRAME_REQUEST ? data : NULL, length);
		done += used;
	}
	drop(client, done);
	send_all(client);
}

static int
finish(struct client *client)
{
	size_t length = vpd_frame_end(&client->frame, client->size);

	if (length > 0)
		execute(client, client->data, length);
	if (client->frame.want != VPD_CLOSE)
		vpd_timeout(&client->session, &client->out);
	send_all(client);
	return STATUS_END;
}

/* A line has one time limit, however it comes; a block may be long, and the
 * limit is on its pauses, unless it is too long already. */
static int
serve(struct client *client)
{
	client->deadline = limit(client, "vpopmaild_idle_seconds");
	while (client->frame.want != VPD_CLOSE) {
		int rc = read_more(client);

		if (rc < 0)
			return STATUS_UNSENT;
		if (rc == 0)
			return finish(client);
		execute_all(client);
		if (client->frame.want != VPD_LINE && !client->frame.over)
			client->deadline =
			    limit(client, "vpopmaild_idle_seconds");
	}
	return client->session.level == VPD_NOBODY && client->session.lines >= 4
		   ? STATUS_END
		   : STATUS_QUIT;
}

static int
greet(struct client *client)
{
	if (vpop_check(client->vp) != 0) {
		vpd_greet_failed(&client->out);
		send_all(client);
		return -1;
	}
	vpd_greet(&client->out);
	send_all(client);
	return 0;
}

/* For the journal. */
static void
name_peer(struct vpd_session *session)
{
	const char *ip = getenv("TCPREMOTEIP");

	if (ip && vp_is_clean(ip) &&
	    vp_copy(session->peer_name, sizeof session->peer_name, ip) != 0)
		session->peer_name[0] = '\0';
}

int
vpd_inetd(struct vpop *vp)
{
	struct client *client = calloc(1, sizeof *client);
	int status = STATUS_END;

	if (!client)
		return STATUS_UNSENT;
	client->vp = vp;
	client->out.flush = flush;
	client->out.arg = client;
	vpd_session_init(&client->session);
	name_peer(&client->session);
	if (greet(client) == 0) {
		status = serve(client);
		if (client->out.failed)
			status = STATUS_UNSENT;
	}
	if (client->data)
		explicit_bzero(client->data, client->room);
	free(client->data);
	explicit_bzero(client, sizeof *client);
	free(client);
	return status;
}
