/*
 * Passwords: given, made here and shown once, or, by the system, given as
 * they are stored.
 */
#include "config.h"

#include "modules/mail/account.h"

#include <string.h>

#include "modules/mail/resources.h"

static int
make_password(
    struct mail *m, char made[MAIL_MADE_LENGTH + 1], struct vpop_secret *ret)
{
	int code = vpop_password_random(m->vp, MAIL_MADE_LENGTH, made);

	if (code < 0) {
		mail_refuse_vpop(m, code);
		return -1;
	}
	*ret = (struct vpop_secret){ VPOP_SECRET_CLEAR, made };
	return 0;
}

int
mail_secret_read(struct mail *m, const struct mail_request *r,
    char made[MAIL_MADE_LENGTH + 1], struct vpop_secret *ret)
{
	const char *password = mail_text(r->new, "password");
	const char *hash = mail_text(r->new, "hash");
	const int generate = mail_true(r->new, "generate");

	made[0] = '\0';
	*ret = (struct vpop_secret){ VPOP_SECRET_NONE, NULL };
	if ((password != NULL) + (hash != NULL) + generate > 1) {
		mail_refuse(m, "invalid", "/password",
		    "a password, a hash and generate exclude each other");
		return -1;
	}
	if (hash && mail_rank(r) != MAIL_RANK_SYSTEM) {
		mail_refuse(m, "forbidden", "/hash",
		    "only the system may give a password as it is stored");
		return -1;
	}
	if (generate)
		return make_password(m, made, ret);
	if (password)
		*ret = (struct vpop_secret){ VPOP_SECRET_CLEAR, password };
	else if (hash)
		*ret = (struct vpop_secret){ VPOP_SECRET_HASH, hash };
	return 0;
}

json_t *
mail_secret_done(const char *made)
{
	return *made ? json_pack("{s:{s:s}}", "shown", "password", made)
		     : json_object();
}

/* ---- the resource ------------------------------------------------------ */

static json_t *
get(struct mail *m, const struct mail_request *r)
{
	struct vpop_user user;

	if (mail_account(m, r, r->parent, &user) != 0)
		return NULL;
	const char *state = vpop_user_is_locked(&user) ? "locked" : "set";
	mail_account_forget(&user);
	return json_pack("{s:{s:s, s:s}}", "object", "state", state, "policy",
	    vpop_password_policy(m->vp));
}

int
mail_current_check(
    struct mail *m, const struct mail_request *r, const struct vpop_user *user)
{
	const char *current = mail_text(r->new, "current");

	if (mail_rank(r) != MAIL_RANK_USER && !current)
		return 0;
	if (!current) {
		mail_refuse(
		    m, "invalid", "/current", "the present password is needed");
		return -1;
	}
	int code = vpop_user_verify(m->vp, user, current);
	if (code == VA_AUTH_FAILED)
		mail_refuse(m, "forbidden", "/current",
		    "that is not the present password");
	else if (code < 0)
		mail_refuse_vpop(m, code);
	return code;
}

static json_t *
modify(struct mail *m, const struct mail_request *r)
{
	char made[MAIL_MADE_LENGTH + 1];
	struct vpop_secret secret;
	struct vpop_user user;

	if (mail_account_to_change(m, r, r->parent, &user) != 0)
		return NULL;
	int refused = mail_current_check(m, r, &user);
	mail_account_forget(&user);
	if (refused || mail_secret_read(m, r, made, &secret) != 0)
		return NULL;
	/* So a change that is taken back leaves the new password: the old one
	 * is nowhere. */
	if (secret.kind == VPOP_SECRET_NONE)
		return json_object();
	const struct vpop_user_change change = {
		.name = user.name,
		.domain = user.domain,
		.fields =
		    VPOP_SET_SECRET |
		    (mail_rank(r) == MAIL_RANK_USER ? VPOP_SET_BY_USER : 0U),
		.secret = secret,
	};
	int code = vpop_user_modify(m->vp, &change);
	json_t *result =
	    code == 0 ? mail_secret_done(made) : mail_refuse_vpop(m, code);
	explicit_bzero(made, sizeof made);
	return result;
}

const struct mail_resource mail_password = {
	.name = "password",
	.does = { [MAIL_GET] = get, [MAIL_MODIFY] = modify },
};
