/* A file of domain limits: what was read is written and read back equal. */
#include "config.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "core/limits.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct vpop_limits limits, again;
	char *text = malloc(size + 1);

	if (!text)
		return 0;
	memcpy(text, data, size);
	text[size] = '\0';
	vpop_limits_init(&limits);
	unsigned long line = vp_limits_parse(text, &limits);
	free(text);
	if (line > size + 1)
		abort();

	text = vp_limits_text(&limits);
	if (!text)
		return 0;
	vpop_limits_init(&again);
	if (vp_limits_parse(text, &again) != 0 ||
	    memcmp(&limits, &again, sizeof limits) != 0)
		abort();
	free(text);
	return 0;
}
