#include "config.h"

#include "panel/res/merge.h"

json_t *
vhd_merge(json_t *object, json_t *patch)
{
	json_t *merged, *value;
	const char *name;

	if (!json_is_object(patch))
		return json_deep_copy(patch);
	merged =
	    json_is_object(object) ? json_deep_copy(object) : json_object();
	json_object_foreach(patch, name, value)
	{
		if (json_is_null(value))
			json_object_del(merged, name);
		else
			json_object_set_new(merged, name,
			    vhd_merge(json_object_get(merged, name), value));
	}
	return merged;
}

const char *
vhd_strip_read_only(json_t *schema, json_t *object, json_t *now)
{
	json_t *properties = json_object_get(schema, "properties"), *property;
	const char *name;

	json_object_foreach(properties, name, property)
	{
		json_t *value = json_object_get(object, name);

		if (!value ||
		    !json_is_true(json_object_get(property, "readOnly")))
			continue;
		if (!json_equal(value, json_object_get(now, name)))
			return name;
		json_object_del(object, name);
	}
	return NULL;
}

void
vhd_hide_secrets(json_t *schema, json_t *object)
{
	json_t *properties = json_object_get(schema, "properties"), *property;
	const char *name;

	json_object_foreach(properties, name, property)
	{
		if (json_is_true(json_object_get(property, "writeOnly")))
			json_object_del(object, name);
	}
}
