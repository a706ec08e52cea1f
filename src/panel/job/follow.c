/*
 * What the panel keeps under the names of domains follows a domain that gets
 * another main name, whoever gave it: by the facts of the journal, each in one
 * transaction with its seq.
 */
#include "config.h"

#include <jansson.h>

#include "daemons/common/daemonlog.h"
#include "panel/job/job.h"
#include "vpop_event.h"

/* Accounts of the domain ?1 are those of ?2. */
#define ACCOUNTS(table)                                                        \
	"UPDATE OR REPLACE " table                                             \
	" SET account = substr(account, 1, instr(account, '@')) || ?2"         \
	" WHERE substr(account, instr(account, '@') + 1) = ?1"

#define RUN(text)                                                              \
	(vhd_state_run(state, text, vhd_text(from), vhd_text(to)) >= 0)

static int
move(struct vhd_state *state, const char *from, const char *to)
{
	/* Grants go before what refers to them is looked at. */
	return vhd_state_run_values(
		   state, "PRAGMA defer_foreign_keys = ON", NULL, 0) >= 0 &&
		       RUN(ACCOUNTS("session")) && RUN(ACCOUNTS("token")) &&
		       RUN(ACCOUNTS("factor")) &&
		       RUN(ACCOUNTS("recovery_code")) &&
		       RUN(ACCOUNTS("role_grant")) &&
		       RUN(ACCOUNTS("domain_owner")) && RUN(ACCOUNTS("job")) &&
		       RUN("UPDATE OR REPLACE domain_owner SET domain = ?2"
			   " WHERE domain = ?1") &&
		       RUN("UPDATE OR REPLACE object_state SET domain = ?2"
			   " WHERE domain = ?1") &&
		       RUN("UPDATE OR REPLACE object_state SET key = ?2"
			   " WHERE key = ?1 AND resource = 'domains'"
			   " AND domain = ''")
		   ? 0
		   : -1;
}

static int
note(struct vhd_state *state, int64_t seq)
{
	return vhd_state_run(state,
		   "INSERT OR REPLACE INTO followed(name, seq)"
		   " VALUES('domain.renamed', ?1)",
		   vhd_number(seq)) < 0
		   ? -1
		   : 0;
}

static int
follow_one(struct vhd_state *state, const struct vpop_event *event)
{
	json_t *json = json_loads(event->json, 0, NULL);
	const char *from = NULL;
	int rc = -1;

	(void)json_unpack(json, "{s:{s:{s:s}}}", "data", "old", "name", &from);
	if (vhd_state_begin(state) == 0) {
		rc = from ? move(state, from, event->object) : 0;
		if (rc == 0)
			rc = note(state, event->seq);
		rc = vhd_state_end(state, rc);
	}
	json_decref(json);
	return rc;
}

/* The seq up to which they were followed, or -1. */
static int64_t
find_seq(struct vhd_state *state)
{
	sqlite3_stmt *row = vhd_state_query(state,
	    "SELECT coalesce(max(seq), 0) FROM followed WHERE name = ?1",
	    vhd_text("domain.renamed"));
	int64_t seq = -1;

	if (vhd_state_next(state, row) == 1) {
		seq = sqlite3_column_int64(row, 0);
		vhd_state_done(row);
	}
	return seq;
}

void
vhd_follow_domains(struct vhd_site *site)
{
	struct vpop_event_filter filter = { .type = "domain.renamed",
		.after = find_seq(site->state) };
	struct vpop_events *cursor = NULL;
	struct vpop_event event;
	int code;

	if (filter.after < 0) {
		vp_daemonlog(LOG_ERR, "%s", vhd_state_message(site->state));
		return;
	}
	code = vpop_events_open(site->vp, &filter, &cursor);
	while (code == 0 && (code = vpop_events_next(cursor, &event)) == 1) {
		code = 0;
		if (follow_one(site->state, &event) == 0)
			continue;
		vp_daemonlog(LOG_ERR, "the new name of '%s' is not kept: %s",
		    event.object, vhd_state_message(site->state));
		break;
	}
	if (code < 0)
		vp_daemonlog(LOG_ERR, "%s", vpop_message(site->vp));
	vpop_events_close(cursor);
}
