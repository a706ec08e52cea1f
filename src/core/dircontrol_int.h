/* The files of the directory tree, for each other. */
#ifndef CORE_DIRCONTROL_INT_H
#define CORE_DIRCONTROL_INT_H

#include "core/dircontrol.h"

/* 1 for "", "c", "c/c" or "c/c/c". */
int vp_dircontrol_is_rel(const char *rel);

/* Letters of the path as numbers; 0 where it has none.  Returns its depth. */
int vp_dircontrol_index(const char *rel, int32_t ret_index[3]);
/* Copy a path that may have a slash at its end; -1 if it is none. */
int vp_dircontrol_copy(char ret_rel[VP_DIR_REL_SIZE], char *text);

/* dircontrol_store.c: the store, if it keeps the state: 1, 0, or a code. */
int vp_dircontrol_keeper(struct vpop *vp, const struct vpop_domain *domain,
    int dirfd, struct vp_dircontrol *ret);
/* Read from the store: 1, 0 there is nothing, or a code. */
int vp_dircontrol_get(struct vpop *vp, struct vp_dircontrol *control);

/* Read .dir_control_free if it is there.  0 or a VA_ code. */
int vp_freed_open(struct vpop *vp, struct vp_dircontrol *control);
/* Take a freed place: 1, or 0 if there is none. */
int vp_freed_pop(struct vp_dircontrol *control, char ret_rel[VP_DIR_REL_SIZE]);
int vp_freed_push(
    struct vpop *vp, struct vp_dircontrol *control, const char *rel);
int vp_freed_save(struct vpop *vp, struct vp_dircontrol *control);
void vp_freed_close(struct vp_dircontrol *control);

#endif
