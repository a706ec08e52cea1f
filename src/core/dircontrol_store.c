/*
 * The state of the balanced directory tree in the account store: a row of
 * the domain, or "dom_<uid>" of the site's store for the vpopmail user's own
 * folder of domains.  Folders of domains elsewhere keep their file, since the
 * key has no room for a second one.
 */
#include "config.h"

#include "core/dircontrol_int.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/text.h"
#include "core/store.h"

/* 1 if the folder is that of the vpopmail user's domains. */
static int
is_own_folder(const struct vpop *vp, int dirfd)
{
	struct stat folder, own;

	return fstat(dirfd, &folder) == 0 && stat(vp->domains, &own) == 0 &&
	       folder.st_dev == own.st_dev && folder.st_ino == own.st_ino;
}

int
vp_dircontrol_keeper(struct vpop *vp, const struct vpop_domain *domain,
    int dirfd, struct vp_dircontrol *ret)
{
	const struct vpop_store_ops *ops;
	int rc;

	if (!domain && !is_own_folder(vp, dirfd))
		return 0;
	rc =
	    vp_store_keeps(vp, VPOP_KEEP_DIRCONTROL, domain, &ops, &ret->store);
	if (rc <= 0)
		return rc;
	if (domain)
		rc = vp_copy(ret->key, sizeof ret->key, domain->real);
	else
		rc = vp_format(ret->key, sizeof ret->key, "dom_%lu",
		    (unsigned long)vp->uid);
	if (rc != 0)
		return vp_fail_errno(vp, VA_DOMAIN_NAME_TOO_LONG,
		    "the count of '%s' has no key", domain->real);
	ret->ops = ops;
	return 1;
}

int
vp_dircontrol_get(struct vpop *vp, struct vp_dircontrol *control)
{
	struct vpop_store_dircontrol row;
	int rc =
	    control->ops->dircontrol_get(control->store, control->key, &row);

	if (rc <= 0)
		return rc;
	/* Older releases counted down from 0. */
	if (row.cur_users <= INT64_MAX)
		control->cur_users = (unsigned long)row.cur_users;
	if (vp_dircontrol_copy(control->the_dir, row.the_dir) != 0)
		return vp_fail(vp, VA_COULD_NOT_UPDATE_FILE,
		    "the account store's directory control of '%s' is at "
		    "'%.64s', which is no hash directory",
		    control->key, row.the_dir);
	control->found = 1;
	control->kept_users = control->cur_users;
	memcpy(control->kept_dir, control->the_dir, sizeof control->kept_dir);
	return 1;
}

int
vp_dircontrol_keep(
    struct vpop *vp, struct vp_dircontrol *control, unsigned long fewer)
{
	unsigned long users = control->cur_users;
	struct vpop_store_dircontrol row = {
		.level_max = 3,
		.end = { 61, 61, 61 },
		.mod = { 0, 2, 4 },
	};

	users = users > fewer ? users - fewer : 0;
	if (!control->ops ||
	    (control->found && users == control->kept_users &&
		strcmp(control->kept_dir, control->the_dir) == 0))
		return 0;
	int depth = vp_dircontrol_index(control->the_dir, row.index);
	row.level_cur = depth > 0 ? depth - 1 : 0;
	row.cur_users = users;
	if (vp_copy(row.the_dir, sizeof row.the_dir, control->the_dir) != 0)
		return vp_fail_errno(
		    vp, VA_DIR_TOO_LONG, "'%s'", control->the_dir);
	int code =
	    control->ops->dircontrol_put(control->store, control->key, &row);
	if (code != 0)
		return code;
	control->found = 1;
	control->kept_users = users;
	memcpy(control->kept_dir, control->the_dir, sizeof control->kept_dir);
	return 0;
}

int
vp_dircontrol_forget(
    struct vpop *vp, const struct vpop_domain *domain, int dirfd)
{
	struct vp_dircontrol control = { .dirfd = dirfd };
	int kept = vp_dircontrol_keeper(vp, domain, dirfd, &control);

	if (kept < 0)
		return kept;
	if (kept > 0) {
		int code = control.ops->dircontrol_put(
		    control.store, control.key, NULL);
		if (code != 0)
			return code;
	}
	if (unlinkat(dirfd, VP_DIR_CONTROL, 0) == 0 ||
	    (kept && errno == ENOENT))
		return 0;
	return vp_fail_errno(
	    vp, VA_COULD_NOT_UPDATE_FILE, "cannot remove '%s'", VP_DIR_CONTROL);
}
