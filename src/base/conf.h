/*
 * Settings: a table says which there are, an INI file says their values.
 */
#ifndef BASE_CONF_H
#define BASE_CONF_H

#include <stddef.h>
#include <stdint.h>

enum vp_conf_type {
	VP_CONF_TEXT,   /* char *, malloc'd */
	VP_CONF_BOOL,   /* int64_t 0 or 1: yes/no true/false on/off 1/0 */
	VP_CONF_NUMBER, /* int64_t within min..max */
	VP_CONF_WORD    /* int64_t index into words */
};

struct vp_conf_item {
	const char *name;
	enum vp_conf_type type;
	size_t offset;     /* of the field in the caller's struct */
	const char *value; /* the default, as text */
	int64_t min, max;
	const char *const *words; /* NULL-ended */
};

/* Fill base with the defaults of a table that ends with name == NULL.
 * -1 and errno ENOMEM. */
int vp_conf_defaults(const struct vp_conf_item *table, void *base);
/* Set one value; -1 and a sentence in error. */
int vp_conf_set(const struct vp_conf_item *table, void *base, const char *name,
    const char *value, char *error, size_t error_size);
/* Read an INI file (lines of at most 4096 bytes, flat or in sections, whose
 * names are ignored).  0, 1 if there is no file, -1 and a sentence naming
 * file, line and cause. */
int vp_conf_read(const struct vp_conf_item *table, void *base, const char *path,
    char *error, size_t error_size);
/* The value as text, malloc'd; NULL if unknown or no memory. */
char *vp_conf_get(
    const struct vp_conf_item *table, const void *base, const char *name);
void vp_conf_free(const struct vp_conf_item *table, void *base);

#endif
