/*
 * cdb files by tinycdb.
 *
 * Reading: a file may be hostile or half written.  The library checks every
 * position it follows when it looks a key up, but not when it walks through
 * the records (its sums can wrap around), so the walk is done here, with
 * 64-bit sums.  Writing: into a temporary file that is made new each time,
 * so that no byte of an interrupted run survives, and renamed only after it
 * is on the disk.
 */
#include "config.h"

#include "qmail/cdbfile.h"

#include <cdb.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/attr.h"
#include "base/dirtree.h"
#include "base/sync.h"

#define CDB_HEADER 2048
#define CDB_SLOTS  256

struct vp_cdb_reader {
	struct cdb cdb;
	struct stat st;
	unsigned end; /* of the records */
};

struct vp_cdb_writer {
	struct cdb_make make;
	int dirfd; /* borrowed */
	int fd;
	int is_finished;
	char *name, *temp;
	unsigned long long data, count;
};

static unsigned
unpack(const struct cdb *cdb, unsigned position)
{
	const unsigned char *p = cdb_get(cdb, 4, position);

	return p ? cdb_unpack(p) : 0;
}

/* The header must name tables that lie inside the file, behind the records. */
static int
check_header(struct vp_cdb_reader *reader)
{
	uint64_t size = (uint64_t)reader->st.st_size;

	reader->end = unpack(&reader->cdb, 0);
	if (reader->end < CDB_HEADER || reader->end > size)
		return -1;
	for (unsigned i = 0; i < CDB_SLOTS; i++) {
		uint64_t position = unpack(&reader->cdb, i * 8);
		uint64_t length = unpack(&reader->cdb, i * 8 + 4);

		if (length &&
		    (position < reader->end || position + length * 8 > size))
			return -1;
	}
	return 0;
}

static int
open_file(struct vp_cdb_reader *reader, int dirfd, const char *name)
{
	AUTO_CLOSE int fd =
	    openat(dirfd, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);

	if (fd < 0 || fstat(fd, &reader->st) < 0)
		return -1;
	if (!S_ISREG(reader->st.st_mode) || reader->st.st_size < CDB_HEADER ||
	    reader->st.st_size > (off_t)UINT32_MAX) {
		errno = EPROTO;
		return -1;
	}
	/* The map stays valid without the descriptor. */
	if (cdb_init(&reader->cdb, fd) < 0)
		return -1;
	if (check_header(reader) < 0) {
		cdb_free(&reader->cdb);
		errno = EPROTO;
		return -1;
	}
	return 0;
}

struct vp_cdb_reader *
vp_cdb_open(int dirfd, const char *name)
{
	struct vp_cdb_reader *reader = calloc(1, sizeof *reader);

	if (!reader)
		return NULL;
	if (open_file(reader, dirfd, name) < 0) {
		int error = errno;

		free(reader);
		errno = error;
		return NULL;
	}
	return reader;
}

void
vp_cdb_close(struct vp_cdb_reader *cdb)
{
	if (!cdb)
		return;
	cdb_free(&cdb->cdb);
	free(cdb);
}

int
vp_cdb_find(struct vp_cdb_reader *cdb, const void *key, size_t key_size,
    const char **ret_data, size_t *ret_size)
{
	if (key_size >= cdb->end)
		return 0;

	int r = cdb_find(&cdb->cdb, key, (unsigned)key_size);

	if (r <= 0) {
		if (r < 0)
			errno = EPROTO;
		return r;
	}

	const char *data = cdb_getdata(&cdb->cdb);

	if (!data) {
		errno = EPROTO;
		return -1;
	}
	*ret_data = data;
	*ret_size = cdb_datalen(&cdb->cdb);
	return 1;
}

int
vp_cdb_each(struct vp_cdb_reader *cdb, unsigned *position, const char **ret_key,
    size_t *ret_key_size, const char **ret_data, size_t *ret_size)
{
	uint64_t at = *position ? *position : CDB_HEADER;

	if (at == cdb->end)
		return 0;
	if (at + 8 > cdb->end) {
		errno = EPROTO;
		return -1;
	}

	uint64_t key_size = unpack(&cdb->cdb, (unsigned)at);
	uint64_t size = unpack(&cdb->cdb, (unsigned)at + 4);

	if (at + 8 + key_size + size > cdb->end) {
		errno = EPROTO;
		return -1;
	}

	const char *key =
	    cdb_get(&cdb->cdb, (unsigned)(key_size + size), (unsigned)at + 8);

	if (!key) {
		errno = EPROTO;
		return -1;
	}
	*ret_key = key;
	*ret_key_size = (size_t)key_size;
	*ret_data = key + key_size;
	*ret_size = (size_t)size;
	*position = (unsigned)(at + 8 + key_size + size);
	return 1;
}

int
vp_cdb_same_file(const struct vp_cdb_reader *cdb, int dirfd, const char *name)
{
	struct stat st;

	if (fstatat(dirfd, name, &st, AT_SYMLINK_NOFOLLOW) < 0)
		return 0;
	return st.st_dev == cdb->st.st_dev && st.st_ino == cdb->st.st_ino &&
	       st.st_size == cdb->st.st_size &&
	       st.st_mtim.tv_sec == cdb->st.st_mtim.tv_sec &&
	       st.st_mtim.tv_nsec == cdb->st.st_mtim.tv_nsec;
}

/* Owner and mode by descriptor: the umask has no say. */
static int
set_owner(const struct vp_cdb_writer *cdb, mode_t mode, uid_t uid, gid_t gid)
{
	struct stat st;

	if (uid == (uid_t)-1 &&
	    fstatat(cdb->dirfd, cdb->name, &st, AT_SYMLINK_NOFOLLOW) == 0 &&
	    S_ISREG(st.st_mode)) {
		uid = st.st_uid;
		gid = st.st_gid;
	}
	if (geteuid() == 0 && uid != (uid_t)-1 && fchown(cdb->fd, uid, gid) < 0)
		return -1;
	return fchmod(cdb->fd, mode);
}

static int
open_temp(struct vp_cdb_writer *cdb, mode_t mode, uid_t uid, gid_t gid)
{
	if (asprintf(&cdb->temp, "%s.tmp", cdb->name) < 0) {
		cdb->temp = NULL;
		errno = ENOMEM;
		return -1;
	}
	if (unlinkat(cdb->dirfd, cdb->temp, 0) < 0 && errno != ENOENT)
		return -1;
	cdb->fd = openat(cdb->dirfd, cdb->temp,
	    O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (cdb->fd < 0)
		return -1;
	return set_owner(cdb, mode, uid, gid);
}

static void
free_writer(struct vp_cdb_writer *cdb)
{
	if (cdb->fd >= 0)
		close(cdb->fd);
	free(cdb->name);
	free(cdb->temp);
	free(cdb);
}

struct vp_cdb_writer *
vp_cdb_make(int dirfd, const char *name, mode_t mode, uid_t uid, gid_t gid)
{
	struct vp_cdb_writer *cdb = calloc(1, sizeof *cdb);

	if (!cdb)
		return NULL;
	cdb->dirfd = dirfd;
	cdb->fd = -1;
	cdb->data = CDB_HEADER;
	cdb->name = strdup(name);
	if (cdb->name && open_temp(cdb, mode, uid, gid) == 0 &&
	    cdb_make_start(&cdb->make, cdb->fd) == 0)
		return cdb;

	int error = errno;

	if (cdb->temp && cdb->fd >= 0)
		unlinkat(dirfd, cdb->temp, 0);
	free_writer(cdb);
	errno = error;
	return NULL;
}

int
vp_cdb_add(struct vp_cdb_writer *cdb, const void *key, size_t key_size,
    const void *data, size_t size)
{
	/* Each record also takes two slots of 8 bytes in its table. */
	if (key_size > UINT32_MAX || size > UINT32_MAX ||
	    vp_cdb_size(cdb) + 8 + key_size + size + 16 > UINT32_MAX) {
		errno = EFBIG;
		return -1;
	}
	if (cdb_make_add(
		&cdb->make, key, (unsigned)key_size, data, (unsigned)size) < 0)
		return -1;
	cdb->data += 8 + key_size + size;
	cdb->count++;
	return 0;
}

unsigned long long
vp_cdb_size(const struct vp_cdb_writer *cdb)
{
	return cdb->data + cdb->count * 16;
}

int
vp_cdb_finish(struct vp_cdb_writer *cdb)
{
	if (cdb->is_finished) {
		errno = EINVAL;
		return -1;
	}
	/* This frees the library's memory even when it fails. */
	cdb->is_finished = 1;
	if (cdb_make_finish(&cdb->make) < 0)
		return -1;
	return vp_sync(cdb->fd);
}

int
vp_cdb_commit(struct vp_cdb_writer *cdb)
{
	int r = cdb->is_finished ? 0 : vp_cdb_finish(cdb);

	if (r == 0)
		r = renameat(cdb->dirfd, cdb->temp, cdb->dirfd, cdb->name);
	if (r < 0) {
		vp_cdb_abort(cdb);
		return -1;
	}
	r = vp_dir_sync(cdb->dirfd);

	int error = errno;

	free_writer(cdb);
	errno = error;
	return r;
}

void
vp_cdb_abort(struct vp_cdb_writer *cdb)
{
	int error = errno;

	if (!cdb)
		return;
	if (!cdb->is_finished) {
		/* The only call that frees the library's memory also writes:
		 * without a descriptor it cannot. */
		cdb->make.cdb_fd = -1;
		cdb_make_finish(&cdb->make);
	}
	unlinkat(cdb->dirfd, cdb->temp, 0);
	free_writer(cdb);
	errno = error;
}
