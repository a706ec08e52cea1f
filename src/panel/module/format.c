/* Formats: each a predicate on a text.  Times are in UTC ("Z"). */
#include "config.h"

#include "panel/module/format.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <stddef.h>
#include <string.h>
#include <time.h>

#define LABEL_MAX 63 /* RFC 1035, 2.3.4 */
#define HOST_MAX  253

static int
is_ipv4(const char *text)
{
	struct in_addr address;

	return inet_pton(AF_INET, text, &address) == 1;
}

static int
is_ipv6(const char *text)
{
	struct in6_addr address;

	return inet_pton(AF_INET6, text, &address) == 1;
}

/* RFC 1123: letters, digits and dashes, no dash at an end. */
static int
is_label(const char *text, size_t length)
{
	if (length == 0 || length > LABEL_MAX || text[0] == '-' ||
	    text[length - 1] == '-')
		return 0;
	for (size_t i = 0; i < length; i++)
		if (!isalnum((unsigned char)text[i]) && text[i] != '-')
			return 0;
	return 1;
}

static int
is_hostname(const char *text)
{
	if (strlen(text) > HOST_MAX)
		return 0;
	for (;;) {
		size_t length = strcspn(text, ".");

		if (!is_label(text, length))
			return 0;
		if (text[length] == '\0')
			return 1;
		text += length + 1;
	}
}

/* The form that mail programs accept: no quotes, no literals. */
static int
is_email(const char *text)
{
	const char *at = strrchr(text, '@');

	if (!at || at == text || at - text > 64)
		return 0;
	for (const char *p = text; p < at; p++)
		if (!isgraph((unsigned char)*p) || strchr("\"(),:;<>@[\\]", *p))
			return 0;
	return is_hostname(at + 1);
}

static int
is_date_by(const char *text, const char *format)
{
	struct tm tm = { .tm_mday = 0 };
	const char *end = strptime(text, format, &tm);
	struct tm again = tm;

	if (!end || *end != '\0' || !isdigit((unsigned char)*text))
		return 0;
	/* The 31st of February would become a day in March. */
	again.tm_isdst = 0;
	return timegm(&again) != (time_t)-1 && again.tm_mday == tm.tm_mday &&
	       again.tm_mon == tm.tm_mon;
}

static int
is_date(const char *text)
{
	return strlen(text) == strlen("2026-11-23") &&
	       is_date_by(text, "%Y-%m-%d");
}

static int
is_date_time(const char *text)
{
	return strlen(text) == strlen("2026-11-23T00:00:00Z") &&
	       is_date_by(text, "%Y-%m-%dT%H:%M:%SZ");
}

static const struct {
	const char *name;
	vp_format_fn *has;
} formats[] = {
	{ "date", is_date },
	{ "date-time", is_date_time },
	{ "email", is_email },
	{ "hostname", is_hostname },
	{ "ipv4", is_ipv4 },
	{ "ipv6", is_ipv6 },
};

vp_format_fn *
vp_format_find(const char *name)
{
	for (size_t i = 0; i < sizeof formats / sizeof *formats; i++)
		if (strcmp(formats[i].name, name) == 0)
			return formats[i].has;
	return NULL;
}
