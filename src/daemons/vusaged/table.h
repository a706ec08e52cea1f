/*
 * Hash tables of pointers to things that have a name in them.  Open
 * addressing with linear probing; what is removed leaves no mark.
 */
#ifndef VUSAGED_TABLE_H
#define VUSAGED_TABLE_H

#include <stddef.h>

struct vp_table {
	void **slots; /* NULL: free */
	size_t size;  /* 0 or a power of two */
	size_t used;
	const char *(*name)(const void *thing);
};

/* NULL if there is none. */
void *vp_table_find(const struct vp_table *table, const char *name);
/* Make room for so many more, so that none of them makes it grow.  Needed
 * before taking over things in the order of another table: in a smaller one
 * they would all come to lie in one long row.  -1 and ENOMEM. */
int vp_table_reserve(struct vp_table *table, size_t count);
/* The name is not in it yet.  -1 and ENOMEM. */
int vp_table_add(struct vp_table *table, void *thing);
void vp_table_remove(struct vp_table *table, const char *name);
/* The things themselves are the caller's. */
void vp_table_free(struct vp_table *table);

#endif
