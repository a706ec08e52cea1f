/*
 * vevents: what was changed, by whom, and who is told of it.
 */
#include "config.h"

#include "tools/vevents.h"

#include <string.h>

static const char usage[] =
    "vevents: usage: [options] verb [argument ...]\n"
    "verbs:   list (events, the oldest first; the last 20 unless chosen)\n"
    "         follow (the same, and those that come)\n"
    "         types (all types of events)\n"
    "         schema type (its JSON Schema)\n"
    "         subscribers (who is told, and how far)\n"
    "         dead [subscriber] (what they could not take)\n"
    "         retry subscriber [seq] (dead letters are tried again)\n"
    "         drop subscriber [seq] (dead letters are forgotten)\n"
    "         replay subscriber from to (facts, by their seqs, are told "
    "again)\n"
    "         forget subscriber\n"
    "         test hook [seq] (run folder/name with a fact, the last one)\n"
    "         verify [seq:hash] (all is as it was written; and so is what "
    "was\n"
    "            noted: it prints what to note)\n"
    "         prune [days] (delete older changes now)\n" CLI_HELP_V
    "         -t, --type=pattern (such as user.* )\n"
    "         -o, --object=name\n"
    "         -d, --domain=name\n"
    "         -w, --who=actor\n"
    "         -s, --since=time (2026-11-23, 2026-11-23T10:00:00Z, or -90m,\n"
    "            -12h, -7d before now)\n"
    "         -u, --until=time\n"
    "         -a, --after=seq (facts after this one)\n"
    "         -n, --number=n (at most so many, the newest)\n"
    "         -A, --all (changes that are pending or were not made, "
    "too)\n" CLI_HELP_JSON CLI_HELP_COMMON
    "JSON: one envelope a line (vpopmail-events(7)); with --all also change,\n"
    "      state and reason\n";

struct vevents_wish vevents_wish;

static const struct cli_option options[] = {
	{ 't', CLI_TEXT, "type", &vevents_wish.type, 0 },
	{ 'o', CLI_TEXT, "object", &vevents_wish.object, 0 },
	{ 'd', CLI_TEXT, "domain", &vevents_wish.domain, 0 },
	{ 'w', CLI_TEXT, "who", &vevents_wish.who, 0 },
	{ 's', CLI_TEXT, "since", &vevents_wish.since, 0 },
	{ 'u', CLI_TEXT, "until", &vevents_wish.until, 0 },
	{ 'a', CLI_TEXT, "after", &vevents_wish.after, 0 },
	{ 'n', CLI_TEXT, "number", &vevents_wish.number, 0 },
	{ 'A', CLI_SET, "all", &vevents_wish.all, 1 },
	{ 0, CLI_SET, NULL, NULL, 0 },
};

static int
types(struct cli *cli)
{
	struct vpop_event_type type;

	for (size_t i = 0; vpop_event_type(i, &type) == 0; i++) {
		if (!cli->json) {
			printf(
			    "%s\t%s\t%s\n", type.name, type.sender, type.about);
			continue;
		}
		json_t *object = cli_json_object();
		cli_json_put(object, "type", cli_json_text(type.name));
		cli_json_put(object, "kind", cli_json_text(type.kind));
		cli_json_put(object, "sender", cli_json_text(type.sender));
		cli_json_put(object, "about", cli_json_text(type.about));
		cli_json_print(object);
	}
	return 0;
}

static int
schema(struct cli *cli)
{
	AUTO_FREE char *text = NULL;
	int code = vpop_event_schema(cli->vp, cli->argv[1], &text);

	if (code)
		return cli_fail(cli, code);
	puts(text);
	return 0;
}

static const struct verb {
	const char *name;
	int min, max; /* arguments */
	int (*run)(struct cli *cli);
} verbs[] = {
	{ "list", 0, 0, vevents_list },
	{ "follow", 0, 0, vevents_follow },
	{ "types", 0, 0, types },
	{ "schema", 1, 1, schema },
	{ "subscribers", 0, 0, vevents_subscribers },
	{ "dead", 0, 1, vevents_dead },
	{ "retry", 1, 2, vevents_retry },
	{ "drop", 1, 2, vevents_drop },
	{ "replay", 3, 3, vevents_replay },
	{ "forget", 1, 1, vevents_forget },
	{ "test", 1, 2, vevents_test },
	{ "verify", 0, 1, vevents_verify },
	{ "prune", 0, 1, vevents_prune },
};

static int
run(struct cli *cli)
{
	for (size_t i = 0; i < sizeof verbs / sizeof *verbs; i++)
		if (strcmp(verbs[i].name, cli->argv[0]) == 0 &&
		    verbs[i].min < cli->argc && cli->argc <= verbs[i].max + 1)
			return verbs[i].run(cli);
	return cli_usage(cli, NULL);
}

int
main(int argc, char **argv)
{
	static const struct cli_tool tool = {
		.name = "vevents",
		.usage = usage,
		.options = options,
		.flags = CLI_LETTER_V | CLI_JSON,
		.min = 1,
		.max = 4,
		.run = run,
	};

	return cli_main(&tool, argc, argv);
}
