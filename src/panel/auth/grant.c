/*
 * A row that is older than the deletion of its account (or of its domain) is
 * of one that is gone: it counts for nothing, and is removed when it is seen.
 */
#include "config.h"

#include "panel/auth/grant.h"

#include <string.h>
#include <time.h>

#include "panel/api/body.h"
#include "panel/state/state.h"

static int
state_failed(struct vhd_call *call)
{
	vhd_problem_state(call);
	return -1;
}

static int
unavailable(struct vhd_call *call)
{
	vhd_problem(call, 503, "unavailable", "roles cannot be looked up now");
	return -1;
}

static void
read_row(sqlite3_stmt *row, struct vhd_grant *ret)
{
	snprintf(ret->account, sizeof ret->account, "%s",
	    (const char *)sqlite3_column_text(row, 0));
	ret->role = (enum vhd_role)sqlite3_column_int(row, 1);
	ret->created = sqlite3_column_int64(row, 2);
	ret->seq = sqlite3_column_int64(row, 4);
	snprintf(ret->maker, sizeof ret->maker, "%s",
	    (const char *)sqlite3_column_text(row, 3));
}

/* 1, 0 or -1 after a problem. */
static int
find(struct vhd_call *call, const char *account, struct vhd_grant *ret)
{
	sqlite3_stmt *query = vhd_state_query(call->state,
	    "SELECT account, role, created, maker, seq FROM role_grant"
	    " WHERE account = ?1",
	    vhd_text(account));
	int rc = vhd_state_next(call->state, query);

	if (rc < 0)
		return state_failed(call);
	if (rc > 0)
		read_row(query, ret);
	vhd_state_done(query);
	return rc;
}

int
vhd_grant_get(struct vhd_call *call, const struct vpop_user *user,
    struct vhd_grant *ret_grant)
{
	char account[VHD_ACCOUNT_SIZE];
	int rc;

	vhd_account_name(user, account);
	rc = find(call, account, ret_grant);
	if (rc <= 0)
		return rc;
	rc = vhd_account_was_deleted_after(call->vp, user, ret_grant->seq);
	if (rc < 0)
		return unavailable(call);
	if (rc > 0)
		return vhd_grant_remove(call, account);
	return 1;
}

int
vhd_grant_role(struct vhd_call *call, const struct vpop_user *user,
    enum vhd_role *ret_role)
{
	struct vhd_grant grant;
	int rc = vhd_grant_get(call, user, &grant);

	if (rc < 0)
		return -1;
	*ret_role = vhd_account_role(user);
	if (rc > 0 && grant.role > *ret_role)
		*ret_role = grant.role;
	return 0;
}

json_t *
vhd_grant_json(const struct vhd_grant *grant)
{
	return json_pack("{s:s, s:s, s:o, s:s}", "account", grant->account,
	    "role", vhd_role_name(grant->role), "created",
	    vhd_time_json((time_t)grant->created), "created_by", grant->maker);
}

json_t *
vhd_grant_list(
    struct vhd_call *call, const char *after, enum vhd_role role, int64_t limit)
{
	sqlite3_stmt *query = vhd_state_query(call->state,
	    "SELECT account, role, created, maker, seq FROM role_grant"
	    " WHERE account > ?1 AND (?2 = 0 OR role = ?2)"
	    " ORDER BY account LIMIT ?3",
	    vhd_text(after ? after : ""), vhd_number(role), vhd_number(limit));
	json_t *list = json_array();
	int rc;

	while ((rc = vhd_state_next(call->state, query)) > 0) {
		struct vhd_grant grant = { .seq = 0 };

		read_row(query, &grant);
		json_array_append_new(list, vhd_grant_json(&grant));
	}
	if (rc == 0 && list)
		return list;
	json_decref(list);
	vhd_problem_state(call);
	return NULL;
}

int
vhd_grant_add(
    struct vhd_call *call, const char *account, enum vhd_role role, int64_t seq)
{
	int rc = vhd_state_run(call->state,
	    "INSERT OR IGNORE INTO role_grant(account, role, created, maker,"
	    " seq, limits) VALUES(?1, ?2, ?3, ?4, ?5, '{}')",
	    vhd_text(account), vhd_number(role), vhd_number(time(NULL)),
	    vhd_text(call->who.name), vhd_number(seq));

	return rc < 0 ? state_failed(call) : rc;
}

int
vhd_grant_remove(struct vhd_call *call, const char *account)
{
	return vhd_state_run(call->state,
		   "DELETE FROM role_grant WHERE account = ?1",
		   vhd_text(account)) < 0
		   ? state_failed(call)
		   : 0;
}

/* ---- domains ---------------------------------------------------------- */

int
vhd_grant_owns(struct vhd_call *call, const char *account, const char *domain)
{
	sqlite3_stmt *query = vhd_state_query(call->state,
	    "SELECT seq FROM domain_owner WHERE domain = ?1 AND account = ?2"
	    " AND reserved = 0",
	    vhd_text(domain), vhd_text(account));
	int rc = vhd_state_next(call->state, query);
	int64_t seq;

	if (rc < 0)
		return state_failed(call);
	if (rc == 0)
		return 0;
	seq = sqlite3_column_int64(query, 0);
	vhd_state_done(query);
	rc = vhd_domain_was_deleted_after(call->vp, domain, seq);
	if (rc < 0)
		return unavailable(call);
	if (rc == 0)
		return 1;
	return vhd_state_run(call->state,
		   "DELETE FROM domain_owner WHERE domain = ?1",
		   vhd_text(domain)) < 0
		   ? state_failed(call)
		   : 0;
}
