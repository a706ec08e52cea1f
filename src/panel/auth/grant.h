/*
 * Grants: accounts that may do more than their flags say.
 *
 * An operator sees everything and sets passwords.  A reseller has domains:
 * those that the system gives him, and those that he makes, as many as his
 * limits say.  A grant ends with its account, and a domain's owner with the
 * domain: what has the same name later is another one.
 */
#ifndef PANEL_AUTH_GRANT_H
#define PANEL_AUTH_GRANT_H

#include "panel/auth/account.h"

/* The greater of what the account's flags and its grant make of it.  0, or -1
 * after a problem. */
int vhd_grant_role(struct vhd_call *call, const struct vpop_user *user,
    enum vhd_role *ret_role);
/* 1 if the account has the domain (its real name) as reseller, 0, or -1 after
 * a problem. */
int vhd_grant_owns(
    struct vhd_call *call, const char *account, const char *domain);

/* ---- grants ----------------------------------------------------------- */

struct vhd_grant {
	char account[VHD_ACCOUNT_SIZE];
	enum vhd_role role;
	int64_t created;
	int64_t seq; /* of the journal, when it was made */
	char maker[VHD_ACCOUNT_SIZE];
};

/* All return 0, or -1 after a problem, or what they say. */

/* 1 and the grant of an account, or 0. */
int vhd_grant_get(struct vhd_call *call, const struct vpop_user *user,
    struct vhd_grant *ret_grant);
/* Those after an account (NULL: from the first) in order, of a role or of any
 * (0), as objects: at most limit; NULL after a problem. */
json_t *vhd_grant_list(struct vhd_call *call, const char *after,
    enum vhd_role role, int64_t limit);
json_t *vhd_grant_json(const struct vhd_grant *grant);
/* 1, or 0: the account has one already.  seq: of the journal, before the
 * account was looked up. */
int vhd_grant_add(struct vhd_call *call, const char *account,
    enum vhd_role role, int64_t seq);
/* With all that hangs on it. */
int vhd_grant_remove(struct vhd_call *call, const char *account);

/* ---- resellers (reseller.c) ------------------------------------------- */

struct vhd_reseller {
	json_t *limits;  /* names and numbers */
	json_t *domains; /* array of real names, in order */
};

int vhd_reseller_get(struct vhd_call *call, const char *account,
    struct vhd_reseller *ret_reseller);
void vhd_reseller_clear(struct vhd_reseller *reseller);
/* Who has a domain, by its real name: 1, 0: nobody. */
int vhd_reseller_of(struct vhd_call *call, const char *domain,
    char ret_account[VHD_ACCOUNT_SIZE]);
/* Set both, as a whole; 1, or 0 with the domain that is another one's. */
int vhd_reseller_set(struct vhd_call *call, const char *account,
    const struct vhd_reseller *reseller, char ret_domain[VPOP_DOMAIN_SIZE]);
/*
 * A caller who is a reseller makes a domain: first he reserves the name, if
 * his limits have room for it; then the domain is his under the name that it
 * really got (NULL: it was not made).  For others nothing is done.
 */
int vhd_reseller_reserve(struct vhd_call *call, const char *domain);
int vhd_reseller_settle(
    struct vhd_call *call, const char *domain, const char *made);

#endif
