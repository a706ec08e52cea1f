/* When and from where an account last logged in. */
#include "config.h"

#include <string.h>

#include "api/api.h"
#include "base/text.h"
#include "core/user.h"
#include "vauth.h"
#include "vpopmail.h"

/* The text is whatever the program has: often the name of a service. */
VPOP_EXPORT int
vset_lastauth(char *user, char *domain, char *remoteip)
{
	struct vp_api_name name;
	struct vpop_user found;
	int code = vp_api_user(user, domain, &name);

	if (code < 0)
		return code;
	code = vp_user_find(name.vp, &name.domain, name.user, &found);
	if (code == 0)
		code = vpop_lastauth_set(name.vp, &found, remoteip);
	else if (code == VA_USER_DOES_NOT_EXIST)
		code = 0;
	explicit_bzero(&found, sizeof found);
	return vp_api_result(code);
}

static int
read_record(const struct vqpasswd *pw, char *domain, struct vpop_lastauth *ret)
{
	struct vpop_user user = { .name = "" };
	struct vp_api_name name;

	if (!pw || !pw->pw_name || !pw->pw_dir)
		return vp_api_result(VA_NULL_POINTER);
	int code = vp_api_domain(domain, &name);
	if (code < 0)
		return code;
	if (vp_copy(user.name, sizeof user.name, pw->pw_name) != 0 ||
	    vp_copy(user.dir, sizeof user.dir, pw->pw_dir) != 0)
		return vp_api_result(VA_DIR_TOO_LONG);
	memcpy(user.domain, name.domain.real, sizeof user.domain);
	return vp_api_result(vpop_lastauth_get(name.vp, &user, ret));
}

VPOP_EXPORT time_t
vget_lastauth(struct vqpasswd *pw, char *domain)
{
	struct vpop_lastauth found = { .time = 0 };

	return read_record(pw, domain, &found) == 0 ? found.time : 0;
}

VPOP_EXPORT char *
vget_lastauthip(struct vqpasswd *pw, char *domain)
{
	static struct vpop_lastauth found;

	if (read_record(pw, domain, &found) < 0 || found.ip[0] == '\0')
		return NULL;
	return found.ip;
}
