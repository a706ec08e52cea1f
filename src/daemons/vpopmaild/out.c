/* Reply bytes: the buffer, lines, and the numbered messages. */
#include "config.h"

#include <inttypes.h>
#include <stdarg.h>
#include <string.h>

#include "daemons/vpopmaild/verbs.h"

static const char *const messages[] = {
	[VPD_E_STORE] = "Can't open authentication database",
	[VPD_E_TIMEOUT] = "Read Timeout",
	[VPD_E_COMMAND] = "Invalid Command",
	[VPD_E_TRIES] = "Too many invalid login attempts",
	[VPD_E_NO_ADDRESS] = "Email Address Required",
	[VPD_E_NO_PASSWORD] = "Password Required",
	[VPD_E_LOGIN] = "Invalid Login",
	[VPD_E_RIGHT] = "Not Authorized",
	[VPD_E_ADDRESS] = "Invalid Email Address",
	[VPD_E_FOREIGN] = "Not Authorized for domain",
	[VPD_E_NO_USER] = "User does not exist",
	[VPD_E_NO_DOMAIN] = "Domain Required",
	[VPD_E_NO_ALIAS] = "Alias Name Required",
	[VPD_E_ALIAS] = "Invalid Alias Name Supplied",
	[VPD_E_NO_LINE] = "Alias Line Required",
	[VPD_E_ALIAS_ADD] = "Alias Insertion Failed",
	[VPD_E_ALIAS_REMOVE] = "Alias Removal Failed",
	[VPD_E_ALIAS_DELETE] = "Alias Deletion Failed",
	[VPD_E_DOTS] = "Invalid Directory.  .. not allowed in path",
	[VPD_E_PERCENT] = "Invalid Directory.  % not allowed in path",
	[VPD_E_NO_SLASH] = "Invalid Directory.  Do you need a trailing '/'?",
	[VPD_E_SLASH] = "Invalid Directory. Found / before @",
	[VPD_E_PATH_ADDRESS] = "Invalid Directory. Can't parse email address",
	[VPD_E_PATH_USER] = "Invalid Directory. Unknown email address",
	[VPD_E_PATH] = "Unauthorized Directory.",
	[VPD_E_NO_DIRECTORY] = "Directory Required.",
	[VPD_E_NO_SOURCE] = "Source File Name Required",
	[VPD_E_NO_DESTINATION] = "Destination File Name Required",
	[VPD_E_NO_FILE] = "Filename Required",
	[VPD_E_ASSIGN] = "Could not open assign file",
	[VPD_E_NO_IP_ADDED] = "IP Required",
	[VPD_E_NOT_AVAILABLE] = "Not Available",
	[VPD_E_LIMITS_GET] = "Could not get limits",
	[VPD_E_LIMITS_SET] = "Could not set limits",
	[VPD_E_NOT_IMPLEMENTED] = "Not Implemented yet",
	[VPD_E_NO_IP] = "IP Required",
	[VPD_E_DOMAIN] = "Invalid Domain",
};

void
vpd_put(struct vpd_out *out, const void *data, size_t size)
{
	const char *from = data;

	while (size > 0 && !out->failed) {
		size_t part = sizeof out->data - out->used;

		if (part > size)
			part = size;
		memcpy(out->data + out->used, from, part);
		out->used += part;
		from += part;
		size -= part;
		if (out->used == sizeof out->data &&
		    (!out->flush || out->flush(out) != 0)) {
			out->failed = 1;
			out->used = 0;
		}
	}
}

void
vpd_text(struct vpd_out *out, const char *text)
{
	vpd_put(out, text, strlen(text));
}

/* A line feed in what a store holds must not become a line of a reply. */
static void
put_value(struct vpd_out *out, const char *value)
{
	while (*value) {
		size_t length = strcspn(value, "\r\n");

		vpd_put(out, value, length);
		value += length;
		if (*value) {
			vpd_put(out, "?", 1);
			value++;
		}
	}
}

void
vpd_line(struct vpd_out *out, const char *label, const char *value)
{
	put_value(out, label);
	vpd_put(out, " ", 1);
	put_value(out, value);
	vpd_put(out, "\r\n", 2);
}

void
vpd_format(struct vpd_out *out, const char *format, ...)
{
	char text[512];
	va_list args;

	va_start(args, format);
	int length = vsnprintf(text, sizeof text, format, args);
	va_end(args);
	if (length < 0 || (size_t)length >= sizeof text)
		out->failed = 1;
	else
		vpd_put(out, text, (size_t)length);
}

void
vpd_line_number(struct vpd_out *out, const char *label, int64_t number)
{
	vpd_format(out, "%s %" PRId64 "\r\n", label, number);
}

void
vpd_line_unsigned(struct vpd_out *out, const char *label, uint64_t number)
{
	vpd_format(out, "%s %" PRIu64 "\r\n", label, number);
}

enum vpd_next
vpd_ok(struct vpd_call *call)
{
	vpd_text(call->out, "+OK \r\n");
	return VPD_LINE;
}

void
vpd_begin(struct vpd_call *call)
{
	vpd_text(call->out, "+OK+\r\n");
}

enum vpd_next
vpd_end(struct vpd_call *call)
{
	vpd_text(call->out, ".\r\n");
	return VPD_LINE;
}

static void
put_error(struct vpd_out *out, int message, int place, const char *text)
{
	vpd_format(out, "-ERR %d.%03d ", message, place);
	put_value(out, text);
	vpd_put(out, "\r\n", 2);
}

enum vpd_next
vpd_error(struct vpd_call *call, enum vpd_message message, int place)
{
	put_error(call->out, (int)message, place, messages[message]);
	return VPD_LINE;
}

int
vpd_is_password_code(int code)
{
	switch (code) {
	case VA_PWSTR_EMPTY:
	case VA_PWSTR_LENGTH:
	case VA_PWSTR_ALPHA:
	case VA_PWSTR_NUMERIC:
	case VA_PWSTR_OTHER:
	case VA_PWSTR_DELTA:
		return 1;
	default:
		return 0;
	}
}

const char *
vpd_code_text(const struct vpop *vp, int code)
{
	return VA_IS_SENTENCE(code) ? vpop_message(vp) : vpop_code_text(code);
}

enum vpd_next
vpd_failed(struct vpd_call *call, int place, int code)
{
	put_error(call->out, 0, place, vpd_code_text(call->vp, code));
	return VPD_LINE;
}

enum vpd_next
vpd_errno(struct vpd_call *call, int place, int errnum)
{
	put_error(call->out, 0, place, strerror(errnum));
	return VPD_LINE;
}
