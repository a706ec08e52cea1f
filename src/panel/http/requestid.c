/* Ids of requests stand in logs, the journal and documents: only bytes that
 * mean nothing in any of them are let through. */
#include "config.h"

#include <string.h>
#include <sys/random.h>

#include "panel/http/request.h"

#define RANDOM_BYTES 16
#define SIGNS                                                                  \
	"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-"

static void
make(char ret_id[VHD_REQUEST_ID_SIZE])
{
	static const char digits[] = "0123456789abcdef";
	unsigned char bytes[RANDOM_BYTES] = { 0 };
	char *to = ret_id;

	/* It names, and protects nothing: zeros would do. */
	(void)!getrandom(bytes, sizeof bytes, 0);
	for (size_t i = 0; i < sizeof bytes; i++) {
		*to++ = digits[bytes[i] >> 4];
		*to++ = digits[bytes[i] & 15];
	}
	*to = '\0';
}

void
vhd_request_id(const char *given, char ret_id[VHD_REQUEST_ID_SIZE])
{
	size_t size = given ? strlen(given) : 0;

	if (size == 0 || size >= VHD_REQUEST_ID_SIZE ||
	    strspn(given, SIGNS) != size) {
		make(ret_id);
		return;
	}
	memcpy(ret_id, given, size + 1);
}
