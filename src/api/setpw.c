/*
 * Storing an account from a struct vqpasswd.
 *
 * Programs take the struct that vauth_getpw returned, or one of their own
 * with fields they never set, and replace some pointers by literals: it is
 * read, never written, and only what differs from the record that is stored
 * is changed and checked.
 */
#include "config.h"

#include <string.h>

#include "api/api.h"
#include "base/text.h"
#include "core/password.h"
#include "core/user.h"
#include "vauth.h"
#include "vpopmail.h"

static int
differs(const char *text, const struct vpop_user *stored, const char *field)
{
	return !stored || strcmp(text, field) != 0;
}

static int
check_pointers(const struct vpop *vp, const struct vqpasswd *pw)
{
	return pw && pw->pw_name && pw->pw_passwd && pw->pw_gecos &&
		       pw->pw_dir && pw->pw_shell &&
		       (pw->pw_clear_passwd || !vp->set.clear_passwd)
		   ? 0
		   : VA_NULL_POINTER;
}

static int
check_name(const struct vpop *vp, const char *user, const char *domain)
{
	if (strlen(user) > MAX_PW_NAME)
		return VA_USER_NAME_TOO_LONG;
	if (*user == '\0' || (user[1] == '\0' && vp->set.users_big_dir))
		return VA_ILLEGAL_USERNAME;
	return strlen(domain) > MAX_PW_DOMAIN ? VA_DOMAIN_NAME_TOO_LONG : 0;
}

/* Against the old sizes, what differs from the record that is stored (NULL:
 * all). */
static int
check_lengths(const struct vpop *vp, const struct vqpasswd *pw,
    const struct vpop_user *stored)
{
	if (strlen(pw->pw_passwd) > MAX_PW_PASS &&
	    differs(pw->pw_passwd, stored, stored ? stored->passwd : ""))
		return VA_PASSWD_TOO_LONG;
	if (strlen(pw->pw_gecos) > MAX_PW_GECOS &&
	    differs(pw->pw_gecos, stored, stored ? stored->gecos : ""))
		return VA_GECOS_TOO_LONG;
	if (strlen(pw->pw_dir) > MAX_PW_DIR &&
	    differs(pw->pw_dir, stored, stored ? stored->dir : ""))
		return VA_DIR_TOO_LONG;
	if (strlen(pw->pw_shell) > MAX_PW_QUOTA &&
	    differs(pw->pw_shell, stored, stored ? stored->quota : ""))
		return VA_QUOTA_TOO_LONG;
	if (vp->set.clear_passwd &&
	    strlen(pw->pw_clear_passwd) > MAX_PW_CLEAR_PASSWD)
		return VA_CLEAR_PASSWD_TOO_LONG;
	return 0;
}

VPOP_EXPORT int
vcheck_vqpw(struct vqpasswd *inpw, char *domain)
{
	struct vpop *vp = vp_api_handle();
	int code = domain ? 0 : VA_NULL_POINTER;

	if (!vp)
		return verrori;
	if (code == 0)
		code = check_pointers(vp, inpw);
	if (code == 0)
		code = check_name(vp, inpw->pw_name, domain);
	if (code == 0)
		code = check_lengths(vp, inpw, NULL);
	return vp_api_result(code);
}

/* The comment without what would end its field; size bytes. */
static int
copy_gecos(const char *gecos, char *ret, size_t size)
{
	size_t length = 0;

	for (; *gecos; gecos++) {
		if (*gecos == ':' || *gecos == '\n' || *gecos == '\r')
			continue;
		if (length + 1 >= size)
			return VA_GECOS_TOO_LONG;
		ret[length++] = *gecos;
	}
	ret[length] = '\0';
	return 0;
}

/* Clear text that the hash is of is stored with a hash of ours. */
static void
set_secret(const struct vpop *vp, const struct vqpasswd *pw,
    const struct vpop_user *stored, struct vpop_user_change *change)
{
	const char *clear = vp->set.clear_passwd ? pw->pw_clear_passwd : "";

	if (strcmp(pw->pw_passwd, stored->passwd) == 0 &&
	    (*clear == '\0' || strcmp(clear, stored->clear) == 0))
		return;
	change->fields |= VPOP_SET_SECRET | VPOP_SET_NO_POLICY;
	if (*pw->pw_passwd == '\0') {
		change->secret.kind = VPOP_SECRET_EMPTY;
	} else if (*clear && vp_password_matches(clear, pw->pw_passwd) == 1) {
		change->secret.kind = VPOP_SECRET_CLEAR;
		change->secret.text = clear;
	} else {
		change->secret.kind = VPOP_SECRET_HASH;
		change->secret.text = pw->pw_passwd;
	}
}

static int
set_fields(struct vpop *vp, const struct vqpasswd *pw,
    const struct vpop_user *stored, struct vpop_user_change *change)
{
	set_secret(vp, pw, stored, change);
	if (strcmp(change->gecos, stored->gecos) != 0)
		change->fields |= VPOP_SET_GECOS;
	if (strcmp(pw->pw_shell, stored->quota) != 0)
		change->fields |= VPOP_SET_QUOTA;
	if (strcmp(pw->pw_dir, stored->dir) != 0)
		change->fields |= VPOP_SET_DIR;
	change->fields |= VPOP_SET_UID | VPOP_SET_FLAGS;
	change->quota = pw->pw_shell;
	change->dir = pw->pw_dir;
	change->uid = pw->pw_uid;
	change->set_flags = pw->pw_gid;
	change->clear_flags = ~(uint32_t)pw->pw_gid;
	return vpop_user_modify(vp, change);
}

static int
store(const struct vqpasswd *pw, const struct vp_api_name *name)
{
	char gecos[VPOP_GECOS_SIZE];
	struct vpop_user_change change = { .name = name->user,
		.domain = name->domain.real,
		.fields = NoMakeIndex ? VPOP_SET_NO_FOLD : 0u,
		.gecos = gecos };
	struct vpop_user stored;
	int code = vp_user_find(name->vp, &name->domain, name->user, &stored);

	if (code == 0)
		code = check_lengths(name->vp, pw, &stored);
	if (code == 0)
		code = copy_gecos(pw->pw_gecos, gecos, sizeof gecos);
	if (code == 0)
		code = set_fields(name->vp, pw, &stored, &change);
	explicit_bzero(&stored, sizeof stored);
	return code;
}

VPOP_EXPORT int
vauth_setpw(struct vqpasswd *inpw, char *domain)
{
	const struct vpop *vp = vp_api_handle();
	struct vp_api_name name;
	int code = domain ? 0 : VA_NULL_POINTER;

	if (!vp)
		return verrori;
	if (code == 0)
		code = check_pointers(vp, inpw);
	if (code == 0)
		code = check_name(vp, inpw->pw_name, domain);
	if (code < 0)
		return vp_api_result(code);
	if ((code = vp_api_domain(domain, &name)) < 0)
		return code;
	if ((code = vp_api_may_read(name.vp, &name.domain)) < 0)
		return vp_api_result(code);
	if (vp_copy(name.user, sizeof name.user, inpw->pw_name) != 0)
		return vp_api_result(VA_USER_NAME_TOO_LONG);
	vp_lower(name.user);
	return vp_api_result(store(inpw, &name));
}
