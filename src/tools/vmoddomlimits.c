/*
 * vmoddomlimits: show and set the limits of a domain, or the defaults.
 */
#include "config.h"

#include <limits.h>
#include <string.h>

#include "tools/cli.h"
#include "tools/limits_show.h"

static const char usage[] =
    "vmoddomlimits: usage: [options] domain\n"
    "options: -v ( display the vpopmail version number )\n"
    "         -d, --defaults ( use the vlimits.default file, instead of "
    "domain )\n"
    "         -S, --show ( show current settings )\n"
    "         -D, --delete ( delete limits for this domain, i.e. switch to\n"
    "            default limits )\n"
    "         -Q, --domain-quota=quota-in-megabytes ( set domain disk quota,\n"
    "            '100' = 100 MB )\n"
    "         -q, --default-quota=quota-in-bytes ( set default user quota,\n"
    "            '10M' = 10 MB )\n"
    "         -M, --domain-messages=count ( set domain max msg count )\n"
    "         -m, --default-messages=count ( set default user max msg count "
    ")\n"
    "         -P, --max-accounts=count ( set max amount of pop accounts )\n"
    "         -A, --max-aliases=count ( set max amount of aliases )\n"
    "         -F, --max-forwards=count ( set max amount of forwards )\n"
    "         -R, --max-autoresponders=count ( set max amount of "
    "autoresponders )\n"
    "         -L, --max-lists=count ( set max amount of mailing lists )\n"
    "            ( -1: unlimited )\n"
    "the following options are bit flags in the gid int field\n"
    "         -g, --flags=\"flags\"  ( set flags, see below )\n"
    "         gid flags:\n"
    "            u ( set no dialup flag )\n"
    "            d ( set no password changing flag )\n"
    "            p ( set no pop access flag )\n"
    "            s ( set no smtp access flag )\n"
    "            w ( set no web mail access flag )\n"
    "            i ( set no imap access flag )\n"
    "            r ( set no external relay flag )\n"
    "            c ( set no spamassasssin flag )\n"
    "            x ( set delete spam flag )\n"
    "            m ( set no maildrop flag )\n"
    "the following options are bit flags for non postmaster admins\n"
    "         -p, --account=\"flags\"  ( set pop account flags )\n"
    "         -a, --alias=\"flags\"  ( set alias flags )\n"
    "         -f, --forward=\"flags\"  ( set forward flags )\n"
    "         -r, --autoresponder=\"flags\"  ( set autoresponder flags )\n"
    "         -l, --list=\"flags\"  ( set mailinglist flags )\n"
    "         -u, --list-users=\"flags\"  ( set mailinglist users flags )\n"
    "         -o, --list-moderators=\"flags\"  ( set mailinglist moderators "
    "flags )\n"
    "         -x, --quota=\"flags\"  ( set quota flags )\n"
    "         -z, --defaultquota=\"flags\"  ( set default quota flags )\n"
    "         perm flags:\n"
    "            a ( set deny all flag )\n"
    "            c ( set deny create flag )\n"
    "            m ( set deny modify flag )\n"
    "            d ( set deny delete flag )\n"
    "         -h, --help ( print this text )\n" CLI_HELP_JSON CLI_HELP_DRY_RUN
    "         --version (print the version and exit)\n"
    "JSON (with -S): domain, max_accounts, max_aliases, max_forwards,\n"
    "      max_autoresponders, max_lists, flags, deny (per kind),\n"
    "      domain_quota_mib, domain_messages, default_quota, "
    "default_messages\n";

#define PERMS 9

static struct {
	int defaults, show, delete;
	const char *quota, *messages, *user_quota, *user_messages;
	const char *most[5]; /* in the order of struct vpop_limits */
	const char *flags;
	const char *perm[PERMS];
} opt;

static const struct cli_option options[] = {
	{ 'h', CLI_HELP, "usage", NULL, 0 },
	{ 'd', CLI_SET, "defaults", &opt.defaults, 1 },
	{ 'S', CLI_SET, "show", &opt.show, 1 },
	{ 'D', CLI_SET, "delete", &opt.delete, 1 },
	{ 'Q', CLI_TEXT, "domain-quota", &opt.quota, 0 },
	{ 'q', CLI_TEXT, "default-quota", &opt.user_quota, 0 },
	{ 'M', CLI_TEXT, "domain-messages", &opt.messages, 0 },
	{ 'm', CLI_TEXT, "default-messages", &opt.user_messages, 0 },
	{ 'P', CLI_TEXT, "max-accounts", &opt.most[0], 0 },
	{ 'A', CLI_TEXT, "max-aliases", &opt.most[1], 0 },
	{ 'F', CLI_TEXT, "max-forwards", &opt.most[2], 0 },
	{ 'R', CLI_TEXT, "max-autoresponders", &opt.most[3], 0 },
	{ 'L', CLI_TEXT, "max-lists", &opt.most[4], 0 },
	{ 'g', CLI_TEXT, "flags", &opt.flags, 0 },
	{ 'p', CLI_TEXT, "account", &opt.perm[0], 0 },
	{ 'a', CLI_TEXT, "alias", &opt.perm[1], 0 },
	{ 'f', CLI_TEXT, "forward", &opt.perm[2], 0 },
	{ 'r', CLI_TEXT, "autoresponder", &opt.perm[3], 0 },
	{ 'l', CLI_TEXT, "list", &opt.perm[4], 0 },
	{ 'u', CLI_TEXT, "list-users", &opt.perm[5], 0 },
	{ 'o', CLI_TEXT, "list-moderators", &opt.perm[6], 0 },
	{ 'x', CLI_TEXT, "quota", &opt.perm[7], 0 },
	{ 'z', CLI_TEXT, "defaultquota", &opt.perm[8], 0 },
	{ 0, CLI_SET, NULL, NULL, 0 },
};

/* ---- putting the options into a record ------------------------------- */

static int
put_counts(const struct cli *cli, struct vpop_limits *limits)
{
	int *most[] = { &limits->maxpopaccounts, &limits->maxaliases,
		&limits->maxforwards, &limits->maxautoresponders,
		&limits->maxmailinglists };
	static const char *const names[] = { "-P", "-A", "-F", "-R", "-L" };

	for (size_t i = 0; i < 5; i++) {
		int64_t number;
		int status;

		if (!opt.most[i])
			continue;
		status = cli_number(
		    cli, names[i], opt.most[i], -1, INT_MAX, &number);
		if (status)
			return status;
		*most[i] = (int)number;
	}
	return 0;
}

static int
put_size(const struct cli *cli, const char *name, const char *text,
    int64_t most, uint64_t *ret_number)
{
	int64_t number;
	int status;

	if (!text)
		return 0;
	status = cli_number(cli, name, text, 0, most, &number);
	if (!status)
		*ret_number = (uint64_t)number;
	return status;
}

static int
put_quotas(const struct cli *cli, struct vpop_limits *limits)
{
	struct vpop_quota quota;
	int status =
	    put_size(cli, "-Q", opt.quota, INT64_MAX / 1048576, &limits->quota);
	int code;

	if (!status)
		status = put_size(
		    cli, "-M", opt.messages, INT64_MAX, &limits->maxmsgcount);
	if (!status)
		status = put_size(cli, "-m", opt.user_messages, INT64_MAX,
		    &limits->default_maxmsgcount);
	if (status || !opt.user_quota)
		return status;
	code = vpop_quota_parse(opt.user_quota, &quota);
	if (code)
		return cli_fail_as(cli, code, vpop_code_text(code));
	limits->default_quota = (uint64_t)quota.bytes;
	return 0;
}

static int
put_flags(const struct cli *cli, struct vpop_limits *limits)
{
	int *perm[PERMS] = { &limits->perm_account, &limits->perm_alias,
		&limits->perm_forward, &limits->perm_autoresponder,
		&limits->perm_maillist, &limits->perm_maillist_users,
		&limits->perm_maillist_moderators, &limits->perm_quota,
		&limits->perm_defaultquota };
	int letter = 0;

	if (opt.flags)
		letter = limits_parse_flags(opt.flags, &limits->flags);
	for (size_t i = 0; !letter && i < PERMS; i++) {
		if (opt.perm[i])
			letter = limits_parse_perm(opt.perm[i], perm[i]);
	}
	return letter ? cli_usage(cli, "unknown flag '%c'", letter) : 0;
}

static int
put_options(const struct cli *cli, struct vpop_limits *limits)
{
	int status = put_counts(cli, limits);

	if (!status)
		status = put_quotas(cli, limits);
	return status ? status : put_flags(cli, limits);
}

/* ---- verbs ----------------------------------------------------------- */

static int
fail_words(const struct cli *cli, int code, const char *words)
{
	fprintf(cli->json ? stderr : stdout, "%s\n", words);
	cli_detail(cli, code);
	return code;
}

static int
delete_limits(const struct cli *cli, const char *domain)
{
	int code;

	if (!domain) {
		puts("The default limits belong to every domain without its "
		     "own;");
		puts("they must not be deleted this way.  Edit the file");
		printf("%s/etc/vlimits.default instead.\n", vpop_home(cli->vp));
		return CLI_USAGE_STATUS;
	}
	code = vpop_limits_delete(cli->vp, domain);
	if (code)
		return fail_words(cli, code, "Failed to delete limits");
	if (cli->dry_run)
		printf("Would delete the limits of domain %s\n", domain);
	else
		puts("Limits deleted");
	return 0;
}

static int
set_limits(
    const struct cli *cli, const char *domain, const struct vpop_limits *limits)
{
	int code = vpop_limits_set(cli->vp, domain, limits);

	if (code)
		return fail_words(cli, code,
		    domain ? "Failed to vset_limits"
			   : "Failed to write vlimits.default file");
	if (cli->dry_run)
		printf("Would set the limits of %s%s\n",
		    domain ? "domain " : "", domain ? domain : "the defaults");
	return 0;
}

static int
is_change(void)
{
	int given = opt.quota || opt.messages || opt.user_quota ||
		    opt.user_messages || opt.flags;

	for (size_t i = 0; i < 5; i++)
		given |= opt.most[i] != NULL;
	for (size_t i = 0; i < PERMS; i++)
		given |= opt.perm[i] != NULL;
	return given;
}

/* domain NULL: the defaults. */
static int
act(const struct cli *cli, const char *domain)
{
	struct vpop_limits limits, wanted;
	int code, status;

	if (opt.delete)
		return delete_limits(cli, domain);
	code = vpop_limits_get(cli->vp, domain, &limits);
	if (code)
		return fail_words(cli, code,
		    domain ? "Failed to vget_limits"
			   : "Failed to read the vlimits.default file.");
	wanted = limits;
	status = put_options(cli, &wanted);
	if (status)
		return status;
	if (opt.show)
		limits_show(cli, domain, &limits);
	else if (is_change())
		status = set_limits(cli, domain, &wanted);
	return status;
}

static int
run(struct cli *cli)
{
	struct vpop_domain domain;
	int code;

	if (cli->json && !opt.show)
		return cli_usage(cli, "--json needs -S");
	if (opt.defaults)
		return act(cli, NULL);
	if (!cli->argc)
		return cli_usage(cli, NULL);
	code = vpop_domain_get(cli->vp, cli->argv[0], &domain);
	return code ? cli_fail(cli, code) : act(cli, domain.real);
}

int
main(int argc, char **argv)
{
	static const struct cli_tool tool = {
		.name = "vmoddomlimits",
		.usage = usage,
		.options = options,
		.flags = CLI_LETTER_V | CLI_JSON | CLI_DRY_RUN,
		.max = 1,
		.run = run,
	};

	return cli_main(&tool, argc, argv);
}
