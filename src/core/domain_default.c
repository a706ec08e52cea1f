/*
 * .qmail-default: what happens to mail for names that are no account.
 *
 * Its one line is a command that qmail-local gives to the shell, so nothing
 * enters it but bytes that mean nothing to a shell.  The file is replaced as
 * a whole under the domain's lock: delivery sees the old line or the new one.
 */
#include "config.h"

#include "core/domain_int.h"

#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "core/atomic.h"
#include "core/name.h"
#include "core/user.h"
#include "qmail/dotqmail.h"

int
vp_shell_safe(struct vpop *vp, const char *what, const char *text)
{
	static const char safe[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				   "abcdefghijklmnopqrstuvwxyz"
				   "0123456789@%+=:,./_-";

	if (*text != '\0' && text[strspn(text, safe)] == '\0')
		return 0;
	return vp_fail(vp, VA_INVALID_EMAIL_CHAR,
	    "the %s '%s' has characters that cannot stand in .qmail-default",
	    what, text);
}

int
vp_address_check(struct vpop *vp, const char *address)
{
	char user[VPOP_USER_SIZE], domain[VPOP_DOMAIN_SIZE];
	const char *at = strchr(address, '@');

	int code = vpop_parse_address(vp, address, user, domain);
	if (code == 0 && (!at || at == address || at[1] == '\0'))
		code = vp_fail(vp, VA_INVALID_EMAIL_CHAR,
		    "'%s' is not an address", address);
	return code;
}

char *
vp_qmail_default_text(struct vpop *vp, const char *action, int *ret_code)
{
	char *text;

	*ret_code = vp_shell_safe(vp, "home directory", vp->home);
	if (*ret_code == 0)
		*ret_code = vp_shell_safe(vp, "action", action);
	if (*ret_code != 0)
		return NULL;
	if (asprintf(&text, "| %s/bin/vdelivermail '' %s\n", vp->home, action) <
	    0) {
		*ret_code = vp_fail(vp, VA_MEMORY_ALLOC_ERR, "out of memory");
		return NULL;
	}
	return text;
}

/* The directory of a mailbox; made now if the account never had one. */
static int
mailbox_dir(struct vpop *vp, const struct vpop_domain *domain, const char *name,
    char ret_dir[VPOP_DIR_SIZE])
{
	char canonical[VPOP_USER_SIZE];
	struct vpop_user user;

	int code = vp_name_user(vp, name, canonical);
	if (code == 0)
		code = vp_user_find(vp, domain, canonical, &user);
	if (code == 0 && user.dir[0] == '\0' && !vp_dry_run(vp))
		code = vpop_user_make_dir(vp, &user);
	if (code == 0)
		(void)vp_copy(ret_dir, VPOP_DIR_SIZE,
		    user.dir[0] ? user.dir : domain->dir);
	return code;
}

/* What the caller calls an action as what the file calls it. */
static int
resolve_action(struct vpop *vp, const struct vpop_domain *domain,
    const char *action, char ret_action[VPOP_DIR_SIZE])
{
	int code = 0;

	if (action[0] == '@') {
		char name[VPOP_DOMAIN_SIZE];

		code = vp_name_new_domain(vp, action + 1, name);
	} else if (strcmp(action, "bounce-no-mailbox") != 0 &&
		   strcmp(action, "delete") != 0 && action[0] != '/') {
		if (!strchr(action, '@'))
			return mailbox_dir(vp, domain, action, ret_action);
		code = vp_address_check(vp, action);
	}
	if (code == 0 && vp_copy(ret_action, VPOP_DIR_SIZE, action) != 0)
		code = vp_fail_errno(
		    vp, VA_DIR_TOO_LONG, "the action '%s'", action);
	return code;
}

/* Old and new for the journal: the actions, or that there is none. */
static json_t *
describe(struct vpop *vp, const char *text)
{
	char action[VPOP_DIR_SIZE];

	if (vp_qmail_default_action(text, action, sizeof action) != 0)
		action[0] = '\0';
	vp_clear_error(vp);
	return json_pack("{s:o}", "action", vp_journal_text(action));
}

static int
replace_text(struct vpop *vp, const struct vpop_domain *domain, int dirfd,
    const char *text)
{
	const struct vp_atomic file = {
		.domain = domain,
		.dirfd = dirfd,
		.name = VP_QMAIL_DEFAULT,
		.text = text,
		.size = strlen(text),
		.mode = VP_MODE_FILE,
	};
	struct vp_intent intent = {
		.event = "domain.catchall.changed",
		.object = domain->real,
		.domain = domain->real,
	};
	int code = 0;
	AUTO_FREE char *old = vp_qmail_default_read(vp, dirfd, &code);

	if (code != 0 || vp_dry_run(vp))
		return code;
	intent.old = describe(vp, old);
	intent.new = describe(vp, text);
	code = vp_atomic_change(vp, &intent, &file);
	json_decref(intent.old);
	json_decref(intent.new);
	return code;
}

static int
change_default(
    struct vpop *vp, const struct vpop_domain *domain, const char *text)
{
	AUTO_CLOSE int dirfd = vp_domain_dir(vp, domain);
	AUTO_CLOSE int lock = -1;

	if (dirfd < 0)
		return dirfd;
	if (!vp_dry_run(vp)) {
		lock = vp_change_lock(vp, domain, dirfd);
		if (lock < 0)
			return lock;
	}
	return replace_text(vp, domain, dirfd, text);
}

int
vpop_domain_set_default(struct vpop *vp, const char *name, const char *action)
{
	char resolved[VPOP_DIR_SIZE];
	struct vpop_domain domain;

	int code = vp_change_start(vp);
	if (code == 0)
		code = vpop_domain_get(vp, name, &domain);
	if (code == 0)
		code = resolve_action(vp, &domain, action, resolved);
	if (code != 0)
		return code;
	AUTO_FREE char *text = vp_qmail_default_text(vp, resolved, &code);
	return text ? change_default(vp, &domain, text) : code;
}

int
vpop_domain_set_default_line(
    struct vpop *vp, const char *name, const char *line)
{
	struct vpop_domain domain;
	AUTO_FREE char *text = NULL;

	if (*line == '\0' || strlen(line) >= VP_DOTQMAIL_LINE ||
	    !vp_is_clean(line))
		return vp_fail(vp, VA_INVALID_ARGUMENT,
		    "a line of .qmail-default is one line of text");
	int code = vp_change_start(vp);
	if (code == 0)
		code = vpop_domain_get(vp, name, &domain);
	if (code != 0)
		return code;
	if (asprintf(&text, "%s\n", line) < 0) {
		text = NULL;
		return vp_fail(vp, VA_MEMORY_ALLOC_ERR, "out of memory");
	}
	return change_default(vp, &domain, text);
}
