/*
 * Within the front process.
 *
 * A connection is in one of these situations:
 *
 *     reading    waits for a whole request of its client
 *     queued     has one, waits for a free worker
 *     working    a worker executes it; at most one at a time
 *     held       the reply to a refused login is held back
 *     sending    too much of its replies is unread; nothing is executed
 *     closing    sends the rest, then closes
 *     lingering  has sent all; takes what still comes, so that the last
 *                reply is not lost by a reset
 *
 * A client that has gone while its requests wait is kept without its socket
 * until they are executed.
 */
#ifndef VPOPMAILD_FRONT_INT_H
#define VPOPMAILD_FRONT_INT_H

#include <event2/bufferevent.h>
#include <event2/event.h>
#include <event2/event_struct.h>
#include <openssl/ssl.h>
#include <sys/queue.h>

#include "base/clock.h"
#include "daemons/vpopmaild/front.h"
#include "daemons/vpopmaild/throttle.h"
#include "daemons/vpopmaild/wire.h"

#define VPD_LINES_MAX  16384      /* bytes of input for one turn of a worker */
#define VPD_UNREAD_MAX 262144     /* bytes of replies that wait for a client */
#define VPD_INPUT_ALL  (64 << 20) /* of all blocks that are incomplete */
#define VPD_IP_BUCKETS 1024

enum vpd_situation {
	VPD_READING,
	VPD_QUEUED,
	VPD_WORKING,
	VPD_HELD,
	VPD_CLOSING,
	VPD_LINGERING
};

enum vpd_queue { VPD_QUEUE_LOGIN, VPD_QUEUE_OTHER, VPD_QUEUE_ROOT, VPD_QUEUES };

struct vpd_channel;
struct vpd_front;

/* How many connections an address has. */
struct vpd_ip {
	LIST_ENTRY(vpd_ip) entries;
	int64_t count;
	char ip[VPOP_IP_SIZE];
};

struct vpd_client {
	TAILQ_ENTRY(vpd_client) entries; /* of all */
	TAILQ_ENTRY(vpd_client) queued;
	struct vpd_front *front;
	uint64_t id;
	enum vpd_kind kind;
	enum vpd_situation situation;
	enum vpd_level level;
	struct bufferevent *bev;     /* NULL: the client has gone */
	struct vpd_channel *channel; /* WORKING: of the worker */
	struct vpd_ip *ip;
	struct event timer;
	int64_t login_until, block_until; /* vp_clock_ms; 0: not in one */

	char *in; /* input that is not executed yet */
	size_t in_size, in_capacity;
	struct vpd_frame frame;
	unsigned request; /* enum vpd_wire_flag of the next message */
	size_t first;     /* bytes of the first whole request */
	size_t sent;      /* WORKING: bytes of the message */

	unsigned char *state; /* sealed session; NULL: none yet */
	size_t state_size;
	struct evbuffer *held; /* replies until the request is done */
	char *account;         /* of the login that is being executed */
	unsigned is_eof : 1;   /* the client sends no more */
	unsigned is_greeted : 1;
	unsigned wants_root : 1;
	unsigned last_words : 1; /* told that it was silent or is gone */
	enum vpd_queue queue;
};

TAILQ_HEAD(vpd_clients, vpd_client);
TAILQ_HEAD(vpd_channels, vpd_channel);
LIST_HEAD(vpd_ips, vpd_ip);

/* A worker, as the front sees it. */
struct vpd_channel {
	TAILQ_ENTRY(vpd_channel) entries;
	struct vpd_front *front;
	struct bufferevent *bev;
	int is_root;
	int is_login; /* busy with one */
	int is_busy;  /* also after its client was freed */
	struct vpd_client *client;
	int is_dead;   /* what it said before is still taken */
	int is_paused; /* the client reads too slowly */
	int64_t paused_at;
	size_t answered; /* reply bytes of this message */
};

struct vpd_listener {
	struct vpd_front *front;
	struct event *event;
	enum vpd_kind kind;
	int fd;
};

struct vpd_front {
	const struct vpd_setup *setup;
	struct event_base *base;
	SSL_CTX *tls;
	struct vpd_throttle *throttle;
	struct vpd_listener listeners[VPD_LISTENERS];
	struct event *control, *resume, *limit;
	int control_fd;
	uint64_t last_id;
	int64_t count; /* of connections */
	int64_t room;  /* how many there are descriptors for */
	size_t input;  /* bytes of all */
	struct vpd_clients clients;
	struct vpd_clients queues[VPD_QUEUES];
	struct vpd_channels channels;
	struct vpd_ips ips[VPD_IP_BUCKETS];
	int logins;      /* workers that are busy with logins */
	int workers;     /* that are not root */
	int64_t told_at; /* when the log was told of a refusal */
	int no_store, is_draining, is_stopping, turn;
};

/* accept.c */
int vpd_accept_start(struct vpd_front *front, const int *fds);
void vpd_accept_stop(struct vpd_front *front);
void vpd_ip_leave(struct vpd_ip *ip); /* NULL: nothing */

/* client.c */
void vpd_client_new(
    struct vpd_front *front, int fd, enum vpd_kind kind, struct vpd_ip *ip);
size_t vpd_client_unread(const struct vpd_client *client);
/* Wait so many milliseconds for whatever the situation waits for. */
void vpd_client_wait(struct vpd_client *client, int64_t milliseconds);
/* Nobody is left to read.  Requests of somebody who is logged in are still
 * executed. */
void vpd_client_gone(struct vpd_client *client);
/* The client is silent, or sends no more: tell it so, and close. */
void vpd_client_last_words(struct vpd_client *client);
/* Send what there is, then close. */
void vpd_client_close(struct vpd_client *client);
/* Close it unless a request is being executed. */
void vpd_client_stop(struct vpd_client *client);
void vpd_client_end(struct vpd_client *client);

/* turn.c */
/* Look what is to be done next. */
void vpd_client_advance(struct vpd_client *client);
/* The first bytes of the input are a request; flags: enum vpd_wire_flag. */
void vpd_client_enqueue(
    struct vpd_client *client, unsigned flags, size_t first);
/* Reply bytes of the worker. */
void vpd_client_reply(
    struct vpd_client *client, struct evbuffer *from, size_t size);
/* The worker is done with the message. */
void vpd_client_done(struct vpd_client *client, const struct vpd_wire *done,
    const unsigned char *state);
/* Let go what was held back. */
void vpd_client_release(struct vpd_client *client);
/* The worker died. */
void vpd_client_orphan(struct vpd_client *client, size_t answered);

/* input.c */
/* Take what has come; never more than a request of the wanted kind needs. */
void vpd_input_take(struct vpd_client *client);
/* Read on from the client, or not while much waits. */
void vpd_input_pace(struct vpd_client *client);
void vpd_input_drop(struct vpd_client *client, size_t size);
void vpd_input_free(struct vpd_client *client);
/* The client has gone: what it sent before counts. */
void vpd_input_drain(struct vpd_client *client);

/* channel.c */
int vpd_channel_add(struct vpd_front *front, int fd, int is_root);
/* Nobody reads the reply any more; and: nor waits for its end. */
void vpd_channel_cancel(struct vpd_channel *channel);
void vpd_channel_leave(struct vpd_channel *channel);
void vpd_channel_resume(struct vpd_channel *channel);
void vpd_dispatch(struct vpd_front *front);
void vpd_channel_free(struct vpd_channel *channel);

/* barrier.c: throttling */
/* 1 if the login must be refused at once. */
int vpd_login_is_barred(struct vpd_client *client);
void vpd_login_succeeded(struct vpd_client *client);
/* Returns for how many milliseconds the reply is held back. */
unsigned vpd_login_failed(struct vpd_client *client);

/* tls.c: NULL and a sentence. */
SSL_CTX *vpd_tls_new(const struct vpd_setup *setup, char *error, size_t size);

#endif
