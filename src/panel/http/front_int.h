/* The front's files among themselves. */
#ifndef PANEL_HTTP_FRONT_INT_H
#define PANEL_HTTP_FRONT_INT_H

#include <microhttpd.h>
#include <netinet/in.h>
#include <sys/queue.h>

#include "panel/http/frame.h"
#include "panel/http/front.h"

#define VHD_WORKERS_MAX 64

/* A request that is being received, waits, is executed or is answered. */
struct vhd_exchange {
	TAILQ_ENTRY(vhd_exchange) next; /* in the queue */
	struct vhd_link *link;
	struct MHD_Connection *connection;
	struct vhd_request request;
	uint64_t number;
	int64_t since;                  /* when it was queued */
	char *target;                   /* as received */
	char address[VHD_ADDRESS_SIZE]; /* of the client of a proxy */
	char id[VHD_REQUEST_ID_SIZE];
	char *body;
	size_t capacity;
	int seen; /* the head was looked at */
	int too_large;
	char *frame; /* the reply's, without its head */
	size_t frame_size;
	/* for the access log */
	char *method, *who;
	time_t begun;
	int64_t begun_ms, bytes;
	int status;
	int refusal; /* or a status of ours, and why */
	const char *reason;
	struct vhd_stream *stream; /* if the answer goes on */
};

/* A connection. */
struct vhd_link {
	TAILQ_ENTRY(vhd_link) next; /* by deadline */
	struct vhd_door *door;
	int fd;
	int is_busy;    /* has a request */
	int is_working; /* it waits for us: no deadline */
	int64_t deadline;
	char address[INET6_ADDRSTRLEN];
};

/* A socket that is listened on. */
struct vhd_door {
	struct vhd_front *front;
	struct MHD_Daemon *daemon;
	enum vhd_kind kind;
	int epoll;
};

struct vhd_channel {
	int fd; /* -1: unused */
	struct vhd_exchange *exchange;
	char *out; /* the request's frame */
	size_t out_size, out_done;
	int to_send; /* a descriptor that goes with the first byte */
	char head[VHD_FRAME_HEAD];
	char *in;
	size_t in_size, in_done; /* in_done counts the head too */
	int received;            /* a descriptor that came with the reply */
};

TAILQ_HEAD(vhd_exchanges, vhd_exchange);
TAILQ_HEAD(vhd_links, vhd_link);
TAILQ_HEAD(vhd_streams, vhd_stream);

struct vhd_front {
	const struct vhd_settings *settings;
	struct vhd_door doors[VHD_LISTENERS];
	struct vhd_channel channels[VHD_WORKERS_MAX];
	struct vhd_exchanges queue;
	struct vhd_exchanges turns; /* of streams: after the queue */
	struct vhd_links links;
	struct vhd_streams streams;
	int watch;       /* tells when the journal is written; -1: none */
	int64_t written; /* when it last told */
	int64_t queued, connections;
	uint64_t number; /* of the last request */
	int control;
	int access; /* the access log, or -1 */
	int is_draining;
	int has_resumed; /* connections that wait for MHD_run() alone: the
			  * library wakes nobody up for them */
};

/* Open a door.  0, or -1 after having said why. */
int vhd_door_open(
    struct vhd_door *door, int fd, const char *certificate, const char *key);
/* A new deadline, or none while it waits for us. */
void vhd_link_deadline(struct vhd_link *link, int is_working);
/* Close connections that take too long. */
void vhd_links_sweep(struct vhd_front *front);

/* Queue a request that is complete; its connection sleeps until it has a
 * frame or a refusal. */
void vhd_exchange_queue(struct vhd_front *front, struct vhd_exchange *exchange);
/* The same for a stream, which sleeps already. */
void vhd_exchange_turn(struct vhd_front *front, struct vhd_exchange *exchange);
/* It has. */
void vhd_exchange_done(struct vhd_exchange *exchange);
/* Wake its connection up. */
void vhd_exchange_resume(struct vhd_exchange *exchange);

/* ---- stream.c --------------------------------------------------------- */

/* The answer that begins with this reply; NULL: with a refusal, or without
 * memory. */
struct MHD_Response *vhd_stream_open(
    struct vhd_exchange *exchange, const struct vhd_reply *reply);
void vhd_stream_reply(struct vhd_exchange *exchange);
void vhd_stream_close(struct vhd_exchange *exchange);
/* Give turns to those that are due; and milliseconds to the next. */
void vhd_streams_run(struct vhd_front *front);
int64_t vhd_streams_wait(const struct vhd_front *front);
void vhd_streams_end(struct vhd_front *front);
/* A descriptor, which is taken over; and it can be read. */
void vhd_watch_take(struct vhd_front *front, int fd);
void vhd_watch_hear(struct vhd_front *front);

/* ---- channel.c -------------------------------------------------------- */

/* Give queued requests to idle workers. */
void vhd_channels_feed(struct vhd_front *front);
void vhd_channel_add(struct vhd_front *front, int fd);
/* Whether the channel waits to write. */
int vhd_channel_is_full(const struct vhd_channel *channel);
/* Write and read what can be. */
void vhd_channel_run(struct vhd_channel *channel);

#endif
