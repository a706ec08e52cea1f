/*
 * write_file and rename_file.
 *
 * A file is written beside its name and renamed: a reader, and qmail is one,
 * finds the old or the new one.  What becomes a dot-qmail file is looked at
 * first; a rename that would make one is a copy of what was looked at, so
 * that nobody can put something else there in between.
 */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <string.h>
#include <sys/stat.h>

#include "base/copy.h"
#include "base/dirtree.h"
#include "base/line.h"
#include "base/text.h"
#include "daemons/vpopmaild/path.h"

#define FILE_MODE 0600

/* ---- one file ---------------------------------------------------------- */

static int
fill(int fd, const char *data, size_t size)
{
	return vp_write_all(fd, data, size) == 0 && fchmod(fd, FILE_MODE) == 0
		   ? fsync(fd)
		   : -1;
}

/* What is there must be a file; a link, for one, leads somewhere. */
static int
may_replace(int parent, const char *name)
{
	struct stat st;

	if (fstatat(parent, name, &st, AT_SYMLINK_NOFOLLOW) != 0)
		return errno == ENOENT;
	if (S_ISREG(st.st_mode))
		return 1;
	errno = S_ISLNK(st.st_mode) ? ELOOP : EINVAL;
	if (S_ISDIR(st.st_mode))
		errno = EISDIR;
	return 0;
}

/* Several sessions may be at it: each has a temporary file of its own. */
static int
replace(int parent, const char *name, const char *data, size_t size)
{
	const int flags = O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC;
	uint64_t unique;
	char temp[48];

	if (!may_replace(parent, name) ||
	    vp_random(&unique, sizeof unique) != 0 ||
	    vp_format(
		temp, sizeof temp, ".vpopmaild.%" PRIx64 ".tmp", unique) != 0)
		return -1;
	AUTO_CLOSE int fd = openat(parent, temp, flags, FILE_MODE);
	if (fd < 0)
		return -1;
	if (fill(fd, data, size) == 0 &&
	    renameat(parent, temp, parent, name) == 0)
		return vp_dir_sync(parent);
	int cause = errno;
	unlinkat(parent, temp, 0);
	errno = cause;
	return -1;
}

/* 0, or -1 and EPERM if the text would run programs. */
static int
check_programs(struct vpd_call *call, const struct vpd_path *path,
    const char *text, size_t size)
{
	if (vpd_may_run(call, path->base, vpd_kind_of(path->rel), text, size))
		return 0;
	errno = EPERM;
	return -1;
}

/* ---- write_file -------------------------------------------------------- */

/* The answer comes after the block, whatever it is. */
enum vpd_next
vpd_write_file(struct vpd_call *call)
{
	struct vpd_session *session = call->session;
	const char *text = vpd_word(call);

	session->argument[0] = '\0';
	if (text &&
	    vp_copy(session->argument, sizeof session->argument, text) != 0)
		return vpd_error(call, VPD_E_NO_FILE, 2001);
	session->pending = VPD_WRITE_FILE;
	return VPD_FILE;
}

/* Copy the block: to qmail a CR would be part of the line. */
static size_t
without_cr(char *to, const char *from, size_t size)
{
	size_t length = 0;

	for (size_t i = 0; i < size; i++)
		if (from[i] != '\r' || i + 1 == size || from[i + 1] != '\n')
			to[length++] = from[i];
	return length;
}

static int
write_path(struct vpd_call *call, const struct vpd_path *path, const char *data,
    size_t size)
{
	const char *name;
	int rc = -1;

	if (check_programs(call, path, data, size) != 0 ||
	    vpd_path_enter(path) != 0)
		return -1;
	AUTO_CLOSE int parent =
	    vp_dir_open_parent(path->rootfd, path->rel, &name);
	if (parent >= 0)
		rc = replace(parent, name, data, size);
	int cause = errno;
	vpd_path_leave();
	errno = cause;
	return rc;
}

static enum vpd_next
write_block(struct vpd_call *call, const struct vpd_path *path)
{
	AUTO_FREE char *data = call->block ? malloc(call->size + 1) : NULL;

	if (!data)
		return vpd_errno(call, 2002, call->block ? ENOMEM : EFBIG);
	if (write_path(call, path, data,
		without_cr(data, call->block, call->size)) != 0)
		return vpd_errno(call, 2002, errno);
	return vpd_ok(call);
}

enum vpd_next
vpd_write_file_block(struct vpd_call *call)
{
	const char *text = call->session->argument;
	enum vpd_next next = VPD_LINE;
	struct vpd_path path;

	if (*text == '\0')
		return vpd_error(call, VPD_E_NO_FILE, 2001);
	if (vpd_path_open(call, text, &path) == 0 &&
	    vpd_path_may_change(call, &path) == 0)
		next = write_block(call, &path);
	vpd_path_close(&path);
	return next;
}

/* ---- rename_file ------------------------------------------------------- */

struct place {
	int parent;
	const char *name;
};

static int
copy_checked(struct vpd_call *call, const struct vpd_path *target,
    const struct place *from, const struct place *to)
{
	size_t size;
	AUTO_FREE char *text =
	    vp_file_read(from->parent, from->name, VPD_BLOCK_MAX, &size);

	if (!text || check_programs(call, target, text, size) != 0 ||
	    replace(to->parent, to->name, text, size) != 0)
		return -1;
	return unlinkat(from->parent, from->name, 0);
}

/* A link that somebody planted stays where it is. */
static int
move(const struct place *from, const struct place *to)
{
	struct stat st;

	if (fstatat(from->parent, from->name, &st, AT_SYMLINK_NOFOLLOW) != 0)
		return -1;
	if (S_ISLNK(st.st_mode)) {
		errno = ELOOP;
		return -1;
	}
	if (renameat(from->parent, from->name, to->parent, to->name) != 0)
		return -1;
	return vp_dir_sync(to->parent) == 0 ? vp_dir_sync(from->parent) : -1;
}

static int
rename_as_owner(struct vpd_call *call, const struct vpd_path *source,
    const struct vpd_path *target)
{
	struct place from, to;

	AUTO_CLOSE int from_fd =
	    vp_dir_open_parent(source->rootfd, source->rel, &from.name);
	if (from_fd < 0)
		return -1;
	AUTO_CLOSE int to_fd =
	    vp_dir_open_parent(target->rootfd, target->rel, &to.name);
	if (to_fd < 0)
		return -1;
	from.parent = from_fd;
	to.parent = to_fd;
	if (vpd_kind_of(target->rel) != VPD_PLAIN)
		return copy_checked(call, target, &from, &to);
	return move(&from, &to);
}

static int
rename_path(struct vpd_call *call, const struct vpd_path *source,
    const struct vpd_path *target)
{
	/* Whose rights should it have? */
	if (source->uid != target->uid || source->gid != target->gid) {
		errno = EXDEV;
		return -1;
	}
	/* Folders between the domains are domains. */
	if (!source->in_domain || !target->in_domain) {
		errno = EPERM;
		return -1;
	}
	if (vpd_path_enter(source) != 0)
		return -1;

	int rc = rename_as_owner(call, source, target);
	int cause = errno;
	vpd_path_leave();
	errno = cause;
	return rc;
}

enum vpd_next
vpd_rename_file(struct vpd_call *call)
{
	struct vpd_path source = { .rootfd = -1 }, target = { .rootfd = -1 };
	const char *from = vpd_word(call);
	const char *to = vpd_word(call);

	if (!from)
		return vpd_error(call, VPD_E_NO_SOURCE, 3801);
	if (!to)
		return vpd_error(call, VPD_E_NO_DESTINATION, 3801);
	if (vpd_path_open(call, from, &source) == 0 &&
	    vpd_path_may_change(call, &source) == 0 &&
	    vpd_path_open(call, to, &target) == 0 &&
	    vpd_path_may_change(call, &target) == 0) {
		if (rename_path(call, &source, &target) == 0)
			vpd_ok(call);
		else
			vpd_errno(call, 3803, errno);
	}
	vpd_path_close(&source);
	vpd_path_close(&target);
	return VPD_LINE;
}
