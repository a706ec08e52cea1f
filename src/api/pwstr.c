/* The rules for passwords. */
#include "config.h"

#include "pwstr.h"

#include <string.h>

#include "api/api.h"
#include "base/text.h"

VPOP_EXPORT int
pw_strength(const char *password)
{
	struct vpop *vp = vp_api_handle();
	int code;

	if (!vp)
		return vp_api_result(VA_PARSE_ERROR);
	code = vp_api_refused(vp, vpop_password_check(vp, password));
	return vp_api_result(code) == 0 ? 1 : code;
}

VPOP_EXPORT const char *
pw_strength_error(void)
{
	static char text[256];
	const char *sentence = vp_api_refusal(0);

	if (vp_copy(text, sizeof text,
		*sentence ? sentence : "password suitable") != 0)
		text[0] = '\0';
	return text;
}

VPOP_EXPORT const char *
pw_strength_policy(void)
{
	static char text[512];
	struct vpop *vp = vp_api_handle();
	const char *policy = vp ? vpop_password_policy(vp) : "";

	if (*policy == '\0' || vp_copy(text, sizeof text, policy) != 0)
		return NULL;
	return text;
}
