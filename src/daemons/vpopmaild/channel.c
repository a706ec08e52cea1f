/*
 * Workers, as the front sees them, and who gets which request.
 *
 * A worker has one message at a time.  Logins, which cost the time of a
 * hash, never have all workers.
 */
#include "config.h"

#include <errno.h>
#include <event2/buffer.h>
#include <string.h>
#include <sys/socket.h>

#include "base/text.h"
#include "daemons/common/daemonlog.h"
#include "daemons/common/fdpass.h"
#include "daemons/common/listen.h"
#include "daemons/vpopmaild/front_int.h"

#define FIRST_MAX  (VPD_PEER_SIZE + VPOP_IP_SIZE)
#define ROOT_PAUSE 5000 /* milliseconds */

/* ---- to the worker ---------------------------------------------------- */

static void
address_text(int fd, char *ret_text, size_t size,
    int (*name)(int, struct sockaddr *restrict, socklen_t *restrict))
{
	struct sockaddr_storage address = { .ss_family = AF_UNSPEC };
	socklen_t length = sizeof address;

	ret_text[0] = '\0';
	if (fd >= 0 && name(fd, (struct sockaddr *)&address, &length) == 0)
		vp_listen_peer(&address, ret_text, size);
}

/* Both ends of the connection, each with its NUL; the size. */
static size_t
describe(const struct vpd_client *client, char ret_text[FIRST_MAX])
{
	int fd = client->bev ? bufferevent_getfd(client->bev) : -1;
	size_t length;

	if (client->kind == VPD_UNIX) {
		memcpy(ret_text, "local\0", 7);
		return 7;
	}
	address_text(fd, ret_text, VPOP_IP_SIZE, getpeername);
	length = strlen(ret_text) + 1;
	address_text(fd, ret_text + length, VPOP_IP_SIZE, getsockname);
	return length + strlen(ret_text + length) + 1;
}

/* The worker is free, so its socket takes a header at once. */
static void
send_peer(struct vpd_channel *channel, const struct vpd_client *client)
{
	const struct vpd_wire wire = { .type = VPD_WIRE_PEER,
		.connection = client->id };
	unsigned char header[VPD_WIRE_HEADER];

	vpd_wire_encode(&wire, header);
	if (vp_fd_send(bufferevent_getfd(channel->bev), header, sizeof header,
		bufferevent_getfd(client->bev),
		MSG_DONTWAIT) != (ssize_t)sizeof header)
		vp_daemonlog(LOG_WARNING, "cannot tell a worker of a peer: %s",
		    strerror(errno));
}

static size_t
size_of_input(const struct vpd_client *client)
{
	size_t most = client->in_size;

	if (client->request &
	    (VPD_WIRE_TOO_LONG | VPD_WIRE_GREET | VPD_WIRE_REFUSE))
		return 0;
	/* Each line before login is judged by itself. */
	if (client->level == VPD_NOBODY || most < client->first)
		return client->first;
	if (most > VPD_LINES_MAX)
		most = VPD_LINES_MAX;
	return most > client->first ? most : client->first;
}

static void
assign(struct vpd_channel *channel, struct vpd_client *client)
{
	char first[FIRST_MAX];
	unsigned char header[VPD_WIRE_HEADER];
	struct vpd_wire wire = { .type = VPD_WIRE_REQUEST,
		.want = client->frame.want,
		.connection = client->id };
	const void *state = client->state;

	TAILQ_REMOVE(&client->front->queues[client->queue], client, queued);
	if (client->account && vpd_login_is_barred(client))
		client->request |= VPD_WIRE_REFUSE;
	client->sent = size_of_input(client);
	client->channel = channel;
	client->situation = VPD_WORKING;
	channel->client = client;
	channel->is_busy = 1;
	channel->answered = 0;
	channel->is_login = client->queue == VPD_QUEUE_LOGIN;
	channel->front->logins += channel->is_login;

	wire.flags = client->request;
	wire.data_size = (uint32_t)client->sent;
	wire.state_size = (uint32_t)client->state_size;
	if (!client->state) {
		wire.flags |= VPD_WIRE_FIRST;
		wire.state_size = (uint32_t)describe(client, first);
		state = first;
		if (client->kind == VPD_UNIX && client->bev)
			send_peer(channel, client);
	}
	vpd_wire_encode(&wire, header);
	bufferevent_write(channel->bev, header, sizeof header);
	bufferevent_write(channel->bev, state, wire.state_size);
	if (client->sent > 0)
		bufferevent_write(channel->bev, client->in, client->sent);
}

void
vpd_channel_cancel(struct vpd_channel *channel)
{
	const struct vpd_wire wire = { .type = VPD_WIRE_CANCEL };
	unsigned char header[VPD_WIRE_HEADER];

	vpd_wire_encode(&wire, header);
	bufferevent_write(channel->bev, header, sizeof header);
	vpd_channel_resume(channel);
}

void
vpd_channel_leave(struct vpd_channel *channel)
{
	vpd_channel_cancel(channel);
	channel->client->channel = NULL;
	channel->client = NULL;
}

void
vpd_channel_resume(struct vpd_channel *channel)
{
	if (!channel->is_paused)
		return;
	channel->is_paused = 0;
	if (channel->client)
		event_del(&channel->client->timer);
	bufferevent_enable(channel->bev, EV_READ);
	/* What has been read already makes no event. */
	bufferevent_trigger(channel->bev, EV_READ, BEV_OPT_DEFER_CALLBACKS);
}

/* ---- who is next ------------------------------------------------------ */

static struct vpd_client *
next_client(struct vpd_front *front, const struct vpd_channel *channel)
{
	struct vpd_client *login = TAILQ_FIRST(&front->queues[VPD_QUEUE_LOGIN]);
	struct vpd_client *other = TAILQ_FIRST(&front->queues[VPD_QUEUE_OTHER]);
	int spared = front->workers > 4 ? front->workers / 4 : 1;

	if (channel->is_root)
		return TAILQ_FIRST(&front->queues[VPD_QUEUE_ROOT]);
	if (login && front->logins >= front->workers - spared)
		login = NULL;
	if (!login || !other)
		return login ? login : other;
	front->turn = !front->turn;
	return front->turn ? login : other;
}

void
vpd_dispatch(struct vpd_front *front)
{
	struct vpd_channel *channel = TAILQ_FIRST(&front->channels);
	struct vpd_client *client;

	for (; channel; channel = TAILQ_NEXT(channel, entries)) {
		if (!channel->is_busy && !channel->is_dead &&
		    (client = next_client(front, channel)) != NULL)
			assign(channel, client);
	}
}

/* ---- from the worker -------------------------------------------------- */

/* It is free, or gone. */
static void
release(struct vpd_channel *channel)
{
	channel->front->logins -= channel->is_login;
	channel->is_login = channel->is_busy = channel->is_paused = 0;
	channel->client = NULL;
}

void
vpd_channel_free(struct vpd_channel *channel)
{
	struct vpd_front *front = channel->front;
	struct vpd_client *client = channel->client;
	size_t answered = channel->answered;

	TAILQ_REMOVE(&front->channels, channel, entries);
	front->workers -= !channel->is_root;
	release(channel);
	bufferevent_free(channel->bev);
	free(channel);
	if (client)
		vpd_client_orphan(client, answered);
}

/*
 * The client reads too slowly: the worker waits.  No more than half of the
 * workers may: then the client that has been waited for longest is given up.
 */
static void
hold(struct vpd_channel *channel)
{
	struct vpd_front *front = channel->front;
	struct vpd_channel *other = TAILQ_FIRST(&front->channels);
	struct vpd_channel *oldest = NULL;
	int paused = 0;

	for (; other; other = TAILQ_NEXT(other, entries)) {
		if (!other->is_paused || other->is_root)
			continue;
		paused++;
		if (!oldest || other->paused_at < oldest->paused_at)
			oldest = other;
	}
	channel->is_paused = 1;
	channel->paused_at = vp_clock_ms();
	bufferevent_disable(channel->bev, EV_READ);
	/* There is but one that is root. */
	vpd_client_wait(channel->client,
	    channel->is_root ? ROOT_PAUSE : front->setup->write * 1000);
	if (!channel->is_root && oldest && paused >= front->workers / 2)
		vpd_client_gone(oldest->client);
}

static void
reply(struct vpd_channel *channel, struct evbuffer *input, size_t size)
{
	struct vpd_client *client = channel->client;

	channel->answered += size;
	if (!client) {
		evbuffer_drain(input, size);
		return;
	}
	vpd_client_reply(client, input, size);
	if (vpd_client_unread(client) >= VPD_UNREAD_MAX)
		hold(channel);
}

static void
done(struct vpd_channel *channel, struct evbuffer *input,
    const struct vpd_wire *wire)
{
	static unsigned char state[VPD_STATE_MAX];
	struct vpd_front *front = channel->front;
	struct vpd_client *client = channel->client;

	evbuffer_remove(input, state, wire->state_size);
	front->no_store = (wire->flags & VPD_WIRE_NO_STORE) != 0;
	release(channel);
	if (client)
		vpd_client_done(client, wire, state);
	vpd_dispatch(front);
}

/* One message; 1, 0 when there is none, -1 when it cannot be. */
static int
take(struct vpd_channel *channel)
{
	struct evbuffer *input = bufferevent_get_input(channel->bev);
	unsigned char header[VPD_WIRE_HEADER];
	struct vpd_wire wire;

	if (evbuffer_copyout(input, header, sizeof header) <
	    (ssize_t)sizeof header)
		return 0;
	if (vpd_wire_decode(header, VPD_TO_FRONT, &wire) != 0 ||
	    !channel->is_busy ||
	    (channel->client && channel->client->id != wire.connection))
		return -1;
	if (evbuffer_get_length(input) <
	    sizeof header + wire.state_size + wire.data_size)
		return 0;
	evbuffer_drain(input, sizeof header);
	if (wire.type == VPD_WIRE_DATA)
		reply(channel, input, wire.data_size);
	else
		done(channel, input, &wire);
	return 1;
}

static void
on_read(struct bufferevent *bev, void *arg)
{
	struct vpd_channel *channel = arg;
	int rc = 1;

	(void)bev;
	while (!channel->is_paused && (rc = take(channel)) == 1)
		continue;
	if (rc < 0) {
		vp_daemonlog(LOG_ERR, "a message of a worker that cannot be; "
				      "the worker is given up");
		vpd_channel_free(channel);
	}
}

static void
on_event(struct bufferevent *bev, short what, void *arg)
{
	struct vpd_channel *channel = arg;
	struct vpd_front *front = channel->front;

	(void)bev;
	(void)what;
	/* Replies that had come before count. */
	channel->is_paused = 0;
	channel->is_dead = 1;
	while (take(channel) == 1)
		continue;
	vpd_channel_free(channel);
	vpd_dispatch(front);
}

int
vpd_channel_add(struct vpd_front *front, int fd, int is_root)
{
	struct vpd_channel *channel = calloc(1, sizeof *channel);

	if (!channel || !(channel->bev = bufferevent_socket_new(
			      front->base, fd, BEV_OPT_CLOSE_ON_FREE))) {
		free(channel);
		close(fd);
		return -1;
	}
	channel->front = front;
	channel->is_root = is_root;
	front->workers += !is_root;
	TAILQ_INSERT_TAIL(&front->channels, channel, entries);
	bufferevent_setcb(channel->bev, on_read, NULL, on_event, channel);
	bufferevent_enable(channel->bev, EV_READ | EV_WRITE);
	vpd_dispatch(front);
	return 0;
}
