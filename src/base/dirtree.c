/*
 * Folders, by descriptor and without following links.  Everything below a
 * folder that was opened once is reached through its descriptor, one part at
 * a time, so that renaming a folder or planting a link while we work cannot
 * lead us elsewhere.
 */
#include "config.h"

#include "base/dirtree.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <sys/stat.h>

#include "base/attr.h"
#include "base/sync.h"

#define DIR_FLAGS (O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)

/* Each level holds a descriptor open. */
#define REMOVE_DEPTH 64
#define CHOWN_DEPTH  256
/* How often an emptied folder may turn out to have got new files. */
#define REMOVE_TRIES 16

/* What a walk needs at every level. */
struct walk {
	int top;    /* removal: folder that takes what is too deep */
	int cause;  /* errno of the first failure, or 0 */
	long moved; /* number of folders moved to top */
	uid_t uid;
	gid_t gid;
};

static int
close_with(int fd, int cause)
{
	close(fd);
	errno = cause;
	return -1;
}

static int
is_part(const char *part, size_t length)
{
	if (length == 0 || length > NAME_MAX)
		return 0;
	if (part[0] != '.')
		return 1;
	return length > 2 || (length == 2 && part[1] != '.');
}

static int
is_name(const char *name)
{
	if (!strchr(name, '/') && is_part(name, strlen(name)))
		return 1;
	errno = strlen(name) > NAME_MAX ? ENAMETOOLONG : EINVAL;
	return 0;
}

/* Copy the part at *rel and move *rel behind it and its slash.  The last
 * part leaves *rel NULL. */
static int
next_part(const char **rel, char part[NAME_MAX + 1])
{
	size_t length = strcspn(*rel, "/");

	if (!is_part(*rel, length)) {
		errno = length > NAME_MAX ? ENAMETOOLONG : EINVAL;
		return -1;
	}
	memcpy(part, *rel, length);
	part[length] = '\0';
	*rel = (*rel)[length] ? *rel + length + 1 : NULL;
	return 0;
}

int
vp_dir_open(const char *path)
{
	size_t length = strlen(path);
	AUTO_FREE char *plain = NULL;

	if (path[0] != '/') {
		errno = EINVAL;
		return -1;
	}
	/* With a slash at the end a link would be followed after all. */
	while (length > 1 && path[length - 1] == '/')
		length--;
	plain = strndup(path, length);
	if (!plain)
		return -1;
	return open(plain, DIR_FLAGS);
}

/* Open part below fd; with owner, make it if it is missing. */
static int
step_down(int fd, const char *part, const struct walk *owner, mode_t mode)
{
	int below = openat(fd, part, DIR_FLAGS);

	if (below >= 0 || errno != ENOENT || !owner)
		return below;
	/* Made by somebody else meanwhile: as good. */
	if (vp_dir_make(fd, part, mode, owner->uid, owner->gid) != 0 &&
	    errno != EEXIST)
		return -1;
	return openat(fd, part, DIR_FLAGS);
}

/* Walk down rel; with owner, missing parts are made. */
static int
open_below(int dirfd, const char *rel, const struct walk *owner, mode_t mode)
{
	int fd = dirfd;

	if (*rel == '\0')
		return openat(dirfd, ".", DIR_FLAGS);
	while (rel) {
		char part[NAME_MAX + 1];
		int below = next_part(&rel, part) == 0
				? step_down(fd, part, owner, mode)
				: -1;
		int cause = errno;

		if (fd != dirfd)
			close(fd);
		errno = cause;
		if (below < 0)
			return -1;
		fd = below;
	}
	return fd;
}

int
vp_dir_open_at(int dirfd, const char *rel)
{
	return open_below(dirfd, rel, NULL, 0);
}

int
vp_dir_open_parent(int dirfd, const char *rel, const char **ret_last)
{
	const char *slash = strrchr(rel, '/');
	const char *last = slash ? slash + 1 : rel;
	AUTO_FREE char *above = NULL;

	if (slash == rel) {
		errno = EINVAL;
		return -1;
	}
	if (!is_name(last))
		return -1;
	above = strndup(rel, slash ? (size_t)(slash - rel) : 0);
	if (!above)
		return -1;
	int fd = vp_dir_open_at(dirfd, above);
	if (fd >= 0)
		*ret_last = last;
	return fd;
}

/* Open what was just made and bring it to the mode and the owner wanted.  A
 * descriptor, -1; *ret_is_natural: nothing had to be done. */
static int
settle(int dirfd, const char *name, mode_t mode, uid_t uid, gid_t gid,
    int *ret_is_natural)
{
	struct stat st;
	int fd = openat(dirfd, name, DIR_FLAGS);

	/* The umask may have kept the folder even from us. */
	if (fd < 0 && errno == EACCES &&
	    fchmodat(dirfd, name, 0700, AT_SYMLINK_NOFOLLOW) == 0)
		fd = openat(dirfd, name, DIR_FLAGS);
	if (fd < 0)
		return -1;
	if (fstat(fd, &st) == 0) {
		*ret_is_natural = (st.st_mode & 07777) == mode &&
				  st.st_uid == uid && st.st_gid == gid;
		if (*ret_is_natural ||
		    ((geteuid() != 0 || fchown(fd, uid, gid) == 0) &&
			fchmod(fd, mode) == 0))
			return fd;
	}

	int cause = errno;
	close(fd);
	errno = cause;
	return -1;
}

int
vp_dir_make_open(int dirfd, const char *name, mode_t mode, uid_t uid, gid_t gid,
    int *ret_is_natural)
{
	if (!is_name(name) || mkdirat(dirfd, name, mode) != 0)
		return -1;

	int fd = settle(dirfd, name, mode, uid, gid, ret_is_natural);

	if (fd < 0) {
		int cause = errno;

		unlinkat(dirfd, name, AT_REMOVEDIR);
		errno = cause;
	}
	return fd;
}

int
vp_dir_make(int dirfd, const char *name, mode_t mode, uid_t uid, gid_t gid)
{
	int is_natural;
	int fd = vp_dir_make_open(dirfd, name, mode, uid, gid, &is_natural);

	if (fd < 0)
		return -1;
	close(fd);
	return 0;
}

int
vp_dir_make_all(int dirfd, const char *rel, mode_t mode, uid_t uid, gid_t gid)
{
	const struct walk owner = { .uid = uid, .gid = gid };
	int fd = open_below(dirfd, rel, &owner, mode);

	if (fd < 0)
		return -1;
	close(fd);
	return 0;
}

/* The parameters called dirfd hide the function. */
static int
dirfd_of(DIR *dir)
{
	return dirfd(dir);
}

static int
failed(struct walk *w, int cause)
{
	if (w->cause == 0)
		w->cause = cause;
	return -1;
}

/* The next entry that is not "." or ".."; NULL at the end, or with a failure
 * noted in w. */
static const char *
next_name(DIR *dir, struct walk *w)
{
	const struct dirent *entry;

	do {
		errno = 0;
		entry = readdir(dir);
		if (!entry) {
			if (errno != 0)
				failed(w, errno);
			return NULL;
		}
	} while (strcmp(entry->d_name, ".") == 0 ||
		 strcmp(entry->d_name, "..") == 0);
	return entry->d_name;
}

static DIR *
open_stream(int dirfd, const char *name)
{
	int fd = openat(dirfd, name, DIR_FLAGS);

	if (fd < 0)
		return NULL;
	DIR *dir = fdopendir(fd);
	if (!dir)
		close_with(fd, errno);
	return dir;
}

/* Too deep for a descriptor per level: hang the folder below the top of the
 * tree, where the next round over the top finds it.  Should the name be taken,
 * what a rename can replace is to be removed as well. */
static int
move_up(struct walk *w, int dirfd, const char *name)
{
	for (int i = 0; i < REMOVE_TRIES; i++) {
		char up[64];

		snprintf(up, sizeof up, ".removing.%ld.%ld", (long)getpid(),
		    ++w->moved);
		if (renameat(dirfd, name, w->top, up) == 0)
			return 0;
		if (errno != EEXIST && errno != ENOTEMPTY && errno != ENOTDIR)
			break;
	}
	return failed(w, errno);
}

static int remove_entry(struct walk *w, int dirfd, const char *name, int depth);

static int
remove_contents(struct walk *w, DIR *dir, int depth)
{
	const char *entry;
	int rc = 0;

	rewinddir(dir);
	while ((entry = next_name(dir, w)))
		if (remove_entry(w, dirfd_of(dir), entry, depth + 1) != 0)
			rc = -1;
	return rc;
}

/* Empty the folder and remove it.  The top is gone over again while folders
 * are moved to it; each move makes the tree flatter, so this ends.  Files may
 * also arrive from elsewhere, but not for ever. */
static int
remove_folder(struct walk *w, int dirfd, const char *name, int depth)
{
	DIR *dir = open_stream(dirfd, name);
	int tries = 0, bad;
	long moved;

	if (!dir)
		return errno == ENOENT ? 0 : failed(w, errno);
	if (depth == 0)
		w->top = dirfd_of(dir);
	do {
		do {
			moved = w->moved;
			bad = remove_contents(w, dir, depth);
		} while (depth == 0 && moved != w->moved);
		if (unlinkat(dirfd, name, AT_REMOVEDIR) == 0 || errno == ENOENT)
			break;
		if (bad == 0 && errno == ENOTEMPTY && ++tries < REMOVE_TRIES)
			continue;
		bad = failed(w, errno);
	} while (bad == 0);
	closedir(dir);
	return bad;
}

/* Most entries are files, and unlinking takes one call then. */
static int
remove_entry(struct walk *w, int dirfd, const char *name, int depth)
{
	struct stat st;

	if (unlinkat(dirfd, name, 0) == 0 || errno == ENOENT)
		return 0;

	int cause = errno;
	if (fstatat(dirfd, name, &st, AT_SYMLINK_NOFOLLOW) != 0)
		return errno == ENOENT ? 0 : failed(w, errno);
	if (!S_ISDIR(st.st_mode))
		return failed(w, cause);
	if (depth > REMOVE_DEPTH)
		return move_up(w, dirfd, name);
	return remove_folder(w, dirfd, name, depth);
}

int
vp_dir_remove(int dirfd, const char *name)
{
	struct walk w = { .top = -1 };

	if (!is_name(name))
		return -1;
	remove_entry(&w, dirfd, name, 0);
	errno = w.cause;
	return w.cause == 0 ? 0 : -1;
}

static void chown_folder(
    struct walk *w, int dirfd, const char *name, int depth);

/*
 * owner is that of the folder which holds the entry.  A file with more names
 * that belongs to somebody else was linked here to be given away, such as
 * the password file of the system.
 */
static void
chown_entry(struct walk *w, int dirfd, const char *name, int depth, uid_t owner)
{
	AUTO_CLOSE int fd =
	    openat(dirfd, name, O_PATH | O_NOFOLLOW | O_CLOEXEC);
	struct stat st;

	if (fd < 0) {
		if (errno != ENOENT)
			failed(w, errno);
		return;
	}
	if (fstat(fd, &st) != 0) {
		failed(w, errno);
		return;
	}
	if (S_ISDIR(st.st_mode)) {
		chown_folder(w, fd, ".", depth);
		return;
	}
	if (st.st_nlink > 1 && st.st_uid != owner && st.st_uid != w->uid) {
		failed(w, EPERM);
		return;
	}
	if (fchownat(fd, "", w->uid, w->gid, AT_EMPTY_PATH) != 0)
		failed(w, errno);
}

/* The folder itself comes last: until then its old owner tells which of its
 * files may be given away, also for a second run after a crash. */
static void
chown_folder(struct walk *w, int dirfd, const char *name, int depth)
{
	DIR *dir;
	struct stat st;
	const char *entry;

	if (depth > CHOWN_DEPTH) {
		failed(w, ELOOP);
		return;
	}
	dir = open_stream(dirfd, name);
	if (!dir) {
		failed(w, errno);
		return;
	}
	if (fstat(dirfd_of(dir), &st) != 0)
		failed(w, errno);
	else
		while ((entry = next_name(dir, w)))
			chown_entry(
			    w, dirfd_of(dir), entry, depth + 1, st.st_uid);
	if (fchown(dirfd_of(dir), w->uid, w->gid) != 0)
		failed(w, errno);
	closedir(dir);
}

int
vp_dir_chown(int dirfd, const char *name, uid_t uid, gid_t gid)
{
	struct walk w = { .top = -1, .uid = uid, .gid = gid };
	struct stat st;

	if (!is_name(name))
		return -1;
	if (fstatat(dirfd, name, &st, AT_SYMLINK_NOFOLLOW) != 0 ||
	    fstatat(dirfd, ".", &st, AT_SYMLINK_NOFOLLOW) != 0)
		return -1;
	chown_entry(&w, dirfd, name, 0, st.st_uid);
	errno = w.cause;
	return w.cause == 0 ? 0 : -1;
}

int
vp_dir_sync(int dirfd)
{
	/* Some file systems cannot sync a folder and need not. */
	if (vp_sync(dirfd) == 0 || errno == EINVAL)
		return 0;
	return -1;
}

const char *
vp_path_below(const char *folder, const char *path)
{
	size_t length = strlen(folder);

	if (folder[0] != '/' || path[0] != '/')
		return NULL;
	while (length > 0 && folder[length - 1] == '/')
		length--;
	if (strncmp(folder, path, length) != 0 || path[length] != '/')
		return NULL;

	const char *below = path + length + 1;
	for (const char *part = below;; part += strcspn(part, "/") + 1) {
		size_t size = strcspn(part, "/");

		if (!is_part(part, size))
			return NULL;
		if (part[size] == '\0')
			return below;
	}
}
