/*
 * valias: list, insert and delete the aliases of a domain.
 */
#include "config.h"

#include <string.h>

#include "tools/cli.h"
#include "tools/json.h"

static const char usage[] =
    "valias: usage: [options] email_address | domain_name\n" CLI_HELP_V
    "         -s, --show (show aliases, can use just domain)\n"
    "         -n, --names (show alias names, use just domain)\n"
    "         -d, --delete (delete alias)\n"
    "         -i, --insert=alias_line (insert alias line)\n"
    "         --remove=alias_line (remove this line of the "
    "alias)\n" CLI_HELP_JSON CLI_HELP_DRY_RUN CLI_HELP_COMMON "\n"
    "Example: valias -i fred@inter7.com bob@inter7.com\n"
    "         (adds alias from bob@inter7.com to fred@inter7.com)\n"
    "JSON: an array of objects: alias, lines\n";

enum verb { SHOW, NAMES, DELETE, INSERT, REMOVE };

static struct cli_choice opt;

static const struct cli_option options[] = {
	{ 's', CLI_SET, "show", &opt.which, SHOW },
	{ 'n', CLI_SET, "names", &opt.which, NAMES },
	{ 'd', CLI_SET, "delete", &opt.which, DELETE },
	{ 'i', CLI_CHOICE, "insert", &opt, INSERT },
	{ 0, CLI_CHOICE, "remove", &opt, REMOVE },
	{ 0, CLI_SET, NULL, NULL, 0 },
};

struct target {
	char alias[VPOP_USER_SIZE]; /* "": the whole domain */
	char domain[VPOP_DOMAIN_SIZE];
};

/* ---- listing --------------------------------------------------------- */

struct listing {
	const struct cli *cli;
	const struct target *target;
	char last[VPOP_USER_SIZE];
	unsigned long lines;
	json_t *array, *of_alias;
};

static void
list_json(struct listing *listing, const struct vpop_alias *alias, int is_new)
{
	if (is_new) {
		char address[CLI_ADDRESS_SIZE];
		json_t *object = cli_json_object();

		snprintf(address, sizeof address, "%s@%s", alias->name,
		    listing->target->domain);
		cli_json_put(object, "alias", cli_json_text(address));
		listing->of_alias = cli_json_array();
		cli_json_put(object, "lines", listing->of_alias);
		cli_json_add(listing->array, object);
	}
	cli_json_add(listing->of_alias, cli_json_text(alias->line));
}

static void
list_line(struct listing *listing, const struct vpop_alias *alias)
{
	int is_new = !listing->lines || strcmp(listing->last, alias->name) != 0;

	if (listing->array)
		list_json(listing, alias, is_new);
	else if (opt.which == SHOW)
		printf("%s@%s -> %s\n", alias->name, listing->target->domain,
		    alias->line);
	else if (is_new)
		puts(alias->name);
	memcpy(listing->last, alias->name, sizeof listing->last);
	listing->lines++;
}

static int
tell_nothing(const struct cli *cli, const struct target *target)
{
	if (cli->json || opt.which == NAMES)
		return CLI_USAGE_STATUS;
	if (target->alias[0])
		printf(
		    "No aliases %s@%s found\n", target->alias, target->domain);
	else
		printf("No aliases found for domain %s\n", target->domain);
	return CLI_USAGE_STATUS;
}

static int
list(const struct cli *cli, const struct target *target)
{
	struct listing listing = { .cli = cli, .target = target };
	const char *name = target->alias[0] ? target->alias : NULL;
	struct vpop_aliases *cursor = NULL;
	struct vpop_alias alias;
	int code = vpop_aliases_open(cli->vp, name, target->domain, &cursor);

	if (code)
		return cli_fail(cli, code);
	if (cli->json)
		listing.array = cli_json_array();
	while ((code = vpop_aliases_next(cursor, &alias)) > 0)
		list_line(&listing, &alias);
	vpop_aliases_close(cursor);
	if (listing.array)
		cli_json_print(listing.array);
	if (code)
		return cli_fail(cli, code);
	return listing.lines ? 0 : tell_nothing(cli, target);
}

/* ---- changes --------------------------------------------------------- */

static int
insert(const struct cli *cli, const struct target *target)
{
	int code = vpop_alias_insert(
	    cli->vp, target->alias, target->domain, opt.argument);

	if (code == VA_USERNAME_EXISTS) {
		fprintf(stderr, "Error: alias %s@%s -> %s already exists.\n",
		    target->alias, target->domain, opt.argument);
		return CLI_USAGE_STATUS;
	}
	if (code)
		return cli_fail(cli, code);
	if (cli->dry_run)
		printf("Would insert %s@%s -> %s\n", target->alias,
		    target->domain, opt.argument);
	return 0;
}

static int
remove_line(const struct cli *cli, const struct target *target)
{
	int code = vpop_alias_remove(
	    cli->vp, target->alias, target->domain, opt.argument);

	if (code)
		return cli_fail(cli, code);
	if (cli->dry_run)
		printf("Would remove %s@%s -> %s\n", target->alias,
		    target->domain, opt.argument);
	return 0;
}

/* What is not there needs no deleting. */
static int delete (const struct cli *cli, const struct target *target)
{
	int code = vpop_alias_delete(cli->vp, target->alias, target->domain);

	if (code && code != VA_USER_DOES_NOT_EXIST)
		return cli_fail(cli, code);
	if (cli->dry_run && !code)
		printf("Would delete alias %s@%s\n", target->alias,
		    target->domain);
	return 0;
}

/* ---- choice ---------------------------------------------------------- */

static int
act(const struct cli *cli, const struct target *target)
{
	switch ((enum verb)opt.which) {
	case SHOW:
	case NAMES:
		return list(cli, target);
	case INSERT:
		return insert(cli, target);
	case REMOVE:
		return remove_line(cli, target);
	case DELETE:
		return delete (cli, target);
	}
	return CLI_USAGE_STATUS;
}

static int
tell_no_domain(const struct cli *cli, const char *domain, int code)
{
	if (code != VA_DOMAIN_DOES_NOT_EXIST || opt.which != SHOW || cli->json)
		return cli_fail(cli, code);
	puts("invalid domain, not in qmail assign file");
	printf("No aliases found for domain %s\n", domain);
	return CLI_USAGE_STATUS;
}

static int
parse_target(const struct cli *cli, struct target *target)
{
	const char *text = cli->argv[0];
	struct vpop_domain domain;
	int is_address = strchr(text, '@') != NULL;
	int code;

	target->alias[0] = 0;
	if (opt.which == NAMES && is_address) {
		fputs("Please enter domain name only.\n", stderr);
		return CLI_USAGE_STATUS;
	}
	if (is_address || (opt.which != SHOW && opt.which != NAMES)) {
		code = cli_address(cli, text, target->alias, target->domain);
		if (code)
			return code;
		text = target->domain;
	}
	code = vpop_domain_get(cli->vp, text, &domain);
	if (code)
		return tell_no_domain(cli, text, code);
	memcpy(target->domain, domain.real, sizeof target->domain);
	return 0;
}

static int
run(struct cli *cli)
{
	struct target target;
	int status;

	if (!cli->argc) {
		fputs("must supply alias email address\n", stderr);
		return cli_usage(cli, NULL);
	}
	if (cli->json && opt.which != SHOW && opt.which != NAMES)
		return cli_usage(cli, "--json is for lists");
	status = parse_target(cli, &target);
	return status ? status : act(cli, &target);
}

int
main(int argc, char **argv)
{
	static const struct cli_tool tool = {
		.name = "valias",
		.usage = usage,
		.options = options,
		.flags = CLI_LETTER_V | CLI_JSON | CLI_DRY_RUN,
		.max = 1,
		.run = run,
	};

	return cli_main(&tool, argc, argv);
}
