/*
 * The life of a connection; its situations are in front_int.h.
 *
 * Only vpd_client_end frees one.  After the functions here and in turn.c that
 * close, advance or release a client, it may be gone.
 */
#include "config.h"

#include "daemons/vpopmaild/front_int.h"

#include <event2/buffer.h>
#include <event2/bufferevent_ssl.h>
#include <string.h>
#include <sys/socket.h>

#include "daemons/common/daemonlog.h"

#define LINGER 2000 /* milliseconds */

static struct vpd_out words; /* of the front itself */

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
void
vpd_client_close(struct vpd_client *client)
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
void
vpd_client_last_words(struct vpd_client *client)
{
	struct vpd_session session;

	vpd_session_init(&session);
	session.level = client->level;
	words.used = 0;
	vpd_timeout(&session, &words);
	say(client);
	vpd_client_close(client);
}

void
vpd_client_stop(struct vpd_client *client)
{
	if (client->situation == VPD_READING)
		vpd_client_close(client);
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
			vpd_client_last_words(client);
		break;
	case VPD_HELD:
		vpd_client_release(client);
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
		vpd_client_enqueue(client, VPD_WIRE_GREET, 0);
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
	client->login_until = vp_clock_ms() + front->setup->login * 1000;
	event_assign(
	    &client->timer, front->base, -1, EV_TIMEOUT, on_timer, client);
	TAILQ_INSERT_TAIL(&front->clients, client, entries);
	front->count++;
	bufferevent_setcb(client->bev, on_read, on_write, on_event, client);
	bufferevent_set_timeouts(client->bev, NULL, &write);
	bufferevent_enable(client->bev, EV_READ | EV_WRITE);
	greet(client);
}
