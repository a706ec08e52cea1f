/*
 * Accounts of passwd(5): only users above a minimum user id, whose password
 * is in shadow(5) and neither expired nor to be changed first.  Programs
 * reach this for logins that name no virtual domain.
 */
#include "config.h"

#include "core/login.h"

#include <errno.h>
#include <pwd.h>
#include <shadow.h>
#include <string.h>
#include <time.h>

#include "base/text.h"
#include "core/password.h"

#define DAY    86400
#define BUFFER (1 << 16) /* longest entry looked at */

/* These say that there is no such entry; see getpwnam(3). */
static int
means_absent(int errnum)
{
	return errnum == 0 || errnum == ENOENT || errnum == ESRCH ||
	       errnum == EBADF || errnum == EPERM;
}

/* Ages in days, -1 or 0 where the entry sets none; see shadow(5). */
static int
is_expired(const struct spwd *shadow, long today)
{
	if (shadow->sp_expire > 0 && today >= shadow->sp_expire)
		return 1;
	if (shadow->sp_lstchg == 0)
		return 1;
	if (shadow->sp_lstchg < 0 || shadow->sp_max < 0)
		return 0;

	long grace = shadow->sp_inact > 0 ? shadow->sp_inact : 0;
	return today > shadow->sp_lstchg + shadow->sp_max + grace;
}

/* Compare with the entry of shadow(5), or with the hash of passwd(5) if it
 * is there. */
static enum vp_login_result
check_secret(struct vpop *vp, const struct vp_login *login,
    const struct passwd *entry, char *buffer)
{
	const char *hash = entry->pw_passwd;
	struct spwd shadow, *found = NULL;

	if (strcmp(hash, "x") == 0) {
		int errnum =
		    getspnam_r(entry->pw_name, &shadow, buffer, BUFFER, &found);
		if (!found && errnum == 0)
			errnum = ENOENT;
		if (!found && !means_absent(errnum)) {
			errno = errnum;
			vp_fail_errno(vp, VA_NO_AUTH_CONNECTION,
			    "cannot read the shadow entry of '%s'",
			    entry->pw_name);
			return VP_LOGIN_TEMPORARY;
		}
		if (!found) {
			vp_password_dummy(vp, login->secret);
			return VP_LOGIN_SYSTEM_NO_SHADOW;
		}
		hash = shadow.sp_pwdp;
	}

	int right = vp_password_verify(vp, login->secret, hash ? hash : "");
	if (found && is_expired(&shadow, (long)(time(NULL) / DAY)))
		right = 0;
	return right ? VP_LOGIN_OK : VP_LOGIN_SYSTEM_BAD_SECRET;
}

static enum vp_login_result
check(struct vpop *vp, const struct vp_login *login, struct vp_session *session,
    char *buffer)
{
	struct passwd entry, *found = NULL;
	int errnum =
	    getpwnam_r(session->user_part, &entry, buffer, BUFFER, &found);

	if (!found && !means_absent(errnum)) {
		errno = errnum;
		vp_fail_errno(vp, VA_NO_AUTH_CONNECTION,
		    "cannot look up system user '%s'", session->user_part);
		return VP_LOGIN_TEMPORARY;
	}
	if (!found || (int64_t)entry.pw_uid < vp->set.passwd_min_uid) {
		if (!login->lookup)
			vp_password_dummy(vp, login->secret);
		return VP_LOGIN_SYSTEM_NO_USER;
	}
	if (vp_copy(session->home, sizeof session->home, entry.pw_dir) != 0) {
		vp_fail_errno(vp, VA_DIR_TOO_LONG, "home of system user '%s'",
		    session->user_part);
		return VP_LOGIN_TEMPORARY;
	}
	session->uid = entry.pw_uid;
	session->gid = entry.pw_gid;
	if (login->lookup)
		return VP_LOGIN_OK;
	return check_secret(vp, login, &entry, buffer + BUFFER);
}

enum vp_login_result
vp_login_system(
    struct vpop *vp, const struct vp_login *login, struct vp_session *session)
{
	AUTO_FREE char *buffer = malloc(2 * (size_t)BUFFER);

	session->is_system = 1;
	if (!buffer) {
		vp_fail_errno(vp, VA_MEMORY_ALLOC_ERR, "no memory");
		return VP_LOGIN_TEMPORARY;
	}
	enum vp_login_result result = check(vp, login, session, buffer);
	explicit_bzero(buffer, 2 * (size_t)BUFFER);
	return result;
}
