/*
 * vdominfo: report on one domain or on all.
 */
#include "config.h"

#include <string.h>

#include "tools/json.h"
#include "tools/names.h"

static const char usage[] =
    "vdominfo: usage: [options] [domain]\n" CLI_HELP_V
    "         -a, --all (display all fields, this is the default)\n"
    "         -n, --name (display domain name)\n"
    "         -u, --uid (display uid field)\n"
    "         -g, --gid (display gid field)\n"
    "         -d, --dir (display domain directory)\n"
    "         -t, --total (display total users)\n"
    "         -r, --real (display real domain)\n" CLI_HELP_JSON CLI_HELP_COMMON
    "JSON: domain, real, alias_of, uid, gid, dir, users, and for a named\n"
    "      domain aliases; an array for all domains\n";

enum field { NAME = 1, UID = 2, GID = 4, DIR = 8, TOTAL = 16, REAL = 32 };

static uint32_t fields;

static const struct cli_option options[] = {
	{ 'a', CLI_BITS, "all", &fields, CLI_ALL },
	{ 'n', CLI_FIELD, "name", &fields, NAME },
	{ 'u', CLI_FIELD, "uid", &fields, UID },
	{ 'g', CLI_FIELD, "gid", &fields, GID },
	{ 'd', CLI_FIELD, "dir", &fields, DIR },
	{ 't', CLI_FIELD, "total", &fields, TOTAL },
	{ 'r', CLI_FIELD, "real", &fields, REAL },
	{ 0, CLI_SET, NULL, NULL, 0 },
};

static int
is_alias(const struct vpop_domain *domain)
{
	return strcmp(domain->name, domain->real) != 0;
}

static int
count_users(const struct cli *cli, const struct vpop_domain *domain,
    unsigned long *ret_count)
{
	int code = vpop_users_count(cli->vp, domain->real, ret_count);

	return code ? cli_fail(cli, code) : 0;
}

static void
print_name(const struct vpop_domain *domain)
{
	if (is_alias(domain))
		printf("%s (alias of %s)\n", domain->name, domain->real);
	else
		puts(domain->name);
}

static void
print_full(const struct vpop_domain *domain, unsigned long users)
{
	fputs("domain: ", stdout);
	print_name(domain);
	printf("uid:    %lu\n", (unsigned long)domain->uid);
	printf("gid:    %lu\n", (unsigned long)domain->gid);
	printf("dir:    %s\n", domain->dir);
	printf("users:  %lu\n", users);
}

static void
print_terse(const struct vpop_domain *domain, unsigned long users)
{
	if (fields & NAME)
		print_name(domain);
	if (fields & UID)
		printf("%lu\n", (unsigned long)domain->uid);
	if (fields & GID)
		printf("%lu\n", (unsigned long)domain->gid);
	if (fields & DIR)
		puts(domain->dir);
	if (fields & TOTAL)
		printf("%lu\n", users);
	if (fields & REAL)
		puts(domain->real);
}

static int
print_domain(const struct cli *cli, const struct vpop_domain *domain)
{
	int full = !fields || (fields & CLI_ALL), status = 0;
	unsigned long users = 0;

	if (full || (fields & TOTAL))
		status = count_users(cli, domain, &users);
	if (status)
		return status;
	if (full)
		print_full(domain, users);
	else
		print_terse(domain, users);
	return 0;
}

/* The domain as an object; NULL and a status after telling. */
static json_t *
domain_json(
    const struct cli *cli, const struct vpop_domain *domain, int *ret_status)
{
	unsigned long users;
	json_t *object;

	*ret_status = count_users(cli, domain, &users);
	if (*ret_status)
		return NULL;
	object = cli_json_object();
	cli_json_put(object, "domain", cli_json_text(domain->name));
	cli_json_put(object, "real", cli_json_text(domain->real));
	cli_json_put(object, "alias_of",
	    is_alias(domain) ? cli_json_text(domain->real) : json_null());
	cli_json_put(object, "uid", json_integer(domain->uid));
	cli_json_put(object, "gid", json_integer(domain->gid));
	cli_json_put(object, "dir", cli_json_text(domain->dir));
	cli_json_put(object, "users", json_integer((json_int_t)users));
	return object;
}

static int
named_json(const struct cli *cli, const struct vpop_domain *domain,
    const struct names *aliases)
{
	int status;
	json_t *object = domain_json(cli, domain, &status), *array;

	if (!object)
		return status;
	array = cli_json_array();
	for (size_t i = 0; i < aliases->count; i++)
		cli_json_add(array, cli_json_text(aliases->name[i]));
	cli_json_put(object, "aliases", array);
	cli_json_print(object);
	return 0;
}

static int
fail_lookup(const struct cli *cli, int code, int status)
{
	if (code == VA_DOMAIN_DOES_NOT_EXIST ||
	    code == VA_INVALID_DOMAIN_NAME) {
		puts("Invalid domain name");
		return VA_DOMAIN_DOES_NOT_EXIST;
	}
	if (code != VA_CANNOT_READ_ASSIGN)
		return cli_fail(cli, code);
	puts("Can't get domain entries - can't read users/assign file");
	cli_detail(cli, code);
	return status;
}

static int
report_named(struct cli *cli)
{
	struct vpop_domain domain;
	struct names aliases;
	int code = vpop_domain_get(cli->vp, cli->argv[0], &domain);

	if (code)
		return fail_lookup(cli, code, code);
	if (is_alias(&domain)) /* a named alias reports its domain */
		memcpy(domain.name, domain.real, sizeof domain.name);
	code = names_of_domain(cli, domain.real, &aliases);
	if (code) {
		code = fail_lookup(cli, code, code);
	} else if (cli->json) {
		code = named_json(cli, &domain, &aliases);
	} else {
		code = print_domain(cli, &domain);
		for (size_t i = 0; !code && i < aliases.count; i++)
			printf("alias: %s\n", aliases.name[i]);
	}
	names_clear(&aliases);
	return code;
}

static int
report_entry(
    const struct cli *cli, const struct vpop_domain *domain, json_t *array)
{
	int status;
	json_t *object;

	if (!array) {
		status = print_domain(cli, domain);
		putchar('\n');
		return status;
	}
	object = domain_json(cli, domain, &status);
	if (object)
		cli_json_add(array, object);
	return status;
}

/* A domain that cannot be counted does not hide the others. */
static int
report_all(struct cli *cli)
{
	struct vpop_domains *cursor = NULL;
	struct vpop_domain domain;
	json_t *array = NULL;
	unsigned long entries = 0;
	int status = 0;
	int code = vpop_domains_open(cli->vp, NULL, &cursor);

	if (code)
		return fail_lookup(cli, code, CLI_USAGE_STATUS);
	if (cli->json)
		array = cli_json_array();
	while ((code = vpop_domains_next(cursor, &domain)) > 0) {
		int failed = report_entry(cli, &domain, array);

		entries++;
		status = status ? status : failed;
	}
	vpop_domains_close(cursor);
	if (code)
		status = fail_lookup(cli, code, CLI_USAGE_STATUS);
	if (array)
		cli_json_print(array);
	else if (!entries && !code)
		puts("No domains configured.");
	return status;
}

static int
run(struct cli *cli)
{
	return cli->argc ? report_named(cli) : report_all(cli);
}

int
main(int argc, char **argv)
{
	static const struct cli_tool tool = {
		.name = "vdominfo",
		.usage = usage,
		.options = options,
		.flags = CLI_LETTER_V | CLI_JSON,
		.max = 1,
		.run = run,
	};

	return cli_main(&tool, argc, argv);
}
