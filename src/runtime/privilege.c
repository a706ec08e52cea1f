/*
 * Order: supplementary groups, group, user, each checked; a step that fails
 * leaves more privileges than wanted, so its caller must end the program.
 */
#include "config.h"

#include "runtime/privilege.h"

#include <errno.h>
#include <grp.h>
#include <sys/auxv.h>
#include <unistd.h>

int
vp_privilege_is_secure(void)
{
	return getauxval(AT_SECURE) != 0;
}

enum vp_privilege_step
vp_privilege_become(const struct vpop *vp, uid_t uid, gid_t gid)
{
	if (uid == 0 && vp->uid != 0) {
		errno = EPERM;
		return VP_PRIVILEGE_UID;
	}
	if (geteuid() == 0 && setgroups(0, NULL) != 0)
		return VP_PRIVILEGE_GROUPS;
	if (setresgid(gid, gid, gid) != 0)
		return VP_PRIVILEGE_GID;
	if (setresuid(uid, uid, uid) != 0)
		return VP_PRIVILEGE_UID;
	return VP_PRIVILEGE_DONE;
}

/* Supplementary groups are the starter's own. */
enum vp_privilege_step
vp_privilege_give_up(void)
{
	uid_t uid = getuid();
	gid_t gid = getgid();

	if (setresgid(gid, gid, gid) != 0)
		return VP_PRIVILEGE_GID;
	if (setresuid(uid, uid, uid) != 0)
		return VP_PRIVILEGE_UID;
	return VP_PRIVILEGE_DONE;
}

int
vp_privilege_act_as(uid_t uid, gid_t gid)
{
	if (geteuid() != 0)
		return 0;
	if (setegid(gid) != 0)
		return -1;
	return seteuid(uid);
}

/* The saved ids are those that the program was started with. */
int
vp_privilege_resume(void)
{
	uid_t real_uid, uid, saved_uid;
	gid_t real_gid, gid, saved_gid;

	if (getresuid(&real_uid, &uid, &saved_uid) != 0 ||
	    getresgid(&real_gid, &gid, &saved_gid) != 0)
		return -1;
	if (uid != saved_uid && seteuid(saved_uid) != 0)
		return -1;
	if (gid != saved_gid && setegid(saved_gid) != 0)
		return -1;
	return 0;
}
