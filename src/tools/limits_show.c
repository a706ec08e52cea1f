/*
 * Limits as text, column for column as scripts know it, and as JSON.
 */
#include "config.h"

#include "tools/limits_show.h"

#include <inttypes.h>

#include "tools/json.h"

/* In the order of the report. */
static const struct {
	uint32_t flag;
	int letter;
	const char *text, *name;
} flags[] = {
	{ VPOP_NO_IMAP, 'i', "NO_IMAP", "no_imap" },
	{ VPOP_NO_SMTP, 's', "NO_SMTP", "no_smtp" },
	{ VPOP_NO_POP, 'p', "NO_POP", "no_pop" },
	{ VPOP_NO_WEBMAIL, 'w', "NO_WEBMAIL", "no_webmail" },
	{ VPOP_NO_PASSWD_CHNG, 'd', "NO_PASSWD_CHNG", "no_password_change" },
	{ VPOP_NO_RELAY, 'r', "NO_RELAY", "no_relay" },
	{ VPOP_NO_DIALUP, 'u', "NO_DIALUP", "no_dialup" },
	{ VPOP_NO_SPAMASSASSIN, 'c', "NO_SPAMASSASSIN", "no_spamassassin" },
	{ VPOP_DELETE_SPAM, 'x', "DEL_SPAM", "delete_spam" },
	{ VPOP_NO_MAILDROP, 'm', "NO_MAILDROP", "no_maildrop" },
};

#define FLAGS (sizeof flags / sizeof flags[0])

struct perm {
	const char *label; /* padded */
	const char *name;
	int bits;
};

#define PERMS 9

int
limits_parse_flags(const char *letters, uint32_t *ret_flags)
{
	uint32_t set = 0;

	for (; *letters; letters++) {
		size_t i = 0;

		while (i < FLAGS && flags[i].letter != *letters)
			i++;
		if (i == FLAGS)
			return *letters;
		set |= flags[i].flag;
	}
	*ret_flags = set;
	return 0;
}

int
limits_parse_perm(const char *letters, int *ret_perm)
{
	int perm = 0;

	for (; *letters; letters++) {
		switch (*letters) {
		case 'c':
			perm |= VPOP_DENY_CREATE;
			break;
		case 'm':
			perm |= VPOP_DENY_MODIFY;
			break;
		case 'd':
			perm |= VPOP_DENY_DELETE;
			break;
		case 'a':
			perm |= VPOP_DENY_CREATE | VPOP_DENY_MODIFY |
				VPOP_DENY_DELETE;
			break;
		default:
			return *letters;
		}
	}
	*ret_perm = perm;
	return 0;
}

static void
list_perms(const struct vpop_limits *limits, struct perm perms[PERMS])
{
	const struct perm list[PERMS] = {
		{ "pop account:            ", "account", limits->perm_account },
		{ "alias:                  ", "alias", limits->perm_alias },
		{ "forward:                ", "forward", limits->perm_forward },
		{ "autoresponder:          ", "autoresponder",
		    limits->perm_autoresponder },
		{ "mailinglist:            ", "list", limits->perm_maillist },
		{ "mailinglist users:      ", "list_users",
		    limits->perm_maillist_users },
		{ "mailinglist moderators: ", "list_moderators",
		    limits->perm_maillist_moderators },
		{ "quota:                  ", "quota", limits->perm_quota },
		{ "default quota:          ", "default_quota",
		    limits->perm_defaultquota },
	};

	for (size_t i = 0; i < PERMS; i++)
		perms[i] = list[i];
}

/* ---- text ------------------------------------------------------------ */

static void
show_flags(const struct vpop_limits *limits)
{
	puts("GID Flags:");
	for (size_t i = 0; i < FLAGS; i++) {
		if (limits->flags & flags[i].flag)
			printf("  %s\n", flags[i].text);
	}
}

/* The letters have an order of their own. */
static void
show_letters(const struct vpop_limits *limits)
{
	fputs("Flags (for commandline): ", stdout);
	for (const char *letter = "ispwdrucxm"; *letter; letter++) {
		uint32_t flag = 0;
		const char word[2] = { *letter, 0 };

		limits_parse_flags(word, &flag);
		if (limits->flags & flag)
			putchar(*letter);
	}
	putchar('\n');
}

static void
show_perms(const struct vpop_limits *limits)
{
	struct perm perms[PERMS];

	list_perms(limits, perms);
	puts("Flags for non postmaster accounts:");
	for (size_t i = 0; i < PERMS; i++) {
		int bits = perms[i].bits;

		printf("  %s%-13s%-13s%-13s\n", perms[i].label,
		    bits & VPOP_DENY_CREATE ? "DENY_CREATE" : "ALLOW_CREATE",
		    bits & VPOP_DENY_MODIFY ? "DENY_MODIFY" : "ALLOW_MODIFY",
		    bits & VPOP_DENY_DELETE ? "DENY_DELETE" : "ALLOW_DELETE");
	}
}

static void
show_text(
    const struct cli *cli, const char *domain, const struct vpop_limits *limits)
{
	if (domain)
		printf("Domain: %s\n", domain);
	else
		printf("Default limits: %s/etc/vlimits.default\n",
		    vpop_home(cli->vp));
	puts("--");
	printf("Max Pop Accounts: %d\n", limits->maxpopaccounts);
	printf("Max Aliases: %d\n", limits->maxaliases);
	printf("Max Forwards: %d\n", limits->maxforwards);
	printf("Max Autoresponders: %d\n", limits->maxautoresponders);
	printf("Max Mailinglists: %d\n", limits->maxmailinglists);
	show_flags(limits);
	show_letters(limits);
	show_perms(limits);
	printf("Domain Quota: %" PRIu64 " MB\n", limits->quota);
	printf(
	    "Default User Quota: %" PRIu64 " bytes\n", limits->default_quota);
	printf("Max Domain Messages: %" PRIu64 "\n", limits->maxmsgcount);
	printf("Default Max Messages per User: %" PRIu64 "\n",
	    limits->default_maxmsgcount);
}

/* ---- JSON ------------------------------------------------------------ */

static json_t *
flags_json(const struct vpop_limits *limits)
{
	json_t *array = cli_json_array();

	for (size_t i = 0; i < FLAGS; i++) {
		if (limits->flags & flags[i].flag)
			cli_json_add(array, cli_json_text(flags[i].name));
	}
	return array;
}

static json_t *
deny_json(const struct vpop_limits *limits)
{
	struct perm perms[PERMS];
	json_t *object = cli_json_object();

	list_perms(limits, perms);
	for (size_t i = 0; i < PERMS; i++) {
		json_t *array = cli_json_array();

		if (perms[i].bits & VPOP_DENY_CREATE)
			cli_json_add(array, cli_json_text("create"));
		if (perms[i].bits & VPOP_DENY_MODIFY)
			cli_json_add(array, cli_json_text("modify"));
		if (perms[i].bits & VPOP_DENY_DELETE)
			cli_json_add(array, cli_json_text("delete"));
		cli_json_put(object, perms[i].name, array);
	}
	return object;
}

static void
show_json(const char *domain, const struct vpop_limits *limits)
{
	json_t *object = cli_json_object();

	cli_json_put(
	    object, "domain", domain ? cli_json_text(domain) : json_null());
	cli_json_put(
	    object, "max_accounts", json_integer(limits->maxpopaccounts));
	cli_json_put(object, "max_aliases", json_integer(limits->maxaliases));
	cli_json_put(object, "max_forwards", json_integer(limits->maxforwards));
	cli_json_put(object, "max_autoresponders",
	    json_integer(limits->maxautoresponders));
	cli_json_put(
	    object, "max_lists", json_integer(limits->maxmailinglists));
	cli_json_put(object, "flags", flags_json(limits));
	cli_json_put(object, "deny", deny_json(limits));
	cli_json_put(object, "domain_quota_mib",
	    json_integer((json_int_t)limits->quota));
	cli_json_put(object, "domain_messages",
	    json_integer((json_int_t)limits->maxmsgcount));
	cli_json_put(object, "default_quota",
	    json_integer((json_int_t)limits->default_quota));
	cli_json_put(object, "default_messages",
	    json_integer((json_int_t)limits->default_maxmsgcount));
	cli_json_print(object);
}

void
limits_show(
    const struct cli *cli, const char *domain, const struct vpop_limits *limits)
{
	if (cli->json)
		show_json(domain, limits);
	else
		show_text(cli, domain, limits);
}
