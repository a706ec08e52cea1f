/*
 * Folders, by descriptor and without following links: safe to use as root in
 * trees that others own.  Paths given as "rel" are relative, have no empty,
 * "." or ".." part, and each part is opened with O_NOFOLLOW.
 */
#ifndef BASE_DIRTREE_H
#define BASE_DIRTREE_H

#include <sys/types.h>

/* Open an absolute path as a folder.  The last part is not followed if it
 * is a link. */
int vp_dir_open(const char *path);
/* Open rel below dirfd ("" gives a duplicate of dirfd). */
int vp_dir_open_at(int dirfd, const char *rel);
/* Open the folder that holds the last part of rel; *ret_last points into
 * rel. */
int vp_dir_open_parent(int dirfd, const char *rel, const char **ret_last);
/* Make one folder with mode, whatever the umask, owned by uid:gid when we
 * are root.  EEXIST if there is something. */
int vp_dir_make(int dirfd, const char *name, mode_t mode, uid_t uid, gid_t gid);
/* The same, and open it.  *ret_is_natural is 1 if it had mode and owner at
 * once: folders made in it by a plain mkdirat() with this mode will too. */
int vp_dir_make_open(int dirfd, const char *name, mode_t mode, uid_t uid,
    gid_t gid, int *ret_is_natural);
/* Make every missing part of rel. */
int vp_dir_make_all(
    int dirfd, const char *rel, mode_t mode, uid_t uid, gid_t gid);
/* Remove a file, link or tree; 0 also when there is nothing.  A failed
 * removal is reported after everything else has been tried. */
int vp_dir_remove(int dirfd, const char *name);
/* Give name and all below it to uid:gid; links themselves, not what they
 * point to. */
int vp_dir_chown(int dirfd, const char *name, uid_t uid, gid_t gid);
int vp_dir_sync(int dirfd);
/* The part of an absolute path below an absolute folder, without leading
 * slash; NULL if path is not below it or has "", "." or ".." parts. */
const char *vp_path_below(const char *folder, const char *path);

#endif
