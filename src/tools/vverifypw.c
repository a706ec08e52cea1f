/*
 * vverifypw: test a password.  Account flags are not looked at.
 */
#include "config.h"

#include <string.h>

#include "base/text.h"
#include "tools/cli.h"

#define LINE_SIZE 300

static const char usage[] =
    "vverifypw: usage: [options] [email_address [password]]\n" CLI_HELP_V
    "         -h, --help (print this text)\n"
    "         -e, --password-hash (compare with the stored encrypted password "
    "itself;\n"
    "            root only)\n" CLI_HELP_PASSWORD
    "         --version (print the version and exit)\n";

static int compare_hash;

static const struct cli_option options[] = {
	{ 'h', CLI_HELP, "usage", NULL, 0 },
	{ 'e', CLI_SET, "password-hash", &compare_hash, 1 },
	{ 0, CLI_SET, NULL, NULL, 0 },
};

static int
ask_address(char *line, size_t size)
{
	int got = cli_ask_line("Please enter the email address: ", line, size);

	if (got == 0) {
		puts("\n");
		return CLI_USAGE_STATUS;
	}
	if (got < 0) {
		putchar('\n');
		return cli_refuse("email address too long");
	}
	return 0;
}

static int
read_password(struct cli *cli)
{
	struct cli_password password = { .who = "" };

	if (cli->password_fd >= 0)
		return cli_password(cli, &password);
	if (cli->secret)
		return 0;
	return cli_ask(cli, "Enter password: ", &cli->secret);
}

static int
compare(struct cli *cli, const char *name, const char *domain)
{
	struct vpop_user user;
	int code = vpop_user_get(cli->vp, name, domain, &user);

	if (!code && compare_hash)
		code = *user.passwd && vp_equal_secret(user.passwd, cli->secret)
			   ? 0
			   : VA_AUTH_FAILED;
	else if (!code)
		code = vpop_user_verify(cli->vp, &user, cli->secret);
	explicit_bzero(&user, sizeof user);
	if (code == VA_AUTH_FAILED || vpop_class(code) == VPOP_CLASS_ABSENT)
		return cli_refuse("authentication failed!");
	if (code)
		return cli_fail(cli, code);
	puts("User authenticated.");
	return 0;
}

static int
run(struct cli *cli)
{
	char line[LINE_SIZE], user[VPOP_USER_SIZE], domain[VPOP_DOMAIN_SIZE];
	const char *address = cli->argc ? cli->argv[0] : line;
	int status = 0;

	if (compare_hash && getuid() != 0) {
		cli_refuse("only root may compare encrypted passwords");
		return VA_FORBIDDEN;
	}
	if (!cli->argc)
		status = ask_address(line, sizeof line);
	if (!status)
		status = cli_address(cli, address, user, domain);
	if (!status)
		status = read_password(cli);
	return status ? status : compare(cli, user, domain);
}

int
main(int argc, char **argv)
{
	static const struct cli_tool tool = {
		.name = "vverifypw",
		.usage = usage,
		.options = options,
		.flags = CLI_LETTER_V | CLI_PASSWORD,
		.max = 1,
		.secret = 1,
		.run = run,
	};

	return cli_main(&tool, argc, argv);
}
