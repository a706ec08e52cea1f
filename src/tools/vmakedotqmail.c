/*
 * vmakedotqmail: give mailboxes a .qmail made of control/defaultdelivery, or
 * rewrite .qmail-default of domains.
 */
#include "config.h"

#include <string.h>

#include "tools/names.h"

#define RULE                                                                   \
	"==================================================================\n"

static const char usage[] =
    "vmakedotqmail: usage: [options]\n"
    "options: -u, --user=address (one mailbox)\n"
    "         -d, --domain=domain (all mailboxes of a domain)\n"
    "         -A, -a, --all (all mailboxes of all domains)\n"
    "         -o, --overwrite (overwrite existing .qmail)\n"
    "         -r, --remove (remove .qmail instead)\n"
    "         -q, --default=default|text (with -d or -A: rewrite\n"
    "            .qmail-default with the site's default action or with the\n"
    "            text; no .qmail is touched)\n"
    "         -t, --testing (change nothing; the same as "
    "--dry-run)\n" CLI_HELP_DRY_RUN CLI_HELP_COMMON;

static struct {
	const char *user, *domain, *line;
	int all, overwrite, remove;
} opt;

static const struct cli_option options[] = {
	{ 'u', CLI_TEXT, "user", &opt.user, 0 },
	{ 'd', CLI_TEXT, "domain", &opt.domain, 0 },
	{ 'A', CLI_SET, "all", &opt.all, 1 },
	{ 'a', CLI_SET, "every", &opt.all, 1 },
	{ 'o', CLI_SET, "overwrite", &opt.overwrite, 1 },
	{ 'r', CLI_SET, "remove", &opt.remove, 1 },
	{ 'q', CLI_TEXT, "default", &opt.line, 0 },
	{ 't', CLI_DRY, "testing", NULL, 0 },
	{ 0, CLI_SET, NULL, NULL, 0 },
};

static void
tell(const struct cli *cli, const struct vpop_user *user, const char *words)
{
	printf("%s%s@%s %s\n", cli->dry_run ? "**TESTING** " : "", user->name,
	    user->domain, words);
}

static int
remove_one(const struct cli *cli, const struct vpop_user *user)
{
	int code = vpop_user_dotqmail(cli->vp, user, VPOP_DOTQMAIL_REMOVE);

	if (!code)
		tell(cli, user, "REMOVED existing .qmail");
	if (code != VA_USER_DOES_NOT_EXIST)
		return code;
	if (opt.user) { /* named alone: nothing there is a failure */
		printf("Unable to remove %s/.qmail\n", user->dir);
		return CLI_USAGE_STATUS;
	}
	tell(cli, user, "SKIP (no .qmail)");
	return 0;
}

static int
make_one(const struct cli *cli, const struct vpop_user *user)
{
	const char *words = "DONE";
	int code = vpop_user_dotqmail(cli->vp, user, VPOP_DOTQMAIL_MAKE);

	if (code == VA_USERNAME_EXISTS && opt.overwrite) {
		words = "DONE (existing .qmail overwritten)";
		code =
		    vpop_user_dotqmail(cli->vp, user, VPOP_DOTQMAIL_OVERWRITE);
	}
	if (code == VA_USERNAME_EXISTS)
		words = "SKIP (.qmail already exists)";
	else if (code == VA_FORBIDDEN)
		words = "SKIP (control/defaultdelivery already has "
			"vdelivermail)";
	else if (code)
		return code;
	tell(cli, user, words);
	return 0;
}

static int
handle_user(const struct cli *cli, const struct vpop_user *user)
{
	int code = opt.remove ? remove_one(cli, user) : make_one(cli, user);

	return code < 0 ? cli_fail(cli, code) : code;
}

/* An account that fails does not stop the others. */
static int
handle_accounts(const struct cli *cli, const char *domain)
{
	struct vpop_users *cursor = NULL;
	struct vpop_user user;
	int code = vpop_users_open(cli->vp, domain, NULL, &cursor), status = 0;

	if (code)
		return cli_fail(cli, code);
	while ((code = vpop_users_next(cursor, &user)) > 0) {
		int failed = handle_user(cli, &user);

		status = status ? status : failed;
	}
	vpop_users_close(cursor);
	return code ? cli_fail(cli, code) : status;
}

static int
rewrite_default(const struct cli *cli, const char *domain)
{
	const char *action = vpop_setting(cli->vp, "default_action");
	AUTO_FREE char *line = NULL;
	int code, length;

	if (!strcmp(opt.line, "default"))
		length = asprintf(&line, "| %s/bin/vdelivermail '' %s",
		    vpop_home(cli->vp), action ? action : "bounce-no-mailbox");
	else
		length = asprintf(&line, "%s", opt.line);
	if (length < 0) {
		line = NULL;
		cli_no_memory();
	}
	code = vpop_domain_set_default_line(cli->vp, domain, line);
	if (code)
		return cli_fail(cli, code);
	printf("%s: rewriting .qmail-default: \"%s\": %s\n", domain, line,
	    cli->dry_run ? "**TESTING**" : "DONE");
	return 0;
}

static int
handle_domain(const struct cli *cli, const char *domain)
{
	int status;

	if (opt.line)
		return rewrite_default(cli, domain);
	printf(RULE "Domain: %s\n\n", domain);
	status = handle_accounts(cli, domain);
	fputs(RULE "\n", stdout);
	return status;
}

static int
handle_all(const struct cli *cli)
{
	struct vpop_domains *cursor = NULL;
	struct vpop_domain domain;
	struct names names = { .count = 0 };
	int code = vpop_domains_open(cli->vp, NULL, &cursor), status = 0;

	if (code)
		return cli_fail(cli, code);
	while ((code = vpop_domains_next(cursor, &domain)) > 0) {
		if (!strcmp(domain.name, domain.real))
			names_add(&names, domain.name);
		else if (!opt.line)
			printf(RULE "SKIP domain: %s (alias of %s)\n" RULE "\n",
			    domain.name, domain.real);
	}
	vpop_domains_close(cursor);
	for (size_t i = 0; !code && i < names.count; i++) {
		int failed = handle_domain(cli, names.name[i]);

		status = status ? status : failed;
	}
	names_clear(&names);
	return code ? cli_fail(cli, code) : status;
}

static int
handle_named(const struct cli *cli)
{
	struct vpop_domain domain;
	int code = vpop_domain_get(cli->vp, opt.domain, &domain);

	if (!code)
		return handle_domain(cli, domain.real);
	if (vpop_class(code) != VPOP_CLASS_ABSENT)
		return cli_fail(cli, code);
	printf("Error: Domain %s does not exist\n\n", opt.domain);
	return CLI_USAGE_STATUS;
}

static int
handle_address(const struct cli *cli)
{
	char name[VPOP_USER_SIZE], domain[VPOP_DOMAIN_SIZE];
	struct vpop_user user;
	int code = cli_address(cli, opt.user, name, domain);

	if (code)
		return code;
	if (!*domain) {
		puts("missing domain");
		return CLI_USAGE_STATUS;
	}
	code = vpop_user_get(cli->vp, name, domain, &user);
	if (vpop_class(code) == VPOP_CLASS_ABSENT) {
		printf("no such user %s@%s\n", name, domain);
		return CLI_USAGE_STATUS;
	}
	return code ? cli_fail(cli, code) : handle_user(cli, &user);
}

static int
run(struct cli *cli)
{
	if (!cli_setting_on(cli, "defaultdelivery")) {
		puts(
		    "\nPlease use option --enable-defaultdelivery at configure "
		    "time\n");
		return CLI_USAGE_STATUS;
	}
	if (opt.line && !opt.all && !opt.domain) {
		puts("If using -q, always pass argument -d <domain> or -A "
		     "(all)");
		return cli_usage(cli, NULL);
	}
	if (opt.all)
		return handle_all(cli);
	if (opt.domain) {
		opt.user = NULL;
		return handle_named(cli);
	}
	return opt.user ? handle_address(cli) : cli_usage(cli, NULL);
}

int
main(int argc, char **argv)
{
	static const struct cli_tool tool = {
		.name = "vmakedotqmail",
		.usage = usage,
		.options = options,
		.flags = CLI_DRY_RUN,
		.run = run,
	};

	return cli_main(&tool, argc, argv);
}
