/*
 * One request at a time; after anything unexpected the connection is a new
 * one, so that no answer is taken for that of another request.
 */
#include "config.h"

#include "panel/module/link.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>

#include "base/attr.h"
#include "base/clock.h"
#include "base/text.h"

#define BLOCK      65536
#define ANSWER_MAX (4 * VP_MODULE_LINE) /* numbers may be written longer */

void
vp_module_link_close(struct vp_module_link *link)
{
	if (link->fd >= 0)
		close(link->fd);
	link->fd = -1;
}

static int
open_link(struct vp_module_link *link)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };

	if (vp_copy(address.sun_path, sizeof address.sun_path, link->socket) !=
	    0)
		return -1;
	link->fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (link->fd >= 0 &&
	    connect(link->fd, (struct sockaddr *)&address, sizeof address) == 0)
		return 0;
	vp_module_link_close(link);
	return -1;
}

/* 0 when all is sent, or -1. */
static int
send_all(int fd, const char *text, size_t left)
{
	while (left > 0) {
		ssize_t n = send(fd, text, left, MSG_NOSIGNAL);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -1;
		text += n;
		left -= (size_t)n;
	}
	return 0;
}

/* A request is executed only when its line is whole; so one that could not be
 * sent may be sent again, to the next supervisor. */
static int
give(struct vp_module_link *link, const char *text, size_t size)
{
	if (link->fd >= 0 && send_all(link->fd, text, size) == 0)
		return 0;
	vp_module_link_close(link);
	return open_link(link) == 0 ? send_all(link->fd, text, size) : -1;
}

/* The answer's line, malloc'd, or NULL. */
static char *
take(const struct vp_module_link *link, int64_t limit)
{
	char *line = NULL, *more;
	size_t used = 0;

	for (;;) {
		struct pollfd fd = { link->fd, POLLIN, 0 };
		int64_t left = limit - vp_clock_ms();
		ssize_t got;

		if (left <= 0 || used >= ANSWER_MAX ||
		    !(more = realloc(line, used + BLOCK)))
			break;
		line = more;
		if (poll(&fd, 1, (int)left) <= 0)
			continue;
		got = recv(link->fd, line + used, BLOCK, 0);
		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0)
			break;
		used += (size_t)got;
		if (line[used - 1] == '\n') {
			line[used - 1] = '\0';
			return line;
		}
	}
	free(line);
	return NULL;
}

static int
read_answer(const char *line, json_int_t id, struct vp_module_answer *answer)
{
	json_t *json = json_loads(line, JSON_REJECT_DUPLICATES, NULL);
	const char *words = json_string_value(json_object_get(json, "broken"));
	int rc;

	if (words)
		rc = vp_module_broken(answer, "%.1000s", words);
	else
		rc = vp_module_answer_read(json, id, answer);
	json_decref(json);
	return words ? 0 : rc;
}

void
vp_module_link_ask(struct vp_module_link *link, const char *module,
    const char *verb, json_t *parameters, int seconds,
    struct vp_module_answer *ret)
{
	int64_t limit = vp_clock_ms() + (int64_t)seconds * 1000;
	json_t *all = parameters ? json_copy(parameters) : json_object();
	AUTO_FREE char *line = NULL;
	AUTO_FREE char *text = NULL;
	size_t size;

	*ret = (struct vp_module_answer){ .outcome = VP_MODULE_DONE };
	if (all && module)
		json_object_set_new(all, "module", json_string(module));
	if (all && module && link->workers > 0)
		json_object_set_new(
		    all, "workers", json_integer(link->workers));
	text = vp_module_request(++link->id, verb, all, &size, ret);
	json_decref(all);
	if (!text)
		return;
	if (give(link, text, size) != 0) {
		vp_module_link_close(link);
		*ret = (struct vp_module_answer){
			.outcome = VP_MODULE_REFUSED,
			.code = "unavailable",
			.words = "the modules do not answer; try again later",
		};
		return;
	}
	line = take(link, limit);
	if (!line)
		vp_module_broken(ret, "was interrupted");
	if (!line || read_answer(line, link->id, ret) != 0)
		vp_module_link_close(link);
}
