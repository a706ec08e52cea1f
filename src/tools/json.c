/*
 * JSON output.  Running out of memory ends the program: a report that
 * silently lacks a part is worse than none.
 */
#include "config.h"

#include "tools/json.h"

#include <stdint.h>
#include <string.h>
#include <time.h>

#include "tools/bits.h"
#include "tools/cli.h"

static json_t *
require(json_t *value)
{
	if (!value)
		cli_no_memory();
	return value;
}

json_t *
cli_json_text(const char *text)
{
	json_t *value = json_string(text);
	char *wide;
	size_t at = 0;

	if (value)
		return value;
	wide = malloc(2 * strlen(text) + 1);
	if (!wide)
		cli_no_memory();
	for (; *text; text++) {
		unsigned char byte = (unsigned char)*text;

		if (byte < 0x80) {
			wide[at++] = (char)byte;
			continue;
		}
		wide[at++] = (char)(0xc0 | (byte >> 6));
		wide[at++] = (char)(0x80 | (byte & 0x3f));
	}
	wide[at] = 0;
	value = json_string(wide);
	free(wide);
	return require(value);
}

json_t *
cli_json_time(time_t when)
{
	char text[32];
	struct tm tm;

	if (!when || !gmtime_r(&when, &tm) ||
	    !strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &tm))
		return json_null();
	return cli_json_text(text);
}

json_t *
cli_json_bits(uint32_t bits)
{
	json_t *array = cli_json_array();

	for (const struct bit_text *entry = bit_texts; entry->bit; entry++) {
		if (bits & entry->bit)
			cli_json_add(array, cli_json_text(entry->name));
	}
	return array;
}

void
cli_json_put(json_t *object, const char *name, json_t *value)
{
	if (json_object_set_new(object, name, require(value)) < 0)
		cli_no_memory();
}

void
cli_json_add(json_t *array, json_t *value)
{
	if (json_array_append_new(array, require(value)) < 0)
		cli_no_memory();
}

json_t *
cli_json_object(void)
{
	return require(json_object());
}

json_t *
cli_json_array(void)
{
	return require(json_array());
}

void
cli_json_print(json_t *value)
{
	json_dumpf(value, stdout, JSON_COMPACT);
	putchar('\n');
	json_decref(value);
}
