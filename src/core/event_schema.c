/*
 * JSON Schemas (draft 2020-12) of the envelopes, from the table of events.
 * They say what is always there; more may come with later releases.
 */
#include "config.h"

#include <string.h>

#include "core/event.h"

#define WORD_SIZE 64
#define DIALECT   "https://json-schema.org/draft/2020-12/schema"

struct word {
	char name[WORD_SIZE];
	const char *type;
	int always;
};

static json_t *
type_schema(const char *type)
{
	if (strcmp(type, "text") == 0)
		return json_pack("{s:s}", "type", "string");
	if (strcmp(type, "int") == 0)
		return json_pack("{s:s}", "type", "integer");
	if (strcmp(type, "bool") == 0)
		return json_pack("{s:s}", "type", "boolean");
	if (strcmp(type, "null") == 0)
		return json_pack("{s:[s,s]}", "type", "string", "null");
	if (strcmp(type, "secret") == 0)
		return json_pack("{s:s, s:[s], s:{s:{s:b}}}", "type", "object",
		    "required", "changed", "properties", "changed", "const", 1);
	return json_pack(
	    "{s:s, s:{s:s}}", "type", "array", "items", "type", "string");
}

/* The next word of a list; 0 at its end. */
static int
next_word(const char **rest, struct word *ret)
{
	const char *from = *rest + strspn(*rest, " ");
	size_t length = strcspn(from, " ");
	char *colon;

	*rest = from + length;
	if (length == 0 || length >= sizeof ret->name)
		return 0;
	memcpy(ret->name, from, length);
	ret->name[length] = '\0';
	ret->always = ret->name[length - 1] == '!';
	if (ret->always)
		ret->name[length - 1] = '\0';
	ret->type = "text";
	colon = strchr(ret->name, ':');
	if (colon) {
		*colon = '\0';
		ret->type = colon + 1;
	}
	return 1;
}

static json_t *
data_schema(const char *fields)
{
	json_t *properties, *required, *schema;
	int can_be_null = 0, others = 0;
	struct word word;

	if (!fields)
		return json_pack("{s:s}", "type", "null");
	properties = json_object();
	required = json_array();
	while (next_word(&fields, &word)) {
		can_be_null |= strcmp(word.name, "?") == 0;
		others |= strcmp(word.name, "*") == 0;
		if (strchr("?*", word.name[0]))
			continue;
		json_object_set_new(
		    properties, word.name, type_schema(word.type));
		if (word.always)
			json_array_append_new(required, json_string(word.name));
	}
	schema = json_pack(
	    "{s:o, s:o}", "required", required, "properties", properties);
	json_object_set_new(schema, "type",
	    can_be_null ? json_pack("[s,s]", "object", "null")
			: json_string("object"));
	if (others)
		json_object_set_new(schema, "additionalProperties",
		    json_pack("{s:[s,s]}", "type", "integer", "boolean"));
	return schema;
}

static json_t *
text_schema(void)
{
	return json_pack("{s:s}", "type", "string");
}

static json_t *
actor_schema(void)
{
	return json_pack(
	    "{s:s, s:[s,s,s], s:{s:{s:[s,s]}, s:o, s:o, s:o, s:o}}", "type",
	    "object", "required", "kind", "id", "via", "properties", "kind",
	    "enum", "account", "system", "id", text_schema(), "via",
	    text_schema(), "address", text_schema(), "request", text_schema());
}

static json_t *
object_schema(const char *kind)
{
	return json_pack("{s:s, s:[s,s], s:{s:{s:s}, s:o, s:o}}", "type",
	    "object", "required", "kind", "id", "properties", "kind", "const",
	    kind, "id", text_schema(), "domain", text_schema());
}

json_t *
vp_event_schema(const struct vp_event_type *type)
{
	json_t *properties = json_pack(
	    "{s:{s:s, s:s}, s:{s:s}, s:{s:s, s:s}, s:{s:s, s:i}, s:{s:i}}",
	    "id", "type", "string", "pattern", "^[0-7][0-9A-HJKMNP-TV-Z]{25}$",
	    "type", "const", type->name, "time", "type", "string", "pattern",
	    "^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z$", "seq",
	    "type", "integer", "minimum", 1, "schema", "const",
	    VP_EVENT_SCHEMA);

	json_object_set_new(properties, "actor", actor_schema());
	json_object_set_new(properties, "object", object_schema(type->kind));
	json_object_set_new(properties, "data",
	    json_pack("{s:s, s:[s,s], s:{s:o, s:o}}", "type", "object",
		"required", "old", "new", "properties", "old",
		data_schema(type->old), "new", data_schema(type->new)));
	return json_pack("{s:s, s:s, s:s, s:s, s:[s,s,s,s,s,s], s:o}",
	    "$schema", DIALECT, "title", type->name, "description", type->about,
	    "type", "object", "required", "type", "time", "schema", "actor",
	    "object", "data", "properties", properties);
}

int
vpop_event_schema(struct vpop *vp, const char *type, char **ret_text)
{
	const struct vp_event_type *found = vp_event_find(type);
	json_t *schema;

	if (!found)
		return vp_fail(vp, VA_INVALID_ARGUMENT,
		    "there is no event of the type '%s'", type);
	schema = vp_event_schema(found);
	*ret_text = schema ? json_dumps(schema, JSON_INDENT(1)) : NULL;
	json_decref(schema);
	return *ret_text ? 0
			 : vp_fail(vp, VA_MEMORY_ALLOC_ERR, "out of memory");
}
