/* Shared by maildirsize.c and maildircount.c only. */
#ifndef QMAIL_MAILDIRSIZE_H
#define QMAIL_MAILDIRSIZE_H

#include "qmail/maildir.h"

/* vp_maildir_count, and 1 in *ret_is_stable if no folder changed. */
int vp_maildir_count_stable(
    int maildir_fd, struct vp_usage *ret, int *ret_is_stable);

#endif
