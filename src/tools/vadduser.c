/*
 * vadduser: add a mailbox to a domain.
 */
#include "config.h"

#include <string.h>

#include "tools/bulk.h"

static const char usage[] =
    "vadduser: usage: [options] email_address [passwd]\n"
    "       vadduser [options] --from=file\n" CLI_HELP_V
    "         -q, --quota=quota (sets the users quota, use NOQUOTA for\n"
    "            unlimited)\n"
    "         -c, --comment=comment (sets the gecos comment field)\n"
    "         -e, --password-hash=standard_encrypted_password ('': none\n"
    "            at all, to be learnt at the first login)\n"
    "         -n, --no-password (an account that cannot log in)\n"
    "         -r[len], --random[=len] (generate a len (default 12) char\n"
    "            random password)\n" CLI_HELP_PASSWORD CLI_HELP_DRY_RUN
	CLI_HELP_FROM CLI_HELP_COMMON "\n"
    "columns: address, or user and domain; password or hash; gecos; quota;\n"
    "         flags (letters of vmoduser); apop (1: an APOP account)\n";

static struct {
	const char *quota, *comment;
	char *hash;
	size_t random;
	int locked, disabled;
} opt;

static const struct cli_option options[] = {
	{ 'q', CLI_TEXT, "quota", &opt.quota, 0 },
	{ 'c', CLI_TEXT, "comment", &opt.comment, 0 },
	{ 'e', CLI_SECRET, "password-hash", &opt.hash, 0 },
	{ 'n', CLI_SET, "no-password", &opt.locked, 1 },
	{ 'r', CLI_RANDOM, "random", &opt.random, 0 },
	{ 's', CLI_SET, "sqwebmail", &opt.disabled, 1 },
	{ 0, CLI_SET, NULL, NULL, 0 },
};

/* ---- many ------------------------------------------------------------ */

enum column {
	ADDRESS,
	USER,
	DOMAIN,
	PASSWORD,
	HASH,
	GECOS,
	QUOTA,
	FLAGS,
	APOP
};

static const char *const columns[] = { "address", "user", "domain", "password",
	"hash", "gecos", "quota", "flags", "apop", NULL };

static int
is_yes(const char *text)
{
	return text && strchr("1yYtT", *text) != NULL;
}

static int
prepare(struct bulk *bulk, struct bulk_row *row)
{
	int code = bulk_address(bulk, row, row->field[ADDRESS],
	    row->field[USER], row->field[DOMAIN]);

	if (!code)
		code = bulk_check_secret(
		    row, row->field[PASSWORD], row->field[HASH], !opt.locked);
	return code ? code : bulk_bits(row, row->field[FLAGS], &row->bits[0]);
}

static void
fill(struct bulk_row *row, struct vpop_user_new *user)
{
	memset(user, 0, sizeof *user);
	user->name = row->user;
	user->domain = row->domain;
	user->gecos = row->field[GECOS];
	user->quota = row->field[QUOTA];
	user->gid = row->bits[0];
	user->apop = is_yes(row->field[APOP]);
	if (bulk_secret(row, row->field[PASSWORD], row->field[HASH],
		&user->secret) == 0)
		user->secret.kind = VPOP_SECRET_NONE;
}

static void
run_rows(struct bulk *bulk, struct bulk_row **rows, size_t count, int stop)
{
	struct vpop_user_new *list = bulk->elements;

	for (size_t i = 0; i < count; i++)
		fill(rows[i], &list[i]);
	vpop_users_add(bulk->cli->vp, list, count, stop);
	for (size_t i = 0; i < count; i++)
		bulk_result(rows[i], list[i].code, list[i].message, 0);
}

/* Are the given fields those of the account? */
static int
same_user(struct bulk *bulk, struct bulk_row *row, const struct vpop_user *user)
{
	struct vpop_secret secret;

	if (row->field[GECOS] && strcmp(user->gecos, row->field[GECOS]) != 0)
		return 0;
	if (row->field[QUOTA] &&
	    !bulk_same_quota(user->quota, row->field[QUOTA]))
		return 0;
	if (row->field[FLAGS] && user->gid != row->bits[0])
		return 0;
	if (row->field[APOP] && (user->uid == 2) != is_yes(row->field[APOP]))
		return 0;
	if (bulk_secret(row, row->field[PASSWORD], row->field[HASH], &secret) <=
	    0)
		return 1;
	return bulk_same_secret(bulk, user, &secret);
}

static int
examine_row(struct bulk *bulk, struct bulk_row *row)
{
	struct vpop_user user;
	int code = vpop_user_get(bulk->cli->vp, row->user, row->domain, &user);

	if (!code)
		code = same_user(bulk, row, &user);
	else if (vpop_class(code) == VPOP_CLASS_ABSENT)
		return 1;
	return bulk_examined(bulk, row, code, VA_USERNAME_EXISTS);
}

static const struct bulk_verb verb = {
	.done = "added",
	.columns = columns,
	.chunk = 4 * CLI_PAGE,
	.element = sizeof(struct vpop_user_new),
	.prepare = prepare,
	.run = run_rows,
	.examine = examine_row,
	.exists = VA_USERNAME_EXISTS,
};

/* ---- one ------------------------------------------------------------- */

/* Everything that can be known before a password is asked for. */
static int
check_target(const struct cli *cli, const char *user, const char *domain)
{
	struct vpop_domain found;
	struct vpop_user existing;
	int code;

	if (!*domain) {
		puts("You did not use a full email address for the user name");
		puts("Only full email addresses should be used");
		return CLI_USAGE_STATUS;
	}
	if (!*user)
		return cli_fail_as(cli, VA_ILLEGAL_USERNAME,
		    vpop_code_text(VA_ILLEGAL_USERNAME));
	code = vpop_domain_get(cli->vp, domain, &found);
	if (code)
		return cli_fail(cli, code);
	code = vpop_user_get(cli->vp, user, domain, &existing);
	if (!code)
		return cli_fail_as(
		    cli, VA_USERNAME_EXISTS, "User already exists");
	/* a name that may not be looked up is refused when it is added */
	return vpop_class(code) == VPOP_CLASS_TEMPORARY ? cli_fail(cli, code)
							: 0;
}

static int
find_secret(struct cli *cli, struct cli_password *password)
{
	int status;

	if (opt.hash) {
		password->secret.kind =
		    *opt.hash ? VPOP_SECRET_HASH : VPOP_SECRET_EMPTY;
		password->secret.text = opt.hash;
		return 0;
	}
	if (opt.locked && !cli->secret && cli->password_fd < 0) {
		password->secret.kind = VPOP_SECRET_NONE;
		return 0;
	}
	status = cli_password(cli, password);
	if (!status && !*password->secret.text) {
		cli_refuse("No password entered");
		return cli_usage(cli, NULL);
	}
	return status;
}

static int
add_one(struct cli *cli)
{
	char user[VPOP_USER_SIZE], domain[VPOP_DOMAIN_SIZE];
	AUTO_FREE char *who = cli_lower(cli->argv[0]);
	struct cli_password password = { .random = opt.random, .who = who };
	struct vpop_user_new account = { .name = user, .domain = domain };
	int code = cli_address(cli, cli->argv[0], user, domain);

	if (!code)
		code = check_target(cli, user, domain);
	if (!code)
		code = find_secret(cli, &password);
	if (code)
		return code;
	account.secret = password.secret;
	account.gecos = opt.comment;
	account.quota = opt.quota;
	code = vpop_user_add(cli->vp, &account);
	if (code)
		return cli_fail_password(cli, code);
	if (cli->dry_run)
		printf("Would add user %s@%s\n", user, domain);
	else if (opt.random && password.secret.kind == VPOP_SECRET_CLEAR)
		printf("Random password: %s\n", password.secret.text);
	return 0;
}

static int
run(struct cli *cli)
{
	int status;

	if (opt.disabled)
		fputs("Warning: The -s option has been disabled.\n", stderr);
	if (!cli->from)
		status = add_one(cli);
	else if (opt.quota || opt.comment || opt.hash || opt.random ||
		 cli->password_fd >= 0)
		status = cli_usage(
		    cli, "with --from only -n and --keep-going have a meaning");
	else
		status = bulk_run(cli, &verb);
	cli_free_secret(opt.hash);
	return status;
}

int
main(int argc, char **argv)
{
	static const struct cli_tool tool = {
		.name = "vadduser",
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
