/* Quota texts: what is accepted means the same in its plain form. */
#include "config.h"

#include <inttypes.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "qmail/maildir.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct vp_usage usage = { 1000, 10 };
	int64_t bytes, count, bytes2, count2;
	char plain[64];
	char *text = malloc(size + 1);

	if (!text)
		return 0;
	memcpy(text, data, size);
	text[size] = '\0';

	int percent = vp_quota_percent(text, &usage);

	if (percent < -1 || percent > 100)
		abort();
	if (vp_quota_parse(text, &bytes, &count) == 0) {
		if (bytes < 0 || count < 0)
			abort();
		snprintf(plain, sizeof plain, "%" PRId64 "S,%" PRId64 "C",
		    bytes, count);
		if (vp_quota_parse(plain, &bytes2, &count2) < 0 ||
		    bytes2 != bytes || count2 != count ||
		    vp_quota_percent(plain, &usage) != percent)
			abort();
	} else if (percent != -1) {
		abort();
	}
	free(text);
	return 0;
}
