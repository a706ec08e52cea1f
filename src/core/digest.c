/* The digests of APOP (RFC 1939) and CRAM-MD5 (RFC 2195). */
#include "config.h"

#include <md5.h>
#include <string.h>

#include "core/password.h"

#define BLOCK 64

static void
to_hex(const uint8_t digest[MD5_DIGEST_LENGTH], char ret_hex[33])
{
	static const char digits[] = "0123456789abcdef";

	for (size_t i = 0; i < MD5_DIGEST_LENGTH; i++) {
		ret_hex[i * 2] = digits[digest[i] >> 4];
		ret_hex[i * 2 + 1] = digits[digest[i] & 15];
	}
	ret_hex[32] = '\0';
}

/* MD5 of two byte strings, one after the other. */
static void
md5_of(const void *a, size_t a_size, const void *b, size_t b_size,
    uint8_t ret_digest[MD5_DIGEST_LENGTH])
{
	MD5_CTX md5;

	MD5Init(&md5);
	MD5Update(&md5, a, a_size);
	MD5Update(&md5, b, b_size);
	MD5Final(ret_digest, &md5);
	explicit_bzero(&md5, sizeof md5);
}

void
vp_apop_digest(const char *challenge, const char *clear, char ret_hex[33])
{
	uint8_t digest[MD5_DIGEST_LENGTH];

	md5_of(challenge, strlen(challenge), clear, strlen(clear), digest);
	to_hex(digest, ret_hex);
}

void
vp_cram_digest(const char *challenge, const char *clear, char ret_hex[33])
{
	uint8_t key[BLOCK] = { 0 }, pad[BLOCK], digest[MD5_DIGEST_LENGTH];
	size_t length = strlen(clear);

	if (length > BLOCK)
		md5_of(clear, length, "", 0, key);
	else
		for (size_t i = 0; i < length; i++)
			key[i] = (uint8_t)clear[i];
	for (size_t i = 0; i < BLOCK; i++)
		pad[i] = key[i] ^ 0x36;
	md5_of(pad, BLOCK, challenge, strlen(challenge), digest);
	for (size_t i = 0; i < BLOCK; i++)
		pad[i] = key[i] ^ 0x5c;
	md5_of(pad, BLOCK, digest, sizeof digest, digest);
	to_hex(digest, ret_hex);
	explicit_bzero(key, sizeof key);
	explicit_bzero(pad, sizeof pad);
}
