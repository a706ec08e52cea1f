/*
 * Small text helpers.  All return -1 and set errno on failure.
 */
#ifndef BASE_TEXT_H
#define BASE_TEXT_H

#include <stddef.h>
#include <stdint.h>

#include "base/attr.h"

/* Copy src with its NUL; ENAMETOOLONG (dst untouched) if it does not fit. */
int vp_copy(char *dst, size_t size, const char *src);
/* Formatted copy; ENAMETOOLONG if it does not fit. */
int vp_format(char *dst, size_t size, const char *format, ...) VP_PRINTF(3, 4);
/* ASCII lower case in place. */
void vp_lower(char *text);
/* 1 if no byte is below 0x20 or equal to 0x7f. */
int vp_is_clean(const char *text);
/* Replace every byte outside 0x20..0x7e by '?', in place. */
void vp_make_printable(char *text);
/* Decimal number in [min, max], whole string; ERANGE or EINVAL. */
int vp_number(const char *text, int64_t min, int64_t max, int64_t *ret);
/* Bytes from the kernel's generator. */
int vp_random(void *buffer, size_t size);
/* length characters drawn evenly from alphabet, and a NUL. */
int vp_random_text(char *dst, size_t length, const char *alphabet);
/* 1 if equal; time depends on the lengths only. */
int vp_equal_secret(const char *a, const char *b);

#endif
