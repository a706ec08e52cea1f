/*
 * The saved state: what every folder held, and its stamp.  It is a cache:
 * each stamp is compared with the disk before a number is believed, so it may
 * be as old as it likes.  Whatever is not whole is not used at all.
 */
#ifndef VUSAGED_STATE_H
#define VUSAGED_STATE_H

#include <stddef.h>
#include <stdint.h>

#include "daemons/vusaged/site.h"

/* Write all to a new file, sync it, and put it in place.  -1 and errno. */
int vp_state_save(const struct vp_site *site, const char *path);
/* Read what belongs to domains that the site has.  0, 1 if there is no file,
 * -1 and errno (EBADMSG: torn or not one of ours); the site is then as it
 * was. */
int vp_state_load(struct vp_site *site, const char *path);
/* The same from memory. */
int vp_state_parse(struct vp_site *site, const char *data, size_t size);
/* What its last eight bytes have to be, in the order of this machine. */
uint64_t vp_state_sum(const char *data, size_t size);

#endif
