/*
 * The bytes of a client that are not executed yet, in one piece.  Idle
 * connections have no buffer.  What is taken is bounded: for lines by a few
 * lines, for blocks by the longest one, and incomplete blocks of all
 * connections together.  What is not taken stays in the kernel, and the
 * client waits.
 */
#include "config.h"

#include <event2/buffer.h>
#include <string.h>

#include "daemons/vpopmaild/front_int.h"

#define SMALLEST 512

static size_t
most(const struct vpd_client *client)
{
	size_t all = client->front->input;

	if (client->level == VPD_NOBODY)
		return VPD_LINE_MAX + 8;
	if (client->frame.want == VPD_LINE ||
	    (client->in_size >= VPD_LINES_MAX && all > VPD_INPUT_ALL))
		return VPD_LINES_MAX;
	return VPD_INPUT_MAX;
}

static int
grow(struct vpd_client *client, size_t wanted)
{
	size_t capacity = client->in_capacity ? client->in_capacity : SMALLEST;
	char *in;

	while (capacity < wanted)
		capacity *= 2;
	if (capacity == client->in_capacity)
		return 0;
	/* Not realloc: passwords must not stay behind. */
	in = malloc(capacity);
	if (!in)
		return -1;
	if (client->in) {
		memcpy(in, client->in, client->in_size);
		explicit_bzero(client->in, client->in_size);
		free(client->in);
	}
	client->in = in;
	client->in_capacity = capacity;
	return 0;
}

/* Not by a watermark: libevent calls again and again while it is reached. */
void
vpd_input_pace(struct vpd_client *client)
{
	int is_reading, is_full;

	if (!client->bev || client->is_eof)
		return;
	is_reading = (bufferevent_get_enabled(client->bev) & EV_READ) != 0;
	is_full = evbuffer_get_length(bufferevent_get_input(client->bev)) >=
		  VPD_LINES_MAX;
	if (is_reading && is_full)
		bufferevent_disable(client->bev, EV_READ);
	else if (!is_reading && !is_full)
		bufferevent_enable(client->bev, EV_READ);
}

static void
take(struct vpd_client *client)
{
	struct evbuffer *from;
	size_t room, size;

	from = bufferevent_get_input(client->bev);
	size = evbuffer_get_length(from);
	room = most(client);
	room = room > client->in_size ? room - client->in_size : 0;
	if (size > room)
		size = room;
	if (size == 0 || grow(client, client->in_size + size) != 0)
		return;
	if (evbuffer_remove(from, client->in + client->in_size, size) < 0)
		return;
	client->in_size += size;
	client->front->input += size;
}

void
vpd_input_take(struct vpd_client *client)
{
	if (client->bev)
		take(client);
	vpd_input_pace(client);
}

void
vpd_input_free(struct vpd_client *client)
{
	if (client->in)
		explicit_bzero(client->in, client->in_size);
	free(client->in);
	client->front->input -= client->in_size;
	client->in = NULL;
	client->in_size = client->in_capacity = 0;
}

void
vpd_input_drop(struct vpd_client *client, size_t size)
{
	if (size >= client->in_size) {
		vpd_input_free(client);
		return;
	}
	memmove(client->in, client->in + size, client->in_size - size);
	explicit_bzero(client->in + client->in_size - size, size);
	client->in_size -= size;
	client->front->input -= size;
}

void
vpd_input_drain(struct vpd_client *client)
{
	struct evbuffer *from = bufferevent_get_input(client->bev);
	int fd = bufferevent_getfd(client->bev);
	size_t limit = VPD_LINES_MAX;

	if (client->level != VPD_NOBODY && client->frame.want != VPD_LINE)
		limit = VPD_INPUT_MAX;
	if (client->kind != VPD_TLS)
		while (evbuffer_get_length(from) < limit &&
		       evbuffer_read(from, fd, (int)VPD_LINES_MAX) > 0)
			continue;
	vpd_input_take(client);
}
