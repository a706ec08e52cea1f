/*
 * One login from its name to its answer.  The order matters: what could not
 * be found out ends as VP_LOGIN_TEMPORARY before an answer that blames the
 * user is possible, and every answer about a wrong name or secret has cost
 * the time of one password hash.
 */
#include "config.h"

#include "core/login.h"

#include <errno.h>
#include <string.h>
#include <time.h>

#include "base/text.h"
#include "core/apppassword.h"
#include "core/password.h"
#include "core/suspend.h"

#define DIGEST_LENGTH 32

static const uint32_t forbidding[] = {
	[VP_SMTP] = VPOP_NO_SMTP,
	[VP_POP] = VPOP_NO_POP,
	[VP_IMAP] = VPOP_NO_IMAP,
	[VP_WEBMAIL] = VPOP_NO_WEBMAIL,
};

static int
is_absent(int code)
{
	return vpop_class(code) == VPOP_CLASS_ABSENT;
}

/* 1 if the login may be one of the system's accounts: it names no domain, or
 * one whose mail is for them.  0, or a code. */
static int
is_for_system(struct vpop *vp, const struct vp_session *session)
{
	if (!vp->set.passwd || session->user_part[0] == '\0')
		return 0;
	if (!strpbrk(session->address, "@%/") ||
	    session->domain_part[0] == '\0')
		return 1;

	int rc =
	    vp_control_has(vp->set.qmaildir, "locals", session->domain_part);
	if (rc < 0)
		return vp_fail_errno(vp, VA_COULD_NOT_UPDATE_FILE,
		    "cannot read '%s/control/locals'", vp->set.qmaildir);
	return rc;
}

static enum vp_login_result
no_such_user(
    struct vpop *vp, const struct vp_login *login, struct vp_session *session)
{
	int system = is_for_system(vp, session);

	if (system < 0)
		return VP_LOGIN_TEMPORARY;
	if (system)
		return vp_login_system(vp, login, session);
	if (!login->lookup)
		vp_password_dummy(vp, login->secret);
	return VP_LOGIN_NO_USER;
}

/* 0, or a code; absent codes mean that there is no such account. */
static int
find(struct vpop *vp, struct vp_session *session)
{
	if (session->user_part[0] == '\0')
		return vp_fail(vp, VA_USER_DOES_NOT_EXIST, "no user name");
	if (session->domain_part[0] == '\0')
		return vp_fail(vp, VA_DOMAIN_DOES_NOT_EXIST, "no domain name");

	int rc = vpop_domain_get(vp, session->domain_part, &session->domain);
	if (rc != 0)
		return rc;
	if (vp_copy(session->domain_part, sizeof session->domain_part,
		session->domain.real) != 0)
		return vp_fail_errno(vp, VA_DOMAIN_NAME_TOO_LONG, "domain '%s'",
		    session->domain.real);
	return vp_user_find(
	    vp, &session->domain, session->user_part, &session->user);
}

/* A digest can only be made from a challenge. */
static const char *
matching_digest(const struct vp_login *login, const char *clear)
{
	int smtp = login->service == VP_SMTP;
	int pop = login->service == VP_POP ||
		  (login->service == VP_WEBMAIL && login->webmail_pop);
	char hex[DIGEST_LENGTH + 1];
	int equal;

	if (clear[0] == '\0' || !login->challenge ||
	    login->challenge[0] == '\0' || (!smtp && !pop))
		return NULL;
	if (smtp)
		vp_cram_digest(login->challenge, clear, hex);
	else
		vp_apop_digest(login->challenge, clear, hex);
	equal = vp_equal_secret(hex, login->secret);
	explicit_bzero(hex, sizeof hex);
	if (!equal)
		return NULL;
	return smtp ? "CRAM-MD5" : "APOP";
}

/* A digest must never be learned as a password.  POP servers send their
 * challenge with plain passwords too; the length tells them apart. */
static int
may_be_digest(const struct vp_login *login)
{
	const char *hex = "0123456789abcdefABCDEF";

	if (!login->challenge || login->challenge[0] == '\0')
		return 0;
	if (login->service == VP_SMTP)
		return 1;
	return strlen(login->secret) == DIGEST_LENGTH &&
	       strspn(login->secret, hex) == DIGEST_LENGTH;
}

static enum vp_login_result
check_secret(
    struct vpop *vp, const struct vp_login *login, struct vp_session *session)
{
	const struct vpop_user *user = &session->user;
	const char *method =
	    vp->set.clear_passwd ? matching_digest(login, user->clear) : NULL;

	if (user->passwd[0] == '\0') {
		vp_password_dummy(vp, login->secret);
		return VP_LOGIN_NO_PASSWORD;
	}
	if (method) {
		session->method = method;
		return VP_LOGIN_OK;
	}
	if (!vp_password_is_locked(user->passwd)) {
		int rc = vp_app_password_matches(vp, &session->domain, user,
		    login->secret, login->service, time(NULL));

		session->by_app = rc > 0;
		if (rc != 0)
			return rc > 0 ? VP_LOGIN_OK : VP_LOGIN_TEMPORARY;
	}
	return vp_password_verify(vp, login->secret, user->passwd)
		   ? VP_LOGIN_OK
		   : VP_LOGIN_BAD_SECRET;
}

static int
is_forbidden(const struct vp_login *login, const struct vpop_user *user)
{
	return (user->flags & forbidding[login->service]) != 0;
}

/* 1 if the service, or the domain, is closed for the account; or a code. */
static int
is_closed(struct vpop *vp, const struct vp_login *login,
    const struct vp_session *session)
{
	return is_forbidden(login, &session->user)
		   ? 1
		   : vp_suspended(vp, &session->domain, NULL);
}

/* The account has no password and takes the one that was sent. */
static enum vp_login_result
learn(struct vpop *vp, const struct vp_login *login, struct vp_session *session)
{
	int rc = vp_login_learn(vp, session, login->secret);

	if (rc < 0)
		return VP_LOGIN_TEMPORARY;
	return rc == 1 ? VP_LOGIN_OK : check_secret(vp, login, session);
}

static enum vp_login_result
authenticate(
    struct vpop *vp, const struct vp_login *login, struct vp_session *session)
{
	enum vp_login_result result = check_secret(vp, login, session);
	int plain = !may_be_digest(login);
	int may_learn =
	    result == VP_LOGIN_NO_PASSWORD && plain && vp->set.learn_passwords;

	if (result != VP_LOGIN_OK && !may_learn)
		return result;
	int closed = is_closed(vp, login, session);
	if (closed < 0)
		return VP_LOGIN_TEMPORARY;
	if (!closed && may_learn)
		result = learn(vp, login, session);
	if (result != VP_LOGIN_OK)
		return result;
	if (closed)
		return VP_LOGIN_FORBIDDEN;
	if (plain && !session->by_app)
		vp_login_refresh(vp, session, login->secret);
	return VP_LOGIN_OK;
}

/* VP_LOGIN_OK if the name could be parsed. */
static enum vp_login_result
parse(struct vpop *vp, const struct vp_login *login, struct vp_session *session)
{
	if (vp_copy(session->address, sizeof session->address, login->name) !=
	    0)
		return VP_LOGIN_BAD_NAME;
	vp_lower(session->address);
	if (login->name[0] == '\0')
		return VP_LOGIN_NO_NAME;
	if (!login->lookup && login->secret[0] == '\0')
		return VP_LOGIN_NO_SECRET;

	int rc = vpop_parse_address(
	    vp, login->name, session->user_part, session->domain_part);
	if (rc == 0)
		return VP_LOGIN_OK;
	session->user_part[0] = '\0';
	session->domain_part[0] = '\0';
	return vpop_class(rc) == VPOP_CLASS_REFUSED ? VP_LOGIN_BAD_NAME
						    : VP_LOGIN_TEMPORARY;
}

static enum vp_login_result
answer(
    struct vpop *vp, const struct vp_login *login, struct vp_session *session)
{
	enum vp_login_result result = parse(vp, login, session);

	if (result != VP_LOGIN_OK)
		return result;

	int rc = find(vp, session);
	if (is_absent(rc))
		return no_such_user(vp, login, session);
	if (rc != 0)
		return VP_LOGIN_TEMPORARY;
	return login->lookup ? VP_LOGIN_OK : authenticate(vp, login, session);
}

enum vp_login_result
vp_login(struct vpop *vp, const struct vp_login *login,
    struct vp_session *ret_session)
{
	memset(ret_session, 0, sizeof *ret_session);
	ret_session->method = "PLAIN";
	ret_session->result = answer(vp, login, ret_session);
	if (ret_session->result != VP_LOGIN_OK &&
	    ret_session->result != VP_LOGIN_FORBIDDEN)
		explicit_bzero(&ret_session->user, sizeof ret_session->user);
	return ret_session->result;
}
