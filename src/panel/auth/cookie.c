#include "config.h"

#include "panel/auth/cookie.h"

#include <sodium.h>
#include <string.h>

/* The value's beginning and size if the pair at text has the name. */
static const char *
value_of(const char *text, size_t size, const char *name, size_t *ret_size)
{
	size_t length = strlen(name);

	if (size <= length || memcmp(text, name, length) != 0 ||
	    text[length] != '=')
		return NULL;
	*ret_size = size - length - 1;
	return text + length + 1;
}

static int
decode(const char *text, size_t size, unsigned char bytes[VHD_COOKIE_BYTES])
{
	size_t decoded;

	/* One spelling only. */
	if (size != VHD_COOKIE_SIZE - 1 ||
	    strspn(text, "0123456789abcdef") < size)
		return -1;
	return sodium_hex2bin(bytes, VHD_COOKIE_BYTES, text, size, NULL,
		   &decoded, NULL) == 0 &&
		       decoded == VHD_COOKIE_BYTES
		   ? 0
		   : -1;
}

int
vhd_cookie_find(const char *header, const char *name,
    unsigned char ret_bytes[VHD_COOKIE_BYTES])
{
	const char *found = NULL;
	size_t found_size = 0;

	for (;;) {
		size_t size, value_size;
		const char *value;

		header += strspn(header, " \t");
		size = strcspn(header, ";");
		value = value_of(header, size, name, &value_size);
		if (value && found)
			return -1;
		if (value) {
			found = value;
			found_size = value_size;
		}
		if (header[size] == '\0')
			break;
		header += size + 1;
	}
	while (found_size > 0 &&
	       (found[found_size - 1] == ' ' || found[found_size - 1] == '\t'))
		found_size--;
	return found ? decode(found, found_size, ret_bytes) : -1;
}
