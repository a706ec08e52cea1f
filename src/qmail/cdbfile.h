/*
 * cdb files (D. J. Bernstein's constant database) by tinycdb.
 */
#ifndef QMAIL_CDBFILE_H
#define QMAIL_CDBFILE_H

#include <stddef.h>
#include <sys/types.h>

struct vp_cdb_reader;

/* Open name below dirfd (AT_FDCWD for a path).  NULL and errno; EPROTO if it
 * is no cdb. */
struct vp_cdb_reader *vp_cdb_open(int dirfd, const char *name);
void vp_cdb_close(struct vp_cdb_reader *cdb);
/* First record of a key: 1, 0, or -1 and errno (EPROTO: broken file).
 * *ret_data points into the file, valid until close. */
int vp_cdb_find(struct vp_cdb_reader *cdb, const void *key, size_t key_size,
    const char **ret_data, size_t *ret_size);
/* Every record in file order: *position starts at 0.  1, 0, -1. */
int vp_cdb_each(struct vp_cdb_reader *cdb, unsigned *position,
    const char **ret_key, size_t *ret_key_size, const char **ret_data,
    size_t *ret_size);
/* Device, inode, mtime identity of the open file. */
int vp_cdb_same_file(
    const struct vp_cdb_reader *cdb, int dirfd, const char *name);

struct vp_cdb_writer;

/* Make "<name>.tmp" below dirfd (borrowed until the end, no AT_FDCWD) with
 * mode, owned by uid:gid when root ((uid_t)-1: as the existing file). */
struct vp_cdb_writer *vp_cdb_make(
    int dirfd, const char *name, mode_t mode, uid_t uid, gid_t gid);
/* ENOSPC-like failures: -1 and errno; EFBIG when 4 GiB would be passed. */
int vp_cdb_add(struct vp_cdb_writer *cdb, const void *key, size_t key_size,
    const void *data, size_t size);
/* Bytes the file would have if it were finished now. */
unsigned long long vp_cdb_size(const struct vp_cdb_writer *cdb);
/* Write the tables, fsync; the temporary file stays.  -1 and errno. */
int vp_cdb_finish(struct vp_cdb_writer *cdb);
/* vp_cdb_finish unless done, rename to name, fsync the folder, free; also
 * frees, and removes the temporary file, when it fails. */
int vp_cdb_commit(struct vp_cdb_writer *cdb);
void vp_cdb_abort(struct vp_cdb_writer *cdb);

#endif
