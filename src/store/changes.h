/*
 * A set of changed accounts: the open transaction, or what a log says.  The
 * latest change of a name counts.
 */
#ifndef STORE_CHANGES_H
#define STORE_CHANGES_H

#include <stddef.h>
#include <stdint.h>

enum vp_change_op { VP_CHANGE_PUT = 1, VP_CHANGE_DELETE = 2 };

struct vp_change {
	const char *text; /* a vpasswd line, or a deleted name; no NUL */
	uint32_t size;
	uint16_t name_size; /* of the name, with which text begins */
	uint8_t op;
	uint8_t was; /* 1 if the account existed before this set */
};

struct vp_changes {
	struct vp_change *list;
	size_t count, cap;
	uint32_t *slots; /* hash table of positions in list, from 1 */
	size_t slot_count;
	char *buffer; /* texts lie in here; NULL: each is malloc'd */
};

void vp_changes_clear(struct vp_changes *changes);
/* Add, or replace the earlier change of the same name, whose "was" stays.
 * The text is copied unless there is a buffer.  -1 and errno ENOMEM. */
int vp_changes_set(struct vp_changes *changes, const struct vp_change *change);
const struct vp_change *vp_changes_find(
    const struct vp_changes *changes, const char *name, size_t name_size);
/* Order by name; nothing can be set or found afterwards. */
void vp_changes_sort(struct vp_changes *changes);
/* Position of the first change after a name, in a sorted set. */
size_t vp_changes_after(
    const struct vp_changes *changes, const char *name, size_t name_size);

/* A 64-bit hash (FNV-1a), to be continued from a former value. */
#define VP_HASH_START UINT64_C(0xcbf29ce484222325)
uint64_t vp_hash(uint64_t hash, const void *data, size_t size);

#endif
