/* Requests to the usage daemon: however the bytes are cut, the same questions
 * come out; and whatever they are, there is an answer. */
#include "config.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "daemons/vusaged/engine.h"
#include "daemons/vusaged/protocol.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct outcome {
	size_t requests, bytes;
	int is_long;
};

/* Take requests, of which at most step bytes more are there each time. */
static struct outcome
take_all(const char *data, size_t size, size_t step)
{
	struct outcome out = { 0 };
	size_t at = 0, end = 0;

	while (end < size && !out.is_long) {
		enum vp_request_state state = VP_REQUEST_WHOLE;

		end = size - end > step ? end + step : size;
		while (state == VP_REQUEST_WHOLE) {
			size_t used = 0, length = 0;
			const char *text = NULL;

			state = vp_request_take(
			    data + at, end - at, &used, &text, &length);
			if (used > end - at)
				abort();
			if (state == VP_REQUEST_WHOLE &&
			    (length == 0 || length > VP_REQUEST_MAX ||
				text + length != data + at + used))
				abort();
			if (state == VP_REQUEST_WHOLE) {
				out.requests++;
				out.bytes += length;
			}
			at += used;
		}
		out.is_long = state == VP_REQUEST_LONG;
	}
	return out;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *text = (const char *)data;
	struct outcome whole = take_all(text, size, size);
	struct outcome bytes = take_all(text, size, 1);
	struct vp_engine engine = { 0 };
	struct vp_answer answer;

	if (whole.requests != bytes.requests || whole.bytes != bytes.bytes ||
	    whole.is_long != bytes.is_long)
		abort();
	vp_site_init(&engine.site);
	answer = vp_engine_query(&engine, text, size);
	if (answer.bytes != UINT64_MAX || answer.count != UINT64_MAX)
		abort();
	vp_site_free(&engine.site);
	return 0;
}
