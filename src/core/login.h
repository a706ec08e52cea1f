/*
 * One routine that answers "may this login come in": used by vchkpw and
 * every other login path (facts: runtime 2).
 */
#ifndef CORE_LOGIN_H
#define CORE_LOGIN_H

#include "core/user.h"

enum vp_service { VP_SMTP, VP_POP, VP_IMAP, VP_WEBMAIL };

struct vp_login {
	const char *name;      /* as sent */
	const char *secret;    /* password, or digest */
	const char *challenge; /* NULL or "": plain */
	enum vp_service service;
	int webmail_pop;  /* VP_WEBMAIL by POP3: APOP may be tried */
	int lookup;       /* find the account only: secret and flags
			     are not looked at */
	const char *peer; /* canonical address or "" */
};

enum vp_login_result {
	VP_LOGIN_OK,
	VP_LOGIN_NO_NAME,   /* empty login name */
	VP_LOGIN_NO_SECRET, /* empty password */
	VP_LOGIN_BAD_NAME,  /* invalid characters, too long */
	VP_LOGIN_NO_USER,
	VP_LOGIN_NO_PASSWORD, /* the record has none */
	VP_LOGIN_BAD_SECRET,
	VP_LOGIN_FORBIDDEN, /* a flag closes the service, or the domain is
			     * suspended */
	VP_LOGIN_SYSTEM_NO_USER,
	VP_LOGIN_SYSTEM_NO_SHADOW,
	VP_LOGIN_SYSTEM_BAD_SECRET,
	VP_LOGIN_TEMPORARY /* could not find out */
};

struct vp_session {
	enum vp_login_result result;
	char address[512]; /* the login lower-cased, for the log; "" if
			      longer */
	/* Once the login is parsed; the domain is the real one if there is
	 * such a domain. */
	char user_part[VPOP_USER_SIZE], domain_part[VPOP_DOMAIN_SIZE];
	struct vpop_user user; /* when OK or FORBIDDEN */
	struct vpop_domain domain;
	const char *method; /* "PLAIN", "APOP", "CRAM-MD5" */
	int by_app;         /* by an app password, not the account's own */
	int is_system;      /* an account of passwd(5): ids and home below */
	uid_t uid;
	gid_t gid;
	char home[VPOP_DIR_SIZE];
};

/* Check name, secret and flags; learns and rehashes passwords as the
 * settings say.  *ret_session is always written.  The reason of
 * VP_LOGIN_TEMPORARY is on the handle. */
enum vp_login_result vp_login(struct vpop *vp, const struct vp_login *login,
    struct vp_session *ret_session);

/* login_system.c: an account of passwd(5) by the user part of the session,
 * whose is_system, ids and home are set; OK or one of the SYSTEM results. */
enum vp_login_result vp_login_system(
    struct vpop *vp, const struct vp_login *login, struct vp_session *session);

/*
 * login_learn.c: what a login may write into its account, straight into the
 * store.  session->user becomes the record as it is stored.
 */
/* A first password: 1 stored, 0 somebody else was first (session->user is
 * theirs), or a code. */
int vp_login_learn(
    struct vpop *vp, struct vp_session *session, const char *secret);
/* After a right plain password: a better hash, the clear text, as the
 * settings say.  Does nothing when it cannot be done at once. */
void vp_login_refresh(
    struct vpop *vp, struct vp_session *session, const char *secret);

#endif
