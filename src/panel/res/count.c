/*
 * How many objects a list has, for whoever asks for it (count=true): what the
 * module tells, or what is counted page by page, up to a bound that keeps a
 * worker for a second or two.
 */
#include "config.h"

#include "panel/res/resource.h"

#define COUNT_PAGE  500
#define COUNT_PAGES 200

/* 0 with *ret_next taken over (NULL: it was the last), or -1 after a
 * problem. */
static int
count_page(struct vhd_call *call, json_t *parameters, int64_t *total,
    json_t **ret_next)
{
	json_t *result = vhd_resource_page(call, parameters);

	*ret_next = NULL;
	if (!result)
		return -1;
	*total += (int64_t)json_array_size(json_object_get(result, "items"));
	if (json_is_string(json_object_get(result, "next")))
		*ret_next = json_incref(json_object_get(result, "next"));
	json_decref(result);
	return 0;
}

json_t *
vhd_resource_count(struct vhd_call *call, json_t *parameters)
{
	json_t *next = NULL;
	int64_t total = 0;
	int rc = 0;

	json_object_del(parameters, "count");
	json_object_del(parameters, "after");
	json_object_set_new(parameters, "limit", json_integer(COUNT_PAGE));
	for (int i = 0; i < COUNT_PAGES && rc == 0; i++) {
		if (next)
			json_object_set_new(parameters, "after", next);
		rc = count_page(call, parameters, &total, &next);
		if (!next)
			break;
	}
	if (rc != 0)
		return NULL;
	if (!next)
		return json_integer(total);
	json_decref(next);
	return json_null();
}
