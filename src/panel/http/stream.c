/*
 * Answers that go on: events as they happen.
 *
 * The connection of a stream sleeps.  When the journal was written, and in any
 * case now and then, its request has a turn: a worker gets it again, after all
 * requests that wait, with how far the stream is.  What the worker answers is
 * sent, and the next turn comes when the client has taken it; so nothing piles
 * up here.  Any other answer than 200 ends the stream: who asked may not see
 * more, or has to ask again.
 */
#include "config.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>

#include "base/clock.h"
#include "base/text.h"
#include "panel/http/front_int.h"

#define MOST             256
#define MOST_PER_ADDRESS 16
#define SOON             50  /* ms from a turn to the next at least */
#define LATE             500 /* ms after it was written, the journal shows it */
#define BEAT                                                                   \
	15000 /* ms between turns at most; then a comment shows                \
	       * whether the client is there */
#define NEVER INT64_MAX

struct vhd_stream {
	TAILQ_ENTRY(vhd_stream) next;
	struct vhd_exchange *exchange;
	char last[24];    /* event */
	const char *data; /* what the client is to take */
	size_t left;
	int64_t due;   /* the next turn; NEVER while there is one, or data */
	int64_t asked; /* the last turn */
	int64_t sent;
	int is_over;
};

/* ---- sending ---------------------------------------------------------- */

/* The connection wakes up and takes what there is. */
static void
send_data(struct vhd_stream *stream)
{
	stream->due = NEVER;
	stream->sent = vp_clock_ms();
	vhd_link_deadline(stream->exchange->link, 0);
	vhd_exchange_resume(stream->exchange);
}

static ssize_t
take(void *arg, uint64_t position, char *to, size_t room)
{
	struct vhd_stream *stream = arg;
	struct vhd_exchange *exchange = stream->exchange;
	size_t size = stream->left < room ? stream->left : room;

	(void)position;
	if (size > 0) {
		memcpy(to, stream->data, size);
		stream->data += size;
		stream->left -= size;
		return (ssize_t)size;
	}
	if (stream->is_over)
		return MHD_CONTENT_READER_END_OF_STREAM;
	free(exchange->frame);
	exchange->frame = NULL;
	stream->due = vp_clock_ms() + SOON;
	vhd_link_deadline(exchange->link, 1);
	MHD_suspend_connection(exchange->connection);
	return 0;
}

/* ---- begin and end ---------------------------------------------------- */

/* A place may be had by few of one client only. */
static int
is_crowded(struct vhd_front *front, const struct vhd_exchange *exchange)
{
	const char *address = exchange->request.address;
	const struct vhd_stream *other;
	int all = 0, his = 0;

	for (other = TAILQ_FIRST(&front->streams); other;
	     other = TAILQ_NEXT(other, next)) {
		all++;
		his += strcmp(other->exchange->request.address, address) == 0;
	}
	return all >= MOST || (*address && his >= MOST_PER_ADDRESS);
}

static void
accept_reply(struct vhd_stream *stream, const struct vhd_reply *reply)
{
	const char *last = reply->headers[VHD_REPLY_LAST_EVENT];

	if (!last || vp_copy(stream->last, sizeof stream->last, last) != 0)
		stream->is_over = 1;
	stream->exchange->request.headers[VHD_LAST_EVENT] = stream->last;
	stream->data = reply->body;
	stream->left = reply->body_size;
}

struct MHD_Response *
vhd_stream_open(struct vhd_exchange *exchange, const struct vhd_reply *reply)
{
	struct vhd_front *front = exchange->link->door->front;
	struct vhd_stream *stream;

	if (is_crowded(front, exchange)) {
		exchange->refusal = 503;
		exchange->reason = "too many are open";
		return NULL;
	}
	stream = calloc(1, sizeof *stream);
	if (!stream)
		return NULL;
	stream->exchange = exchange;
	stream->due = NEVER;
	accept_reply(stream, reply);
	exchange->stream = stream;
	TAILQ_INSERT_TAIL(&front->streams, stream, next);
	return MHD_create_response_from_callback(
	    MHD_SIZE_UNKNOWN, 4096, take, stream, NULL);
}

void
vhd_stream_close(struct vhd_exchange *exchange)
{
	if (exchange->stream)
		TAILQ_REMOVE(&exchange->link->door->front->streams,
		    exchange->stream, next);
	free(exchange->stream);
	exchange->stream = NULL;
}

void
vhd_streams_end(struct vhd_front *front)
{
	struct vhd_stream *stream;

	for (stream = TAILQ_FIRST(&front->streams); stream;
	     stream = TAILQ_NEXT(stream, next)) {
		stream->is_over = 1;
		if (stream->due != NEVER)
			send_data(stream);
	}
}

/* ---- turns ------------------------------------------------------------ */

void
vhd_stream_reply(struct vhd_exchange *exchange)
{
	static const char comment[] = ":\n\n";
	struct vhd_stream *stream = exchange->stream;
	const struct vhd_front *front = exchange->link->door->front;
	int64_t now = vp_clock_ms();
	struct vhd_reply reply;

	if (exchange->refusal ||
	    vhd_reply_decode(exchange->frame, exchange->frame_size, &reply) !=
		0 ||
	    reply.status != 200)
		stream->is_over = 1;
	else
		accept_reply(stream, &reply);
	if (stream->left == 0 && now - stream->sent >= BEAT) {
		stream->data = comment;
		stream->left = sizeof comment - 1;
	}
	if (stream->left > 0 || stream->is_over) {
		send_data(stream);
		return;
	}
	free(exchange->frame);
	exchange->frame = NULL;
	stream->due = now + (now < front->written + LATE ? SOON : BEAT);
}

void
vhd_streams_run(struct vhd_front *front)
{
	int64_t now = vp_clock_ms();
	struct vhd_stream *stream;

	for (stream = TAILQ_FIRST(&front->streams); stream;
	     stream = TAILQ_NEXT(stream, next)) {
		if (stream->due > now)
			continue;
		stream->due = NEVER;
		stream->asked = now;
		vhd_exchange_turn(front, stream->exchange);
	}
}

int64_t
vhd_streams_wait(const struct vhd_front *front)
{
	int64_t now = vp_clock_ms(), first = now + BEAT;
	const struct vhd_stream *stream;

	for (stream = TAILQ_FIRST(&front->streams); stream;
	     stream = TAILQ_NEXT(stream, next))
		if (stream->due < first)
			first = stream->due;
	return first > now ? first - now : 0;
}

/* ---- the journal ------------------------------------------------------ */

void
vhd_watch_take(struct vhd_front *front, int fd)
{
	if (front->watch < 0)
		front->watch = fd;
	else
		close(fd);
}

/* What is read says whether there will be more of it. */
static int
is_ended(const char *events, size_t size)
{
	struct inotify_event event;

	for (size_t at = 0; at + sizeof event <= size;
	     at += sizeof event + event.len) {
		memcpy(&event, events + at, sizeof event);
		if (event.mask & IN_IGNORED)
			return 1;
	}
	return 0;
}

void
vhd_watch_hear(struct vhd_front *front)
{
	struct vhd_stream *stream;
	char events[4096];
	ssize_t n = read(front->watch, events, sizeof events);

	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	/* The next answer brings another. */
	if (n <= 0 || is_ended(events, (size_t)n)) {
		close(front->watch);
		front->watch = -1;
	}
	front->written = vp_clock_ms();
	for (stream = TAILQ_FIRST(&front->streams); stream;
	     stream = TAILQ_NEXT(stream, next))
		if (stream->due != NEVER && stream->due > stream->asked + SOON)
			stream->due = stream->asked + SOON;
}
