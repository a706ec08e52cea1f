#include "config.h"

#include "panel/api/body.h"

#include <string.h>

#include "base/text.h"

int
vhd_body_check(struct vhd_call *call, const char *const *names)
{
	const char *key;
	json_t *value;

	json_object_foreach(call->body, key, value)
	{
		int i = 0;

		while (names[i] && strcmp(names[i], key) != 0)
			i++;
		if (!names[i]) {
			vhd_problem(call, 422, "invalid-field",
			    "there is a field that this object does not "
			    "have");
			return -1;
		}
	}
	return 0;
}

static int
refuse(struct vhd_call *call, const char *name, const char *why)
{
	char pointer[32];

	snprintf(pointer, sizeof pointer, "/%s", name);
	vhd_problem_field(call, pointer, "%s", why);
	return -1;
}

int
vhd_body_text(struct vhd_call *call, const char *name, const char **ret_text)
{
	json_t *value = json_object_get(call->body, name);

	*ret_text = json_string_value(value);
	return !value || *ret_text ? 0
				   : refuse(call, name, "it must be a text");
}

int
vhd_body_needed(
    struct vhd_call *call, const char *name, size_t max, const char **ret_text)
{
	if (vhd_body_text(call, name, ret_text) != 0)
		return -1;
	if (!*ret_text || !**ret_text)
		return refuse(call, name, "it is needed");
	return strlen(*ret_text) <= max ? 0
					: refuse(call, name, "it is too long");
}

int
vhd_argument_number(struct vhd_call *call, const char *name, int64_t least,
    int64_t most, int64_t usual, int64_t *ret_number)
{
	const char *text = vhd_target_argument(&call->target, name);

	*ret_number = usual;
	if (!text || vp_number(text, least, most, ret_number) == 0)
		return 0;
	vhd_problem(call, 400, "bad-request",
	    "%s is a number from %lld to %lld", name, (long long)least,
	    (long long)most);
	return -1;
}

json_t *
vhd_time_json(time_t time)
{
	struct tm parts;
	char text[32];

	if (time == 0 || !gmtime_r(&time, &parts) ||
	    strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &parts) == 0)
		return json_null();
	return json_string(text);
}
