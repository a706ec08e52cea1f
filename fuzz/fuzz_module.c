/* What a module may answer: it is a result, a refusal in printable words with
 * a known code, or no answer. */
#include "config.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "panel/module/process.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct vp_module_answer answer = { .outcome = VP_MODULE_DONE };
	char *line = strndup((const char *)data, size);

	if (!line)
		return 0;
	int rc = vp_module_answer_parse(line, 7, &answer);
	if (rc != 0 && (answer.outcome != VP_MODULE_BROKEN || answer.result))
		abort();
	if (rc == 0 && answer.outcome == VP_MODULE_DONE &&
	    !json_is_object(answer.result))
		abort();
	if (answer.outcome == VP_MODULE_REFUSED &&
	    (answer.code[0] == '\0' || answer.words[0] == '\0' ||
		answer.result))
		abort();
	if (rc == 0)
		for (const char *p = answer.words; *p; p++)
			if (*p < 0x20 || *p > 0x7e)
				abort();
	vp_module_answer_free(&answer);
	free(line);
	return 0;
}
