/*
 * Maildir: making one, and putting a message into it.
 *
 * A message is written to tmp/ under a name that nobody else uses and gets
 * its place in new/ by link, which never replaces anything.  With sync, the
 * file is on the disk before it is linked and the link before success is
 * told, because qmail forgets the message then.
 */
#include "config.h"

#include "qmail/maildir.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/attr.h"
#include "base/dirtree.h"
#include "base/text.h"

#define HOST_BYTES 32
#define NAME_TRIES 20
#define FINAL_NAME (128 + 32)

/* Make one folder, or see that there is one.  1 if it was made. */
static int
make_part(int dirfd, const char *name, uid_t uid, gid_t gid)
{
	struct stat st;

	if (vp_dir_make(dirfd, name, 0700, uid, gid) == 0)
		return 1;
	if (errno != EEXIST)
		return -1;
	if (fstatat(dirfd, name, &st, AT_SYMLINK_NOFOLLOW) < 0)
		return -1;
	if (S_ISDIR(st.st_mode))
		return 0;
	errno = S_ISLNK(st.st_mode) ? ELOOP : ENOTDIR;
	return -1;
}

/* Open a Maildir, which is made if there is none. */
static int
open_or_make(
    int dirfd, const char *name, uid_t uid, gid_t gid, int *ret_is_natural)
{
	const char *last = name;
	AUTO_CLOSE int above = -1;
	int parent = dirfd;

	*ret_is_natural = 0;
	if (strchr(name, '/')) {
		above = parent = vp_dir_open_parent(dirfd, name, &last);
		if (above < 0)
			return -1;
	}
	int fd = vp_dir_make_open(parent, last, 0700, uid, gid, ret_is_natural);
	if (fd >= 0 || errno != EEXIST || make_part(parent, last, uid, gid) < 0)
		return fd;
	return vp_dir_open_at(parent, last);
}

int
vp_maildir_make(int dirfd, const char *name, uid_t uid, gid_t gid)
{
	static const char *const part[] = { "tmp", "new", "cur" };
	int is_natural;
	AUTO_CLOSE int maildir =
	    open_or_make(dirfd, name, uid, gid, &is_natural);

	if (maildir < 0)
		return -1;
	for (size_t i = 0; i < sizeof part / sizeof *part; i++)
		if (!(is_natural && mkdirat(maildir, part[i], 0700) == 0) &&
		    make_part(maildir, part[i], uid, gid) < 0)
			return -1;
	return 0;
}

/* The host's name as it may stand in a file name, at most HOST_BYTES. */
static void
host_part(char *dst, size_t size)
{
	char host[256] = "";
	size_t used = 0;

	if (gethostname(host, sizeof host - 1) < 0 || !*host)
		host[0] = '-';
	dst[0] = '\0';
	for (const char *p = host; *p; p++) {
		char one[8] = { *p };

		if (*p == '/' || *p == ':')
			vp_copy(one, sizeof one, *p == '/' ? "\\057" : "\\072");
		else if (*p <= ' ' || *p == 0x7f)
			one[0] = '_';
		if (used + strlen(one) > HOST_BYTES ||
		    vp_copy(dst + used, size - used, one) < 0)
			return;
		used += strlen(one);
	}
}

int
vp_maildir_name(char *ret_name, size_t size)
{
	static atomic_uint deliveries;
	unsigned number = atomic_fetch_add(&deliveries, 1) + 1;
	char host[HOST_BYTES + 8];
	struct timespec now;

	if (clock_gettime(CLOCK_REALTIME, &now) < 0)
		return -1;
	host_part(host, sizeof host);
	return vp_format(ret_name, size, "%lld.M%06ldP%ldQ%u.%s",
	    (long long)now.tv_sec, now.tv_nsec / 1000, (long)getpid(), number,
	    host);
}

/* Without "./" in front and double or final slashes, which the functions of
 * base refuse.  malloc'd. */
static char *
plain_path(const char *path)
{
	char *plain = malloc(strlen(path) + 1);
	size_t used = 0;

	if (!plain)
		return NULL;
	if (*path == '/')
		plain[used++] = '/';
	while (*path) {
		size_t size = strcspn(path, "/");

		if (size && !(size == 1 && *path == '.')) {
			if (used && plain[used - 1] != '/')
				plain[used++] = '/';
			memcpy(plain + used, path, size);
			used += size;
		}
		path += size + (path[size] == '/');
	}
	plain[used] = '\0';
	return plain;
}

static int
open_folder(int dirfd, const char *path)
{
	AUTO_FREE char *plain = plain_path(path);

	if (!plain)
		return -1;
	if (plain[0] == '/')
		return vp_dir_open(plain);
	return vp_dir_open_at(dirfd, plain);
}

/* Whoever writes as root writes for the owner of the Maildir. */
static int
set_owner(const struct vp_maildir_file *file)
{
	struct stat st;

	if (geteuid() == 0 && (fstat(file->dirfd, &st) < 0 ||
				  fchown(file->fd, st.st_uid, st.st_gid) < 0))
		return -1;
	return fchmod(file->fd, 0600);
}

static int
open_temp(struct vp_maildir_file *file)
{
	AUTO_CLOSE int tmp = vp_dir_open_at(file->dirfd, "tmp");

	if (tmp < 0)
		return -1;
	for (int i = 0; i < NAME_TRIES; i++) {
		if (vp_maildir_name(file->name, sizeof file->name) < 0)
			return -1;
		file->fd = openat(tmp, file->name,
		    O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
		if (file->fd >= 0 || errno != EEXIST)
			break;
	}
	if (file->fd < 0)
		return -1;
	return set_owner(file);
}

int
vp_maildir_open(int dirfd, const char *maildir, struct vp_maildir_file *ret)
{
	struct vp_maildir_file file = { .dirfd = -1, .fd = -1 };

	file.dirfd = open_folder(dirfd, maildir);
	if (file.dirfd < 0)
		return -1;
	if (open_temp(&file) < 0) {
		vp_maildir_abort(&file);
		return -1;
	}
	*ret = file;
	return 0;
}

void
vp_maildir_abort(struct vp_maildir_file *file)
{
	int error = errno;

	if (file->dirfd >= 0) {
		int tmp = vp_dir_open_at(file->dirfd, "tmp");

		if (tmp >= 0) {
			if (file->name[0])
				unlinkat(tmp, file->name, 0);
			close(tmp);
		}
		close(file->dirfd);
	}
	if (file->fd >= 0)
		close(file->fd);
	file->dirfd = file->fd = -1;
	file->name[0] = '\0';
	errno = error;
}

/* Link to a free name in new/, which is told in final. */
static int
link_to_new(int tmp, int new, const char *name, int64_t bytes, char *final)
{
	char base[128];

	if (vp_copy(base, sizeof base, name) < 0)
		return -1;
	for (int i = 0; i < NAME_TRIES; i++) {
		if (vp_format(final, FINAL_NAME, "%s,S=%" PRId64, base, bytes) <
		    0)
			return -1;
		if (linkat(tmp, name, new, final, 0) == 0)
			return 0;
		if (errno != EEXIST || vp_maildir_name(base, sizeof base) < 0)
			return -1;
	}
	errno = EEXIST;
	return -1;
}

static int
commit_file(struct vp_maildir_file *file, int sync, int64_t *ret_size)
{
	AUTO_CLOSE int tmp = vp_dir_open_at(file->dirfd, "tmp");
	AUTO_CLOSE int new = vp_dir_open_at(file->dirfd, "new");
	char final[FINAL_NAME];
	struct stat st;

	if (tmp < 0 || new < 0 || fstat(file->fd, &st) < 0 ||
	    (sync && fsync(file->fd) < 0))
		return -1;

	/* A full disk may be told here at last. */
	int fd = file->fd;

	file->fd = -1;
	if (close(fd) < 0 ||
	    link_to_new(tmp, new, file->name, st.st_size, final) < 0)
		return -1;
	if (sync && vp_dir_sync(new) < 0) {
		int error = errno;

		unlinkat(new, final, 0);
		errno = error;
		return -1;
	}
	*ret_size = st.st_size;
	return 0;
}

int
vp_maildir_commit(struct vp_maildir_file *file, int sync, int64_t *ret_size)
{
	int r = commit_file(file, sync, ret_size);

	/* It has its second name now, or none. */
	vp_maildir_abort(file);
	return r;
}
