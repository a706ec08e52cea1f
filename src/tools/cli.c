/*
 * Options are parsed by getopt_long: options may follow arguments, "--" ends
 * them, and the first line about a wrong one is the C library's.  Secrets
 * are copied and wiped from argv before anything else happens.
 */
#include "config.h"

#include "tools/cli.h"

#include <errno.h>
#include <getopt.h>
#include <limits.h>
#include <stdarg.h>
#include <string.h>

#include "base/nodump.h"
#include "base/text.h"

#define LONG_BASE    256 /* values of long names: LONG_BASE + index */
#define MOST_OPTIONS 64
#define SHORT_SIZE   (3 * MOST_OPTIONS + 1)

enum common { /* options that the tool's own table does not have */
	OPT_HELP = LONG_BASE + MOST_OPTIONS,
	OPT_VERSION,
	OPT_JSON,
	OPT_DRY_RUN,
	OPT_PASSWORD_FD,
	OPT_PASSWORD_STDIN,
	OPT_FROM,
	OPT_KEEP_GOING
};

static const struct {
	unsigned flag;
	struct option option;
} common_options[] = {
	{ 0, { "help", no_argument, NULL, OPT_HELP } },
	{ 0, { "version", no_argument, NULL, OPT_VERSION } },
	{ CLI_JSON, { "json", no_argument, NULL, OPT_JSON } },
	{ CLI_DRY_RUN, { "dry-run", no_argument, NULL, OPT_DRY_RUN } },
	{ CLI_PASSWORD,
	    { "password-fd", required_argument, NULL, OPT_PASSWORD_FD } },
	{ CLI_PASSWORD,
	    { "password-stdin", no_argument, NULL, OPT_PASSWORD_STDIN } },
	{ CLI_FROM, { "from", required_argument, NULL, OPT_FROM } },
	{ CLI_FROM, { "keep-going", no_argument, NULL, OPT_KEEP_GOING } },
};

#define COMMON (sizeof common_options / sizeof common_options[0])

struct parser {
	struct option longs[MOST_OPTIONS + COMMON + 1];
	char shorts[SHORT_SIZE];
};

static int
argument_of(enum cli_kind kind)
{
	if (kind == CLI_TEXT || kind == CLI_CHOICE || kind == CLI_SECRET ||
	    kind == CLI_PAIR_TEXT)
		return required_argument;
	return kind == CLI_RANDOM ? optional_argument : no_argument;
}

static void
parser_add(struct parser *parser, const struct cli_option *option, int index)
{
	int argument = argument_of(option->kind);
	size_t at = strlen(parser->shorts);

	parser->longs[index] =
	    (struct option){ option->name, argument, NULL, LONG_BASE + index };
	if (!option->letter)
		return;
	parser->shorts[at++] = (char)option->letter;
	for (int i = 0; i < argument; i++) /* none, one or two colons */
		parser->shorts[at++] = ':';
	parser->shorts[at] = 0;
}

static void
parser_init(struct parser *parser, const struct cli_tool *tool)
{
	int count = 0;

	memset(parser, 0, sizeof *parser);
	if (tool->flags & CLI_LETTER_V)
		parser->shorts[0] = 'v';
	for (; tool->options && tool->options[count].name; count++)
		parser_add(parser, &tool->options[count], count);
	for (size_t i = 0; i < COMMON; i++) {
		unsigned flag = common_options[i].flag;

		if (!flag || (tool->flags & flag))
			parser->longs[count++] = common_options[i].option;
	}
}

static const struct cli_option *
find_option(const struct cli_tool *tool, int value)
{
	const struct cli_option *option = tool->options;

	if (value >= LONG_BASE)
		return &option[value - LONG_BASE];
	while (option->letter != value)
		option++;
	return option;
}

static int
take_random(const struct cli *cli, size_t *ret_length)
{
	int64_t length = CLI_RANDOM_LENGTH;
	int status = 0;

	if (optarg)
		status = cli_number(cli, "-r", optarg, 1, INT_MAX, &length);
	if (status)
		return status;
	if (length > 128) {
		printf("Error: %s\n", vpop_code_text(VA_PASSWD_TOO_LONG));
		return VA_PASSWD_TOO_LONG;
	}
	*ret_length = (size_t)length;
	return 0;
}

static int
take_pair(const struct cli *cli, struct cli_pair *pair, int value)
{
	int at = pair->which[0] ? 1 : 0;

	if (pair->which[at])
		return cli_usage(cli, NULL);
	pair->which[at] = value;
	if (optarg)
		pair->argument = optarg;
	return 0;
}

/* The tool's own options.  0, or the status to end with. */
static int
apply_option(struct cli *cli, const struct cli_option *option, int *ret_end)
{
	uint32_t *bits = option->target;
	struct cli_choice *choice = option->target;

	switch (option->kind) {
	case CLI_SET:
		*(int *)option->target = (int)option->value;
		return 0;
	case CLI_BITS:
		*bits |= option->value;
		return 0;
	case CLI_FIELD:
		*bits = (*bits & ~CLI_ALL) | option->value;
		return 0;
	case CLI_TEXT:
		*(const char **)option->target = optarg;
		return 0;
	case CLI_CHOICE:
		choice->which = (int)option->value;
		choice->argument = optarg;
		return 0;
	case CLI_PAIR:
	case CLI_PAIR_TEXT:
		return take_pair(cli, option->target, (int)option->value);
	case CLI_SECRET:
		cli_free_secret(*(char **)option->target);
		*(char **)option->target = cli_take_secret(optarg);
		return 0;
	case CLI_RANDOM:
		return take_random(cli, option->target);
	case CLI_DRY:
		cli->dry_run = 1;
		return 0;
	case CLI_HELP:
		fputs(cli->tool->usage, stdout);
		*ret_end = 1;
		return 0;
	}
	return CLI_USAGE_STATUS;
}

/* Options that several tools have. */
static int
apply_common(struct cli *cli, int value, int *ret_end)
{
	int64_t number;
	int status;

	switch (value) {
	case OPT_HELP:
		fputs(cli->tool->usage, stdout);
		*ret_end = 1;
		return 0;
	case OPT_VERSION:
	case 'v':
		printf("version: %s\n", vpop_version());
		cli->version = 1;
		*ret_end = value == OPT_VERSION;
		return 0;
	case OPT_JSON:
		cli->json = 1;
		return 0;
	case OPT_DRY_RUN:
		cli->dry_run = 1;
		return 0;
	case OPT_PASSWORD_FD:
		status = cli_number(
		    cli, "--password-fd", optarg, 0, INT_MAX, &number);
		if (!status)
			cli->password_fd = (int)number;
		return status;
	case OPT_PASSWORD_STDIN:
		cli->password_fd = STDIN_FILENO;
		return 0;
	case OPT_FROM:
		cli->from = optarg;
		return 0;
	case OPT_KEEP_GOING:
		cli->keep_going = 1;
		return 0;
	default:
		return cli_usage(cli, NULL);
	}
}

static int
parse_options(struct cli *cli, int argc, char **argv, int *ret_end)
{
	struct parser parser;
	int value, status = 0;

	parser_init(&parser, cli->tool);
	while (!status && !*ret_end) {
		const struct cli_option *option;

		value =
		    getopt_long(argc, argv, parser.shorts, parser.longs, NULL);
		if (value < 0)
			break;
		if (value == 'v' || value == '?' || value >= OPT_HELP) {
			status = apply_common(cli, value, ret_end);
			continue;
		}
		option = find_option(cli->tool, value);
		status = apply_option(cli, option, ret_end);
	}
	cli->argc = argc - optind;
	cli->argv = argv + optind;
	return status;
}

static int
check_arguments(struct cli *cli)
{
	const struct cli_tool *tool = cli->tool;
	int min = cli->from ? 0 : tool->min, max = cli->from ? 0 : tool->max;
	int secret = tool->secret;

	if (secret && cli->argc > secret && !cli->from) {
		cli->secret = cli_take_secret(cli->argv[secret]);
		max++;
	}
	if (max >= 0 && cli->argc > max)
		return cli_usage(cli, "too many arguments");
	if (cli->secret)
		cli->argc = secret;
	if (cli->secret && !*cli->secret) { /* the same as none */
		free(cli->secret);
		cli->secret = NULL;
	}
	if (cli->argc < min)
		return cli_usage(cli, NULL);
	if (cli->keep_going && !cli->from)
		return cli_usage(cli, "--keep-going needs --from");
	return 0;
}

/* Words that scripts know stand alone. */
static void
print_notice(void *arg, const char *sentence)
{
	(void)arg;
	fprintf(stderr, "%s\n", sentence);
}

static int
open_and_run(struct cli *cli)
{
	unsigned flags = cli->dry_run ? VPOP_OPEN_DRY_RUN : 0;
	int code = vpop_open(&cli->vp, flags);

	vp_no_dump();
	if (code) {
		fprintf(stderr, "Error - %s. Initial open.\n",
		    vpop_code_text(code));
		if (cli->vp)
			cli_detail(cli, code);
	} else {
		vpop_set_notice(cli->vp, print_notice, NULL);
		code = cli->tool->run(cli);
	}
	vpop_close(cli->vp);
	return code;
}

int
cli_main(const struct cli_tool *tool, int argc, char **argv)
{
	struct cli cli = { .tool = tool, .password_fd = -1 };
	int end = 0, status = parse_options(&cli, argc, argv, &end);

	if (!status && !end)
		status = check_arguments(&cli);
	if (!status && !end)
		status = open_and_run(&cli);
	cli_free_secret(cli.secret);
	if (fflush(stdout) || ferror(stdout)) {
		cli_warn(&cli, "cannot write the output: %s", strerror(errno));
		if (!status)
			status = CLI_USAGE_STATUS;
	}
	return status & 0xff;
}
