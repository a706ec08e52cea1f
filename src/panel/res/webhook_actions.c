/* What a webhook was not told, and telling it again. */
#include "config.h"

#include <string.h>

#include "panel/api/body.h"
#include "panel/api/publish.h"
#include "panel/res/res.h"
#include "panel/res/webhook.h"
#include "vpop_event.h"

/* ---- dead letters ------------------------------------------------------ */

static json_t *
letter_json(struct vhd_call *call, const struct vpop_dead_letter *letter)
{
	const struct vpop_event_filter filter = { .after = letter->seq - 1 };
	struct vpop_events *cursor = NULL;
	struct vpop_event event = { .seq = 0 };
	json_t *json = json_pack("{s:I, s:o, s:i, s:s}", "seq",
	    (json_int_t)letter->seq, "time", vhd_time_json(letter->time),
	    "attempts", letter->attempts, "problem", letter->problem);

	/* The journal may have forgotten it. */
	if (json && vpop_events_open(call->vp, &filter, &cursor) == 0 &&
	    vpop_events_next(cursor, &event) > 0 && event.seq == letter->seq) {
		json_object_set_new(json, "type", json_string(event.type));
		json_object_set_new(json, "object", json_string(event.object));
	}
	vpop_events_close(cursor);
	return json;
}

void
vhd_webhook_dead(struct vhd_call *call)
{
	AUTO_FREE struct vpop_dead_letter *list = NULL;
	char name[VHD_WEBHOOK_NAME_SIZE], next[24];
	struct vhd_webhook hook;
	int64_t after, limit;
	size_t count = 0, i = 0;
	json_t *items;
	int code;

	if (vhd_argument_number(call, "limit", 1, 500, 50, &limit) != 0 ||
	    vhd_argument_number(call, "after", 0, INT64_MAX, 0, &after) != 0 ||
	    vhd_webhook_find(call, 0, &hook) != 0)
		return;
	vhd_webhook_name(&hook, name);
	vhd_webhook_close(&hook);
	code = vpop_dead_letters(call->vp, name, &list, &count);
	if (code != 0) {
		vhd_problem_vpop(call, code);
		return;
	}
	items = json_array();
	while (i < count && list[i].seq <= after)
		i++;
	for (; i < count && (int64_t)json_array_size(items) < limit; i++)
		json_array_append_new(items, letter_json(call, &list[i]));
	if (i > 0)
		snprintf(next, sizeof next, "%lld", (long long)list[i - 1].seq);
	vhd_call_json(call, 200,
	    json_pack("{s:o, s:s?}", "items", items, "next",
		i < count ? next : NULL));
}

/* ---- actions ---------------------------------------------------------- */

static int
must_be_enabled(struct vhd_call *call, const struct vhd_webhook *hook)
{
	if (json_is_true(json_object_get(hook->json, "enabled")))
		return 0;
	vhd_problem(call, 409, "conflict", "the webhook is not enabled");
	return -1;
}

void
vhd_webhook_test(struct vhd_call *call)
{
	static const char *const names[] = { NULL };
	struct vhd_webhook hook;

	if (vhd_body_check(call, names) != 0 ||
	    vhd_webhook_find(call, 0, &hook) != 0)
		return;
	if (must_be_enabled(call, &hook) == 0) {
		vhd_publish(call, VP_WEBHOOK_TEST, hook.id,
		    json_string_value(json_object_get(hook.json, "domain")),
		    NULL,
		    json_pack("{s:o}", "host", vhd_webhook_host(hook.json)));
		vhd_call_empty(call, 202);
	}
	vhd_webhook_close(&hook);
}

/* A number of the body, with what is usual when it is not there. */
static int
take_seq(struct vhd_call *call, const char *name, int64_t *number)
{
	const json_t *value = json_object_get(call->body, name);
	char pointer[16];

	if (!value)
		return 0;
	*number = json_integer_value(value);
	if (*number > 0)
		return 0;
	snprintf(pointer, sizeof pointer, "/%s", name);
	vhd_problem_field(call, pointer, "it is the number of an event");
	return -1;
}

/* What happened since it was made, as it was not for its owner before. */
static int
replay(struct vhd_call *call, const struct vhd_webhook *hook, int64_t *count)
{
	const char *domain =
	    json_string_value(json_object_get(hook->json, "domain"));
	int64_t seq = json_integer_value(json_object_get(hook->json, "seq"));
	int64_t from = seq + 1, to = INT64_MAX;
	char name[VHD_WEBHOOK_NAME_SIZE];

	vhd_webhook_name(hook, name);
	if (json_object_size(call->body) == 0)
		return vpop_dead_letters_retry(call->vp, name, 0, count);
	if (take_seq(call, "from", &from) != 0 ||
	    take_seq(call, "to", &to) != 0)
		return 0;
	const struct vpop_event_filter filter = {
		.domain = *domain ? domain : NULL,
		.after = (from > seq ? from : seq + 1) - 1,
	};
	return vpop_subscriber_replay_found(call->vp, name, &filter, to, count);
}

void
vhd_webhook_replay(struct vhd_call *call)
{
	static const char *const names[] = { "from", "to", NULL };
	struct vhd_webhook hook;
	int64_t count = 0;
	int code;

	if (vhd_body_check(call, names) != 0 ||
	    vhd_webhook_find(call, 0, &hook) != 0)
		return;
	if (must_be_enabled(call, &hook) == 0) {
		code = replay(call, &hook, &count);
		if (code != 0)
			vhd_problem_vpop(call, code);
		if (call->status == 0) {
			vhd_publish(call, "webhook.replayed", hook.id,
			    json_string_value(
				json_object_get(hook.json, "domain")),
			    NULL,
			    json_pack("{s:I}", "count", (json_int_t)count));
			vhd_call_json(call, 202,
			    json_pack("{s:I}", "count", (json_int_t)count));
		}
	}
	vhd_webhook_close(&hook);
}
