/* Reads lines of JSON, each an array of a schema and a value, and says of each
 * value what we think: "valid", "invalid" or "no schema". */
#include "config.h"

#include <stdio.h>

#include "panel/module/schema.h"

int
main(void)
{
	struct vp_schema_error error;
	json_t *pair;

	while ((pair = json_loadf(
		    stdin, JSON_DISABLE_EOF_CHECK | JSON_ALLOW_NUL, NULL))) {
		json_t *schema = json_array_get(pair, 0);
		json_t *value = json_array_get(pair, 1);

		if (vp_schema_check(schema, &error) != 0)
			puts("no schema");
		else if (vp_schema_validate(schema, value, &error) != 0)
			puts("invalid");
		else
			puts("valid");
		json_decref(pair);
	}
	return 0;
}
