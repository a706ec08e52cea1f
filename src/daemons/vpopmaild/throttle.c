/*
 * Keys are kept as keyed hashes of 64 bits, eight to a set.  The hash key is
 * drawn at the start, so that nobody can aim at the set of another account.
 */
#include "config.h"

#include "daemons/vpopmaild/throttle.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#define SETS    4096
#define WAYS    8
#define LARGEST 1000 /* failures of one key */

struct entry {
	uint64_t key;
	int64_t since; /* when count was true */
	uint32_t count;
};

struct vpd_throttle {
	int64_t forget;
	unsigned char secret[crypto_shorthash_KEYBYTES];
	struct entry sets[SETS][WAYS];
};

struct vpd_throttle *
vpd_throttle_new(int64_t forget)
{
	struct vpd_throttle *throttle = calloc(1, sizeof *throttle);

	if (throttle) {
		throttle->forget = forget > 0 ? forget : 1;
		crypto_shorthash_keygen(throttle->secret);
	}
	return throttle;
}

void
vpd_throttle_free(struct vpd_throttle *throttle)
{
	free(throttle);
}

static uint64_t
hash(const struct vpd_throttle *throttle, const void *data, size_t size)
{
	uint64_t value;

	crypto_shorthash((unsigned char *)&value, data, size, throttle->secret);
	return value;
}

static uint64_t
key_of(const struct vpd_throttle *throttle, enum vpd_throttle_kind kind,
    const char *a, const char *b)
{
	const uint64_t parts[3] = { kind, hash(throttle, a, strlen(a)),
		hash(throttle, b, strlen(b)) };

	return hash(throttle, parts, sizeof parts);
}

static void
forget(const struct vpd_throttle *throttle, struct entry *entry, int64_t now)
{
	int64_t gone = (now - entry->since) / throttle->forget;

	if (gone <= 0)
		return;
	entry->since += gone * throttle->forget;
	entry->count -= gone < entry->count ? (uint32_t)gone : entry->count;
}

/* The entry of a key, or NULL; ret_free: where it would go. */
static struct entry *
find(struct vpd_throttle *throttle, uint64_t key, int64_t now,
    struct entry **ret_free)
{
	struct entry *set = throttle->sets[key % SETS];

	*ret_free = set;
	for (int i = 0; i < WAYS; i++) {
		forget(throttle, &set[i], now);
		if (set[i].count > 0 && set[i].key == key)
			return &set[i];
		if (set[i].count < (*ret_free)->count)
			*ret_free = &set[i];
	}
	return NULL;
}

unsigned
vpd_throttle_count(struct vpd_throttle *throttle, enum vpd_throttle_kind kind,
    const char *a, const char *b, int64_t now)
{
	struct entry *place;
	struct entry *entry =
	    find(throttle, key_of(throttle, kind, a, b), now, &place);

	return entry ? entry->count : 0;
}

unsigned
vpd_throttle_add(struct vpd_throttle *throttle, enum vpd_throttle_kind kind,
    const char *a, const char *b, int64_t now)
{
	uint64_t key = key_of(throttle, kind, a, b);
	struct entry *place;
	struct entry *entry = find(throttle, key, now, &place);

	if (!entry) {
		entry = place;
		*entry = (struct entry){ .key = key, .since = now };
	}
	if (entry->count < LARGEST)
		entry->count++;
	return entry->count;
}

void
vpd_throttle_clear(struct vpd_throttle *throttle, enum vpd_throttle_kind kind,
    const char *a, const char *b)
{
	uint64_t key = key_of(throttle, kind, a, b);
	struct entry *set = throttle->sets[key % SETS];

	for (int i = 0; i < WAYS; i++)
		if (set[i].key == key)
			set[i].count = 0;
}

unsigned
vpd_throttle_delay(unsigned count, unsigned first)
{
	const unsigned limit = first * 10;
	unsigned delay = first;

	if (count == 0)
		return 0;
	while (--count > 0 && delay < limit)
		delay *= 2;
	return delay < limit ? delay : limit;
}
