/*
 * A request's head as any client may send it, and the frames between front
 * and workers.  A head that passes has nothing that two readers could
 * understand differently.
 */
#include "config.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/attr.h"
#include "panel/http/frame.h"
#include "panel/http/target.h"

#define BODY_MAX 65536

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* ---- heads -------------------------------------------------------------- */

/* Cut *text at a byte; what follows it, or NULL. */
static char *
cut(char *text, char at)
{
	char *end = text ? strchr(text, at) : NULL;

	if (end)
		*end++ = '\0';
	return end;
}

static void
read_field(struct vhd_head *head, char *line)
{
	char *value = cut(line, ':');

	if (head->count++ >= VHD_FIELDS_MAX || !value)
		return;
	value += *value == ' ';
	head->fields[head->count - 1] =
	    (struct vhd_field){ line, value, strlen(line), strlen(value) };
}

static int
count_of(const struct vhd_head *head, const char *name)
{
	int count = 0;

	for (size_t i = 0; i < head->count && i < VHD_FIELDS_MAX; i++)
		count += head->fields[i].name &&
			 strcasecmp(head->fields[i].name, name) == 0;
	return count;
}

static void
check_text(const char *text)
{
	for (; *text; text++)
		if ((unsigned char)*text < 0x20 || *text == 0x7f)
			abort();
}

static void
check_target(const struct vhd_target *target)
{
	for (int i = 0; i < target->segments; i++) {
		const char *segment = target->segment[i];

		if (!*segment || strcmp(segment, ".") == 0 ||
		    strcmp(segment, "..") == 0 || strpbrk(segment, "/\\"))
			abort();
		check_text(segment);
	}
	for (int i = 0; i < target->arguments; i++) {
		const char *name = target->argument[i].name;

		check_text(name);
		check_text(target->argument[i].value);
		if (vhd_target_argument(target, name) !=
		    target->argument[i].value)
			abort();
	}
}

static void
check_passed(const struct vhd_head *head, const struct vhd_request *request)
{
	static const char *const once[] = { "Host", "Content-Length",
		"Transfer-Encoding", "Cookie", "Authorization", "If-Match" };
	struct vhd_target target;
	const char *reason;

	for (size_t i = 0; i < sizeof once / sizeof *once; i++)
		if (count_of(head, once[i]) > 1)
			abort();
	if (!request->headers[VHD_HOST] ||
	    (count_of(head, "Content-Length") &&
		count_of(head, "Transfer-Encoding")) ||
	    vhd_target_parse(request->target, &target, &reason) != 0)
		abort();
	for (int i = 0; i < VHD_HEADERS; i++)
		for (const char *c = request->headers[i]; c && *c; c++)
			if (*c == '\r' || *c == '\n')
				abort();
	check_target(&target);
}

static void
check_head(char *text)
{
	struct vhd_head head = { .method = text };
	struct vhd_request request;
	const char *reason = NULL;
	char *line = cut(text, '\n'), *target;
	int status;

	target = cut(text, ' ');
	head.target = target;
	head.version = cut(target, ' ');
	if (!head.version)
		return;
	while (line && *line) {
		char *next = cut(line, '\n');

		read_field(&head, line);
		line = next;
	}
	for (size_t i = 0; i < head.count && i < VHD_FIELDS_MAX; i++)
		if (!head.fields[i].name)
			return;
	status = vhd_head_check(&head, BODY_MAX, &request, &reason);
	if (status == 0)
		check_passed(&head, &request);
	else if (status < 400 || status > 599 || !reason)
		abort();
}

/* ---- frames ------------------------------------------------------------- */

static void
check_frame(const char *data, size_t size)
{
	struct vhd_request request;
	struct vhd_reply reply;
	size_t again;

	if (vhd_request_decode(data, size, &request) == 0) {
		AUTO_FREE char *frame = vhd_request_encode(1, &request, &again);

		if (!frame || again != VHD_FRAME_HEAD + size ||
		    memcmp(frame + VHD_FRAME_HEAD, data, size) != 0)
			abort();
	}
	if (vhd_reply_decode(data, size, &reply) == 0) {
		AUTO_FREE char *frame = vhd_reply_encode(1, &reply, &again);

		if (!frame || again != VHD_FRAME_HEAD + size ||
		    memcmp(frame + VHD_FRAME_HEAD, data, size) != 0)
			abort();
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	AUTO_FREE char *text = strndup((const char *)data, size);

	if (!text)
		abort();
	check_head(text);
	check_frame((const char *)data, size);
	return 0;
}
