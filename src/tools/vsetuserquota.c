/*
 * vsetuserquota: set the quota of one account or of a whole domain.
 */
#include "config.h"

#include <ctype.h>
#include <string.h>

#include "tools/change.h"

static const char usage[] =
    "vsetuserquota: usage: [options] email_address|domain_name "
    "quota\n" CLI_HELP_V CLI_HELP_DRY_RUN CLI_HELP_COMMON "\n"
    "If you specify a domain name rather than an email address,\n"
    "the quota will be applied to all users in that domain\n";

static void
upper(char *text)
{
	for (; *text; text++)
		*text = (char)toupper((unsigned char)*text);
}

static int
set_one(struct cli *cli, struct vpop_user_change *change)
{
	char user[VPOP_USER_SIZE], domain[VPOP_DOMAIN_SIZE];
	int code = cli_address(cli, cli->argv[0], user, domain);

	if (code)
		return code;
	code = change_user(cli, user, domain, change);
	return code ? cli_fail(cli, code) : 0;
}

static int
run(struct cli *cli)
{
	AUTO_FREE char *quota = cli_strdup(cli->argv[1]);
	struct vpop_user_change change = { .fields = VPOP_SET_QUOTA };

	upper(quota);
	change.quota = quota;
	if (strchr(cli->argv[0], '@'))
		return set_one(cli, &change);
	return change_domain(cli, cli->argv[0], &change);
}

int
main(int argc, char **argv)
{
	static const struct cli_tool tool = {
		.name = "vsetuserquota",
		.usage = usage,
		.flags = CLI_LETTER_V | CLI_DRY_RUN,
		.min = 2,
		.max = 2,
		.run = run,
	};

	return cli_main(&tool, argc, argv);
}
