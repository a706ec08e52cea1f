/*
 * The turns of a connection: what it has sent goes to a worker, request by
 * request, and what the worker says goes to it.
 */
#include "config.h"

#include <event2/buffer.h>
#include <string.h>
#include <strings.h>

#include "daemons/vpopmaild/front_int.h"

#define BLOCK 10 /* times the idle limit, for a whole block */

/* The system's words for EAGAIN, in the form of errors from below. */
static const char lost[] = "-ERR 0.107 Resource temporarily unavailable\r\n";

/* ---- reading ---------------------------------------------------------- */

void
vpd_client_enqueue(struct vpd_client *client, unsigned flags, size_t first)
{
	struct vpd_front *front = client->front;
	struct vpd_session session;
	char account[VPD_LINE_MAX + 1];

	event_del(&client->timer);
	client->request = flags;
	client->first = first;
	client->queue = client->wants_root ? VPD_QUEUE_ROOT : VPD_QUEUE_OTHER;
	vpd_session_init(&session);
	free(client->account);
	client->account = NULL;
	if (client->level == VPD_NOBODY &&
	    !(flags & (VPD_WIRE_TOO_LONG | VPD_WIRE_GREET)) &&
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
	int64_t wait = client->front->setup->idle * 1000, now = vp_clock_ms();
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
		vpd_client_enqueue(client, VPD_WIRE_LAST, size);
	else
		vpd_client_last_words(client);
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
		vpd_client_close(client);
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
			vpd_client_enqueue(client, 0, used);
			return;
		case VPD_FRAME_TOO_LONG:
			vpd_input_drop(client, used);
			vpd_client_enqueue(client, VPD_WIRE_TOO_LONG, 0);
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
void
vpd_client_release(struct vpd_client *client)
{
	if (client->held && client->bev)
		bufferevent_write_buffer(client->bev, client->held);
	if (client->held)
		evbuffer_free(client->held);
	client->held = NULL;
	client->situation = VPD_READING;
	if (client->frame.want == VPD_CLOSE || client->front->is_stopping)
		vpd_client_close(client);
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
		vpd_client_release(client);
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
	vpd_client_release(client);
}
