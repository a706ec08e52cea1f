/* The freed places of the directory tree: dirfreed.c for dircontrol.c. */
#ifndef CORE_DIRCONTROL_INT_H
#define CORE_DIRCONTROL_INT_H

#include "core/dircontrol.h"

/* 1 for "", "c", "c/c" or "c/c/c". */
int vp_dircontrol_is_rel(const char *rel);

/* Read .dir_control_free if it is there.  0 or a VA_ code. */
int vp_freed_open(struct vpop *vp, struct vp_dircontrol *control);
/* Take a freed place: 1, or 0 if there is none. */
int vp_freed_pop(struct vp_dircontrol *control, char ret_rel[VP_DIR_REL_SIZE]);
int vp_freed_push(
    struct vpop *vp, struct vp_dircontrol *control, const char *rel);
int vp_freed_save(struct vpop *vp, struct vp_dircontrol *control);
void vp_freed_close(struct vp_dircontrol *control);

#endif
