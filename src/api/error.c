/* Words for codes, and programs that end because of one. */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "api/api.h"
#include "base/text.h"
#include "vpopmail.h"

/* Callers may write into the text, so it is a copy. */
static const char *
text_of(int code, char *ret_text, size_t size)
{
	const char *text = "";

	if (VA_IS_SENTENCE(code))
		text = vp_api_refusal(code);
	if (*text == '\0')
		text = vpop_code_text(code);
	if (vp_copy(ret_text, size, text) != 0)
		ret_text[0] = '\0';
	return ret_text;
}

VPOP_EXPORT char *
verror(int va_err)
{
	static char text[256];

	(void)text_of(va_err, text, sizeof text);
	return text;
}

static void
print_error(FILE *stream, const char *comment)
{
	char text[256];

	fprintf(stream, "Error - %s. %s\n", text_of(verrori, text, sizeof text),
	    comment ? comment : "");
}

VPOP_EXPORT void
vsqlerror(FILE *stream, char *comment)
{
	if (stream)
		print_error(stream, comment);
}

VPOP_EXPORT int
vexit(int err)
{
	vp_api_close();
	exit(err);
}

VPOP_EXPORT int
vexiterror(FILE *stream, char *comment)
{
	if (stream)
		print_error(stream, comment);
	vp_api_close();
	exit(verrori);
}
