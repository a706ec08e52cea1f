/*
 * Removing a domain's accounts and files.
 *
 * The folder is first moved aside under a name that no domain can have, so
 * that a half removed tree is never taken for a domain; a rerun goes on with
 * the folder moved aside.  Only the folder that users/assign named is
 * touched, no link is followed, and a folder that is itself a link is only
 * unlinked.
 */
#include "config.h"

#include "core/domain_int.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/dirtree.h"
#include "base/text.h"
#include "core/store.h"

int
vp_domain_check_dir(struct vpop *vp, const char *dir)
{
	const char *below = vp_path_below("/", dir);

	if (below && strchr(below, '/') && strcmp(dir, vp->home) != 0 &&
	    strcmp(dir, vp->domains) != 0 && !vp_path_below(dir, vp->home) &&
	    !vp_path_below(dir, vp->domains) &&
	    !vp_path_below(dir, vp->set.qmaildir))
		return 0;
	return vp_fail(
	    vp, VA_BAD_D_DIR, "'%s' cannot be a domain's directory", dir);
}

static int
store_delete(struct vpop *vp, const struct vpop_domain *domain, unsigned flags)
{
	const struct vpop_store_ops *ops;
	struct vpop_store *store;

	if (flags & VP_REMOVE_FILES)
		return 0;
	int code = vp_store_of(vp, domain, &ops, &store);

	return code != 0 ? code : ops->domain_delete(store, domain);
}

/* The accounts go while their lock is held and the folder has its name. */
static int
move_aside(struct vpop *vp, const struct vpop_domain *domain, int parent,
    const char *name, const char *aside, unsigned flags)
{
	AUTO_CLOSE int dirfd = vp_domain_dir(vp, domain);

	if (dirfd < 0)
		return dirfd;
	AUTO_CLOSE int lock = vp_domain_lock(vp, domain, dirfd, 1);
	if (lock < 0)
		return lock;
	int code = store_delete(vp, domain, flags);
	if (code != 0)
		return code;
	if (renameat(parent, name, parent, aside) != 0 ||
	    vp_dir_sync(parent) != 0)
		return vp_fail_errno(
		    vp, VA_BAD_D_DIR, "cannot rename '%s'", domain->dir);
	return 0;
}

static int
take_away(struct vpop *vp, const struct vpop_domain *domain, int parent,
    const char *name, const char *aside, unsigned flags)
{
	struct stat st;

	if (fstatat(parent, name, &st, AT_SYMLINK_NOFOLLOW) != 0) {
		if (errno != ENOENT)
			return vp_fail_errno(
			    vp, VA_BAD_D_DIR, "cannot find '%s'", domain->dir);
		return store_delete(vp, domain, flags);
	}
	if (S_ISDIR(st.st_mode))
		return move_aside(vp, domain, parent, name, aside, flags);
	if (unlinkat(parent, name, 0) != 0)
		return vp_fail_errno(
		    vp, VA_BAD_D_DIR, "cannot remove '%s'", domain->dir);
	return store_delete(vp, domain, flags);
}

static int
remove_below(struct vpop *vp, const struct vpop_domain *domain, int64_t id,
    unsigned flags)
{
	char parent[VPOP_DIR_SIZE], aside[40];
	char *slash;

	if (vp_copy(parent, sizeof parent, domain->dir) != 0 ||
	    (slash = strrchr(parent, '/')) == NULL)
		return vp_domain_check_dir(vp, "");
	*slash = '\0';
	snprintf(aside, sizeof aside, VP_DELETED "%" PRId64, id);

	AUTO_CLOSE int fd = vp_dir_open(parent);
	if (fd < 0 && (errno == ENOENT || errno == ENOTDIR))
		return store_delete(vp, domain, flags);
	if (fd < 0)
		return vp_fail_errno(
		    vp, VA_BAD_V_DIR, "cannot open '%s'", parent);
	int code = take_away(vp, domain, fd, slash + 1, aside, flags);
	if (code != 0)
		return code;
	if (vp_dir_remove(fd, aside) != 0)
		return vp_fail_errno(
		    vp, VA_BAD_D_DIR, "cannot remove '%s/%s'", parent, aside);
	return 0;
}

int
vp_domain_remove(struct vpop *vp, const struct vpop_domain *domain, int64_t id,
    unsigned flags)
{
	char folder[VPOP_DIR_SIZE], rel[VP_DIR_REL_SIZE];

	int code = vp_domain_check_dir(vp, domain->dir);
	if (code == 0)
		code = vp_domain_folder(vp, domain->dir, folder, rel);
	if (code == 0)
		code = remove_below(vp, domain, id, flags);
	if (code == 0 && (flags & VP_REMOVE_RECOUNT))
		code = vp_domain_recount(vp, folder);
	return code;
}
