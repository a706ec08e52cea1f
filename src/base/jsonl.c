/*
 * Records in JSON: one object a line.  In a file of its own so that only
 * programs that read records are linked with the JSON library.
 *
 * Its error texts are not passed on: they quote the input, and the input
 * holds passwords.
 */
#include "config.h"

#include "base/csv_int.h"

#include <errno.h>
#include <jansson.h>
#include <string.h>

#include "base/line.h"

/* Longest text of a number, with its NUL. */
#define NUMBER_BYTES 32
_Static_assert(VP_RECORD_FIELDS *NUMBER_BYTES <= VP_RECORD_BYTES,
    "a record of numbers must fit");

/* The library writes it: printf would use the locale's decimal point. */
static const char *
number_text(struct vp_records *r, const json_t *value)
{
	char *text = r->text + r->used;
	size_t length =
	    json_dumpb(value, text, NUMBER_BYTES - 1, JSON_ENCODE_ANY);

	if (length == 0 || length >= NUMBER_BYTES)
		return NULL;
	text[length] = '\0';
	r->used += length + 1;
	return text;
}

static int
add_field(struct vp_records *r, const char *name, const json_t *value)
{
	const char *text = NULL;

	if (r->count == VP_RECORD_FIELDS)
		return vp_records_bad(r, "record has more than 64 fields");
	switch (json_typeof(value)) {
	case JSON_OBJECT:
	case JSON_ARRAY:
		return vp_records_bad(r, "'%s' is a list or an object", name);
	case JSON_STRING:
		text = json_string_value(value);
		break;
	case JSON_INTEGER:
	case JSON_REAL:
		text = number_text(r, value);
		if (!text)
			return vp_records_bad(r, "'%s' is no number", name);
		break;
	case JSON_TRUE:
		text = "true";
		break;
	case JSON_FALSE:
		text = "false";
		break;
	case JSON_NULL:
		break;
	}
	r->name[r->count] = name;
	r->value[r->count++] = text;
	return 1;
}

static int
parse(struct vp_records *r, size_t length)
{
	json_error_t where;
	json_t *object =
	    json_loadb(r->input, length, JSON_REJECT_DUPLICATES, &where);

	r->object = object;
	if (!object && json_error_code(&where) == json_error_out_of_memory) {
		errno = ENOMEM;
		return -1;
	}
	if (!object && json_error_code(&where) == json_error_duplicate_key)
		return vp_records_bad(r, "a name is there twice");
	if (!object)
		return vp_records_bad(r,
		    "not valid JSON from byte %d of the line on",
		    where.position);
	if (!json_is_object(object))
		return vp_records_bad(r, "not a JSON object");
	for (void *i = json_object_iter(object); i;
	     i = json_object_iter_next(object, i))
		if (add_field(r, json_object_iter_key(i),
			json_object_iter_value(i)) != 1)
			return -1;
	return 1;
}

static void
drop_object(struct vp_records *r)
{
	json_decref(r->object);
	r->object = NULL;
	r->count = r->used = 0;
}

int
vp_records_json(struct vp_records *records)
{
	struct vp_records *r = records;
	ssize_t length;

	drop_object(r);
	do {
		r->line = r->next_line;
		length = vp_line_read(
		    r->fp, &r->input, &r->input_cap, VP_RECORD_BYTES);
		if (length < 0 && errno == 0)
			return 0;
		r->next_line++;
	} while (length >= 0 && strspn(r->input, " \t\r") == (size_t)length);
	if (length >= 0)
		return parse(r, (size_t)length);
	if (errno == EMSGSIZE)
		return vp_records_bad(r, "record is longer than 65536 bytes");
	if (errno == EILSEQ)
		return vp_records_bad(r, "record has a NUL byte");
	return -1;
}

void
vp_records_json_free(struct vp_records *records)
{
	drop_object(records);
	if (records->input)
		explicit_bzero(records->input, records->input_cap);
	free(records->input);
	records->input = NULL;
}
