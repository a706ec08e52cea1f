/*
 * Password first, then the code: who does not know the password is not told
 * whether there is a second factor, and uses up no code.  Both count as
 * failures alike.  A password that is right without its code is neither: it
 * must not make room for more guesses of the code.
 */
#include "config.h"

#include "panel/auth/login.h"

#include <string.h>
#include <time.h>

#include "daemons/common/daemonlog.h"
#include "panel/auth/account.h"
#include "panel/auth/factor.h"
#include "panel/auth/loginnote.h"
#include "panel/auth/throttle.h"
#include "panel/settings.h"

enum verdict {
	RIGHT,
	WRONG,
	CODE_NEEDED,
	UNKNOWN /* could not find out; a problem is said */
};

static enum verdict
unavailable(struct vhd_call *call)
{
	vp_daemonlog(LOG_ERR, "a login: %s", vpop_message(call->vp));
	vhd_problem(call, 503, "unavailable",
	    "accounts cannot be looked up now; try again later");
	return UNKNOWN;
}

static enum verdict
state_failed(struct vhd_call *call)
{
	vhd_problem_state(call);
	return UNKNOWN;
}

/* Who has the address now need not be who set the factor up. */
static int
forget_foreign(struct vhd_call *call, const struct vpop_user *user,
    const char *name, struct vhd_factor *factor)
{
	int rc =
	    vhd_account_was_deleted(call->vp, user, (time_t)factor->created);

	if (rc <= 0)
		return rc;
	*factor = (struct vhd_factor){ 0, 0, 0 };
	return vhd_factor_remove(call->state, name);
}

static enum verdict
check_factor(struct vhd_call *call, const struct vhd_proof *proof,
    const struct vpop_user *user, int *ret_has_factor)
{
	char name[VHD_ACCOUNT_SIZE];
	struct vhd_factor factor;
	int rc;

	*ret_has_factor = 0;
	vhd_account_name(user, name);
	if (vhd_factor_get(call->state, name, &factor) != 0)
		return state_failed(call);
	if (factor.is_on && forget_foreign(call, user, name, &factor) != 0)
		return unavailable(call);
	if (!factor.is_on)
		return RIGHT;
	if (!proof->code)
		return CODE_NEEDED;
	rc = vhd_factor_check(call->state, name, time(NULL), proof->code);
	if (rc < 0)
		return state_failed(call);
	*ret_has_factor = rc;
	return rc ? RIGHT : WRONG;
}

static enum verdict
judge(struct vhd_call *call, const struct vhd_proof *proof,
    struct vpop_user *ret_user, int *ret_has_factor)
{
	int code = vpop_authenticate(
	    call->vp, proof->account, proof->password, ret_user);

	if (code == VA_AUTH_FAILED)
		return WRONG;
	if (code != 0)
		return unavailable(call);
	explicit_bzero(ret_user->clear, sizeof ret_user->clear);
	return check_factor(call, proof, ret_user, ret_has_factor);
}

/* 0, or -1 after a problem. */
static int
settle(struct vhd_call *call, const struct vhd_attempt *attempt,
    enum verdict verdict)
{
	switch (verdict) {
	case RIGHT:
		if (vhd_throttle_right(call->state, attempt) == 0)
			return 0;
		vhd_problem_state(call);
		break;
	case WRONG:
		if (vhd_login_note(call->state, VHD_LOGIN_FAILED, attempt) !=
		    0) {
			vhd_problem_state(call);
			break;
		}
		vp_daemonlog(LOG_NOTICE, "login failed: account=%s address=%s",
		    attempt->account, attempt->address);
		vhd_problem(call, 401, "wrong-credentials",
		    "account, password or code are wrong");
		break;
	case CODE_NEEDED:
		vhd_throttle_give_back(call->state, attempt);
		vhd_problem(call, 403, "second-factor-required",
		    "the code of the authenticator is needed");
		break;
	case UNKNOWN:
		vhd_throttle_give_back(call->state, attempt);
		break;
	}
	return -1;
}

static int
refuse(struct vhd_call *call, const struct vhd_attempt *attempt, int64_t wait)
{
	int is_locked =
	    wait < 0 ? -1 : vhd_throttle_is_locked(call->state, attempt);

	if (is_locked < 0 ||
	    (is_locked &&
		vhd_login_note(call->state, VHD_LOGIN_LOCKED, attempt) != 0)) {
		vhd_problem_state(call);
		return -1;
	}
	vhd_problem(call, 429, "too-many-failures",
	    "there were too many failures; try again later");
	vhd_call_header(call, VHD_REPLY_RETRY, "%lld", (long long)wait);
	return -1;
}

int
vhd_login_prove(struct vhd_call *call, const struct vhd_proof *proof,
    struct vpop_user *ret_user, int *ret_has_factor)
{
	const struct vhd_settings *settings = call->settings;
	char name[VHD_ACCOUNT_SIZE];
	const struct vhd_attempt attempt = {
		.account_limit = settings->login_failures,
		.address_limit = settings->login_failures_per_address,
		.forget = settings->login_forget_seconds,
		.account = name,
		.address = call->request->address,
		.now = time(NULL),
	};
	struct vhd_rate rate;
	int64_t wait;

	if (vhd_account_normalise(call->vp, proof->account, name) != 0) {
		unavailable(call);
		return -1;
	}
	wait = vhd_throttle_take(call->state, &attempt, &rate);
	vhd_throttle_tell(call, &rate);
	if (wait != 0)
		return refuse(call, &attempt, wait);
	return settle(
	    call, &attempt, judge(call, proof, ret_user, ret_has_factor));
}
