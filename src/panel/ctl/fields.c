/*
 * What a schema calls secret (writeOnly text) is refused on the command line,
 * where everybody of the host can read it.
 */
#include "config.h"

#include "panel/ctl/fields.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/attr.h"
#include "base/prompt.h"
#include "base/text.h"
#include "panel/ctl/describe.h"

#define NAME_SIZE   128
#define SECRET_SIZE 1024

/* ---- values ----------------------------------------------------------- */

/* 1 if the type of a schema is, or may be, one. */
static int
is_type(const json_t *schema, const char *type)
{
	const json_t *now = json_object_get(schema, "type");
	json_t *one;
	size_t i;

	if (json_is_string(now))
		return strcmp(json_string_value(now), type) == 0;
	json_array_foreach(now, i, one)
	{
		if (strcmp(json_string_value(one), type) == 0)
			return 1;
	}
	return 0;
}

static json_t *of_text(const char *name, const char *text, json_t *schema);

/* Elements between commas; nothing is none. */
static json_t *
of_list(const char *name, const char *text, json_t *schema)
{
	json_t *list = json_array();

	while (*text) {
		const size_t size = strcspn(text, ",");
		AUTO_FREE char *part = strndup(text, size);
		json_t *element =
		    part ? of_text(name, part, json_object_get(schema, "items"))
			 : NULL;

		if (!element) {
			json_decref(list);
			return NULL;
		}
		json_array_append_new(list, element);
		text += size + (text[size] == ',');
	}
	return list;
}

static json_t *
of_text(const char *name, const char *text, json_t *schema)
{
	int64_t number;
	json_t *json;

	if (is_type(schema, "integer")) {
		if (vp_number(text, INT64_MIN, INT64_MAX, &number) == 0)
			return json_integer(number);
		fprintf(
		    stderr, "vhostctl: %s: '%s' is not a number\n", name, text);
		return NULL;
	}
	if (is_type(schema, "boolean")) {
		if (strcmp(text, "true") == 0 || strcmp(text, "yes") == 0)
			return json_true();
		if (strcmp(text, "false") == 0 || strcmp(text, "no") == 0)
			return json_false();
		fprintf(
		    stderr, "vhostctl: %s: yes or no, not '%s'\n", name, text);
		return NULL;
	}
	if (is_type(schema, "array"))
		return of_list(name, text, schema);
	if (is_type(schema, "object")) {
		fprintf(stderr,
		    "vhostctl: %s is an object: name what is in it, as in "
		    "%s.x=, or use %s:=\n",
		    name, name, name);
		return NULL;
	}
	json = json_string(text);
	if (!json)
		fprintf(stderr, "vhostctl: %s: it is not UTF-8\n", name);
	return json;
}

static json_t *
of_secret(const char *name)
{
	char prompt[NAME_SIZE + 4], line[SECRET_SIZE];
	json_t *json = NULL;
	int rc;

	snprintf(prompt, sizeof prompt, "%s: ", name);
	rc = vp_prompt_secret(prompt, line, sizeof line);
	if (rc > 0)
		json = json_string(line);
	explicit_bzero(line, sizeof line);
	if (!json)
		fprintf(stderr, "vhostctl: %s: %s\n", name,
		    rc == 0  ? "it is missing"
		    : rc < 0 ? strerror(errno)
			     : "it is not UTF-8");
	return json;
}

static json_t *
of_json(const char *name, const char *text)
{
	json_error_t error;
	json_t *json =
	    json_loads(text, JSON_DECODE_ANY | JSON_REJECT_DUPLICATES, &error);

	if (!json)
		fprintf(stderr, "vhostctl: %s: %s\n", name, error.text);
	return json;
}

/* ---- fields ----------------------------------------------------------- */

/* Objects on the way are made. */
static int
put(json_t *object, const char *name, json_t *value)
{
	char part[NAME_SIZE];

	for (;;) {
		const size_t size = strcspn(name, ".");
		json_t *next;

		snprintf(part, sizeof part, "%.*s", (int)size, name);
		if (!name[size])
			return json_object_set_new(object, part, value);
		next = json_object_get(object, part);
		if (!next) {
			next = json_object();
			json_object_set_new(object, part, next);
		}
		if (!json_is_object(next)) {
			json_decref(value);
			return -1;
		}
		object = next;
		name += size + 1;
	}
}

static int
is_secret(json_t *schema)
{
	return is_type(schema, "string") &&
	       json_is_true(json_object_get(schema, "writeOnly"));
}

static int
take(json_t *object, const char *argument, json_t *schema)
{
	const size_t size = strcspn(argument, "=:@");
	const char *rest = argument + size;
	char name[NAME_SIZE];
	json_t *property, *value = NULL;

	if (size == 0 || size >= sizeof name || !*rest) {
		fprintf(stderr,
		    "vhostctl: '%s' is not name=text, name:=json or name@\n",
		    argument);
		return -1;
	}
	snprintf(name, sizeof name, "%.*s", (int)size, argument);
	property = ctl_property(schema, name);
	if (strcmp(rest, "@") == 0)
		value = of_secret(name);
	else if (is_secret(property))
		fprintf(stderr,
		    "vhostctl: %s is a secret, which others would see here: "
		    "write %s@ and it is asked for\n",
		    name, name);
	else if (rest[0] == '=')
		value = of_text(name, rest + 1, property);
	else if (rest[0] == ':' && rest[1] == '=')
		value = of_json(name, rest + 2);
	else
		fprintf(stderr, "vhostctl: '%s': = is missing\n", argument);
	return value ? put(object, name, value) : -1;
}

json_t *
ctl_fields(char **arguments, json_t *schema)
{
	json_t *object = json_object();

	for (; *arguments; arguments++)
		if (take(object, *arguments, schema) != 0) {
			json_decref(object);
			return NULL;
		}
	return object;
}

/* ---- addresses -------------------------------------------------------- */

static int
is_plain(const char *at, const char *others)
{
	return isalnum((unsigned char)*at) || strchr(others, *at) ||
	       (*at == '%' && strchr(others, '%') &&
		   isxdigit((unsigned char)at[1]) &&
		   isxdigit((unsigned char)at[2]));
}

static char *
escape(const char *text, const char *others)
{
	char *to = malloc(3 * strlen(text) + 1);
	size_t size = 0;

	for (; to && *text; text++)
		if (is_plain(text, others))
			to[size++] = *text;
		else
			size += (size_t)snprintf(
			    to + size, 4, "%%%02X", (unsigned char)*text);
	if (to)
		to[size] = '\0';
	return to;
}

char *
ctl_escape_path(const char *path)
{
	return escape(path + (*path == '/'), "-._~/@:+=%");
}

char *
ctl_query(char **arguments)
{
	char *query = strdup("");

	for (; query && *arguments; arguments++) {
		const size_t size = strcspn(*arguments, "=");
		AUTO_FREE char *value = NULL;
		char *longer = NULL;

		if (size == 0 || (*arguments)[size] != '=') {
			fprintf(stderr, "vhostctl: '%s' is not name=text\n",
			    *arguments);
			free(query);
			return NULL;
		}
		value = escape(*arguments + size + 1, "-._~");
		if (value && asprintf(&longer, "%s&%.*s=%s", query, (int)size,
				 *arguments, value) < 0)
			longer = NULL;
		free(query);
		query = longer;
	}
	if (!query)
		fprintf(stderr, "vhostctl: no memory\n");
	return query;
}
