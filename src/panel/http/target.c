/* Everything is decoded once, in place, after it has been split. */
#include "config.h"

#include "panel/http/target.h"

#include <string.h>

static int
refuse(int status, const char *reason, const char **ret_reason)
{
	*ret_reason = reason;
	return status;
}

static int
digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

/* Bytes that follow the first one of a character, or -1. */
static int
followers(const unsigned char *p)
{
	if (p[0] < 0x80)
		return 0;
	if (p[0] >= 0xc2 && p[0] <= 0xdf)
		return 1;
	if (p[0] == 0xe0)
		return p[1] >= 0xa0 ? 2 : -1;
	if (p[0] == 0xed)
		return p[1] <= 0x9f ? 2 : -1;
	if (p[0] >= 0xe1 && p[0] <= 0xef)
		return 2;
	if (p[0] == 0xf0)
		return p[1] >= 0x90 ? 3 : -1;
	if (p[0] == 0xf4)
		return p[1] <= 0x8f ? 3 : -1;
	return p[0] >= 0xf1 && p[0] <= 0xf3 ? 3 : -1;
}

/* UTF-8 without control characters. */
static int
is_text(const char *text)
{
	const unsigned char *p = (const unsigned char *)text;

	while (*p) {
		int more = followers(p);

		if (more < 0 || *p < 0x20 || *p == 0x7f ||
		    (p[0] == 0xc2 && p[1] < 0xa0))
			return 0;
		for (p++; more > 0; more--, p++)
			if ((*p & 0xc0) != 0x80)
				return 0;
	}
	return 1;
}

/* -1 for a bad escape or what is no text. */
static int
decode(char *text, int is_query)
{
	char *to = text;

	for (const char *from = text; *from; from++) {
		int high, low;

		if (*from != '%') {
			*to++ = (char)(is_query && *from == '+' ? ' ' : *from);
			continue;
		}
		high = digit(from[1]);
		low = high < 0 ? -1 : digit(from[2]);
		if (low < 0 || (high == 0 && low == 0))
			return -1;
		*to++ = (char)(high << 4 | low);
		from += 2;
	}
	*to = '\0';
	return is_text(text) ? 0 : -1;
}

static int
split_path(char *path, struct vhd_target *target, const char **ret_reason)
{
	char *rest = path, *segment;

	if (*path == '\0')
		return 0;
	while ((segment = strsep(&rest, "/"))) {
		if (target->segments == VHD_SEGMENTS_MAX)
			return refuse(414, "the path is too long", ret_reason);
		if (decode(segment, 0) != 0)
			return refuse(400,
			    "the path has a bad escape or character",
			    ret_reason);
		if (strpbrk(segment, "/\\") || *segment == '\0' ||
		    strcmp(segment, ".") == 0 || strcmp(segment, "..") == 0)
			return refuse(
			    400, "the path is not a plain one", ret_reason);
		target->segment[target->segments++] = segment;
	}
	return 0;
}

static int
split_query(char *query, struct vhd_target *target, const char **ret_reason)
{
	char *rest = query, *name;

	while ((name = strsep(&rest, "&"))) {
		char *value = strchr(name, '=');

		if (*name == '\0')
			continue;
		if (value)
			*value++ = '\0';
		if (target->arguments == VHD_ARGUMENTS_MAX)
			return refuse(
			    414, "there are too many arguments", ret_reason);
		if (decode(name, 1) != 0 || (value && decode(value, 1) != 0))
			return refuse(400,
			    "the query has a bad escape or character",
			    ret_reason);
		if (vhd_target_argument(target, name))
			return refuse(400, "an argument occurs more than once",
			    ret_reason);
		target->argument[target->arguments].name = name;
		target->argument[target->arguments++].value =
		    value ? value : "";
	}
	return 0;
}

int
vhd_target_parse(
    const char *raw, struct vhd_target *ret_target, const char **ret_reason)
{
	size_t size = strnlen(raw, VHD_TARGET_MAX + 1);
	char *query;
	int status;

	ret_target->segments = ret_target->arguments = 0;
	if (size > VHD_TARGET_MAX)
		return refuse(414, "the address is too long", ret_reason);
	if (*raw != '/')
		return refuse(
		    400, "the address must begin with a slash", ret_reason);
	for (const char *p = raw; *p; p++)
		if (*p <= 0x20 || *p >= 0x7f || *p == '#')
			return refuse(400,
			    "the address has a character that is not allowed",
			    ret_reason);
	memcpy(ret_target->text, raw, size + 1);
	query = strchr(ret_target->text, '?');
	if (query)
		*query++ = '\0';
	status = split_path(ret_target->text + 1, ret_target, ret_reason);
	if (status == 0 && query)
		status = split_query(query, ret_target, ret_reason);
	return status;
}

const char *
vhd_target_argument(const struct vhd_target *target, const char *name)
{
	for (int i = 0; i < target->arguments; i++)
		if (strcmp(target->argument[i].name, name) == 0)
			return target->argument[i].value;
	return NULL;
}
