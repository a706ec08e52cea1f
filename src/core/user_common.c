/*
 * What adding, changing and deleting accounts have in common: the open and
 * locked domain, and the fields of a record.
 */
#include "config.h"

#include "core/user_int.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <string.h>

#include "base/dirtree.h"
#include "base/text.h"
#include "core/name.h"
#include "core/password.h"
#include "core/store.h"
#include "core/userdir.h"
#include "qmail/maildir.h"

int
vp_result(const struct vpop *vp, int code, int *ret_code,
    char ret_message[VP_MESSAGE_SIZE])
{
	*ret_code = code;
	if (code != 0) {
		size_t length = strnlen(vp->message, VP_MESSAGE_SIZE - 1);

		memcpy(ret_message, vp->message, length);
		ret_message[length] = '\0';
	}
	return code;
}

/* ---- the domain ------------------------------------------------------- */

int
vp_place_open(struct vpop *vp, const char *domain, struct vp_place *ret_place)
{
	struct vp_place place = { .dirfd = -1, .lock = -1, .hash.fd = -1 };
	int code;

	if (!domain)
		return vp_fail(vp, VA_NULL_POINTER, "no domain is given");
	code = vpop_domain_get(vp, domain, &place.domain);
	if (code < 0)
		return code;
	memcpy(place.domain.name, place.domain.real, sizeof place.domain.name);
	code = vp_store_of(vp, &place.domain, &place.ops, &place.store);
	if (code < 0)
		return code;
	place.dirfd = vp_domain_dir(vp, &place.domain);
	if (place.dirfd < 0)
		return place.dirfd;
	*ret_place = place;
	return 0;
}

int
vp_place_lock(struct vpop *vp, struct vp_place *place)
{
	if (vp_dry_run(vp))
		return 0;
	place->lock = vp_change_lock(vp, &place->domain, place->dirfd);
	return place->lock < 0 ? place->lock : 0;
}

void
vp_place_close(struct vp_place *place)
{
	if (place->is_begun)
		place->ops->rollback(place->store);
	place->is_begun = 0;
	vp_hashdir_close(&place->hash);
	if (place->dirfd >= 0)
		close(place->dirfd);
	if (place->lock >= 0)
		close(place->lock);
	place->dirfd = place->lock = -1;
}

int
vp_place_recover(struct vpop *vp, const struct vp_pending *pending,
    struct vp_place *ret_place)
{
	struct vp_place place = { .dirfd = -1, .lock = -1, .hash.fd = -1 };
	int code = vp_place_open(vp, pending->domain, &place);

	if (code == VA_DOMAIN_DOES_NOT_EXIST)
		return 0;
	if (code < 0)
		return code;
	place.lock = vp_domain_lock(vp, &place.domain, place.dirfd, 0);
	code = place.lock;
	if (code >= 0) {
		int pends = vp_journal_is_pending(vp, pending->id);
		code = pends == 0 ? 2 : pends;
	}
	if (code != 1) {
		vp_place_close(&place);
		return code;
	}
	*ret_place = place;
	return 1;
}

/* ---- fields ----------------------------------------------------------- */

static int
clear_fields(
    struct vpop *vp, const char *clear, int policy, struct vpop_user *ret_user)
{
	int code;

	if (*clear == '\0' && !policy)
		return vp_fail(vp, VA_PWSTR_EMPTY, "the password is empty");
	if (strlen(clear) >= VPOP_PASSWD_SIZE)
		return vp_fail(vp,
		    vp->set.clear_passwd ? VA_CLEAR_PASSWD_TOO_LONG
					 : VA_PASSWD_TOO_LONG,
		    "the password is longer than %d bytes",
		    VPOP_PASSWD_SIZE - 1);
	if (vp->set.clear_passwd && !vp_is_clean(clear))
		return vp_fail(
		    vp, VA_BAD_CHAR, "the password has a control character");
	if (policy && (code = vpop_password_check(vp, clear)) < 0)
		return code;
	if (*clear == '\0')
		return vp_fail(vp, VA_PWSTR_EMPTY, "the password is empty");
	code = vpop_password_hash(vp, clear, ret_user->passwd);
	if (code < 0)
		return code;
	ret_user->clear[0] = '\0';
	if (vp->set.clear_passwd)
		memcpy(ret_user->clear, clear, strlen(clear) + 1);
	return 0;
}

int
vp_secret_fields(struct vpop *vp, const struct vpop_secret *secret, int policy,
    struct vpop_user *ret_user)
{
	int code;

	if ((secret->kind == VPOP_SECRET_CLEAR ||
		secret->kind == VPOP_SECRET_HASH) &&
	    !secret->text)
		return vp_fail(vp, VA_PWSTR_EMPTY, "no password is given");
	switch (secret->kind) {
	case VPOP_SECRET_NONE:
	case VPOP_SECRET_EMPTY:
		ret_user->clear[0] = '\0';
		ret_user->passwd[0] =
		    secret->kind == VPOP_SECRET_NONE ? '*' : '\0';
		ret_user->passwd[1] = '\0';
		return 0;
	case VPOP_SECRET_CLEAR:
		return clear_fields(vp, secret->text, policy, ret_user);
	case VPOP_SECRET_HASH:
		code = vp_password_check_hash(vp, secret->text);
		if (code < 0)
			return code;
		ret_user->clear[0] = '\0';
		if (vp_copy(ret_user->passwd, sizeof ret_user->passwd,
			secret->text) != 0)
			return vp_fail(vp, VA_PASSWD_TOO_LONG,
			    "the password hash is longer than %d bytes",
			    VPOP_PASSWD_SIZE - 1);
		return 0;
	default:
		return vp_fail(
		    vp, VA_INVALID_ARGUMENT, "unknown kind of password");
	}
}

int
vp_quota_field(
    struct vpop *vp, const char *quota, char ret_quota[VPOP_QUOTA_SIZE])
{
	struct vpop_quota parsed;

	if (strlen(quota) >= VPOP_QUOTA_SIZE)
		return vp_fail(vp, VA_QUOTA_TOO_LONG,
		    "the quota is longer than %d bytes", VPOP_QUOTA_SIZE - 1);
	if (vpop_quota_parse(quota, &parsed) < 0)
		return vp_fail(
		    vp, VA_INVALID_QUOTA, "'%s' is not a quota", quota);
	vpop_quota_format(&parsed, ret_quota);
	return 0;
}

int
vp_gecos_field(struct vpop *vp, const char *gecos, const char *name,
    char ret_gecos[VPOP_GECOS_SIZE])
{
	int code;

	if (!gecos || *gecos == '\0')
		gecos = name;
	code = vp_name_field(
	    vp, "the comment", gecos, VPOP_GECOS_SIZE, VA_GECOS_TOO_LONG);
	if (code == 0)
		memcpy(ret_gecos, gecos, strlen(gecos) + 1);
	return code;
}

int
vp_userdir_absent(int errnum)
{
	switch (errnum) {
	case ENOENT:
	case ENOTDIR:
	case ELOOP:
	case EACCES:
	case EPERM:
		return 1;
	default:
		return 0;
	}
}

static int
refresh_failed(struct vpop *vp, const struct vpop_user *user)
{
	return vp_fail_errno(vp, VA_COULD_NOT_UPDATE_FILE,
	    "cannot write '%s/Maildir/maildirsize'", user->dir);
}

int
vp_user_refresh(struct vpop *vp, const struct vpop_domain *domain,
    const struct vpop_user *user, int quota, int passwd)
{
	AUTO_CLOSE int fd = vp_userdir_open(domain, user);
	AUTO_CLOSE int maildir = -1;

	if (fd >= 0)
		maildir = vp_dir_open_at(fd, "Maildir");
	if (maildir < 0)
		return vp_userdir_absent(errno) ? 0 : refresh_failed(vp, user);
	if (quota && vp_maildirsize_reset(
			 maildir, user->quota, domain->uid, domain->gid) != 0)
		return refresh_failed(vp, user);
	return passwd ? vp_sqwebmail_write(vp, domain, fd, user->passwd) : 0;
}

int
vp_user_sum(
    struct vpop *vp, const struct vpop_user *user, char ret_sum[VP_SUM_SIZE])
{
	AUTO_FREE char *text = NULL;
	int length = asprintf(&text, "%s\n%s\n%s\n%s\n%" PRIu32 "\n%" PRIu32,
	    user->passwd, user->gecos, user->dir, user->quota, user->uid,
	    user->gid);

	if (length < 0) {
		text = NULL;
		return vp_fail(vp, VA_MEMORY_ALLOC_ERR, "out of memory");
	}
	vp_sum(text, (size_t)length, ret_sum);
	return 0;
}

char *
vp_user_object(const char *name, const char *domain)
{
	char *object;

	return asprintf(&object, "%s@%s", name, domain) < 0 ? NULL : object;
}

/* ---- directories ------------------------------------------------------ */

/* Remove a folder if it is empty; 0 also if it is not, or not there. */
static int
remove_empty(int dirfd, const char *name)
{
	if (unlinkat(dirfd, name, AT_REMOVEDIR) == 0 || errno == ENOENT ||
	    errno == ENOTEMPTY || errno == EEXIST || errno == ENOTDIR)
		return 0;
	return -1;
}

/* Remove an empty Maildir; whatever else is in it keeps it. */
static int
unmake_maildir(int dirfd, const char *name)
{
	static const char *const parts[] = { "cur", "new", "tmp" };
	AUTO_CLOSE int fd = vp_dir_open_at(dirfd, name);

	if (fd < 0)
		return vp_userdir_absent(errno) ? 0 : -1;
	if (unlinkat(fd, "maildirfolder", 0) != 0 && errno != ENOENT)
		return -1;
	for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
		if (remove_empty(fd, parts[i]) != 0)
			return -1;
	return remove_empty(dirfd, name);
}

int
vp_userdir_unmake(int dirfd, const char *rel, const char *name)
{
	AUTO_CLOSE int parent = vp_dir_open_at(dirfd, rel);
	AUTO_CLOSE int fd = -1;
	AUTO_CLOSE int maildir = -1;

	if (parent >= 0)
		fd = vp_dir_open_at(parent, name);
	if (fd >= 0)
		maildir = vp_dir_open_at(fd, "Maildir");
	if (maildir < 0 && !vp_userdir_absent(errno))
		return -1;
	if (maildir >= 0 && (unmake_maildir(maildir, ".Junk") != 0 ||
				unmake_maildir(fd, "Maildir") != 0))
		return -1;
	return parent < 0 ? 0 : remove_empty(parent, name);
}
