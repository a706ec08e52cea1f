/*
 * vaddaliasdomain: give a domain another name.
 */
#include "config.h"

#include <string.h>

#include "tools/cli.h"

static const char usage[] =
    "vaddaliasdomain: usage: [options] real_domain alias_domain\n" CLI_HELP_V
	CLI_HELP_DRY_RUN CLI_HELP_COMMON
    "note: for backward compatability, you can swap real_domain and "
    "alias_domain.\n";

/* Is there such a domain?  1, 0 or a code after telling. */
static int
exists(const struct cli *cli, const char *name)
{
	struct vpop_domain domain;
	int code = vpop_domain_get(cli->vp, name, &domain);

	if (!code)
		return 1;
	return code == VA_DOMAIN_DOES_NOT_EXIST ? 0 : cli_fail(cli, code);
}

static int
run(struct cli *cli)
{
	const char *a = cli->argv[0], *b = cli->argv[1];
	int code, have_a, have_b;

	if (!strcasecmp(a, b)) {
		cli_refuse("real domain and alias domain are the same!");
		return cli_usage(cli, NULL);
	}
	have_a = exists(cli, a);
	if (have_a < 0)
		return have_a;
	have_b = exists(cli, b);
	if (have_b < 0)
		return have_b;
	if (have_a && have_b)
		return cli_refuse(
		    "Both domains already exist, unable to create alias.");
	if (!have_a && !have_b)
		return cli_refuse("Neither '%s' or '%s'  exist, unable to "
				  "create alias.",
		    a, b);
	code = vpop_domain_add_alias(cli->vp, have_a ? b : a, have_a ? a : b);
	if (code)
		return cli_fail(cli, code);
	if (cli->dry_run)
		printf("Would add alias domain %s of %s\n", have_a ? b : a,
		    have_a ? a : b);
	return 0;
}

int
main(int argc, char **argv)
{
	static const struct cli_tool tool = {
		.name = "vaddaliasdomain",
		.usage = usage,
		.flags = CLI_LETTER_V | CLI_DRY_RUN,
		.min = 2,
		.max = 2,
		.run = run,
	};

	return cli_main(&tool, argc, argv);
}
