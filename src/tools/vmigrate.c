/*
 * vmigrate: bring an account store that an older release left to the form of
 * today.
 */
#include "config.h"

#include <string.h>

#include "tools/cli.h"

static const char usage[] =
    "vmigrate: usage: [options] [store]\n" CLI_HELP_V CLI_HELP_DRY_RUN
	CLI_HELP_COMMON;

static void
tell(void *arg, const char *step)
{
	const struct cli *cli = arg;

	printf("%s%s\n", cli->dry_run ? "would do: " : "", step);
	fflush(stdout);
}

static int
run(struct cli *cli)
{
	const char *store = cli->argc ? cli->argv[0] : NULL;
	int steps = vpop_store_migrate(cli->vp, store, cli->dry_run, tell, cli);

	if (steps < 0)
		return cli_fail(cli, steps);
	if (steps == 0)
		printf("Store %s: nothing to do\n",
		    store ? store : vpop_setting(cli->vp, "auth_module"));
	return 0;
}

int
main(int argc, char **argv)
{
	static const struct cli_tool tool = {
		.name = "vmigrate",
		.usage = usage,
		.flags = CLI_LETTER_V | CLI_DRY_RUN,
		.max = 1,
		.run = run,
	};

	return cli_main(&tool, argc, argv);
}
