/*
 * maildirsize, the running total of a Maildir (Maildir++): the quota in its
 * first line, then "<bytes> <count>" for every change, by this or any other
 * program.  It is a cache: whenever there is doubt about it, it is made anew
 * from what the Maildir holds, and nobody is refused before that was done.
 */
#include "config.h"

#include "qmail/maildirsize.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/attr.h"
#include "base/copy.h"
#include "base/dirtree.h"
#include "base/line.h"
#include "base/text.h"

#define FILE_NAME   "maildirsize"
#define MAX_BYTES   5120 /* a larger file is made anew */
#define MAX_AGE     900  /* so is an older one, seconds */
#define COUNT_TRIES 3

/* What reading the file gave. */
struct total {
	struct vp_usage usage;
	size_t lines; /* without the first */
};

/* The Maildir the quota is of: a folder of one has the file "maildirfolder"
 * and lies directly in it. */
static int
open_quota_folder(int maildir_fd)
{
	struct stat st;
	int is_folder = fstatat(maildir_fd, "maildirfolder", &st,
			    AT_SYMLINK_NOFOLLOW) == 0 &&
			S_ISREG(st.st_mode);

	return openat(maildir_fd, is_folder ? ".." : ".",
	    O_RDONLY | O_DIRECTORY | O_CLOEXEC);
}

static int
is_no_limit(const char *quota, int64_t *bytes, int64_t *count)
{
	if (vp_quota_parse(quota, bytes, count) < 0)
		return -1;
	return *bytes == 0 && *count == 0;
}

/* A signed number; *text moves behind it. */
static int
read_number(const char **text, int64_t *ret)
{
	char *end;

	errno = 0;
	long long value = strtoll(*text, &end, 10);

	if (end == *text || errno)
		return -1;
	*text = end;
	*ret = value;
	return 0;
}

static int
add_line(struct total *total, const char *line)
{
	int64_t bytes, count;

	if (read_number(&line, &bytes) < 0 || !isblank((unsigned char)*line) ||
	    read_number(&line, &count) < 0 ||
	    line[strspn(line, " \t\r")] != '\0')
		return -1;
	if (__builtin_add_overflow(
		total->usage.bytes, bytes, &total->usage.bytes) ||
	    __builtin_add_overflow(
		total->usage.count, count, &total->usage.count))
		return -1;
	total->lines++;
	return 0;
}

/* Interpret the text of the file; -1: not to be used. */
static int
parse_file(char *text, size_t size, const char *quota, struct total *ret)
{
	struct total total = { .lines = 0 };
	int64_t bytes, count, has_bytes, has_count;

	/* Every line has its LF: the last one may be half written. */
	if (size == 0 || text[size - 1] != '\n' || memchr(text, '\0', size))
		return -1;
	text[size - 1] = '\0';

	char *line = strsep(&text, "\n");

	if (vp_quota_parse(quota, &bytes, &count) < 0 ||
	    vp_quota_parse(line, &has_bytes, &has_count) < 0 ||
	    bytes != has_bytes || count != has_count)
		return -1;
	while ((line = strsep(&text, "\n")))
		if (add_line(&total, line) < 0)
			return -1;
	if (total.lines == 0)
		return -1;
	/* Other programs may have taken away more than was there. */
	if (total.usage.bytes < 0)
		total.usage.bytes = 0;
	if (total.usage.count < 0)
		total.usage.count = 0;
	*ret = total;
	return 0;
}

/* The file's total: 1, or 0 if it has to be made anew. */
static int
read_file(int folder, const char *quota, struct total *ret)
{
	struct stat st;
	size_t size;
	time_t now = time(NULL);

	if (fstatat(folder, FILE_NAME, &st, AT_SYMLINK_NOFOLLOW) < 0 ||
	    !S_ISREG(st.st_mode) || st.st_size >= MAX_BYTES ||
	    st.st_mtime > now + MAX_AGE || st.st_mtime < now - MAX_AGE)
		return 0;

	/* Appended to meanwhile, it may have become too large. */
	AUTO_FREE char *text =
	    vp_file_read(folder, FILE_NAME, MAX_BYTES, &size);

	return text && parse_file(text, size, quota, ret) == 0;
}

static int
fill_file(int fd, const char *quota, uid_t uid, gid_t gid,
    const struct vp_usage *usage)
{
	AUTO_FREE char *text = NULL;

	if (asprintf(&text, "%s\n%" PRId64 " %" PRId64 "\n", quota,
		usage->bytes, usage->count) < 0) {
		text = NULL;
		errno = ENOMEM;
		return -1;
	}
	if (geteuid() == 0 && fchown(fd, uid, gid) < 0)
		return -1;
	if (fchmod(fd, 0600) < 0)
		return -1;
	return vp_write_all(fd, text, strlen(text));
}

/* By a file in tmp/ and rename, which also replaces a link, not what it
 * points to. */
static int
write_file(int folder, const char *quota, uid_t uid, gid_t gid,
    const struct vp_usage *usage)
{
	AUTO_CLOSE int tmp = vp_dir_open_at(folder, "tmp");
	AUTO_CLOSE int fd = -1;
	char base[128], name[160];

	if (tmp < 0 || vp_maildir_name(base, sizeof base) < 0 ||
	    vp_format(name, sizeof name, "%s_NeWmAiLdIrSiZe", base) < 0)
		return -1;
	fd = openat(tmp, name,
	    O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (fd < 0)
		return -1;
	if (fill_file(fd, quota, uid, gid, usage) == 0 &&
	    renameat(tmp, name, folder, FILE_NAME) == 0)
		return 0;

	int error = errno;

	unlinkat(tmp, name, 0);
	errno = error;
	return -1;
}

/* Count, until nothing changes meanwhile. */
static int
count_anew(int folder, struct vp_usage *ret)
{
	int is_stable = 0;

	for (int i = 0; i < COUNT_TRIES && !is_stable; i++)
		if (vp_maildir_count_stable(folder, ret, &is_stable) < 0)
			return -1;
	if (is_stable)
		return 0;
	/* The old file, if any, is as good as this count. */
	errno = EAGAIN;
	return -1;
}

int
vp_maildirsize_read(int maildir_fd, const char *quota, uid_t uid, gid_t gid,
    struct vp_usage *ret)
{
	int64_t bytes, count;
	int r = is_no_limit(quota, &bytes, &count);
	AUTO_CLOSE int folder = -1;
	struct total total;

	if (r < 0)
		return -1;
	folder = open_quota_folder(maildir_fd);
	if (folder < 0)
		return -1;
	/* Without a limit no file is kept. */
	if (r > 0)
		return vp_maildir_count(folder, ret);
	if (read_file(folder, quota, &total)) {
		*ret = total.usage;
		return 0;
	}
	if (count_anew(folder, ret) < 0)
		return -1;
	/* What was asked for is known, whether it can be kept or not. */
	write_file(folder, quota, uid, gid, ret);
	return 0;
}

int
vp_maildirsize_add(int maildir_fd, int64_t bytes, int64_t count)
{
	AUTO_CLOSE int folder = open_quota_folder(maildir_fd);
	AUTO_CLOSE int fd = -1;
	char line[64];
	struct stat st;

	if (folder < 0 || vp_format(line, sizeof line,
			      "%" PRId64 " %" PRId64 "\n", bytes, count) < 0)
		return -1;
	fd = openat(folder, FILE_NAME,
	    O_WRONLY | O_APPEND | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	if (fd < 0)
		return errno == ENOENT ? 0 : -1;
	if (fstat(fd, &st) < 0)
		return -1;
	if (!S_ISREG(st.st_mode)) {
		errno = EINVAL;
		return -1;
	}
	return vp_write_all(fd, line, strlen(line));
}

int
vp_maildirsize_reset(int maildir_fd, const char *quota, uid_t uid, gid_t gid)
{
	int64_t bytes, count;
	int r = is_no_limit(quota, &bytes, &count);
	AUTO_CLOSE int folder = -1;
	struct vp_usage usage;

	if (r < 0)
		return -1;
	folder = open_quota_folder(maildir_fd);
	if (folder < 0 ||
	    (unlinkat(folder, FILE_NAME, 0) < 0 && errno != ENOENT))
		return -1;
	if (r > 0)
		return 0;
	/* A Maildir that keeps changing gets its file by the next reader. */
	if (count_anew(folder, &usage) < 0)
		return errno == EAGAIN ? 0 : -1;
	return write_file(folder, quota, uid, gid, &usage);
}

static int
is_over(
    const struct vp_usage *usage, int64_t size, int64_t bytes, int64_t count)
{
	/* Equality fits; no sum can overflow. */
	if (bytes > 0 && (size > bytes || usage->bytes > bytes - size))
		return 1;
	return count > 0 && usage->count >= count;
}

int
vp_maildir_over(
    int maildir_fd, const char *quota, uid_t uid, gid_t gid, int64_t size)
{
	int64_t bytes, count;
	int r = is_no_limit(quota, &bytes, &count);
	AUTO_CLOSE int folder = -1;
	struct total total;
	struct vp_usage usage;

	if (r)
		return r < 0 ? -1 : 0;
	folder = open_quota_folder(maildir_fd);
	if (folder < 0)
		return -1;
	if (read_file(folder, quota, &total)) {
		if (!is_over(&total.usage, size, bytes, count))
			return 0;
		/* One line in a young file: just counted. */
		if (total.lines == 1)
			return 1;
	}
	if (count_anew(folder, &usage) < 0)
		return errno == EAGAIN ? 0 : -1;
	write_file(folder, quota, uid, gid, &usage);
	return is_over(&usage, size, bytes, count);
}
