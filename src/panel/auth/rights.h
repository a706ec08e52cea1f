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
/* Whether the caller's token, if he has one, is good for such a route. */
int vhd_rights_token(
    const struct vhd_call *call, const struct vhd_route *route);

/*
 * The roles, bits of enum vp_module_role, that somebody has at a place: none
 * if it is not in his reach.  real_domain: the real name of the domain that
 * it is of, or that has its name, or ""; is_owned: it is the caller's, as a
 * reseller.
 */
unsigned vhd_rights_at(const struct vhd_who *who, const struct vhd_place *place,
    const char *real_domain, int is_owned);

/* What somebody would do with objects of a resource. */
struct vhd_deed {
	const struct vp_module_resource *resource;
	const struct vp_module_action *action; /* or NULL */
	enum vhd_method method;
};

/* The roles that the manifest gives it to. */
unsigned vhd_rights_given(const struct vhd_deed *deed);
/* The bit of enum vpop_perm that denies it, or 0. */
int vhd_rights_bit(const struct vhd_deed *deed);
/* Whether one of the names is among the permissions that limits deny for a
 * bit of enum vpop_perm; the name, or NULL. */
const char *vhd_rights_denied(
    const struct vpop_limits *limits, json_t *names, int bit);

/* The greatest of some roles, bits of enum vp_module_role. */
enum vhd_role vhd_rights_greatest(unsigned roles);

/*
 * rights_list.c: whether the caller sees the list that a place is, for a
 * handler that looks at several; if so, the call is made to act there.  The
 * limits of a token are the handler's matter.
 * Arguments as of vhd_rights_at.
 */
int vhd_rights_sees(struct vhd_call *call, const struct vhd_place *place,
    const char *real_domain, int is_owned);
/*
 * What the caller may do, for whoever shows him that; taken
 * anew, or NULL after a problem.  An object of lists:
 *
 *     panel    "/grants": ["GET", "POST"], ...
 *     site     "domains": ["list", "get", "act:suspend"], ...
 *     domains  "lists": [...], "lists/members": [...] of the domains that he
 *              has by role or grant, if he has any
 *     home     the same of the domain of his account
 *     mailbox  the same of his mailbox
 */
json_t *vhd_rights_list(struct vhd_call *call);

#endif
