/*
 * mod_user: the fields of an account, line by line.
 *
 * Clients send every field they know with every change, so a line without
 * the right to it is passed over silently, as is an unknown one, and a
 * password that is the present one is no change.  All lines become one change
 * of the account, which is made as a whole or not at all.
 */
#include "config.h"

#include <errno.h>
#include <string.h>

#include "base/text.h"
#include "daemons/vpopmaild/verbs.h"

#define SEPARATORS " =:\r\n"

enum right {
	ANYBODY,
	OVERRIDE,
	ADMINISTRATOR, /* of the domain or the system */
	SYSTEM
};

static const struct {
	const char *name;
	enum right right;
	uint32_t bit;
} flags[] = {
	{ "no_password_change", OVERRIDE, VPOP_NO_PASSWD_CHNG },
	{ "no_pop", OVERRIDE, VPOP_NO_POP },
	{ "no_webmail", OVERRIDE, VPOP_NO_WEBMAIL },
	{ "no_imap", OVERRIDE, VPOP_NO_IMAP },
	{ "bounce_mail", OVERRIDE, VPOP_BOUNCE_MAIL },
	{ "no_relay", OVERRIDE, VPOP_NO_RELAY },
	{ "no_dialup", OVERRIDE, VPOP_NO_DIALUP },
	{ "user_flag_0", OVERRIDE, VPOP_V_USER0 },
	{ "user_flag_1", OVERRIDE, VPOP_V_USER1 },
	{ "user_flag_2", ANYBODY, VPOP_V_USER2 },
	{ "user_flag_3", ANYBODY, VPOP_V_USER3 },
	{ "no_smtp", OVERRIDE, VPOP_NO_SMTP },
	{ "no_spamassassin", ANYBODY, VPOP_NO_SPAMASSASSIN },
	{ "delete_spam", ANYBODY, VPOP_DELETE_SPAM },
	{ "no_maildrop", ANYBODY, VPOP_NO_MAILDROP },
	{ "domain_admin_privileges", ADMINISTRATOR, VPOP_QA_ADMIN },
	{ "override_domain_limits", SYSTEM, VPOP_V_OVERRIDE },
	{ "system_admin_privileges", SYSTEM, VPOP_SA_ADMIN },
	{ "system_expert_privileges", SYSTEM, VPOP_SA_EXPERT },
};

static int
has_right(const struct vpd_session *session, enum right right)
{
	switch (right) {
	case ANYBODY:
		return 1;
	case OVERRIDE:
		return session->is_override;
	case ADMINISTRATOR:
		return session->level >= VPD_DOMAIN;
	case SYSTEM:
	default:
		return session->level == VPD_SYSTEM;
	}
}

static int
is_himself(
    const struct vpd_session *session, const char *name, const char *domain)
{
	return strcmp(name, session->user) == 0 &&
	       strcmp(domain, session->domain) == 0;
}

/* A plain user may change himself, also by the name of an alias domain. */
static int
may_modify(struct vpd_call *call, const char *name, const char *domain)
{
	const struct vpd_session *session = call->session;
	struct vpop_domain found;
	int rc;

	if (session->level == VPD_USER) {
		if (is_himself(session, name, domain))
			return 0;
		if (strcmp(name, session->user) == 0 &&
		    vpop_domain_get(call->vp, domain, &found) == 0 &&
		    is_himself(session, name, found.real))
			return 0;
		vpd_error(call, VPD_E_FOREIGN, 504);
		return -1;
	}
	rc = vpd_may(call, domain);
	if (rc < 0)
		vpd_failed(call, 503, rc);
	else if (rc == 0)
		vpd_error(call, VPD_E_FOREIGN, 503);
	return rc > 0 ? 0 : -1;
}

/* Who administers a domain must not change who may do more. */
static int
is_above(const struct vpd_call *call, const struct vpop_user *user)
{
	return (user->gid & VPOP_SA_ADMIN) != 0 &&
	       call->session->level == VPD_DOMAIN;
}

enum vpd_next
vpd_mod_user(struct vpd_call *call)
{
	char name[VPOP_USER_SIZE], domain[VPOP_DOMAIN_SIZE];
	struct vpd_session *session = call->session;
	const char *address = vpd_word(call);
	struct vpop_user user;
	int code;

	if (!address)
		return vpd_error(call, VPD_E_NO_ADDRESS, 501);
	code = vpd_parse(call, address, name, domain);
	if (vpop_class(code) == VPOP_CLASS_TEMPORARY)
		return vpd_failed(call, 502, code);
	if (code != 0)
		return vpd_error(call, VPD_E_ADDRESS, 502);
	if (may_modify(call, name, domain) != 0)
		return VPD_LINE;
	code = vpop_user_get(call->vp, name, domain, &user);
	if (vpop_class(code) == VPOP_CLASS_ABSENT)
		return vpd_error(call, VPD_E_NO_USER, 505);
	if (code != 0)
		return vpd_failed(call, 505, code);
	int above = is_above(call, &user);
	explicit_bzero(&user, sizeof user);
	if (above)
		return vpd_error(call, VPD_E_FOREIGN, 503);
	if (vp_format(session->argument, sizeof session->argument, "%s@%s",
		name, domain) != 0)
		return vpd_error(call, VPD_E_ADDRESS, 502);
	session->pending = VPD_MOD_USER;
	vpd_ok(call);
	return VPD_OPTIONS;
}

/* ---- the block -------------------------------------------------------- */

/* What the lines ask for; the texts point into the block. */
struct wanted {
	const char *comment, *quota;
	const char *clear, *hash; /* the last of the two counts */
	uint32_t set, cleared;
	int has_flags;
};

static void
take_flag(const struct vpd_session *session, struct wanted *wanted,
    const char *name, const char *value)
{
	int64_t number;

	if (vp_number(value + strspn(value, " "), 0, 1, &number) != 0)
		return;
	for (size_t i = 0; i < sizeof flags / sizeof flags[0]; i++) {
		if (strcmp(flags[i].name, name) != 0)
			continue;
		if (!has_right(session, flags[i].right))
			return;
		wanted->has_flags = 1;
		if (number) {
			wanted->set |= flags[i].bit;
		} else {
			wanted->set &= ~flags[i].bit;
			wanted->cleared |= flags[i].bit;
		}
		return;
	}
}

static void
take_field(const struct vpd_session *session, struct wanted *wanted,
    const char *name, const char *value)
{
	if (strcmp(name, "comment") == 0) {
		wanted->comment = value;
	} else if (strcmp(name, "quota") == 0) {
		if (has_right(session, OVERRIDE))
			wanted->quota = value;
	} else if (strcmp(name, "clear_text_password") == 0) {
		wanted->clear = value;
		wanted->hash = NULL;
	} else if (strcmp(name, "encrypted_password") == 0) {
		if (has_right(session, SYSTEM)) {
			wanted->hash = value;
			wanted->clear = NULL;
		}
	} else if (strcmp(name, "clear_all_flags") == 0) {
		if (has_right(session, OVERRIDE)) {
			wanted->has_flags = 1;
			wanted->set = 0;
			wanted->cleared = UINT32_MAX;
		}
	} else {
		take_flag(session, wanted, name, value);
	}
}

/* A line without its LF: a name, one separator, a value.  Only a comment may
 * be empty, and then the separator is there. */
static void
take_line(const struct vpd_session *session, struct wanted *wanted, char *line)
{
	char *name = line + strspn(line, SEPARATORS);
	char *value = name + strcspn(name, SEPARATORS);

	if (*value == '\0' || *value == '\r')
		return;
	*value++ = '\0';
	value[strcspn(value, "\r")] = '\0';
	if (*value || strcmp(name, "comment") == 0)
		take_field(session, wanted, name, value);
}

static struct wanted
take_lines(const struct vpd_session *session, char *text, size_t size)
{
	struct wanted wanted = { .comment = NULL };
	char *end = text + size;

	while (text < end) {
		char *next = memchr(text, '\n', (size_t)(end - text));

		next = next ? next : end;
		*next = '\0';
		take_line(session, &wanted, text);
		text = next + 1;
	}
	return wanted;
}

/* The account as it is now, and what of the password is really new. */
static int
look_again(struct vpd_call *call, const struct vpop_user_change *change,
    struct wanted *wanted)
{
	struct vpop_user user;
	int code = vpop_user_get(call->vp, change->name, change->domain, &user);

	if (code == 0 && is_above(call, &user))
		code = VA_FORBIDDEN;
	if (code == 0 && wanted->clear &&
	    vpop_user_verify(call->vp, &user, wanted->clear) == 0)
		wanted->clear = NULL;
	explicit_bzero(&user, sizeof user);
	return code;
}

static void
fill(const struct vpd_session *session, const struct wanted *wanted,
    struct vpop_user_change *change)
{
	if (wanted->comment)
		change->fields |= VPOP_SET_GECOS;
	change->gecos = wanted->comment;
	if (wanted->quota)
		change->fields |= VPOP_SET_QUOTA;
	change->quota = wanted->quota;
	if (wanted->has_flags)
		change->fields |= VPOP_SET_FLAGS;
	change->set_flags = wanted->set;
	change->clear_flags = wanted->cleared;
	if (!wanted->clear && !wanted->hash)
		return;
	change->fields |= VPOP_SET_SECRET;
	if (session->level == VPD_USER)
		change->fields |= VPOP_SET_BY_USER;
	change->secret.kind =
	    wanted->hash ? VPOP_SECRET_HASH : VPOP_SECRET_CLEAR;
	change->secret.text = wanted->hash ? wanted->hash : wanted->clear;
}

/* address is split in place. */
static int
modify(struct vpd_call *call, char *address, struct wanted *wanted)
{
	char *at = strchr(address, '@');
	struct vpop_user_change change = { .name = address };
	int code;

	if (!at)
		return VA_USER_DOES_NOT_EXIST;
	*at = '\0';
	change.domain = at + 1;
	code = look_again(call, &change, wanted);
	if (code != 0)
		return code;
	fill(call->session, wanted, &change);
	return change.fields ? vpop_user_modify(call->vp, &change) : 0;
}

enum vpd_next
vpd_mod_user_block(struct vpd_call *call)
{
	char *text = call->block ? malloc(call->size + 1) : NULL;
	struct wanted wanted;
	int code;

	if (!text)
		return vpd_errno(call, 507, call->block ? ENOMEM : EFBIG);
	memcpy(text, call->block, call->size);
	text[call->size] = '\0';
	wanted = take_lines(call->session, text, call->size);
	code = modify(call, call->session->argument, &wanted);
	explicit_bzero(text, call->size);
	free(text);
	return code == 0 ? vpd_ok(call) : vpd_failed(call, 507, code);
}
