/*
 * A value is looked at keyword by keyword; the first that it breaks is told,
 * with the place in the value.  Depth is bounded by the schema's own, which is
 * bounded when it is checked.
 */
#include "config.h"

#include "panel/module/schema.h"

#include <regex.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/attr.h"
#include "panel/module/format.h"

#define DEPTH_MAX 8

/* A place in the value or in the schema. */
struct place {
	const struct place *parent;
	const char *name; /* NULL: the index */
	size_t index;
};

/* RFC 6901; cut where it is too long. */
static void
write_place(const struct place *place, FILE *fp)
{
	if (!place->parent)
		return;
	write_place(place->parent, fp);
	fputc('/', fp);
	if (!place->name)
		fprintf(fp, "%zu", place->index);
	for (const char *p = place->name; p && *p; p++) {
		if (*p == '~' || *p == '/')
			fprintf(fp, "~%c", *p == '~' ? '0' : '1');
		else
			fputc(*p, fp);
	}
}

static int VP_PRINTF(3, 4) fail(struct vp_schema_error *error,
    const struct place *place, const char *format, ...)
{
	va_list args;
	FILE *fp = fmemopen(error->pointer, sizeof error->pointer, "w");

	error->pointer[0] = '\0';
	if (fp) {
		write_place(place, fp);
		(void)fclose(fp);
	}
	error->pointer[sizeof error->pointer - 1] = '\0';
	va_start(args, format);
	vsnprintf(error->words, sizeof error->words, format, args);
	va_end(args);
	return -1;
}

/* ---- schemas ----------------------------------------------------------- */

enum kind { ANYTHING, TEXT, COUNT, FLAG, NAMES, LIST, MEMBERS, SCHEMA };

static const struct {
	const char *name;
	enum kind kind;
} keywords[] = {
	{ "type", TEXT },
	{ "title", TEXT },
	{ "description", TEXT },
	{ "default", ANYTHING },
	{ "examples", LIST },
	{ "enum", LIST },
	{ "const", ANYTHING },
	{ "minLength", COUNT },
	{ "maxLength", COUNT },
	{ "pattern", TEXT },
	{ "format", TEXT },
	{ "minimum", ANYTHING },
	{ "maximum", ANYTHING },
	{ "items", SCHEMA },
	{ "minItems", COUNT },
	{ "maxItems", COUNT },
	{ "uniqueItems", FLAG },
	{ "properties", MEMBERS },
	{ "required", NAMES },
	{ "additionalProperties", FLAG },
	{ "readOnly", FLAG },
	{ "writeOnly", FLAG },
	{ "$schema", TEXT },
	{ "$id", TEXT },
};

static int
is_object(json_t *value)
{
	return json_is_object(value);
}

static int
is_array(json_t *value)
{
	return json_is_array(value);
}

static int
is_string(json_t *value)
{
	return json_is_string(value);
}

static int
is_integer(json_t *value)
{
	return json_is_integer(value);
}

static int
is_number(json_t *value)
{
	return json_is_number(value);
}

static int
is_boolean(json_t *value)
{
	return json_is_boolean(value);
}

static const struct {
	const char *name;
	int (*is)(json_t *value);
} types[] = {
	{ "object", is_object },
	{ "array", is_array },
	{ "string", is_string },
	{ "integer", is_integer },
	{ "number", is_number },
	{ "boolean", is_boolean },
};

#define COUNT_OF(array) (sizeof(array) / sizeof *(array))

static int
is_type(const char *name, json_t *value)
{
	for (size_t i = 0; i < COUNT_OF(types); i++)
		if (strcmp(types[i].name, name) == 0)
			return !value || types[i].is(value);
	return 0;
}

static int check(json_t *schema, const struct place *place, int depth,
    struct vp_schema_error *error);

static int
check_members(json_t *value, const struct place *place, int depth,
    struct vp_schema_error *error)
{
	const char *name;
	json_t *member;

	json_object_foreach(value, name, member)
	{
		const struct place at = { place, name, 0 };

		if (check(member, &at, depth + 1, error) != 0)
			return -1;
	}
	return 0;
}

static int
is_names(json_t *value)
{
	size_t i;
	json_t *name;

	json_array_foreach(value, i, name)
	{
		if (!json_is_string(name))
			return 0;
	}
	return json_is_array(value);
}

static int
has_kind(enum kind kind, json_t *value)
{
	switch (kind) {
	case TEXT:
		return json_is_string(value);
	case COUNT:
		return json_is_integer(value) && json_integer_value(value) >= 0;
	case FLAG:
		return json_is_boolean(value);
	case LIST:
		return json_is_array(value);
	case NAMES:
		return is_names(value);
	case MEMBERS:
	case SCHEMA:
		return json_is_object(value);
	default:
		return 1;
	}
}

/* What a keyword may say, beyond its kind. */
static int
check_words(const char *keyword, const char *text, const struct place *place,
    struct vp_schema_error *error)
{
	regex_t regex;

	if (strcmp(keyword, "type") == 0 && !is_type(text, NULL))
		return fail(error, place, "'%s' is no type", text);
	if (strcmp(keyword, "format") == 0 && !vp_format_find(text))
		return fail(error, place, "'%s' is no format known here", text);
	if (strcmp(keyword, "pattern") == 0) {
		/* Others read it as ECMAScript does. */
		if (strstr(text, "[:"))
			return fail(error, place,
			    "the pattern '%s' has a class in brackets, which "
			    "means something else in ECMAScript",
			    text);
		if (regcomp(&regex, text, REG_EXTENDED | REG_NOSUB) != 0)
			return fail(error, place,
			    "'%s' is no extended regular expression", text);
		regfree(&regex);
	}
	return 0;
}

static int
check_keyword(const char *keyword, json_t *value, const struct place *parent,
    int depth, struct vp_schema_error *error)
{
	const struct place place = { parent, keyword, 0 };
	size_t i = 0;

	while (i < COUNT_OF(keywords) && strcmp(keywords[i].name, keyword) != 0)
		i++;
	if (i == COUNT_OF(keywords))
		return fail(
		    error, &place, "'%s' is no keyword known here", keyword);
	if (!has_kind(keywords[i].kind, value))
		return fail(error, &place,
		    "the value of '%s' is of a wrong type", keyword);
	if (strcmp(keyword, "additionalProperties") == 0 &&
	    !json_is_false(value))
		return fail(error, &place, "only false is known here");
	if (strncmp(keyword, "m", 1) == 0 && strstr(keyword, "imum") &&
	    !json_is_number(value))
		return fail(error, &place, "a bound must be a number");
	if (keywords[i].kind == SCHEMA)
		return check(value, &place, depth + 1, error);
	if (keywords[i].kind == MEMBERS)
		return check_members(value, &place, depth, error);
	if (keywords[i].kind == TEXT)
		return check_words(
		    keyword, json_string_value(value), &place, error);
	return 0;
}

static int
check(json_t *schema, const struct place *place, int depth,
    struct vp_schema_error *error)
{
	const char *keyword;
	json_t *value;

	if (!json_is_object(schema))
		return fail(error, place, "a schema must be an object");
	if (depth > DEPTH_MAX)
		return fail(error, place, "schemas may be %d deep", DEPTH_MAX);
	if (!json_object_get(schema, "type") &&
	    !json_object_get(schema, "enum") &&
	    !json_object_get(schema, "const"))
		return fail(error, place, "a schema must have a type");
	json_object_foreach(schema, keyword, value)
	{
		if (check_keyword(keyword, value, place, depth, error) != 0)
			return -1;
	}
	return 0;
}

int
vp_schema_check(json_t *schema, struct vp_schema_error *ret_error)
{
	const struct place root = { NULL, NULL, 0 };

	return check(schema, &root, 0, ret_error);
}

/* ---- values ------------------------------------------------------------ */

static int validate(json_t *schema, json_t *value, const struct place *place,
    struct vp_schema_error *error);

static json_int_t
bound(json_t *schema, const char *name, json_int_t otherwise)
{
	json_t *value = json_object_get(schema, name);

	return value ? json_integer_value(value) : otherwise;
}

/* Characters, not bytes: jansson's strings are valid UTF-8. */
static json_int_t
length_of(const char *text)
{
	json_int_t length = 0;

	for (; *text; text++)
		if (((unsigned char)*text & 0xc0) != 0x80)
			length++;
	return length;
}

static int
fits_pattern(const char *pattern, const char *text)
{
	regex_t regex;
	int rc;

	if (regcomp(&regex, pattern, REG_EXTENDED | REG_NOSUB) != 0)
		return 0;
	rc = regexec(&regex, text, 0, NULL, 0);
	regfree(&regex);
	return rc == 0;
}

static int
validate_string(json_t *schema, json_t *value, const struct place *place,
    struct vp_schema_error *error)
{
	const char *text = json_string_value(value);
	const char *pattern =
	    json_string_value(json_object_get(schema, "pattern"));
	const char *format =
	    json_string_value(json_object_get(schema, "format"));
	json_int_t length = length_of(text);
	json_int_t min = bound(schema, "minLength", 0);
	json_int_t max = bound(schema, "maxLength", length);

	if (strlen(text) != json_string_length(value))
		return fail(error, place, "holds a NUL character");
	if (length < min)
		return fail(error, place, "is shorter than %lld characters",
		    (long long)min);
	if (length > max)
		return fail(error, place, "is longer than %lld characters",
		    (long long)max);
	if (pattern && !fits_pattern(pattern, text))
		return fail(error, place, "is not of the form %s", pattern);
	if (format && !vp_format_find(format)(text))
		return fail(error, place, "is not of the format %s", format);
	return 0;
}

static int
validate_number(json_t *schema, json_t *value, const struct place *place,
    struct vp_schema_error *error)
{
	json_t *min = json_object_get(schema, "minimum");
	json_t *max = json_object_get(schema, "maximum");
	double number = json_number_value(value);

	if (min && number < json_number_value(min))
		return fail(
		    error, place, "is less than %g", json_number_value(min));
	if (max && number > json_number_value(max))
		return fail(
		    error, place, "is more than %g", json_number_value(max));
	return 0;
}

static int
is_repeated(json_t *array, size_t index)
{
	for (size_t i = 0; i < index; i++)
		if (json_equal(
			json_array_get(array, i), json_array_get(array, index)))
			return 1;
	return 0;
}

static int
validate_array(json_t *schema, json_t *value, const struct place *place,
    struct vp_schema_error *error)
{
	json_t *items = json_object_get(schema, "items");
	int unique = json_is_true(json_object_get(schema, "uniqueItems"));
	json_int_t count = (json_int_t)json_array_size(value);
	json_int_t min = bound(schema, "minItems", 0);
	json_int_t max = bound(schema, "maxItems", count);
	json_t *item;
	size_t i;

	if (count < min)
		return fail(
		    error, place, "has fewer than %lld items", (long long)min);
	if (count > max)
		return fail(
		    error, place, "has more than %lld items", (long long)max);
	json_array_foreach(value, i, item)
	{
		const struct place at = { place, NULL, i };

		if (items && validate(items, item, &at, error) != 0)
			return -1;
		if (unique && is_repeated(value, i))
			return fail(error, &at, "is there twice");
	}
	return 0;
}

static int
validate_object(json_t *schema, json_t *value, const struct place *place,
    struct vp_schema_error *error)
{
	json_t *properties = json_object_get(schema, "properties");
	json_t *required = json_object_get(schema, "required");
	int closed = json_object_get(schema, "additionalProperties") != NULL;
	const char *name;
	json_t *member;
	size_t i;

	json_array_foreach(required, i, member)
	{
		const struct place at = { place, json_string_value(member), 0 };

		if (!json_object_get(value, at.name))
			return fail(error, &at, "is missing");
	}
	json_object_foreach(value, name, member)
	{
		const struct place at = { place, name, 0 };
		json_t *of = json_object_get(properties, name);

		if (!of && closed)
			return fail(error, &at, "is not known");
		if (of && validate(of, member, &at, error) != 0)
			return -1;
	}
	return 0;
}

static int
is_among(json_t *list, json_t *value)
{
	json_t *item;
	size_t i;

	json_array_foreach(list, i, item)
	{
		if (json_equal(item, value))
			return 1;
	}
	return 0;
}

static int
validate(json_t *schema, json_t *value, const struct place *place,
    struct vp_schema_error *error)
{
	const char *type = json_string_value(json_object_get(schema, "type"));
	json_t *choice = json_object_get(schema, "enum");
	json_t *only = json_object_get(schema, "const");

	if (type && !is_type(type, value))
		return fail(error, place, "is not of the type %s", type);
	if (choice && !is_among(choice, value))
		return fail(error, place, "is none of the values allowed");
	if (only && !json_equal(only, value))
		return fail(error, place, "is not the value required");
	if (json_is_string(value))
		return validate_string(schema, value, place, error);
	if (json_is_number(value))
		return validate_number(schema, value, place, error);
	if (json_is_array(value))
		return validate_array(schema, value, place, error);
	if (json_is_object(value))
		return validate_object(schema, value, place, error);
	return 0;
}

int
vp_schema_validate(
    json_t *schema, json_t *value, struct vp_schema_error *ret_error)
{
	const struct place root = { NULL, NULL, 0 };

	return validate(schema, value, &root, ret_error);
}
