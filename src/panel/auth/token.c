/*
 * The state has a hash of the token, so it is no use to who reads a copy.
 * That it was used is written down at most every minute.
 */
#include "config.h"

#include "panel/auth/token.h"

#include <sodium.h>
#include <string.h>
#include <strings.h>
#include <time.h>

#include "base/text.h"
#include "panel/auth/identify.h"
#include "panel/auth/token_int.h"
#include "panel/settings.h"
#include "panel/state/state.h"

#define SCHEME     "Bearer "
#define USED_EVERY 60 /* seconds */

struct found {
	struct vhd_token token;
	char account[VHD_ACCOUNT_SIZE];
	int64_t seq, used;
};

void
vhd_token_hash(const char *secret, unsigned char ret_hash[VHD_TOKEN_HASH_BYTES])
{
	crypto_generichash(ret_hash, VHD_TOKEN_HASH_BYTES,
	    (const unsigned char *)secret, strlen(secret), NULL, 0);
}

int
vhd_token_is_one(const char *authorization)
{
	return strncasecmp(authorization, SCHEME, strlen(SCHEME)) == 0;
}

static int
refuse(struct vhd_call *call)
{
	vhd_call_header(
	    call, VHD_REPLY_AUTHENTICATE, "Bearer error=\"invalid_token\"");
	vhd_problem(call, 401, "invalid-token",
	    "the token is not valid, or not from this address");
	return -1;
}

#define COLUMNS "public_id, account, role, limits, seq, expires, used"

/* 1, 0 or -1, of a query for COLUMNS. */
static int
read_row(struct vhd_call *call, sqlite3_stmt *query, struct found *ret)
{
	int rc = vhd_state_next(call->state, query);

	if (rc <= 0)
		return rc;
	memset(ret, 0, sizeof *ret);
	snprintf(ret->token.id, sizeof ret->token.id, "%s",
	    (const char *)sqlite3_column_text(query, 0));
	snprintf(ret->account, sizeof ret->account, "%s",
	    (const char *)sqlite3_column_text(query, 1));
	ret->token.role = (enum vhd_role)sqlite3_column_int(query, 2);
	ret->token.limits =
	    json_loads((const char *)sqlite3_column_text(query, 3), 0, NULL);
	ret->seq = sqlite3_column_int64(query, 4);
	ret->token.expires = sqlite3_column_int64(query, 5);
	ret->used = sqlite3_column_int64(query, 6);
	vhd_state_done(query);
	return ret->token.limits ? 1 : -1;
}

static void
lower(enum vhd_role *role, enum vhd_role most)
{
	if (*role > most)
		*role = most;
}

static int
note_use(struct vhd_call *call, const struct found *found, int64_t now)
{
	if (now >= found->used && now - found->used < USED_EVERY)
		return 0;
	if (vhd_state_run(call->state,
		"UPDATE token SET used = ?2, address = ?3"
		" WHERE public_id = ?1",
		vhd_text(found->token.id), vhd_number(now),
		vhd_text(call->request->address)) >= 0)
		return 0;
	vhd_problem_state(call);
	return -1;
}

static int
use(struct vhd_call *call, const struct found *found)
{
	int64_t now = time(NULL);
	int rc;

	if ((found->token.expires != 0 && now >= found->token.expires) ||
	    !vhd_token_is_for(found->token.limits, call->request->address))
		return refuse(call);
	rc = vhd_identify_named(call, found->account, found->seq);
	if (rc <= 0)
		return rc == 0 ? refuse(call) : -1;
	lower(&call->who.role, found->token.role);
	lower(&call->who.at_home, found->token.role);
	memcpy(call->who.token, found->token.id, sizeof call->who.token);
	call->who.token_limits = json_incref(found->token.limits);
	return note_use(call, found, now);
}

static int
take(struct vhd_call *call, sqlite3_stmt *query)
{
	struct found found;
	int rc = read_row(call, query, &found);

	if (rc < 0) {
		vhd_problem_state(call);
		return -1;
	}
	if (rc == 0)
		return refuse(call);
	rc = use(call, &found);
	json_decref(found.token.limits);
	return rc;
}

int
vhd_token_identify(struct vhd_call *call)
{
	const char *secret =
	    call->request->headers[VHD_AUTHORIZATION] + strlen(SCHEME);
	unsigned char hash[VHD_TOKEN_HASH_BYTES];

	if (!vhd_is_private(call))
		return -1;
	if (strncmp(secret, VHD_TOKEN_PREFIX, strlen(VHD_TOKEN_PREFIX)) != 0)
		return refuse(call);
	vhd_token_hash(secret, hash);
	return take(call, vhd_state_query(call->state,
			      "SELECT " COLUMNS " FROM token WHERE id = ?1",
			      vhd_bytes(hash, sizeof hash)));
}

int
vhd_token_resume(struct vhd_call *call, const char *id)
{
	return take(
	    call, vhd_state_query(call->state,
		      "SELECT " COLUMNS " FROM token WHERE public_id = ?1",
		      vhd_text(id)));
}
