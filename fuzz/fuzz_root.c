/* What a module asks the root helper: a verb of its manifest with an object,
 * or a refusal. */
#include "config.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "panel/supervise/roothelper.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct vp_module_answer answer = { .result = NULL };
	struct vhd_root_request request;
	json_t *verbs =
	    json_pack("[{s:s}, {s:s}]", "verb", "one", "verb", "two-words");
	char *line = strndup((const char *)data, size);

	if (!line || !verbs)
		abort();
	if (vhd_root_parse(verbs, line, &request, &answer) == 0) {
		if (!json_is_object(request.input) ||
		    (request.verb != json_array_get(verbs, 0) &&
			request.verb != json_array_get(verbs, 1)))
			abort();
	} else if (request.input || answer.outcome != VP_MODULE_REFUSED ||
		   !*answer.code || !*answer.words) {
		abort();
	}
	json_decref(request.input);
	json_decref(verbs);
	free(line);
	return 0;
}
