#include "config.h"

#include "panel/ctl/help.h"

#include <stdio.h>
#include <string.h>

#include "panel/ctl/describe.h"

#define BASE "/api/v1/"

static void
show_field(const char *name, json_t *property, int is_needed)
{
	const json_t *type = json_object_get(property, "type");
	const char *title =
	    json_string_value(json_object_get(property, "title"));

	printf("  %s (%s%s%s)%s%s\n", name,
	    json_is_string(type) ? json_string_value(type) : "any",
	    json_is_true(json_object_get(property, "readOnly"))
		? ", only to read"
		: "",
	    json_is_true(json_object_get(property, "writeOnly"))
		? ", only to set"
		: "",
	    title ? ": " : "", title ? title : "");
	if (is_needed)
		printf("    needed to create it\n");
}

static int
names(json_t *list, const char *name)
{
	json_t *one;
	size_t i;

	json_array_foreach(list, i, one)
	{
		if (strcmp(json_string_value(one), name) == 0)
			return 1;
	}
	return 0;
}

static void
show_methods(json_t *item)
{
	const char *method;
	json_t *operation;

	json_object_foreach(item, method, operation)
	{
		const char *summary =
		    json_string_value(json_object_get(operation, "summary"));

		if (summary)
			printf("%s: %s\n", method, summary);
	}
}

static int
show_path(json_t *api, const char *path)
{
	json_t *item = ctl_item(api, path), *property, *schema;
	const char *name;

	if (!item)
		return -1;
	show_methods(item);
	schema = ctl_items(api, path);
	if (!schema)
		schema = ctl_input(api, json_object_get(item, "post"));
	if (!schema)
		schema = ctl_object(api, path);
	json_object_foreach(
	    json_object_get(schema, "properties"), name, property)
	{
		show_field(name, property,
		    names(json_object_get(schema, "required"), name));
	}
	return 0;
}

int
ctl_help(json_t *api, const char *path)
{
	const char *pattern, *method;
	json_t *item, *operation;

	if (path)
		return show_path(api, path);
	json_object_foreach(json_object_get(api, "paths"), pattern, item)
	{
		printf("%s:", pattern + strlen(BASE));
		json_object_foreach(item, method, operation)
		{
			if (json_is_object(operation))
				printf(" %s", method);
		}
		putchar('\n');
	}
	return 0;
}
