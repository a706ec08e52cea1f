/* What the resources about accounts share. */
#include "config.h"

#include "modules/mail/account.h"

#include <string.h>
#include <time.h>

#include "base/text.h"

/* ---- who asks ---------------------------------------------------------- */

enum mail_rank
mail_rank(const struct mail_request *r)
{
	if (strcmp(r->role, "system") == 0)
		return MAIL_RANK_SYSTEM;
	if (strcmp(r->role, "operator") == 0 ||
	    strcmp(r->role, "reseller") == 0)
		return MAIL_RANK_HOST;
	return strcmp(r->role, "domain") == 0 ? MAIL_RANK_DOMAIN
					      : MAIL_RANK_USER;
}

/* Permissions bind administrators of a domain other than its postmaster. */
int
mail_denied(
    struct mail *m, const struct mail_request *r, size_t perm_offset, int bit)
{
	struct vpop_limits limits;

	if (mail_rank(r) != MAIL_RANK_DOMAIN ||
	    strncmp(r->actor, "postmaster@", 11) == 0)
		return 0;
	int code = vpop_limits_get(m->vp, r->domain, &limits);
	if (code < 0) {
		mail_refuse_vpop(m, code);
		return -1;
	}
	const char *at = (const char *)&limits + perm_offset;
	return (*(const int *)(const void *)at & bit) != 0;
}

int
mail_allowed(struct mail *m, const struct mail_request *r, size_t perm_offset,
    int bit, const char *what)
{
	int denied = mail_denied(m, r, perm_offset, bit);

	if (denied > 0)
		mail_refuse(m, "forbidden", NULL,
		    "the limits of '%s' do not allow you to change %s",
		    r->domain, what);
	return denied == 0 ? 0 : -1;
}

/* ---- accounts ---------------------------------------------------------- */

void
mail_account_forget(struct vpop_user *user)
{
	explicit_bzero(user->passwd, sizeof user->passwd);
	explicit_bzero(user->clear, sizeof user->clear);
}

int
mail_account(struct mail *m, const struct mail_request *r, const char *name,
    struct vpop_user *ret_user)
{
	int code = vpop_user_get(m->vp, name, r->domain, ret_user);

	if (code == VA_USER_DOES_NOT_EXIST || code == VA_ILLEGAL_USERNAME ||
	    code == VA_USER_NAME_TOO_LONG)
		mail_refuse(m, "not-found", NULL, "there is no account '%s@%s'",
		    name, r->domain);
	else if (code != 0)
		mail_refuse_vpop(m, code);
	return code == 0 ? 0 : -1;
}

static int
is_himself(const struct mail_request *r, const struct vpop_user *user)
{
	const size_t length = strlen(user->name);

	return strncmp(r->actor, user->name, length) == 0 &&
	       r->actor[length] == '@' &&
	       strcmp(r->actor + length + 1, user->domain) == 0;
}

int
mail_account_to_change(struct mail *m, const struct mail_request *r,
    const char *name, struct vpop_user *ret_user)
{
	if (mail_account(m, r, name, ret_user) != 0)
		return -1;
	if (!(ret_user->gid & (VPOP_SA_ADMIN | VPOP_SA_EXPERT)) ||
	    mail_rank(r) == MAIL_RANK_SYSTEM || is_himself(r, ret_user))
		return 0;
	mail_account_forget(ret_user);
	mail_refuse(m, "forbidden", NULL,
	    "'%s@%s' administers the system: only the system may change it",
	    ret_user->name, ret_user->domain);
	return -1;
}

/* ---- values ------------------------------------------------------------ */

json_t *
mail_time(time_t when)
{
	char text[32];
	struct tm tm;

	if (when == 0 || !gmtime_r(&when, &tm) ||
	    strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &tm) == 0)
		return json_null();
	return json_string(text);
}

json_t *
mail_texts(const struct vpop_texts *texts)
{
	json_t *array = json_array();

	for (size_t i = 0; i < texts->count; i++)
		json_array_append_new(array, mail_json_text(texts->text[i]));
	return array;
}

int
mail_texts_read(struct mail *m, json_t *array, struct vpop_texts *ret)
{
	json_t *text;
	size_t i;

	*ret = (struct vpop_texts){ .count = 0 };
	json_array_foreach(array, i, text)
	{
		if (vpop_texts_add(ret, json_string_value(text)) != 0) {
			vpop_texts_clear(ret);
			mail_refuse(m, "unavailable", NULL, "out of memory");
			return -1;
		}
	}
	return 0;
}
