/*
 * Safe rewrite of a file: temporary file in the same folder, fsync, rename,
 * fsync of the folder.  The caller holds the lock that guards the file, so
 * the temporary name is fixed ("<name>.tmp") and a left-over one is reused.
 */
#ifndef BASE_REPLACE_H
#define BASE_REPLACE_H

#include <stdio.h>
#include <sys/types.h>

struct vp_replace {
	FILE *fp;  /* write here; errors are found at commit */
	int dirfd; /* borrowed */
	char *name, *temp;
};

/*
 * Begin.  mode is set on the descriptor whatever the umask; when root, the
 * owner becomes uid:gid ((uid_t)-1: that of the existing file, if any, and
 * its mode too).  0 or -1 and errno.
 */
int vp_replace_open(struct vp_replace *r, int dirfd, const char *name,
    mode_t mode, uid_t uid, gid_t gid);
/* Flush, fsync, rename, fsync the folder.  On failure the temporary file is
 * removed, the old file is as it was, -1 and errno.  (Only when the fsync of
 * the folder itself fails is the new file in place.) */
int vp_replace_commit(struct vp_replace *r);
/* Flush, fsync and close only (fp is NULL then): so that several files can be
 * made ready before the first is renamed; vp_replace_commit follows.  On
 * failure the temporary file is removed. */
int vp_replace_prepare(struct vp_replace *r);
/* May be called again, and after a failure of any of the above. */
void vp_replace_abort(struct vp_replace *r);

/* Open, write size bytes, commit. */
int vp_replace_text(int dirfd, const char *name, const void *data, size_t size,
    mode_t mode, uid_t uid, gid_t gid);

#endif
