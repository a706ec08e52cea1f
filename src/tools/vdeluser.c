/*
 * vdeluser: delete a mailbox and its mail.
 */
#include "config.h"

#include <string.h>

#include "tools/bulk.h"

static const char usage[] =
    "vdeluser: usage: [options] email_address\n"
    "       vdeluser [options] --from=file\n" CLI_HELP_V
    "         -f, --force (delete postmaster too)\n" CLI_HELP_DRY_RUN
	CLI_HELP_FROM CLI_HELP_COMMON "\n"
    "columns: address, or user and domain\n";

static int force;

static const struct cli_option options[] = {
	{ 'f', CLI_SET, "force", &force, 1 },
	{ 0, CLI_SET, NULL, NULL, 0 },
};

static const char *const columns[] = { "address", "user", "domain", NULL };

static int
prepare(struct bulk *bulk, struct bulk_row *row)
{
	return bulk_address(
	    bulk, row, row->field[0], row->field[1], row->field[2]);
}

static void
run_rows(struct bulk *bulk, struct bulk_row **rows, size_t count, int stop)
{
	struct vpop_user_name *list = bulk->elements;

	memset(list, 0, count * sizeof *list);
	for (size_t i = 0; i < count; i++) {
		list[i].name = rows[i]->user;
		list[i].domain = rows[i]->domain;
	}
	vpop_users_delete(bulk->cli->vp, list, count,
	    force ? VPOP_DELETE_POSTMASTER : 0, stop);
	for (size_t i = 0; i < count; i++)
		bulk_result(rows[i], list[i].code, list[i].message, 0);
}

/* An account that is not there needs no deleting; a domain that is not there
 * is rather a mistake in the file. */
static int
examine_row(struct bulk *bulk, struct bulk_row *row)
{
	struct vpop_user user;
	int code = vpop_user_get(bulk->cli->vp, row->user, row->domain, &user);

	if (!code)
		return 1;
	if (code == VA_USER_DOES_NOT_EXIST)
		return 0;
	return bulk_reject_vp(bulk, row, code);
}

static const struct bulk_verb verb = {
	.done = "deleted",
	.columns = columns,
	.chunk = 4 * CLI_PAGE,
	.element = sizeof(struct vpop_user_name),
	.prepare = prepare,
	.run = run_rows,
	.examine = examine_row,
	.exists = VA_USER_DOES_NOT_EXIST,
};

static int
run(struct cli *cli)
{
	char user[VPOP_USER_SIZE], domain[VPOP_DOMAIN_SIZE];
	int code;

	if (cli->from)
		return bulk_run(cli, &verb);
	code = cli_address(cli, cli->argv[0], user, domain);
	if (code)
		return code;
	code = vpop_user_delete(
	    cli->vp, user, domain, force ? VPOP_DELETE_POSTMASTER : 0);
	if (code)
		return cli_fail(cli, code);
	if (cli->dry_run)
		printf("Would delete user %s@%s\n", user, domain);
	return 0;
}

int
main(int argc, char **argv)
{
	static const struct cli_tool tool = {
		.name = "vdeluser",
		.usage = usage,
		.options = options,
		.flags = CLI_LETTER_V | CLI_DRY_RUN | CLI_FROM,
		.min = 1,
		.max = 1,
		.run = run,
	};

	return cli_main(&tool, argc, argv);
}
