/*
 * The body of a change, held against a resource of the module mail.  The first
 * line names a schema, the rest is the body: for a new object, and as a merge
 * patch of the schema's example.  What is refused is refused with a place and
 * words; what passes has nothing that only the module may set; and a patch
 * that comes twice changes nothing more.
 */
#include "config.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/attr.h"
#include "panel/module/schema.h"
#include "panel/res/merge.h"

#define SCHEMAS   64
#define NAME_SIZE 32

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct schema {
	char name[NAME_SIZE];
	json_t *json;
} schemas[SCHEMAS];
static size_t count;

static void
check(int good)
{
	if (!good)
		abort();
}

static void
forget_schemas(void)
{
	for (size_t i = 0; i < count; i++)
		json_decref(schemas[i].json);
}

/* A name of few letters, so that it is a file of the folder. */
static json_t *
load(const char *name)
{
	const char *top = getenv("srcdir");
	AUTO_FREE char *path = NULL;
	struct vp_schema_error error;
	json_t *json;

	if (strspn(name, "abcdefghijklmnopqrstuvwxyz-") != strlen(name))
		return NULL;
	check(asprintf(&path, "%s/modules/mail/%s.json", top ? top : ".",
		  name) >= 0);
	json = json_load_file(path, JSON_REJECT_DUPLICATES, NULL);
	if (json && vp_schema_check(json, &error) != 0) {
		json_decref(json);
		return NULL;
	}
	return json;
}

static json_t *
find(const char *name)
{
	for (size_t i = 0; i < count; i++)
		if (strcmp(schemas[i].name, name) == 0)
			return schemas[i].json;
	json_t *json = load(name);

	if (!json || count == SCHEMAS)
		return NULL;
	if (count == 0)
		atexit(forget_schemas);
	memcpy(schemas[count].name, name, strlen(name) + 1);
	schemas[count].json = json;
	return schemas[count++].json;
}

static int
is_valid(json_t *schema, json_t *object)
{
	struct vp_schema_error error = { .words = "" };

	if (vp_schema_validate(schema, object, &error) == 0)
		return 1;
	check(error.words[0] &&
	      (error.pointer[0] == '\0' || error.pointer[0] == '/'));
	return 0;
}

static void
check_stripped(json_t *schema, json_t *object)
{
	const char *name;
	json_t *property;

	json_object_foreach(
	    json_object_get(schema, "properties"), name, property)
	{
		check(!json_is_true(json_object_get(property, "readOnly")) ||
		      !json_object_get(object, name));
	}
}

static void
create(json_t *schema, json_t *body)
{
	json_t *object = json_deep_copy(body);

	if (!vhd_strip_read_only(schema, object, NULL)) {
		check_stripped(schema, object);
		(void)is_valid(schema, object);
	}
	json_decref(object);
}

static void
patch(json_t *schema, json_t *old, json_t *body)
{
	json_t *new = vhd_merge(old, body);
	json_t *again = vhd_merge(new, body);

	check(new &&again &&json_equal(new, again));
	if (!vhd_strip_read_only(schema, new, old)) {
		check_stripped(schema, new);
		(void)is_valid(schema, new);
	}
	json_decref(new);
	json_decref(again);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const uint8_t *end = size > 0 ? memchr(data, '\n', size) : NULL;
	char name[NAME_SIZE];
	json_t *schema, *body;
	size_t length = end ? (size_t)(end - data) : 0;

	if (length == 0 || length >= sizeof name || memchr(data, 0, length))
		return 0;
	memcpy(name, data, length);
	name[length] = '\0';
	schema = find(name);
	if (!schema)
		return 0;
	body = json_loadb((const char *)end + 1, size - length - 1,
	    JSON_REJECT_DUPLICATES, NULL);
	if (json_is_object(body)) {
		create(schema, body);
		patch(schema,
		    json_array_get(json_object_get(schema, "examples"), 0),
		    body);
	}
	json_decref(body);
	return 0;
}
