/*
 * Tokens of programs: "Authorization: Bearer vhost_...".
 *
 * A token may do what the account that made it may do now, and no more than
 * its role, scopes, domains and addresses say.  It ends when it is revoked, at
 * its time, and with the account.  What it limits is an object of lists, of
 * texts; a list that is missing limits nothing:
 *
 *     scopes     "read", or "METHOD RESOURCE", each of which may be "*"
 *     domains    real names; objects of the site are out of reach then, but
 *                for those that have such a name
 *     addresses  of clients: "192.0.2.0/24", "2001:db8::1"
 */
#ifndef PANEL_AUTH_TOKEN_H
#define PANEL_AUTH_TOKEN_H

#include "panel/auth/account.h"

#define VHD_TOKEN_PREFIX       "vhost_"
#define VHD_TOKEN_SIZE         (sizeof VHD_TOKEN_PREFIX + 43) /* with NUL */
#define VHD_TOKENS_PER_ACCOUNT 100

/* Whether the value of the header Authorization is meant as one. */
int vhd_token_is_one(const char *authorization);
/* Say in call->who whose it is.  0, or -1 after a problem: 401 for one that
 * is not valid (here and now). */
int vhd_token_identify(struct vhd_call *call);
/* The same for what was left behind with a token, by its public id. */
int vhd_token_resume(struct vhd_call *call, const char *id);

/*
 * Whether a token with these limits (NULL: none) is good for a method on a
 * resource; domain: the real name of the domain that it concerns, or "".
 */
int vhd_token_allows(const json_t *limits, const char *method,
    const char *resource, const char *domain);
/* Whether it is good for a client; "": one at a Unix socket, which is in no
 * network. */
int vhd_token_is_for(const json_t *limits, const char *address);
/* 1 if a text is an address or a network; only then may it be in a list. */
int vhd_network_is_right(const char *network);
/* 1 if a text is a scope. */
int vhd_scope_is_right(const char *scope);

/* ---- token_list.c ----------------------------------------------------- */

struct vhd_token {
	char id[VHD_ID_SIZE];
	const char *label;
	enum vhd_role role;
	int64_t expires; /* 0: never */
	json_t *limits;  /* borrowed */
};

/* Tokens of an account (NULL: all) after an id, at most limit: an array, or
 * NULL after a problem. */
json_t *vhd_token_list(struct vhd_call *call, const char *account,
    const char *after, int64_t limit);
/* The one with the id, of the account (NULL: any); NULL after a problem. */
json_t *vhd_token_get(
    struct vhd_call *call, const char *account, const char *id);
/* Make one for the caller; its id is filled in.  0, or -1 after a problem. */
int vhd_token_add(struct vhd_call *call, struct vhd_token *token,
    char ret_secret[VHD_TOKEN_SIZE]);
/* 0, or -1 after a problem. */
int vhd_token_remove(
    struct vhd_call *call, const char *account, const char *id);

#endif
