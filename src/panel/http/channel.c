/*
 * Workers as the front sees them: a stream each, one request at a time.  A
 * worker that is gone, or says what it should not, costs its request a 503
 * and is forgotten; the parent sends another.
 */
#include "config.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "base/attr.h"
#include "base/clock.h"
#include "daemons/common/daemonlog.h"
#include "daemons/common/fdpass.h"
#include "panel/http/front_int.h"

/* ---- the queue -------------------------------------------------------- */

static void
refuse(struct vhd_exchange *exchange, const char *reason)
{
	exchange->refusal = 503;
	exchange->reason = reason;
	vhd_exchange_done(exchange);
}

void
vhd_exchange_queue(struct vhd_front *front, struct vhd_exchange *exchange)
{
	if (front->queued >= front->settings->queue) {
		refuse(exchange, "too many requests wait already");
		return;
	}
	exchange->number = ++front->number;
	exchange->since = vp_clock_ms();
	TAILQ_INSERT_TAIL(&front->queue, exchange, next);
	front->queued++;
}

void
vhd_exchange_turn(struct vhd_front *front, struct vhd_exchange *exchange)
{
	exchange->number = ++front->number;
	TAILQ_INSERT_TAIL(&front->turns, exchange, next);
}

static struct vhd_exchange *
next_exchange(struct vhd_front *front)
{
	struct vhd_exchange *exchange = TAILQ_FIRST(&front->queue);

	if (exchange) {
		TAILQ_REMOVE(&front->queue, exchange, next);
		front->queued--;
		return exchange;
	}
	exchange = TAILQ_FIRST(&front->turns);
	if (exchange)
		TAILQ_REMOVE(&front->turns, exchange, next);
	return exchange;
}

/* ---- channels --------------------------------------------------------- */

static void
forget_request(struct vhd_channel *channel)
{
	if (channel->out)
		explicit_bzero(channel->out, channel->out_size);
	free(channel->out);
	free(channel->in);
	channel->out = channel->in = NULL;
	channel->out_size = channel->out_done = 0;
	channel->in_size = channel->in_done = 0;
	channel->to_send = -1;
	if (channel->received >= 0)
		close(channel->received);
	channel->received = -1;
	channel->exchange = NULL;
}

static void
lose(struct vhd_channel *channel)
{
	if (channel->exchange)
		refuse(channel->exchange, "the request was interrupted");
	forget_request(channel);
	close(channel->fd);
	channel->fd = -1;
}

void
vhd_channel_add(struct vhd_front *front, int fd)
{
	for (int i = 0; i < VHD_WORKERS_MAX; i++) {
		struct vhd_channel *channel = &front->channels[i];

		if (channel->fd >= 0)
			continue;
		channel->fd = fd;
		forget_request(channel);
		return;
	}
	vp_daemonlog(LOG_ERR, "there are too many workers");
	close(fd);
}

/* A Unix connection that brings no other proof is shown to the worker, which
 * asks the system whose it is. */
static int
wants_peer(const struct vhd_request *request)
{
	return request->kind == VHD_UNIX &&
	       !request->headers[VHD_AUTHORIZATION] &&
	       !request->headers[VHD_COOKIE];
}

static void
give(struct vhd_channel *channel, struct vhd_exchange *exchange)
{
	channel->out = vhd_request_encode(
	    exchange->number, &exchange->request, &channel->out_size);
	if (!channel->out) {
		refuse(exchange, "there is no memory");
		return;
	}
	channel->exchange = exchange;
	if (wants_peer(&exchange->request))
		channel->to_send = exchange->link->fd;
	vhd_channel_run(channel);
}

void
vhd_channels_feed(struct vhd_front *front)
{
	int64_t late = vp_clock_ms() - front->settings->request_seconds * 1000;

	for (int i = 0; i < VHD_WORKERS_MAX; i++) {
		struct vhd_channel *channel = &front->channels[i];
		struct vhd_exchange *exchange;

		if (channel->fd < 0 || channel->exchange)
			continue;
		exchange = next_exchange(front);
		if (!exchange)
			return;
		give(channel, exchange);
	}
	/* The oldest is the first. */
	while (!TAILQ_EMPTY(&front->queue) &&
	       TAILQ_FIRST(&front->queue)->since < late)
		refuse(next_exchange(front), "no worker had time for it");
}

int
vhd_channel_is_full(const struct vhd_channel *channel)
{
	return channel->out_done < channel->out_size;
}

/* 1: all is written; 0: not yet; -1: the worker is gone. */
static int
transmit(struct vhd_channel *channel)
{
	while (channel->out_done < channel->out_size) {
		ssize_t n =
		    vp_fd_send(channel->fd, channel->out + channel->out_done,
			channel->out_size - channel->out_done, channel->to_send,
			MSG_DONTWAIT);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return errno == EAGAIN ? 0 : -1;
		channel->to_send = -1;
		channel->out_done += (size_t)n;
	}
	return 1;
}

/* The head is whole: make room for what follows. */
static int
begin_reply(struct vhd_channel *channel)
{
	uint64_t number;
	int64_t size = vhd_frame_size(channel->head, &number);

	if (size <= 0 || !channel->exchange ||
	    number != channel->exchange->number)
		return -1;
	channel->in = malloc((size_t)size);
	channel->in_size = (size_t)size;
	return channel->in ? 0 : -1;
}

/* Read what there is; 1: the reply is whole; 0: not yet; -1: gone. */
static int
receive(struct vhd_channel *channel)
{
	for (;;) {
		size_t done = channel->in_done;
		int in_head = done < VHD_FRAME_HEAD;
		char *to = in_head ? channel->head + done
				   : channel->in + done - VHD_FRAME_HEAD;
		size_t wanted =
		    VHD_FRAME_HEAD + (in_head ? 0 : channel->in_size) - done;
		ssize_t n = vp_fd_receive(
		    channel->fd, to, wanted, &channel->received, MSG_DONTWAIT);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return errno == EAGAIN ? 0 : -1;
		if (n == 0)
			return -1;
		channel->in_done += (size_t)n;
		if ((size_t)n < wanted)
			continue;
		if (!in_head)
			return 1;
		if (begin_reply(channel) != 0)
			return -1;
	}
}

static void
finish(struct vhd_channel *channel)
{
	struct vhd_exchange *exchange = channel->exchange;

	exchange->frame = channel->in;
	exchange->frame_size = channel->in_size;
	channel->in = NULL;
	if (channel->received >= 0)
		vhd_watch_take(exchange->link->door->front, channel->received);
	channel->received = -1;
	forget_request(channel);
	vhd_exchange_done(exchange);
}

void
vhd_channel_run(struct vhd_channel *channel)
{
	int rc;

	if (transmit(channel) < 0) {
		lose(channel);
		return;
	}
	rc = receive(channel);
	if (rc < 0)
		lose(channel);
	else if (rc > 0)
		finish(channel);
}
