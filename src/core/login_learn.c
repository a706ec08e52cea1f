/*
 * What a login writes into its account: a first password, a better hash, the
 * clear text.  The record is read again under the domain's account lock and
 * left alone if its password is no longer the one that was checked; no
 * journal, because one record is replaced as a whole.
 */
#include "config.h"

#include "core/login.h"

#include <string.h>

#include "base/text.h"
#include "core/password.h"
#include "core/store.h"
#include "core/userdir.h"

/* The hash of fresh is no longer that of the session. */
#define CHANGED 2

static void
write_sqwebmail(struct vpop *vp, const struct vp_session *session)
{
	AUTO_CLOSE int userfd = -1;

	if (!vp->set.sqwebmail_pass)
		return;
	userfd = vp_userdir_open(&session->domain, &session->user);
	if (userfd >= 0)
		(void)vp_sqwebmail_write(
		    vp, &session->domain, userfd, session->user.passwd);
}

/* Put hash and clear (NULL: as they are) into fresh and store it. */
static int
put(struct vpop *vp, struct vp_session *session, struct vpop_user *fresh,
    const char *hash, const char *clear)
{
	const struct vpop_store_ops *ops;
	struct vpop_store *store;
	int rc = vp_store_of(vp, &session->domain, &ops, &store);

	if (rc != 0)
		return rc;
	if ((hash && vp_copy(fresh->passwd, sizeof fresh->passwd, hash) != 0) ||
	    (clear && vp_copy(fresh->clear, sizeof fresh->clear, clear) != 0))
		return vp_fail_errno(
		    vp, VA_PASSWD_TOO_LONG, "cannot store the password");
	rc = ops->user_put(store, &session->domain, fresh, VPOP_PUT_REPLACE);
	if (rc == 0)
		session->user = *fresh;
	return rc;
}

/* 0, CHANGED with session->user read again, or a code. */
static int
replace(struct vpop *vp, struct vp_session *session, const char *hash,
    const char *clear)
{
	struct vpop_user fresh;
	int rc = vp_user_find(vp, &session->domain, session->user_part, &fresh);

	if (rc != 0)
		return rc;
	if (strcmp(fresh.passwd, session->user.passwd) != 0) {
		session->user = fresh;
		rc = CHANGED;
	} else {
		rc = put(vp, session, &fresh, hash, clear);
	}
	explicit_bzero(&fresh, sizeof fresh);
	return rc;
}

static int
replace_locked(struct vpop *vp, struct vp_session *session, int wait,
    const char *hash, const char *clear)
{
	AUTO_CLOSE int dirfd = vp_domain_dir(vp, &session->domain);
	AUTO_CLOSE int lock = -1;

	if (dirfd < 0)
		return dirfd;
	lock = vp_domain_lock(vp, &session->domain, dirfd, wait);
	if (lock < 0)
		return lock;
	return replace(vp, session, hash, clear);
}

/* The secret can be a field of the account files. */
static int
can_be_stored(const char *secret)
{
	return vp_is_clean(secret) && strlen(secret) < VPOP_PASSWD_SIZE;
}

int
vp_login_learn(struct vpop *vp, struct vp_session *session, const char *secret)
{
	char hash[VPOP_PASSWD_SIZE];
	const char *clear =
	    vp->set.clear_passwd && can_be_stored(secret) ? secret : NULL;
	int rc = vp_password_hash_scheme(
	    vp, (enum vp_scheme)vp->set.password_scheme, secret, hash);

	if (rc == 0)
		rc = replace_locked(vp, session, 1, hash, clear);
	explicit_bzero(hash, sizeof hash);
	if (rc == CHANGED)
		return 0;
	if (rc != 0)
		return rc;
	write_sqwebmail(vp, session);
	return 1;
}

/* The configured scheme must itself be no weak one, or every login would
 * write. */
static int
wants_rehash(const struct vpop *vp, const struct vpop_user *user)
{
	return vp->set.rehash_weak && vp_password_is_weak(user->passwd) &&
	       vp->set.password_scheme != VP_SCHEME_DES &&
	       vp->set.password_scheme != VP_SCHEME_MD5;
}

void
vp_login_refresh(
    struct vpop *vp, struct vp_session *session, const char *secret)
{
	char hash[VPOP_PASSWD_SIZE];
	int rehash = wants_rehash(vp, &session->user);
	int clear = vp->set.learn_passwords && vp->set.clear_passwd &&
		    session->user.clear[0] == '\0' && can_be_stored(secret);
	int rc = 0;

	if (!rehash && !clear)
		return;
	if (rehash)
		rc = vp_password_hash_scheme(
		    vp, (enum vp_scheme)vp->set.password_scheme, secret, hash);
	if (rc == 0)
		rc = replace_locked(vp, session, 0, rehash ? hash : NULL,
		    clear ? secret : NULL);
	if (rc == 0 && rehash)
		write_sqwebmail(vp, session);
	explicit_bzero(hash, sizeof hash);
	/* The login is right whatever became of this. */
	vp_clear_error(vp);
}
