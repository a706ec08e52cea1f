/*
 * The second factor of an account.  What weakens it, or sets it up, needs the
 * password again: a session alone, perhaps at a desk that somebody left, is
 * not enough.
 */
#include "config.h"

#include <string.h>
#include <time.h>

#include "base/text.h"
#include "panel/api/body.h"
#include "panel/auth/factor.h"
#include "panel/auth/login.h"
#include "panel/auth/session.h"
#include "panel/res/res.h"

#define PASSWORD_MAX 512
#define CODE_MAX     64
#define ISSUER       "vhostadmin"

typedef char codes_t[VHD_RECOVERY_CODES][VHD_RECOVERY_SIZE];

struct subject {
	struct vpop_user user;
	char account[VHD_ACCOUNT_SIZE];
	struct vhd_factor factor;
};

/* The account of the path and its factor. */
static int
find(struct vhd_call *call, struct subject *ret)
{
	if (vhd_account_of_path(call, &ret->user) != 0)
		return -1;
	vhd_account_name(&ret->user, ret->account);
	if (vhd_factor_get(call->state, ret->account, &ret->factor) == 0)
		return 0;
	vhd_problem_state(call);
	return -1;
}

/* The same, when it must be the caller himself. */
static int
find_own(struct vhd_call *call, struct subject *ret)
{
	if (find(call, ret) != 0)
		return -1;
	if (vhd_account_is_own(call, &ret->user))
		return 0;
	vhd_problem(call, 403, "permission-denied",
	    "only its owner can do that with a second factor");
	return -1;
}

static int
must_be(struct vhd_call *call, const struct subject *subject, int is_on)
{
	if (subject->factor.is_on == is_on)
		return 0;
	vhd_problem(call, 409, "conflict",
	    is_on ? "the account has no second factor"
		  : "the account has a second factor already");
	return -1;
}

/* The caller's password, and the code if he has a factor, are in the body. */
static int
prove(struct vhd_call *call, const struct subject *subject)
{
	static const char *const names[] = { "password", "code", NULL };
	struct vhd_proof proof = { .account = subject->account };
	struct vpop_user user;
	int has_factor, rc;

	if (vhd_body_check(call, names) != 0 ||
	    vhd_body_needed(call, "password", PASSWORD_MAX, &proof.password) !=
		0 ||
	    vhd_body_text(call, "code", &proof.code) != 0)
		return -1;
	rc = vhd_login_prove(call, &proof, &user, &has_factor);
	explicit_bzero(&user, sizeof user);
	return rc;
}

static json_t *
factor_json(const struct vhd_factor *factor)
{
	return json_pack("{s:b, s:o, s:I}", "enabled", factor->is_on, "since",
	    vhd_time_json(factor->is_on ? (time_t)factor->created : 0),
	    "recovery_codes", (json_int_t)factor->codes);
}

/* csrf: that of a new cookie, or NULL. */
static void
reply_codes(struct vhd_call *call, codes_t codes, const char *csrf)
{
	json_t *list = json_array();

	for (int i = 0; i < VHD_RECOVERY_CODES; i++)
		json_array_append_new(list, json_string(codes[i]));
	explicit_bzero(codes, sizeof(codes_t));
	vhd_call_json(call, 200,
	    json_pack("{s:o, s:s*}", "recovery_codes", list, "csrf", csrf));
}

void
vhd_factor_show(struct vhd_call *call)
{
	struct subject subject;

	if (find(call, &subject) == 0)
		vhd_call_json(call, 200, factor_json(&subject.factor));
}

/* The secret as people type it, and as an authenticator scans it. */
static json_t *
secret_json(
    const struct subject *subject, const unsigned char key[VHD_TOTP_KEY])
{
	char secret[VHD_BASE32_SIZE(VHD_TOTP_KEY)];
	AUTO_FREE char *uri = NULL;
	json_t *json = NULL;

	vhd_base32(key, VHD_TOTP_KEY, secret);
	/* Names of accounts need no escapes but that of @. */
	if (asprintf(&uri,
		"otpauth://totp/" ISSUER ":%s%%40%s?secret=%s&issuer=" ISSUER,
		subject->user.name, subject->user.domain, secret) < 0)
		uri = NULL;
	else
		json = json_pack("{s:s, s:s}", "secret", secret, "uri", uri);
	if (uri)
		explicit_bzero(uri, strlen(uri));
	explicit_bzero(secret, sizeof secret);
	return json;
}

void
vhd_factor_setup(struct vhd_call *call)
{
	unsigned char key[VHD_TOTP_KEY];
	struct subject subject;

	if (find_own(call, &subject) != 0 || must_be(call, &subject, 0) != 0 ||
	    prove(call, &subject) != 0)
		return;
	if (vhd_factor_begin(call->state, subject.account, time(NULL), key) !=
	    0)
		vhd_problem_state(call);
	else
		vhd_call_json(call, 200, secret_json(&subject, key));
	explicit_bzero(key, sizeof key);
}

void
vhd_factor_confirm_setup(struct vhd_call *call)
{
	static const char *const names[] = { "code", NULL };
	struct subject subject;
	const char *code;
	codes_t codes;
	int rc;

	if (find_own(call, &subject) != 0 || must_be(call, &subject, 0) != 0 ||
	    vhd_body_check(call, names) != 0 ||
	    vhd_body_needed(call, "code", CODE_MAX, &code) != 0)
		return;
	rc = vhd_factor_confirm(
	    call->state, subject.account, time(NULL), code, codes);
	if (rc == 0) {
		vhd_problem_field(call, "/code", "it is not the code of now");
		return;
	}
	if (rc < 0 || (*call->who.session && vhd_session_add_factor(call) != 0))
		vhd_problem_state(call);
	else
		reply_codes(
		    call, codes, *call->who.session ? call->csrf : NULL);
}

void
vhd_factor_new_codes(struct vhd_call *call)
{
	struct subject subject;
	codes_t codes;

	if (find_own(call, &subject) != 0 || must_be(call, &subject, 1) != 0 ||
	    prove(call, &subject) != 0)
		return;
	if (vhd_factor_renew(call->state, subject.account, codes) != 0)
		vhd_problem_state(call);
	else
		reply_codes(call, codes, NULL);
}

static void
take_away(struct vhd_call *call, const struct subject *subject)
{
	if (vhd_factor_remove(call->state, subject->account) != 0)
		vhd_problem_state(call);
	else
		vhd_call_empty(call, 204);
}

void
vhd_factor_disable(struct vhd_call *call)
{
	struct subject subject;

	if (find_own(call, &subject) == 0 && must_be(call, &subject, 1) == 0 &&
	    prove(call, &subject) == 0)
		take_away(call, &subject);
}

/* For somebody who has lost everything: by whoever may do everything. */
void
vhd_factor_delete(struct vhd_call *call)
{
	struct subject subject;

	if (find(call, &subject) != 0)
		return;
	if (vhd_account_is_own(call, &subject.user)) {
		vhd_problem(call, 403, "permission-denied",
		    "take away your own with the action disable");
		return;
	}
	take_away(call, &subject);
}
