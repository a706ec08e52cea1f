/*
 * The life of a connection; its situations are in front_int.h.
 *
 * Only vpd_client_end frees one, and only the functions that say so call it:
 * after vpd_client_advance, vpd_client_done and vpd_client_orphan the client
 * may be gone.
 */
#include "config.h"

#include "daemons/vpopmaild/front_int.h"

#include <event2/buffer.h>
#include <event2/bufferevent_ssl.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <time.h>

#include "daemons/common/daemonlog.h"

#define LINGER 2000 /* milliseconds */
#define BLOCK  10   /* times the idle limit, for a whole block */

static struct vpd_out words; /* of the front itself */
/* The system's words for EAGAIN, in the form of errors from below. */
static const char lost[] = "-ERR 0.107 Resource temporarily unavailable\r\n";

int64_t
vpd_now(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

void
vpd_client_wait(struct vpd_client *client, int64_t milliseconds)
{
	const struct timeval time = { .tv_sec = milliseconds / 1000,
		.tv_usec = milliseconds % 1000 * 1000 };

	event_add(&client->timer, &time);
}

size_t
vpd_client_unread(const struct vpd_client *client)
{
	return client->bev
		   ? evbuffer_get_length(bufferevent_get_output(client->bev))
		   : 0;
}

void
vpd_client_end(struct vpd_client *client)
{
	struct vpd_front *front = client->front;

	if (client->situation == VPD_QUEUED)
		TAILQ_REMOVE(&front->queues[client->queue], client, queued);
	if (client->channel)
		vpd_channel_leave(client->channel);
	event_del(&client->timer);
	vpd_input_free(client);
	if (client->bev)
		bufferevent_free(client->bev);
	if (client->held)
		evbuffer_free(client->held);
	vpd_ip_leave(client->ip);
	TAILQ_REMOVE(&front->clients, client, entries);
	front->count--;
	free(client->state);
	free(client->account);
	free(client);
	if (front->count == 0 && (front->is_draining || front->is_stopping))
		event_base_loopexit(front->base, NULL);
}

/* ---- closing ---------------------------------------------------------- */

/* All is sent. */
static void
linger(struct vpd_client *client)
{
	SSL *ssl = bufferevent_openssl_get_ssl(client->bev);

	if (client->is_eof) {
		if (ssl)
			SSL_shutdown(ssl);
		vpd_client_end(client);
		return;
	}
	if (ssl)
		SSL_shutdown(ssl);
	shutdown(bufferevent_getfd(client->bev), SHUT_WR);
	client->situation = VPD_LINGERING;
	bufferevent_enable(client->bev, EV_READ);
	vpd_client_wait(client, LINGER);
}

/* Send what there is, then close. */
static void
close_client(struct vpd_client *client)
{
	vpd_input_free(client);
	if (!client->bev) {
		vpd_client_end(client);
		return;
	}
	client->situation = VPD_CLOSING;
	if (vpd_client_unread(client) == 0)
		linger(client);
	else
		vpd_client_wait(client, client->front->setup->write * 1000);
}

/* The front's own words. */
static void
say(struct vpd_client *client)
{
	if (client->bev)
		bufferevent_write(client->bev, words.data, words.used);
	words.used = 0;
}

/* The client is silent, or sends no more. */
static void
last_words(struct vpd_client *client)
{
	struct vpd_session session;

	vpd_session_init(&session);
	session.level = client->level;
	words.used = 0;
	vpd_timeout(&session, &words);
	say(client);
	close_client(client);
}

void
vpd_client_stop(struct vpd_client *client)
{
	if (client->situation == VPD_READING)
		close_client(client);
}

/* ---- reading ---------------------------------------------------------- */

static void
enqueue(struct vpd_client *client, unsigned request, size_t first)
{
	struct vpd_front *front = client->front;
	struct vpd_session session;
	char account[VPD_LINE_MAX + 1];

	event_del(&client->timer);
	client->request = request;
	client->first = first;
	client->queue = client->wants_root ? VPD_QUEUE_ROOT : VPD_QUEUE_OTHER;
	vpd_session_init(&session);
	free(client->account);
	client->account = NULL;
	if (client->level == VPD_NOBODY &&
	    !(request & (VPD_WIRE_TOO_LONG | VPD_WIRE_GREET)) &&
	    vpd_is_login(&session, client->in, first, account) &&
	    (client->account = strdup(account)) && !client->wants_root)
		client->queue = VPD_QUEUE_LOGIN;
	client->situation = VPD_QUEUED;
	TAILQ_INSERT_TAIL(&front->queues[client->queue], client, queued);
	vpd_dispatch(front);
}

/* Nothing whole is there: until when may the rest be sent? */
static void
await(struct vpd_client *client)
{
	int64_t wait = client->front->setup->idle * 1000, now = vpd_now();
	int64_t until = 0;

	if (client->level == VPD_NOBODY)
		until = client->login_until;
	else if (client->frame.want != VPD_LINE) {
		if (client->block_until == 0)
			client->block_until = now + BLOCK * wait;
		until = client->block_until;
	}
	if (until != 0 && until - now < wait)
		wait = until > now ? until - now : 1;
	/* A line has the time from the last reply on, however it comes. */
	if (client->frame.want != VPD_LINE ||
	    !event_pending(&client->timer, EV_TIMEOUT, NULL))
		vpd_client_wait(client, wait);
}

static void
at_eof(struct vpd_client *client)
{
	size_t size = vpd_frame_end(&client->frame, client->in_size);

	if (size > 0 && (client->bev || client->level != VPD_NOBODY))
		enqueue(client, VPD_WIRE_LAST, size);
	else
		last_words(client);
}

void
vpd_client_advance(struct vpd_client *client)
{
	size_t length, used;

	if (client->situation != VPD_READING) {
		vpd_input_pace(client);
		return;
	}
	if (client->front->is_stopping) {
		close_client(client);
		return;
	}
	if (vpd_client_unread(client) >= VPD_UNREAD_MAX) {
		vpd_input_pace(client);
		vpd_client_wait(client, client->front->setup->write * 1000);
		return;
	}
	for (;;) {
		vpd_input_take(client);
		switch (vpd_frame(&client->frame, client->in ? client->in : "",
		    client->in_size, &length, &used)) {
		case VPD_FRAME_REQUEST:
			enqueue(client, 0, used);
			return;
		case VPD_FRAME_TOO_LONG:
			vpd_input_drop(client, used);
			enqueue(client, VPD_WIRE_TOO_LONG, 0);
			return;
		case VPD_FRAME_MORE:
		default:
			break;
		}
		if (used == 0)
			break;
		vpd_input_drop(client, used);
	}
	if (client->is_eof &&
	    (!client->bev ||
		evbuffer_get_length(bufferevent_get_input(client->bev)) == 0))
		at_eof(client);
	else
		await(client);
}

/* ---- what the worker says --------------------------------------------- */

void
vpd_client_reply(struct vpd_client *client, struct evbuffer *from, size_t size)
{
	struct evbuffer *to = client->held;

	if (!client->bev) {
		evbuffer_drain(from, size);
		return;
	}
	if (client->level == VPD_NOBODY && !to)
		to = client->held = evbuffer_new();
	if (!to)
		to = bufferevent_get_output(client->bev);
	evbuffer_remove_buffer(from, to, size);
}

/* Let go what was held back. */
static void
release(struct vpd_client *client)
{
	if (client->held && client->bev)
		bufferevent_write_buffer(client->bev, client->held);
	if (client->held)
		evbuffer_free(client->held);
	client->held = NULL;
	client->situation = VPD_READING;
	if (client->frame.want == VPD_CLOSE || client->front->is_stopping)
		close_client(client);
	else
		vpd_client_advance(client);
}

static int
keep_state(struct vpd_client *client, const unsigned char *state, size_t size)
{
	if (size != client->state_size) {
		free(client->state);
		client->state = malloc(size);
		client->state_size = client->state ? size : 0;
	}
	if (!client->state)
		return -1;
	memcpy(client->state, state, size);
	return 0;
}

/* The replies to a login: how long they are held back. */
static unsigned
judge(struct vpd_client *client, const struct vpd_wire *done)
{
	if (!client->account)
		return 0;
	if (done->flags & VPD_WIRE_REFUSED)
		return vpd_login_failed(client);
	if (done->level != VPD_NOBODY)
		vpd_login_succeeded(client);
	return 0;
}

void
vpd_client_done(struct vpd_client *client, const struct vpd_wire *done,
    const unsigned char *state)
{
	const unsigned no_input =
	    VPD_WIRE_TOO_LONG | VPD_WIRE_GREET | VPD_WIRE_REFUSE;
	size_t used = done->used;
	unsigned delay;

	client->channel = NULL;
	client->wants_root = (done->flags & VPD_WIRE_ROOT) != 0;
	if (client->request & VPD_WIRE_REFUSE)
		used = client->first;
	client->frame = (struct vpd_frame){ .want = done->want };
	if (used > client->sent + client->first || done->want == VPD_CLOSE ||
	    (used == 0 && !client->wants_root &&
		!(client->request & no_input)) ||
	    keep_state(client, state, done->state_size) != 0)
		client->frame.want = VPD_CLOSE;
	delay = judge(client, done);
	client->level = done->level;
	client->block_until = 0;
	vpd_input_drop(client, used);
	client->situation = VPD_HELD;
	if (delay > 0 && client->bev)
		vpd_client_wait(client, delay);
	else
		release(client);
}

/* After these a block follows, which must not be taken for lines. */
static int
begins_block(const struct vpd_client *client)
{
	static const char *const verbs[] = { "mod_user", "set_limits",
		"write_file", NULL };
	static const char separators[] = " \t\r"; /* or a NUL */
	size_t at = 0;

	if (client->frame.want != VPD_LINE)
		return 0;
	while (at < client->first && strchr(separators, client->in[at]))
		at++;
	for (const char *const *v = verbs; *v; v++)
		if (client->first - at > strlen(*v) &&
		    strncasecmp(client->in + at, *v, strlen(*v)) == 0)
			return 1;
	return 0;
}

void
vpd_client_orphan(struct vpd_client *client, size_t answered)
{
	int goes_on = answered == 0 && client->request == 0 &&
		      client->sent == client->first && !begins_block(client);

	client->channel = NULL;
	if (client->held)
		evbuffer_drain(client->held, evbuffer_get_length(client->held));
	if (client->bev)
		bufferevent_write(client->bev, lost, sizeof lost - 1);
	vpd_input_drop(client, client->first);
	client->wants_root = 0;
	client->frame =
	    (struct vpd_frame){ .want = goes_on ? VPD_LINE : VPD_CLOSE };
	client->situation = VPD_HELD;
	release(client);
}

/* ---- events ----------------------------------------------------------- */

void
vpd_client_gone(struct vpd_client *client)
{
	struct vpd_channel *channel = client->channel;

	if (client->level == VPD_NOBODY || client->situation == VPD_CLOSING ||
	    client->situation == VPD_LINGERING) {
		vpd_client_end(client);
		return;
	}
	vpd_input_drain(client);
	bufferevent_free(client->bev);
	client->bev = NULL;
	client->is_eof = 1;
	event_del(&client->timer);
	if (channel)
		vpd_channel_cancel(channel);
	vpd_client_advance(client);
}

static void
on_read(struct bufferevent *bev, void *arg)
{
	struct vpd_client *client = arg;

	if (client->situation == VPD_LINGERING ||
	    client->situation == VPD_CLOSING)
		evbuffer_drain(bufferevent_get_input(bev),
		    evbuffer_get_length(bufferevent_get_input(bev)));
	else
		vpd_client_advance(client);
}

/* All is read. */
static void
on_write(struct bufferevent *bev, void *arg)
{
	struct vpd_client *client = arg;

	(void)bev;
	if (client->channel)
		vpd_channel_resume(client->channel);
	if (client->situation == VPD_CLOSING)
		linger(client);
	else if (client->situation == VPD_READING)
		vpd_client_advance(client);
}

static void
on_event(struct bufferevent *bev, short what, void *arg)
{
	struct vpd_client *client = arg;

	(void)bev;
	if (what & BEV_EVENT_CONNECTED)
		return;
	if ((what & BEV_EVENT_EOF) && (what & BEV_EVENT_READING)) {
		client->is_eof = 1;
		if (client->situation == VPD_LINGERING)
			vpd_client_end(client);
		else
			vpd_client_advance(client);
		return;
	}
	vpd_client_gone(client);
}

static void
on_timer(evutil_socket_t fd, short what, void *arg)
{
	struct vpd_client *client = arg;

	(void)fd;
	(void)what;
	switch (client->situation) {
	case VPD_READING:
		if (vpd_client_unread(client) >= VPD_UNREAD_MAX)
			vpd_client_gone(client);
		else
			last_words(client);
		break;
	case VPD_HELD:
		release(client);
		break;
	case VPD_WORKING:
		vpd_client_gone(client);
		break;
	case VPD_CLOSING:
	case VPD_LINGERING:
		vpd_client_end(client);
		break;
	case VPD_QUEUED:
	default:
		break;
	}
}

/* ---- beginning -------------------------------------------------------- */

static struct bufferevent *
open_bufferevent(struct vpd_front *front, int fd, enum vpd_kind kind)
{
	struct bufferevent *bev;
	SSL *ssl;

	if (kind != VPD_TLS)
		return bufferevent_socket_new(
		    front->base, fd, BEV_OPT_CLOSE_ON_FREE);
	ssl = SSL_new(front->tls);
	if (!ssl)
		return NULL;
	bev = bufferevent_openssl_socket_new(front->base, fd, ssl,
	    BUFFEREVENT_SSL_ACCEPTING, BEV_OPT_CLOSE_ON_FREE);
	if (!bev)
		SSL_free(ssl);
	else
		bufferevent_openssl_set_allow_dirty_shutdown(bev, 1);
	return bev;
}

static void
greet(struct vpd_client *client)
{
	client->situation = VPD_READING;
	if (client->front->no_store) {
		enqueue(client, VPD_WIRE_GREET, 0);
		return;
	}
	words.used = 0;
	vpd_greet(&words);
	say(client);
	vpd_client_advance(client);
}

void
vpd_client_new(
    struct vpd_front *front, int fd, enum vpd_kind kind, struct vpd_ip *ip)
{
	const struct timeval write = { .tv_sec = front->setup->write };
	struct vpd_client *client = calloc(1, sizeof *client);

	if (!client || !(client->bev = open_bufferevent(front, fd, kind))) {
		vp_daemonlog(LOG_ERR, "no memory for a connection");
		vpd_ip_leave(ip);
		free(client);
		close(fd);
		return;
	}
	client->front = front;
	client->id = ++front->last_id;
	client->kind = kind;
	client->ip = ip;
	client->login_until = vpd_now() + front->setup->login * 1000;
	event_assign(
	    &client->timer, front->base, -1, EV_TIMEOUT, on_timer, client);
	TAILQ_INSERT_TAIL(&front->clients, client, entries);
	front->count++;
	bufferevent_setcb(client->bev, on_read, on_write, on_event, client);
	bufferevent_set_timeouts(client->bev, NULL, &write);
	bufferevent_enable(client->bev, EV_READ | EV_WRITE);
	greet(client);
}
