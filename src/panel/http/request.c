/*
 * What two readers of one request could understand differently is refused:
 * two lengths, a length and chunks, anything repeated that we look at,
 * control bytes, paths that are not plain.
 */
#include "config.h"

#include "panel/http/request.h"

#include <arpa/inet.h>
#include <string.h>
#include <strings.h>

#include "base/text.h"
#include "panel/http/target.h"

#define TOKEN_SIGNS "!#$%&'*+-.^_`|~"

const char *const vhd_method_names[VHD_METHODS] = { "GET", "HEAD", "POST",
	"PUT", "PATCH", "DELETE" };

static const char *const header_names[VHD_HEADERS] = {
	[VHD_ACCEPT] = "Accept",
	[VHD_AUTHORIZATION] = "Authorization",
	[VHD_CONTENT_TYPE] = "Content-Type",
	[VHD_COOKIE] = "Cookie",
	[VHD_CSRF] = "X-CSRF-Token",
	[VHD_FETCH_SITE] = "Sec-Fetch-Site",
	[VHD_FORWARDED] = "X-Forwarded-For",
	[VHD_HOST] = "Host",
	[VHD_IDEMPOTENCY_KEY] = "Idempotency-Key",
	[VHD_IF_MATCH] = "If-Match",
	[VHD_IF_NONE_MATCH] = "If-None-Match",
	[VHD_LAST_EVENT] = "Last-Event-ID",
	[VHD_ORIGIN] = "Origin",
	[VHD_REQUEST_ID] = "X-Request-Id",
	[VHD_USER_AGENT] = "User-Agent",
};

/* The headers of the body and of the connection. */
struct framing {
	const char *length, *encoding, *coding, *expect;
};

static int
refuse(int status, const char *reason, const char **ret_reason)
{
	*ret_reason = reason;
	return status;
}

static int
is_alphanumeric(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
	       (c >= '0' && c <= '9');
}

static int
is_token(const char *text, size_t size)
{
	for (size_t i = 0; i < size; i++)
		if (!is_alphanumeric(text[i]) &&
		    (text[i] == '\0' || !strchr(TOKEN_SIGNS, text[i])))
			return 0;
	return size > 0;
}

/* Visible ASCII, blanks and tabs: nothing that needs an encoding. */
static int
is_value(const char *text, size_t size)
{
	for (size_t i = 0; i < size; i++)
		if (text[i] != '\t' && (text[i] < 0x20 || text[i] > 0x7e))
			return 0;
	return text[size] == '\0';
}

/* Where the value of a header is kept, or NULL if nobody looks at it. */
static const char **
place_of(const struct vhd_field *field, struct framing *framing,
    struct vhd_request *request)
{
	const struct {
		const char *name;
		const char **place;
	} own[] = {
		{ "Content-Length", &framing->length },
		{ "Transfer-Encoding", &framing->encoding },
		{ "Content-Encoding", &framing->coding },
		{ "Expect", &framing->expect },
	};

	for (size_t i = 0; i < sizeof own / sizeof *own; i++)
		if (strcasecmp(field->name, own[i].name) == 0)
			return own[i].place;
	for (int i = 0; i < VHD_HEADERS; i++)
		if (strcasecmp(field->name, header_names[i]) == 0)
			return &request->headers[i];
	return NULL;
}

static int
check_fields(const struct vhd_head *head, struct framing *framing,
    struct vhd_request *request, const char **ret_reason)
{
	if (head->count > VHD_FIELDS_MAX)
		return refuse(431, "there are too many headers", ret_reason);
	for (size_t i = 0; i < head->count; i++) {
		const struct vhd_field *field = &head->fields[i];
		const char **place;

		if (field->value_size > VHD_VALUE_MAX)
			return refuse(431, "a header is too long", ret_reason);
		if (!is_token(field->name, field->name_size) ||
		    !is_value(field->value, field->value_size))
			return refuse(400,
			    "a header has bytes that are not allowed there",
			    ret_reason);
		place = place_of(field, framing, request);
		if (place && *place &&
		    place != &request->headers[VHD_FORWARDED])
			return refuse(
			    400, "a header occurs more than once", ret_reason);
		if (place)
			*place = field->value;
	}
	return 0;
}

static int
is_host(const char *host)
{
	return *host && strspn(host, "abcdefghijklmnopqrstuvwxyz"
				     "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				     "0123456789.-_:[]") == strlen(host);
}

static int
check_framing(const struct framing *framing, enum vhd_method method,
    uint64_t body_max, const char **ret_reason)
{
	int64_t length = 0;

	if (framing->length && framing->encoding)
		return refuse(400,
		    "Content-Length and Transfer-Encoding exclude each other",
		    ret_reason);
	if (framing->encoding && strcasecmp(framing->encoding, "chunked") != 0)
		return refuse(
		    501, "no transfer encoding but chunked", ret_reason);
	if (framing->coding && strcasecmp(framing->coding, "identity") != 0)
		return refuse(415, "bodies must not be compressed", ret_reason);
	if (framing->expect && strcasecmp(framing->expect, "100-continue") != 0)
		return refuse(417, "only 100-continue is known", ret_reason);
	if (framing->length &&
	    (strspn(framing->length, "0123456789") != strlen(framing->length) ||
		vp_number(framing->length, 0, INT64_MAX, &length) != 0))
		return refuse(400, "Content-Length is no number", ret_reason);
	if ((uint64_t)length > body_max)
		return refuse(413, "the body is too large", ret_reason);
	if ((method == VHD_GET || method == VHD_HEAD) &&
	    (framing->encoding || length > 0))
		return refuse(400, "a request to read has no body", ret_reason);
	return 0;
}

int
vhd_head_check(const struct vhd_head *head, uint64_t body_max,
    struct vhd_request *ret_request, const char **ret_reason)
{
	struct vhd_request request = { .target = head->target };
	struct framing framing = { .length = NULL };
	struct vhd_target target;
	int method = 0, status;

	while (method < VHD_METHODS &&
	       strcmp(head->method, vhd_method_names[method]) != 0)
		method++;
	if (strcmp(head->version, "HTTP/1.1") != 0)
		return refuse(505, "only HTTP/1.1 is spoken", ret_reason);
	if (method == VHD_METHODS)
		return refuse(501, "no such method", ret_reason);
	request.method = (enum vhd_method)method;
	status = vhd_target_parse(head->target, &target, ret_reason);
	if (status == 0)
		status = check_fields(head, &framing, &request, ret_reason);
	if (status == 0 &&
	    (!request.headers[VHD_HOST] || !is_host(request.headers[VHD_HOST])))
		status = refuse(400, "the header Host is needed", ret_reason);
	if (status == 0)
		status = check_framing(
		    &framing, request.method, body_max, ret_reason);
	if (status == 0)
		*ret_request = request;
	return status;
}

int
vhd_request_is_live(const struct vhd_request *request)
{
	const char *accept = request->headers[VHD_ACCEPT];

	return accept && strcmp(accept, "text/event-stream") == 0;
}

int
vhd_forwarded_address(const char *value, char ret_address[VHD_ADDRESS_SIZE])
{
	static const char mapped[] = "::ffff:";
	unsigned char bytes[16];
	const char *last;
	size_t size;

	ret_address[0] = '\0';
	if (!value)
		return 0;
	last = strrchr(value, ',');
	last = last ? last + 1 : value;
	last += strspn(last, " \t");
	size = strcspn(last, " \t");
	if (size >= VHD_ADDRESS_SIZE || last[size + strspn(last + size, " \t")])
		return -1;
	memcpy(ret_address, last, size);
	ret_address[size] = '\0';
	if (inet_pton(AF_INET, ret_address, bytes) == 1)
		return 0;
	if (inet_pton(AF_INET6, ret_address, bytes) != 1) {
		ret_address[0] = '\0';
		return -1;
	}
	/* One address has one spelling: it is counted by it. */
	inet_ntop(AF_INET6, bytes, ret_address, VHD_ADDRESS_SIZE);
	if (strncmp(ret_address, mapped, sizeof mapped - 1) == 0)
		memmove(ret_address, ret_address + sizeof mapped - 1,
		    strlen(ret_address + sizeof mapped - 1) + 1);
	return 0;
}
