/*
 * A login by name and password alone, for programs that administer: no
 * service flag is looked at, nothing is learned and nothing recorded.  Every
 * answer about a wrong name or password has cost the time of one hash.
 */
#include "config.h"

#include <string.h>

#include "core/password.h"
#include "core/suspend.h"
#include "core/user.h"

/* 0, or a code; absent and refused codes mean that there is no such
 * account. */
static int
find(struct vpop *vp, const char *address, struct vpop_user *ret_user)
{
	char name[VPOP_USER_SIZE], domain[VPOP_DOMAIN_SIZE];
	int code = vpop_parse_address(vp, address, name, domain);

	if (code == 0 && (name[0] == '\0' || domain[0] == '\0'))
		code = VA_USER_DOES_NOT_EXIST;
	return code == 0 ? vpop_user_get(vp, name, domain, ret_user) : code;
}

static int
failed(struct vpop *vp)
{
	return vp_fail(vp, VA_AUTH_FAILED, "wrong address or password");
}

static int
check_open(struct vpop *vp, const struct vpop_user *user)
{
	struct vpop_domain domain;
	int code = vpop_domain_get(vp, user->domain, &domain);

	if (code == 0)
		code = vp_suspended(vp, &domain, NULL);
	if (code > 0)
		code = vp_fail(vp, VA_AUTH_FAILED, "domain '%s' is suspended",
		    user->domain);
	return code;
}

int
vpop_authenticate(struct vpop *vp, const char *address, const char *secret,
    struct vpop_user *ret_user)
{
	struct vpop_user user;
	int code = find(vp, address, &user);

	if (code != 0 &&
	    (code == VA_BAD_UID || (vpop_class(code) != VPOP_CLASS_ABSENT &&
				       vpop_class(code) != VPOP_CLASS_REFUSED)))
		return code;

	int right =
	    vp_password_verify(vp, secret, code == 0 ? user.passwd : "");
	code = right ? check_open(vp, &user) : failed(vp);
	if (code == 0)
		*ret_user = user;
	explicit_bzero(&user, sizeof user);
	return code;
}
