/* One-time passwords by time: RFC 6238 with SHA-1, six digits, thirty
 * seconds, as every authenticator program knows them; and base32. */
#ifndef PANEL_AUTH_TOTP_H
#define PANEL_AUTH_TOTP_H

#include <stddef.h>
#include <stdint.h>

#define VHD_TOTP_SECONDS 30
#define VHD_TOTP_DIGITS  6
#define VHD_TOTP_KEY     20 /* bytes of our secrets */
/* Characters of base32 without padding for so many bytes, with NUL. */
#define VHD_BASE32_SIZE(n) (((n)*8 + 4) / 5 + 1)

/* The code of a step (time / VHD_TOTP_SECONDS). */
uint32_t vhd_totp_code(const unsigned char *key, size_t size, int64_t step);
/* The step, at or next to that of the time, whose code the text is, or -1.
 * Its time does not depend on the code. */
int64_t vhd_totp_find(
    const unsigned char *key, size_t size, int64_t time, const char *text);
/* RFC 4648, capital letters, no padding. */
void vhd_base32(const unsigned char *bytes, size_t size, char *ret_text);

#endif
