/* Logging in and out, and the sessions of an account. */
#include "config.h"

#include <string.h>

#include "panel/api/body.h"
#include "panel/api/publish.h"
#include "panel/auth/identify.h"
#include "panel/auth/login.h"
#include "panel/auth/rights.h"
#include "panel/auth/session.h"
#include "panel/res/res.h"

#define PASSWORD_MAX 512

/* ---- login ------------------------------------------------------------ */

static int
take_proof(struct vhd_call *call, struct vhd_proof *ret_proof)
{
	static const char *const names[] = { "account", "password", "code",
		NULL };

	if (vhd_body_check(call, names) != 0 ||
	    vhd_body_needed(call, "account", VHD_ACCOUNT_SIZE - 1,
		&ret_proof->account) != 0 ||
	    vhd_body_needed(
		call, "password", PASSWORD_MAX, &ret_proof->password) != 0 ||
	    vhd_body_text(call, "code", &ret_proof->code) != 0)
		return -1;
	return 0;
}

void
vhd_session_create(struct vhd_call *call)
{
	const struct vhd_who before = call->who;
	struct vpop_user user;
	struct vhd_proof proof;
	int has_factor;

	if (!vhd_is_private(call) || take_proof(call, &proof) != 0 ||
	    vhd_login_prove(call, &proof, &user, &has_factor) != 0)
		return;
	/* The browser forgets the session that it had. */
	if (*before.session &&
	    vhd_session_end(call, before.name, before.session, NULL) < 0)
		return;
	if (vhd_session_begin(call, &user, has_factor) == 0) {
		vhd_publish(call, "user.login.succeeded", call->who.name,
		    call->who.domain, NULL,
		    json_pack("{s:s, s:s}", "service", "panel", "address",
			call->request->address));
		vhd_call_header(
		    call, VHD_REPLY_LOCATION, "/api/v1/sessions/current");
		vhd_whoami(call);
		if (call->status == 200)
			call->status = 201;
	}
	explicit_bzero(&user, sizeof user);
}

/* ---- the current one -------------------------------------------------- */

void
vhd_session_current_delete(struct vhd_call *call)
{
	if (*call->who.session &&
	    vhd_session_end(call, call->who.name, call->who.session, NULL) < 0)
		return;
	vhd_session_forget_cookie(call);
	vhd_call_empty(call, 204);
}

void
vhd_whoami(struct vhd_call *call)
{
	const struct vhd_who *who = &call->who;
	json_t *rights = vhd_rights_list(call), *list = NULL, *json;

	if (!rights)
		return;
	json = json_pack("{s:s, s:s, s:o}", "role", vhd_role_name(who->role),
	    "account", who->name, "rights", rights);
	if (json && *who->user)
		json_object_set_new(json, "domain", json_string(who->domain));
	if (json && *who->session) {
		list = vhd_session_list(call, who->name, who->session);
		if (!list) {
			json_decref(json);
			return;
		}
		json_object_set(json, "session", json_array_get(list, 0));
		json_object_set_new(json, "csrf", json_string(call->csrf));
		json_object_set_new(json, "second_factor_required",
		    json_boolean(who->lacks_factor));
	}
	json_decref(list);
	vhd_call_json(call, 200, json);
}

/* ---- all of an account ------------------------------------------------ */

void
vhd_sessions_list(struct vhd_call *call)
{
	char account[VHD_ACCOUNT_SIZE];
	struct vpop_user user;
	json_t *list;

	if (vhd_account_of_path(call, &user) != 0)
		return;
	vhd_account_name(&user, account);
	list = vhd_session_list(call, account, NULL);
	if (list)
		vhd_call_json(
		    call, 200, json_pack("{s:o, s:n}", "items", list, "next"));
}

void
vhd_sessions_delete(struct vhd_call *call)
{
	char account[VHD_ACCOUNT_SIZE];
	struct vpop_user user;

	if (vhd_account_of_path(call, &user) != 0)
		return;
	vhd_account_name(&user, account);
	if (vhd_session_end(call, account, NULL, call->who.session) >= 0)
		vhd_call_empty(call, 204);
}

void
vhd_session_delete(struct vhd_call *call)
{
	char account[VHD_ACCOUNT_SIZE];
	struct vpop_user user;
	int ended;

	if (vhd_account_of_path(call, &user) != 0)
		return;
	vhd_account_name(&user, account);
	ended = vhd_session_end(call, account, call->parameter[1], NULL);
	if (ended > 0)
		vhd_call_empty(call, 204);
	else if (ended == 0)
		vhd_problem(call, 404, "not-found", "there is no such session");
}
