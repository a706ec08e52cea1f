/*
 * What the files of the old interface share: the process-wide handle, which
 * is opened at first use and closed by vclose, and the arguments, which are
 * also results.
 *
 * The old names are called by nobody in the library: a program may have a
 * function of such a name of its own, which the linker then takes.  What is
 * needed here has a private name too.
 */
#ifndef API_API_H
#define API_API_H

#include "core/domain.h"

struct vlimits;
struct vqpasswd;

/* The handle, or NULL with verrori set. */
struct vpop *vp_api_handle(void);
/* Remember code in verrori and return it. */
int vp_api_result(int code);
/* The same, but return -1 for every failure. */
int vp_api_plain(int code);
/* The sentence about the last password that was refused, "" if none was; if
 * code is not 0, only if it was refused for that. */
const char *vp_api_refusal(int code);
/* Take that sentence from the handle if code is about a password; returns
 * code. */
int vp_api_refused(const struct vpop *vp, int code);

/*
 * Give text to the caller's string if it is another: only then is it written
 * to, and not at all if it is in memory that cannot be written, as that of a
 * literal.  0, or VA_DOMAIN_NAME_TOO_LONG when text is longer than the string
 * and than MAX_PW_DOMAIN.
 */
int vp_api_tell(char *string, const char *text);
/* Lower case in place, likewise. */
void vp_api_lower(char *string);

/* An account or domain as the caller names it. */
struct vp_api_name {
	struct vpop *vp;
	struct vpop_domain domain;
	char user[VPOP_USER_SIZE];
};

/* Find the domain, tell the caller its real name.  0 or a code. */
int vp_api_domain(char *domain, struct vp_api_name *ret);
/* The same, and the user's name; whether there is such a user is not looked
 * at. */
int vp_api_user(char *user, char *domain, struct vp_api_name *ret);
/* vpop_domain_get, vp_limits_of and vp_user_find with a memory of one (name
 * in lower case), which is asked only while no file has changed. */
int vp_api_find_domain(
    struct vpop *vp, const char *name, struct vpop_domain *ret_domain);
int vp_api_find_limits(struct vpop *vp, const struct vpop_domain *domain,
    struct vpop_limits *ret_limits);
int vp_api_find_user(
    const struct vp_api_name *name, struct vpop_user *ret_user);
void vp_api_cache_drop(void);
/* VA_BAD_UID unless we are root or the domain's owner. */
int vp_api_may_read(struct vpop *vp, const struct vpop_domain *domain);

/* Open a folder by any path, as a program would. */
int vp_api_dir(const char *path);
/* Open the folder of the last part of path, which *ret_last points to. */
int vp_api_parent(const char *path, const char **ret_last);
/* Open a Maildir: path, or Maildir below it. */
int vp_api_maildir(const char *path);

/* The result of account lookups. */
struct vqpasswd *vp_api_record(const struct vpop_user *user);

/* vget_limits and back. */
void vp_api_limits(const struct vpop_limits *from, struct vlimits *to);
void vp_api_limits_back(const struct vlimits *from, struct vpop_limits *to);

/* The address of a Maildir's path, "" if it has none; size 256. */
#define VP_API_ADDRESS 256
void vp_api_maildir_address(
    const char *maildir, char ret_address[VP_API_ADDRESS]);

/* Ask the usage daemon: 1, or 0 if it does not know. */
int vp_api_usage(const char *entry, uint64_t *ret_size, uint64_t *ret_count);

/* Only legal characters?  0 or a code; "" is legal. */
int vp_api_user_valid(const char *user);
int vp_api_domain_valid(const char *domain);

/* vclose. */
void vp_api_close(void);
/* What it ends; the account walk is resumed when it goes on. */
void vp_api_users_close(void);
void vp_api_aliases_close(void);

#endif
