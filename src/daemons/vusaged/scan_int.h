/* For scan.c and scan_open.c only. */
#ifndef VUSAGED_SCAN_INT_H
#define VUSAGED_SCAN_INT_H

#include <sys/stat.h>

#include "daemons/vusaged/scan.h"

/* A folder below dirfd, reached without links. */
int vp_scan_open(int dirfd, const char *rel, int flags);
/* The Maildir of a box, for looking up names only. */
int vp_scan_maildir(const struct vp_box *box);
/* It is not there, or is no folder of ours. */
int vp_scan_is_absent(int error);
uint64_t vp_stamp_of(const struct stat *st);
/* The stamp to keep of something that is read from now on. */
uint64_t vp_stamp_to_keep(struct vp_scan *scan, const struct stat *st);
/* Read the list of folders; -1 and errno. */
int vp_scan_list(struct vp_scan *scan);

#endif
