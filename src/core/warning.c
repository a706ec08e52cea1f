/*
 * Warnings go past every filter and quota: a full mailbox has to get the one
 * that tells that it is full.
 */
#include "config.h"

#include "core/warning.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <time.h>

#include "base/dirtree.h"
#include "base/text.h"
#include "core/userdir.h"
#include "qmail/maildir.h"

int
vp_warning_put(const struct vpop *vp, int maildir_fd, const char *address,
    const char *text, int64_t *ret_size)
{
	struct vp_maildir_file file;
	char date[64];
	struct tm tm;
	time_t now = time(NULL);

	if (!gmtime_r(&now, &tm) ||
	    strftime(date, sizeof date, "%a, %d %b %Y %H:%M:%S +0000", &tm) ==
		0 ||
	    vp_maildir_open(maildir_fd, ".", &file) != 0)
		return -1;
	if (dprintf(file.fd, "Delivered-To: %s\nDate: %s\n%s", address, date,
		text) < 0) {
		vp_maildir_abort(&file);
		return -1;
	}
	return vp_maildir_commit(&file, (int)vp->set.file_sync, ret_size);
}

static int
put_and_count(
    struct vpop *vp, int fd, const struct vpop_user *user, const char *text)
{
	char address[VPOP_USER_SIZE + VPOP_DOMAIN_SIZE];
	AUTO_CLOSE int stamp = -1;
	int64_t size;

	if (vp_format(address, sizeof address, "%s@%s", user->name,
		user->domain) != 0 ||
	    vp_warning_put(vp, fd, address, text, &size) != 0)
		return -1;
	(void)vp_maildirsize_add(fd, size, 1);
	/* So that the delivery of the next message does not warn, too. */
	stamp = openat(fd, VP_WARNING_STAMP,
	    O_WRONLY | O_CREAT | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC, 0600);
	if (stamp >= 0)
		(void)futimens(stamp, NULL);
	return 0;
}

int
vpop_user_warn(struct vpop *vp, const struct vpop_user *user, const char *text)
{
	struct vpop_domain domain;
	int code = vpop_domain_get(vp, user->domain, &domain);

	if (code != 0 || vp_dry_run(vp))
		return code;
	AUTO_CLOSE int home = vp_userdir_open(&domain, user);
	AUTO_CLOSE int fd = home < 0 ? -1 : vp_dir_open_at(home, "Maildir");
	if (fd < 0 || put_and_count(vp, fd, user, text) != 0)
		return vp_fail_errno(vp, vp_code_of_errno(errno, VA_BAD_U_DIR2),
		    "cannot write to the Maildir of '%s@%s'", user->name,
		    user->domain);
	return 0;
}
