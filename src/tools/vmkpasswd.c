/*
 * vmkpasswd: rebuild the account files of a domain.
 */
#include "config.h"

#include <string.h>

#include "tools/cli.h"

static const char usage[] =
    "vmkpasswd: usage: [options] domain_name\n" CLI_HELP_DRY_RUN
	CLI_HELP_COMMON;

static int
run(struct cli *cli)
{
	const char *module = vpop_setting(cli->vp, "auth_module");
	int code;

	if (module && strcmp(module, "cdb") != 0) {
		puts("vmkpasswd: is only needed by the cdb authentication "
		     "module");
		return 0;
	}
	code = vpop_domain_fold(cli->vp, cli->argv[0]);
	if (code)
		return cli_fail(cli, code);
	if (cli->dry_run)
		printf("Would rebuild the account files of domain %s\n",
		    cli->argv[0]);
	return 0;
}

int
main(int argc, char **argv)
{
	static const struct cli_tool tool = {
		.name = "vmkpasswd",
		.usage = usage,
		.flags = CLI_DRY_RUN,
		.min = 1,
		.max = 1,
		.run = run,
	};

	return cli_main(&tool, argc, argv);
}
