/* Taking an account's directory away: also for recovery. */
#ifndef CORE_USER_DELETE_H
#define CORE_USER_DELETE_H

#include "core/user_int.h"

/* Move path (relative to the domain's folder, NULL: none) to where it will
 * be removed: id is the journal's number, name is used without one.  What is
 * not there is no failure. */
int vp_userdir_aside(struct vpop *vp, const struct vp_place *place,
    const char *path, const char *name, int64_t id);
/* Remove what was moved aside. */
int vp_userdir_remove(struct vpop *vp, const struct vp_place *place,
    const char *name, int64_t id);

#endif
