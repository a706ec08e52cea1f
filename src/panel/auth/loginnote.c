#include "config.h"

#include "panel/auth/loginnote.h"

#include <jansson.h>
#include <stdlib.h>
#include <time.h>

#include "base/attr.h"
#include "base/text.h"
#include "daemons/common/daemonlog.h"
#include "panel/auth/account.h"
#include "panel/state/state.h"
#include "vpop_event.h"

#define NOTES    1000 /* kept at a time; more are only logged */
#define TOLD_NOW 10   /* facts of one call */

static const struct {
	const char *event;
	int64_t seconds; /* from one fact of an account to the next */
} kinds[] = { { "user.login.failed", 60 }, { "user.login.locked", 3600 } };

struct note {
	enum vhd_login_note what;
	char *account, *address;
	int64_t count;
};

int
vhd_login_note(struct vhd_state *state, enum vhd_login_note what,
    const struct vhd_attempt *attempt)
{
	return vhd_state_run(state,
		   "INSERT INTO login_note(account, what, address, count, told)"
		   " SELECT ?1, ?2, ?3, 1, 0 WHERE EXISTS (SELECT 1 FROM"
		   " login_note WHERE account = ?1 AND what = ?2)"
		   " OR (SELECT count(*) FROM login_note) < ?4"
		   " ON CONFLICT(account, what) DO UPDATE"
		   " SET count = count + 1, address = ?3",
		   vhd_text(attempt->account), vhd_number(what),
		   vhd_text(attempt->address), vhd_number(NOTES)) < 0
		   ? -1
		   : 0;
}

/* ---- telling ---------------------------------------------------------- */

static void
publish(struct vpop *vp, const struct note *note, const struct vpop_user *user)
{
	char name[VHD_ACCOUNT_SIZE];
	json_t *json = json_pack("{s:s, s:s, s:I}", "service", "panel",
	    "address", note->address, "count", (json_int_t)note->count);
	AUTO_FREE char *text = json ? json_dumps(json, JSON_COMPACT) : NULL;

	json_decref(json);
	vhd_account_name(user, name);
	vpop_set_actor(vp, "anon", "vhostadmind");
	const struct vpop_event_new event = { .type = kinds[note->what].event,
		.object = name,
		.domain = user->domain,
		.new_json = text };

	if (!text || vpop_event_publish(vp, &event) != 0)
		vp_daemonlog(LOG_WARNING, "the event %s of %s is lost: %s",
		    event.type, name, text ? vpop_message(vp) : "no memory");
}

/* 0, or -1: not now. */
static int
tell(struct vhd_site *site, const struct note *note)
{
	const char *at = strchr(note->account, '@');
	char name[VPOP_USER_SIZE];
	struct vpop_user user;
	int code = VA_USER_DOES_NOT_EXIST;

	if (at && vp_format(name, sizeof name, "%.*s",
		      (int)(at - note->account), note->account) == 0)
		code = vpop_user_get(site->vp, name, at + 1, &user);
	if (code == 0) {
		explicit_bzero(user.clear, sizeof user.clear);
		publish(site->vp, note, &user);
	} else if (vpop_class(code) == VPOP_CLASS_TEMPORARY) {
		return -1;
	}
	return vhd_state_run(site->state,
		   "UPDATE login_note SET told = ?3, count = count - ?4"
		   " WHERE account = ?1 AND what = ?2",
		   vhd_text(note->account), vhd_number(note->what),
		   vhd_number(time(NULL)), vhd_number(note->count)) < 0
		   ? -1
		   : 0;
}

/* 1, 0 if nothing is to be told now, or -1. */
static int
next_note(struct vhd_state *state, int64_t now, struct note *ret)
{
	sqlite3_stmt *row = vhd_state_query(state,
	    "SELECT account, what, address, count FROM login_note"
	    " WHERE count > 0 AND told <= CASE what WHEN 0 THEN ?1 ELSE ?2 END"
	    " LIMIT 1",
	    vhd_number(now - kinds[VHD_LOGIN_FAILED].seconds),
	    vhd_number(now - kinds[VHD_LOGIN_LOCKED].seconds));
	int rc = vhd_state_next(state, row);

	if (rc <= 0)
		return rc;
	*ret = (struct note){
		.what = sqlite3_column_int(row, 1) == VHD_LOGIN_LOCKED
			    ? VHD_LOGIN_LOCKED
			    : VHD_LOGIN_FAILED,
		.account = strdup((const char *)sqlite3_column_text(row, 0)),
		.address = strdup((const char *)sqlite3_column_text(row, 2)),
		.count = sqlite3_column_int64(row, 3),
	};
	vhd_state_done(row);
	return ret->account && ret->address ? 1 : -1;
}

static int
forget_old(struct vhd_state *state, int64_t now)
{
	return vhd_state_run(state,
	    "DELETE FROM login_note WHERE count <= 0"
	    " AND told <= CASE what WHEN 0 THEN ?1 ELSE ?2 END",
	    vhd_number(now - kinds[VHD_LOGIN_FAILED].seconds),
	    vhd_number(now - kinds[VHD_LOGIN_LOCKED].seconds));
}

void
vhd_login_tell(struct vhd_site *site)
{
	const int64_t now = time(NULL);
	int rc = forget_old(site->state, now) < 0 ? -1 : 1;

	for (int i = 0; rc > 0 && i < TOLD_NOW; i++) {
		struct note note = { .what = VHD_LOGIN_FAILED };

		rc = next_note(site->state, now, &note);
		if (rc > 0 && tell(site, &note) != 0)
			rc = -1;
		free(note.account);
		free(note.address);
	}
	if (rc < 0)
		vp_daemonlog(LOG_ERR,
		    "failed logins are told later: state or accounts "
		    "cannot be used now");
}
