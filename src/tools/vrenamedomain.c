/*
 * vrenamedomain: give a domain another main name.
 */
#include "config.h"

#include "tools/cli.h"

static const char usage[] =
    "vrenamedomain: usage: [options] domain new_name\n" CLI_HELP_V
	CLI_HELP_DRY_RUN CLI_HELP_COMMON;

static int
run(struct cli *cli)
{
	int code = vpop_domain_rename(cli->vp, cli->argv[0], cli->argv[1]);

	if (code)
		return cli_fail(cli, code);
	if (cli->dry_run)
		printf("Would rename domain %s to %s\n", cli->argv[0],
		    cli->argv[1]);
	return 0;
}

int
main(int argc, char **argv)
{
	static const struct cli_tool tool = {
		.name = "vrenamedomain",
		.usage = usage,
		.flags = CLI_LETTER_V | CLI_DRY_RUN,
		.min = 2,
		.max = 2,
		.run = run,
	};

	return cli_main(&tool, argc, argv);
}
