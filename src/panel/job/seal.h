/*
 * What the state keeps of operations may hold passwords.  It is sealed with a
 * key that is not in the state but in var/panel.key beside it (0600), so that
 * a copy of the state alone tells nothing.
 */
#ifndef PANEL_JOB_SEAL_H
#define PANEL_JOB_SEAL_H

#include <stddef.h>

#include "vpop.h"

struct vhd_seal;

/* The site's key, which is made when there is none; NULL and errno.  Close
 * wipes it. */
struct vhd_seal *vhd_seal_open(const struct vpop *vp);
void vhd_seal_close(struct vhd_seal *seal);
/* malloc'd; NULL and errno. */
unsigned char *vhd_seal_lock(const struct vhd_seal *seal, const char *text,
    size_t size, size_t *ret_size);
/* The text with a NUL, malloc'd; NULL and errno, EBADMSG if the key is
 * another. */
char *vhd_seal_unlock(const struct vhd_seal *seal, const void *sealed,
    size_t size, size_t *ret_size);

#endif
