/*
 * vsavealiasdomains: write the alias domains into the account store, for
 * programs that ask the database.
 */
#include "config.h"

#include <string.h>
#include <strings.h>

#include "tools/cli.h"

static const char usage[] =
    "vsavealiasdomains: usage: [options] [real_domain "
    "[alias_domain]]\n" CLI_HELP_V "         -A, --all (all alias domains)\n"
    "         -h (print this text)\n" CLI_HELP_DRY_RUN CLI_HELP_COMMON;

static int all, help;

static const struct cli_option options[] = {
	{ 'A', CLI_SET, "all", &all, 1 },
	{ 'h', CLI_SET, "usage", &help, 1 },
	{ 0, CLI_SET, NULL, NULL, 0 },
};

static void
tell(void *arg, const char *alias, const char *real)
{
	const struct cli *cli = arg;

	if (!real)
		printf("Alias: %s removed\n", alias);
	else if (cli->argc)
		printf("Alias: %s  Real domain: %s     saved\n", alias, real);
	else
		printf("Alias: %s Real domain: %s saved\n", alias, real);
}

static int
save(struct cli *cli, const char *real, const char *alias)
{
	int count = vpop_aliasdomains_save(cli->vp, real, alias, tell, cli);

	if (count < 0)
		return cli_fail(cli, count);
	if (count)
		return 0;
	if (alias)
		printf("No alias %s found for domain %s\n", alias, real);
	else if (real)
		printf("No aliases found for domain %s\n", real);
	else
		puts("No aliases found");
	return 0;
}

static int
check_names(struct cli *cli)
{
	struct vpop_domain domain;
	int code;

	if (cli->argc > 1 && strcasecmp(cli->argv[0], cli->argv[1]) == 0) {
		puts("Error: real domain and alias domain are the same!");
		return cli_usage(cli, NULL);
	}
	for (int i = 0; i < cli->argc; i++) {
		code = vpop_domain_get(cli->vp, cli->argv[i], &domain);
		if (code == VA_DOMAIN_DOES_NOT_EXIST)
			printf("%s does not exist\n", cli->argv[i]);
		if (code)
			return code == VA_DOMAIN_DOES_NOT_EXIST
				   ? code
				   : cli_fail(cli, code);
	}
	return 0;
}

static int
run(struct cli *cli)
{
	const char *setting = vpop_setting(cli->vp, "sql_aliasdomains");
	int status;

	if (help)
		return cli_usage(cli, NULL);
	if (!all && !cli->argc) {
		fputs(cli->tool->usage, stdout);
		return 0;
	}
	if (!setting || strcmp(setting, "yes") != 0) {
		puts("\nPlease use option sql_aliasdomains = yes in "
		     "vpopmail.conf\n");
		return CLI_USAGE_STATUS;
	}
	status = check_names(cli);
	if (status)
		return status;
	return save(cli, cli->argc ? cli->argv[0] : NULL,
	    cli->argc > 1 ? cli->argv[1] : NULL);
}

int
main(int argc, char **argv)
{
	static const struct cli_tool tool = {
		.name = "vsavealiasdomains",
		.usage = usage,
		.options = options,
		.flags = CLI_LETTER_V | CLI_DRY_RUN,
		.max = 2,
		.run = run,
	};

	return cli_main(&tool, argc, argv);
}
