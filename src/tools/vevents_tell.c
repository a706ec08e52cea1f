/* Looking after those who are told of facts. */
#include "config.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "tools/vevents.h"

/* A number of the arguments; absent: 0. */
static int
get_seq(const struct cli *cli, int at, int64_t *ret)
{
	*ret = 0;
	if (cli->argc <= at)
		return 0;
	return cli_number(cli, "seq", cli->argv[at], 1, INT64_MAX, ret);
}

static void
print_time(time_t when)
{
	char text[32] = "-";
	struct tm tm;

	if (when && gmtime_r(&when, &tm))
		(void)strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &tm);
	printf("\t%s", text);
}

/* What a verb did, in numbers. */
static int
print_count(const struct cli *cli, int code, int64_t count)
{
	json_t *object;

	if (code)
		return cli_fail(cli, code);
	if (!cli->json) {
		printf("%lld\n", (long long)count);
		return 0;
	}
	object = cli_json_object();
	cli_json_put(object, "count", json_integer(count));
	cli_json_print(object);
	return 0;
}

/* ---- subscribers ------------------------------------------------------ */

static void
print_subscriber(
    const struct cli *cli, const struct vpop_subscriber_state *state)
{
	json_t *object;

	if (!cli->json) {
		printf("%s\t%lld\t%lld\t%lld\t%lld", state->name,
		    (long long)state->position, (long long)state->behind,
		    (long long)state->waiting, (long long)state->dead);
		print_time(state->seen);
		printf("\t%s\n", state->problem);
		return;
	}
	object = cli_json_object();
	cli_json_put(object, "name", cli_json_text(state->name));
	cli_json_put(object, "position", json_integer(state->position));
	cli_json_put(object, "behind", json_integer(state->behind));
	cli_json_put(object, "waiting", json_integer(state->waiting));
	cli_json_put(object, "dead", json_integer(state->dead));
	cli_json_put(object, "seen", cli_json_time(state->seen));
	cli_json_put(object, "problem", cli_json_text(state->problem));
	cli_json_print(object);
}

int
vevents_subscribers(struct cli *cli)
{
	AUTO_FREE struct vpop_subscriber_state *list = NULL;
	size_t count = 0;
	int code = vpop_subscribers(cli->vp, &list, &count);

	if (code)
		return cli_fail(cli, code);
	for (size_t i = 0; i < count; i++)
		print_subscriber(cli, &list[i]);
	return 0;
}

int
vevents_forget(struct cli *cli)
{
	int code = vpop_subscriber_forget(cli->vp, cli->argv[1]);

	return code ? cli_fail(cli, code) : 0;
}

int
vevents_replay(struct cli *cli)
{
	int64_t from, to, count = 0;
	int status = get_seq(cli, 2, &from);

	if (!status)
		status = get_seq(cli, 3, &to);
	if (status)
		return status;
	status =
	    vpop_subscriber_replay(cli->vp, cli->argv[1], from, to, &count);
	return print_count(cli, status, count);
}

/* ---- dead letters ----------------------------------------------------- */

static void
print_letter(const struct cli *cli, const struct vpop_dead_letter *letter)
{
	json_t *object;

	if (!cli->json) {
		printf("%s\t%lld", letter->subscriber, (long long)letter->seq);
		print_time(letter->time);
		printf("\t%d\t%s\n", letter->attempts, letter->problem);
		return;
	}
	object = cli_json_object();
	cli_json_put(object, "subscriber", cli_json_text(letter->subscriber));
	cli_json_put(object, "seq", json_integer(letter->seq));
	cli_json_put(object, "time", cli_json_time(letter->time));
	cli_json_put(object, "attempts", json_integer(letter->attempts));
	cli_json_put(object, "problem", cli_json_text(letter->problem));
	cli_json_print(object);
}

int
vevents_dead(struct cli *cli)
{
	AUTO_FREE struct vpop_dead_letter *list = NULL;
	const char *name = cli->argc > 1 ? cli->argv[1] : NULL;
	size_t count = 0;
	int code = vpop_dead_letters(cli->vp, name, &list, &count);

	if (code)
		return cli_fail(cli, code);
	for (size_t i = 0; i < count; i++)
		print_letter(cli, &list[i]);
	return 0;
}

static int
with_letters(struct cli *cli, int (*what)(struct vpop *vp, const char *name,
				  int64_t seq, int64_t *ret_count))
{
	int64_t seq, count = 0;
	int status = get_seq(cli, 2, &seq);

	if (status)
		return status;
	status = what(cli->vp, cli->argv[1], seq, &count);
	return print_count(cli, status, count);
}

int
vevents_retry(struct cli *cli)
{
	return with_letters(cli, vpop_dead_letters_retry);
}

int
vevents_drop(struct cli *cli)
{
	return with_letters(cli, vpop_dead_letters_drop);
}

/* ---- retention -------------------------------------------------------- */

int
vevents_prune(struct cli *cli)
{
	const char *setting = vpop_setting(cli->vp, "journal_days");
	const char *days_text = cli->argc > 1 ? cli->argv[1] : setting;
	int64_t days = 0, count = 0;
	int status = cli_number(cli, "days", days_text, 0, 36500, &days);

	if (status)
		return status;
	/* 0 in the settings is for ever. */
	if (cli->argc == 1 && days == 0)
		return print_count(cli, 0, 0);
	status = vpop_events_prune(cli->vp, days, &count);
	return print_count(cli, status, count);
}

/* "seq:hash", as verify prints it. */
static int
get_link(const struct cli *cli, struct vpop_link *ret)
{
	const char *text = cli->argv[1], *colon = strchr(text, ':');
	AUTO_FREE char *seq =
	    colon ? strndup(text, (size_t)(colon - text)) : NULL;

	if (!seq || strlen(colon + 1) >= sizeof ret->hash)
		return cli_usage(cli, "'%s' is not seq:hash", text);
	memcpy(ret->hash, colon + 1, strlen(colon + 1) + 1);
	return cli_number(cli, "seq", seq, 1, INT64_MAX, &ret->seq);
}

int
vevents_verify(struct cli *cli)
{
	struct vpop_link noted, last;
	json_t *object;
	int64_t count;
	int status = cli->argc > 1 ? get_link(cli, &noted) : 0;

	if (status)
		return status;
	status = vpop_events_verify(
	    cli->vp, cli->argc > 1 ? &noted : NULL, &count, &last);
	if (status)
		return cli_fail(cli, status);
	if (!cli->json) {
		printf("%lld:%s\n", (long long)last.seq, last.hash);
		return 0;
	}
	object = cli_json_object();
	cli_json_put(object, "facts", json_integer(count));
	cli_json_put(object, "seq", json_integer(last.seq));
	cli_json_put(object, "hash", cli_json_text(last.hash));
	cli_json_print(object);
	return 0;
}
