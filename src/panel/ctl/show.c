/*
 * Values come from clients of the server: what would steer a terminal is
 * shown as a question mark.
 */
#include "config.h"

#include "panel/ctl/show.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/attr.h"

#define WIDTH_MOST 40 /* of a column but the last */

static void
print_json(const json_t *json)
{
	json_dumpf(json, stdout, JSON_COMPACT | JSON_ENCODE_ANY);
	putchar('\n');
}

/* ---- texts ------------------------------------------------------------ */

static char *
join(const json_t *list)
{
	char *text = strdup("");
	json_t *one;
	size_t i;

	json_array_foreach(list, i, one)
	{
		char *longer = NULL;
		int rc;

		if (!json_is_string(one)) {
			free(text);
			return json_dumps(list, JSON_COMPACT);
		}
		rc = asprintf(&longer, "%s%s%s", text ? text : "", i ? "," : "",
		    json_string_value(one));
		free(text);
		text = rc < 0 ? NULL : longer;
	}
	return text;
}

/* Bytes of the control character here, of ASCII or of Unicode; 0: it is none.
 */
static int
control(const unsigned char *at)
{
	if (*at == 0xc2 && at[1] >= 0x80 && at[1] < 0xa0)
		return 2;
	return *at < ' ' || *at == 0x7f;
}

/* A value for people, malloc'd, or NULL; of several lines only where there is
 * place for them. */
static char *
text_of(const json_t *value, int may_have_lines)
{
	char *text;

	if (json_is_string(value))
		text = strdup(json_string_value(value));
	else if (json_is_boolean(value))
		text = strdup(json_is_true(value) ? "yes" : "no");
	else if (!value || json_is_null(value))
		text = strdup("-");
	else if (json_is_array(value))
		text = join(value);
	else
		text = json_dumps(value, JSON_COMPACT | JSON_ENCODE_ANY);
	for (char *at = text; at && *at; at++) {
		const int size = control((const unsigned char *)at);

		if (size > 0 && !(may_have_lines && *at == '\n'))
			memset(at, '?', (size_t)size);
	}
	return text;
}

/* Characters of UTF-8. */
static size_t
width(const char *text)
{
	size_t count = 0;

	for (; *text; text++)
		count += ((unsigned char)*text & 0xc0) != 0x80;
	return count;
}

/* A value and the gap behind it, which the last of a line does not need. */
static void
print_cell(const struct ctl_table *table, size_t column, const char *text)
{
	fputs(text, stdout);
	if (column + 1 == table->count)
		return;
	for (size_t have = width(text); have < table->widths[column]; have++)
		putchar(' ');
	fputs("  ", stdout);
}

/* ---- tables ----------------------------------------------------------- */

static int
is_single(const json_t *property)
{
	const char *type = json_string_value(json_object_get(property, "type"));

	return !json_is_true(json_object_get(property, "writeOnly")) &&
	       (!type ||
		   (strcmp(type, "array") != 0 && strcmp(type, "object") != 0));
}

static void
find_names(struct ctl_table *table, json_t *schema, const json_t *items)
{
	json_t *from = json_object_get(schema, "properties");
	const char *name;
	json_t *value;

	if (!from)
		from = json_array_get(items, 0);
	json_object_foreach(from, name, value)
	{
		if (from == json_array_get(items, 0)
			? json_is_object(value) || json_is_array(value)
			: !is_single(value))
			continue;
		json_array_append_new(table->names, json_string(name));
	}
	table->count = json_array_size(table->names);
}

static const char *
name_of(const struct ctl_table *table, size_t column)
{
	return json_string_value(json_array_get(table->names, column));
}

static void
find_widths(struct ctl_table *table, const json_t *items)
{
	json_t *item;
	size_t i;

	for (size_t column = 0; column < table->count; column++) {
		const char *name = name_of(table, column);
		size_t most = width(name);

		json_array_foreach(items, i, item)
		{
			AUTO_FREE char *text =
			    text_of(json_object_get(item, name), 0);

			if (text && width(text) > most)
				most = width(text);
		}
		table->widths[column] = most < WIDTH_MOST ? most : WIDTH_MOST;
	}
}

int
ctl_table_begin(struct ctl_table *table, json_t *schema, const json_t *items)
{
	table->names = json_array();
	if (table->is_json)
		return 0;
	find_names(table, schema, items);
	table->widths = calloc(table->count + 1, sizeof *table->widths);
	if (!table->widths)
		return -1;
	find_widths(table, items);
	for (size_t column = 0; column < table->count; column++)
		print_cell(table, column, name_of(table, column));
	if (table->count)
		putchar('\n');
	return 0;
}

void
ctl_table_rows(const struct ctl_table *table, const json_t *items)
{
	json_t *item;
	size_t i;

	json_array_foreach(items, i, item)
	{
		if (table->is_json) {
			print_json(item);
			continue;
		}
		for (size_t column = 0; column < table->count; column++) {
			AUTO_FREE char *text = text_of(
			    json_object_get(item, name_of(table, column)), 0);

			print_cell(table, column, text ? text : "");
		}
		putchar('\n');
	}
}

void
ctl_table_end(struct ctl_table *table)
{
	json_decref(table->names);
	free(table->widths);
	table->names = NULL;
	table->widths = NULL;
}

/* ---- objects ---------------------------------------------------------- */

/* What is in an object is named with dots, as on the command line. */
static void
show_fields(json_t *object, const char *before)
{
	const char *name;
	json_t *value;

	json_object_foreach(object, name, value)
	{
		AUTO_FREE char *text = NULL;
		AUTO_FREE char *whole = NULL;

		if (asprintf(&whole, "%s%s%s", before, *before ? "." : "",
			name) < 0) {
			whole = NULL;
			return;
		}
		if (json_is_object(value)) {
			show_fields(value, whole);
			continue;
		}
		text = text_of(value, 1);
		printf("%s: %s\n", whole, text ? text : "");
	}
}

void
ctl_show(json_t *object, int is_json)
{
	if (is_json)
		print_json(object);
	else
		show_fields(object, "");
}
