/* At most three quarters of the slots are taken, so that every search ends. */
#include "config.h"

#include "daemons/vusaged/table.h"

#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define FIRST_SIZE 8

static size_t
hash(const char *name)
{
	uint64_t h = 14695981039346656037u;

	for (; *name; name++)
		h = (h ^ (unsigned char)*name) * 1099511628211u;
	return (size_t)(h ^ (h >> 32));
}

/* Where the name is, or would be. */
static size_t
slot_of(const struct vp_table *table, const char *name)
{
	size_t i = hash(name) & (table->size - 1);

	while (
	    table->slots[i] && strcmp(table->name(table->slots[i]), name) != 0)
		i = (i + 1) & (table->size - 1);
	return i;
}

void *
vp_table_find(const struct vp_table *table, const char *name)
{
	return table->size ? table->slots[slot_of(table, name)] : NULL;
}

static size_t
free_slot(const struct vp_table *table, const char *name)
{
	size_t i = hash(name) & (table->size - 1);

	while (table->slots[i])
		i = (i + 1) & (table->size - 1);
	return i;
}

static int
grow(struct vp_table *table, size_t size)
{
	struct vp_table larger = *table;

	larger.size = size;
	larger.slots = calloc(larger.size, sizeof *larger.slots);
	if (!larger.slots)
		return -1;
	for (size_t i = 0; i < table->size; i++) {
		void *thing = table->slots[i];

		if (thing)
			larger.slots[free_slot(&larger, table->name(thing))] =
			    thing;
	}
	free(table->slots);
	*table = larger;
	return 0;
}

int
vp_table_reserve(struct vp_table *table, size_t count)
{
	size_t size = table->size ? table->size : FIRST_SIZE;

	if (count > SIZE_MAX / 16 - table->used) {
		errno = ENOMEM;
		return -1;
	}
	while (size / 4 * 3 < table->used + count)
		size *= 2;
	return size == table->size ? 0 : grow(table, size);
}

int
vp_table_add(struct vp_table *table, void *thing)
{
	if (vp_table_reserve(table, 1) != 0)
		return -1;
	table->slots[free_slot(table, table->name(thing))] = thing;
	table->used++;
	return 0;
}

void
vp_table_remove(struct vp_table *table, const char *name)
{
	size_t mask = table->size - 1, hole, next;

	if (!vp_table_find(table, name))
		return;
	hole = slot_of(table, name);
	/* Move up what is behind and would not be found past the hole. */
	for (next = (hole + 1) & mask; table->slots[next];
	     next = (next + 1) & mask) {
		size_t home = hash(table->name(table->slots[next])) & mask;

		if (((next - home) & mask) < ((next - hole) & mask))
			continue;
		table->slots[hole] = table->slots[next];
		hole = next;
	}
	table->slots[hole] = NULL;
	table->used--;
}

void
vp_table_free(struct vp_table *table)
{
	free(table->slots);
	table->slots = NULL;
	table->size = table->used = 0;
}
