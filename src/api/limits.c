/* Limits of domains. */
#include "config.h"

#include "core/limits.h"

#include <fcntl.h>
#include <string.h>

#include "api/api.h"
#include "base/replace.h"
#include "base/text.h"
#include "core/user.h"
#include "vauth.h"
#include "vlimits.h"
#include "vpopmail.h"

#define MODE 0644

/* clang-format off */
#define FLAG(field, flag) { offsetof(struct vlimits, field), flag }
/* clang-format on */

static const struct {
	size_t offset; /* of a short */
	uint32_t flag;
} flags[] = {
	FLAG(disable_pop, VPOP_NO_POP),
	FLAG(disable_imap, VPOP_NO_IMAP),
	FLAG(disable_dialup, VPOP_NO_DIALUP),
	FLAG(disable_passwordchanging, VPOP_NO_PASSWD_CHNG),
	FLAG(disable_webmail, VPOP_NO_WEBMAIL),
	FLAG(disable_relay, VPOP_NO_RELAY),
	FLAG(disable_smtp, VPOP_NO_SMTP),
	FLAG(disable_spamassassin, VPOP_NO_SPAMASSASSIN),
	FLAG(delete_spam, VPOP_DELETE_SPAM),
	FLAG(disable_maildrop, VPOP_NO_MAILDROP),
};

#define FLAGS (sizeof flags / sizeof flags[0])

static short *
flag_at(struct vlimits *limits, size_t i)
{
	return (short *)(void *)((char *)limits + flags[i].offset);
}

static uint32_t
flag_mask(const struct vlimits *limits)
{
	struct vlimits copy = *limits;
	uint32_t mask = 0;

	for (size_t i = 0; i < FLAGS; i++)
		if (*flag_at(&copy, i))
			mask |= flags[i].flag;
	return mask;
}

void
vp_api_limits(const struct vpop_limits *from, struct vlimits *to)
{
	*to = (struct vlimits){ .maxpopaccounts = from->maxpopaccounts,
		.maxaliases = from->maxaliases,
		.maxforwards = from->maxforwards,
		.maxautoresponders = from->maxautoresponders,
		.maxmailinglists = from->maxmailinglists,
		.diskquota = from->quota,
		.maxmsgcount = from->maxmsgcount,
		.defaultquota = from->default_quota,
		.defaultmaxmsgcount = from->default_maxmsgcount,
		.perm_account = (short)from->perm_account,
		.perm_alias = (short)from->perm_alias,
		.perm_forward = (short)from->perm_forward,
		.perm_autoresponder = (short)from->perm_autoresponder,
		.perm_maillist = (short)from->perm_maillist,
		.perm_maillist_users = (short)from->perm_maillist_users,
		.perm_maillist_moderators =
		    (short)from->perm_maillist_moderators,
		.perm_quota = (short)from->perm_quota,
		.perm_defaultquota = (short)from->perm_defaultquota };
	for (size_t i = 0; i < FLAGS; i++)
		*flag_at(to, i) = (from->flags & flags[i].flag) != 0;
}

void
vp_api_limits_back(const struct vlimits *from, struct vpop_limits *to)
{
	*to = (struct vpop_limits){ .maxpopaccounts = from->maxpopaccounts,
		.maxaliases = from->maxaliases,
		.maxforwards = from->maxforwards,
		.maxautoresponders = from->maxautoresponders,
		.maxmailinglists = from->maxmailinglists,
		.quota = from->diskquota,
		.maxmsgcount = from->maxmsgcount,
		.default_quota = from->defaultquota,
		.default_maxmsgcount = from->defaultmaxmsgcount,
		.flags = flag_mask(from),
		.perm_account = from->perm_account,
		.perm_alias = from->perm_alias,
		.perm_forward = from->perm_forward,
		.perm_autoresponder = from->perm_autoresponder,
		.perm_maillist = from->perm_maillist,
		.perm_maillist_users = from->perm_maillist_users,
		.perm_maillist_moderators = from->perm_maillist_moderators,
		.perm_quota = from->perm_quota,
		.perm_defaultquota = from->perm_defaultquota };
}

static void
set_defaults(struct vlimits *limits)
{
	struct vpop_limits none;

	vpop_limits_init(&none);
	vp_api_limits(&none, limits);
}

VPOP_EXPORT void
vdefault_limits(struct vlimits *limits)
{
	if (limits)
		set_defaults(limits);
}

static int
find_limits(struct vpop *vp, const char *domain, struct vpop_limits *ret)
{
	char lower[VPOP_DOMAIN_SIZE];
	struct vpop_domain found;
	int code;

	if (vp_copy(lower, sizeof lower, domain) != 0)
		return VA_DOMAIN_NAME_TOO_LONG;
	vp_lower(lower);
	code = vp_api_find_domain(vp, lower, &found);
	return code == 0 ? vp_api_find_limits(vp, &found, ret) : code;
}

/* Callers use the struct whatever the result. */
VPOP_EXPORT int
vget_limits(const char *domain, struct vlimits *limits)
{
	struct vpop *vp = vp_api_handle();
	struct vpop_limits found;
	int code;

	if (!limits)
		return vp_api_plain(VA_NULL_POINTER);
	set_defaults(limits);
	if (!vp || !domain)
		return vp_api_plain(vp ? VA_NULL_POINTER : verrori);
	code = find_limits(vp, domain, &found);
	if (code == 0)
		vp_api_limits(&found, limits);
	return vp_api_plain(code);
}

VPOP_EXPORT int
vset_limits(const char *domain, const struct vlimits *limits)
{
	struct vpop *vp = vp_api_handle();
	struct vpop_limits wanted;

	if (!vp || !domain || !limits)
		return vp_api_plain(vp ? VA_NULL_POINTER : verrori);
	vp_api_limits_back(limits, &wanted);
	return vp_api_plain(vpop_limits_set(vp, domain, &wanted));
}

VPOP_EXPORT int
vdel_limits(const char *domain)
{
	struct vpop *vp = vp_api_handle();

	if (!vp || !domain)
		return vp_api_plain(vp ? VA_NULL_POINTER : verrori);
	return vp_api_plain(vpop_limits_delete(vp, domain));
}

VPOP_EXPORT int
vlimits_read_limits_file(const char *path, struct vlimits *limits)
{
	struct vpop *vp = vp_api_handle();
	struct vpop_limits found;
	int rc;

	if (!vp || !path || !limits)
		return vp_api_plain(vp ? VA_NULL_POINTER : verrori);
	vp_api_limits_back(limits, &found);
	rc = vp_limits_read(vp, AT_FDCWD, path, &found);
	if (rc == 1)
		vp_api_limits(&found, limits);
	return vp_api_plain(rc == 1 ? 0 : rc == 0 ? VA_CANNOT_READ_LIMITS : rc);
}

VPOP_EXPORT int
vlimits_write_limits_file(const char *path, const struct vlimits *limits)
{
	struct vpop_limits wanted;
	const char *last = NULL;

	if (!path || !limits)
		return vp_api_plain(VA_NULL_POINTER);
	vp_api_limits_back(limits, &wanted);
	AUTO_FREE char *text = vp_limits_text(&wanted);
	AUTO_CLOSE int folder = vp_api_parent(path, &last);
	if (!text || folder < 0 ||
	    vp_replace_text(folder, last, text, strlen(text), MODE, (uid_t)-1,
		(gid_t)-1) != 0)
		return vp_api_plain(VA_COULD_NOT_UPDATE_FILE);
	return vp_api_plain(0);
}

VPOP_EXPORT int
vlimits_get_flag_mask(struct vlimits *limits)
{
	return limits ? (int)flag_mask(limits) : 0;
}

VPOP_EXPORT void
vlimits_setflags(struct vqpasswd *pw, char *domain)
{
	struct vpop *vp = vp_api_handle();
	struct vpop_limits limits = { .flags = 0 };

	if (!pw)
		return;
	pw->pw_flags = pw->pw_gid;
	if (vp && domain && !(pw->pw_gid & VPOP_V_OVERRIDE) &&
	    vp_api_result(find_limits(vp, domain, &limits)) == 0)
		pw->pw_flags |= limits.flags;
}
