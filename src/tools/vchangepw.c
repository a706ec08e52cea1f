/*
 * vchangepw: an account's owner changes its password, proving the old one.
 */
#include "config.h"

#include <string.h>
#include <syslog.h>
#include <time.h>

#include "tools/change.h"

#define OLD_LONGEST   127
#define REFUSED       3 /* status of a failed authentication */
#define DELAY_SECONDS 2 /* before it is told */
#define LINE_SIZE     300

static const char usage[] = "vchangepw: usage: [options]\n"
			    "Asks for an email address, its password and the "
			    "new password.\n" CLI_HELP_COMMON;

struct answers {
	char address[LINE_SIZE];
	char user[VPOP_USER_SIZE], domain[VPOP_DOMAIN_SIZE];
	char *old;
};

static int
refuse(const char *before, const char *address, const char *after)
{
	struct timespec delay = { .tv_sec = DELAY_SECONDS };

	syslog(LOG_NOTICE, "%s%s%s", before, address, after);
	nanosleep(&delay, NULL);
	cli_refuse("authentication failed!");
	return REFUSED;
}

static int
ask_address(struct cli *cli, struct answers *answers)
{
	int got =
	    cli_ask_line("Please enter the email address: ", answers->address,
		sizeof answers->address);

	if (got == 0) {
		puts("\n");
		return CLI_USAGE_STATUS;
	}
	if (got < 0) {
		putchar('\n');
		cli_refuse("email address too long");
		return REFUSED;
	}
	puts(answers->address);
	return cli_address(
	    cli, answers->address, answers->user, answers->domain);
}

/* The old password; unknown accounts are answered like wrong passwords. */
static int
authenticate(struct cli *cli, struct answers *answers)
{
	const char *address = answers->address;
	struct vpop_user user;
	int status = cli_ask(cli, "Enter old password: ", &answers->old);
	int code;

	if (status)
		return status;
	if (strlen(answers->old) > OLD_LONGEST) {
		syslog(LOG_NOTICE, "Too long password for user %s", address);
		cli_refuse("password too long.");
		return REFUSED;
	}
	code = vpop_user_get(cli->vp, answers->user, answers->domain, &user);
	if (!code)
		code = vpop_user_verify(cli->vp, &user, answers->old);
	explicit_bzero(&user, sizeof user);
	if (code == VA_DOMAIN_DOES_NOT_EXIST)
		return refuse("Domain of address ", address, " does not exist");
	if (code == VA_AUTH_FAILED || vpop_class(code) == VPOP_CLASS_ABSENT)
		return refuse("Wrong password for user ", address, "");
	return code ? cli_fail(cli, code) : 0;
}

static int
change(struct cli *cli, struct answers *answers)
{
	struct cli_password password = { .who = answers->address };
	struct vpop_user_change record = { .fields = VPOP_SET_SECRET |
						     VPOP_SET_BY_USER };
	int status = cli_password(cli, &password), code;

	if (status)
		return status;
	if (!strcmp(password.secret.text, answers->old))
		return cli_refuse("the new password is the old one");
	record.secret = password.secret;
	code = change_user(cli, answers->user, answers->domain, &record);
	if (code) {
		syslog(LOG_NOTICE,
		    "Error changing users password! User %s, message: %s",
		    answers->address, cli_reason(vpop_message(cli->vp), code));
		return cli_fail(cli, code);
	}
	syslog(LOG_DEBUG, "User %s changed password", answers->address);
	puts("Password successfully changed.");
	return 0;
}

static int
run(struct cli *cli)
{
	struct answers answers = { .old = NULL };
	int status;

	openlog("vchangepw", 0, LOG_AUTH);
	status = ask_address(cli, &answers);
	if (!status)
		status = authenticate(cli, &answers);
	if (!status)
		status = change(cli, &answers);
	cli_free_secret(answers.old);
	closelog();
	return status;
}

int
main(int argc, char **argv)
{
	static const struct cli_tool tool = {
		.name = "vchangepw",
		.usage = usage,
		.run = run,
	};

	return cli_main(&tool, argc, argv);
}
