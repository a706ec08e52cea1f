/*
 * Listing and following events.  The newest are asked for first, because
 * there may be millions, and shown in their order.
 */
#include "config.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/text.h"
#include "tools/vevents.h"

#define USUAL  20
#define MOST   1000000000
#define WAIT   100 /* ms: what is written is not yet to be read */
#define MINUTE 60
#define HOUR   3600
#define DAY    86400

/* ---- what is wanted --------------------------------------------------- */

/* "-90m": before now. */
static int
parse_ago(const char *text, time_t *ret)
{
	static const struct {
		char letter;
		int seconds;
	} units[] = { { 'm', MINUTE }, { 'h', HOUR }, { 'd', DAY } };
	AUTO_FREE char *number = strdup(text + 1);
	size_t length = number ? strlen(number) : 0;
	int64_t value;

	for (size_t i = 0; length > 1 && i < 3; i++) {
		if (number[length - 1] != units[i].letter)
			continue;
		number[length - 1] = '\0';
		if (vp_number(number, 0, 1000000, &value) != 0)
			return -1;
		*ret = time(NULL) - (time_t)value * units[i].seconds;
		return 0;
	}
	return -1;
}

static int
parse_time(const struct cli *cli, const char *text, time_t *ret)
{
	static const char *const forms[] = { "%Y-%m-%dT%H:%M:%SZ",
		"%Y-%m-%d %H:%M:%S", "%Y-%m-%d" };

	if (!text)
		return 0;
	if (*text == '-' && parse_ago(text, ret) == 0)
		return 0;
	for (size_t i = 0; i < sizeof forms / sizeof *forms; i++) {
		struct tm tm = { .tm_mday = 1 };
		const char *end = strptime(text, forms[i], &tm);

		if (end && *end == '\0') {
			*ret = timegm(&tm);
			return 0;
		}
	}
	return cli_usage(cli, "'%s' is not a time", text);
}

int
vevents_filter(const struct cli *cli, struct vpop_event_filter *ret_filter)
{
	const struct vevents_wish *wish = &vevents_wish;
	struct vpop_event_filter filter = { .type = wish->type,
		.object = wish->object,
		.domain = wish->domain,
		.actor = wish->who,
		.flags = wish->all ? VPOP_EVENTS_ALL : 0 };
	int status = parse_time(cli, wish->since, &filter.since);

	if (!status)
		status = parse_time(cli, wish->until, &filter.until);
	if (!status && wish->after)
		status = cli_number(
		    cli, "--after", wish->after, 0, INT64_MAX, &filter.after);
	if (!status && wish->after && wish->all)
		status = cli_usage(cli, "--after counts facts: not with --all");
	if (!status)
		*ret_filter = filter;
	return status;
}

/* ---- printing --------------------------------------------------------- */

static void
print_json(const struct vpop_event *event)
{
	static const char *const states[] = { "pending", "made", "undone" };
	json_t *object;

	if (!vevents_wish.all) {
		puts(event->json);
		return;
	}
	object = json_loads(event->json, 0, NULL);
	if (!object)
		cli_no_memory();
	cli_json_put(object, "change", json_integer(event->change));
	cli_json_put(object, "state", cli_json_text(states[event->state]));
	if (*event->reason)
		cli_json_put(object, "reason", cli_json_text(event->reason));
	cli_json_print(object);
}

/* What was changed, of the envelope. */
static char *
data_text(const struct vpop_event *event)
{
	json_t *envelope = json_loads(event->json, 0, NULL);
	const json_t *data = json_object_get(envelope, "data");
	char *old = json_dumps(
	    json_object_get(data, "old"), JSON_COMPACT | JSON_ENCODE_ANY);
	char *new = json_dumps(
	    json_object_get(data, "new"), JSON_COMPACT | JSON_ENCODE_ANY);
	char *text = NULL;

	if (!old || !new || asprintf(&text, "%s -> %s", old, new) < 0)
		cli_no_memory();
	free(old);
	free(new);
	json_decref(envelope);
	return text;
}

static void
print(const struct cli *cli, const struct vpop_event *event)
{
	static const char *const states[] = { "pending", "", "undone" };
	AUTO_FREE char *data = NULL;
	char when[32] = "";
	struct tm tm;

	if (cli->json) {
		print_json(event);
		return;
	}
	if (gmtime_r(&event->time, &tm))
		(void)strftime(when, sizeof when, "%Y-%m-%dT%H:%M:%SZ", &tm);
	data = data_text(event);
	printf("%lld\t%s\t%s\t%s\t%s (%s)\t%s", (long long)event->seq, when,
	    event->type, event->object, event->actor, event->origin, data);
	if (event->state != VPOP_EVENT_MADE)
		printf("\t%s%s%s", states[event->state],
		    *event->reason ? ": " : "", event->reason);
	putchar('\n');
}

/* ---- list ------------------------------------------------------------- */

/* The last "most" of what there is: where to begin.  All is 1 if all of it is
 * to be shown. */
static int
find_start(struct cli *cli, const struct vpop_event_filter *filter,
    int64_t most, int64_t *ret_first)
{
	struct vpop_event_filter newest = *filter;
	struct vpop_events *cursor;
	struct vpop_event event;
	int code;

	newest.flags |= VPOP_EVENTS_NEWEST;
	code = vpop_events_open(cli->vp, &newest, &cursor);
	if (code < 0)
		return code;
	*ret_first = 0;
	while (most > 0 && (code = vpop_events_next(cursor, &event)) > 0) {
		int64_t number = vevents_wish.all ? event.change : event.seq;

		if (number <= filter->after)
			break;
		*ret_first = number;
		most--;
	}
	vpop_events_close(cursor);
	return code < 0 ? code : 0;
}

static int
show(struct cli *cli, struct vpop_events *cursor)
{
	struct vpop_event event;
	int code;

	while ((code = vpop_events_next(cursor, &event)) > 0)
		print(cli, &event);
	return code;
}

/* Open where the list begins. */
static int
begin(struct cli *cli, int64_t usual, struct vpop_events **ret_cursor)
{
	const struct vpop_event_filter newest = {
		.flags = vevents_wish.all ? VPOP_EVENTS_ALL : 0,
	};
	struct vpop_event_filter filter;
	const char *number = vevents_wish.number;
	int64_t most = usual, first = 0;
	int code = vevents_filter(cli, &filter);

	if (!code && number)
		code = cli_number(cli, "--number", number, 0, MOST, &most);
	if (code)
		return code;
	if (!number && (vevents_wish.after || vevents_wish.since))
		most = MOST;
	if (most < MOST) {
		code = find_start(cli, &filter, most, &first);
		if (code == 0 && first > 0)
			first--;
		else if (code == 0)
			code = find_start(cli, &newest, 1, &first);
		if (code)
			return cli_fail(cli, code);
		if (filter.after < first)
			filter.after = first;
	}
	code = vpop_events_open(cli->vp, &filter, ret_cursor);
	return code ? cli_fail(cli, code) : 0;
}

int
vevents_list(struct cli *cli)
{
	struct vpop_events *cursor = NULL;
	int code = begin(cli, USUAL, &cursor);

	if (code)
		return code;
	code = show(cli, cursor);
	vpop_events_close(cursor);
	return code < 0 ? cli_fail(cli, code) : 0;
}

/* ---- follow ----------------------------------------------------------- */

static void
wait_for_more(int fd)
{
	struct pollfd poller = { .fd = fd, .events = POLLIN };
	char buffer[4096];

	if (poll(&poller, 1, WAIT) > 0)
		while (read(fd, buffer, sizeof buffer) > 0)
			;
}

int
vevents_follow(struct cli *cli)
{
	AUTO_CLOSE int fd = vpop_events_watch(cli->vp);
	struct vpop_events *cursor = NULL;
	int code;

	if (fd < 0)
		return cli_fail(cli, fd);
	code = begin(cli, 0, &cursor);
	if (code)
		return code;
	while ((code = show(cli, cursor)) == 0 && fflush(stdout) == 0)
		wait_for_more(fd);
	vpop_events_close(cursor);
	return code < 0 ? cli_fail(cli, code) : 0;
}
