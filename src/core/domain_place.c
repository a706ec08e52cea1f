/*
 * Where a new domain's directory goes: the balanced tree of a domains folder
 * (<base>/<domains_dir>), guarded by the site lock.
 *
 * The folder of the vpopmail home belongs to the vpopmail user, and any other
 * to the user whose first domain made it.  When a domain of another user goes
 * below it, the way there is opened for passing through (0711), since its
 * deliveries run as that user.
 */
#include "config.h"

#include "core/domain_add_int.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/dirtree.h"
#include "base/text.h"

#define PASS_THROUGH 0011

static int
failed(struct vpop *vp, int code, const struct vp_domain_place *place)
{
	return vp_fail_errno(
	    vp, code, "cannot use the domains folder '%s'", place->path);
}

/* A site may keep its domains elsewhere by a link; only one that root or the
 * vpopmail user made is believed. */
static int
open_folder(struct vpop *vp, int base, const char *name)
{
	struct stat st;
	int fd = vp_dir_open_at(base, name);

	if (fd >= 0 || (errno != ELOOP && errno != ENOTDIR))
		return fd;
	if (fstatat(base, name, &st, AT_SYMLINK_NOFOLLOW) != 0)
		return -1;
	if (!S_ISLNK(st.st_mode) || (st.st_uid != 0 && st.st_uid != vp->uid)) {
		errno = ENOTDIR;
		return -1;
	}
	return openat(base, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
}

static int
place_open(struct vpop *vp, struct vp_domain_place *place,
    const struct vp_domain_adding *adding)
{
	const int ours = strcmp(adding->base, vp->home) == 0;
	const char *name = vp->set.domains_dir;
	AUTO_CLOSE int base = vp_dir_open(adding->base);
	struct stat st;

	if (base < 0)
		return vp_fail_errno(
		    vp, VA_BAD_V_DIR, "cannot open '%s'", adding->base);
	place->fd = open_folder(vp, base, name);
	if (place->fd < 0 && errno == ENOENT) {
		if (vp_dir_make_all(base, name, VP_MODE_DIR,
			ours ? vp->uid : adding->domain.uid,
			ours ? vp->gid : adding->domain.gid) != 0)
			return failed(vp, VA_CAN_NOT_MAKE_DOMAINS_DIR, place);
		place->fd = open_folder(vp, base, name);
	}
	if (place->fd < 0 || fstat(place->fd, &st) != 0)
		return failed(vp, VA_BAD_D_DIR, place);
	place->owner = st.st_uid;
	place->uid = st.st_uid ? st.st_uid : adding->domain.uid;
	place->gid = st.st_uid ? st.st_gid : adding->domain.gid;
	int code = vp_dircontrol_open(
	    vp, NULL, place->fd, 0, place->uid, place->gid, &place->control);
	place->open = code == 0;
	return code;
}

static int
let_pass(struct vpop *vp, const struct vp_domain_place *place, int fd)
{
	struct stat st;

	if (fstat(fd, &st) == 0 &&
	    ((st.st_mode & PASS_THROUGH) == PASS_THROUGH ||
		fchmod(fd, (st.st_mode & 07777) | PASS_THROUGH) == 0))
		return 0;
	return failed(vp, VA_BAD_D_DIR, place);
}

/* Every folder from the domains folder down to the domain's parent. */
static int
open_way(struct vpop *vp, const struct vp_domain_place *place,
    const struct vp_domain_adding *adding)
{
	char rel[VP_DIR_REL_SIZE];

	if (adding->domain.uid == place->owner)
		return 0;
	int code = let_pass(vp, place, place->fd);
	for (size_t i = 1; code == 0 && i <= strlen(adding->rel); i += 2) {
		memcpy(rel, adding->rel, i);
		rel[i] = '\0';
		AUTO_CLOSE int fd = vp_dir_open_at(place->fd, rel);
		code = fd < 0 ? failed(vp, VA_BAD_D_DIR, place)
			      : let_pass(vp, place, fd);
	}
	return code;
}

/* Whatever has the name already is not ours to take. */
static int
check_free(struct vpop *vp, const struct vp_domain_place *place,
    const struct vp_domain_adding *adding)
{
	AUTO_CLOSE int parent = vp_dir_open_at(place->fd, adding->rel);
	struct stat st;

	if (parent < 0)
		return failed(vp, VA_BAD_D_DIR, place);
	if (fstatat(parent, adding->domain.name, &st, AT_SYMLINK_NOFOLLOW) == 0)
		return vp_fail(vp, VA_COULD_NOT_MAKE_DOMAIN_DIR,
		    "'%s' is there already", adding->domain.dir);
	return errno == ENOENT ? 0 : failed(vp, VA_BAD_D_DIR, place);
}

int
vp_domain_place_take(struct vpop *vp, struct vp_domain_place *place,
    struct vp_domain_adding *adding)
{
	struct vpop_domain *domain = &adding->domain;

	int code = place->open ? 0 : place_open(vp, place, adding);
	if (code != 0)
		return code;

	const struct vp_dircontrol before = place->control;
	adding->place = place;
	code = vp_dircontrol_take(vp, &place->control, adding->rel);
	if (code == 0 &&
	    vp_format(domain->dir, sizeof domain->dir, "%s/%s%s%s", place->path,
		adding->rel, adding->rel[0] ? "/" : "", domain->name) != 0)
		code = vp_fail_errno(vp, VA_DIR_TOO_LONG,
		    "cannot add domain '%s'", domain->name);
	if (code == 0)
		code = open_way(vp, place, adding);
	if (code == 0)
		code = check_free(vp, place, adding);
	if (code != 0)
		place->control = before;
	return code;
}

int
vp_domain_place_close(struct vpop *vp, struct vp_domain_place *place, int save)
{
	int code = 0;

	if (place->open)
		code = vp_dircontrol_close(vp, &place->control, save);
	if (place->fd >= 0)
		close(place->fd);
	place->open = 0;
	place->fd = -1;
	return code;
}
