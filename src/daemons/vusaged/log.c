/* Words of the log may hold names that others chose: nothing but printable
 * bytes goes out. */
#include "config.h"

#include "daemons/vusaged/log.h"

#include <stdarg.h>
#include <stdio.h>
#include <syslog.h>

#include "base/text.h"

#define LINE_BYTES 2048

static int use_syslog;

void
vp_log_to_syslog(void)
{
	openlog("vusaged", LOG_PID, LOG_MAIL);
	use_syslog = 1;
}

void
vp_log_say(const char *format, ...)
{
	char line[LINE_BYTES];
	va_list args;

	va_start(args, format);
	(void)vsnprintf(line, sizeof line, format, args);
	va_end(args);
	vp_make_printable(line);
	if (use_syslog)
		syslog(LOG_NOTICE, "%s", line);
	else
		fprintf(stderr, "%s\n", line);
}
