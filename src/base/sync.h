/*
 * Putting data on the disk, file by file or all at once.
 */
#ifndef BASE_SYNC_H
#define BASE_SYNC_H

/* fsync, unless this thread holds syncing. */
int vp_sync(int fd);
/*
 * For a change that makes thousands of files which nothing leads to yet:
 * after vp_sync_hold, vp_sync (and with it vp_replace, vp_dir_sync and
 * vp_cdb_finish) does nothing in this thread until vp_sync_release.  The
 * caller then syncs the file systems it wrote to, before anything leads to
 * the files.  Where a whole file system cannot be synced, nothing is held.
 */
void vp_sync_hold(void);
void vp_sync_release(void);
/* Everything written to the file system that fd is on.  -1 and errno. */
int vp_sync_all(int fd);

#endif
