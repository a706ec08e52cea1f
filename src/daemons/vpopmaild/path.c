/*
 * Resolving paths.
 *
 * A path is checked as text first, after "." and empty parts are taken out
 * (".." is refused anywhere): it must be the folder that the session is
 * confined to, or below it, part for part.  Then the folder of the domain is
 * opened, and everything below it is reached from its descriptor without
 * following a link, as the domain's owner: whoever else has rights in the
 * tree can neither lead us out of it by a link or a rename nor make us use
 * root's rights.
 */
#include "config.h"

#include "daemons/vpopmaild/path.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "base/dirtree.h"
#include "base/text.h"
#include "vpop_delivery.h"

/* ---- confinement ------------------------------------------------------ */

static int
domains_dir(const struct vpd_call *call, char ret_dir[VPOP_DIR_SIZE])
{
	const char *name = vpop_setting(call->vp, "domains_dir");

	return vp_format(ret_dir, VPOP_DIR_SIZE, "%s/%s", vpop_home(call->vp),
	    name ? name : "domains");
}

static int
own_dir(struct vpd_call *call, char ret_dir[VPOP_DIR_SIZE])
{
	const struct vpd_session *session = call->session;
	struct vpop_domain domain;
	struct vpop_user user;
	int code;

	if (session->level == VPD_DOMAIN) {
		code = vpop_domain_get(call->vp, session->domain, &domain);
		if (code == 0)
			memcpy(ret_dir, domain.dir, VPOP_DIR_SIZE);
		return code;
	}
	code = vpop_user_get(call->vp, session->user, session->domain, &user);
	if (code == 0 && user.dir[0] == '\0')
		code = vpop_user_make_dir(call->vp, &user);
	if (code == 0)
		memcpy(ret_dir, user.dir, VPOP_DIR_SIZE);
	explicit_bzero(&user, sizeof user);
	return code;
}

/* The number of the place tells whose path it was. */
static int
path_place(const struct vpd_call *call)
{
	if (call->session->level == VPD_SYSTEM)
		return 1510;
	return call->session->level == VPD_DOMAIN ? 1511 : 1512;
}

static int
unauthorized(struct vpd_call *call)
{
	vpd_error(call, VPD_E_PATH, path_place(call));
	return -1;
}

int
vpd_base(struct vpd_call *call, char ret_base[VPOP_DIR_SIZE])
{
	int code;

	if (call->session->level == VPD_SYSTEM)
		return domains_dir(call, ret_base) == 0 ? 0
							: unauthorized(call);
	code = own_dir(call, ret_base);
	if (code == 0 && ret_base[0] == '/')
		return 0;
	if (vpop_class(code) == VPOP_CLASS_TEMPORARY) {
		vpd_failed(call, path_place(call), code);
		return -1;
	}
	return unauthorized(call);
}

/* path below folder: what follows it, "" for the folder itself, or NULL. */
static const char *
below(const char *folder, const char *path)
{
	size_t length = strlen(folder);

	while (length > 1 && folder[length - 1] == '/')
		length--;
	if (strncmp(folder, path, length) != 0)
		return NULL;
	if (path[length] == '\0')
		return path + length;
	return vp_path_below(folder, path);
}

/* ---- the three forms --------------------------------------------------- */

/* In place: without empty and "." parts and a slash at the end. */
static void
normalise(char *path)
{
	char *to = path;

	for (const char *part = path; *part;) {
		size_t length = strcspn(part, "/");

		if (length > 0 && !(length == 1 && part[0] == '.')) {
			*to++ = '/';
			memmove(to, part, length);
			to += length;
		}
		part += length + (part[length] == '/');
	}
	*to = '\0';
}

/* Who may not enter must not learn whether there is such an account. */
static int
may_enter(struct vpd_call *call, const char *name, const char *domain)
{
	const struct vpd_session *session = call->session;
	struct vpop_domain found;
	int code;

	if (session->level >= VPD_DOMAIN) {
		code = vpd_may(call, domain);
		if (code > 0)
			return 0;
		vpd_error(call, VPD_E_FOREIGN, 1507);
		return -1;
	}
	code = vpop_domain_get(call->vp, domain, &found);
	if (code == 0 && strcmp(name, session->user) == 0 &&
	    strcmp(found.real, session->domain) == 0)
		return 0;
	vpd_error(call, VPD_E_NO_USER, 1508);
	return -1;
}

/* Copy the first length bytes of an argument, which is not longer than a
 * line. */
static int
part_of(char part[VPD_LINE_MAX + 1], const char *text, size_t length)
{
	if (length > VPD_LINE_MAX)
		return -1;
	memcpy(part, text, length);
	part[length] = '\0';
	return 0;
}

static int
from_address(struct vpd_call *call, const char *text, size_t length,
    struct vpd_path *path, struct vpop_domain *domain)
{
	char name[VPOP_USER_SIZE], name_domain[VPOP_DOMAIN_SIZE];
	char address[VPD_LINE_MAX + 1];
	struct vpop_user user;
	int code;

	if (part_of(address, text, length) != 0 ||
	    vpd_parse(call, address, name, name_domain) != 0) {
		vpd_error(call, VPD_E_PATH_ADDRESS, 1505);
		return -1;
	}
	if (may_enter(call, name, name_domain) != 0)
		return -1;
	code = vpop_user_get(call->vp, name, name_domain, &user);
	if (code == 0 && user.dir[0] == '\0')
		code = vpop_user_make_dir(call->vp, &user);
	if (code == 0)
		code = vpop_domain_get(call->vp, user.domain, domain);
	if (code == 0 && vp_format(path->full, sizeof path->full, "%s%s",
			     user.dir, text + length) != 0)
		code = VA_DIR_TOO_LONG;
	explicit_bzero(&user, sizeof user);
	if (vpop_class(code) == VPOP_CLASS_ABSENT)
		vpd_error(call, VPD_E_PATH_USER, 1506);
	else if (code != 0)
		vpd_failed(call, 1506, code);
	return code == 0 ? 0 : -1;
}

static int
from_domain(struct vpd_call *call, const char *text, size_t length,
    struct vpd_path *path, struct vpop_domain *domain)
{
	char name[VPD_LINE_MAX + 1];
	int code = part_of(name, text, length) == 0
		       ? vpop_domain_get(call->vp, name, domain)
		       : VA_DOMAIN_NAME_TOO_LONG;

	if (code == 0 && vp_format(path->full, sizeof path->full, "%s%s",
			     domain->dir, text + length) != 0)
		code = VA_DIR_TOO_LONG;
	if (vpop_class(code) == VPOP_CLASS_TEMPORARY)
		vpd_failed(call, 1509, code);
	else if (code != 0)
		vpd_error(call, VPD_E_FOREIGN, 1509);
	return code == 0 ? 0 : -1;
}

/* Whose is an absolute path?  One of its parts is the name of the domain.  0,
 * or a code: VA_DOMAIN_DOES_NOT_EXIST if it is in none. */
static int
find_domain(struct vpd_call *call, const char *base, const char *path,
    struct vpop_domain *domain)
{
	const char *part = below(base, path);
	char name[VPD_LINE_MAX + 1];

	while (part && *part) {
		size_t length = strcspn(part, "/");
		int code = part_of(name, part, length) == 0
			       ? vpop_domain_get(call->vp, name, domain)
			       : VA_DOMAIN_DOES_NOT_EXIST;

		if (code == 0 && below(domain->dir, path))
			return 0;
		if (vpop_class(code) == VPOP_CLASS_TEMPORARY)
			return code;
		part += length + (part[length] == '/');
	}
	return VA_DOMAIN_DOES_NOT_EXIST;
}

static int
check_text(struct vpd_call *call, const char *text)
{
	const char *slash = strchr(text, '/'), *at = strchr(text, '@');

	if (strstr(text, ".."))
		vpd_error(call, VPD_E_DOTS, 1501);
	else if (strchr(text, '%'))
		vpd_error(call, VPD_E_PERCENT, 1502);
	else if (!slash)
		vpd_error(call, VPD_E_NO_SLASH, 1503);
	else if (*text != '/' && at && slash < at)
		vpd_error(call, VPD_E_SLASH, 1504);
	else
		return 0;
	return -1;
}

/* ---- opening ----------------------------------------------------------- */

static int
open_failed(struct vpd_call *call, int errnum)
{
	vpd_errno(call, path_place(call), errnum);
	return -1;
}

/* In a domain: below its folder, or below a home elsewhere. */
static int
open_domain(struct vpd_call *call, const struct vpop_domain *domain,
    struct vpd_path *path)
{
	const char *root = domain->dir;

	path->in_domain = 1;
	path->uid = domain->uid;
	path->gid = domain->gid;
	path->rel = below(root, path->full);
	if (path->rel) {
		path->rootfd = vpop_domain_opendir(call->vp, domain);
	} else {
		root = path->base;
		path->rel = below(root, path->full);
		path->rootfd = vp_dir_open(root);
	}
	if (path->rootfd >= 0 && path->rel)
		return 0;
	return open_failed(call, errno ? errno : ENOENT);
}

/* Between the domains: folders that only spread them. */
static int
open_between(struct vpd_call *call, struct vpd_path *path)
{
	const char *uid = vpop_setting(call->vp, "uid");
	const char *gid = vpop_setting(call->vp, "gid");
	int64_t number, group;

	if (!uid || !gid || vp_number(uid, 0, UINT32_MAX, &number) != 0 ||
	    vp_number(gid, 0, UINT32_MAX, &group) != 0)
		return open_failed(call, EINVAL);
	path->uid = (uid_t)number;
	path->gid = (gid_t)group;
	path->rel = below(path->base, path->full);
	path->rootfd = vp_dir_open(path->base);
	return path->rootfd >= 0 ? 0 : open_failed(call, errno);
}

int
vpd_path_open(
    struct vpd_call *call, const char *text, struct vpd_path *ret_path)
{
	struct vpop_domain domain = { .name = "" };
	struct vpd_path *path = ret_path;
	int rc, code = 0;

	*path = (struct vpd_path){ .rootfd = -1 };
	if (check_text(call, text) != 0)
		return -1;
	size_t length = strcspn(text, "/");
	if (*text == '/')
		rc = vp_copy(path->full, sizeof path->full, text);
	else if (memchr(text, '@', length))
		rc = from_address(call, text, length, path, &domain);
	else
		rc = from_domain(call, text, length, path, &domain);
	if (rc != 0 || vpd_base(call, path->base) != 0)
		return -1;
	normalise(path->full);
	if (!below(path->base, path->full))
		return unauthorized(call);
	if (domain.dir[0] == '\0')
		code = call->session->level == VPD_SYSTEM
			   ? find_domain(call, path->base, path->full, &domain)
			   : vpop_domain_get(
				 call->vp, call->session->domain, &domain);
	if (code == 0)
		return open_domain(call, &domain, path);
	if (code == VA_DOMAIN_DOES_NOT_EXIST &&
	    call->session->level == VPD_SYSTEM)
		return open_between(call, path);
	vpd_failed(call, path_place(call), code);
	return -1;
}

void
vpd_path_close(struct vpd_path *path)
{
	if (path->rootfd >= 0)
		close(path->rootfd);
	path->rootfd = -1;
}

int
vpd_path_may_change(struct vpd_call *call, const struct vpd_path *path)
{
	const char *own = below(path->base, path->full);

	if (*path->rel == '\0' || !own || *own == '\0' ||
	    vpop_is_protected(path->rel))
		return unauthorized(call);
	return 0;
}
