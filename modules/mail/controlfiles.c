/*
 * The control files that can be changed, and a check of what they say.  The
 * checks refuse what qmail would stumble over or take for something else; they
 * do not know what a site wants.  Comments are lines that begin with '#' in
 * files of lines, as qmail has them.
 */
#include "config.h"

#include "modules/mail/control.h"

#include <string.h>

#include "base/attr.h"
#include "base/text.h"

#define NUMBER_MAX INT64_C(4294967295)

static const char alphabet[] = "abcdefghijklmnopqrstuvwxyz"
			       "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
			       "0123456789-_.";

static const char *
is_number(const char *line)
{
	int64_t value;

	return vp_number(line, 0, NUMBER_MAX, &value) == 0
		   ? NULL
		   : "a number is needed";
}

/* length bytes are a name of a host; empty labels are none. */
static int
is_name(const char *text, size_t length)
{
	return length > 0 && length < 256 && text[0] != '.' &&
	       text[length - 1] != '.' && strspn(text, alphabet) >= length &&
	       !memmem(text, length, "..", 2);
}

static const char *
is_host(const char *line)
{
	return is_name(line, strlen(line)) ? NULL
					   : "the name of a host is needed";
}

/* ".name" stands for all below it. */
static const char *
is_pattern(const char *line)
{
	return is_host(line + (line[0] == '.'));
}

/* "name:prefix", ".name:prefix" or ":prefix"; "name:" is nobody's. */
static const char *
is_virtual(const char *line)
{
	const char *colon = strchr(line, ':');
	const char *name = line + (line[0] == '.');
	const char *at = strchr(line, '@');

	if (!colon || strpbrk(line, " \t"))
		return "'domain:prefix' is needed";
	if (at && at < colon)
		name = at + 1;
	return colon == line || is_name(name, (size_t)(colon - name))
		   ? NULL
		   : "there is no domain before the colon";
}

/* "name:relay:port" and perhaps more words. */
static const char *
is_route(const char *line)
{
	const char *colon = strchr(line, ':');
	const char *name = line + (line[0] == '.');
	const char *rest = colon ? colon + 1 : "";
	size_t relay =
	    rest[0] == '[' ? strcspn(rest, "]") + 1 : strcspn(rest, ": \t");
	int64_t port;

	if (!colon)
		return "'domain:relay' is needed";
	if (colon != line && !is_name(name, (size_t)(colon - name)))
		return "there is no domain before the colon";
	if (strlen(rest) < relay)
		return "a bracket is open";
	if (rest[relay] != ':')
		return NULL;
	rest += relay + 1;
	AUTO_FREE char *word = strndup(rest, strcspn(rest, " \t"));
	return word && vp_number(word, 1, UINT16_MAX, &port) == 0
		   ? NULL
		   : "the port is no number from 1 to 65535";
}

static const char *
is_any(const char *line)
{
	(void)line;
	return NULL;
}

static const char *
is_address(const char *line)
{
	return strpbrk(line, " \t") ? "an address has no blanks" : NULL;
}

#define LINES(name, check)                                                     \
	{                                                                      \
		name, check, 0, 0, CONTROL_NONE                                \
	}
#define ONE(name, check)                                                       \
	{                                                                      \
		name, check, 1, 0, CONTROL_NONE                                \
	}

/* In the order of the bytes of their names. */
static const struct control_file files[] = {
	LINES("badmailfrom", is_address),
	LINES("badrcptto", is_address),
	ONE("bouncefrom", is_address),
	ONE("bouncehost", is_host),
	ONE("brtlimit", is_number),
	ONE("concurrencyincoming", is_number),
	ONE("concurrencylocal", is_number),
	ONE("concurrencyremote", is_number),
	ONE("databytes", is_number),
	LINES("defaultdelivery", is_any),
	ONE("defaultdomain", is_host),
	ONE("defaulthost", is_host),
	LINES("dnsbllist", is_any),
	ONE("doublebouncehost", is_host),
	ONE("doublebounceto", is_address),
	ONE("envnoathost", is_host),
	ONE("greylisting", is_any),
	ONE("helohost", is_host),
	ONE("idhost", is_host),
	ONE("localiphost", is_host),
	{ "locals", is_host, 0, 0, CONTROL_SIGNAL },
	ONE("maxrcpt", is_number),
	{ "me", is_host, 1, 1, CONTROL_NONE },
	LINES("moreipme", is_any),
	{ "morercpthosts", is_pattern, 0, 0, CONTROL_COMPILE },
	LINES("notlshosts_auto", is_any),
	LINES("percenthack", is_host),
	ONE("plusdomain", is_host),
	LINES("qmapservers", is_any),
	ONE("queuelifetime", is_number),
	{ "rcpthosts", is_pattern, 0, 1, CONTROL_NONE },
	LINES("relaylimits", is_any),
	LINES("simcontrol", is_any),
	ONE("smtpgreeting", is_any),
	LINES("smtproutes", is_route),
	ONE("spfbehavior", is_number),
	ONE("spfexp", is_any),
	ONE("spfguess", is_any),
	ONE("spfrules", is_any),
	ONE("srs_domain", is_host),
	ONE("srs_maxage", is_number),
	LINES("srs_secrets", is_any),
	LINES("taps", is_any),
	ONE("timeoutconnect", is_number),
	ONE("timeoutremote", is_number),
	ONE("timeoutsmtpd", is_number),
	ONE("tlsserverciphers", is_any),
	{ "virtualdomains", is_virtual, 0, 0, CONTROL_SIGNAL },
};

#define COUNT (sizeof files / sizeof *files)

const struct control_file *
control_at(size_t index)
{
	return index < COUNT ? &files[index] : NULL;
}

const struct control_file *
control_find(const char *name)
{
	for (size_t i = 0; i < COUNT; i++) {
		if (strcmp(files[i].name, name) == 0)
			return &files[i];
	}
	return NULL;
}

static const char *
check_line(const struct control_file *file, char *line)
{
	size_t length = strlen(line);

	for (size_t i = 0; i < length; i++) {
		if ((unsigned char)line[i] < ' ' && line[i] != '\t')
			return "there is a control character";
	}
	/* qmail takes blanks at the end away. */
	while (length > 0 && strchr(" \t", line[length - 1]))
		line[--length] = '\0';
	if (length == 0 || (line[0] == '#' && !file->is_single))
		return NULL;
	return file->check(line);
}

const char *
control_check(
    const struct control_file *file, const char *text, size_t *ret_line)
{
	AUTO_FREE char *copy = strdup(text);
	char *rest = copy, *line;
	const char *wrong = copy ? NULL : "there is no memory for it";

	*ret_line = 0;
	while (!wrong && (line = strsep(&rest, "\n")) != NULL) {
		++*ret_line;
		if (file->is_single && *ret_line > 1 && line[0])
			return "the file has one line";
		if (file->is_single && *ret_line == 1 && !line[0])
			return "the first line is empty";
		wrong = check_line(file, line);
	}
	return wrong;
}
