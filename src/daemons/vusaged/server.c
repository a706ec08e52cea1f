/*
 * What a client can keep busy is bounded: its unread input and answers, the
 * time spent on it before others have their turn, and the number of clients.
 */
#include "config.h"

#include "daemons/vusaged/server.h"

#include <errno.h>
#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <event2/listener.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include "base/attr.h"
#include "daemons/common/daemonlog.h"
#include "daemons/common/listen.h"
#include "daemons/vusaged/protocol.h"

#define INPUT_MAX   14000 /* unprocessed bytes of a client */
#define OUTPUT_MAX  65536 /* answers it has not read */
#define TURN_US     10000
#define CLIENTS_MAX 4000
#define OTHER_FILES 64 /* descriptors that are not clients */

struct client {
	struct vp_server *server;
	struct bufferevent *bev;
	struct client *prev, *next;
	int64_t asked; /* when it had asked last, or connected */
	int is_ending; /* it sends no more */
};

struct vp_server {
	struct vp_engine *engine;
	struct event_base *base;
	struct evconnlistener *listener;
	struct client *clients;
	size_t count, most;
	int is_paused;
};

static void
pause_if_full(struct vp_server *server, int is_full)
{
	if (is_full == server->is_paused)
		return;
	server->is_paused = is_full;
	if (is_full)
		(void)evconnlistener_disable(server->listener);
	else
		(void)evconnlistener_enable(server->listener);
}

static void
drop(struct client *client)
{
	struct vp_server *server = client->server;

	if (client->prev)
		client->prev->next = client->next;
	else
		server->clients = client->next;
	if (client->next)
		client->next->prev = client->prev;
	server->count--;
	bufferevent_free(client->bev);
	free(client);
	pause_if_full(server, 0);
}

/* ---- requests ------------------------------------------------------------ */

/* 1: a request was answered; 0: there is none; -1: the client has to go. */
static int
answer_one(struct client *client)
{
	struct evbuffer *in = bufferevent_get_input(client->bev);
	size_t size = evbuffer_get_length(in), used = 0, text_size = 0;
	const char *text = NULL, *data;
	unsigned char reply[VP_REPLY_SIZE];
	enum vp_request_state state;
	struct vp_answer answer;

	if (size == 0)
		return 0;
	data = (const char *)evbuffer_pullup(in, -1);
	if (!data)
		return -1;
	state = vp_request_take(data, size, &used, &text, &text_size);
	if (state == VP_REQUEST_WHOLE) {
		answer =
		    vp_engine_query(client->server->engine, text, text_size);
		vp_reply_make(answer.bytes, answer.count, reply);
		client->asked = vp_now();
		if (bufferevent_write(client->bev, reply, sizeof reply) != 0)
			return -1;
	}
	if (evbuffer_drain(in, used) != 0 || state == VP_REQUEST_LONG)
		return -1;
	return state == VP_REQUEST_WHOLE;
}

static size_t
unread(struct client *client)
{
	return evbuffer_get_length(bufferevent_get_output(client->bev));
}

/* Answer what there is, until it is the turn of others. */
static void
serve(struct client *client)
{
	int64_t until = vp_now() + TURN_US;
	int rc = 1;

	while (rc == 1 && unread(client) < OUTPUT_MAX && vp_now() < until)
		rc = answer_one(client);
	if (rc < 0) {
		drop(client);
	} else if (rc == 1 && unread(client) < OUTPUT_MAX) {
		bufferevent_trigger(client->bev, EV_READ,
		    BEV_OPT_DEFER_CALLBACKS | BEV_TRIG_IGNORE_WATERMARKS);
	} else if (rc == 0 && client->is_ending && unread(client) == 0) {
		drop(client);
	}
}

static void
on_read(struct bufferevent *bev, void *arg)
{
	(void)bev;
	serve(arg);
}

/* All answers are on their way. */
static void
on_write(struct bufferevent *bev, void *arg)
{
	(void)bev;
	serve(arg);
}

static void
on_event(struct bufferevent *bev, short what, void *arg)
{
	struct client *client = arg;

	(void)bev;
	if (what & BEV_EVENT_ERROR) {
		drop(client);
	} else if (what & BEV_EVENT_EOF) {
		client->is_ending = 1;
		serve(client);
	}
}

/* ---- connections --------------------------------------------------------- */

static int
is_in_list(const char *list, const char *word)
{
	size_t size = strlen(word);

	for (list += strspn(list, " \t"); *list; list += strspn(list, " \t")) {
		size_t length = strcspn(list, " \t");

		if (length == size && memcmp(list, word, size) == 0)
			return 1;
		list += length;
	}
	return 0;
}

/* Whoever may open a Unix socket may ask. */
static int
is_allowed(const struct vp_server *server, const struct sockaddr *peer)
{
	const struct sockaddr_in6 *in6 = (const void *)peer;
	const char *allow = server->engine->set->allow;
	char text[INET6_ADDRSTRLEN];

	if (peer->sa_family == AF_UNIX)
		return 1;
	vp_listen_peer((const void *)peer, text, sizeof text);
	if (allow && *text && is_in_list(allow, text))
		return 1;
	/* The port is at the same place in both. */
	vp_daemonlog(LOG_NOTICE, "socket: rejected connection from %s:%d", text,
	    ntohs(in6->sin6_port));
	return 0;
}

static int
add_client(struct vp_server *server, int fd)
{
	struct client *client = calloc(1, sizeof *client);

	if (!client)
		return -1;
	client->bev =
	    bufferevent_socket_new(server->base, fd, BEV_OPT_CLOSE_ON_FREE);
	if (!client->bev) {
		free(client);
		return -1;
	}
	client->server = server;
	client->asked = vp_now();
	client->next = server->clients;
	if (client->next)
		client->next->prev = client;
	server->clients = client;
	server->count++;
	bufferevent_setcb(client->bev, on_read, on_write, on_event, client);
	bufferevent_setwatermark(client->bev, EV_READ, 0, INPUT_MAX);
	(void)bufferevent_enable(client->bev, EV_READ | EV_WRITE);
	pause_if_full(server, server->count >= server->most);
	return 0;
}

static void
on_accept(struct evconnlistener *listener, evutil_socket_t fd,
    struct sockaddr *peer, int size, void *arg)
{
	(void)listener;
	(void)size;
	if (!is_allowed(arg, peer) || add_client(arg, fd) != 0)
		evutil_closesocket(fd);
}

/* Out of descriptors, most likely: the next tick goes on. */
static void
on_accept_error(struct evconnlistener *listener, void *arg)
{
	(void)listener;
	vp_daemonlog(LOG_NOTICE, "socket: cannot accept: %s", strerror(errno));
	pause_if_full(arg, 1);
}

void
vp_server_tick(struct vp_server *server)
{
	int64_t limit = server->engine->set->client_seconds * 1000000;
	int64_t now = vp_now();
	struct client *next;

	for (struct client *c = server->clients; c; c = next) {
		next = c->next;
		if (now - c->asked > limit)
			drop(c);
	}
	pause_if_full(server, server->count >= server->most);
}

/* ---- life ---------------------------------------------------------------- */

static size_t
most_clients(void)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) != 0)
		return 1;
	if (limit.rlim_cur < CLIENTS_MAX + OTHER_FILES) {
		limit.rlim_cur = limit.rlim_max < CLIENTS_MAX + OTHER_FILES
				     ? limit.rlim_max
				     : CLIENTS_MAX + OTHER_FILES;
		(void)setrlimit(RLIMIT_NOFILE, &limit);
		(void)getrlimit(RLIMIT_NOFILE, &limit);
	}
	if (limit.rlim_cur >= CLIENTS_MAX + OTHER_FILES)
		return CLIENTS_MAX;
	return limit.rlim_cur > 2 * OTHER_FILES ? limit.rlim_cur - OTHER_FILES
						: OTHER_FILES / 2;
}

struct vp_server *
vp_server_open(struct event_base *base, struct vp_engine *engine, int fd)
{
	struct vp_server *server = calloc(1, sizeof *server);

	if (!server)
		return NULL;
	server->base = base;
	server->engine = engine;
	server->most = most_clients();
	server->listener = evconnlistener_new(base, on_accept, server,
	    LEV_OPT_CLOSE_ON_FREE | LEV_OPT_CLOSE_ON_EXEC, 0, fd);
	if (!server->listener) {
		free(server);
		return NULL;
	}
	evconnlistener_set_error_cb(server->listener, on_accept_error);
	return server;
}

void
vp_server_close(struct vp_server *server)
{
	if (!server)
		return;
	evconnlistener_free(server->listener);
	server->listener = NULL;
	while (server->clients) {
		struct client *client = server->clients;

		server->clients = client->next;
		bufferevent_free(client->bev);
		free(client);
	}
	free(server);
}
