/*
 * One message into every mailbox of a domain.
 *
 * Copy: each mailbox gets a file of its own, addressed to it, written and
 * synced as a delivery is.  Link: one copy is written into tmp/ of the first
 * mailbox and linked into every new/, which costs one open and one link a
 * mailbox; when the file system allows no more links to one file, or the copy
 * has gone, another is written.  Symlink: only the name is made, and the file
 * it leads to is never touched.  What link and symlink made is synced once at
 * the end.
 */
#include "config.h"

#include "core/bulletin_int.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/dirtree.h"
#include "base/sync.h"
#include "base/text.h"
#include "core/journal.h"
#include "core/userdir.h"

#define TRIES 3

/* Open Maildir/new of a mailbox, made if it is missing. */
static int
open_new(struct vpop *vp, struct vp_bulletin *bulletin, struct vpop_user *user)
{
	char rel[VPOP_DIR_SIZE + 16];

	for (int again = 0;; again = 1) {
		const char *below =
		    vp_path_below(bulletin->domain.dir, user->dir);
		int fd = -1;

		errno = ENOENT;
		if (below &&
		    vp_format(rel, sizeof rel, "%s/Maildir/new", below) == 0) {
			fd = vp_bulletin_open_below(bulletin, rel);
		} else if (user->dir[0] && !below) {
			AUTO_CLOSE int home = vp_dir_open(user->dir);

			fd =
			    home < 0 ? -1 : vp_dir_open_at(home, "Maildir/new");
		}
		if (fd >= 0)
			return fd;
		if (errno != ENOENT || again)
			return vp_fail_errno(vp, VA_BAD_U_DIR,
			    "cannot open '%s/Maildir/new'", user->dir);
		int code = vpop_user_make_dir(vp, user);
		if (code != 0)
			return code;
	}
}

/* The staged copy and its mailbox are kept open from one link to the next. */
static int
deliver_link(
    struct vpop *vp, struct vp_bulletin *bulletin, struct vpop_user *user)
{
	AUTO_CLOSE int fd = open_new(vp, bulletin, user);

	if (fd < 0)
		return fd;
	for (int tries = 0; tries < TRIES; tries++) {
		int code = bulletin->staged.dirfd >= 0
			       ? 0
			       : vp_bulletin_stage(vp, bulletin, user);
		if (code != 0)
			return code;
		if (linkat(bulletin->staged_tmp, bulletin->staged.name, fd,
			bulletin->name, 0) == 0)
			return 0;
		if (errno != EMLINK && errno != ENOENT && errno != EXDEV)
			break;
		vp_bulletin_unstage(bulletin);
	}
	return vp_fail_errno(vp, VA_COULD_NOT_UPDATE_FILE,
	    "cannot link into '%s/Maildir/new'", user->dir);
}

static int
deliver_symlink(
    struct vpop *vp, struct vp_bulletin *bulletin, struct vpop_user *user)
{
	AUTO_CLOSE int fd = open_new(vp, bulletin, user);

	if (fd < 0)
		return fd;
	if (symlinkat(bulletin->file, fd, bulletin->name) == 0)
		return 0;
	return vp_fail_errno(vp, VA_COULD_NOT_UPDATE_FILE,
	    "cannot link into '%s/Maildir/new'", user->dir);
}

static int
deliver(struct vpop *vp, struct vp_bulletin *bulletin, struct vpop_user *user)
{
	switch (bulletin->how) {
	case VPOP_BULLETIN_COPY:
		return vp_bulletin_copy(vp, bulletin, user);
	case VPOP_BULLETIN_LINK:
		return deliver_link(vp, bulletin, user);
	case VPOP_BULLETIN_SYMLINK:
		return deliver_symlink(vp, bulletin, user);
	}
	return vp_fail(vp, VA_INVALID_ARGUMENT, "unknown kind of bulletin");
}

/* The name is the same in all mailboxes, as it says nothing about one. */
static int
choose_name(struct vpop *vp, struct vp_bulletin *bulletin)
{
	char base[128];

	if (vp_maildir_name(base, sizeof base) == 0 &&
	    vp_format(bulletin->name, sizeof bulletin->name, "%s,S=%" PRId64,
		base, bulletin->size) == 0)
		return 0;
	return vp_fail_errno(
	    vp, VA_COULD_NOT_UPDATE_FILE, "cannot make a file name");
}

static int
open_message(struct vpop *vp, struct vp_bulletin *bulletin)
{
	struct stat st;

	bulletin->fd = open(bulletin->file, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (bulletin->fd < 0 || fstat(bulletin->fd, &st) != 0)
		return vp_fail_errno(vp,
		    vp_code_of_errno(errno, VA_INVALID_ARGUMENT),
		    "cannot open '%s'", bulletin->file);
	if (!S_ISREG(st.st_mode) || st.st_size == 0)
		return vp_fail(vp, VA_INVALID_ARGUMENT,
		    "'%s' is not a file with a message", bulletin->file);
	if (bulletin->how == VPOP_BULLETIN_SYMLINK && bulletin->file[0] != '/')
		return vp_fail(vp, VA_INVALID_ARGUMENT,
		    "'%s' is not an absolute path", bulletin->file);
	bulletin->size = st.st_size;
	if (bulletin->how != VPOP_BULLETIN_COPY)
		return choose_name(vp, bulletin);
	return vp_bulletin_scan(vp, bulletin);
}

static int
walk(struct vpop *vp, struct vp_bulletin *bulletin,
    int (*each)(void *arg, const struct vpop_user *user, int before, int code),
    void *arg)
{
	struct vpop_users *cursor;
	struct vpop_user user;
	int first = 0, found;

	int code = vpop_users_open(vp, bulletin->domain.real, NULL, &cursor);
	if (code != 0)
		return code;
	while ((found = vpop_users_next(cursor, &user)) == 1) {
		if (each && each(arg, &user, 1, 0) != 0)
			continue;
		code = vp_dry_run(vp) ? 0 : deliver(vp, bulletin, &user);
		if (code != 0 && first == 0)
			first = code;
		if (each)
			(void)each(arg, &user, 0, code);
	}
	vpop_users_close(cursor);
	explicit_bzero(&user, sizeof user);
	return found < 0 ? found : first;
}

int
vpop_bulletin(struct vpop *vp, const char *domain, const char *file,
    enum vpop_bulletin_how how,
    int (*each)(void *arg, const struct vpop_user *user, int before, int code),
    void *arg)
{
	struct vp_bulletin bulletin = {
		.file = file,
		.how = how,
		.fd = -1,
		.dirfd = -1,
		.staged_tmp = -1,
		.staged = { .dirfd = -1, .fd = -1 },
	};

	int code = vp_change_start(vp);
	if (code == 0)
		code = vpop_domain_get(vp, domain, &bulletin.domain);
	if (code == 0)
		code = open_message(vp, &bulletin);
	if (code == 0) {
		bulletin.dirfd = vp_domain_dir(vp, &bulletin.domain);
		code = bulletin.dirfd < 0 ? bulletin.dirfd : 0;
	}
	if (code == 0)
		code = walk(vp, &bulletin, each, arg);
	vp_bulletin_unstage(&bulletin);
	if (bulletin.dirfd >= 0) {
		if (how != VPOP_BULLETIN_COPY && vp->set.file_sync &&
		    vp_sync_all(bulletin.dirfd) != 0 && code == 0)
			code = vp_fail_errno(vp, VA_COULD_NOT_UPDATE_FILE,
			    "cannot sync '%s'", bulletin.domain.dir);
		close(bulletin.dirfd);
	}
	if (bulletin.fd >= 0)
		close(bulletin.fd);
	return code;
}
