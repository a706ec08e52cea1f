/*
 * Adding, changing and deleting accounts.  What the old interface documents
 * besides the core's rules is checked here: its smaller sizes, and the order
 * in which refusals come.
 */
#include "config.h"

#include <string.h>

#include "api/api.h"
#include "core/user.h"
#include "vauth.h"
#include "vpopmail.h"

/* Lengths, before anything is looked up. */
static int
check_lengths(const struct vpop *vp, const char *user, const char *domain)
{
	if (strlen(user) > MAX_PW_NAME)
		return VA_USER_NAME_TOO_LONG;
	if (*user == '\0' || (user[1] == '\0' && vp->set.users_big_dir))
		return VA_ILLEGAL_USERNAME;
	if (strlen(domain) > MAX_PW_DOMAIN)
		return VA_DOMAIN_NAME_TOO_LONG;
	return 0;
}

/* The handle, for names of the documented lengths.  NULL with verrori. */
static struct vpop *
begin(const char *user, const char *domain)
{
	struct vpop *vp;

	if (!user || !domain) {
		vp_api_result(VA_NULL_POINTER);
		return NULL;
	}
	vp = vp_api_handle();
	return vp && vp_api_result(check_lengths(vp, user, domain)) == 0 ? vp
									 : NULL;
}

static int
check_new(const struct vpop *vp, const char *domain, const char *password,
    const char *gecos)
{
	if (strlen(domain) < 3)
		return VA_INVALID_DOMAIN_NAME;
	if (vp->set.clear_passwd && password &&
	    strlen(password) > MAX_PW_CLEAR_PASSWD)
		return VA_PASSWD_TOO_LONG;
	if (gecos && strlen(gecos) > MAX_PW_GECOS)
		return VA_GECOS_TOO_LONG;
	return 0;
}

/* The store's own files have these names. */
static int
is_file_of_store(const char *user)
{
	return strcmp(user, "vpasswd") == 0;
}

VPOP_EXPORT int
vadduser(char *username, char *domain, char *password, char *gecos, int apop)
{
	struct vp_api_name name;
	struct vpop *vp;
	int code;

	if (gecos && strchr(gecos, ':'))
		return vp_api_result(VA_BAD_CHAR);
	if (!(vp = begin(username, domain)))
		return verrori;
	if ((code = check_new(vp, domain, password, gecos)) < 0)
		return vp_api_result(code);
	if ((code = vp_api_user_valid(username)) < 0 ||
	    (code = vp_api_domain_valid(domain)) < 0)
		return vp_api_result(code);
	if ((code = vp_api_user(username, domain, &name)) < 0)
		return code;
	if (!password)
		return vp_api_result(VA_PWSTR_EMPTY);
	if (is_file_of_store(name.user))
		return vp_api_result(VA_EXIST_U_DIR);

	const struct vpop_user_new wanted = { .name = name.user,
		.domain = name.domain.real,
		.secret = { VPOP_SECRET_CLEAR, password },
		.gecos = gecos,
		.apop = apop == USE_APOP };
	return vp_api_result(vp_api_refused(vp, vpop_user_add(vp, &wanted)));
}

VPOP_EXPORT int
vdeluser(char *user, char *domain)
{
	struct vp_api_name name;
	int code;

	if (!user || *user == '\0')
		return vp_api_result(VA_ILLEGAL_USERNAME);
	if ((code = vp_api_user(user, domain, &name)) < 0)
		return code;
	return vp_api_result(vpop_user_delete(
	    name.vp, name.user, name.domain.real, VPOP_DELETE_POSTMASTER));
}

/* The flag NO_PASSWD_CHNG refuses here: administration programs clear it
 * first, and rely on being refused otherwise. */
VPOP_EXPORT int
vpasswd(char *username, char *domain, char *password, int apop)
{
	struct vp_api_name name;
	struct vpop *vp = begin(username, domain);
	int code;

	(void)apop;
	if (!vp)
		return verrori;
	if (password && strlen(password) > MAX_PW_CLEAR_PASSWD)
		return vp_api_result(VA_PASSWD_TOO_LONG);
	code = vp_api_refused(vp, vpop_password_check(vp, password));
	if (code < 0)
		return vp_api_result(code);
	if ((code = vp_api_user(username, domain, &name)) < 0)
		return code;

	const struct vpop_user_change change = { .name = name.user,
		.domain = name.domain.real,
		.fields = VPOP_SET_SECRET | VPOP_SET_BY_USER |
			  (NoMakeIndex ? VPOP_SET_NO_FOLD : 0u),
		.secret = { VPOP_SECRET_CLEAR, password } };
	return vp_api_result(vpop_user_modify(vp, &change));
}

static int
set_quota(char *username, char *domain, const char *quota)
{
	struct vp_api_name name;
	struct vpop *vp = begin(username, domain);
	int code;

	if (!vp)
		return verrori;
	if (!quota)
		return vp_api_result(VA_NULL_POINTER);
	if (strlen(quota) > MAX_PW_QUOTA)
		return vp_api_result(VA_QUOTA_TOO_LONG);
	if ((code = vp_api_user(username, domain, &name)) < 0)
		return code;

	const struct vpop_user_change change = { .name = name.user,
		.domain = name.domain.real,
		.fields =
		    VPOP_SET_QUOTA | (NoMakeIndex ? VPOP_SET_NO_FOLD : 0u),
		.quota = quota };
	return vp_api_result(vpop_user_modify(vp, &change));
}

VPOP_EXPORT int
vsetuserquota(char *username, char *domain, char *quota)
{
	return set_quota(username, domain, quota);
}

VPOP_EXPORT int
vauth_setquota(char *user, char *domain, char *quota)
{
	return set_quota(user, domain, quota);
}

VPOP_EXPORT int
vmkpasswd(char *domain)
{
	struct vp_api_name name;
	int code = vp_api_domain(domain, &name);

	if (code < 0)
		return code;
	return vp_api_result(vpop_domain_fold(name.vp, name.domain.real));
}
