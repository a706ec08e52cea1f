/*
 * The limits of a domain.
 *
 * The two sets of permissions on members and moderators of mailing lists
 * travel with perm_maillist, three bits each.  Older servers sent them, and
 * clients of theirs send them back, with perm_quota: that is accepted too.
 * Lines that are not understood are passed over: an answer to each would be
 * taken for the answer to the block.
 */
#include "config.h"

#include <errno.h>
#include <stddef.h>
#include <string.h>

#include "base/text.h"
#include "daemons/vpopmaild/verbs.h"

#define SEPARATORS " =:\r"
#define PERM_BITS  7
#define USERS      3 /* shifts of the sets of mailing lists */
#define MODERATORS 6

enum kind { SIGNED, UNSIGNED, FLAG, PERM };

struct limit {
	const char *name;
	size_t offset; /* in struct vpop_limits */
	enum kind kind;
	uint32_t bit; /* FLAG */
};

#define FIELD(name, kind, field)                                               \
	{                                                                      \
		name, offsetof(struct vpop_limits, field), kind, 0             \
	}
#define BIT(name, bit)                                                         \
	{                                                                      \
		name, 0, FLAG, bit                                             \
	}

/* In the order in which they are sent. */
static const struct limit limits_table[] = {
	FIELD("max_popaccounts", SIGNED, maxpopaccounts),
	FIELD("max_aliases", SIGNED, maxaliases),
	FIELD("max_forwards", SIGNED, maxforwards),
	FIELD("max_autoresponders", SIGNED, maxautoresponders),
	FIELD("max_mailinglists", SIGNED, maxmailinglists),
	FIELD("disk_quota", UNSIGNED, quota),
	FIELD("max_msgcount", UNSIGNED, maxmsgcount),
	FIELD("default_quota", UNSIGNED, default_quota),
	FIELD("default_maxmsgcount", UNSIGNED, default_maxmsgcount),
	BIT("disable_pop", VPOP_NO_POP),
	BIT("disable_imap", VPOP_NO_IMAP),
	BIT("disable_dialup", VPOP_NO_DIALUP),
	BIT("disable_password_changing", VPOP_NO_PASSWD_CHNG),
	BIT("disable_webmail", VPOP_NO_WEBMAIL),
	BIT("disable_external_relay", VPOP_NO_RELAY),
	BIT("disable_smtp", VPOP_NO_SMTP),
	BIT("disable_spamassassin", VPOP_NO_SPAMASSASSIN),
	BIT("delete_spam", VPOP_DELETE_SPAM),
	BIT("disable_maildrop", VPOP_NO_MAILDROP),
	FIELD("perm_account", PERM, perm_account),
	FIELD("perm_alias", PERM, perm_alias),
	FIELD("perm_forward", PERM, perm_forward),
	FIELD("perm_autoresponder", PERM, perm_autoresponder),
	FIELD("perm_maillist", PERM, perm_maillist),
	FIELD("perm_quota", PERM, perm_quota),
	FIELD("perm_defaultquota", PERM, perm_defaultquota),
	/* Accepted only. */
	FIELD("perm_maillist_users", PERM, perm_maillist_users),
	FIELD("perm_maillist_moderators", PERM, perm_maillist_moderators),
};

#define SENT 26

static void
put_limit(struct vpd_out *out, const struct limit *limit,
    const struct vpop_limits *limits)
{
	const char *field = (const char *)limits + limit->offset;
	uint64_t number;
	int value;

	switch (limit->kind) {
	case UNSIGNED:
		memcpy(&number, field, sizeof number);
		vpd_line_unsigned(out, limit->name, number);
		return;
	case FLAG:
		vpd_line_number(
		    out, limit->name, (limits->flags & limit->bit) != 0);
		return;
	case SIGNED:
	case PERM:
	default:
		memcpy(&value, field, sizeof value);
		if (limit->offset ==
		    offsetof(struct vpop_limits, perm_maillist))
			value |= limits->perm_maillist_users << USERS |
				 limits->perm_maillist_moderators << MODERATORS;
		vpd_line_number(out, limit->name, value);
	}
}

enum vpd_next
vpd_get_limits(struct vpd_call *call)
{
	const char *domain = vpd_word(call);
	struct vpop_limits limits;

	if (call->session->level != VPD_SYSTEM)
		return vpd_error(call, VPD_E_RIGHT, 3401);
	if (!domain)
		return vpd_error(call, VPD_E_NO_DOMAIN, 3402);
	if (vpop_limits_get(call->vp, domain, &limits) != 0)
		return vpd_error(call, VPD_E_LIMITS_GET, 3403);
	vpd_begin(call);
	for (size_t i = 0; i < SENT; i++)
		put_limit(call->out, &limits_table[i], &limits);
	/* The last line was always sent twice. */
	put_limit(call->out, &limits_table[SENT - 1], &limits);
	return vpd_end(call);
}

enum vpd_next
vpd_set_limits(struct vpd_call *call)
{
	struct vpd_session *session = call->session;
	const char *domain = vpd_word(call);
	struct vpop_limits limits;

	if (!domain)
		return vpd_error(call, VPD_E_NO_DOMAIN, 3502);
	if (vpop_limits_get(call->vp, domain, &limits) != 0)
		return vpd_error(call, VPD_E_LIMITS_GET, 3505);
	if (vp_copy(session->argument, sizeof session->argument, domain) != 0)
		return vpd_error(call, VPD_E_NO_DOMAIN, 3502);
	session->pending = VPD_SET_LIMITS;
	vpd_ok(call);
	return VPD_OPTIONS;
}

/* ---- the block -------------------------------------------------------- */

/* The sets of mailing lists by their own names win over the packed ones. */
struct sets {
	int packed_users, packed_moderators; /* -1: not given */
	int users, moderators;
};

static void
take_perm(struct vpop_limits *limits, struct sets *sets,
    const struct limit *limit, int value)
{
	const size_t at = limit->offset;
	const int is_list = at == offsetof(struct vpop_limits, perm_maillist);
	const int own = value & PERM_BITS;

	memcpy((char *)limits + at, &own, sizeof own);
	if (at == offsetof(struct vpop_limits, perm_maillist_users))
		sets->users = own;
	if (at == offsetof(struct vpop_limits, perm_maillist_moderators))
		sets->moderators = own;
	if (is_list || (at == offsetof(struct vpop_limits, perm_quota) &&
			   value > PERM_BITS)) {
		sets->packed_users = value >> USERS & PERM_BITS;
		sets->packed_moderators = value >> MODERATORS & PERM_BITS;
	}
}

static void
take_limit(struct vpop_limits *limits, struct sets *sets,
    const struct limit *limit, const char *text)
{
	char *field = (char *)limits + limit->offset;
	int64_t number;
	uint64_t count;
	int value;

	if (vp_number(text, limit->kind == SIGNED ? INT32_MIN : 0,
		limit->kind == UNSIGNED ? INT64_MAX : INT32_MAX, &number) != 0)
		return;
	value = limit->kind == UNSIGNED ? 0 : (int)number;
	switch (limit->kind) {
	case UNSIGNED:
		count = (uint64_t)number;
		memcpy(field, &count, sizeof count);
		break;
	case FLAG:
		limits->flags &= ~limit->bit;
		limits->flags |= value ? limit->bit : 0;
		break;
	case PERM:
		take_perm(limits, sets, limit, value);
		break;
	case SIGNED:
	default:
		memcpy(field, &value, sizeof value);
	}
}

static void
take_line(struct vpop_limits *limits, struct sets *sets, char *line)
{
	const char *name = NULL, *value = NULL;
	const size_t count = sizeof limits_table / sizeof limits_table[0];
	char *word;

	while ((word = strsep(&line, SEPARATORS))) {
		if (*word == '\0')
			continue;
		if (name) {
			value = word;
			break;
		}
		name = word;
	}
	for (size_t i = 0; value && i < count; i++)
		if (strcmp(limits_table[i].name, name) == 0)
			take_limit(limits, sets, &limits_table[i], value);
}

static void
take_lines(struct vpop_limits *limits, char *text)
{
	struct sets sets = { -1, -1, -1, -1 };
	char *line;

	while ((line = strsep(&text, "\n")))
		take_line(limits, &sets, line);
	if (sets.users < 0)
		sets.users = sets.packed_users;
	if (sets.moderators < 0)
		sets.moderators = sets.packed_moderators;
	if (sets.users >= 0)
		limits->perm_maillist_users = sets.users;
	if (sets.moderators >= 0)
		limits->perm_maillist_moderators = sets.moderators;
}

enum vpd_next
vpd_set_limits_block(struct vpd_call *call)
{
	AUTO_FREE char *text =
	    call->block ? strndup(call->block, call->size) : NULL;
	const char *domain = call->session->argument;
	struct vpop_limits limits;

	if (!text || vpop_limits_get(call->vp, domain, &limits) != 0)
		return vpd_error(call, VPD_E_LIMITS_SET, 3504);
	take_lines(&limits, text);
	if (vpop_limits_set(call->vp, domain, &limits) != 0)
		return vpd_error(call, VPD_E_LIMITS_SET, 3504);
	return vpd_ok(call);
}

enum vpd_next
vpd_del_limits(struct vpd_call *call)
{
	const char *domain = vpd_word(call);
	int code;

	if (!domain)
		return vpd_error(call, VPD_E_NO_DOMAIN, 3602);
	code = vpop_limits_delete(call->vp, domain);
	if (code == 0)
		return vpd_ok(call);
	/* With a full stop, as no other. */
	vpd_format(call->out, "-ERR 0.3603 %s.\r\n",
	    vpop_class(code) == VPOP_CLASS_ABSENT
		? strerror(ENOENT)
		: vpd_code_text(call->vp, code));
	return VPD_LINE;
}
