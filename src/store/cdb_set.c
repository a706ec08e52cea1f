/*
 * vpasswd.cdb, and the files beside it when the records of a domain pass
 * what one cdb can hold (4 GiB).
 *
 * The set is then vpasswd.cdb and vpasswd.cdb.<generation>.<i>, i from 1.
 * vpasswd.cdb has one more record, of the empty key: "<generation> <number
 * of files>".  Every set that needs it has a generation of its own, so the
 * rename of vpasswd.cdb exchanges all files at once.  The former files are
 * removed afterwards: a reader who misses one of them starts again.
 */
#include "config.h"

#include "store/cdb_int.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/text.h"
#include "qmail/cdbfile.h"

#define NAME_SIZE  64   /* of a file of the set */
#define FILES_MOST 1000 /* 4 TB */
#define MARK_SIZE  64   /* of the record of the empty key */

struct mark {
	int64_t generation, files;
};

static int
file_name(char name[NAME_SIZE], int64_t generation, int64_t i)
{
	if (i == 0)
		return vp_copy(name, NAME_SIZE, VP_CDB_NAME);
	return vp_format(name, NAME_SIZE, "%s.%lld.%lld", VP_CDB_NAME,
	    (long long)generation, (long long)i);
}

/* 1 and the mark, 0 if this cdb is a whole set, -1 and errno. */
static int
read_mark(struct vp_cdb_reader *cdb, struct mark *ret)
{
	char text[MARK_SIZE], *blank;
	const char *data;
	size_t size;
	int r = vp_cdb_find(cdb, "", 0, &data, &size);

	if (r <= 0)
		return r;
	if (size < sizeof text) {
		memcpy(text, data, size);
		text[size] = '\0';
		blank = strchr(text, ' ');
		if (blank)
			*blank++ = '\0';
		if (blank &&
		    vp_number(text, 1, INT64_MAX, &ret->generation) == 0 &&
		    vp_number(blank, 2, FILES_MOST, &ret->files) == 0)
			return 1;
	}
	errno = EPROTO;
	return -1;
}

/* Open a file of a set that vpasswd.cdb spoke of. */
static struct vp_cdb_reader *
open_part(int dirfd, const struct mark *mark, int64_t i)
{
	char name[NAME_SIZE];

	if (file_name(name, mark->generation, i) != 0)
		return NULL;

	struct vp_cdb_reader *cdb = vp_cdb_open(dirfd, name);

	if (!cdb && errno == ENOENT)
		errno = ESTALE;
	return cdb;
}

/* ---- removing -------------------------------------------------------- */

/* The generation of an additional file, temporary or not; 0 if it is none. */
static int64_t
generation_of(const char *name)
{
	const char prefix[] = VP_CDB_NAME ".";
	char text[NAME_SIZE], *dot;
	int64_t generation, i;

	if (strncmp(name, prefix, sizeof prefix - 1) != 0 ||
	    vp_copy(text, sizeof text, name + sizeof prefix - 1) != 0)
		return 0;
	dot = strchr(text, '.');
	if (!dot)
		return 0;
	*dot++ = '\0';
	dot[strspn(dot, "0123456789")] = '\0';
	if (vp_number(text, 1, INT64_MAX, &generation) != 0 ||
	    vp_number(dot, 1, FILES_MOST, &i) != 0)
		return 0;
	return generation;
}

/* Remove the additional files of all generations but one; returns the
 * highest that there was, -1 and errno. */
static int64_t
walk_generations(int dirfd, int is_removing, int64_t kept)
{
	int fd = openat(dirfd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *dir = fd < 0 ? NULL : fdopendir(fd);
	int64_t highest = 0;
	int error = 0;
	struct dirent *entry;

	if (!dir) {
		error = errno;
		if (fd >= 0)
			close(fd);
		errno = error;
		return -1;
	}
	while (errno = 0, (entry = readdir(dir)) != NULL) {
		int64_t generation = generation_of(entry->d_name);

		if (generation > highest)
			highest = generation;
		if (is_removing && generation && generation != kept &&
		    unlinkat(dirfd, entry->d_name, 0) < 0 && errno != ENOENT)
			error = errno;
	}
	if (errno)
		error = errno;
	closedir(dir);
	errno = error;
	return error ? -1 : highest;
}

int
vp_cdbset_remove(int dirfd)
{
	if (unlinkat(dirfd, VP_CDB_NAME, 0) < 0 && errno != ENOENT)
		return -1;
	return walk_generations(dirfd, 1, 0) < 0 ? -1 : 0;
}

/* ---- writing --------------------------------------------------------- */

struct vp_cdbset_writer {
	int dirfd; /* borrowed */
	uid_t uid;
	gid_t gid;
	uint64_t limit;
	int had_more; /* the set before this one had additional files */
	int is_renamed;
	struct mark mark;
	struct vp_cdb_writer *first, *more; /* more: the file being filled */
};

struct vp_cdbset_writer *
vp_cdbset_make(int dirfd, uid_t uid, gid_t gid, uint64_t limit)
{
	struct vp_cdbset_writer *set = calloc(1, sizeof *set);
	struct vp_cdb_reader *old;
	struct mark mark;

	if (!set)
		return NULL;
	set->dirfd = dirfd;
	set->uid = uid;
	set->gid = gid;
	set->limit = limit;
	set->mark.files = 1;
	old = vp_cdb_open(dirfd, VP_CDB_NAME);
	set->had_more = old && read_mark(old, &mark) != 0;
	vp_cdb_close(old);
	set->first = vp_cdb_make(dirfd, VP_CDB_NAME, 0600, uid, gid);
	if (!set->first) {
		free(set);
		return NULL;
	}
	return set;
}

/* The file being filled is full: give it its name, begin the next. */
static int
next_file(struct vp_cdbset_writer *set)
{
	char name[NAME_SIZE];
	struct vp_cdb_writer *full = set->more;

	if (set->mark.generation == 0) {
		int64_t highest = walk_generations(set->dirfd, 0, 0);

		if (highest < 0)
			return -1;
		set->mark.generation = highest + 1;
	}
	set->more = NULL;
	if (full && vp_cdb_commit(full) != 0)
		return -1;
	if (set->mark.files == FILES_MOST) {
		errno = EFBIG;
		return -1;
	}
	if (file_name(name, set->mark.generation, set->mark.files) != 0)
		return -1;
	set->more = vp_cdb_make(set->dirfd, name, 0600, set->uid, set->gid);
	if (!set->more)
		return -1;
	set->mark.files++;
	return 0;
}

int
vp_cdbset_add(struct vp_cdbset_writer *set, const char *name, size_t name_size,
    const char *data, size_t size)
{
	struct vp_cdb_writer *cdb = set->more ? set->more : set->first;
	/* Each record also takes two slots of 8 bytes. */
	uint64_t room = 8 + name_size + size + 16;

	if (vp_cdb_size(cdb) + room > set->limit) {
		if (next_file(set) != 0)
			return -1;
		cdb = set->more;
	}
	return vp_cdb_add(cdb, name, name_size, data, size);
}

int
vp_cdbset_prepare(struct vp_cdbset_writer *set, const struct timespec *at)
{
	char text[MARK_SIZE];
	struct stat st;

	if (set->more) {
		struct vp_cdb_writer *last = set->more;

		set->more = NULL;
		if (vp_cdb_commit(last) != 0)
			return -1;
	}
	if (set->mark.files > 1 &&
	    (vp_format(text, sizeof text, "%lld %lld",
		 (long long)set->mark.generation,
		 (long long)set->mark.files) != 0 ||
		vp_cdb_add(set->first, "", 0, text, strlen(text)) != 0))
		return -1;
	if (vp_cdb_finish(set->first) != 0)
		return -1;

	const char temp[] = VP_CDB_NAME ".tmp";
	struct timespec times[2] = { { .tv_nsec = UTIME_OMIT }, *at };

	if (fstatat(set->dirfd, temp, &st, AT_SYMLINK_NOFOLLOW) < 0)
		return -1;
	if (st.st_mtim.tv_sec < at->tv_sec ||
	    (st.st_mtim.tv_sec == at->tv_sec &&
		st.st_mtim.tv_nsec < at->tv_nsec))
		return utimensat(set->dirfd, temp, times, AT_SYMLINK_NOFOLLOW);
	return 0;
}

int
vp_cdbset_rename(struct vp_cdbset_writer *set)
{
	if (renameat(set->dirfd, VP_CDB_NAME ".tmp", set->dirfd, VP_CDB_NAME) <
	    0)
		return -1;
	set->is_renamed = 1;
	return 0;
}

void
vp_cdbset_clean(const struct vp_cdbset_writer *set)
{
	/* What cannot be removed now is tried again by the next fold. */
	if (set->had_more || set->mark.files > 1)
		walk_generations(set->dirfd, 1, set->mark.generation);
}

/* After the rename there is no temporary file any more to be removed. */
void
vp_cdbset_free(struct vp_cdbset_writer *set)
{
	if (!set)
		return;
	vp_cdb_abort(set->more);
	vp_cdb_abort(set->first);
	for (int64_t i = 1; !set->is_renamed && i < set->mark.files; i++) {
		char name[NAME_SIZE];

		if (file_name(name, set->mark.generation, i) == 0)
			unlinkat(set->dirfd, name, 0);
	}
	free(set);
}

/* ---- reading --------------------------------------------------------- */

/* Make the vpasswd line of what was found. */
static int
make_line(const char *name, const char *data, size_t size, char *ret_line,
    size_t *ret_size)
{
	size_t name_size = strlen(name);

	if (name_size + 1 + size > VP_VPASSWD_LINE) {
		errno = EPROTO;
		return -1;
	}
	memcpy(ret_line, name, name_size);
	ret_line[name_size] = ':';
	memcpy(ret_line + name_size + 1, data, size);
	*ret_size = name_size + 1 + size;
	ret_line[*ret_size] = '\0';
	return 1;
}

static int
find_in_file(struct vp_cdb_reader *cdb, const char *name, char *ret_line,
    size_t *ret_size)
{
	const char *data;
	size_t size;
	int r = vp_cdb_find(cdb, name, strlen(name), &data, &size);

	return r > 0 ? make_line(name, data, size, ret_line, ret_size) : r;
}

int
vp_cdbset_find(int dirfd, struct vp_cdb_reader *cdb, const char *name,
    char ret_line[VP_VPASSWD_LINE + 1], size_t *ret_size)
{
	struct mark mark;
	int r = find_in_file(cdb, name, ret_line, ret_size);

	if (r != 0)
		return r;
	r = read_mark(cdb, &mark);
	if (r <= 0)
		return r;
	r = 0;
	for (int64_t i = 1; i < mark.files && r == 0; i++) {
		struct vp_cdb_reader *part = open_part(dirfd, &mark, i);

		if (!part)
			return -1;
		r = find_in_file(part, name, ret_line, ret_size);

		int error = errno;

		vp_cdb_close(part);
		errno = error;
	}
	return r;
}

struct vp_cdbset_reader {
	int dirfd; /* borrowed */
	struct vp_cdb_reader *cdb;
	struct mark mark;
	int64_t file;
	unsigned position;
};

struct vp_cdbset_reader *
vp_cdbset_open(int dirfd)
{
	struct vp_cdbset_reader *set = calloc(1, sizeof *set);

	if (!set)
		return NULL;
	set->dirfd = dirfd;
	set->cdb = vp_cdb_open(dirfd, VP_CDB_NAME);

	int r = set->cdb ? read_mark(set->cdb, &set->mark) : -1;

	if (r < 0) {
		int error = errno;

		vp_cdbset_close(set);
		errno = error;
		return NULL;
	}
	if (r == 0)
		set->mark.files = 1;
	return set;
}

int
vp_cdbset_next(struct vp_cdbset_reader *set, const char **ret_name,
    size_t *ret_name_size, const char **ret_data, size_t *ret_size)
{
	for (;;) {
		int r = vp_cdb_each(set->cdb, &set->position, ret_name,
		    ret_name_size, ret_data, ret_size);

		if (r < 0 || (r > 0 && *ret_name_size))
			return r;
		if (r > 0)
			continue;
		if (set->file + 1 >= set->mark.files)
			return 0;

		struct vp_cdb_reader *next =
		    open_part(set->dirfd, &set->mark, set->file + 1);

		if (!next)
			return -1;
		vp_cdb_close(set->cdb);
		set->cdb = next;
		set->file++;
		set->position = 0;
	}
}

void
vp_cdbset_close(struct vp_cdbset_reader *set)
{
	if (!set)
		return;
	vp_cdb_close(set->cdb);
	free(set);
}
