/*
 * control/defaultdelivery: instructions for mailboxes that have none of
 * their own (facts: runtime 10).  A line that calls vdelivermail stands for
 * the mailbox itself, and ends the list.
 */
#include "config.h"

#include "core/deliver_int.h"

#include <errno.h>
#include <string.h>

#include "base/line.h"
#include "qmail/hostfile.h"

#define FILE_NAME "defaultdelivery"
#define MAILBOX   "vdelivermail"

static char *
read_file(struct vp_run *run, size_t *ret_size, int *ret_status)
{
	AUTO_CLOSE int control =
	    vp_qmail_folder(run->vp->set.qmaildir, "control");
	char *text = NULL;

	*ret_status = VP_DELIVERED;
	if (control >= 0)
		text = vp_file_read(
		    control, FILE_NAME, VP_DOTQMAIL_FILE, ret_size);
	if (!text && errno != ENOENT)
		*ret_status = vp_deliver_say(run, VP_DEFER,
		    "vdelivermail: cannot read '%s/control/" FILE_NAME
		    "': %s (#4.3.0)",
		    run->vp->set.qmaildir, strerror(errno));
	return text;
}

/* Leave the lines that do something, in place; *ret_mailbox is 1 if the
 * mailbox comes after them. */
static size_t
cut(char *text, size_t size, int *ret_mailbox)
{
	const char *from = text, *end = text + size;
	char *to = text;

	*ret_mailbox = 0;
	while (from < end && !*ret_mailbox) {
		const char *newline = memchr(from, '\n', (size_t)(end - from));
		size_t length = (size_t)((newline ? newline + 1 : end) - from);

		if (*from == '#') {
			from += length;
			continue;
		}
		*ret_mailbox =
		    memmem(from, length, MAILBOX, sizeof MAILBOX - 1) != NULL;
		if (!*ret_mailbox) {
			memmove(to, from, length);
			to += length;
		}
		from += length;
	}
	*to = '\0';
	return (size_t)(to - text);
}

int
vp_deliver_default(
    struct vp_run *run, const struct vp_place *place, int *ret_done)
{
	AUTO_FREE char *text = NULL;
	size_t size;
	int rc, mailbox;

	*ret_done = 0;
	if (!run->vp->set.defaultdelivery)
		return VP_DELIVERED;
	text = read_file(run, &size, &rc);
	if (!text)
		return rc;
	size = cut(text, size, &mailbox);
	rc = vp_deliver_lines(run, place, text, size, ret_done);
	if (mailbox)
		*ret_done = 0;
	return rc;
}
