/* How much mail an account may hold, and what it holds. */
#include "config.h"

#include "modules/mail/account.h"

#include <stddef.h>
#include <string.h>

#include "modules/mail/resources.h"

json_t *
mail_quota(const char *text)
{
	struct vpop_quota quota = { .bytes = 0 };

	if (*text && vpop_quota_parse(text, &quota) != 0)
		quota = (struct vpop_quota){ .bytes = 0 };
	return json_pack("{s:I, s:I}", "bytes", (json_int_t)quota.bytes,
	    "messages", (json_int_t)quota.messages);
}

/* Is a limit taken away, or made wider? */
static int
is_less_bound(const struct vpop_quota *now, const struct vpop_quota *new)
{
	return (now->bytes != 0 && new->bytes == 0) ||
	       (now->messages != 0 && new->messages == 0);
}

/* now NULL: the account is new. */
int
mail_quota_read(struct mail *m, const struct mail_request *r, json_t *object,
    const char *now, char ret_text[VPOP_QUOTA_SIZE])
{
	struct vpop_quota old = { .bytes = 0 };

	if (now && *now && vpop_quota_parse(now, &old) != 0)
		old = (struct vpop_quota){ .bytes = 0 };
	const struct vpop_quota new = {
		.bytes = mail_integer(object, "bytes", old.bytes),
		.messages = mail_integer(object, "messages", old.messages),
	};
	if (mail_rank(r) == MAIL_RANK_USER) {
		mail_refuse(m, "forbidden", "/quota",
		    "you may not change your own quota");
		return -1;
	}
	if (mail_allowed(m, r, MAIL_PERM(quota),
		now ? VPOP_DENY_MODIFY : VPOP_DENY_CREATE, "quotas") != 0 ||
	    (is_less_bound(&old, &new) &&
		mail_allowed(m, r, MAIL_PERM(quota), VPOP_DENY_DELETE,
		    "quotas to none") != 0))
		return -1;
	vpop_quota_format(&new, ret_text);
	return 0;
}

/* ---- the resource ------------------------------------------------------ */

static json_t *
get(struct mail *m, const struct mail_request *r)
{
	struct vpop_quota used = { .bytes = 0 };
	struct vpop_user user;
	int percent = -1, code;

	if (mail_account(m, r, r->parent, &user) != 0)
		return NULL;
	mail_account_forget(&user);
	code = vpop_user_usage(m->vp, &user, &used, &percent);
	if (code < 0)
		return mail_refuse_vpop(m, code);
	json_t *object = mail_quota(user.quota);
	json_object_set_new(
	    object, "used_bytes", json_integer((json_int_t)used.bytes));
	json_object_set_new(
	    object, "used_messages", json_integer((json_int_t)used.messages));
	json_object_set_new(object, "percent",
	    percent < 0 ? json_null() : json_integer(percent));
	return json_pack("{s:o}", "object", object);
}

static json_t *
modify(struct mail *m, const struct mail_request *r)
{
	char quota[VPOP_QUOTA_SIZE];
	struct vpop_user user;

	if (mail_account_to_change(m, r, r->parent, &user) != 0)
		return NULL;
	mail_account_forget(&user);
	if (mail_quota_read(m, r, r->new, user.quota, quota) != 0)
		return NULL;
	const struct vpop_user_change change = {
		.name = user.name,
		.domain = user.domain,
		.fields = VPOP_SET_QUOTA,
		.quota = quota,
	};
	int code = vpop_user_modify(m->vp, &change);
	return code == 0 ? json_object()
			 : mail_refuse_vpop_at(m, code, "/bytes");
}

const struct mail_resource mail_quota_resource = {
	.name = "quota",
	.does = { [MAIL_GET] = get, [MAIL_MODIFY] = modify },
};
