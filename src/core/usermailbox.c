/*
 * An account's .qmail: read, replaced as a whole, or changed in what it does
 * with mail.
 */
#include "config.h"

#include "core/userdelivery.h"

#include <errno.h>
#include <string.h>
#include <strings.h>

#include "base/line.h"
#include "base/text.h"
#include "core/steps.h"
#include "core/vacation_int.h"
#include "qmail/dotqmail.h"

#define DOT_QMAIL    ".qmail"
#define ADDRESS_SIZE 320 /* of people: 64 + 255 bytes */

/* ---- opening ---------------------------------------------------------- */

char *
vp_mailbox_read(
    struct vpop *vp, const struct vpop_user *user, int home, int *ret_code)
{
	size_t size = 0;
	char *text = vp_file_read(home, DOT_QMAIL, VP_DOTQMAIL_FILE, &size);

	*ret_code = 0;
	if (!text && errno == ENOENT && (text = strdup("")) != NULL)
		return text;
	if (text && strlen(text) == size)
		return text;
	if (text)
		errno = EILSEQ;
	free(text);
	*ret_code = vp_fail_errno(vp,
	    vp_code_of_errno(errno, VA_COULD_NOT_OPEN_DOT_QMAIL),
	    "cannot read '%s/" DOT_QMAIL "'", user->dir);
	return NULL;
}

static int
dir_failed(struct vpop *vp, const struct vpop_user *user)
{
	return vp_fail_errno(vp, vp_code_of_errno(errno, VA_BAD_U_DIR),
	    "cannot open the directory '%s' of '%s@%s'", user->dir, user->name,
	    user->domain);
}

static int
open_mailbox(
    struct vpop *vp, const struct vpop_user *user, struct vp_mailbox *ret)
{
	int code;

	*ret = (struct vp_mailbox){ .vp = vp,
		.user = user,
		.place = { .dirfd = -1, .lock = -1, .hash.fd = -1 },
		.home = -1 };
	if (user->dir[0] == '\0')
		return vp_fail(vp, VA_BAD_U_DIR,
		    "user '%s@%s' has no directory yet", user->name,
		    user->domain);
	if ((code = vp_change_start(vp)) < 0 ||
	    (code = vp_place_open(vp, user->domain, &ret->place)) < 0 ||
	    (code = vp_place_lock(vp, &ret->place)) < 0)
		return code;
	ret->home = vp_userdir_open(&ret->place.domain, user);
	if (ret->home < 0)
		return dir_failed(vp, user);
	ret->text = vp_mailbox_read(vp, user, ret->home, &code);
	return code;
}

int
vp_mailbox_open(
    struct vpop *vp, const struct vpop_user *user, struct vp_mailbox *ret)
{
	int code = open_mailbox(vp, user, ret);

	/* There is a text, though it may be empty. */
	return code == 0 && !ret->text ? VA_MEMORY_ALLOC_ERR : code;
}

void
vp_mailbox_close(struct vp_mailbox *mailbox)
{
	vp_place_close(&mailbox->place);
	if (mailbox->home >= 0)
		close(mailbox->home);
	free(mailbox->text);
	vp_change_end(mailbox->vp);
}

/* ---- the whole text --------------------------------------------------- */

int
vpop_user_dotqmail_get(
    struct vpop *vp, const struct vpop_user *user, char **ret_text)
{
	struct vpop_domain domain;
	int code = vpop_domain_get(vp, user->domain, &domain);

	if (code < 0)
		return code;
	AUTO_CLOSE int home = *user->dir ? vp_userdir_open(&domain, user) : -1;
	if (home < 0 && *user->dir && errno != ENOENT)
		return dir_failed(vp, user);
	if (home < 0)
		*ret_text = strdup("");
	else
		*ret_text = vp_mailbox_read(vp, user, home, &code);
	if (!*ret_text && code == 0)
		code = vp_fail(vp, VA_MEMORY_ALLOC_ERR, "out of memory");
	return code;
}

static int
has_line(const char *text, const char *line, size_t length)
{
	while (*text) {
		size_t found = strcspn(text, "\n");

		if (found == length && memcmp(text, line, length) == 0)
			return 1;
		text += found + (text[found] == '\n');
	}
	return 0;
}

/* Lines that are there already may stay. */
static int
check_new(const struct vp_mailbox *mailbox, const char *text)
{
	int code = 0;

	while (*text && code == 0) {
		size_t length = strcspn(text, "\n");

		if (!has_line(mailbox->text, text, length))
			code = vpop_dotqmail_check(
			    mailbox->vp, mailbox->user->dir, text, length);
		text += length + (text[length] == '\n');
	}
	return code;
}

static int
check_text(struct vpop *vp, const char *text)
{
	if (strlen(text) > VP_DOTQMAIL_FILE)
		return vp_fail(vp, VA_INVALID_ARGUMENT,
		    "the text is longer than %d bytes", VP_DOTQMAIL_FILE);
	for (const char *line = text; *line;) {
		size_t length = strcspn(line, "\n");

		if (length > VP_DOTQMAIL_LINE)
			return vp_fail(vp, VA_ALIAS_LINE_TOO_LONG,
			    "a line is longer than %d bytes", VP_DOTQMAIL_LINE);
		line += length + (line[length] == '\n');
	}
	return 0;
}

static int
put(struct vp_mailbox *mailbox, const char *text)
{
	AUTO_FREE char *object =
	    vp_user_object(mailbox->user->name, mailbox->place.domain.real);
	struct vp_intent intent = { .event = "user.forward.changed",
		.object = object,
		.domain = mailbox->place.domain.real };
	struct vp_steps steps = { .domain = &mailbox->place.domain,
		.dirfd = mailbox->home,
		.user = mailbox->user->name,
		.domain_fd = -1 };
	int code;

	if (strcmp(text, mailbox->text) == 0 || vp_dry_run(mailbox->vp))
		return 0;
	code = vp_steps_init(mailbox->vp, &steps);
	if (code < 0)
		return code;
	vp_steps_file(&steps, DOT_QMAIL, *text ? text : NULL);
	intent.new =
	    json_pack("{s:o?}", "qmail", *text ? vp_journal_text(text) : NULL);
	code = object && intent.new
		   ? vp_steps_change(mailbox->vp, &intent, &steps)
		   : vp_fail(mailbox->vp, VA_MEMORY_ALLOC_ERR, "out of memory");
	json_decref(intent.new);
	vp_steps_clear(&steps);
	return code;
}

int
vpop_user_dotqmail_set(struct vpop *vp, const struct vpop_user *user,
    const char *text, unsigned flags)
{
	struct vp_mailbox mailbox;
	int code = check_text(vp, text);

	if (code < 0)
		return code;
	code = vp_mailbox_open(vp, user, &mailbox);
	if (code == 0 && !(flags & VPOP_DOTQMAIL_ANY))
		code = check_new(&mailbox, text);
	if (code == 0)
		code = put(&mailbox, text);
	vp_mailbox_close(&mailbox);
	return code;
}

/* ---- what it does ----------------------------------------------------- */

int
vpop_user_delivery_get(struct vpop *vp, const struct vpop_user *user,
    struct vpop_delivery *ret_delivery)
{
	AUTO_FREE char *text = NULL;
	struct vpop_delivery delivery;
	int code = vpop_user_dotqmail_get(vp, user, &text);

	if (code < 0)
		return code;
	if (vp_delivery_read(text, user->dir, &delivery) != 0) {
		vpop_delivery_clear(&delivery);
		return vp_fail(vp, VA_MEMORY_ALLOC_ERR, "out of memory");
	}
	*ret_delivery = delivery;
	return 0;
}

static int
no_address(struct vpop *vp, const char *address)
{
	AUTO_FREE char *shown = strdup(address);

	if (shown)
		vp_make_printable(shown);
	return vp_fail(vp, VA_INVALID_EMAIL_CHAR, "'%.320s' is not an address",
	    shown ? shown : "");
}

int
vp_destination(struct vpop *vp, const char *domain, const char *destination,
    char **ret_address)
{
	const char *at = strrchr(destination, '@');

	for (const char *p = destination; *p; p++)
		if (*p <= ' ' || *p > '~')
			return no_address(vp, destination);
	if (strlen(destination) >= ADDRESS_SIZE || *destination == '\0' ||
	    strchr("|/.&#+", *destination) || at == destination ||
	    (at && (at[1] == '\0' || at[1] == '.')))
		return no_address(vp, destination);
	if (asprintf(ret_address, "%s%s%s", destination, at ? "" : "@",
		at ? "" : domain) < 0) {
		*ret_address = NULL;
		return vp_fail(vp, VA_MEMORY_ALLOC_ERR, "out of memory");
	}
	return 0;
}

/* Addresses in full, without the account's own: that would go round. */
static int
complete(struct vp_mailbox *mailbox, const struct vpop_delivery *in,
    struct vpop_delivery *out)
{
	const char *domain = mailbox->place.domain.real;
	AUTO_FREE char *own = vp_user_object(mailbox->user->name, domain);
	int code = 0;

	*out = (struct vpop_delivery){ .mode = in->mode,
		.keep_copy = in->keep_copy };
	for (size_t i = 0; code == 0 && i < in->destinations.count; i++) {
		AUTO_FREE char *address = NULL;

		code = vp_destination(
		    mailbox->vp, domain, in->destinations.text[i], &address);
		if (code == 0 && own &&
		    vp_is_same_address(mailbox->vp, own, address))
			code = vp_fail(mailbox->vp, VA_INVALID_ARGUMENT,
			    "'%s' would forward to itself; keep a copy "
			    "instead",
			    own);
		if (code == 0 &&
		    (!own || vpop_texts_add(&out->destinations, address) != 0))
			code = vp_fail(
			    mailbox->vp, VA_MEMORY_ALLOC_ERR, "out of memory");
	}
	return code;
}

static int
set_delivery(struct vp_mailbox *mailbox, const struct vpop_delivery *in)
{
	struct vpop_delivery wanted;
	AUTO_FREE char *text = NULL;
	int code = complete(mailbox, in, &wanted);

	if (code == 0) {
		text = vp_delivery_write(
		    mailbox->text, mailbox->user->dir, &wanted);
		code = text ? put(mailbox, text)
			    : vp_fail(mailbox->vp, VA_MEMORY_ALLOC_ERR,
				  "out of memory");
	}
	vpop_delivery_clear(&wanted);
	return code;
}

int
vpop_user_delivery_set(struct vpop *vp, const struct vpop_user *user,
    const struct vpop_delivery *delivery)
{
	struct vp_mailbox mailbox;
	int code;

	if (delivery->mode == VPOP_DELIVERY_FORWARD &&
	    delivery->destinations.count == 0)
		return vp_fail(vp, VA_INVALID_ARGUMENT,
		    "there is no address to forward to");
	if ((int)delivery->mode < 0 || delivery->mode > VPOP_DELIVERY_DISCARD)
		return vp_fail(
		    vp, VA_INVALID_ARGUMENT, "there is no such delivery");
	code = vp_mailbox_open(vp, user, &mailbox);
	if (code == 0)
		code = set_delivery(&mailbox, delivery);
	vp_mailbox_close(&mailbox);
	return code;
}
