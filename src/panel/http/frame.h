/*
 * What front and workers tell each other, on a stream between them: a request,
 * then the reply to it.
 *
 *     bytes 4   how many follow
 *           8   number of the request, which its reply repeats
 *     request:  1 method, 1 kind, then texts: address, target, the headers
 *     reply:    2 status, then texts: the headers
 *     both:     a last text, the body
 *
 * A text is 4 bytes of length (all ones: there is none), its bytes and a NUL.
 * Numbers have the byte order of the machine.
 */
#ifndef PANEL_HTTP_FRAME_H
#define PANEL_HTTP_FRAME_H

#include <stddef.h>
#include <stdint.h>

#include "panel/http/request.h"

#define VHD_FRAME_HEAD 12 /* length and number */
#define VHD_FRAME_MAX  (16 << 20)

/* The headers that a reply can have. */
enum vhd_reply_header {
	VHD_REPLY_ALLOW,
	VHD_REPLY_AUTHENTICATE,
	VHD_REPLY_COOKIE,
	VHD_REPLY_ETAG,
	VHD_REPLY_LAST_EVENT, /* it begins, or goes on, after that one */
	VHD_REPLY_LINK,
	VHD_REPLY_LOCATION,
	VHD_REPLY_RATE_LIMIT,
	VHD_REPLY_RATE_REMAINING,
	VHD_REPLY_RATE_RESET,
	VHD_REPLY_RETRY,
	VHD_REPLY_TYPE,
	VHD_REPLY_WHO, /* for the front, not for the client */
	VHD_REPLY_HEADERS
};

extern const char *const vhd_reply_names[VHD_REPLY_HEADERS];

struct vhd_reply {
	int status;
	const char *headers[VHD_REPLY_HEADERS]; /* NULL: none */
	const char *body;
	size_t body_size;
};

/* The whole frame, malloc'd; NULL and errno (EMSGSIZE: too large). */
char *vhd_request_encode(
    uint64_t number, const struct vhd_request *request, size_t *ret_size);
char *vhd_reply_encode(
    uint64_t number, const struct vhd_reply *reply, size_t *ret_size);
/* How many bytes follow the head, at most VHD_FRAME_MAX, or -1. */
int64_t vhd_frame_size(const char head[VHD_FRAME_HEAD], uint64_t *ret_number);
/* What follows the head; the result points into it.  0, or -1 if it is no
 * frame of ours. */
int vhd_request_decode(
    const char *data, size_t size, struct vhd_request *ret_request);
int vhd_reply_decode(
    const char *data, size_t size, struct vhd_reply *ret_reply);

#endif
