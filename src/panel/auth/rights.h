/* Who may do what with the objects of modules. */
#ifndef PANEL_AUTH_RIGHTS_H
#define PANEL_AUTH_RIGHTS_H

#include "panel/api/call.h"

/*
 * Decide by the manifest whether the caller may use the place of the call.
 * 0; or after having said it: 401 who is not signed in, 404 whose object it
 * is not, 403 who may not, 503 if it cannot be found out.
 */
int vhd_rights_check(struct vhd_call *call);

/* The same for a route of the table. */
int vhd_rights_check_fixed(struct vhd_call *call);

/*
 * The roles, bits of enum vp_module_role, that somebody has at a place: none
 * if it is not in his reach.  real_domain: the real name of the domain that
 * it is of, or that has its name, or ""; is_owned: it is the caller's, as a
 * reseller.
 */
unsigned vhd_rights_at(const struct vhd_who *who, const struct vhd_place *place,
    const char *real_domain, int is_owned);
/* Whether one of the names is among the permissions that limits deny for a
 * bit of enum vpop_perm; the name, or NULL. */
const char *vhd_rights_denied(
    const struct vpop_limits *limits, json_t *names, int bit);

#endif
