/* An array of a schema and a value: a schema that is taken judges any value,
 * and says where and how it is wrong. */
#include "config.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "panel/module/schema.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct vp_schema_error error = { .words = "" };
	json_t *pair =
	    json_loadb((const char *)data, size, JSON_ALLOW_NUL, NULL);
	json_t *schema = json_array_get(pair, 0);

	if (vp_schema_check(schema, &error) == 0 && json_array_get(pair, 1) &&
	    vp_schema_validate(schema, json_array_get(pair, 1), &error) != 0 &&
	    (error.words[0] == '\0' ||
		(error.pointer[0] != '\0' && error.pointer[0] != '/')))
		abort();
	json_decref(pair);
	return 0;
}
