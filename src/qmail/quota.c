/*
 * Quota texts: parts separated by commas, later ones of a kind overriding
 * earlier ones.  "<n>C" limits the number of messages; "<n>", with a unit K,
 * M, G, T or P, then B, then S, each of them optional, the bytes.  Anything
 * else is refused: taken as something, it would be a limit nobody asked for
 * or none at all.
 */
#include "config.h"

#include "qmail/maildir.h"

#include <ctype.h>
#include <errno.h>
#include <stdint.h>
#include <string.h>
#include <strings.h>

static int
fail(int error)
{
	errno = error;
	return -1;
}

/* How many times 1024 a unit is to be multiplied; -1: no unit. */
static int
unit_power(char c)
{
	static const char units[] = "KMGTP";
	const char *p = c ? strchr(units, toupper((unsigned char)c)) : NULL;

	return p ? (int)(p - units) + 1 : -1;
}

/* Digits at the start of a part; their count, or -1. */
static int
parse_digits(const char *text, size_t size, int64_t *ret)
{
	int64_t value = 0;
	size_t i;

	for (i = 0; i < size && isdigit((unsigned char)text[i]); i++)
		if (__builtin_mul_overflow(value, 10, &value) ||
		    __builtin_add_overflow(value, text[i] - '0', &value))
			return fail(ERANGE);
	if (i == 0)
		return fail(EINVAL);
	*ret = value;
	return (int)i;
}

static int
is_letter(const char *text, size_t size, char upper)
{
	return size > 0 && toupper((unsigned char)*text) == upper;
}

static int
parse_part(
    const char *text, size_t size, int64_t *ret_bytes, int64_t *ret_count)
{
	int64_t value = 0;
	int digits = parse_digits(text, size, &value);
	int power;

	if (digits < 0)
		return -1;
	text += digits;
	size -= (size_t)digits;
	if (size == 1 && is_letter(text, size, 'C')) {
		*ret_count = value;
		return 0;
	}
	power = size ? unit_power(*text) : -1;
	if (power > 0) {
		text++;
		size--;
	}
	if (is_letter(text, size, 'B')) {
		text++;
		size--;
	}
	if (is_letter(text, size, 'S'))
		size--;
	if (size)
		return fail(EINVAL);
	for (; power > 0; power--)
		if (__builtin_mul_overflow(value, 1024, &value))
			return fail(ERANGE);
	*ret_bytes = value;
	return 0;
}

int
vp_quota_parse(const char *text, int64_t *ret_bytes, int64_t *ret_count)
{
	int64_t bytes = 0, count = 0;

	if (*text && strcasecmp(text, "NOQUOTA") != 0) {
		for (;;) {
			size_t size = strcspn(text, ",");

			if (parse_part(text, size, &bytes, &count) < 0)
				return -1;
			if (!text[size])
				break;
			text += size + 1;
		}
	}
	*ret_bytes = bytes;
	*ret_count = count;
	return 0;
}

static int
percent(int64_t used, int64_t limit)
{
	if (limit <= 0 || used <= 0)
		return 0;
	if (used >= limit)
		return 100;
	/* used is below limit: the quotient is below 100. */
	if (used > INT64_MAX / 100)
		return (int)(used / (limit / 100));
	return (int)(used * 100 / limit);
}

int
vp_quota_percent(const char *quota, const struct vp_usage *usage)
{
	int64_t bytes, count;

	if (vp_quota_parse(quota, &bytes, &count) < 0 ||
	    (bytes == 0 && count == 0))
		return -1;

	int of_bytes = percent(usage->bytes, bytes);
	int of_count = percent(usage->count, count);

	return of_bytes > of_count ? of_bytes : of_count;
}
