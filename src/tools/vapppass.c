/*
 * vapppass: passwords of an account for single programs.
 */
#include "config.h"

#include <string.h>
#include <time.h>

#include "base/text.h"
#include "tools/cli.h"
#include "tools/json.h"

#define DAY      86400
#define MAX_DAYS 36500

static const char usage[] =
    "vapppass: usage: [options] email_address\n"
    "options: -a, --add=label (make an app password and print it)\n"
    "         -s, --services=list (what it is good for: imap, pop, smtp, "
    "webmail,\n"
    "            separated by commas; default: all)\n"
    "         -e, --expire=days (it ends after so many days)\n"
    "         -d, --delete=id (take back the one with this id)\n"
    "         -D, --delete-all (take back all)\n"
    "         -v (show version)\n" CLI_HELP_JSON CLI_HELP_DRY_RUN
	CLI_HELP_COMMON
    "Without -a, -d or -D: print a line for each: id, services, day made,\n"
    "day it ends or \"never\", label.\n"
    "JSON: an array of objects: id, services, created, expires, label; with "
    "-a\n"
    "one object with the secret besides\n";

enum verb { LIST, ADD, DELETE, DELETE_ALL };

static struct cli_choice verb;
static const char *services, *days;

static const struct cli_option options[] = {
	{ 'a', CLI_CHOICE, "add", &verb, ADD },
	{ 'd', CLI_CHOICE, "delete", &verb, DELETE },
	{ 'D', CLI_SET, "delete-all", &verb.which, DELETE_ALL },
	{ 's', CLI_TEXT, "services", &services, 0 },
	{ 'e', CLI_TEXT, "expire", &days, 0 },
	{ 0, CLI_SET, NULL, NULL, 0 },
};

static const struct {
	const char *name;
	unsigned bit;
} names[] = { { "imap", VPOP_APP_IMAP }, { "pop", VPOP_APP_POP },
	{ "smtp", VPOP_APP_SMTP }, { "webmail", VPOP_APP_WEBMAIL } };

#define NAMES (sizeof names / sizeof *names)

/* "imap,smtp" as bits; 0 for a word that is no service. */
static unsigned
service_bits(const char *text)
{
	AUTO_FREE char *copy = cli_strdup(text);
	char *rest = copy, *word;
	unsigned bits = 0;

	while ((word = strsep(&rest, ","))) {
		unsigned bit = 0;

		for (size_t i = 0; i < NAMES; i++)
			if (strcmp(names[i].name, word) == 0)
				bit = names[i].bit;
		if (bit == 0)
			return 0;
		bits |= bit;
	}
	return bits;
}

static void
print_services(unsigned bits)
{
	const char *comma = "";

	for (size_t i = 0; i < NAMES; i++)
		if (bits & names[i].bit) {
			printf("%s%s", comma, names[i].name);
			comma = ",";
		}
}

static void
print_day(time_t when)
{
	char text[32] = "never";
	struct tm tm;

	if (when != 0 && (!gmtime_r(&when, &tm) ||
			     strftime(text, sizeof text, "%Y-%m-%d", &tm) == 0))
		text[0] = '\0';
	printf(" %s", text);
}

static json_t *
describe(const struct vpop_app_password *password)
{
	json_t *object = cli_json_object(), *list = cli_json_array();

	for (size_t i = 0; i < NAMES; i++)
		if (password->services & names[i].bit)
			cli_json_add(list, cli_json_text(names[i].name));
	cli_json_put(object, "id", cli_json_text(password->id));
	cli_json_put(object, "services", list);
	cli_json_put(object, "created", cli_json_time(password->created));
	cli_json_put(object, "expires", cli_json_time(password->expires));
	cli_json_put(object, "label", cli_json_text(password->label));
	return object;
}

static int
list(struct cli *cli, const struct vpop_user *user)
{
	AUTO_FREE struct vpop_app_password *array = NULL;
	json_t *report = cli->json ? cli_json_array() : NULL;
	size_t count = 0;
	int code = vpop_app_passwords_list(cli->vp, user, &array, &count);

	for (size_t i = 0; code == 0 && i < count; i++) {
		if (cli->json) {
			cli_json_add(report, describe(&array[i]));
			continue;
		}
		printf("%s ", array[i].id);
		print_services(array[i].services);
		print_day(array[i].created);
		print_day(array[i].expires);
		printf(" %s\n", array[i].label);
	}
	if (cli->json && code == 0)
		cli_json_print(report);
	else
		json_decref(report);
	return code ? cli_fail(cli, code) : 0;
}

static int
add(struct cli *cli, const struct vpop_user *user)
{
	struct vpop_app_password password = { .services = VPOP_APP_ALL };
	char secret[VPOP_APP_SECRET_SIZE];
	int64_t count;
	int code;

	if (services && (password.services = service_bits(services)) == 0)
		return cli_usage(cli, "'%s' names no services", services);
	if (days) {
		code = cli_number(
		    cli, "the number of days", days, 1, MAX_DAYS, &count);
		if (code)
			return code;
		password.expires = time(NULL) + (time_t)count * DAY;
	}
	if (vp_copy(password.label, sizeof password.label, verb.argument) != 0)
		return cli_refuse("the label is longer than %d bytes",
		    VPOP_APP_LABEL_SIZE - 1);
	code = vpop_app_password_add(cli->vp, user, &password, secret);
	if (code)
		return cli_fail(cli, code);
	if (cli->dry_run) {
		printf("Would make an app password for %s@%s\n", user->name,
		    user->domain);
		return 0;
	}
	if (cli->json) {
		json_t *object = describe(&password);

		cli_json_put(object, "secret", cli_json_text(secret));
		cli_json_print(object);
	} else {
		printf("%s\n", secret);
	}
	explicit_bzero(secret, sizeof secret);
	return 0;
}

static int
run(struct cli *cli)
{
	char name[VPOP_USER_SIZE], domain[VPOP_DOMAIN_SIZE];
	struct vpop_user user;
	int code;

	if (verb.which != ADD && (services || days))
		return cli_usage(cli, "-s and -e belong to -a");
	code = cli_address(cli, cli->argv[0], name, domain);
	if (code)
		return code;
	code = vpop_user_get(cli->vp, name, domain, &user);
	if (code)
		return cli_fail(cli, code);
	explicit_bzero(user.passwd, sizeof user.passwd);
	explicit_bzero(user.clear, sizeof user.clear);
	if (verb.which == LIST)
		return list(cli, &user);
	if (verb.which == ADD)
		return add(cli, &user);
	code = vpop_app_password_delete(
	    cli->vp, &user, verb.which == DELETE ? verb.argument : NULL);
	return code ? cli_fail_as(cli, code,
			  vpop_class(code) == VPOP_CLASS_ABSENT
			      ? "There is no such app password"
			      : vpop_code_text(code))
		    : 0;
}

int
main(int argc, char **argv)
{
	static const struct cli_tool tool = {
		.name = "vapppass",
		.usage = usage,
		.options = options,
		.flags = CLI_LETTER_V | CLI_JSON | CLI_DRY_RUN,
		.min = 1,
		.max = 1,
		.run = run,
	};

	return cli_main(&tool, argc, argv);
}
