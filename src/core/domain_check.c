/*
 * Is this a domain that may be added?  Everything that can be told without a
 * lock is told here, first of all the slow part: hashing the password.
 */
#include "config.h"

#include "core/domain_add_int.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/text.h"
#include "core/name.h"
#include "core/user_int.h"

int
vp_domain_check_new(struct vpop *vp, const char *name)
{
	struct vpop_domain domain;
	int code = vpop_domain_get(vp, name, &domain);

	if (code == 0)
		return vp_fail(vp, VA_DOMAIN_ALREADY_EXISTS,
		    "domain '%s' already exists", name);
	if (code == VA_DOMAIN_DOES_NOT_EXIST)
		code = 0;
	if (code == 0)
		vp_clear_error(vp);
	return code;
}

#define GECOS "Postmaster" /* of postmaster */

static int
resolve_base(struct vpop *vp, const char *base, char ret_base[VPOP_DIR_SIZE])
{
	AUTO_FREE char *path = realpath(base, NULL);
	struct stat st;

	if (!path || stat(path, &st) != 0)
		return vp_fail_errno(vp, VA_BAD_V_DIR,
		    "cannot use the base directory '%s'", base);
	if (!S_ISDIR(st.st_mode) || base[0] != '/')
		return vp_fail(vp, VA_BAD_V_DIR,
		    "the base directory '%s' is not the absolute path of a "
		    "directory",
		    base);
	if (!vp_is_clean(path) || strchr(path, ':') ||
	    vp_copy(ret_base, VPOP_DIR_SIZE, path) != 0)
		return vp_fail(vp, VA_BAD_V_DIR,
		    "the base directory '%s' cannot be written in users/assign",
		    path);
	return 0;
}

/* Most domains of one call have the same. */
static int
check_base(struct vpop *vp, struct vp_domain_adds *adds, const char *given,
    char ret_base[VPOP_DIR_SIZE])
{
	const char *base = given ? given : vp->home;

	if (adds->base[0] == '\0' || strcmp(adds->given, base) != 0) {
		adds->base[0] = '\0';
		if (vp_copy(adds->given, sizeof adds->given, base) != 0)
			return vp_fail_errno(
			    vp, VA_BAD_V_DIR, "cannot use the base directory");
		int code = resolve_base(vp, base, adds->base);
		if (code != 0)
			return code;
	}
	memcpy(ret_base, adds->base, sizeof adds->base);
	return 0;
}

/* Mail is never delivered as root, and only root can give files away. */
static int
check_owner(struct vpop *vp, const struct vpop_domain *domain)
{
	if ((domain->uid == 0 && vp->uid != 0) ||
	    (domain->gid == 0 && vp->gid != 0))
		return vp_fail(vp, VA_BAD_UID,
		    "domain '%s' cannot belong to root", domain->name);
	if (geteuid() != 0 && domain->uid != geteuid())
		return vp_fail(vp, VA_BAD_UID,
		    "only root can add a domain of user id %lu",
		    (unsigned long)domain->uid);
	return 0;
}

static int
check_postmaster(struct vpop *vp, const struct vp_domain_adds *adds,
    const struct vpop_domain_new *request, struct vpop_user *user)
{
	const char *gecos = request->gecos ? request->gecos : GECOS;
	int code = vp_secret_fields(vp, &request->postmaster, 1, user);

	if (code == 0)
		code = vp_gecos_field(vp, gecos, VP_POSTMASTER, user->gecos);
	if (code != 0)
		return code;
	if (request->quota)
		return vp_quota_field(vp, request->quota, user->quota);
	memcpy(user->quota, adds->quota, sizeof user->quota);
	return 0;
}

/* The only mailbox of a new domain is postmaster. */
static int
check_action(struct vpop *vp, struct vp_domain_adding *ret)
{
	const char *target = ret->request->catchall;
	char name[VPOP_USER_SIZE];

	ret->action = target ? target : vp->set.default_action;
	if (!target || strcmp(target, "bounce-no-mailbox") == 0 ||
	    strcmp(target, "delete") == 0)
		return 0;
	if (strchr(target, '@')) {
		int code = vp_address_check(vp, target);

		return code != 0 ? code : vp_shell_safe(vp, "address", target);
	}
	int code = vp_name_user(vp, target, name);
	if (code != 0)
		return code;
	if (strcmp(name, VP_POSTMASTER) != 0 || ret->request->no_postmaster)
		return vp_fail(vp, VA_USER_DOES_NOT_EXIST,
		    "the catch-all '%s' is neither an address nor a mailbox "
		    "of the new domain",
		    target);
	ret->to_postmaster = 1;
	return 0;
}

int
vp_domain_check(
    struct vpop *vp, struct vp_domain_adds *adds, struct vp_domain_adding *ret)
{
	const struct vpop_domain_new *request = ret->request;
	struct vpop_domain *domain = &ret->domain;

	int code = vp_name_new_domain(vp, request->name, domain->name);
	if (code == 0)
		code = vp_domain_check_new(vp, domain->name);
	if (code != 0)
		return code;
	(void)vp_copy(domain->real, sizeof domain->real, domain->name);
	domain->uid = request->uid == (uid_t)-1 ? vp->uid : request->uid;
	domain->gid = request->gid == (gid_t)-1 ? vp->gid : request->gid;
	code = check_base(vp, adds, request->basedir, ret->base);
	if (code == 0)
		code = check_owner(vp, domain);
	if (code == 0)
		code = vp_shell_safe(vp, "home directory", vp->home);
	if (code == 0 && !request->no_postmaster)
		code = check_postmaster(vp, adds, request, &ret->postmaster);
	return code == 0 ? check_action(vp, ret) : code;
}
