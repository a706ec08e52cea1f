/*
 * Verbs about folders, and reading files.  All work as the owner of the
 * domain, on descriptors, and follow no link; nothing that a client, or
 * whoever else writes in the tree, does meanwhile changes where they work.
 */
#include "config.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

#include "base/dirtree.h"
#include "daemons/vpopmaild/path.h"

#define DIR_MODE 0700

/* ---- a verb with one path ---------------------------------------------- */

struct verb {
	enum vpd_message missing;
	int missing_at, failed_at;
	int changes; /* protected files are left alone */
	/* 0 after the reply, or -1 and errno; parent is the folder that holds
	 * name, which is "" for the root itself. */
	int (*run)(struct vpd_call *call, const struct vpd_path *path,
	    int parent, const char *name);
};

static int
run_as_owner(
    struct vpd_call *call, const struct verb *verb, const struct vpd_path *path)
{
	const char *name = "";
	int rc = -1;

	if (vpd_path_enter(path) != 0)
		return -1;
	AUTO_CLOSE int parent =
	    *path->rel ? vp_dir_open_parent(path->rootfd, path->rel, &name)
		       : vp_dir_open_at(path->rootfd, "");
	if (parent >= 0)
		rc = verb->run(call, path, parent, name);
	int cause = errno;
	vpd_path_leave();
	errno = cause;
	return rc;
}

static enum vpd_next
run(struct vpd_call *call, const struct verb *verb)
{
	struct vpd_path path;
	const char *text = vpd_word(call);

	if (!text)
		return vpd_error(call, verb->missing, verb->missing_at);
	if (vpd_path_open(call, text, &path) == 0 &&
	    (!verb->changes || vpd_path_may_change(call, &path) == 0) &&
	    run_as_owner(call, verb, &path) != 0)
		vpd_errno(call, verb->failed_at, errno);
	vpd_path_close(&path);
	return VPD_LINE;
}

/* ---- folders ----------------------------------------------------------- */

static int
make_dir(struct vpd_call *call, const struct vpd_path *path, int parent,
    const char *name)
{
	if (vp_dir_make(parent, name, DIR_MODE, path->uid, path->gid) != 0 ||
	    vp_dir_sync(parent) != 0)
		return -1;
	vpd_ok(call);
	return 0;
}

enum vpd_next
vpd_mk_dir(struct vpd_call *call)
{
	static const struct verb verb = { VPD_E_NO_DIRECTORY, 1601, 1602, 1,
		make_dir };

	return run(call, &verb);
}

static int
remove_dir(struct vpd_call *call, const struct vpd_path *path, int parent,
    const char *name)
{
	struct stat st;

	if (fstatat(parent, name, &st, AT_SYMLINK_NOFOLLOW) != 0)
		return -1;
	/* Between the domains only what is empty: the rest is domains. */
	if (path->in_domain ? vp_dir_remove(parent, name) != 0
			    : unlinkat(parent, name, AT_REMOVEDIR) != 0)
		return -1;
	vpd_ok(call);
	return 0;
}

enum vpd_next
vpd_rm_dir(struct vpd_call *call)
{
	static const struct verb verb = { VPD_E_NO_DIRECTORY, 1701, 1702, 1,
		remove_dir };

	return run(call, &verb);
}

static const char *
type_of(mode_t mode)
{
	switch (mode & S_IFMT) {
	case S_IFREG:
		return "file";
	case S_IFDIR:
		return "dir";
	case S_IFCHR:
		return "chardev";
	case S_IFBLK:
		return "blkdev";
	case S_IFIFO:
		return "fifo";
	case S_IFLNK:
		return "link";
	case S_IFSOCK:
		return "sock";
	default:
		return "unknown";
	}
}

static void
put_entries(struct vpd_call *call, DIR *dir)
{
	const struct dirent *entry;
	struct stat st;

	while (!call->out->failed && (entry = readdir(dir)))
		/* What is gone meanwhile is not there. */
		if (strcmp(entry->d_name, ".") != 0 &&
		    strcmp(entry->d_name, "..") != 0 &&
		    fstatat(dirfd(dir), entry->d_name, &st,
			AT_SYMLINK_NOFOLLOW) == 0)
			vpd_line(call->out, entry->d_name, type_of(st.st_mode));
}

static int
list_dir(struct vpd_call *call, const struct vpd_path *path, int parent,
    const char *name)
{
	int fd = vp_dir_open_at(parent, name);
	DIR *dir = fd < 0 ? NULL : fdopendir(fd);

	(void)path;
	if (!dir) {
		int cause = errno;

		if (fd >= 0)
			close(fd);
		errno = cause;
		return -1;
	}
	vpd_begin(call);
	put_entries(call, dir);
	closedir(dir);
	vpd_end(call);
	return 0;
}

enum vpd_next
vpd_list_dir(struct vpd_call *call)
{
	static const struct verb verb = { VPD_E_NO_DIRECTORY, 1801, 1802, 0,
		list_dir };

	return run(call, &verb);
}

/* ---- files ------------------------------------------------------------- */

static int
remove_file(struct vpd_call *call, const struct vpd_path *path, int parent,
    const char *name)
{
	(void)path;
	if (unlinkat(parent, name, 0) != 0)
		return -1;
	vpd_ok(call);
	return 0;
}

enum vpd_next
vpd_rm_file(struct vpd_call *call)
{
	static const struct verb verb = { VPD_E_NO_FILE, 1901, 1902, 1,
		remove_file };

	return run(call, &verb);
}

static int
stat_file(struct vpd_call *call, const struct vpd_path *path, int parent,
    const char *name)
{
	struct stat st;

	(void)path;
	if (fstatat(parent, name, &st, AT_SYMLINK_NOFOLLOW | AT_EMPTY_PATH) !=
	    0)
		return -1;
	vpd_begin(call);
	/* This line always ended with LF alone. */
	vpd_format(call->out, "uid: %ld\n", (long)st.st_uid);
	vpd_end(call);
	return 0;
}

enum vpd_next
vpd_stat_file(struct vpd_call *call)
{
	static const struct verb verb = { VPD_E_NO_FILE, 2201, 2202, 0,
		stat_file };

	return run(call, &verb);
}

/* Is the first of the bytes, the beginning of a line, the whole of it? */
static int
is_dot(const char *data, size_t size)
{
	if (data[0] != '.')
		return 0;
	if (size > 1 && data[1] == '\r')
		return size == 2 || data[2] == '\n';
	return size == 1 || data[1] == '\n';
}

/*
 * As the file is, but a line that is only a dot gets another one, and a last
 * line without its end gets one.  Not more than the size the file had at
 * first: it may be growing.
 */
static int
put_file(struct vpd_out *out, FILE *fp, size_t size)
{
	char data[8192];
	size_t used = 0;
	int start = 1;

	while (!out->failed) {
		size_t room = sizeof data - used;

		/* Three bytes tell what a line is. */
		if (used < 3 && size > 0) {
			size_t got = fread(
			    data + used, 1, room < size ? room : size, fp);

			size = got ? size - got : 0;
			used += got;
		}
		if (used == 0)
			break;
		if (start && is_dot(data, used))
			vpd_put(out, ".", 1);

		const char *end = memchr(data, '\n', used);
		size_t length = end ? (size_t)(end - data) + 1 : used;
		vpd_put(out, data, length);
		start = end != NULL;
		used -= length;
		memmove(data, data + length, used);
	}
	if (!start)
		vpd_text(out, "\r\n");
	return ferror(fp) ? -1 : 0;
}

static int
read_file(struct vpd_call *call, const struct vpd_path *path, int parent,
    const char *name)
{
	const int flags =
	    O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK | O_NOCTTY;
	int fd = openat(parent, name, flags);
	struct stat st = { .st_mode = 0 };
	AUTO_FCLOSE FILE *fp = NULL;

	(void)path;
	if (fd < 0)
		return -1;
	errno = EINVAL;
	if (fstat(fd, &st) == 0 && S_ISDIR(st.st_mode))
		errno = EISDIR;
	if (S_ISREG(st.st_mode))
		fp = fdopen(fd, "r");
	if (!fp) {
		int cause = errno;

		close(fd);
		errno = cause;
		return -1;
	}
	vpd_begin(call);
	if (put_file(call->out, fp, (size_t)st.st_size) != 0)
		return -1;
	vpd_end(call);
	return 0;
}

/* Accounts are not read either: what may be seen of them has its verbs. */
enum vpd_next
vpd_read_file(struct vpd_call *call)
{
	static const struct verb verb = { VPD_E_NO_FILE, 2101, 2102, 1,
		read_file };

	return run(call, &verb);
}
