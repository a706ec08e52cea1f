/*
 * vpasswd: set the password of an account, as its administrator.
 */
#include "config.h"

#include <string.h>

#include "tools/bulk.h"

static const char usage[] =
    "vpasswd: usage: [options] email_address [password]\n"
    "       vpasswd [options] --from=file\n" CLI_HELP_V
    "         -r[len], --random[=len] (generate a len (default 12) char\n"
    "            random password)\n" CLI_HELP_PASSWORD CLI_HELP_DRY_RUN
	CLI_HELP_FROM CLI_HELP_COMMON "\n"
    "columns: address, or user and domain; password or hash\n";

static size_t random_length;

static const struct cli_option options[] = {
	{ 'r', CLI_RANDOM, "random", &random_length, 0 },
	{ 0, CLI_SET, NULL, NULL, 0 },
};

/* ---- many ------------------------------------------------------------ */

enum column { ADDRESS, USER, DOMAIN, PASSWORD, HASH };

static const char *const columns[] = { "address", "user", "domain", "password",
	"hash", NULL };

static int
prepare(struct bulk *bulk, struct bulk_row *row)
{
	int code = bulk_address(bulk, row, row->field[ADDRESS],
	    row->field[USER], row->field[DOMAIN]);

	return code ? code
		    : bulk_check_secret(
			  row, row->field[PASSWORD], row->field[HASH], 1);
}

static void
run_rows(struct bulk *bulk, struct bulk_row **rows, size_t count, int stop)
{
	struct vpop_user_change *list = bulk->elements;

	memset(list, 0, count * sizeof *list);
	for (size_t i = 0; i < count; i++) {
		list[i].name = rows[i]->user;
		list[i].domain = rows[i]->domain;
		list[i].fields = VPOP_SET_SECRET;
		bulk_secret(rows[i], rows[i]->field[PASSWORD],
		    rows[i]->field[HASH], &list[i].secret);
	}
	bulk_users_modify(bulk, rows, count, stop);
}

static const struct bulk_verb verb = {
	.done = "changed",
	.columns = columns,
	.chunk = 4 * CLI_PAGE,
	.element = sizeof(struct vpop_user_change),
	.prepare = prepare,
	.run = run_rows,
};

/* ---- one ------------------------------------------------------------- */

static int
change_one(struct cli *cli)
{
	char user[VPOP_USER_SIZE], domain[VPOP_DOMAIN_SIZE];
	AUTO_FREE char *who = cli_lower(cli->argv[0]);
	struct cli_password password = { .random = random_length, .who = who };
	struct vpop_user_change change = {
		.name = user, .domain = domain, .fields = VPOP_SET_SECRET
	};
	struct vpop_user found;
	int code = cli_address(cli, cli->argv[0], user, domain);

	if (code)
		return code;
	code = vpop_user_get(cli->vp, user, domain, &found);
	if (code)
		return cli_fail(cli, code);
	code = cli_password(cli, &password);
	if (code)
		return code;
	change.secret = password.secret;
	code = vpop_user_modify(cli->vp, &change);
	if (code)
		return cli_fail_password(cli, code);
	if (cli->dry_run)
		printf("Would set the password of %s@%s\n", user, domain);
	else if (random_length)
		printf("Random password: %s\n", password.secret.text);
	return 0;
}

static int
run(struct cli *cli)
{
	if (!cli->from)
		return change_one(cli);
	if (random_length || cli->password_fd >= 0)
		return cli_usage(
		    cli, "with --from only --keep-going has a meaning");
	return bulk_run(cli, &verb);
}

int
main(int argc, char **argv)
{
	static const struct cli_tool tool = {
		.name = "vpasswd",
		.usage = usage,
		.options = options,
		.flags = CLI_LETTER_V | CLI_DRY_RUN | CLI_PASSWORD | CLI_FROM,
		.min = 1,
		.max = 1,
		.secret = 1,
		.run = run,
	};

	return cli_main(&tool, argc, argv);
}
