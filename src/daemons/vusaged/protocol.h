/* The wire format (facts: vusaged 2): requests are a length of two bytes and a
 * text, answers are two numbers of eight; all in network order. */
#ifndef VUSAGED_PROTOCOL_H
#define VUSAGED_PROTOCOL_H

#include <stddef.h>
#include <stdint.h>

#define VP_REQUEST_MAX  1024 /* longest text */
#define VP_REQUEST_HEAD 2
#define VP_REPLY_SIZE   16

enum vp_request_state {
	VP_REQUEST_WHOLE,
	VP_REQUEST_PART, /* more bytes are needed */
	VP_REQUEST_LONG  /* refused: close the connection */
};

/* The request that data begins with, empty ones left out: *ret_used bytes of
 * data are done with whatever the result, the text lies in data. */
enum vp_request_state vp_request_take(const char *data, size_t size,
    size_t *ret_used, const char **ret_text, size_t *ret_text_size);
void vp_reply_make(
    uint64_t bytes, uint64_t count, unsigned char ret[VP_REPLY_SIZE]);

#endif
