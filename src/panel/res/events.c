/*
 * Facts in their order: a page, or for who asks for text/event-stream (the
 * event source of HTML) what happens from now on.  One request of that kind is
 * asked again and again by the front, which tells in Last-Event-ID how far it
 * is, so who asks must have the right each time; and each answer is a page.
 */
#include "config.h"

#include <string.h>
#include <unistd.h>

#include "base/text.h"
#include "panel/api/body.h"
#include "panel/res/facts.h"
#include "panel/res/res.h"

#define LIVE_PAGE 100

struct page {
	struct vhd_facts facts;
	int64_t limit;
	int64_t last; /* seq of the last fact that was seen */
	int is_full;
};

/* Give each fact of the page to a function.  0, or a code. */
static int
take_facts(struct page *page, int (*take)(void *, int64_t, json_t *), void *arg)
{
	struct vpop_event_filter *filter = &page->facts.filter;
	struct vpop_events *cursor = NULL;
	struct vpop_event event;
	int64_t count = 0;
	int code;

	if (filter->after < page->facts.floor)
		filter->after = page->facts.floor;
	code = vpop_events_open(page->facts.call->vp, filter, &cursor);
	while (code >= 0 && count < page->limit &&
	       (code = vpop_events_next(cursor, &event)) > 0) {
		json_t *fact = vhd_facts_json(&page->facts, &event);

		page->last = event.seq;
		count++;
		code = take(arg, event.seq, fact);
		json_decref(fact);
	}
	vpop_events_close(cursor);
	page->is_full = count == page->limit;
	return code < 0 ? code : 0;
}

/* ---- pages ------------------------------------------------------------ */

static int
to_array(void *arg, int64_t seq, json_t *fact)
{
	(void)seq;
	return json_array_append(arg, fact) == 0 ? 0 : VA_MEMORY_ALLOC_ERR;
}

static void
list(struct page *page)
{
	struct vhd_call *call = page->facts.call;
	json_t *items = json_array();
	char next[24];
	int code;

	if (vhd_argument_number(call, "limit", 1, 500, 50, &page->limit) != 0 ||
	    vhd_argument_number(call, "after", 0, INT64_MAX, 0,
		&page->facts.filter.after) != 0) {
		json_decref(items);
		return;
	}
	code = take_facts(page, to_array, items);
	if (code != 0) {
		json_decref(items);
		vhd_problem_vpop(call, code);
		return;
	}
	snprintf(next, sizeof next, "%lld", (long long)page->last);
	vhd_call_json(call, 200,
	    json_pack("{s:o, s:s?}", "items", items, "next",
		page->is_full ? next : NULL));
}

/* ---- as they happen --------------------------------------------------- */

static int
to_stream(void *arg, int64_t seq, json_t *fact)
{
	char *text = json_dumps(fact, JSON_COMPACT);
	int rc =
	    text ? fprintf(arg, "id: %lld\ndata: %s\n\n", (long long)seq, text)
		 : -1;

	free(text);
	return rc < 0 ? VA_MEMORY_ALLOC_ERR : 0;
}

/* Where it begins: after the fact that the client had last, or now.  0, or -1
 * after a problem. */
static int
find_begin(struct page *page, int64_t *ret_end)
{
	struct vhd_call *call = page->facts.call;
	const char *last = call->request->headers[VHD_LAST_EVENT];
	int code = vpop_events_last(call->vp, ret_end);

	if (code < 0) {
		vhd_problem_vpop(call, code);
		return -1;
	}
	page->facts.filter.after = *ret_end;
	if (!last ||
	    vp_number(last, 0, INT64_MAX, &page->facts.filter.after) == 0)
		return 0;
	vhd_problem(call, 400, "bad-request", "Last-Event-ID is no number");
	return -1;
}

static void
follow(struct page *page)
{
	struct vhd_call *call = page->facts.call;
	char *text = NULL;
	size_t size;
	int64_t end;
	FILE *out;
	int code;

	page->limit = LIVE_PAGE;
	if (find_begin(page, &end) != 0)
		return;
	out = open_memstream(&text, &size);
	if (!out) {
		vhd_problem(call, 503, "unavailable", "out of memory");
		return;
	}
	code = take_facts(page, to_stream, out);
	if (fclose(out) != 0 && code == 0)
		code = VA_MEMORY_ALLOC_ERR;
	if (code != 0) {
		free(text);
		vhd_problem_vpop(call, code);
		return;
	}
	/* What it was not looking for is behind it, too. */
	if (!page->is_full && page->last < end)
		page->last = end;
	vhd_call_header(call, VHD_REPLY_TYPE, "text/event-stream");
	vhd_call_header(
	    call, VHD_REPLY_LAST_EVENT, "%lld", (long long)page->last);
	vhd_call_text(call, 200, text);
	call->watch = vpop_events_watch(call->vp);
}

void
vhd_events_list(struct vhd_call *call)
{
	struct page page = { .facts.call = call };

	if (vhd_facts_choose(&page.facts) != 0)
		return;
	if (vhd_request_is_live(call->request))
		follow(&page);
	else
		list(&page);
}
