/*
 * Cutting requests out of the bytes of a client.
 *
 * seen counts the bytes from the beginning of the buffer that are known to
 * hold no LF of interest, so that however a request is torn each byte is
 * looked at once.  A request that is too long is dropped as it comes: the
 * frame remembers that, and for a block where its last line began.
 */
#include "config.h"

#include <string.h>

#include "daemons/vpopmaild/session.h"

static int
is_end(enum vpd_next want, const char *line, size_t length)
{
	if (want == VPD_OPTIONS)
		return length > 0 && line[0] == '.';
	return (length == 1 && line[0] == '.') ||
	       (length == 2 && line[0] == '.' && line[1] == '\r');
}

static enum vpd_framed
whole(struct vpd_frame *frame, size_t max, size_t length, size_t used,
    size_t *ret_length, size_t *ret_used)
{
	int over = frame->over || length > max;

	frame->over = frame->dropped = 0;
	frame->line = frame->seen = 0;
	*ret_length = over ? 0 : length;
	*ret_used = used;
	return over ? VPD_FRAME_TOO_LONG : VPD_FRAME_REQUEST;
}

static enum vpd_framed
frame_line(struct vpd_frame *frame, const char *data, size_t size,
    size_t *ret_length, size_t *ret_used)
{
	const char *end = memchr(data + frame->seen, '\n', size - frame->seen);

	if (end)
		return whole(frame, VPD_LINE_MAX, (size_t)(end - data),
		    (size_t)(end - data) + 1, ret_length, ret_used);
	frame->over |= size > VPD_LINE_MAX + 1;
	*ret_used = frame->over ? size : 0;
	frame->seen = size - *ret_used;
	return VPD_FRAME_MORE;
}

/* The buffer ends within the line at frame->line.  When the block is too long
 * anyway, what may go goes: the line too, as soon as it is clear whether it
 * is the last one. */
static enum vpd_framed
drop(struct vpd_frame *frame, const char *data, size_t size, size_t *ret_used)
{
	size_t length = size - frame->line;

	if (length > 0 && frame->want == VPD_OPTIONS && !frame->dropped)
		frame->dropped = data[frame->line] == '.' ? 1 : -1;
	else if (length > 2 && !frame->dropped)
		frame->dropped = -1;
	*ret_used = frame->dropped ? size : frame->line;
	frame->line = 0;
	frame->seen = size - *ret_used;
	return VPD_FRAME_MORE;
}

static enum vpd_framed
frame_block(struct vpd_frame *frame, const char *data, size_t size,
    size_t *ret_length, size_t *ret_used)
{
	const char *end;

	while ((end = memchr(data + frame->seen, '\n', size - frame->seen))) {
		size_t line = frame->line, at = (size_t)(end - data);
		int last = frame->dropped
			       ? frame->dropped > 0
			       : is_end(frame->want, data + line, at - line);

		/* The same, however it was torn: with its end it would not
		 * have stayed in the buffer. */
		frame->over |= at > VPD_BLOCK_MAX + 2;
		if (last)
			return whole(frame, VPD_BLOCK_MAX, line, at + 1,
			    ret_length, ret_used);
		frame->dropped = 0;
		frame->line = frame->seen = at + 1;
	}
	frame->seen = size;
	frame->over |= size > VPD_BLOCK_MAX + 2;
	if (frame->over)
		return drop(frame, data, size, ret_used);
	*ret_used = 0;
	return VPD_FRAME_MORE;
}

enum vpd_framed
vpd_frame(struct vpd_frame *frame, const char *data, size_t size,
    size_t *ret_length, size_t *ret_used)
{
	*ret_length = 0;
	if (frame->want == VPD_LINE)
		return frame_line(frame, data, size, ret_length, ret_used);
	if (frame->want == VPD_CLOSE) {
		*ret_used = size;
		return VPD_FRAME_MORE;
	}
	return frame_block(frame, data, size, ret_length, ret_used);
}

size_t
vpd_frame_end(const struct vpd_frame *frame, size_t size)
{
	return frame->want == VPD_LINE && !frame->over && size <= VPD_LINE_MAX
		   ? size
		   : 0;
}
