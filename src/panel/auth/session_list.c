#include "config.h"

#include <string.h>

#include "panel/api/body.h"
#include "panel/api/publish.h"
#include "panel/auth/session.h"
#include "panel/settings.h"
#include "panel/state/state.h"

void
vhd_session_publish(struct vhd_call *call, const char *type, const char *id,
    const char *account, const char *address)
{
	const char *at = strchr(account, '@');
	json_t *json = json_pack("{s:s, s:s, s:s}", "kind", "browser", "user",
	    account, "address", address);
	int is_new = strcmp(type, "session.created") == 0;

	vhd_publish(call, type, id, at ? at + 1 : "", is_new ? NULL : json,
	    is_new ? json : NULL);
}

static json_t *
session_json(const struct vhd_call *call, sqlite3_stmt *row)
{
	const struct vhd_settings *settings = call->settings;
	const char *id = (const char *)sqlite3_column_text(row, 0);
	int64_t created = sqlite3_column_int64(row, 1);
	int64_t seen = sqlite3_column_int64(row, 2);
	int64_t expires = created + settings->session_seconds;

	if (expires > seen + settings->session_idle_seconds)
		expires = seen + settings->session_idle_seconds;
	return json_pack("{s:s, s:o, s:o, s:o, s:s, s:s, s:b, s:b}", "id", id,
	    "created", vhd_time_json((time_t)created), "last_seen",
	    vhd_time_json((time_t)seen), "expires",
	    vhd_time_json((time_t)expires), "address",
	    sqlite3_column_text(row, 3), "user_agent",
	    sqlite3_column_text(row, 4), "second_factor",
	    sqlite3_column_int(row, 5), "current",
	    strcmp(id, call->who.session) == 0);
}

json_t *
vhd_session_list(struct vhd_call *call, const char *account, const char *id)
{
	int64_t now = time(NULL);
	sqlite3_stmt *query = vhd_state_query(call->state,
	    "SELECT public_id, created, seen, address, agent, factor"
	    " FROM session WHERE account = ?1"
	    " AND public_id = coalesce(?2, public_id)"
	    " AND created > ?3 AND seen > ?4 ORDER BY created DESC, public_id",
	    vhd_text(account), vhd_text(id),
	    vhd_number(now - call->settings->session_seconds),
	    vhd_number(now - call->settings->session_idle_seconds));
	json_t *list = json_array();
	int rc;

	while ((rc = vhd_state_next(call->state, query)) > 0)
		json_array_append_new(list, session_json(call, query));
	if (rc == 0 && list)
		return list;
	json_decref(list);
	vhd_problem_state(call);
	return NULL;
}

/* The next one that is to end: 1, 0 or -1. */
static int
next_to_end(struct vhd_call *call, const char *account, const char *id,
    const char *but, char ret_id[VHD_ID_SIZE], char ret_address[64])
{
	sqlite3_stmt *query = vhd_state_query(call->state,
	    "SELECT public_id, address FROM session WHERE account = ?1"
	    " AND public_id = coalesce(?2, public_id)"
	    " AND public_id IS NOT ?3 LIMIT 1",
	    vhd_text(account), vhd_text(id), vhd_text(but));
	int rc = vhd_state_next(call->state, query);

	if (rc <= 0)
		return rc;
	snprintf(ret_id, VHD_ID_SIZE, "%s",
	    (const char *)sqlite3_column_text(query, 0));
	snprintf(
	    ret_address, 64, "%s", (const char *)sqlite3_column_text(query, 1));
	vhd_state_done(query);
	return 1;
}

int
vhd_session_end(
    struct vhd_call *call, const char *account, const char *id, const char *but)
{
	char found[VHD_ID_SIZE], address[64];
	int rc, ended = 0;

	while ((rc = next_to_end(call, account, id, but, found, address)) > 0) {
		rc = vhd_state_run(call->state,
		    "DELETE FROM session WHERE public_id = ?1",
		    vhd_text(found));
		if (rc < 0)
			break;
		/* Else another process was faster. */
		if (rc > 0)
			vhd_session_publish(
			    call, "session.revoked", found, account, address);
		ended += rc;
	}
	if (rc == 0)
		return ended;
	vhd_problem_state(call);
	return -1;
}
