/*
 * The doctor's look at accounts: each has its directory and Maildir, with
 * the domain's owner and closed to others, a valid quota and a maildirsize
 * that knows it; and each directory that looks like an account's has one.
 *
 * Mail is never removed: a directory without account is only told.
 */
#include "config.h"

#include "core/doctor.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/dirtree.h"
#include "base/line.h"
#include "base/text.h"
#include "core/userdir.h"
#include "qmail/maildir.h"

#define MAILDIR    "Maildir"
#define DEEPEST    3
#define QUOTA_LINE 4096

/* ---- one account ------------------------------------------------------ */

static void
check_own_files(struct vp_doctor *doctor, const struct vpop_domain *domain,
    const struct vpop_user *user, int home)
{
	const struct vp_doctor_like like = { domain->uid, domain->gid,
		VP_BAD_SHARED };
	const struct dirent *entry;
	int fd = dup(home);
	DIR *dir = fd < 0 ? NULL : fdopendir(fd);

	if (!dir) {
		if (fd >= 0)
			close(fd);
		return;
	}
	rewinddir(dir);
	while ((entry = readdir(dir)) != NULL) {
		const char *name = entry->d_name;

		if (vp_doctor_is_leftover(name))
			vp_doctor_leftover(doctor, home, user->dir, name);
		else if (strcmp(name, VP_LASTAUTH) == 0 ||
			 strncmp(name, ".qmail", 6) == 0)
			vp_doctor_inode(doctor, home, name, user->dir, &like);
	}
	closedir(dir);
}

/* Its first line is the quota that it was counted for. */
static void
check_size_file(struct vp_doctor *doctor, const struct vpop_domain *domain,
    const struct vpop_user *user, int maildir)
{
	AUTO_FREE char *line = NULL;
	size_t cap = 0;
	int fd = openat(maildir, "maildirsize",
	    O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	AUTO_FCLOSE FILE *fp = fd < 0 ? NULL : fdopen(fd, "r");

	if (!fp)
		return;
	if (vp_line_read(fp, &line, &cap, QUOTA_LINE) >= 0 &&
	    strcmp(line, user->quota) == 0)
		return;
	vp_doctor_tell(doctor,
	    doctor->repair && vp_maildirsize_reset(maildir, user->quota,
				  domain->uid, domain->gid) == 0,
	    "'%s/%s/maildirsize' is not for the quota '%s'", user->dir, MAILDIR,
	    user->quota);
}

static void
check_maildir(struct vp_doctor *doctor, const struct vpop_domain *domain,
    const struct vpop_user *user, int home)
{
	static const char *const parts[] = { "cur", "new", "tmp" };
	const struct vp_doctor_like like = { domain->uid, domain->gid,
		VP_BAD_OPEN };
	char path[VPOP_DIR_SIZE + 16];
	int whole = vp_doctor_is_folder(home, MAILDIR);
	AUTO_CLOSE int maildir = vp_dir_open_at(home, MAILDIR);

	for (size_t i = 0; i < sizeof parts / sizeof *parts && whole; i++)
		whole = vp_doctor_is_folder(maildir, parts[i]);
	if (!whole)
		vp_doctor_tell(doctor,
		    doctor->repair && vp_maildir_make(home, MAILDIR,
					  domain->uid, domain->gid) == 0,
		    "'%s/%s' is not a whole Maildir", user->dir, MAILDIR);
	if (maildir < 0 ||
	    vp_format(path, sizeof path, "%s/%s", user->dir, MAILDIR) != 0)
		return;
	vp_doctor_inode(doctor, maildir, ".", path, &like);
	for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
		vp_doctor_inode(doctor, maildir, parts[i], path, &like);
	const struct vp_doctor_like file = { domain->uid, domain->gid,
		VP_BAD_SHARED };
	vp_doctor_inode(doctor, maildir, "maildirsize", path, &file);
	check_size_file(doctor, domain, user, maildir);
}

static void
check_home(struct vp_doctor *doctor, const struct vpop_domain *domain,
    const struct vpop_user *user, int home)
{
	const struct vp_doctor_like like = { domain->uid, domain->gid,
		VP_BAD_OPEN };

	vp_doctor_inode(doctor, home, ".", user->dir, &like);
	check_own_files(doctor, domain, user, home);
	check_maildir(doctor, domain, user, home);
}

static void
check_quota(struct vp_doctor *doctor, const struct vpop_user *user)
{
	struct vpop_quota quota;

	if (user->quota[0] != '\0' &&
	    vpop_quota_parse(user->quota, &quota) != 0)
		vp_doctor_tell(doctor, 0,
		    "the quota '%s' of '%s@%s' is not valid", user->quota,
		    user->name, user->domain);
	vp_clear_error(doctor->vp);
}

/* The directory cannot be opened: make it if it is only missing. */
static void
tell_missing(struct vp_doctor *doctor, const struct vp_doctor_domain *at,
    const struct vpop_user *user, const char *rel)
{
	const int missing = errno == ENOENT;
	const int mended = doctor->repair && missing && rel &&
			   vp_userdir_make(doctor->vp, at->domain, at->dirfd,
			       rel, user->name, 1) == 0;

	vp_clear_error(doctor->vp);
	vp_doctor_tell(doctor, mended,
	    missing ? "the directory '%s' of '%s@%s' is missing"
		    : "the directory '%s' of '%s@%s' cannot be opened",
	    user->dir, user->name, at->domain->real);
}

static void
check_user(struct vp_doctor *doctor, struct vp_doctor_domain *at,
    const struct vpop_user *user)
{
	const struct vpop_domain *domain = at->domain;
	const char *below = vp_path_below(domain->dir, user->dir);
	char rel[VP_DIR_REL_SIZE];

	check_quota(doctor, user);
	if (user->dir[0] == '\0')
		return;
	at->count++;
	if (!below) {
		vp_doctor_tell(doctor, 0,
		    "the directory '%s' of '%s@%s' is not below '%s'",
		    user->dir, user->name, domain->real, domain->dir);
		return;
	}
	const int placed =
	    vp_dircontrol_rel(domain->dir, user->dir, user->name, rel) == 0;
	if (placed && vp_domain_rel_after(rel, at->last))
		(void)vp_copy(at->last, sizeof at->last, rel);
	AUTO_CLOSE int home = vp_dir_open_at(at->dirfd, below);
	if (home >= 0)
		check_home(doctor, domain, user, home);
	else
		tell_missing(doctor, at, user, placed ? rel : NULL);
}

/* ---- directories without account -------------------------------------- */

static int
check_orphan(struct vp_doctor *doctor, const struct vp_doctor_domain *at,
    const char *rel)
{
	const char *slash = strrchr(rel, '/');
	const char *name = slash ? slash + 1 : rel;
	char path[VPOP_DIR_SIZE];
	struct vpop_user user;

	if (vp_format(path, sizeof path, "%s/%s", at->domain->dir, rel) != 0 ||
	    strlen(name) >= VPOP_USER_SIZE)
		return 0;
	int found = at->ops->user_get(at->store, at->domain, name, &user);
	if (found < 0)
		return found;
	if (found == 0 || strcmp(user.dir, path) != 0)
		vp_doctor_tell(doctor, 0,
		    found ? "'%s' has mail folders but is not the directory "
			    "of its account"
			  : "'%s' has mail folders but no account",
		    path);
	explicit_bzero(&user, sizeof user);
	return 0;
}

static int look_into(struct vp_doctor *doctor,
    const struct vp_doctor_domain *at, int dirfd, const char *rel, int level);

/* One entry of the domain's folder or of a hash directory. */
static int
look_at(struct vp_doctor *doctor, const struct vp_doctor_domain *at, int dirfd,
    const char *rel, const char *name, int level)
{
	const struct vp_doctor_like like = { at->domain->uid, at->domain->gid,
		VP_BAD_SHARED };
	char path[VP_DIR_REL_SIZE + 256];

	if (name[0] == '.') {
		if (level > 0 && vp_doctor_is_leftover(name))
			vp_doctor_leftover(
			    doctor, dirfd, at->domain->dir, name);
		return 0;
	}
	AUTO_CLOSE int fd = vp_dir_open_at(dirfd, name);
	if (fd < 0 || vp_format(path, sizeof path, "%s%s%s", rel,
			  *rel ? "/" : "", name) != 0)
		return 0;
	if (vp_doctor_is_folder(fd, MAILDIR))
		return check_orphan(doctor, at, path);
	if (name[1] != '\0' || level == DEEPEST)
		return 0;
	vp_doctor_inode(doctor, dirfd, name, at->domain->dir, &like);
	return look_into(doctor, at, fd, path, level + 1);
}

static int
look_into(struct vp_doctor *doctor, const struct vp_doctor_domain *at,
    int dirfd, const char *rel, int level)
{
	const struct dirent *entry;
	int code = 0, fd = dup(dirfd);
	DIR *dir = fd < 0 ? NULL : fdopendir(fd);

	if (!dir) {
		if (fd >= 0)
			close(fd);
		return vp_fail_errno(doctor->vp, VA_BAD_D_DIR,
		    "cannot read '%s/%s'", at->domain->dir, rel);
	}
	rewinddir(dir);
	while (code == 0 && (entry = readdir(dir)) != NULL)
		code = look_at(doctor, at, dirfd, rel, entry->d_name, level);
	closedir(dir);
	return code;
}

int
vp_doctor_users(struct vp_doctor *doctor, struct vp_doctor_domain *at)
{
	struct vpop_store_users *cursor;
	struct vpop_user user;
	int found;

	int code = at->ops->users_open(at->store, at->domain, NULL, &cursor);
	if (code != 0) {
		vp_doctor_tell_failure(doctor);
		return 0;
	}
	while ((found = at->ops->users_next(cursor, &user)) == 1)
		check_user(doctor, at, &user);
	at->ops->users_close(cursor);
	explicit_bzero(&user, sizeof user);
	if (found < 0 || look_into(doctor, at, at->dirfd, "", 0) != 0)
		vp_doctor_tell_failure(doctor);
	return 0;
}
