/*
 * Where the owner of an account is reached when he cannot log in.  Who says
 * another place could get a new password there, so he proves that he is the
 * owner first.
 */
#include "config.h"

#include <string.h>

#include "modules/mail/account.h"
#include "modules/mail/resources.h"

static json_t *
get(struct mail *m, const struct mail_request *r)
{
	char address[VPOP_CONTACT_SIZE];
	struct vpop_user user;
	int code;

	if (mail_account(m, r, r->parent, &user) != 0)
		return NULL;
	code = vpop_user_contact_get(m->vp, &user, address);
	mail_account_forget(&user);
	return code == 0 ? json_pack("{s:{s:s}}", "object", "address", address)
			 : mail_refuse_vpop(m, code);
}

static json_t *
modify(struct mail *m, const struct mail_request *r)
{
	const char *address = mail_text(r->new, "address");
	struct vpop_user user;
	int code;

	if (!address)
		return json_object();
	if (mail_account_to_change(m, r, r->parent, &user) != 0)
		return NULL;
	code = mail_current_check(m, r, &user);
	if (code == 0) {
		code = vpop_user_contact_set(m->vp, &user, address);
		if (code != 0)
			mail_refuse_vpop_at(m, code, "/address");
	}
	mail_account_forget(&user);
	return code == 0 ? json_object() : NULL;
}

const struct mail_resource mail_contact = {
	.name = "contact",
	.does = {
		[MAIL_GET] = get,
		[MAIL_MODIFY] = modify,
	},
};
