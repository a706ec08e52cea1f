/*
 * dotqmail2valias: move aliases from dot-qmail files to the account store,
 * or back.
 */
#include "config.h"

#include <string.h>

#include "tools/cli.h"
#include "tools/names.h"

static const char usage[] =
    "dotqmail2valias: usage: [options] -a | domain [domain ...]\n" CLI_HELP_V
    "         -a, --all (all domains)\n"
    "         -b, --back (from the account store to dot-qmail files)\n"
    "         -d, --debug (no effect)\n" CLI_HELP_DRY_RUN CLI_HELP_COMMON;

static int all, back, debug;

static const struct cli_option options[] = {
	{ 'a', CLI_SET, "all", &all, 1 },
	{ 'b', CLI_SET, "back", &back, 1 },
	{ 'd', CLI_SET, "debug", &debug, 1 },
	{ 0, CLI_SET, NULL, NULL, 0 },
};

struct target {
	const struct cli *cli;
	const char *domain;
};

static void
tell(void *arg, const struct vpop_alias_move *move)
{
	const struct target *target = arg;

	printf("  checking %s@%s...", move->name, target->domain);
	switch (move->result) {
	case VPOP_ALIAS_MOVED:
		printf(" converted %lu entries.\n", move->lines);
		break;
	case VPOP_ALIAS_EXISTS:
		printf(
		    "%s already exists, skipping.\n", back ? "file" : "valias");
		break;
	case VPOP_ALIAS_LIST:
		puts("mailing list, skipping.");
		break;
	case VPOP_ALIAS_EMPTY:
		puts("empty file, skipping.");
		break;
	case VPOP_ALIAS_FAILED:
		puts(" failed.");
		cli_warn(target->cli, "%s@%s: %s", move->name, target->domain,
		    cli_reason(vpop_message(target->cli->vp), move->code));
		break;
	}
}

static int
convert(const struct cli *cli, const char *name)
{
	struct target target = { .cli = cli };
	struct vpop_domain domain;
	int code = vpop_domain_get(cli->vp, name, &domain);

	printf("converting %s\n", name);
	if (code == VA_DOMAIN_DOES_NOT_EXIST) {
		fprintf(
		    stderr, "Error, domain %s not found in users/cdb.\n", name);
		return code;
	}
	if (code)
		return cli_fail(cli, code);
	if (strcmp(domain.name, domain.real) != 0) {
		fflush(stdout);
		fprintf(stderr, "Skipping %s (alias of %s).\n", domain.name,
		    domain.real);
		return VA_INVALID_DOMAIN_NAME;
	}
	target.domain = domain.real;
	code = vpop_aliases_move(cli->vp, domain.real, back, tell, &target);
	if (code == VA_NO_AUTH_MODULE)
		cli_detail(cli, code);
	return code;
}

static int
convert_names(const struct cli *cli, char *const *names, size_t count)
{
	int first = 0;

	for (size_t i = 0; i < count; i++) {
		int code = convert(cli, names[i]);

		if (code)
			fprintf(all ? stdout : stderr,
			    "conversion of %s failed\n", names[i]);
		if (!first)
			first = code;
		if (vpop_class(code) == VPOP_CLASS_TEMPORARY)
			break;
	}
	return first;
}

static int
convert_all(const struct cli *cli)
{
	struct names names;
	int code = names_of_site(cli, &names);

	code = code ? cli_fail(cli, code)
		    : convert_names(cli, names.name, names.count);
	names_clear(&names);
	return code;
}

static int
run(struct cli *cli)
{
	const char *valias = vpop_setting(cli->vp, "valias");

	if (!all && !cli->argc)
		return cli_usage(cli, NULL);
	if (!valias || strcmp(valias, "yes") != 0) {
		fputs("You must enable valiases (valias = yes in "
		      "vpopmail.conf) to use this program.\n",
		    stderr);
		return CLI_USAGE_STATUS;
	}
	all = all && !cli->argc;
	return all ? convert_all(cli)
		   : convert_names(cli, cli->argv, (size_t)cli->argc);
}

int
main(int argc, char **argv)
{
	static const struct cli_tool tool = {
		.name = "dotqmail2valias",
		.usage = usage,
		.options = options,
		.flags = CLI_LETTER_V | CLI_DRY_RUN,
		.max = -1,
		.run = run,
	};

	return cli_main(&tool, argc, argv);
}
