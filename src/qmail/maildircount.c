/*
 * Counting what a Maildir holds.  Messages come and go meanwhile: the time
 * stamps of all folders are summed up before they are read and again at the
 * end, so that the caller can tell whether the count is of one moment.
 */
#include "config.h"

#include "qmail/maildirsize.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

struct count {
	struct vp_usage usage;
	uint64_t stamp; /* sum over the folders' time stamps */
	int is_stamp_only;
};

/* Size in the name, ",S=<n>" before the colon; -1 if it has none. */
static int64_t
size_of_name(const char *name)
{
	const char *end = strchrnul(name, ':');
	const char *found = NULL;
	int64_t size = 0;

	for (const char *p = name; p + 3 <= end; p++)
		if (strncmp(p, ",S=", 3) == 0)
			found = p + 3;
	if (!found || *found < '0' || *found > '9')
		return -1;
	for (; *found >= '0' && *found <= '9'; found++)
		if (__builtin_mul_overflow(size, 10, &size) ||
		    __builtin_add_overflow(size, *found - '0', &size))
			return -1;
	return size;
}

static int
is_trashed(const char *name)
{
	const char *info = strstr(name, ":2,");

	return info && strchr(info + 3, 'T');
}

int
vp_maildir_message(const char *name, int64_t *ret_size)
{
	int64_t size;

	if (*name == '.' || is_trashed(name))
		return -1;
	size = size_of_name(name);
	if (size < 0)
		return 0;
	*ret_size = size;
	return 1;
}

static void
add_message(struct count *count, int dirfd, const char *name)
{
	struct stat st;
	int64_t size;
	int rc = vp_maildir_message(name, &size);

	if (rc < 0)
		return;
	if (rc == 0) {
		/* Gone, or no message: nothing to count. */
		if (fstatat(dirfd, name, &st, AT_SYMLINK_NOFOLLOW) < 0 ||
		    !S_ISREG(st.st_mode))
			return;
		size = st.st_size;
	}
	if (__builtin_add_overflow(
		count->usage.bytes, size, &count->usage.bytes))
		count->usage.bytes = INT64_MAX;
	count->usage.count++;
}

static int
stamp_folder(struct count *count, int fd)
{
	struct stat st;

	if (fstat(fd, &st) < 0)
		return -1;
	count->stamp +=
	    ((uint64_t)st.st_ino * 31 + (uint64_t)st.st_mtim.tv_sec) *
		1000000007 +
	    (uint64_t)st.st_mtim.tv_nsec;
	return 0;
}

/* Open a folder below fd.  NULL, and errno 0 if it is none of ours. */
static DIR *
open_folder(int fd, const char *name)
{
	int folder =
	    openat(fd, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);

	if (folder < 0) {
		if (errno == ENOENT || errno == ENOTDIR || errno == ELOOP)
			errno = 0;
		return NULL;
	}

	DIR *dir = fdopendir(folder);

	if (!dir) {
		int error = errno;

		close(folder);
		errno = error;
	}
	return dir;
}

/* Close and say whether reading ended well. */
static int
close_folder(DIR *dir, int error)
{
	closedir(dir);
	errno = error;
	return error ? -1 : 0;
}

static int
count_messages(struct count *count, int fd, const char *name)
{
	DIR *dir = open_folder(fd, name);
	struct dirent *entry;

	if (!dir)
		return errno ? -1 : 0;
	if (stamp_folder(count, dirfd(dir)) < 0)
		return close_folder(dir, errno);
	errno = 0;
	while (!count->is_stamp_only && (entry = readdir(dir))) {
		add_message(count, dirfd(dir), entry->d_name);
		errno = 0;
	}
	return close_folder(dir, errno);
}

static int
count_folder(struct count *count, int fd)
{
	if (count_messages(count, fd, "new") < 0)
		return -1;
	return count_messages(count, fd, "cur");
}

static int
count_subfolder(struct count *count, int fd, const char *name)
{
	if (*name != '.' || strcmp(name, ".") == 0 || strcmp(name, "..") == 0 ||
	    strcmp(name, ".Trash") == 0)
		return 0;

	int folder =
	    openat(fd, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);

	if (folder < 0)
		return errno == ENOENT || errno == ENOTDIR || errno == ELOOP
			   ? 0
			   : -1;

	int r = count_folder(count, folder);
	int error = errno;

	close(folder);
	errno = error;
	return r;
}

static int
count_all(struct count *count, int fd)
{
	DIR *dir = open_folder(fd, ".");
	struct dirent *entry;
	int r;

	if (!dir) {
		if (!errno)
			errno = ENOENT;
		return -1;
	}
	r = count_folder(count, dirfd(dir));
	if (r < 0)
		return close_folder(dir, errno);
	errno = 0;
	while ((entry = readdir(dir))) {
		if (count_subfolder(count, dirfd(dir), entry->d_name) < 0)
			return close_folder(dir, errno);
		errno = 0;
	}
	return close_folder(dir, errno);
}

int
vp_maildir_count_stable(
    int maildir_fd, struct vp_usage *ret, int *ret_is_stable)
{
	struct count count = { .stamp = 0 };
	struct count again = { .is_stamp_only = 1 };

	if (count_all(&count, maildir_fd) < 0 ||
	    count_all(&again, maildir_fd) < 0)
		return -1;
	*ret = count.usage;
	*ret_is_stable = count.stamp == again.stamp;
	return 0;
}

int
vp_maildir_count(int maildir_fd, struct vp_usage *ret)
{
	int is_stable;

	return vp_maildir_count_stable(maildir_fd, ret, &is_stable);
}
