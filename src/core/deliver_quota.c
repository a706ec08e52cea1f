/*
 * Quotas at delivery (facts: runtime 8).  Whose quota it is depends on the
 * Maildir, not on how an instruction wrote its path: for the recipient's own
 * one it is that of the account, else the one that its maildirsize names.
 * Doubt never bounces: a usage that cannot be told does not count as over.
 */
#include "config.h"

#include "core/deliver_int.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include "base/line.h"
#include "base/text.h"
#include "core/limits.h"
#include "core/usage.h"
#include "core/userdir.h"
#include "core/warning.h"
#include "qmail/maildir.h"

#define WARN_SECONDS 86400

static int
is_own(const struct vp_run *run, int fd)
{
	struct stat st;

	return run->own_ino != 0 && fstat(fd, &st) == 0 &&
	       st.st_ino == run->own_ino && st.st_dev == run->own_dev;
}

/* The quota that a Maildir is marked with: the first line of maildirsize. */
static void
read_mark(int fd, char ret_quota[VPOP_QUOTA_SIZE])
{
	AUTO_FREE char *text =
	    vp_file_read(fd, "maildirsize", VP_TEXT_MAX, NULL);
	struct vpop_quota quota;

	if (!text)
		return;
	text[strcspn(text, "\r\n")] = '\0';
	if (vpop_quota_parse(text, &quota) == 0)
		(void)vp_copy(ret_quota, VPOP_QUOTA_SIZE, text);
}

int
vp_room_open(struct vp_run *run, int maildir_fd, struct vp_room *ret)
{
	const int flags = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;
	int parent = openat(maildir_fd, "..", flags);
	int in_own = parent >= 0 && is_own(run, parent);
	int is_folder =
	    in_own || (parent >= 0 &&
			  faccessat(maildir_fd, "maildirfolder", F_OK, 0) == 0);

	ret->own = in_own || is_own(run, maildir_fd);
	ret->quota[0] = '\0';
	if (is_folder) {
		ret->fd = parent;
	} else {
		if (parent >= 0)
			close(parent);
		ret->fd = openat(maildir_fd, ".", flags);
	}
	if (ret->fd < 0)
		return -1;
	if (ret->own)
		(void)vp_copy(ret->quota, sizeof ret->quota, run->user.quota);
	if (ret->quota[0] == '\0')
		read_mark(ret->fd, ret->quota);
	return 0;
}

void
vp_room_close(struct vp_room *room)
{
	if (room->fd >= 0)
		close(room->fd);
	room->fd = -1;
}

static int
has_limit(const struct vp_room *room)
{
	struct vpop_quota quota;

	return vpop_quota_parse(room->quota, &quota) == 0 &&
	       (quota.bytes > 0 || quota.messages > 0);
}

void
vp_room_add(const struct vp_room *room, int64_t size)
{
	if (has_limit(room))
		(void)vp_maildirsize_add(room->fd, size, 1);
}

/* 1 if what is there already, without this message, is above the mark. */
static int
is_above_mark(const struct vp_run *run, const struct vp_room *room)
{
	int64_t mark = run->vp->set.quota_warn_percent;
	struct vp_usage usage;

	return mark > 0 && has_limit(room) &&
	       vp_maildirsize_read(room->fd, room->quota, run->domain.uid,
		   run->domain.gid, &usage) == 0 &&
	       vp_quota_percent(room->quota, &usage) >= mark;
}

/* 1 if no warning was sent for a day; the stamp is set before the warning,
 * so that one that cannot be set does not mean a warning a message. */
static int
is_due(int fd)
{
	struct stat st;
	AUTO_CLOSE int stamp = -1;

	if (fstatat(fd, VP_WARNING_STAMP, &st, AT_SYMLINK_NOFOLLOW) == 0 &&
	    st.st_mtime + WARN_SECONDS > time(NULL))
		return 0;
	stamp = openat(fd, VP_WARNING_STAMP,
	    O_WRONLY | O_CREAT | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC, 0600);
	return stamp >= 0 && futimens(stamp, NULL) == 0;
}

/* Without filters, without a check, and without a word if it fails. */
static void
warn(struct vp_run *run, const struct vp_room *room, const char *address)
{
	AUTO_FREE char *text = NULL;
	int64_t size;

	if (!is_above_mark(run, room))
		return;
	text = vp_deliver_text(run, ".quotawarn.msg");
	if (text && is_due(room->fd) &&
	    vp_warning_put(run->vp, room->fd, address, text, &size) == 0)
		vp_room_add(room, size);
}

static int
refuse(struct vp_run *run, const struct vp_room *room, const char *address,
    const char *words)
{
	AUTO_FREE char *text = vp_deliver_text(run, ".over-quota.msg");

	if (text)
		fputs(text, run->out);
	else
		fprintf(run->out, "%s\n", words);
	warn(run, room, address);
	fputc('\n', run->out);
	return VP_BOUNCE;
}

static int
add_account(const struct vp_run *run, const struct vpop_user *user,
    struct vp_usage *sum)
{
	struct vp_usage usage;
	AUTO_CLOSE int home = vp_userdir_open(&run->domain, user);
	AUTO_CLOSE int fd = -1;

	if (home >= 0)
		fd = openat(home, "Maildir",
		    O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0)
		return errno == ENOENT ? 0 : -1;
	if (vp_maildirsize_read(
		fd, user->quota, run->domain.uid, run->domain.gid, &usage) != 0)
		return -1;
	sum->bytes += usage.bytes;
	sum->count += usage.count;
	return 0;
}

/* Where no daemon knows: by the maildirsize of each account; those without a
 * quota keep none and are counted. */
static int
domain_usage(const struct vp_run *run, struct vp_usage *ret)
{
	struct vpop_users *users;
	struct vpop_user user;
	int rc;

	*ret = (struct vp_usage){ 0 };
	if (vpop_users_open(run->vp, run->domain.real, NULL, &users) != 0)
		return -1;
	while ((rc = vpop_users_next(users, &user)) == 1)
		if (add_account(run, &user, ret) != 0)
			break;
	vpop_users_close(users);
	explicit_bzero(&user, sizeof user);
	return rc == 0 ? 0 : -1;
}

static int
is_domain_over(const struct vp_run *run, int64_t size)
{
	struct vpop_limits limits;
	struct vp_usage usage;
	uint64_t bytes, count;

	if (vpop_limits_get(run->vp, run->domain.real, &limits) != 0 ||
	    (limits.quota == 0 && limits.maxmsgcount == 0))
		return 0;
	if (!vp_usage_domain(run->vp, run->domain.real, &bytes, &count)) {
		if (domain_usage(run, &usage) != 0)
			return 0;
		bytes = (uint64_t)usage.bytes;
		count = (uint64_t)usage.count;
	}
	return vp_usage_is_over(&limits, bytes, count, (uint64_t)size);
}

int
vp_room_check(struct vp_run *run, const struct vp_room *room,
    const char *address, int64_t size)
{
	if (has_limit(room) && vp_maildir_over(room->fd, room->quota,
				   run->domain.uid, run->domain.gid, size) == 1)
		return refuse(
		    run, room, address, "user is over quota (#5.2.2)");
	if (room->own && run->vp->set.domainquotas && is_domain_over(run, size))
		return refuse(
		    run, room, address, "domain is over quota (#5.2.2)");
	warn(run, room, address);
	return VP_DELIVERED;
}
