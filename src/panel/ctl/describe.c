#include "config.h"

#include "panel/ctl/describe.h"

#include <stdio.h>
#include <string.h>

#define BASE "/api/v1/"

/* ---- paths ------------------------------------------------------------ */

/* One segment of each; 1 if the second is one of the first. */
static int
fits(const char **pattern, const char **path)
{
	const size_t have = strcspn(*path, "/");
	const size_t want = strcspn(*pattern, "/");
	const int is_same =
	    **pattern == '{'
		? have > 0
		: have == want && memcmp(*pattern, *path, have) == 0;

	*pattern += want + ((*pattern)[want] == '/');
	*path += have + ((*path)[have] == '/');
	return is_same;
}

json_t *
ctl_item(json_t *api, const char *path)
{
	const char *key;
	json_t *item;

	json_object_foreach(json_object_get(api, "paths"), key, item)
	{
		const char *pattern = key + strlen(BASE), *rest = path;

		while (*pattern && *rest && fits(&pattern, &rest))
			if (!*pattern && !*rest)
				return item;
	}
	return NULL;
}

const char *
ctl_segment(
    const char *pattern, const char *path, int place, char *buffer, size_t size)
{
	pattern += strlen(BASE);
	for (int i = 0; i < place; i++)
		if (!*pattern || !fits(&pattern, &path))
			return NULL;
	if (!*pattern)
		return NULL;
	snprintf(buffer, size, "%.*s", (int)strcspn(pattern, "/"), pattern);
	return buffer;
}

json_t *
ctl_operation(json_t *api, const char *path, const char *method)
{
	return json_object_get(ctl_item(api, path), method);
}

/* ---- schemas ---------------------------------------------------------- */

static json_t *
resolve(json_t *api, json_t *schema)
{
	static const char where[] = "#/components/schemas/";
	const char *to = json_string_value(json_object_get(schema, "$ref"));

	if (!to || strncmp(to, where, sizeof where - 1) != 0)
		return schema;
	return json_object_get(
	    json_object_get(json_object_get(api, "components"), "schemas"),
	    to + sizeof where - 1);
}

/* That of a body or a reply, whatever its type is called. */
static json_t *
content(json_t *api, json_t *body)
{
	json_t *types = json_object_get(body, "content");
	void *first = json_object_iter(types);

	return resolve(
	    api, json_object_get(json_object_iter_value(first), "schema"));
}

static json_t *
reply(json_t *api, json_t *operation)
{
	return content(api,
	    json_object_get(json_object_get(operation, "responses"), "200"));
}

json_t *
ctl_input(json_t *api, json_t *operation)
{
	return content(api, json_object_get(operation, "requestBody"));
}

json_t *
ctl_object(json_t *api, const char *path)
{
	return reply(api, ctl_operation(api, path, "get"));
}

json_t *
ctl_items(json_t *api, const char *path)
{
	json_t *page = ctl_object(api, path);
	json_t *items =
	    json_object_get(json_object_get(page, "properties"), "items");

	return resolve(api, json_object_get(items, "items"));
}

json_t *
ctl_property(json_t *schema, const char *name)
{
	char part[64];

	while (schema) {
		const size_t size = strcspn(name, ".");

		if (size >= sizeof part)
			return NULL;
		snprintf(part, sizeof part, "%.*s", (int)size, name);
		schema = json_object_get(
		    json_object_get(schema, "properties"), part);
		if (!name[size])
			return schema;
		name += size + 1;
	}
	return NULL;
}
