/*
 * Writing the messages of a bulletin, and the short way to a mailbox.
 */
#include "config.h"

#include "core/bulletin_int.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#if defined __linux__ && defined SYS_openat2
#	include <linux/openat2.h>
#endif

#include "base/copy.h"
#include "base/dirtree.h"
#include "base/line.h"
#include "base/text.h"
#include "core/userdir.h"

#define HEADER_LINE 65536 /* longest header line looked at */
#define DATE_SIZE   64

int
vp_bulletin_open_below(struct vp_bulletin *bulletin, const char *rel)
{
#if defined __linux__ && defined SYS_openat2
	const struct open_how how = {
		.flags = O_RDONLY | O_DIRECTORY | O_CLOEXEC,
		.resolve = RESOLVE_NO_SYMLINKS | RESOLVE_BENEATH,
	};

	if (!bulletin->no_openat2) {
		long fd = syscall(
		    SYS_openat2, bulletin->dirfd, rel, &how, sizeof how);

		if (fd >= 0 || errno == ENOENT || errno == ELOOP)
			return (int)fd;
		bulletin->no_openat2 = 1;
	}
#endif
	return vp_dir_open_at(bulletin->dirfd, rel);
}

int
vp_bulletin_scan(struct vpop *vp, struct vp_bulletin *bulletin)
{
	AUTO_FREE char *line = NULL;
	size_t cap = 0;
	ssize_t size;
	int fd = dup(bulletin->fd);
	AUTO_FCLOSE FILE *fp = fd < 0 ? NULL : fdopen(fd, "r");

	if (!fp) {
		if (fd >= 0)
			close(fd);
		return vp_fail_errno(vp, VA_MEMORY_ALLOC_ERR,
		    "cannot read '%s'", bulletin->file);
	}
	for (;;) {
		size = vp_line_read(fp, &line, &cap, HEADER_LINE);
		if (size < 0 && errno != EMSGSIZE && errno != EILSEQ)
			break;
		if (size == 0 || (size == 1 && line[0] == '\r'))
			return 0;
		if (size > 0 && strncasecmp(line, "Date:", 5) == 0) {
			bulletin->has_date = 1;
			return 0;
		}
	}
	if (errno != 0)
		return vp_fail_errno(vp, VA_INVALID_ARGUMENT,
		    "cannot read '%s'", bulletin->file);
	return 0;
}

/* Of RFC 5322; not by strftime, which speaks the program's language. */
static int
format_date(char *text, size_t size)
{
	static const char days[][4] = { "Sun", "Mon", "Tue", "Wed", "Thu",
		"Fri", "Sat" };
	static const char months[][4] = { "Jan", "Feb", "Mar", "Apr", "May",
		"Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec" };
	const time_t now = time(NULL);
	struct tm tm;

	if (!gmtime_r(&now, &tm))
		return -1;
	return vp_format(text, size, "%s, %02d %s %d %02d:%02d:%02d +0000",
	    days[tm.tm_wday], tm.tm_mday, months[tm.tm_mon], tm.tm_year + 1900,
	    tm.tm_hour, tm.tm_min, tm.tm_sec);
}

static int
write_header(
    const struct vp_bulletin *bulletin, const struct vpop_user *user, int fd)
{
	char date[DATE_SIZE];
	char header[VPOP_USER_SIZE + VPOP_DOMAIN_SIZE + DATE_SIZE + 32];

	if (format_date(date, sizeof date) != 0 ||
	    vp_format(header, sizeof header, "To: %s@%s\n%s%s%s", user->name,
		bulletin->domain.real, bulletin->has_date ? "" : "Date: ",
		bulletin->has_date ? "" : date,
		bulletin->has_date ? "" : "\n") != 0)
		return -1;
	return vp_write_all(fd, header, strlen(header));
}

/* Open a file in tmp/ of the mailbox; what is missing there is made. */
static int
open_file(struct vpop *vp, const struct vp_bulletin *bulletin,
    struct vpop_user *user, int *ret_home, struct vp_maildir_file *ret_file)
{
	for (int again = 0;; again = 1) {
		int home = vp_userdir_open(&bulletin->domain, user);

		if (home >= 0 &&
		    vp_maildir_open(home, "Maildir", ret_file) == 0) {
			*ret_home = home;
			return 0;
		}
		const int missing = errno == ENOENT;
		int code = vp_fail_errno(vp, VA_BAD_U_DIR,
		    "cannot write into '%s/Maildir'", user->dir);
		if (home >= 0)
			close(home);
		if (!missing || again)
			return code;
		code = vpop_user_make_dir(vp, user);
		if (code != 0)
			return code;
	}
}

static int
write_failed(struct vpop *vp, const struct vpop_user *user)
{
	return vp_fail_errno(vp, VA_COULD_NOT_UPDATE_FILE,
	    "cannot write into '%s/Maildir'", user->dir);
}

int
vp_bulletin_copy(
    struct vpop *vp, const struct vp_bulletin *bulletin, struct vpop_user *user)
{
	AUTO_CLOSE int home = -1;
	struct vp_maildir_file file = { .dirfd = -1, .fd = -1 };
	int64_t size = 0;

	int code = open_file(vp, bulletin, user, &home, &file);
	if (code != 0)
		return code;
	if (write_header(bulletin, user, file.fd) != 0 ||
	    vp_copy_file(file.fd, bulletin->fd) != 0) {
		code = write_failed(vp, user);
		vp_maildir_abort(&file);
		return code;
	}
	if (vp_maildir_commit(&file, vp->set.file_sync != 0, &size) != 0)
		return write_failed(vp, user);
	/* The message is there; a usage that is off is counted anew later. */
	AUTO_CLOSE int maildir = vp_dir_open_at(home, "Maildir");
	if (maildir >= 0)
		(void)vp_maildirsize_add(maildir, size, 1);
	return 0;
}

int
vp_bulletin_stage(
    struct vpop *vp, struct vp_bulletin *bulletin, struct vpop_user *user)
{
	AUTO_CLOSE int home = -1;

	int code = open_file(vp, bulletin, user, &home, &bulletin->staged);
	if (code != 0)
		return code;
	bulletin->staged_tmp = vp_dir_open_at(bulletin->staged.dirfd, "tmp");
	if (bulletin->staged_tmp < 0 ||
	    vp_copy_file(bulletin->staged.fd, bulletin->fd) != 0 ||
	    (vp->set.file_sync && fsync(bulletin->staged.fd) != 0)) {
		code = write_failed(vp, user);
		vp_bulletin_unstage(bulletin);
	}
	return code;
}

void
vp_bulletin_unstage(struct vp_bulletin *bulletin)
{
	if (bulletin->staged_tmp >= 0)
		close(bulletin->staged_tmp);
	bulletin->staged_tmp = -1;
	vp_maildir_abort(&bulletin->staged);
}
