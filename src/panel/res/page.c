#include "config.h"

#include "panel/res/page.h"

#include <string.h>

#include "base/text.h"

#define PAGE     50
#define PAGE_MAX 500

int
vhd_page_take(struct vhd_call *call, const char **ret_after, int64_t *ret_limit)
{
	const char *limit = vhd_target_argument(&call->target, "limit");

	*ret_after = vhd_target_argument(&call->target, "cursor");
	*ret_limit = PAGE;
	if (!limit || vp_number(limit, 1, PAGE_MAX, ret_limit) == 0)
		return 0;
	vhd_problem(call, 400, "bad-request", "limit is a number from 1 to %d",
	    PAGE_MAX);
	return -1;
}

/* The key of the last one of a whole page, or NULL. */
static const char *
next_of(json_t *items, int64_t limit, const char *key)
{
	size_t count = json_array_size(items);

	return (int64_t)count == limit
		   ? json_string_value(
			 json_object_get(json_array_get(items, count - 1), key))
		   : NULL;
}

/* How many there are, or -1 after a problem. */
static int64_t
count_all(struct vhd_call *call, vhd_page_load *load, const char *key)
{
	json_t *items = load(call, NULL, PAGE_MAX);
	int64_t total = 0;

	while (items) {
		const char *after = next_of(items, PAGE_MAX, key);
		json_t *next = NULL;

		total += (int64_t)json_array_size(items);
		if (after)
			next = load(call, after, PAGE_MAX);
		json_decref(items);
		if (!after)
			return total;
		items = next;
	}
	return -1;
}

void
vhd_page_list(struct vhd_call *call, vhd_page_load *load, const char *key)
{
	const char *counts = vhd_target_argument(&call->target, "count");
	const char *after;
	int64_t limit, total = -1;
	json_t *items;

	if (vhd_page_take(call, &after, &limit) != 0)
		return;
	if (counts && strcmp(counts, "true") == 0) {
		total = count_all(call, load, key);
		if (total < 0)
			return;
	}
	items = load(call, after, limit);
	if (items)
		vhd_call_json(call, 200,
		    json_pack("{s:o, s:s?, s:o*}", "items", items, "next",
			next_of(items, limit, key), "total",
			total < 0 ? NULL : json_integer(total)));
}
