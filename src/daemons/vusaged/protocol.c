/* Each request is exactly as long as it says. */
#include "config.h"

#include "daemons/vusaged/protocol.h"

#include <endian.h>
#include <string.h>

enum vp_request_state
vp_request_take(const char *data, size_t size, size_t *ret_used,
    const char **ret_text, size_t *ret_text_size)
{
	size_t at = 0;

	while (size - at >= VP_REQUEST_HEAD) {
		size_t length = (size_t)(unsigned char)data[at] << 8 |
				(unsigned char)data[at + 1];

		if (length == 0) {
			at += VP_REQUEST_HEAD;
			continue;
		}
		*ret_used = at;
		if (length > VP_REQUEST_MAX)
			return VP_REQUEST_LONG;
		if (size - at - VP_REQUEST_HEAD < length)
			return VP_REQUEST_PART;
		*ret_text = data + at + VP_REQUEST_HEAD;
		*ret_text_size = length;
		*ret_used = at + VP_REQUEST_HEAD + length;
		return VP_REQUEST_WHOLE;
	}
	*ret_used = at;
	return VP_REQUEST_PART;
}

void
vp_reply_make(uint64_t bytes, uint64_t count, unsigned char ret[VP_REPLY_SIZE])
{
	uint64_t words[] = { htobe64(bytes), htobe64(count) };

	memcpy(ret, words, VP_REPLY_SIZE);
}
