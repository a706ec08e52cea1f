/* What was done, by whom and from where, out of the journal: newest first. */
#include "config.h"

#include <string.h>
#include <time.h>

#include "panel/api/body.h"
#include "panel/res/facts.h"
#include "panel/res/res.h"

struct audit {
	struct vhd_facts facts;
	int64_t limit;
};

/* ---- which of them ---------------------------------------------------- */

static int
take_time(struct vhd_call *call, const char *name, time_t *ret)
{
	const char *text = vhd_target_argument(&call->target, name), *end;
	struct tm tm = { .tm_isdst = 0 };

	if (!text)
		return 0;
	end = strptime(text, "%Y-%m-%dT%H:%M:%SZ", &tm);
	if (end && !*end) {
		*ret = timegm(&tm);
		return 0;
	}
	vhd_problem(call, 400, "bad-request",
	    "%s is a time like 2030-01-31T23:59:59Z", name);
	return -1;
}

static int
take_query(struct audit *audit)
{
	struct vhd_call *call = audit->facts.call;
	struct vpop_event_filter *filter = &audit->facts.filter;

	filter->flags = VPOP_EVENTS_NEWEST;
	if (vhd_argument_number(call, "limit", 1, 500, 50, &audit->limit) !=
		0 ||
	    vhd_argument_number(
		call, "cursor", 1, INT64_MAX, 0, &filter->before) != 0 ||
	    take_time(call, "since", &filter->since) != 0 ||
	    take_time(call, "until", &filter->until) != 0)
		return -1;
	return vhd_facts_choose(&audit->facts);
}

/* 1: there may be more, 0, or a code. */
static int
take_facts(struct audit *audit, struct vpop_events *cursor, json_t *items,
    int64_t *ret_last)
{
	struct vpop_event event;
	int code;

	while ((code = vpop_events_next(cursor, &event)) > 0) {
		if (event.seq <= audit->facts.floor)
			return 0;
		if ((int64_t)json_array_size(items) == audit->limit)
			return 1;
		if (json_array_append_new(
			items, vhd_facts_json(&audit->facts, &event)) != 0)
			return VA_MEMORY_ALLOC_ERR;
		*ret_last = event.seq;
	}
	return code;
}

void
vhd_audit_list(struct vhd_call *call)
{
	struct audit audit = { .facts.call = call };
	struct vpop_events *cursor = NULL;
	char next[24];
	int64_t last = 0;
	json_t *items;
	int code;

	if (take_query(&audit) != 0)
		return;
	items = json_array();
	code = vpop_events_open(call->vp, &audit.facts.filter, &cursor);
	if (code == 0)
		code = take_facts(&audit, cursor, items, &last);
	vpop_events_close(cursor);
	if (code < 0) {
		json_decref(items);
		vhd_problem_vpop(call, code);
		return;
	}
	snprintf(next, sizeof next, "%lld", (long long)last);
	vhd_call_json(call, 200,
	    json_pack(
		"{s:o, s:s?}", "items", items, "next", code ? next : NULL));
}
