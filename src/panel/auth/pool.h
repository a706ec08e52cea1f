/*
 * What the domains of a reseller may use together.  A limit of his has the
 * name of what modules count (their verb "usage"); an object of a resource
 * that counts as such is not made when the sum over his domains has reached
 * it, whoever makes it, but for the system.  So it is with actions that count.
 */
#ifndef PANEL_AUTH_POOL_H
#define PANEL_AUTH_POOL_H

#include "panel/api/call.h"

/*
 * Before an object of the call's place is made, or its action makes one: is
 * there room for it, or is it there already?  0, or -1 after a problem.  No
 * other object of the same reseller is made until *ret_lock, a descriptor or
 * -1, is closed.
 */
int vhd_pool_enter(struct vhd_call *call, const char *key, int *ret_lock);

/* Whether a resource of a module counts as what has that name. */
int vhd_pool_is_counted(const struct vhd_call *call, const char *name);
/* How much the domains use together of what the limits name: an object of
 * names and numbers, or NULL after a problem. */
json_t *vhd_pool_usage(
    struct vhd_call *call, const json_t *domains, json_t *limits);

#endif
