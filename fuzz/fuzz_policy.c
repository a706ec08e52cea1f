/* A password policy, and the rest of the input as a password checked by
 * it: the two are separated by a NUL. */
#include "config.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "core/policy.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
check(const struct vp_policy *policy, const char *password)
{
	char sentence[VP_POLICY_SENTENCE] = "";
	int code = vp_policy_check(policy, password, sentence);

	if ((code != 0) != (sentence[0] != '\0'))
		abort();
	if (code < VA_PWSTR_DELTA || (code > VA_PWSTR_LENGTH && code != 0 &&
					 code != VA_CLEAR_PASSWD_TOO_LONG))
		abort();
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = malloc(size + 2);
	unsigned long line;

	if (!text)
		return 0;
	memcpy(text, data, size);
	text[size] = '\0';
	text[size + 1] = '\0';
	const char *password = text + strlen(text) + 1;
	char *copy = strdup(password);
	struct vp_policy *policy = vp_policy_parse(text, &line);
	if (policy && copy) {
		check(policy, copy);
		check(policy, "");
		if (strlen(vp_policy_text(policy)) >= VP_POLICY_TEXT)
			abort();
	} else if (!policy && line > size + 1) {
		abort();
	}
	vp_policy_free(policy);
	free(copy);
	free(text);
	return 0;
}
