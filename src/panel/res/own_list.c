/*
 * A list of the site for somebody who has some domains only: it has the
 * objects with the names of his domains.
 */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "panel/auth/grant.h"
#include "panel/res/resource.h"

/* Insert in order, once. */
static void
insert(json_t *names, const char *name)
{
	size_t i = 0;

	while (i < json_array_size(names) &&
	       strcmp(json_string_value(json_array_get(names, i)), name) < 0)
		i++;
	if (i == json_array_size(names) ||
	    strcmp(json_string_value(json_array_get(names, i)), name) != 0)
		json_array_insert_new(names, i, json_string(name));
}

/* NULL after a problem. */
static json_t *
own_domains(struct vhd_call *call)
{
	struct vhd_reseller reseller = { NULL, NULL };
	json_t *names;

	if (call->who.role == VHD_RESELLER &&
	    vhd_reseller_get(call, call->who.name, &reseller) != 0)
		return NULL;
	names = reseller.domains ? json_incref(reseller.domains) : json_array();
	if (call->who.at_home == VHD_DOMAIN)
		insert(names, call->who.domain);
	vhd_reseller_clear(&reseller);
	return names;
}

static int
begins_with(const char *text, const char *start)
{
	return !start || strncmp(text, start, strlen(start)) == 0;
}

static int
has_properties(const json_t *object, json_t *where)
{
	const char *name;
	json_t *value;

	json_object_foreach(where, name, value)
	{
		if (!json_equal(json_object_get(object, name), value))
			return 0;
	}
	return 1;
}

/* Append the object of a name, if it is there and as wanted.  0, or -1 after
 * a problem. */
static int
append(
    struct vhd_call *call, const char *name, json_t *parameters, json_t *items)
{
	json_t *object = vhd_resource_read(call, name);

	if (!object)
		return call->status == 404 ? 0 : -1;
	if (has_properties(object, json_object_get(parameters, "where")))
		json_array_append(items, object);
	json_decref(object);
	return 0;
}

json_t *
vhd_resource_list_own(struct vhd_call *call, json_t *parameters)
{
	const char *after =
	    json_string_value(json_object_get(parameters, "after"));
	const char *q = json_string_value(json_object_get(parameters, "q"));
	size_t limit =
	    (size_t)json_integer_value(json_object_get(parameters, "limit"));
	json_t *names = own_domains(call), *items, *value;
	const char *next = NULL, *name = NULL;
	json_t *result;
	size_t i;
	int rc = names ? 0 : -1;

	items = json_array();
	json_array_foreach(names, i, value)
	{
		const char *before = name;

		if (rc != 0 || next)
			break;
		name = json_string_value(value);
		if ((after && strcmp(name, after) <= 0) ||
		    !begins_with(name, q))
			continue;
		if (json_array_size(items) == limit)
			next = before;
		else
			rc = append(call, name, parameters, items);
	}
	result = rc == 0
		     ? json_pack("{s:O, s:s?}", "items", items, "next", next)
		     : NULL;
	json_decref(items);
	json_decref(names);
	return result;
}
