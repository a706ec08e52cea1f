/*
 * Files and trees.  Paths are the caller's, also relative ones: its working
 * directory is never left.  Below the last folder that the caller names no
 * link is followed, so that root can use these on trees that others own.
 */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "api/api.h"
#include "base/dirtree.h"
#include "base/text.h"
#include "vpopmail.h"

#define DIR_MODE 0750

int
vp_api_dir(const char *path)
{
	return open(*path ? path : "/", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
}

int
vp_api_parent(const char *path, const char **ret_last)
{
	const char *slash = strrchr(path, '/');
	AUTO_FREE char *above = NULL;

	*ret_last = slash ? slash + 1 : path;
	if (**ret_last == '\0') {
		errno = EINVAL;
		return -1;
	}
	above = slash ? strndup(path, (size_t)(slash - path)) : strdup(".");
	return above ? vp_api_dir(above) : -1;
}

/* The path without slashes at its end, malloc'd. */
static char *
trimmed(const char *path)
{
	size_t length = strlen(path);

	while (length > 1 && path[length - 1] == '/')
		length--;
	return strndup(path, length);
}

int
vp_api_maildir(const char *path)
{
	AUTO_FREE char *plain = trimmed(path);
	AUTO_CLOSE int fd = -1;
	struct stat st;

	if (!plain)
		return -1;
	fd = open(plain, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0)
		return -1;
	if (fstatat(fd, "cur", &st, AT_SYMLINK_NOFOLLOW) == 0)
		return vp_dir_open_at(fd, "");
	return vp_dir_open_at(fd, "Maildir");
}

VPOP_EXPORT int
vdelfiles(char *dir)
{
	AUTO_FREE char *path = dir && *dir ? trimmed(dir) : NULL;
	const char *last = NULL;
	AUTO_CLOSE int parent = path ? vp_api_parent(path, &last) : -1;
	struct stat st;

	if (parent < 0 || fstatat(parent, last, &st, AT_SYMLINK_NOFOLLOW) != 0)
		return -1;
	return vp_dir_remove(parent, last);
}

VPOP_EXPORT int
r_chown(char *path, uid_t owner, gid_t group)
{
	AUTO_FREE char *plain = path && *path ? trimmed(path) : NULL;
	const char *last = NULL;
	AUTO_CLOSE int parent = plain ? vp_api_parent(plain, &last) : -1;

	return parent < 0 ? -1 : vp_dir_chown(parent, last, owner, group);
}

/* Open the longest part of path that is there; what is left goes to
 * *ret_rest. */
static int
open_existing(char *path, const char **ret_rest)
{
	char *end = path + strlen(path);
	int fd;

	for (;;) {
		char kept = *end;

		*end = '\0';
		fd = *path == '\0' && kept != '/' ? vp_api_dir(".")
						  : vp_api_dir(path);
		*end = kept;
		if (fd >= 0 || errno != ENOENT || end == path)
			break;
		while (end > path && end[-1] != '/')
			end--;
		while (end > path && end[-1] == '/')
			end--;
	}
	*ret_rest = end + strspn(end, "/");
	return fd;
}

VPOP_EXPORT int
r_mkdir(char *path, uid_t uid, gid_t gid)
{
	AUTO_FREE char *plain = path ? trimmed(path) : NULL;
	const char *rest = "";
	AUTO_CLOSE int fd = -1;

	if (!plain)
		return -1;
	if (*plain == '\0')
		return 0;
	fd = open_existing(plain, &rest);
	if (fd < 0)
		return -1;
	return *rest ? vp_dir_make_all(fd, rest, DIR_MODE, uid, gid) : 0;
}

VPOP_EXPORT int
vfd_copy(int to, int from)
{
	if (to == from)
		return 0;
	return dup2(from, to) < 0 ? -1 : 0;
}

VPOP_EXPORT int
vfd_move(int to, int from)
{
	if (to == from)
		return 0;
	if (dup2(from, to) < 0)
		return -1;
	close(from);
	return 0;
}
