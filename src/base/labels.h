/*
 * Settings files made of labels at the beginning of lines, and below them
 * "key = value;" (the structs are those of the public conf.h).
 */
#ifndef BASE_LABELS_H
#define BASE_LABELS_H

#include <conf.h>

/* The path that a name of a settings file stands for, malloc'd: itself if
 * absolute, else a file of folder; NULL, EINVAL for other relative ones. */
char *vp_labels_path(const char *folder, const char *name);
/* NULL and errno if there is no such file (ENOENT) or it cannot be understood
 * (EBADMSG, and *ret_line is where); folder is that of included files. */
config_t *vp_labels_read(
    const char *folder, const char *path, unsigned long *ret_line);
void vp_labels_free(config_t *config);
/* The first value, or NULL. */
char *vp_labels_get(
    const config_t *config, const char *label, const char *name);

/* The first label of that name, from label on; a value of this very label. */
const config_label_t *vp_label_find(
    const config_label_t *label, const char *name);
char *vp_label_value(const config_label_t *label, const char *name);
/* Where the label is kept that config_reference chose. */
const config_label_t **vp_labels_chosen(config_t *config);

#endif
