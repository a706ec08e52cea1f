/* A frame that does not decode to its last byte is refused as a whole. */
#include "config.h"

#include "panel/http/frame.h"

#include <errno.h>
#include <string.h>

#include "base/attr.h"

#define NONE UINT32_MAX

const char *const vhd_reply_names[VHD_REPLY_HEADERS] = {
	[VHD_REPLY_ALLOW] = "Allow",
	[VHD_REPLY_AUTHENTICATE] = "WWW-Authenticate",
	[VHD_REPLY_COOKIE] = "Set-Cookie",
	[VHD_REPLY_ETAG] = "ETag",
	[VHD_REPLY_LAST_EVENT] = "Last-Event-ID",
	[VHD_REPLY_LINK] = "Link",
	[VHD_REPLY_LOCATION] = "Location",
	[VHD_REPLY_RATE_LIMIT] = "RateLimit-Limit",
	[VHD_REPLY_RATE_REMAINING] = "RateLimit-Remaining",
	[VHD_REPLY_RATE_RESET] = "RateLimit-Reset",
	[VHD_REPLY_RETRY] = "Retry-After",
	[VHD_REPLY_TYPE] = "Content-Type",
};

/* ---- writing ---------------------------------------------------------- */

static size_t
text_size(const char *text)
{
	return sizeof(uint32_t) + (text ? strlen(text) + 1 : 0);
}

static char *
put(char *to, const void *data, size_t size)
{
	memcpy(to, data, size);
	return to + size;
}

static char *
put_bytes(char *to, const char *data, size_t size)
{
	uint32_t length = data ? (uint32_t)size : NONE;

	to = put(to, &length, sizeof length);
	if (!data)
		return to;
	to = put(to, data, size);
	*to++ = '\0';
	return to;
}

static char *
put_text(char *to, const char *text)
{
	return put_bytes(to, text, text ? strlen(text) : 0);
}

/* Room for the head and size bytes; ret_to: where these begin. */
static char *
begin(uint64_t number, size_t size, char **ret_to)
{
	uint32_t length = (uint32_t)size;
	char *frame;

	if (size > VHD_FRAME_MAX) {
		errno = EMSGSIZE;
		return NULL;
	}
	frame = malloc(VHD_FRAME_HEAD + size);
	if (!frame)
		return NULL;
	*ret_to =
	    put(put(frame, &length, sizeof length), &number, sizeof number);
	return frame;
}

char *
vhd_request_encode(
    uint64_t number, const struct vhd_request *request, size_t *ret_size)
{
	const char bytes[2] = { (char)request->method, (char)request->kind };
	size_t size = sizeof bytes + text_size(request->address) +
		      text_size(request->target) + text_size(NULL) +
		      (request->body ? request->body_size + 1 : 0);
	char *frame, *to;

	for (int i = 0; i < VHD_HEADERS; i++)
		size += text_size(request->headers[i]);
	frame = begin(number, size, &to);
	if (!frame)
		return NULL;
	to = put(to, bytes, sizeof bytes);
	to = put_text(to, request->address);
	to = put_text(to, request->target);
	for (int i = 0; i < VHD_HEADERS; i++)
		to = put_text(to, request->headers[i]);
	put_bytes(to, request->body, request->body_size);
	*ret_size = VHD_FRAME_HEAD + size;
	return frame;
}

char *
vhd_reply_encode(
    uint64_t number, const struct vhd_reply *reply, size_t *ret_size)
{
	uint16_t status = (uint16_t)reply->status;
	size_t size = sizeof status + text_size(NULL) +
		      (reply->body ? reply->body_size + 1 : 0);
	char *frame, *to;

	for (int i = 0; i < VHD_REPLY_HEADERS; i++)
		size += text_size(reply->headers[i]);
	frame = begin(number, size, &to);
	if (!frame)
		return NULL;
	to = put(to, &status, sizeof status);
	for (int i = 0; i < VHD_REPLY_HEADERS; i++)
		to = put_text(to, reply->headers[i]);
	put_bytes(to, reply->body, reply->body_size);
	*ret_size = VHD_FRAME_HEAD + size;
	return frame;
}

/* ---- reading ---------------------------------------------------------- */

struct input {
	const char *data;
	size_t left;
};

static int
take(struct input *input, void *to, size_t size)
{
	if (input->left < size)
		return -1;
	memcpy(to, input->data, size);
	input->data += size;
	input->left -= size;
	return 0;
}

static int
take_bytes(struct input *input, const char **ret_data, size_t *ret_size)
{
	uint32_t length;

	*ret_data = NULL;
	*ret_size = 0;
	if (take(input, &length, sizeof length) != 0)
		return -1;
	if (length == NONE)
		return 0;
	if (length >= input->left || input->data[length] != '\0')
		return -1;
	*ret_data = input->data;
	*ret_size = length;
	input->data += length + 1;
	input->left -= length + 1;
	return 0;
}

static int
take_text(struct input *input, const char **ret_text)
{
	size_t size;

	return take_bytes(input, ret_text, &size) != 0 ||
		       (*ret_text && strlen(*ret_text) != size)
		   ? -1
		   : 0;
}

static int
take_texts(struct input *input, const char **texts, int count)
{
	for (int i = 0; i < count; i++)
		if (take_text(input, &texts[i]) != 0)
			return -1;
	return 0;
}

int64_t
vhd_frame_size(const char head[VHD_FRAME_HEAD], uint64_t *ret_number)
{
	uint32_t length;

	memcpy(&length, head, sizeof length);
	memcpy(ret_number, head + sizeof length, sizeof *ret_number);
	return length > VHD_FRAME_MAX ? -1 : (int64_t)length;
}

int
vhd_request_decode(
    const char *data, size_t size, struct vhd_request *ret_request)
{
	struct input input = { data, size };
	unsigned char bytes[2];

	if (take(&input, bytes, sizeof bytes) != 0 || bytes[0] >= VHD_METHODS ||
	    bytes[1] > VHD_PROXY ||
	    take_text(&input, &ret_request->address) != 0 ||
	    take_text(&input, &ret_request->target) != 0 ||
	    take_texts(&input, ret_request->headers, VHD_HEADERS) != 0 ||
	    take_bytes(&input, &ret_request->body, &ret_request->body_size) !=
		0 ||
	    input.left != 0 || !ret_request->address || !ret_request->target)
		return -1;
	ret_request->method = (enum vhd_method)bytes[0];
	ret_request->kind = (enum vhd_kind)bytes[1];
	return 0;
}

int
vhd_reply_decode(const char *data, size_t size, struct vhd_reply *ret_reply)
{
	struct input input = { data, size };
	uint16_t status;

	if (take(&input, &status, sizeof status) != 0 || status < 200 ||
	    status > 599 ||
	    take_texts(&input, ret_reply->headers, VHD_REPLY_HEADERS) != 0 ||
	    take_bytes(&input, &ret_reply->body, &ret_reply->body_size) != 0 ||
	    input.left != 0)
		return -1;
	ret_reply->status = status;
	return 0;
}
