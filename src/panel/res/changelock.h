/* One change at a time of what belongs to a domain, in all workers. */
#ifndef PANEL_RES_CHANGELOCK_H
#define PANEL_RES_CHANGELOCK_H

struct vhd_call;

/*
 * Wait for the lock of the call's domain; of a resource of the site, that of
 * the object with the key.  A descriptor, whose end is the lock's; -1 after a
 * problem.
 */
int vhd_changelock(struct vhd_call *call, const char *key);
/* That of an idempotency key.  The same, but it is not waited for: 409. */
int vhd_keylock(struct vhd_call *call, const char *text);
/* Wait for that of what a reseller's domains use together. */
int vhd_poollock(struct vhd_call *call, const char *account);

#endif
