/*
 * vlist: mailing lists of ezmlm-idx.
 *
 * The words of the command are told apart by their first one or two bytes,
 * as scripts write them.  Statuses 1 to 6 and 101 to 103 are documented ones
 * of this tool; others are those of all tools.
 */
#include "config.h"

#include <string.h>

#include "tools/cli.h"
#include "tools/json.h"
#include "tools/vlist.h"

static const char usage[] =
    "vlist: usage: [options] command list@domain | domain [command2 "
    "[address]]\n"
    "commands: count, list (lists of a domain)\n"
    "          create, update, delete (a list)\n"
    "          show, explain (its settings)\n"
    "          subscriber, moderator, digest, kill (its addresses), with "
    "command2:\n"
    "             count, list, add address, delete address\n"
    "options: --options=letters (with create, update: options of "
    "ezmlm-make)\n"
    "         --owner=address (its owner)\n"
    "         --prefix=text (put before subjects; empty for none)\n"
    "         --reply-to=list|sender|address (where answers go)\n" CLI_HELP_JSON
	CLI_HELP_DRY_RUN CLI_HELP_COMMON
    "JSON: count, list, show, explain and lists of addresses\n";

enum status { /* of addresses, then of the command */
	NOT_A_LIST = 1,
	UNPARSABLE,
	NO_DOMAIN,
	NOT_A_DOMAIN,
	EXISTS,
	NO_LIST,
	TOO_FEW = 101,
	UNKNOWN_1,
	UNKNOWN_2
};

static const char *const status_words[] = {
	[NOT_A_LIST] = "list address expected",
	[UNPARSABLE] = "cannot parse address",
	[NO_DOMAIN] = "Domain does not exist.",
	[NOT_A_DOMAIN] = "expected domain name in the form example.com",
	[EXISTS] = "address already exists",
	[NO_LIST] = "mailing list does not exist",
};

enum word {
	NONE,
	COUNT,
	LIST,
	CREATE,
	DELETE,
	UPDATE,
	SHOW,
	EXPLAIN,
	MEMBERS,
	ADD
};

struct known {
	const char *start; /* the bytes that are compared */
	enum word word;
	enum vpop_list_role role;
};

static const struct known first_words[] = {
	{ "co", COUNT, 0 },
	{ "l", LIST, 0 },
	{ "cr", CREATE, 0 },
	{ "de", DELETE, 0 },
	{ "up", UPDATE, 0 },
	{ "sh", SHOW, 0 },
	{ "e", EXPLAIN, 0 },
	{ "su", MEMBERS, VPOP_LIST_SUBSCRIBER },
	{ "m", MEMBERS, VPOP_LIST_MODERATOR },
	{ "di", MEMBERS, VPOP_LIST_DIGEST },
	{ "k", MEMBERS, VPOP_LIST_DENY },
	{ NULL, NONE, 0 },
};

static const struct known second_words[] = {
	{ "co", COUNT, 0 },
	{ "l", LIST, 0 },
	{ "ad", ADD, 0 },
	{ "de", DELETE, 0 },
	{ NULL, NONE, 0 },
};

static struct vpop_list_change change;
static const char *reply_to;

static const struct cli_option options[] = {
	{ 0, CLI_TEXT, "options", &change.options, 0 },
	{ 0, CLI_TEXT, "owner", &change.owner, 0 },
	{ 0, CLI_TEXT, "prefix", &change.prefix, 0 },
	{ 0, CLI_TEXT, "reply-to", &reply_to, 0 },
	{ 0, CLI_SET, NULL, NULL, 0 },
};

/* What the command is about. */
struct target {
	enum word word, word2;
	enum vpop_list_role role;
	char name[VPOP_USER_SIZE];
	char domain[VPOP_DOMAIN_SIZE];
	const char *address;
};

/* ---- words ------------------------------------------------------------ */

static const struct known *
find_word(const struct known *known, const char *text)
{
	while (known->start &&
	       strncmp(text, known->start, strlen(known->start)) != 0)
		known++;
	return known;
}

static int
wrong(const struct cli *cli, int status, const char *words)
{
	puts(words);
	(void)cli_usage(cli, NULL);
	return status;
}

static int
refuse(const struct cli *cli, int status)
{
	fprintf(cli->json ? stderr : stdout, "Error: %d - %s\n", status,
	    status_words[status]);
	return status;
}

/* A failure as this tool's status, if it is one of those. */
static int
fail(const struct cli *cli, int code)
{
	switch (code) {
	case VA_ILLEGAL_USERNAME:
	case VA_INVALID_DOMAIN_NAME:
	case VA_USER_NAME_TOO_LONG:
	case VA_DOMAIN_NAME_TOO_LONG:
		refuse(cli, UNPARSABLE);
		cli_detail(cli, code);
		return UNPARSABLE;
	case VA_DOMAIN_DOES_NOT_EXIST:
		return refuse(cli, NO_DOMAIN);
	case VA_USERNAME_EXISTS:
		refuse(cli, EXISTS);
		cli_detail(cli, code);
		return EXISTS;
	case VA_USER_DOES_NOT_EXIST:
		return refuse(cli, NO_LIST);
	default:
		return cli_fail(cli, code);
	}
}

static int
parse_words(const struct cli *cli, struct target *target)
{
	const struct known *known;

	if (cli->argc < 2)
		return wrong(
		    cli, TOO_FEW, "At least two parameters are required\n");
	known = find_word(first_words, cli->argv[0]);
	if (known->word == NONE)
		return wrong(cli, UNKNOWN_1, "Unknown command 1");
	target->word = known->word;
	target->role = known->role;
	if (known->word != MEMBERS)
		return cli->argc > 2 ? cli_usage(cli, "too many arguments") : 0;
	known = find_word(second_words, cli->argc > 2 ? cli->argv[2] : "");
	if (known->word == NONE)
		return wrong(cli, UNKNOWN_2, "Unknown command 2");
	target->word2 = known->word;
	target->address = cli->argc > 3 ? cli->argv[3] : NULL;
	if (known->word != ADD && known->word != DELETE)
		return target->address ? cli_usage(cli, "too many arguments")
				       : 0;
	return target->address ? 0
			       : wrong(cli, TOO_FEW, "An address is required");
}

static int
parse_target(const struct cli *cli, struct target *target)
{
	const char *text = cli->argv[1];
	const char *at = strchr(text, '@');
	int of_domain = target->word == COUNT || target->word == LIST;
	struct vpop_domain domain;
	int code;

	if (of_domain && (at || *text == '\0'))
		return refuse(cli, NOT_A_DOMAIN);
	if (!of_domain && !at)
		return refuse(cli, NOT_A_LIST);
	if (!of_domain) {
		code = vpop_parse_address(
		    cli->vp, text, target->name, target->domain);
		if (code || strchr(at + 1, '@') || !target->name[0])
			return refuse(cli, UNPARSABLE);
		text = target->domain;
	}
	code = vpop_domain_get(cli->vp, text, &domain);
	if (code)
		return fail(cli, code);
	memcpy(target->domain, domain.real, sizeof target->domain);
	return 0;
}

/* ---- the lists of a domain -------------------------------------------- */

static int
list_domain(const struct cli *cli, const struct target *target)
{
	json_t *array = cli->json ? cli_json_array() : NULL;
	struct vpop_lists *cursor = NULL;
	char name[VPOP_USER_SIZE];
	unsigned long count = 0;
	int code = vpop_lists_open(cli->vp, target->domain, &cursor);

	if (code) {
		json_decref(array);
		return fail(cli, code);
	}
	while (vpop_lists_next(cursor, name) == 1) {
		count++;
		if (array)
			cli_json_add(array, cli_json_text(name));
		else if (target->word == LIST)
			puts(name);
	}
	vpop_lists_close(cursor);
	if (target->word == COUNT)
		printf("%lu\n", count);
	else if (array)
		cli_json_print(json_incref(array));
	json_decref(array);
	return 0;
}

/* ---- one list --------------------------------------------------------- */

static int
set_reply(const struct cli *cli)
{
	if (!reply_to)
		return 0;
	if (!strcmp(reply_to, "list"))
		change.reply = VPOP_LIST_REPLY_LIST;
	else if (!strcmp(reply_to, "sender"))
		change.reply = VPOP_LIST_REPLY_SENDER;
	else if (strchr(reply_to, '@'))
		change.reply = VPOP_LIST_REPLY_ADDRESS;
	else
		return cli_usage(cli,
		    "--reply-to: '%s' is neither list, "
		    "sender nor an address",
		    reply_to);
	change.reply_address = reply_to;
	return 0;
}

static int
create(const struct cli *cli, const struct target *target)
{
	int code = vpop_list_create(cli->vp, &change);

	if (!code && cli->dry_run)
		printf("Would create mailing list %s@%s\n", target->name,
		    target->domain);
	if (!code || code == VA_USERNAME_EXISTS ||
	    code == VA_ILLEGAL_USERNAME || code == VA_INVALID_ARGUMENT ||
	    code == VA_NO_LIST_PROGRAMS)
		return code ? fail(cli, code) : 0;
	printf("%s\n (-1)\n", vpop_code_text(code));
	cli_detail(cli, code);
	return CLI_USAGE_STATUS;
}

static int
update(const struct cli *cli, const struct target *target)
{
	int code = vpop_list_modify(cli->vp, &change);

	if (code)
		return fail(cli, code);
	if (cli->dry_run)
		printf("Would update mailing list %s@%s\n", target->name,
		    target->domain);
	return 0;
}

static int delete (const struct cli *cli, const struct target *target)
{
	int code = vpop_list_delete(cli->vp, target->name, target->domain);

	if (code)
		return fail(cli, code);
	if (cli->dry_run)
		printf("Would delete mailing list %s@%s\n", target->name,
		    target->domain);
	return 0;
}

static int
show(const struct cli *cli, const struct target *target)
{
	struct vpop_list list;
	int code = vpop_list_get(cli->vp, target->name, target->domain, &list);

	if (code)
		return fail(cli, code);
	if (cli->json)
		vlist_json(&list);
	else if (target->word == SHOW)
		vlist_show(&list);
	else
		vlist_explain(&list);
	explicit_bzero(&list, sizeof list);
	return 0;
}

/* ---- its addresses ---------------------------------------------------- */

static int
count_members(const struct cli *cli, const struct target *target)
{
	unsigned long count;
	int code = vpop_list_members_count(
	    cli->vp, target->name, target->domain, target->role, &count);

	if (code)
		return fail(cli, code);
	printf("%lu\n", count);
	return 0;
}

static int
list_members(const struct cli *cli, const struct target *target)
{
	json_t *array = cli->json ? cli_json_array() : NULL;
	struct vpop_list_members *cursor = NULL;
	const char *address;
	int code = vpop_list_members_open(
	    cli->vp, target->name, target->domain, target->role, &cursor);

	while (
	    !code && (code = vpop_list_members_next(cursor, &address)) == 1) {
		if (array)
			cli_json_add(array, cli_json_text(address));
		else
			puts(address);
		code = 0;
	}
	vpop_list_members_close(cursor);
	if (!code && array)
		cli_json_print(json_incref(array));
	json_decref(array);
	return code ? fail(cli, code) : 0;
}

static int
change_member(const struct cli *cli, const struct target *target)
{
	int is_add = target->word2 == ADD;
	int code =
	    (is_add ? vpop_list_member_add : vpop_list_member_remove)(cli->vp,
		target->name, target->domain, target->role, target->address);

	if (code == VA_USER_DOES_NOT_EXIST || code == VA_NO_LIST_PROGRAMS)
		return fail(cli, code);
	if (code) {
		puts("Unable to add entry: -1");
		cli_detail(cli, code);
		return CLI_USAGE_STATUS;
	}
	if (cli->dry_run)
		printf("Would %s %s\n", is_add ? "add" : "delete",
		    target->address);
	return 0;
}

static int
members(const struct cli *cli, const struct target *target)
{
	if (target->word2 == COUNT)
		return count_members(cli, target);
	if (target->word2 == LIST)
		return list_members(cli, target);
	return change_member(cli, target);
}

static int
check_options(const struct cli *cli, const struct target *target)
{
	int changes = target->word == CREATE || target->word == UPDATE;

	if (!changes &&
	    (change.options || change.owner || change.prefix || reply_to))
		return cli_usage(
		    cli, "options of a list are for create and update");
	if (cli->json && (changes || target->word == DELETE ||
			     target->word2 == ADD || target->word2 == DELETE))
		return cli_usage(cli, "--json is for reports");
	return set_reply(cli);
}

/* Do what the words ask for. */
static int
obey(struct cli *cli, struct target *target)
{
	switch (target->word) {
	case COUNT:
	case LIST:
		return list_domain(cli, target);
	case CREATE:
		return create(cli, target);
	case UPDATE:
		return update(cli, target);
	case DELETE:
		return delete (cli, target);
	case MEMBERS:
		return members(cli, target);
	default:
		return show(cli, target);
	}
}

static int
run(struct cli *cli)
{
	struct target target = { .word = NONE };
	int status = parse_words(cli, &target);

	if (!status)
		status = check_options(cli, &target);
	if (!status)
		status = parse_target(cli, &target);
	if (status)
		return status;
	change.name = target.name;
	change.domain = target.domain;
	status = obey(cli, &target);
	change.name = change.domain = NULL;
	return status;
}

int
main(int argc, char **argv)
{
	static const struct cli_tool tool = {
		.name = "vlist",
		.usage = usage,
		.options = options,
		.flags = CLI_JSON | CLI_DRY_RUN,
		.max = 4,
		.run = run,
	};

	return cli_main(&tool, argc, argv);
}
