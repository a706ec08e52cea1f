/*
 * One write a line, so that the lines of several processes do not mix.  A
 * reader that is too slow or gone loses lines; it never stops the daemon:
 * SIGPIPE is ignored by whoever calls this.
 */
#include "config.h"

#include "daemons/common/daemonlog.h"

#include <errno.h>
#include <stdarg.h>
#include <string.h>

#include "base/text.h"

#define LINE_SIZE 1024

static const char *log_program = "daemon", *log_role = "";
static int log_syslog, log_bare;

void
vp_daemonlog_open(const char *program, int use_syslog)
{
	log_program = program;
	log_syslog = use_syslog;
	if (use_syslog)
		openlog(program, LOG_PID | LOG_NDELAY, LOG_MAIL);
}

void
vp_daemonlog_bare(void)
{
	log_bare = 1;
}

void
vp_daemonlog_role(const char *role)
{
	log_role = role;
}

static void
to_stderr(char *text)
{
	char line[LINE_SIZE + 128];
	int length = snprintf(line, sizeof line, "%s%s%s%s%s\n",
	    log_bare ? "" : log_program, log_bare ? "" : ": ", log_role,
	    *log_role ? ": " : "", text);

	if (length > 0 && write(STDERR_FILENO, line, (size_t)length) < 0)
		return; /* nobody is left who could be told */
}

void
vp_daemonlog(int priority, const char *format, ...)
{
	char text[LINE_SIZE];
	int error = errno;
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof text, format, args);
	va_end(args);
	vp_make_printable(text);
	if (log_syslog)
		syslog(
		    priority, "%s%s%s", log_role, *log_role ? ": " : "", text);
	else
		to_stderr(text);
	errno = error;
}
