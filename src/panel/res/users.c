/*
 * Mailboxes of a domain.  A page begins after a name, so that its cost does
 * not grow with the domain; the cursor is that name.
 */
#include "config.h"

#include <string.h>

#include "base/text.h"
#include "panel/api/body.h"
#include "panel/api/entity.h"
#include "panel/res/res.h"

#define PAGE     50
#define PAGE_MAX 500

static json_t *
user_json(const struct vpop_user *user)
{
	struct vpop_quota quota = { 0, 0 };

	/* What the store holds and is no quota limits nothing. */
	(void)vpop_quota_parse(user->quota, &quota);
	return json_pack("{s:s, s:s, s:s, s:i, s:{s:I, s:I}}", "name",
	    user->name, "domain", user->domain, "gecos", user->gecos, "flags",
	    (int)user->gid, "quota", "bytes", (json_int_t)quota.bytes,
	    "messages", (json_int_t)quota.messages);
}

/* 0, or -1 after a problem. */
static int
get_user(struct vhd_call *call, const char *name, struct vpop_user *ret_user)
{
	int rc = vpop_user_get(call->vp, name, call->parameter[0], ret_user);

	if (rc != 0)
		vhd_problem_vpop(call, rc);
	explicit_bzero(ret_user->clear, sizeof ret_user->clear);
	return rc == 0 ? 0 : -1;
}

/* Reply with the user as the store has it now. */
static void
show(struct vhd_call *call)
{
	struct vpop_user user;

	if (get_user(call, call->parameter[1], &user) == 0)
		vhd_entity_reply(call, 200, user_json(&user));
}

/* ---- list ------------------------------------------------------------- */

static int
page_size(struct vhd_call *call, int64_t *ret_size)
{
	const char *limit = vhd_target_argument(&call->target, "limit");

	*ret_size = PAGE;
	if (!limit || vp_number(limit, 1, PAGE_MAX, ret_size) == 0)
		return 0;
	vhd_problem(call, 400, "bad-request", "limit is a number from 1 to %d",
	    PAGE_MAX);
	return -1;
}

/* 1: there may be more; 0: the end; or a negative code. */
static int
read_page(struct vpop_users *cursor, int64_t size, json_t *items)
{
	struct vpop_user user;
	int rc = 1;

	while (size-- > 0 && (rc = vpop_users_next(cursor, &user)) == 1)
		json_array_append_new(items, user_json(&user));
	explicit_bzero(&user, sizeof user);
	return rc;
}

static json_t *
page_json(json_t *items, int is_more)
{
	json_t *last =
	    is_more ? json_array_get(items, json_array_size(items) - 1) : NULL;

	return json_pack("{s:o, s:O?}", "items", items, "next",
	    last ? json_object_get(last, "name") : NULL);
}

void
vhd_users_list(struct vhd_call *call)
{
	const char *after = vhd_target_argument(&call->target, "cursor");
	struct vpop_users *cursor = NULL;
	json_t *items;
	int64_t size;
	int rc;

	if (page_size(call, &size) != 0)
		return;
	rc = vpop_users_open(call->vp, call->parameter[0], after, &cursor);
	if (rc != 0) {
		vhd_problem_vpop(call, rc);
		return;
	}
	items = json_array();
	rc = read_page(cursor, size, items);
	vpop_users_close(cursor);
	if (rc < 0) {
		json_decref(items);
		vhd_problem_vpop(call, rc);
		return;
	}
	vhd_call_json(call, 200, page_json(items, rc));
}

/* ---- one -------------------------------------------------------------- */

void
vhd_user_get(struct vhd_call *call)
{
	show(call);
}

/* With its address, by the names that it really has. */
static void
show_created(struct vhd_call *call, const char *name)
{
	struct vpop_user user;

	if (get_user(call, name, &user) != 0)
		return;
	vhd_call_header(call, VHD_REPLY_LOCATION, "/api/v1/domains/%s/users/%s",
	    user.domain, user.name);
	vhd_entity_reply(call, 201, user_json(&user));
}

void
vhd_user_add(struct vhd_call *call)
{
	static const char *const names[] = { "name", "gecos", "password",
		NULL };
	struct vpop_user_new user = { .domain = call->parameter[0] };
	const char *password;
	int rc;

	if (vhd_body_check(call, names) != 0 ||
	    vhd_body_text(call, "name", &user.name) != 0 ||
	    vhd_body_text(call, "gecos", &user.gecos) != 0 ||
	    vhd_body_text(call, "password", &password) != 0)
		return;
	if (!user.name) {
		vhd_problem_field(call, "/name", "it is needed");
		return;
	}
	user.secret = (struct vpop_secret){
		password ? VPOP_SECRET_CLEAR : VPOP_SECRET_NONE, password
	};
	rc = vpop_user_add(call->vp, &user);
	if (rc != 0) {
		vhd_problem_vpop(call, rc);
		return;
	}
	show_created(call, user.name);
}

/* The user that the request means, if he still is as the caller knows him. */
static int
match_user(struct vhd_call *call)
{
	struct vpop_user user;

	if (get_user(call, call->parameter[1], &user) != 0)
		return -1;
	return vhd_entity_match(call, user_json(&user));
}

void
vhd_user_change(struct vhd_call *call)
{
	static const char *const names[] = { "gecos", NULL };
	struct vpop_user_change change = { .name = call->parameter[1],
		.domain = call->parameter[0],
		.fields = VPOP_SET_GECOS };
	int rc;

	if (match_user(call) != 0 || vhd_body_check(call, names) != 0 ||
	    vhd_body_text(call, "gecos", &change.gecos) != 0)
		return;
	rc = change.gecos ? vpop_user_modify(call->vp, &change) : 0;
	if (rc != 0)
		vhd_problem_vpop(call, rc);
	else
		show(call);
}

void
vhd_user_delete(struct vhd_call *call)
{
	int rc;

	if (match_user(call) != 0)
		return;
	rc = vpop_user_delete(
	    call->vp, call->parameter[1], call->parameter[0], 0);
	if (rc != 0)
		vhd_problem_vpop(call, rc);
	else
		vhd_call_empty(call, 204);
}
