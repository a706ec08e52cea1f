/*
 * vdoctor: does everything on this site agree, and mend what does not.
 */
#include "config.h"

#include "tools/cli.h"
#include "tools/json.h"

static const char usage[] =
    "vdoctor: usage: [options]\n" CLI_HELP_V
    "         -r, --repair (mend what can be mended)\n" CLI_HELP_JSON
	CLI_HELP_COMMON
    "Status 0: nothing is left that disagrees; 1: something is left.\n"
    "JSON: one object a line: sentence, mended\n";

static int repair;

static const struct cli_option options[] = {
	{ 'r', CLI_SET, "repair", &repair, 1 },
	{ 0, CLI_SET, NULL, NULL, 0 },
};

static void
report(void *arg, const char *sentence, int mended)
{
	const struct cli *cli = arg;
	json_t *object;

	if (!cli->json) {
		printf("%s%s\n", sentence, mended ? " (mended)" : "");
		return;
	}
	object = cli_json_object();
	cli_json_put(object, "sentence", cli_json_text(sentence));
	cli_json_put(object, "mended", json_boolean(mended));
	cli_json_print(object);
}

static int
run(struct cli *cli)
{
	int left = vpop_doctor(cli->vp, repair, report, cli);

	if (left < 0)
		return cli_fail(cli, left);
	return left ? 1 : 0;
}

int
main(int argc, char **argv)
{
	static const struct cli_tool tool = {
		.name = "vdoctor",
		.usage = usage,
		.options = options,
		.flags = CLI_LETTER_V | CLI_JSON,
		.run = run,
	};

	return cli_main(&tool, argc, argv);
}
