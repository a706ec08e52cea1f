#include "config.h"

#include "panel/res/page.h"

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

void
vhd_page_reply(
    struct vhd_call *call, json_t *items, int64_t limit, const char *key)
{
	size_t count = json_array_size(items);
	const json_t *last =
	    (int64_t)count == limit ? json_array_get(items, count - 1) : NULL;

	vhd_call_json(call, 200,
	    json_pack("{s:o, s:s?}", "items", items, "next",
		json_string_value(json_object_get(last, key))));
}
