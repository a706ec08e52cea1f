/*
 * vipmap: which domain a server address stands for.
 */
#include "config.h"

#include "tools/cli.h"
#include "tools/json.h"

static const char usage[] =
    "vipmap: usage: [options] ip domain\n"
    "options: -d, --delete (delete mapping)\n"
    "         -a, --add (add mapping; an address has one domain)\n"
    "         -p, --print (print mapping)\n"
    "         -v (show version)\n" CLI_HELP_JSON CLI_HELP_DRY_RUN
	CLI_HELP_COMMON "JSON (with -p): an array of objects: ip, domain\n";

enum verb { NONE, PRINT, ADD, DELETE };

static int verb = NONE;

static const struct cli_option options[] = {
	{ 'p', CLI_SET, "print", &verb, PRINT },
	{ 'a', CLI_SET, "add", &verb, ADD },
	{ 'd', CLI_SET, "delete", &verb, DELETE },
	{ 0, CLI_SET, NULL, NULL, 0 },
};

static void
print_json(const struct vpop_ipmap *list, size_t count)
{
	json_t *array = cli_json_array();

	for (size_t i = 0; i < count; i++) {
		json_t *object = cli_json_object();

		cli_json_put(object, "ip", cli_json_text(list[i].ip));
		cli_json_put(object, "domain", cli_json_text(list[i].domain));
		cli_json_add(array, object);
	}
	cli_json_print(array);
}

static int
print_map(const struct cli *cli)
{
	AUTO_FREE struct vpop_ipmap *list = NULL;
	size_t count = 0;
	int code = vpop_ipmap_list(cli->vp, &list, &count);

	if (code)
		return cli_fail(cli, code);
	if (cli->json)
		print_json(list, count);
	for (size_t i = 0; !cli->json && i < count; i++)
		printf("%s %s\n", list[i].ip, list[i].domain);
	return 0;
}

static int
add(const struct cli *cli)
{
	int code = vpop_ipmap_add(cli->vp, cli->argv[0], cli->argv[1]);

	if (code)
		return cli_fail(cli, code);
	if (cli->dry_run)
		printf("Would map %s to %s\n", cli->argv[0], cli->argv[1]);
	return 0;
}

/* A mapping that is not there needs no deleting. */
static int delete (const struct cli *cli)
{
	int code = vpop_ipmap_delete(cli->vp, cli->argv[0], cli->argv[1]);

	if (code && vpop_class(code) != VPOP_CLASS_ABSENT)
		return cli_fail(cli, code);
	if (cli->dry_run && !code)
		printf("Would delete the mapping of %s to %s\n", cli->argv[0],
		    cli->argv[1]);
	return 0;
}

static int
run(struct cli *cli)
{
	if (verb == NONE && cli->argc == 0 && (cli->version || cli->json))
		verb = PRINT;
	if (verb == PRINT && cli->argc == 0)
		return print_map(cli);
	if (cli->argc != 2 || cli->json)
		return cli_usage(cli, NULL);
	if (verb == ADD)
		return add(cli);
	return verb == DELETE ? delete (cli) : cli_usage(cli, NULL);
}

int
main(int argc, char **argv)
{
	static const struct cli_tool tool = {
		.name = "vipmap",
		.usage = usage,
		.options = options,
		.flags = CLI_LETTER_V | CLI_JSON | CLI_DRY_RUN,
		.max = 2,
		.run = run,
	};

	return cli_main(&tool, argc, argv);
}
