/*
 * Small text helpers.  Nothing here depends on the locale: mail names are
 * bytes, and a program that links the library may have set any locale.
 */
#include "config.h"

#include "base/text.h"

#include <errno.h>
#include <stdarg.h>
#include <string.h>
#include <sys/random.h>

int
vp_copy(char *dst, size_t size, const char *src)
{
	size_t length = strlen(src);

	if (length >= size) {
		errno = ENAMETOOLONG;
		return -1;
	}
	memcpy(dst, src, length + 1);
	return 0;
}

int
vp_format(char *dst, size_t size, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	int length = vsnprintf(dst, size, format, args);
	va_end(args);
	if (length < 0)
		return -1;
	if ((size_t)length >= size) {
		/* A cut text must not be taken for the whole one. */
		if (size > 0)
			dst[0] = '\0';
		errno = ENAMETOOLONG;
		return -1;
	}
	return 0;
}

void
vp_lower(char *text)
{
	for (; *text; text++)
		if (*text >= 'A' && *text <= 'Z')
			*text = (char)(*text - 'A' + 'a');
}

int
vp_is_clean(const char *text)
{
	for (; *text; text++) {
		unsigned char c = (unsigned char)*text;

		if (c < 0x20 || c == 0x7f)
			return 0;
	}
	return 1;
}

void
vp_make_printable(char *text)
{
	for (; *text; text++)
		if (*text < 0x20 || *text > 0x7e)
			*text = '?';
}

/* strtoll alone would take white space, a plus sign and an empty text. */
static int
looks_decimal(const char *text)
{
	if (*text == '-')
		text++;
	return *text >= '0' && *text <= '9';
}

int
vp_number(const char *text, int64_t min, int64_t max, int64_t *ret)
{
	if (!looks_decimal(text)) {
		errno = EINVAL;
		return -1;
	}

	int saved = errno;
	char *end;

	errno = 0;
	long long value = strtoll(text, &end, 10);
	if (*end != '\0') {
		errno = EINVAL;
		return -1;
	}
	if (errno == ERANGE || value < min || value > max) {
		errno = ERANGE;
		return -1;
	}
	errno = saved;
	*ret = value;
	return 0;
}

int
vp_random(void *buffer, size_t size)
{
	char *next = buffer;

	while (size > 0) {
		ssize_t got = getrandom(next, size, 0);

		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return -1;
		next += got;
		size -= (size_t)got;
	}
	return 0;
}

int
vp_random_text(char *dst, size_t length, const char *alphabet)
{
	size_t letters = strlen(alphabet);
	unsigned char pool[64];
	size_t left = 0, done = 0;

	if (letters == 0 || letters > 256) {
		errno = EINVAL;
		return -1;
	}
	/* Bytes above the largest multiple of the alphabet's size are thrown
	 * away: keeping them would make the first letters more likely. */
	size_t limit = 256 - 256 % letters;

	while (done < length) {
		if (left == 0) {
			if (vp_random(pool, sizeof pool) != 0)
				return -1;
			left = sizeof pool;
		}
		unsigned char byte = pool[--left];
		if (byte < limit)
			dst[done++] = alphabet[byte % letters];
	}
	dst[done] = '\0';
	explicit_bzero(pool, sizeof pool);
	return 0;
}

int
vp_equal_secret(const char *a, const char *b)
{
	size_t length_a = strlen(a), length_b = strlen(b);
	volatile unsigned char differ = length_a != length_b;

	for (size_t i = 0; i < length_a; i++) {
		size_t j = i < length_b ? i : 0;

		differ = (unsigned char)(differ | (a[i] ^ b[j]));
	}
	return differ == 0;
}
