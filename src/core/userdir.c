/*
 * Directories of accounts.
 *
 * What is below the domain's folder is reached from its descriptor and
 * without following links: the tree may belong to a user who would like root
 * to write elsewhere.  Making is repeatable: what is there already is left as
 * it is, what is missing is added.
 */
#include "config.h"

#include "core/userdir.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "base/dirtree.h"
#include "base/replace.h"
#include "base/text.h"
#include "core/domain.h"
#include "core/store.h"
#include "core/user.h"
#include "qmail/maildir.h"

#define MAILDIR        "Maildir"
#define JUNK           ".Junk"
#define SQWEBMAIL_PASS "sqwebmail-pass"

static int
make_failed(struct vpop *vp, const char *name, const char *what)
{
	return vp_fail_errno(vp, vp_code_of_errno(errno, VA_SUBDIR_CREATION),
	    "cannot make the %s of '%s'", what, name);
}

int
vp_userdir_make_maildir(struct vpop *vp, const struct vpop_domain *domain,
    int userfd, const char *name)
{
	if (vp_maildir_make(userfd, MAILDIR, domain->uid, domain->gid) != 0)
		return make_failed(vp, name, MAILDIR);
	if (!vp->set.spam_junkfolder)
		return 0;
	AUTO_CLOSE int fd = vp_dir_open_at(userfd, MAILDIR);
	if (fd < 0 || vp_maildir_make(fd, JUNK, domain->uid, domain->gid) != 0)
		return make_failed(vp, name, JUNK " folder");
	return 0;
}

int
vp_userdir_make_in(struct vpop *vp, const struct vpop_domain *domain,
    int parentfd, const char *name, int exist_ok)
{
	int is_natural;
	AUTO_CLOSE int userfd = vp_dir_make_open(
	    parentfd, name, VP_MODE_DIR, domain->uid, domain->gid, &is_natural);

	if (userfd < 0 && errno != EEXIST)
		return make_failed(vp, name, "directory");
	if (userfd < 0 && !exist_ok)
		return vp_fail(vp, VA_EXIST_U_DIR,
		    "the directory of '%s' already exists", name);
	if (userfd < 0)
		userfd = vp_dir_open_at(parentfd, name);
	if (userfd < 0)
		return vp_fail_errno(vp, vp_code_of_errno(errno, VA_BAD_U_DIR2),
		    "cannot open the directory of '%s'", name);
	return vp_userdir_make_maildir(vp, domain, userfd, name);
}

static int
open_or_make(const struct vpop_domain *domain, int dirfd, const char *rel)
{
	int fd = vp_dir_open_at(dirfd, rel);

	if (fd < 0 && errno == ENOENT &&
	    vp_dir_make_all(
		dirfd, rel, VP_MODE_DIR, domain->uid, domain->gid) == 0)
		fd = vp_dir_open_at(dirfd, rel);
	return fd;
}

int
vp_hashdir_open(struct vp_hashdir *hash, int dirfd, const char *rel)
{
	if (hash->fd >= 0 && strcmp(hash->rel, rel) == 0)
		return hash->fd;
	vp_hashdir_close(hash);
	if (vp_copy(hash->rel, sizeof hash->rel, rel) != 0)
		return -1;
	hash->fd = vp_dir_open_at(dirfd, rel);
	return hash->fd;
}

void
vp_hashdir_close(struct vp_hashdir *hash)
{
	if (hash->fd >= 0)
		close(hash->fd);
	hash->fd = -1;
}

int
vp_userdir_make(struct vpop *vp, const struct vpop_domain *domain, int dirfd,
    const char *rel, const char *name, int exist_ok)
{
	AUTO_CLOSE int parentfd = open_or_make(domain, dirfd, rel);

	if (parentfd < 0)
		return make_failed(vp, name, "hash directory");
	return vp_userdir_make_in(vp, domain, parentfd, name, exist_ok);
}

int
vp_userdir_open(const struct vpop_domain *domain, const struct vpop_user *user)
{
	const char *below = vp_path_below(domain->dir, user->dir);

	if (user->dir[0] == '\0') {
		errno = ENOENT;
		return -1;
	}
	if (!below)
		return vp_dir_open(user->dir);
	AUTO_CLOSE int dirfd = vp_domain_open(domain);
	return dirfd < 0 ? -1 : vp_dir_open_at(dirfd, below);
}

int
vp_sqwebmail_write(struct vpop *vp, const struct vpop_domain *domain,
    int userfd, const char *passwd)
{
	char text[VPOP_PASSWD_SIZE + 2];

	if (!vp->set.sqwebmail_pass)
		return 0;
	AUTO_CLOSE int fd = vp_dir_open_at(userfd, MAILDIR);
	if (fd < 0 || vp_format(text, sizeof text, "\t%s\n", passwd) != 0 ||
	    vp_replace_text(fd, SQWEBMAIL_PASS, text, strlen(text),
		VP_MODE_FILE, domain->uid, domain->gid) != 0)
		return vp_fail_errno(vp, VA_SQWEBMAIL_PASS_FAIL,
		    "cannot write '%s/%s'", MAILDIR, SQWEBMAIL_PASS);
	return 0;
}

/* The directory that the record names is not there. */
static int
make_again(struct vpop *vp, const struct vpop_domain *domain,
    const struct vpop_user *user)
{
	const char *below = vp_path_below(domain->dir, user->dir);
	AUTO_FREE char *copy = strdup(below ? below : user->dir);

	if (!copy)
		return vp_fail(vp, VA_MEMORY_ALLOC_ERR, "out of memory");
	char *slash = strrchr(copy, '/');
	const char *name = slash ? slash + 1 : copy;
	if (slash)
		*slash = '\0';
	if (below) {
		AUTO_CLOSE int dirfd = vp_domain_dir(vp, domain);

		if (dirfd < 0)
			return dirfd;
		return vp_userdir_make(
		    vp, domain, dirfd, slash ? copy : "", name, 1);
	}
	/* Elsewhere only the last part is ours to make. */
	AUTO_CLOSE int parentfd = vp_dir_open(*copy ? copy : "/");
	if (parentfd < 0)
		return make_failed(vp, user->dir, "directory");
	return vp_userdir_make_in(vp, domain, parentfd, name, 1);
}

static int
dir_of(struct vpop *vp, const struct vpop_domain *domain, const char *rel,
    struct vpop_user *user)
{
	if (vp_format(user->dir, sizeof user->dir, "%s/%s%s%s", domain->dir,
		rel, *rel ? "/" : "", user->name) != 0)
		return vp_fail(vp, VA_DIR_TOO_LONG,
		    "the directory of '%s@%s' would have too long a name",
		    user->name, domain->real);
	return 0;
}

/* The record has no directory yet; the account lock is held. */
static int
choose_dir(struct vpop *vp, const struct vpop_domain *domain, int dirfd,
    struct vpop_user *user)
{
	const struct vpop_store_ops *ops;
	struct vp_dircontrol control;
	char rel[VP_DIR_REL_SIZE] = "";
	struct vpop_store *store;
	int code = vp_store_of(vp, domain, &ops, &store);

	if (code != 0)
		return code;
	if (vp->set.users_big_dir) {
		code = vp_dircontrol_open(
		    vp, domain, dirfd, 1, domain->uid, domain->gid, &control);
		if (code == 0)
			code = vp_dircontrol_take(vp, &control, rel);
		int closed = vp_dircontrol_close(vp, &control, code == 0);
		if (code == 0)
			code = closed;
	}
	if (code == 0)
		code = vp_userdir_make(vp, domain, dirfd, rel, user->name, 1);
	if (code == 0)
		code = dir_of(vp, domain, rel, user);
	if (code == 0)
		code = ops->user_put(store, domain, user, VPOP_PUT_REPLACE);
	return code;
}

/* Another program may have been faster: look again under the lock. */
static int
give_dir(
    struct vpop *vp, const struct vpop_domain *domain, struct vpop_user *user)
{
	struct vpop_user now;
	AUTO_CLOSE int dirfd = vp_domain_dir(vp, domain);

	if (dirfd < 0)
		return dirfd;
	AUTO_CLOSE int lock = vp_domain_lock(vp, domain, dirfd, 1);
	if (lock < 0)
		return lock;
	int code = vp_user_find(vp, domain, user->name, &now);
	if (code == 0 && now.dir[0] == '\0')
		code = choose_dir(vp, domain, dirfd, &now);
	if (code == 0)
		memcpy(user->dir, now.dir, sizeof user->dir);
	return code;
}

static int
dir_failed(struct vpop *vp, const struct vpop_user *user)
{
	return vp_fail_errno(vp, vp_code_of_errno(errno, VA_BAD_U_DIR2),
	    "cannot open the directory '%s'", user->dir);
}

/* A Maildir that was just made has no copy of the hash yet. */
static int
copy_passwd(struct vpop *vp, const struct vpop_domain *domain,
    const struct vpop_user *user)
{
	AUTO_CLOSE int userfd = vp_userdir_open(domain, user);

	if (userfd < 0)
		return dir_failed(vp, user);
	return vp_sqwebmail_write(vp, domain, userfd, user->passwd);
}

int
vpop_user_make_dir(struct vpop *vp, struct vpop_user *user)
{
	struct vpop_domain domain;
	int code = vpop_domain_get(vp, user->domain, &domain);
	int is_new = user->dir[0] == '\0';

	if (code != 0 || vp_dry_run(vp))
		return code;
	if (is_new) {
		code = give_dir(vp, &domain, user);
		if (code != 0)
			return code;
	}
	AUTO_CLOSE int userfd = vp_userdir_open(&domain, user);
	if (userfd < 0 && errno != ENOENT)
		return dir_failed(vp, user);
	is_new |= userfd < 0;
	if (userfd >= 0)
		code = vp_userdir_make_maildir(vp, &domain, userfd, user->name);
	else
		code = make_again(vp, &domain, user);
	if (code != 0 || !is_new || !vp->set.sqwebmail_pass)
		return code;
	return copy_passwd(vp, &domain, user);
}

int
vpop_user_sqwebmail(struct vpop *vp, const struct vpop_user *user)
{
	struct vpop_domain domain;
	int code = vpop_domain_get(vp, user->domain, &domain);

	if (code == 0 && !vp->set.sqwebmail_pass)
		code = vp_fail(vp, VA_INVALID_ARGUMENT,
		    "the setting sqwebmail_pass is off: nobody would keep the "
		    "copies up to date");
	if (code != 0 || vp_dry_run(vp))
		return code;
	return copy_passwd(vp, &domain, user);
}
