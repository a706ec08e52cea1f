/* Alone in its file: programs have functions of this name. */
#include "config.h"

#include "vpop.h"
#include "vutil.h"

VPOP_EXPORT void
str_replace(char *text, char from, char to)
{
	for (; text && *text; text++)
		if (*text == from)
			*text = to;
}
