/*
 * Safe rewrite of a file.  Order: write the temporary file, fsync it, rename
 * it over the old one, fsync the folder.  A crash before the rename leaves
 * the old file and a temporary one that the next rewrite replaces; a crash
 * after it leaves the new file.
 *
 * The temporary file is always a fresh inode: writing into whatever has the
 * name already could write through a hard link into a file elsewhere.
 */
#include "config.h"

#include "base/replace.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/attr.h"
#include "base/dirtree.h"
#include "base/sync.h"

static int
set_owner(int fd, const struct vp_replace *r, mode_t mode, uid_t uid, gid_t gid)
{
	struct stat st;

	if (uid == (uid_t)-1 &&
	    fstatat(r->dirfd, r->name, &st, AT_SYMLINK_NOFOLLOW) == 0 &&
	    S_ISREG(st.st_mode)) {
		/* No set-id bits: the old file may be a planted link. */
		mode = st.st_mode & 0777;
		uid = st.st_uid;
		gid = st.st_gid;
	}
	if (geteuid() == 0 && fchown(fd, uid, gid) != 0)
		return -1;
	return fchmod(fd, mode);
}

static int
open_temp(struct vp_replace *r, mode_t mode, uid_t uid, gid_t gid)
{
	const int flags = O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC;

	if (unlinkat(r->dirfd, r->temp, 0) != 0 && errno != ENOENT)
		return -1;
	int fd = openat(r->dirfd, r->temp, flags, 0600);
	if (fd < 0)
		return -1;
	if (set_owner(fd, r, mode, uid, gid) == 0)
		r->fp = fdopen(fd, "w");
	if (!r->fp) {
		int cause = errno;

		close(fd);
		unlinkat(r->dirfd, r->temp, 0);
		errno = cause;
		return -1;
	}
	return 0;
}

static void
forget(struct vp_replace *r)
{
	free(r->name);
	free(r->temp);
	r->name = r->temp = NULL;
}

int
vp_replace_open(struct vp_replace *r, int dirfd, const char *name, mode_t mode,
    uid_t uid, gid_t gid)
{
	*r = (struct vp_replace){ .dirfd = dirfd };
	/* The folder that is synced must be the one that holds the file. */
	if (*name == '\0' || strchr(name, '/')) {
		errno = EINVAL;
		return -1;
	}
	r->name = strdup(name);
	if (!r->name || asprintf(&r->temp, "%s.tmp", name) < 0) {
		r->temp = NULL;
		forget(r);
		errno = ENOMEM;
		return -1;
	}
	if (open_temp(r, mode, uid, gid) == 0)
		return 0;

	int cause = errno;
	forget(r);
	errno = cause;
	return -1;
}

/* The first failure's errno counts; a write that failed while the stream was
 * being filled has left nothing but its mark. */
static int
finish_stream(FILE *fp)
{
	int cause = 0;

	errno = 0;
	if (fflush(fp) != 0 || ferror(fp) || vp_sync(fileno(fp)) != 0)
		cause = errno ? errno : EIO;
	if (fclose(fp) != 0 && cause == 0)
		cause = errno;
	errno = cause;
	return cause == 0 ? 0 : -1;
}

int
vp_replace_prepare(struct vp_replace *r)
{
	FILE *fp = r->fp;

	if (!fp) {
		errno = EBADF;
		return -1;
	}
	r->fp = NULL;
	if (finish_stream(fp) == 0)
		return 0;

	int cause = errno;
	vp_replace_abort(r);
	errno = cause;
	return -1;
}

int
vp_replace_commit(struct vp_replace *r)
{
	if (r->fp && vp_replace_prepare(r) != 0)
		return -1;
	if (!r->temp) {
		errno = EBADF;
		return -1;
	}
	if (renameat(r->dirfd, r->temp, r->dirfd, r->name) != 0) {
		int cause = errno;

		vp_replace_abort(r);
		errno = cause;
		return -1;
	}
	forget(r);
	return vp_dir_sync(r->dirfd);
}

void
vp_replace_abort(struct vp_replace *r)
{
	if (r->fp)
		fclose(r->fp);
	r->fp = NULL;
	if (r->temp)
		unlinkat(r->dirfd, r->temp, 0);
	forget(r);
}

int
vp_replace_text(int dirfd, const char *name, const void *data, size_t size,
    mode_t mode, uid_t uid, gid_t gid)
{
	struct vp_replace r;

	if (vp_replace_open(&r, dirfd, name, mode, uid, gid) != 0)
		return -1;
	if (fwrite(data, 1, size, r.fp) != size) {
		int cause = errno;

		vp_replace_abort(&r);
		errno = cause;
		return -1;
	}
	return vp_replace_commit(&r);
}
