/*
 * storage.h - sizes and counts of mail.
 */
#ifndef VPOPMAIL_STORAGE_H
#define VPOPMAIL_STORAGE_H

#include <endian.h>
#include <inttypes.h>
#include <limits.h>
#include <netinet/in.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/types.h>

typedef uint64_t storage_t;

#ifndef LLONG_MAX
#	define LLONG_MAX INT64_MAX
#endif

/* 64-bit numbers in network order. */
#ifndef ntohll
#	if defined __BYTE_ORDER__ && __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
#		define ntohll(x) ((uint64_t)(x))
#		define htonll(x) ((uint64_t)(x))
#	else
#		define ntohll(x) ((uint64_t)__builtin_bswap64((uint64_t)(x)))
#		define htonll(x) ((uint64_t)__builtin_bswap64((uint64_t)(x)))
#	endif
#endif

#endif
