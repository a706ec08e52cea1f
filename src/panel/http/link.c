/*
 * Connections and what libmicrohttpd tells of them.
 *
 * A connection has a deadline: for a whole request from its first moment or
 * from the end of the last answer, and for taking an answer; trickling bytes
 * do not move it.  While we work it has none.  All deadlines are equally far
 * away when they are set, so the list is ordered when the youngest goes to
 * its end.
 */
#include "config.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "base/clock.h"
#include "daemons/common/daemonlog.h"
#include "daemons/common/listen.h"
#include "panel/http/access.h"
#include "panel/http/front_int.h"
#include "panel/http/status.h"

#define HEAD_BYTES 24576 /* of memory for a connection */
#define BODY_FIRST 4096
#define TLS_PRIORITIES                                                         \
	"NORMAL:-VERS-ALL:+VERS-TLS1.3:+VERS-TLS1.2:%SERVER_PRECEDENCE"

/* ---- connections ------------------------------------------------------ */

void
vhd_link_deadline(struct vhd_link *link, int is_working)
{
	struct vhd_front *front = link->door->front;

	if (!link->is_working)
		TAILQ_REMOVE(&front->links, link, next);
	link->is_working = is_working;
	link->deadline =
	    vp_clock_ms() + front->settings->request_seconds * 1000;
	if (!is_working)
		TAILQ_INSERT_TAIL(&front->links, link, next);
}

static void
connection_event(void *arg, struct MHD_Connection *connection,
    void **socket_context, enum MHD_ConnectionNotificationCode code)
{
	struct vhd_door *door = arg;
	struct vhd_link *link = *socket_context;
	const union MHD_ConnectionInfo *info;

	if (code == MHD_CONNECTION_NOTIFY_CLOSED) {
		if (link && !link->is_working)
			TAILQ_REMOVE(&door->front->links, link, next);
		door->front->connections -= link != NULL;
		free(link);
		*socket_context = NULL;
		return;
	}
	link = calloc(1, sizeof *link);
	if (!link)
		return;
	door->front->connections++;
	link->door = door;
	link->is_working = 1; /* not in the list yet */
	link->fd = -1;
	info = MHD_get_connection_info(
	    connection, MHD_CONNECTION_INFO_CONNECTION_FD);
	if (info)
		link->fd = info->connect_fd;
	info = MHD_get_connection_info(
	    connection, MHD_CONNECTION_INFO_CLIENT_ADDRESS);
	if (info && info->client_addr &&
	    (door->kind == VHD_TCP || door->kind == VHD_TLS))
		vp_listen_peer((const struct sockaddr_storage *)(const void *)
				   info->client_addr,
		    link->address, sizeof link->address);
	vhd_link_deadline(link, 0);
	*socket_context = link;
}

void
vhd_links_sweep(struct vhd_front *front)
{
	int64_t now = vp_clock_ms();
	struct vhd_link *link;

	/* The library sees the end and closes. */
	while ((link = TAILQ_FIRST(&front->links)) && link->deadline <= now) {
		shutdown(link->fd, SHUT_RDWR);
		vhd_link_deadline(link, 0);
	}
	if (!front->is_draining)
		return;
	TAILQ_FOREACH(link, &front->links, next)
		if (!link->is_busy)
			shutdown(link->fd, SHUT_RDWR);
}

/* ---- answers ---------------------------------------------------------- */

/* A refusal of ours ends the connection: what follows on it may not be what
 * it seems. */
static struct MHD_Response *
refusal_response(struct vhd_exchange *exchange)
{
	struct MHD_Response *response;
	char text[512];
	int size = snprintf(text, sizeof text,
	    "{\"type\":\"urn:vhost:problem:%s\",\"title\":\"%s\","
	    "\"status\":%d,\"detail\":\"%s\","
	    "\"instance\":\"" VHD_REQUESTS "%s\"}\n",
	    exchange->refusal == 503 ? "unavailable" : "bad-request",
	    vhd_status_title(exchange->refusal), exchange->refusal,
	    exchange->reason, exchange->id);

	exchange->bytes = size;
	response = MHD_create_response_from_buffer(
	    (size_t)size, text, MHD_RESPMEM_MUST_COPY);
	if (!response)
		return NULL;
	MHD_add_response_header(
	    response, "Content-Type", "application/problem+json");
	MHD_add_response_header(response, "Connection", "close");
	if (exchange->refusal == 503)
		MHD_add_response_header(response, "Retry-After", "1");
	return response;
}

static struct MHD_Response *
worker_response(struct vhd_exchange *exchange, int *ret_status)
{
	struct MHD_Response *response;
	struct vhd_reply reply;
	void *body;

	if (vhd_reply_decode(exchange->frame, exchange->frame_size, &reply) !=
	    0)
		return NULL;
	memcpy(&body, &reply.body, sizeof body);
	if (reply.headers[VHD_REPLY_LAST_EVENT] &&
	    exchange->request.method == VHD_GET)
		response = vhd_stream_open(exchange, &reply);
	else
		response = MHD_create_response_from_buffer(
		    reply.body_size, body, MHD_RESPMEM_MUST_COPY);
	for (int i = 0; response && i < VHD_REPLY_HEADERS; i++)
		if (reply.headers[i] && i != VHD_REPLY_WHO)
			MHD_add_response_header(
			    response, vhd_reply_names[i], reply.headers[i]);
	*ret_status = reply.status;
	exchange->bytes = exchange->stream ? -1 : (int64_t)reply.body_size;
	free(exchange->who);
	exchange->who = reply.headers[VHD_REPLY_WHO]
			    ? strdup(reply.headers[VHD_REPLY_WHO])
			    : NULL;
	return response;
}

static enum MHD_Result
answer(struct vhd_exchange *exchange)
{
	const struct vhd_front *front = exchange->link->door->front;
	int status = exchange->refusal;
	struct MHD_Response *response;
	enum MHD_Result result;

	response = status ? NULL : worker_response(exchange, &status);
	if (exchange->refusal) {
		status = exchange->refusal;
		response = refusal_response(exchange);
	}
	vhd_link_deadline(exchange->link, 0);
	if (!response)
		return MHD_NO;
	exchange->status = status;
	MHD_add_response_header(response, "X-Request-Id", exchange->id);
	MHD_add_response_header(response, "Cache-Control", "no-store");
	MHD_add_response_header(response, "X-Content-Type-Options", "nosniff");
	MHD_add_response_header(response, "Content-Security-Policy",
	    "default-src 'none'; frame-ancestors 'none'");
	if (front->is_draining && !exchange->refusal)
		MHD_add_response_header(response, "Connection", "close");
	result = MHD_queue_response(
	    exchange->connection, (unsigned)status, response);
	MHD_destroy_response(response);
	return result;
}

/* ---- requests --------------------------------------------------------- */

/* The address before it is decoded; later calls know the request by the
 * result. */
static void *
begin(void *arg, const char *target, struct MHD_Connection *connection)
{
	const union MHD_ConnectionInfo *info = MHD_get_connection_info(
	    connection, MHD_CONNECTION_INFO_SOCKET_CONTEXT);
	struct vhd_exchange *exchange;

	(void)arg;
	if (!info || !info->socket_context)
		return NULL;
	exchange = calloc(1, sizeof *exchange);
	if (!exchange)
		return NULL;
	exchange->link = info->socket_context;
	exchange->link->is_busy = 1;
	exchange->connection = connection;
	exchange->begun = time(NULL);
	exchange->begun_ms = vp_clock_ms();
	exchange->target = strndup(target, VHD_TARGET_MAX + 1);
	return exchange;
}

/* Nothing is decoded here: the checks see what was sent. */
static size_t
leave_escapes(void *arg, struct MHD_Connection *connection, char *text)
{
	(void)arg;
	(void)connection;
	return strlen(text);
}

static enum MHD_Result
take_field(void *arg, enum MHD_ValueKind kind, const char *name,
    size_t name_size, const char *value, size_t value_size)
{
	struct vhd_head *head = arg;

	(void)kind;
	if (head->count < VHD_FIELDS_MAX)
		head->fields[head->count] = (struct vhd_field){ name,
			value ? value : "", name_size, value_size };
	head->count++;
	return MHD_YES;
}

static enum MHD_Result
see_head(struct vhd_exchange *exchange, const char *method, const char *version)
{
	struct vhd_front *front = exchange->link->door->front;
	struct vhd_head head = {
		.method = method, .version = version, .target = exchange->target
	};

	exchange->seen = 1;
	exchange->method = strdup(method);
	MHD_get_connection_values_n(
	    exchange->connection, MHD_HEADER_KIND, take_field, &head);
	exchange->refusal =
	    vhd_head_check(&head, (uint64_t)front->settings->body_bytes,
		&exchange->request, &exchange->reason);
	vhd_request_id(exchange->request.headers[VHD_REQUEST_ID], exchange->id);
	exchange->request.headers[VHD_REQUEST_ID] = exchange->id;
	exchange->request.kind = exchange->link->door->kind;
	exchange->request.address = exchange->link->address;
	if (exchange->refusal == 0 && exchange->request.kind == VHD_PROXY) {
		exchange->request.address = exchange->address;
		if (vhd_forwarded_address(
			exchange->request.headers[VHD_FORWARDED],
			exchange->address) != 0) {
			exchange->refusal = 400;
			exchange->reason =
			    "X-Forwarded-For does not end with an address";
		}
	}
	return exchange->refusal ? answer(exchange) : MHD_YES;
}

/* What is too large is read on for a while, so that the client sees why. */
static enum MHD_Result
take_body(struct vhd_exchange *exchange, const char *data, size_t *size)
{
	const struct vhd_settings *settings =
	    exchange->link->door->front->settings;
	size_t limit = (size_t)settings->body_bytes;
	size_t used = exchange->request.body_size + *size;

	if (used > 4 * limit)
		return MHD_NO;
	exchange->too_large |= used > limit;
	if (!exchange->too_large && used > exchange->capacity) {
		size_t capacity =
		    exchange->capacity ? exchange->capacity : BODY_FIRST;
		char *body;

		while (capacity < used)
			capacity *= 2;
		body = realloc(exchange->body, capacity);
		if (!body)
			return MHD_NO;
		exchange->body = body;
		exchange->capacity = capacity;
	}
	if (!exchange->too_large)
		memcpy(
		    exchange->body + exchange->request.body_size, data, *size);
	exchange->request.body_size = used;
	*size = 0;
	return MHD_YES;
}

static enum MHD_Result
request_event(void *arg, struct MHD_Connection *connection, const char *url,
    const char *method, const char *version, const char *data, size_t *size,
    void **context)
{
	struct vhd_door *door = arg;
	struct vhd_exchange *exchange = *context;

	(void)url;
	if (!exchange || !exchange->target)
		return MHD_NO;
	if (!exchange->seen)
		return see_head(exchange, method, version);
	if (*size > 0)
		return take_body(exchange, data, size);
	if (exchange->too_large) {
		exchange->refusal = 413;
		exchange->reason = "the body is too large";
	}
	if (exchange->refusal || exchange->frame)
		return answer(exchange);
	exchange->request.body = exchange->body;
	vhd_link_deadline(exchange->link, 1);
	MHD_suspend_connection(connection);
	vhd_exchange_queue(door->front, exchange);
	return MHD_YES;
}

static void
note_access(const struct vhd_exchange *exchange)
{
	const int fd = exchange->link->door->front->access;
	const char *address = exchange->request.address;
	const struct vhd_access access = {
		.time = exchange->begun,
		.address =
		    address && *address ? address : exchange->link->address,
		.who = exchange->who,
		.method = exchange->method,
		.target = exchange->target,
		.id = exchange->id,
		.status = exchange->status,
		.bytes = exchange->bytes,
		.ms = vp_clock_ms() - exchange->begun_ms,
	};

	if (fd >= 0)
		vhd_access_log(fd, &access);
}

static void
request_ended(void *arg, struct MHD_Connection *connection, void **context,
    enum MHD_RequestTerminationCode code)
{
	struct vhd_exchange *exchange = *context;

	(void)arg;
	(void)connection;
	(void)code;
	if (!exchange)
		return;
	note_access(exchange);
	vhd_stream_close(exchange);
	exchange->link->is_busy = 0;
	vhd_link_deadline(exchange->link, 0);
	if (exchange->body)
		explicit_bzero(exchange->body, exchange->capacity);
	if (exchange->frame)
		explicit_bzero(exchange->frame, exchange->frame_size);
	free(exchange->body);
	free(exchange->frame);
	free(exchange->target);
	free(exchange->method);
	free(exchange->who);
	free(exchange);
	*context = NULL;
}

void
vhd_exchange_done(struct vhd_exchange *exchange)
{
	if (exchange->stream)
		vhd_stream_reply(exchange);
	else
		vhd_exchange_resume(exchange);
}

void
vhd_exchange_resume(struct vhd_exchange *exchange)
{
	exchange->link->door->front->has_resumed = 1;
	MHD_resume_connection(exchange->connection);
}

/* ---- doors ------------------------------------------------------------ */

int
vhd_door_open(
    struct vhd_door *door, int fd, const char *certificate, const char *key)
{
	const struct vhd_settings *settings = door->front->settings;
	const struct MHD_OptionItem tls[] = {
		{ MHD_OPTION_HTTPS_MEM_CERT, 0,
		    (void *)(uintptr_t)certificate },
		{ MHD_OPTION_HTTPS_MEM_KEY, 0, (void *)(uintptr_t)key },
		{ MHD_OPTION_HTTPS_PRIORITIES, 0,
		    (void *)(uintptr_t)TLS_PRIORITIES },
		{ MHD_OPTION_END, 0, NULL },
	};
	const struct MHD_OptionItem none[] = { { MHD_OPTION_END, 0, NULL } };
	int is_remote = door->kind == VHD_TCP || door->kind == VHD_TLS;
	const union MHD_DaemonInfo *info;

	door->daemon = MHD_start_daemon(
	    MHD_USE_EPOLL | MHD_ALLOW_SUSPEND_RESUME | MHD_USE_ITC |
		(door->kind == VHD_TLS ? MHD_USE_TLS : 0),
	    0, NULL, NULL, request_event, door, MHD_OPTION_LISTEN_SOCKET, fd,
	    MHD_OPTION_CONNECTION_LIMIT, (unsigned)settings->connections,
	    MHD_OPTION_PER_IP_CONNECTION_LIMIT,
	    is_remote ? (unsigned)settings->per_address : 0,
	    MHD_OPTION_CONNECTION_TIMEOUT, (unsigned)settings->idle_seconds,
	    MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)HEAD_BYTES,
	    MHD_OPTION_STRICT_FOR_CLIENT, 1, MHD_OPTION_NOTIFY_CONNECTION,
	    connection_event, door, MHD_OPTION_NOTIFY_COMPLETED, request_ended,
	    door, MHD_OPTION_URI_LOG_CALLBACK, begin, door,
	    MHD_OPTION_UNESCAPE_CALLBACK, leave_escapes, door, MHD_OPTION_ARRAY,
	    door->kind == VHD_TLS ? tls : none, MHD_OPTION_END);
	info = door->daemon
		   ? MHD_get_daemon_info(door->daemon, MHD_DAEMON_INFO_EPOLL_FD)
		   : NULL;
	if (!info) {
		vp_daemonlog(LOG_ERR, "cannot serve HTTP%s",
		    door->kind == VHD_TLS
			? " with TLS: look at certificate and key"
			: "");
		return -1;
	}
	door->epoll = info->epoll_fd;
	return 0;
}
