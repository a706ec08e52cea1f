#include "config.h"

#include "panel/auth/totp.h"

#include <sha1.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>

#define BLOCK   64
#define MODULUS 1000000 /* ten to the number of digits */

static void
sha1_of(const void *a, size_t a_size, const void *b, size_t b_size,
    uint8_t ret_digest[SHA1_DIGEST_LENGTH])
{
	SHA1_CTX sha1;

	SHA1Init(&sha1);
	SHA1Update(&sha1, a, a_size);
	SHA1Update(&sha1, b, b_size);
	SHA1Final(ret_digest, &sha1);
	explicit_bzero(&sha1, sizeof sha1);
}

/* HMAC of RFC 2104; the key is at most a block. */
static void
hmac_sha1(const unsigned char *key, size_t size, const void *data,
    size_t data_size, uint8_t ret_digest[SHA1_DIGEST_LENGTH])
{
	uint8_t inner[BLOCK], outer[BLOCK], digest[SHA1_DIGEST_LENGTH];

	memset(inner, 0x36, sizeof inner);
	memset(outer, 0x5c, sizeof outer);
	for (size_t i = 0; i < size && i < BLOCK; i++) {
		inner[i] ^= key[i];
		outer[i] ^= key[i];
	}
	sha1_of(inner, sizeof inner, data, data_size, digest);
	sha1_of(outer, sizeof outer, digest, sizeof digest, ret_digest);
	explicit_bzero(inner, sizeof inner);
	explicit_bzero(outer, sizeof outer);
}

uint32_t
vhd_totp_code(const unsigned char *key, size_t size, int64_t step)
{
	uint8_t counter[8], digest[SHA1_DIGEST_LENGTH];
	const uint8_t *at;
	uint32_t value;

	for (int i = 7; i >= 0; i--, step >>= 8)
		counter[i] = (uint8_t)step;
	hmac_sha1(key, size, counter, sizeof counter, digest);
	at = digest + (digest[SHA1_DIGEST_LENGTH - 1] & 15);
	value = (uint32_t)(at[0] & 0x7f) << 24 | (uint32_t)at[1] << 16 |
		(uint32_t)at[2] << 8 | at[3];
	return value % MODULUS;
}

int64_t
vhd_totp_find(
    const unsigned char *key, size_t size, int64_t time, const char *text)
{
	int64_t step = time / VHD_TOTP_SECONDS, found = -1;

	if (strlen(text) != VHD_TOTP_DIGITS)
		return -1;
	for (int64_t i = step - 1; i <= step + 1; i++) {
		char code[16];

		snprintf(code, sizeof code, "%0*u", VHD_TOTP_DIGITS,
		    (unsigned)vhd_totp_code(key, size, i));
		if (sodium_memcmp(code, text, VHD_TOTP_DIGITS) == 0)
			found = i;
		explicit_bzero(code, sizeof code);
	}
	return found;
}

void
vhd_base32(const unsigned char *bytes, size_t size, char *ret_text)
{
	static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
	uint32_t bits = 0;
	int count = 0;

	for (size_t i = 0; i < size; i++) {
		bits = bits << 8 | bytes[i];
		for (count += 8; count >= 5; count -= 5)
			*ret_text++ = alphabet[bits >> (count - 5) & 31];
	}
	if (count > 0)
		*ret_text++ = alphabet[bits << (5 - count) & 31];
	*ret_text = '\0';
}
