/* Making tokens, showing and revoking them. */
#include "config.h"

#include <sodium.h>
#include <string.h>
#include <time.h>

#include "base/text.h"
#include "panel/api/body.h"
#include "panel/api/publish.h"
#include "panel/auth/token.h"
#include "panel/auth/token_int.h"
#include "panel/state/state.h"
#include "vpop_event.h"

#define SECRET_BYTES 32
#define ID_BYTES     ((VHD_ID_SIZE - 1) / 2)

static int
state_failed(struct vhd_call *call)
{
	vhd_problem_state(call);
	return -1;
}

/* ---- showing ---------------------------------------------------------- */

static json_t *
row_json(sqlite3_stmt *row)
{
	json_t *limits =
	    json_loads((const char *)sqlite3_column_text(row, 4), 0, NULL);
	json_t *json = json_pack("{s:s, s:s, s:s, s:s, s:o, s:o, s:o, s:s}",
	    "id", sqlite3_column_text(row, 0), "account",
	    sqlite3_column_text(row, 1), "label", sqlite3_column_text(row, 2),
	    "role", vhd_role_name((enum vhd_role)sqlite3_column_int(row, 3)),
	    "created", vhd_time_json((time_t)sqlite3_column_int64(row, 5)),
	    "expires", vhd_time_json((time_t)sqlite3_column_int64(row, 6)),
	    "last_used", vhd_time_json((time_t)sqlite3_column_int64(row, 7)),
	    "last_address", sqlite3_column_text(row, 8));

	if (json && limits)
		json_object_update(json, limits);
	json_decref(limits);
	return json;
}

#define COLUMNS                                                                \
	"SELECT public_id, account, label, role, limits, created, expires,"    \
	" used, address FROM token"

json_t *
vhd_token_list(struct vhd_call *call, const char *account, const char *after,
    int64_t limit)
{
	sqlite3_stmt *query = vhd_state_query(call->state,
	    COLUMNS " WHERE account = coalesce(?1, account)"
		    " AND public_id > ?2 ORDER BY public_id LIMIT ?3",
	    vhd_text(account), vhd_text(after ? after : ""), vhd_number(limit));
	json_t *list = json_array();
	int rc;

	while ((rc = vhd_state_next(call->state, query)) > 0)
		json_array_append_new(list, row_json(query));
	if (rc == 0 && list)
		return list;
	json_decref(list);
	vhd_problem_state(call);
	return NULL;
}

json_t *
vhd_token_get(struct vhd_call *call, const char *account, const char *id)
{
	sqlite3_stmt *query = vhd_state_query(call->state,
	    COLUMNS " WHERE public_id = ?1 AND account = coalesce(?2, account)",
	    vhd_text(id), vhd_text(account));
	int rc = vhd_state_next(call->state, query);
	json_t *json = rc > 0 ? row_json(query) : NULL;

	vhd_state_done(query);
	if (rc < 0)
		vhd_problem_state(call);
	else if (!json)
		vhd_problem(call, 404, "not-found", "there is no such token");
	return json;
}

/* ---- making, revoking ------------------------------------------------- */

static json_t *
event_json(const json_t *token)
{
	return json_pack("{s:s, s:O, s:O*, s:O*}", "kind", "token", "user",
	    json_object_get(token, "account"), "scopes",
	    json_object_get(token, "scopes"), "expires",
	    json_is_string(json_object_get(token, "expires"))
		? json_object_get(token, "expires")
		: NULL);
}

static void
publish(struct vhd_call *call, const char *type, const json_t *token)
{
	const char *account =
	    json_string_value(json_object_get(token, "account"));
	const char *at = strchr(account, '@');
	json_t *data = event_json(token);
	int is_new = strcmp(type, "token.created") == 0;

	vhd_publish(call, type, json_string_value(json_object_get(token, "id")),
	    at ? at + 1 : "", is_new ? NULL : data, is_new ? data : NULL);
}

static void
make_secret(char ret_id[VHD_ID_SIZE], char ret_secret[VHD_TOKEN_SIZE])
{
	unsigned char bytes[SECRET_BYTES];
	const size_t prefix = strlen(VHD_TOKEN_PREFIX);

	randombytes_buf(bytes, ID_BYTES);
	sodium_bin2hex(ret_id, VHD_ID_SIZE, bytes, ID_BYTES);
	randombytes_buf(bytes, sizeof bytes);
	(void)vp_copy(ret_secret, VHD_TOKEN_SIZE, VHD_TOKEN_PREFIX);
	sodium_bin2base64(ret_secret + prefix, VHD_TOKEN_SIZE - prefix, bytes,
	    sizeof bytes, sodium_base64_VARIANT_URLSAFE_NO_PADDING);
	explicit_bzero(bytes, sizeof bytes);
}

/* How many rows there are more: 0 if the account has too many. */
static int
insert(struct vhd_call *call, const struct vhd_token *token, const char *secret)
{
	AUTO_FREE char *limits = json_dumps(token->limits, JSON_COMPACT);
	unsigned char hash[VHD_TOKEN_HASH_BYTES];
	int64_t seq;

	if (!limits || vpop_events_last(call->vp, &seq) != 0)
		return -1;
	vhd_token_hash(secret, hash);
	return vhd_state_run(call->state,
	    "INSERT INTO token(id, public_id, account, label, role, limits,"
	    " created, seq, expires, used, address)"
	    " SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, 0, ''"
	    " WHERE (SELECT count(*) FROM token WHERE account = ?3) < ?10",
	    vhd_bytes(hash, sizeof hash), vhd_text(token->id),
	    vhd_text(call->who.name), vhd_text(token->label),
	    vhd_number(token->role), vhd_text(limits), vhd_number(time(NULL)),
	    vhd_number(seq), vhd_number(token->expires),
	    vhd_number(VHD_TOKENS_PER_ACCOUNT));
}

int
vhd_token_add(struct vhd_call *call, struct vhd_token *token,
    char ret_secret[VHD_TOKEN_SIZE])
{
	json_t *made;
	int rc;

	make_secret(token->id, ret_secret);
	rc = insert(call, token, ret_secret);
	if (rc < 0)
		return state_failed(call);
	if (rc == 0) {
		vhd_problem(call, 403, "limit-reached",
		    "there are %d tokens of this account already",
		    VHD_TOKENS_PER_ACCOUNT);
		return -1;
	}
	made = vhd_token_get(call, call->who.name, token->id);
	if (!made)
		return -1;
	publish(call, "token.created", made);
	json_decref(made);
	return 0;
}

int
vhd_token_remove(struct vhd_call *call, const char *account, const char *id)
{
	json_t *token = vhd_token_get(call, account, id);
	int rc;

	if (!token)
		return -1;
	rc = vhd_state_run(call->state,
	    "DELETE FROM token WHERE public_id = ?1", vhd_text(id));
	if (rc > 0)
		publish(call, "token.revoked", token);
	json_decref(token);
	return rc < 0 ? state_failed(call) : 0;
}
