/*
 * A set of changed accounts, kept as a list with a hash table over it.
 */
#include "config.h"

#include "store/changes.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "store/vpasswd.h"

uint64_t
vp_hash(uint64_t hash, const void *data, size_t size)
{
	const unsigned char *p = data;

	for (size_t i = 0; i < size; i++)
		hash = (hash ^ p[i]) * UINT64_C(0x100000001b3);
	return hash;
}

/* The list's texts are const for everybody else. */
static void
free_text(const char *text)
{
	free((void *)(uintptr_t)text);
}

void
vp_changes_clear(struct vp_changes *changes)
{
	if (!changes->buffer) {
		for (size_t i = 0; i < changes->count; i++)
			free_text(changes->list[i].text);
	}
	free(changes->buffer);
	free(changes->list);
	free(changes->slots);
	*changes = (struct vp_changes){ 0 };
}

/* The slot of a name, or the empty one where it belongs. */
static uint32_t *
find_slot(const struct vp_changes *changes, const char *name, size_t name_size)
{
	uint64_t hash = vp_hash(VP_HASH_START, name, name_size);
	size_t mask = changes->slot_count - 1;
	size_t i = (size_t)(hash ^ hash >> 32) & mask;

	for (;; i = (i + 1) & mask) {
		uint32_t *slot = &changes->slots[i];

		if (*slot == 0)
			return slot;

		const struct vp_change *c = &changes->list[*slot - 1];

		if (c->name_size == name_size &&
		    memcmp(c->text, name, name_size) == 0)
			return slot;
	}
}

/* Room for one more; the table stays at most half full. */
static int
grow(struct vp_changes *changes)
{
	if (changes->count < changes->cap)
		return 0;
	if (changes->cap > UINT32_MAX / 4) {
		errno = ENOMEM;
		return -1;
	}

	size_t cap = changes->cap ? changes->cap * 2 : 16;
	struct vp_change *list = reallocarray(changes->list, cap, sizeof *list);

	if (!list)
		return -1;
	changes->list = list;

	uint32_t *slots = calloc(cap * 2, sizeof *slots);

	if (!slots)
		return -1;
	free(changes->slots);
	changes->slots = slots;
	changes->slot_count = cap * 2;
	changes->cap = cap;
	for (size_t i = 0; i < changes->count; i++)
		*find_slot(changes, list[i].text, list[i].name_size) =
		    (uint32_t)i + 1;
	return 0;
}

int
vp_changes_set(struct vp_changes *changes, const struct vp_change *change)
{
	struct vp_change new = *change;

	if (grow(changes) != 0)
		return -1;
	if (!changes->buffer) {
		char *copy = malloc(new.size + 1u);

		if (!copy)
			return -1;
		memcpy(copy, new.text, new.size);
		copy[new.size] = '\0';
		new.text = copy;
	}

	uint32_t *slot = find_slot(changes, new.text, new.name_size);

	if (*slot == 0) {
		changes->list[changes->count] = new;
		*slot = (uint32_t)++changes->count;
		return 0;
	}

	struct vp_change *old = &changes->list[*slot - 1];

	new.was = old->was;
	if (!changes->buffer)
		free_text(old->text);
	*old = new;
	return 0;
}

const struct vp_change *
vp_changes_find(
    const struct vp_changes *changes, const char *name, size_t name_size)
{
	if (changes->count == 0)
		return NULL;

	uint32_t position = *find_slot(changes, name, name_size);

	return position ? &changes->list[position - 1] : NULL;
}

static int
compare(const void *a, const void *b)
{
	const struct vp_change *x = a, *y = b;

	return vp_vpasswd_compare(x->text, x->name_size, y->text, y->name_size);
}

void
vp_changes_sort(struct vp_changes *changes)
{
	free(changes->slots);
	changes->slots = NULL;
	changes->slot_count = 0;
	if (changes->count)
		qsort(changes->list, changes->count, sizeof *changes->list,
		    compare);
}

size_t
vp_changes_after(
    const struct vp_changes *changes, const char *name, size_t name_size)
{
	size_t low = 0, high = changes->count;

	while (low < high) {
		size_t mid = low + (high - low) / 2;
		const struct vp_change *c = &changes->list[mid];

		if (vp_vpasswd_compare(
			c->text, c->name_size, name, name_size) <= 0)
			low = mid + 1;
		else
			high = mid;
	}
	return low;
}
