/* Accounts that use the panel: their addresses, and what they are there. */
#ifndef PANEL_AUTH_ACCOUNT_H
#define PANEL_AUTH_ACCOUNT_H

#include "panel/api/call.h"

#define VHD_ACCOUNT_SIZE (VPOP_USER_SIZE + VPOP_DOMAIN_SIZE)

/* "user@domain" of an account, with its real domain. */
void vhd_account_name(
    const struct vpop_user *user, char ret_name[VHD_ACCOUNT_SIZE]);
/* The same of what somebody typed, whether it exists or not.  0, or a
 * temporary code of the library. */
int vhd_account_normalise(
    struct vpop *vp, const char *address, char ret_name[VHD_ACCOUNT_SIZE]);
/* What the account's flags make of it. */
enum vhd_role vhd_account_role(const struct vpop_user *user);
/* "system", "operator", "reseller", "domain", "user", "anon". */
const char *vhd_role_name(enum vhd_role role);
/* 0: there is no such role. */
enum vhd_role vhd_role_find(const char *name, size_t size);

/*
 * The account in the path (parameter 0) of a call, for its owner and for
 * whoever may do everything.  0, or -1 after a problem: 404 for all others.
 */
int vhd_account_of_path(struct vhd_call *call, struct vpop_user *ret_user);
/* 1 if the caller is that account himself. */
int vhd_account_is_own(
    const struct vhd_call *call, const struct vpop_user *user);
/* 1 if the account, or its domain, was deleted at or after the time, so that
 * what is there now is another; 0, or a code. */
int vhd_account_was_deleted(
    struct vpop *vp, const struct vpop_user *user, time_t since);
/* The same of an account or of a domain by its real name, after a seq of the
 * journal (vpop_events_last). */
int vhd_account_was_deleted_after(
    struct vpop *vp, const struct vpop_user *user, int64_t seq);
int vhd_domain_was_deleted_after(
    struct vpop *vp, const char *domain, int64_t seq);

#endif
