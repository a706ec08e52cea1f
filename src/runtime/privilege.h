/* Giving up what a program may do, for good or for a moment. */
#ifndef RUNTIME_PRIVILEGE_H
#define RUNTIME_PRIVILEGE_H

#include "core/handle.h"

enum vp_privilege_step {
	VP_PRIVILEGE_DONE,
	VP_PRIVILEGE_GROUPS, /* the step that failed, errno set */
	VP_PRIVILEGE_GID,
	VP_PRIVILEGE_UID
};

/* 1 if the program was started set-uid or set-gid. */
int vp_privilege_is_secure(void);
/* Become uid:gid for good, without supplementary groups.  User 0 is refused
 * (EPERM) unless the settings make it the owner of all mail. */
enum vp_privilege_step vp_privilege_become(
    const struct vpop *vp, uid_t uid, gid_t gid);
/* Become who started the program, for good. */
enum vp_privilege_step vp_privilege_give_up(void);
/* Act as uid:gid until vp_privilege_resume, when we are root; else 0 and
 * nothing.  -1 and errno. */
int vp_privilege_act_as(uid_t uid, gid_t gid);
int vp_privilege_resume(void);

#endif
