/*
 * SQL text for programs that build it themselves.  The library binds its
 * values and does not use this.
 */
#include "config.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "base/attr.h"
#include "vpop.h"
#include "vpopmail.h"

VPOP_EXPORT char sqlerr[MAX_BUFF];
VPOP_EXPORT char *last_query;
VPOP_EXPORT vsql_escape_fn vsql_escape_hook;

static size_t
escape(char *dst, const char *src, char quote)
{
	size_t length = 0;

	(void)quote;
	for (; *src; src++) {
		if (strchr("'\"\\", *src))
			dst[length++] = '\\';
		dst[length++] = *src;
	}
	dst[length] = '\0';
	return length;
}

/* -1: it cannot be escaped. */
static int
put_text(FILE *out, const char *text, char quote)
{
	vsql_escape_fn function = vsql_escape_hook ? vsql_escape_hook : escape;
	const char *src = text ? text : "";
	AUTO_FREE char *escaped = malloc(strlen(src) * 2 + 1);

	if (!escaped)
		return -1;
	size_t length = function(escaped, src, quote);
	if (length == (size_t)-1 || length > strlen(src) * 2)
		return -1;
	return fwrite(escaped, 1, length, out) == length ? 0 : -1;
}

/* One conversion; *format is behind the percent sign and moves behind the
 * conversion. */
static int
convert(FILE *out, const char **format, char quote, va_list *args)
{
	const char *p = *format;
	int is_long = *p == 'l';

	p += is_long;
	*format = p + (*p != '\0');
	if (*p == 'd' || *p == 'i')
		return fprintf(out, "%ld",
			   is_long ? va_arg(*args, long) : va_arg(*args, int)) <
			       0
			   ? -1
			   : 0;
	if (*p == 'u')
		return fprintf(out, "%lu",
			   is_long ? va_arg(*args, unsigned long)
				   : va_arg(*args, unsigned)) < 0
			   ? -1
			   : 0;
	if (is_long)
		return -1;
	if (*p == 's')
		return put_text(out, va_arg(*args, char *), quote);
	if (*p == 'S')
		return fprintf(out, "%" PRIu64, va_arg(*args, storage_t)) < 0
			   ? -1
			   : 0;
	return *p == '%' && fputc('%', out) != EOF ? 0 : -1;
}

static int
write_all(FILE *out, const char *format, va_list *args)
{
	char before = '\0';

	while (*format) {
		char c = *format++;

		if (c == '%') {
			if (convert(out, &format, before, args) != 0)
				return -1;
			before = '\0';
		} else {
			if (fputc(c, out) == EOF)
				return -1;
			before = c;
		}
	}
	return 0;
}

VPOP_EXPORT int
qnprintf(char *buffer, size_t size, const char *format, ...)
{
	AUTO_FREE char *text = NULL;
	size_t length = 0;
	FILE *out = format ? open_memstream(&text, &length) : NULL;
	va_list args;
	int rc;

	if (buffer)
		memset(buffer, 0, size);
	if (!out)
		return -1;
	va_start(args, format);
	rc = write_all(out, format, &args);
	va_end(args);
	if (fclose(out) != 0 || rc != 0 || length > INT32_MAX)
		return -1;
	if (buffer && length < size)
		memcpy(buffer, text, length + 1);
	return (int)length;
}
