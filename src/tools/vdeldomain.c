/*
 * vdeldomain: delete a domain with its accounts and mail, or one alias name.
 */
#include "config.h"

#include <string.h>

#include "tools/names.h"

static const char usage[] =
    "vdeldomain: usage: [options] domain_name\n" CLI_HELP_V
    "         -f, --force (force delete of virtual domains with "
    "aliases)\n" CLI_HELP_DRY_RUN CLI_HELP_COMMON;

static int force;

static const struct cli_option options[] = {
	{ 'f', CLI_SET, "force", &force, 1 },
	{ 0, CLI_SET, NULL, NULL, 0 },
};

static void
list(const char *heading, const struct names *aliases)
{
	puts(heading);
	for (size_t i = 0; i < aliases->count; i++)
		printf("   %s\n", aliases->name[i]);
}

static int
delete_real(
    struct cli *cli, const struct vpop_domain *domain, struct names *aliases)
{
	int code;

	if (aliases->count && !force) {
		list("Warning: Alias domains exist:", aliases);
		puts("   use -f to force delete of domain and all aliases");
		return CLI_USAGE_STATUS;
	}
	code = vpop_domain_delete(cli->vp, domain->name);
	if (code)
		return cli_fail(cli, code);
	if (cli->dry_run)
		printf("Would delete domain %s\n", domain->name);
	else if (aliases->count)
		list("Warning: Alias domains deleted:", aliases);
	return 0;
}

static int
delete_alias(struct cli *cli, const struct vpop_domain *domain)
{
	int code = vpop_domain_delete(cli->vp, domain->name);

	if (code)
		return cli_fail(cli, code);
	if (cli->dry_run)
		printf("Would delete alias domain %s of %s\n", domain->name,
		    domain->real);
	return 0;
}

static int
fail_lookup(const struct cli *cli, int code)
{
	if (code == VA_CANNOT_READ_ASSIGN)
		return cli_fail_as(cli, code,
		    "Can't get domain entries - can't read users/assign file");
	return cli_fail(cli, code);
}

static int
run(struct cli *cli)
{
	struct vpop_domain domain;
	struct names aliases;
	int code = vpop_domain_get(cli->vp, cli->argv[0], &domain);

	if (code)
		return fail_lookup(cli, code);
	if (strcmp(domain.name, domain.real) != 0)
		return delete_alias(cli, &domain);
	code = names_of_domain(cli, domain.name, &aliases);
	if (code)
		code = fail_lookup(cli, code);
	else
		code = delete_real(cli, &domain, &aliases);
	names_clear(&aliases);
	return code;
}

int
main(int argc, char **argv)
{
	static const struct cli_tool tool = {
		.name = "vdeldomain",
		.usage = usage,
		.options = options,
		.flags = CLI_LETTER_V | CLI_DRY_RUN,
		.min = 1,
		.max = 1,
		.run = run,
	};

	return cli_main(&tool, argc, argv);
}
