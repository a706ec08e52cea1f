/*
 * Where an account's owner can be reached when he cannot log in: the file
 * ".contact" in its directory, which goes with the account.
 */
#include "config.h"

#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/line.h"
#include "core/steps.h"
#include "core/userdelivery.h"
#include "qmail/queue.h"

#define FILE_NAME ".contact"
#define FILE_SIZE (VPOP_CONTACT_SIZE + 1)

/* One address that can stand in a header and on a command line: nothing that
 * means something else there. */
static int
is_address(const char *text)
{
	const char *at = strrchr(text, '@');

	if (!at || at == text || !strchr(at, '.') || *text == '-' ||
	    strlen(text) >= VPOP_CONTACT_SIZE)
		return 0;
	for (const char *p = text; *p; p++)
		if (*p <= ' ' || *p > '~' || strchr("\"(),:;<>[\\]|`", *p))
			return 0;
	return strchr(text, '@') == at && at[1] != '.' &&
	       at[strlen(at) - 1] != '.' && !strstr(at, "..");
}

int
vpop_user_contact_get(struct vpop *vp, const struct vpop_user *user,
    char ret_address[VPOP_CONTACT_SIZE])
{
	struct vpop_domain domain;
	int code = vpop_domain_get(vp, user->domain, &domain);

	*ret_address = '\0';
	if (code != 0)
		return code;
	AUTO_CLOSE int home = *user->dir ? vp_userdir_open(&domain, user) : -1;
	AUTO_FREE char *text =
	    home < 0 ? NULL : vp_file_read(home, FILE_NAME, FILE_SIZE, NULL);
	if (!text && home >= 0 && errno != ENOENT)
		return vp_fail_errno(vp,
		    vp_code_of_errno(errno, VA_COULD_NOT_OPEN_DOT_QMAIL),
		    "cannot read '%s/" FILE_NAME "'", user->dir);
	if (text)
		text[strcspn(text, "\n")] = '\0';
	if (text && is_address(text))
		memcpy(ret_address, text, strlen(text) + 1);
	return 0;
}

static int
no_address(struct vpop *vp, const char *address)
{
	return vp_fail(vp, VA_INVALID_EMAIL_CHAR,
	    "'%s' is no address that mail can be sent to", address);
}

int
vpop_user_contact_set(
    struct vpop *vp, const struct vpop_user *user, const char *address)
{
	AUTO_FREE char *line = NULL;
	struct vp_mailbox mailbox;
	int code;

	if (*address && !is_address(address))
		return no_address(vp, address);
	if (asprintf(&line, "%s\n", address) < 0) {
		line = NULL;
		return vp_fail(vp, VA_MEMORY_ALLOC_ERR, "out of memory");
	}
	code = vp_mailbox_open(vp, user, &mailbox);
	if (code == 0) {
		const char *domain = mailbox.place.domain.real;
		AUTO_FREE char *object = vp_user_object(user->name, domain);
		struct vp_intent intent = { .event = "user.contact.changed",
			.object = object,
			.domain = domain };
		struct vp_steps steps = { .domain = &mailbox.place.domain,
			.dirfd = mailbox.home,
			.user = user->name,
			.domain_fd = -1 };

		code = object
			   ? vp_steps_init(vp, &steps)
			   : vp_fail(vp, VA_MEMORY_ALLOC_ERR, "out of memory");
		vp_steps_file(&steps, FILE_NAME, *address ? line : NULL);
		if (code == 0 && !vp_dry_run(vp))
			code = vp_steps_change(vp, &intent, &steps);
		vp_steps_clear(&steps);
	}
	vp_mailbox_close(&mailbox);
	return code;
}

int
vpop_message_send(struct vpop *vp, const char *sender, const char *recipient,
    const char *message)
{
	size_t size = strlen(message);
	char error[256];

	if (!is_address(recipient))
		return no_address(vp, recipient);
	AUTO_CLOSE int fd = memfd_create("message", MFD_CLOEXEC);
	if (fd < 0 || write(fd, message, size) != (ssize_t)size)
		return vp_fail_errno(
		    vp, VA_MEMORY_ALLOC_ERR, "cannot keep a message");
	if (vp_dry_run(vp) ||
	    vp_queue_message(vp->set.qmail_queue, "", fd, sender, &recipient, 1,
		error, sizeof error) == 0)
		return 0;
	return vp_fail(vp, VA_COULD_NOT_UPDATE_FILE, "%s", error);
}
