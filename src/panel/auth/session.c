/*
 * The state has a hash of the cookie's bytes, so it is no use to who reads a
 * copy of it.  The token against forged requests follows from the bytes and
 * is not kept at all.
 *
 * That a session was used is written down at most every minute or so: most
 * requests only read.
 */
#include "config.h"

#include "panel/auth/session.h"

#include <sodium.h>
#include <time.h>

#include "base/text.h"
#include "panel/auth/cookie.h"
#include "panel/auth/identify.h"
#include "panel/settings.h"
#include "panel/state/state.h"

#define HASH_BYTES  32
#define PRINT_BYTES 16
#define ID_BYTES    ((VHD_ID_SIZE - 1) / 2)
#define AGENT_MAX   200
#define SEEN_EVERY  60 /* seconds */
#define SWEEP       100

struct session {
	char id[VHD_ID_SIZE];
	char account[VHD_ACCOUNT_SIZE];
	unsigned char password[PRINT_BYTES];
	int64_t role, has_factor, created, seen;
};

static void
hash_of(const unsigned char bytes[VHD_COOKIE_BYTES],
    unsigned char ret_hash[HASH_BYTES])
{
	crypto_generichash(
	    ret_hash, HASH_BYTES, bytes, VHD_COOKIE_BYTES, NULL, 0);
}

static void
csrf_of(const unsigned char bytes[VHD_COOKIE_BYTES], char ret_text[VHD_ID_SIZE])
{
	static const unsigned char what[] = "csrf";
	unsigned char hash[ID_BYTES];

	crypto_generichash(
	    hash, sizeof hash, what, sizeof what, bytes, VHD_COOKIE_BYTES);
	sodium_bin2hex(ret_text, VHD_ID_SIZE, hash, sizeof hash);
}

/* Tells one password of an account from the next; the stored text is a
 * crypt string or, in some stores, clear. */
static void
print_of(const struct vpop_user *user, unsigned char ret_print[PRINT_BYTES])
{
	crypto_generichash(ret_print, PRINT_BYTES,
	    (const unsigned char *)user->passwd, strlen(user->passwd), NULL, 0);
}

static int
is_plain(const struct vhd_call *call)
{
	return call->request->kind == VHD_TCP && call->settings->plain_cookie;
}

/* ---- who asks --------------------------------------------------------- */

/* 1, 0 or -1. */
static int
read_session(struct vhd_call *call, const unsigned char hash[HASH_BYTES],
    struct session *ret)
{
	sqlite3_stmt *query = vhd_state_query(call->state,
	    "SELECT public_id, account, password, role, factor, created, seen"
	    " FROM session WHERE id = ?1",
	    vhd_bytes(hash, HASH_BYTES));
	int rc = vhd_state_next(call->state, query);

	if (rc <= 0)
		return rc;
	memset(ret, 0, sizeof *ret);
	snprintf(ret->id, sizeof ret->id, "%s",
	    (const char *)sqlite3_column_text(query, 0));
	snprintf(ret->account, sizeof ret->account, "%s",
	    (const char *)sqlite3_column_text(query, 1));
	if (sqlite3_column_bytes(query, 2) == PRINT_BYTES)
		memcpy(
		    ret->password, sqlite3_column_blob(query, 2), PRINT_BYTES);
	ret->role = sqlite3_column_int64(query, 3);
	ret->has_factor = sqlite3_column_int64(query, 4);
	ret->created = sqlite3_column_int64(query, 5);
	ret->seen = sqlite3_column_int64(query, 6);
	vhd_state_done(query);
	return 1;
}

static int
is_over(const struct vhd_settings *settings, const struct session *session,
    int64_t now)
{
	return now - session->seen >= settings->session_idle_seconds ||
	       now - session->created >= settings->session_seconds;
}

static int
note_use(struct vhd_call *call, const struct session *session, int64_t now)
{
	int64_t every = call->settings->session_idle_seconds / 10;

	/* Nobody needs to sit there. */
	if (vhd_request_is_live(call->request))
		return 0;
	if (every > SEEN_EVERY)
		every = SEEN_EVERY;
	if (now >= session->seen && now - session->seen < every)
		return 0;
	return vhd_state_run(call->state,
		   "UPDATE session SET seen = ?2 WHERE public_id = ?1",
		   vhd_text(session->id), vhd_number(now)) < 0
		   ? -1
		   : 0;
}

/* 0, or -1 after a problem. */
static int
become(struct vhd_call *call, const struct vpop_user *user, const char *session,
    int has_factor)
{
	struct vhd_who *who = &call->who;

	if (vhd_identify_account(call, user) != 0)
		return -1;
	snprintf(who->session, sizeof who->session, "%s", session);
	who->lacks_factor =
	    !has_factor && (call->settings->factor_roles & who->role) != 0;
	return 0;
}

/* The account behind a session as it is now: 1, 0 if the session is to end,
 * or a code. */
static int
look_up(struct vhd_call *call, const struct session *session,
    struct vpop_user *ret_user)
{
	const char *at = strchr(session->account, '@');
	unsigned char print[PRINT_BYTES];
	char name[VPOP_USER_SIZE];
	int code;

	if (!at || vp_format(name, sizeof name, "%.*s",
		       (int)(at - session->account), session->account) != 0)
		return 0;
	code = vpop_user_get(call->vp, name, at + 1, ret_user);
	if (code != 0)
		return vpop_class(code) == VPOP_CLASS_ABSENT ? 0 : code;
	explicit_bzero(ret_user->clear, sizeof ret_user->clear);
	print_of(ret_user, print);
	return sodium_memcmp(print, session->password, PRINT_BYTES) == 0;
}

static int
unavailable(struct vhd_call *call)
{
	vhd_problem(
	    call, 503, "unavailable", "who asks cannot be looked up now");
	return -1;
}

static int
resume(struct vhd_call *call, const struct session *session)
{
	struct vpop_user user;
	int64_t now = time(NULL);
	int rc;

	if (is_over(call->settings, session, now)) {
		rc = vhd_state_run(call->state,
		    "DELETE FROM session WHERE public_id = ?1",
		    vhd_text(session->id));
		if (rc < 0)
			vhd_problem_state(call);
		return rc < 0 ? -1 : 0;
	}
	rc = look_up(call, session, &user);
	if (rc < 0)
		return unavailable(call);
	if (rc > 0 &&
	    become(call, &user, session->id, session->has_factor != 0) != 0)
		return -1;
	if (rc == 0 || call->who.role < (enum vhd_role)session->role) {
		memset(&call->who, 0, sizeof call->who);
		call->who.role = VHD_ANON;
		return vhd_session_end(
			   call, session->account, session->id, NULL) < 0
			   ? -1
			   : 0;
	}
	if (note_use(call, session, now) != 0) {
		vhd_problem_state(call);
		return -1;
	}
	return 0;
}

int
vhd_session_identify(struct vhd_call *call)
{
	const char *header = call->request->headers[VHD_COOKIE];
	unsigned char bytes[VHD_COOKIE_BYTES], hash[HASH_BYTES];
	struct session session;
	int rc;

	if (!header ||
	    vhd_cookie_find(header,
		is_plain(call) ? VHD_COOKIE_PLAIN : VHD_COOKIE_SECURE,
		bytes) != 0)
		return 0;
	hash_of(bytes, hash);
	rc = read_session(call, hash, &session);
	if (rc < 0)
		vhd_problem_state(call);
	else if (rc > 0)
		rc = resume(call, &session);
	if (rc == 0 && *call->who.session)
		csrf_of(bytes, call->csrf);
	explicit_bzero(bytes, sizeof bytes);
	return rc;
}

/* ---- beginning -------------------------------------------------------- */

/* Those that are over, a few at a time, and the oldest of an account that has
 * too many. */
static int
sweep(struct vhd_call *call, const char *account, int64_t now)
{
	if (vhd_state_run(call->state,
		"DELETE FROM session WHERE id IN (SELECT id FROM session"
		" WHERE created <= ?1 ORDER BY created LIMIT ?3) OR id IN"
		" (SELECT id FROM session WHERE seen <= ?2 ORDER BY seen"
		" LIMIT ?3)",
		vhd_number(now - call->settings->session_seconds),
		vhd_number(now - call->settings->session_idle_seconds),
		vhd_number(SWEEP)) < 0)
		return -1;
	return vhd_state_run(call->state,
	    "DELETE FROM session WHERE account = ?1 AND id IN"
	    " (SELECT id FROM session WHERE account = ?1"
	    " ORDER BY created DESC LIMIT -1 OFFSET ?2)",
	    vhd_text(account), vhd_number(VHD_SESSIONS_PER_ACCOUNT - 1));
}

static int
insert(struct vhd_call *call, const struct vpop_user *user,
    const unsigned char bytes[VHD_COOKIE_BYTES], int with_factor, int64_t now)
{
	const char *agent = call->request->headers[VHD_USER_AGENT];
	unsigned char hash[HASH_BYTES], print[PRINT_BYTES];
	char shown[AGENT_MAX + 1];

	snprintf(shown, sizeof shown, "%s", agent ? agent : "");
	hash_of(bytes, hash);
	print_of(user, print);
	return vhd_state_run(call->state,
	    "INSERT INTO session(id, public_id, account, password, role,"
	    " factor, created, seen, address, agent)"
	    " VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?7, ?8, ?9)",
	    vhd_bytes(hash, sizeof hash), vhd_text(call->who.session),
	    vhd_text(call->who.name), vhd_bytes(print, sizeof print),
	    vhd_number(call->who.role), vhd_number(with_factor),
	    vhd_number(now), vhd_text(call->request->address), vhd_text(shown));
}

static void
set_cookie(struct vhd_call *call, const char *value, const char *more)
{
	int plain = is_plain(call);

	vhd_call_header(call, VHD_REPLY_COOKIE,
	    "%s=%s; Path=/; HttpOnly; SameSite=Strict%s%s",
	    plain ? VHD_COOKIE_PLAIN : VHD_COOKIE_SECURE, value,
	    plain ? "" : "; Secure", more);
}

int
vhd_session_begin(
    struct vhd_call *call, const struct vpop_user *user, int with_factor)
{
	unsigned char bytes[VHD_COOKIE_BYTES], id[ID_BYTES];
	char value[VHD_COOKIE_SIZE];
	int64_t now = time(NULL);
	int rc;

	if (vp_random(bytes, sizeof bytes) != 0 ||
	    vp_random(id, sizeof id) != 0)
		return unavailable(call);
	if (become(call, user, "", with_factor) != 0)
		return -1;
	sodium_bin2hex(value, sizeof value, bytes, sizeof bytes);
	sodium_bin2hex(
	    call->who.session, sizeof call->who.session, id, sizeof id);
	rc = vhd_state_begin(call->state);
	if (rc == 0)
		rc = vhd_state_end(call->state,
		    sweep(call, call->who.name, now) < 0 ||
			insert(call, user, bytes, with_factor, now) < 0);
	if (rc == 0) {
		set_cookie(call, value, "");
		csrf_of(bytes, call->csrf);
		vhd_call_actor(call);
		vhd_session_publish(call, "session.created", call->who.session,
		    call->who.name, call->request->address);
	} else {
		vhd_problem_state(call);
	}
	explicit_bzero(bytes, sizeof bytes);
	explicit_bzero(value, sizeof value);
	return rc;
}

void
vhd_session_forget_cookie(struct vhd_call *call)
{
	set_cookie(call, "", "; Max-Age=0");
}

int
vhd_session_add_factor(struct vhd_call *call)
{
	unsigned char bytes[VHD_COOKIE_BYTES], hash[HASH_BYTES];
	char value[VHD_COOKIE_SIZE];
	int rc = -1;

	/* Who has seen the cookie before may not do more with it now. */
	if (vp_random(bytes, sizeof bytes) != 0)
		return -1;
	hash_of(bytes, hash);
	if (vhd_state_run(call->state,
		"UPDATE session SET id = ?2, factor = 1 WHERE public_id = ?1",
		vhd_text(call->who.session),
		vhd_bytes(hash, sizeof hash)) == 1) {
		sodium_bin2hex(value, sizeof value, bytes, sizeof bytes);
		set_cookie(call, value, "");
		csrf_of(bytes, call->csrf);
		call->who.lacks_factor = 0;
		explicit_bzero(value, sizeof value);
		rc = 0;
	}
	explicit_bzero(bytes, sizeof bytes);
	return rc;
}
