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
#include <poll.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

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
};

static int64_t
now_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (int64_t)ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

/* 1 ready, 0 not before the deadline, -1. */
static int
wait_for(int fd, short events, int64_t deadline)
{
	struct pollfd pfd = { .fd = fd, .events = events };

	for (;;) {
		int64_t left = deadline - now_ms();
		int rc = poll(&pfd, 1, left > 0 ? (int)left : 0);

		if (rc >= 0 || errno != EINTR)
			return rc;
	}
}

/* The whole of the buffer. */
static int
flush(struct vpd_out *out)
{
	size_t done = 0;

	while (done < out->used) {
		if (wait_for(1, POLLOUT,
			now_ms() + VPD_WRITE_SECONDS * INT64_C(1000)) <= 0)
			return -1;
		ssize_t part = write(1, out->data + done, out->used - done);
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
read_more(struct client *client, int64_t deadline)
{
	ssize_t got;

	if (client->size == client->room && grow(client) != 0)
		return -1;
	do {
		if (wait_for(0, POLLIN, client->out.failed ? 0 : deadline) <= 0)
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
	const char *text = vpop_setting(client->vp, "vpopmaild_login_delay");
	int64_t ms;

	if (!client->session.refused || !text ||
	    vp_number(text, 0, 60000, &ms) != 0)
		return;
	ms *= client->session.bad_logins;
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

static int
serve(struct client *client)
{
	int64_t deadline = 0;

	while (client->frame.want != VPD_CLOSE) {
		/* A line has one time limit; a block may be long, and the
		 * limit is on its pauses. */
		if (client->size == 0 || client->frame.want != VPD_LINE)
			deadline = now_ms() + VPD_IDLE_SECONDS * INT64_C(1000);
		int rc = read_more(client, deadline);
		if (rc < 0)
			return STATUS_UNSENT;
		if (rc == 0)
			return finish(client);
		execute_all(client);
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
