/*
 * One message to all mailboxes of a domain.  The library reads it from a file;
 * ours has no name, so that nothing is left of it.
 */
#include "config.h"

#include "modules/mail/bulletin.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <strings.h>
#include <sys/mman.h>

#include "base/text.h"

#define ADDRESS_SIZE (VPOP_USER_SIZE + VPOP_DOMAIN_SIZE)
#define SHOWN_FAILED 100 /* addresses that the result names, at most */

struct round {
	json_t *exclude, *failed;
	json_int_t delivered, failures, left_out;
};

static int
each(void *arg, const struct vpop_user *user, int before, int code)
{
	struct round *round = arg;
	char address[ADDRESS_SIZE];
	json_t *item;
	size_t i;

	(void)vp_format(
	    address, sizeof address, "%s@%s", user->name, user->domain);
	if (before) {
		json_array_foreach(round->exclude, i, item)
		{
			const char *out = json_string_value(item);

			if (out && strcasecmp(out, address) == 0) {
				round->left_out++;
				return 1;
			}
		}
		return 0;
	}
	if (code == 0) {
		round->delivered++;
		return 0;
	}
	if (round->failures++ < SHOWN_FAILED)
		json_array_append_new(round->failed, json_string(address));
	return 0;
}

static int
write_all(int fd, const char *text, size_t size)
{
	while (size > 0) {
		ssize_t n = write(fd, text, size);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return -1;
		text += n;
		size -= (size_t)n;
	}
	return 0;
}

/* A header, an empty line and a body: else it is no message. */
static int
is_message(const char *text)
{
	const char *colon = strchr(text, ':');
	size_t name = strcspn(text, ": \t\r\n");

	return colon && name > 0 && text + name == colon &&
	       (strstr(text, "\n\n") || strstr(text, "\n\r\n"));
}

json_t *
mail_bulletin(struct mail *m, const struct mail_request *r)
{
	const char *message = mail_text(r->input, "message");
	struct round round = {
		.exclude = json_object_get(r->input, "exclude"),
	};
	char path[64];

	if (!message || !is_message(message))
		return mail_refuse(m, "invalid", "/message",
		    "a message has a header, an empty line and a body");
	AUTO_CLOSE int fd = memfd_create("bulletin", MFD_CLOEXEC);
	if (fd < 0 || write_all(fd, message, strlen(message)) != 0 ||
	    vp_format(path, sizeof path, "/proc/self/fd/%d", fd) != 0)
		return mail_refuse(m, "unavailable", NULL,
		    "cannot keep the message: %s", strerror(errno));
	round.failed = json_array();
	int code = vpop_bulletin(
	    m->vp, r->key, path, VPOP_BULLETIN_COPY, each, &round);
	if (code != 0 && round.delivered == 0 && round.failures == 0) {
		json_decref(round.failed);
		return mail_refuse_vpop(m, code);
	}
	return json_pack("{s:{s:I, s:I, s:I, s:o}}", "result", "delivered",
	    round.delivered, "excluded", round.left_out, "failures",
	    round.failures, "failed", round.failed);
}
