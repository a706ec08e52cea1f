/*
 * Domains of resellers.  A domain has one owner, by its real name.
 *
 * Who makes a domain reserves it first, in the transaction that finds that he
 * has room for it: of two requests at once only one gets the last place.  A
 * reservation gives no rights; one that a crash left behind ends by itself.
 */
#include "config.h"

#include "panel/auth/grant.h"

#include <string.h>
#include <time.h>

#include "base/text.h"
#include "panel/state/state.h"
#include "vpop_event.h"

#define RESERVED_SECONDS 3600

static int
state_failed(struct vhd_call *call)
{
	vhd_problem_state(call);
	return -1;
}

void
vhd_reseller_clear(struct vhd_reseller *reseller)
{
	json_decref(reseller->limits);
	json_decref(reseller->domains);
	memset(reseller, 0, sizeof *reseller);
}

/* ---- reading ---------------------------------------------------------- */

static int
read_limits(struct vhd_call *call, const char *account, json_t **ret_limits)
{
	sqlite3_stmt *query = vhd_state_query(call->state,
	    "SELECT limits FROM role_grant WHERE account = ?1",
	    vhd_text(account));
	int rc = vhd_state_next(call->state, query);

	*ret_limits = NULL;
	if (rc > 0)
		*ret_limits =
		    json_loads((const char *)sqlite3_column_text(query, 0),
			JSON_REJECT_DUPLICATES, NULL);
	vhd_state_done(query);
	if (rc >= 0 && !*ret_limits)
		*ret_limits = json_object();
	return rc < 0 ? state_failed(call) : 0;
}

/* Whether a domain still is the one that was given; 1, 0 or -1. */
static int
is_there(struct vhd_call *call, const char *domain, int64_t seq)
{
	int rc = vhd_domain_was_deleted_after(call->vp, domain, seq);

	if (rc >= 0)
		return !rc;
	vhd_problem(
	    call, 503, "unavailable", "domains cannot be looked up now");
	return -1;
}

static int
read_domains(struct vhd_call *call, const char *account, json_t **ret_domains)
{
	sqlite3_stmt *query = vhd_state_query(call->state,
	    "SELECT domain, seq FROM domain_owner WHERE account = ?1"
	    " AND reserved = 0 ORDER BY domain",
	    vhd_text(account));
	json_t *list = json_array();
	int rc;

	while ((rc = vhd_state_next(call->state, query)) > 0) {
		const char *name = (const char *)sqlite3_column_text(query, 0);
		int found =
		    is_there(call, name, sqlite3_column_int64(query, 1));

		if (found > 0)
			json_array_append_new(list, json_string(name));
		if (found >= 0)
			continue;
		vhd_state_done(query);
		json_decref(list);
		return -1;
	}
	*ret_domains = list;
	return rc < 0 ? state_failed(call) : 0;
}

int
vhd_reseller_get(struct vhd_call *call, const char *account,
    struct vhd_reseller *ret_reseller)
{
	memset(ret_reseller, 0, sizeof *ret_reseller);
	if (read_limits(call, account, &ret_reseller->limits) == 0 &&
	    read_domains(call, account, &ret_reseller->domains) == 0)
		return 0;
	vhd_reseller_clear(ret_reseller);
	return -1;
}

int
vhd_reseller_of(struct vhd_call *call, const char *domain,
    char ret_account[VHD_ACCOUNT_SIZE])
{
	sqlite3_stmt *query = vhd_state_query(call->state,
	    "SELECT account, seq FROM domain_owner WHERE domain = ?1"
	    " AND reserved = 0",
	    vhd_text(domain));
	int rc = vhd_state_next(call->state, query);
	int64_t seq;

	if (rc <= 0)
		return rc < 0 ? state_failed(call) : 0;
	seq = sqlite3_column_int64(query, 1);
	rc = vp_copy(ret_account, VHD_ACCOUNT_SIZE,
	    (const char *)sqlite3_column_text(query, 0));
	vhd_state_done(query);
	return rc == 0 ? is_there(call, domain, seq) : 0;
}

/* ---- writing ---------------------------------------------------------- */

static int
forget(struct vhd_call *call, const char *domain)
{
	return vhd_state_run(call->state,
	    "DELETE FROM domain_owner WHERE domain = ?1", vhd_text(domain));
}

/* Who has a domain already: 1 if it is somebody, but not the account; 0;
 * -1. */
static int
is_taken(struct vhd_call *call, const char *account, const char *domain)
{
	sqlite3_stmt *query = vhd_state_query(call->state,
	    "SELECT seq FROM domain_owner WHERE domain = ?1 AND account <> ?2",
	    vhd_text(domain), vhd_text(account));
	int rc = vhd_state_next(call->state, query);
	int64_t seq = rc > 0 ? sqlite3_column_int64(query, 0) : 0;

	vhd_state_done(query);
	if (rc <= 0)
		return rc;
	rc = vhd_domain_was_deleted_after(call->vp, domain, seq);
	if (rc > 0 && forget(call, domain) < 0)
		return -1;
	return rc < 0 ? -1 : !rc;
}

/* reserved: when, or 0 for good. */
static int
own(struct vhd_call *call, const char *account, const char *domain, int64_t seq,
    int64_t reserved)
{
	return vhd_state_run(call->state,
	    "INSERT OR REPLACE INTO domain_owner(domain, account, seq,"
	    " reserved) VALUES(?1, ?2, ?3, ?4)",
	    vhd_text(domain), vhd_text(account), vhd_number(seq),
	    vhd_number(reserved));
}

/* Within a transaction; 0, 1 with the domain that is another one's, or -1. */
static int
set(struct vhd_call *call, const char *account,
    const struct vhd_reseller *reseller, int64_t seq,
    char ret_domain[VPOP_DOMAIN_SIZE])
{
	AUTO_FREE char *text =
	    json_dumps(reseller->limits, JSON_COMPACT | JSON_SORT_KEYS);
	json_t *value;
	size_t i;

	if (!text ||
	    vhd_state_run(call->state,
		"UPDATE role_grant SET limits = ?2 WHERE account = ?1",
		vhd_text(account), vhd_text(text)) < 0 ||
	    vhd_state_run(call->state,
		"DELETE FROM domain_owner WHERE account = ?1",
		vhd_text(account)) < 0)
		return -1;
	json_array_foreach(reseller->domains, i, value)
	{
		const char *domain = json_string_value(value);
		int rc = is_taken(call, account, domain);

		if (rc == 0 && own(call, account, domain, seq, 0) < 0)
			rc = -1;
		if (rc > 0)
			(void)vp_copy(ret_domain, VPOP_DOMAIN_SIZE, domain);
		if (rc != 0)
			return rc;
	}
	return 0;
}

int
vhd_reseller_set(struct vhd_call *call, const char *account,
    const struct vhd_reseller *reseller, char ret_domain[VPOP_DOMAIN_SIZE])
{
	int64_t seq;
	int rc = vpop_events_last(call->vp, &seq), done;

	if (rc != 0) {
		vhd_problem_vpop(call, rc);
		return -1;
	}
	rc = vhd_state_begin(call->state);
	if (rc != 0)
		return state_failed(call);
	rc = set(call, account, reseller, seq, ret_domain);
	done = vhd_state_end(call->state, rc);
	if (rc > 0)
		return 0;
	return done == 0 ? 1 : state_failed(call);
}

/* ---- making domains --------------------------------------------------- */

/* How many he has or is making; or -1. */
static int64_t
count_domains(struct vhd_call *call)
{
	sqlite3_stmt *query = vhd_state_query(call->state,
	    "SELECT domain, seq FROM domain_owner WHERE account = ?1"
	    " AND (reserved = 0 OR reserved > ?2)",
	    vhd_text(call->who.name),
	    vhd_number(time(NULL) - RESERVED_SECONDS));
	int64_t count = 0;
	int rc;

	while ((rc = vhd_state_next(call->state, query)) > 0) {
		rc = vhd_domain_was_deleted_after(call->vp,
		    (const char *)sqlite3_column_text(query, 0),
		    sqlite3_column_int64(query, 1));
		if (rc < 0)
			break;
		count += !rc;
	}
	vhd_state_done(query);
	return rc < 0 ? -1 : count;
}

/* Whether the domain is the caller's already; -1. */
static int
has(struct vhd_call *call, const char *domain)
{
	sqlite3_stmt *query = vhd_state_query(call->state,
	    "SELECT seq FROM domain_owner WHERE domain = ?1 AND account = ?2"
	    " AND reserved = 0",
	    vhd_text(domain), vhd_text(call->who.name));
	int rc = vhd_state_next(call->state, query);
	int64_t seq = rc > 0 ? sqlite3_column_int64(query, 0) : 0;

	vhd_state_done(query);
	if (rc <= 0)
		return rc;
	rc = vhd_domain_was_deleted_after(call->vp, domain, seq);
	return rc < 0 ? -1 : !rc;
}

/* Within a transaction; 0, 1: there is no room, 2: it is another one's, or
 * -1. */
static int
reserve(
    struct vhd_call *call, const char *domain, const json_t *limit, int64_t seq)
{
	int64_t count;
	int rc = has(call, domain);

	/* A refusal must not cost him what he has. */
	if (rc != 0)
		return rc < 0 ? -1 : 0;
	count = count_domains(call);
	if (count < 0)
		return -1;
	if (limit && count >= json_integer_value(limit))
		return 1;
	rc = is_taken(call, call->who.name, domain);
	if (rc != 0)
		return rc < 0 ? -1 : 2;
	return own(call, call->who.name, domain, seq, time(NULL)) < 0 ? -1 : 0;
}

static int
settle_reservation(struct vhd_call *call, const json_t *limit, int rc)
{
	if (vhd_state_end(call->state, rc) != 0 && rc <= 0)
		return state_failed(call);
	if (rc == 0)
		return 0;
	if (rc == 1)
		vhd_problem(call, 403, "limit-reached",
		    "you have as many domains as you may have "
		    "(%" JSON_INTEGER_FORMAT ")",
		    json_integer_value(limit));
	else
		vhd_problem(
		    call, 409, "name-exists", "somebody else has this domain");
	return -1;
}

int
vhd_reseller_reserve(struct vhd_call *call, const char *domain)
{
	json_t *limits;
	int64_t seq;
	int rc;

	if (call->who.role != VHD_RESELLER)
		return 0;
	rc = vpop_events_last(call->vp, &seq);
	if (rc != 0) {
		vhd_problem_vpop(call, rc);
		return -1;
	}
	if (read_limits(call, call->who.name, &limits) != 0)
		return -1;
	rc = vhd_state_begin(call->state);
	if (rc == 0) {
		const json_t *limit = json_object_get(limits, "domains");

		rc = settle_reservation(
		    call, limit, reserve(call, domain, limit, seq));
	} else {
		state_failed(call);
	}
	json_decref(limits);
	return rc;
}

int
vhd_reseller_settle(struct vhd_call *call, const char *domain, const char *made)
{
	int rc;

	if (call->who.role != VHD_RESELLER)
		return 0;
	if (made)
		rc = vhd_state_run(call->state,
		    "UPDATE OR REPLACE domain_owner"
		    " SET reserved = 0, domain = ?3"
		    " WHERE domain = ?1 AND account = ?2",
		    vhd_text(domain), vhd_text(call->who.name), vhd_text(made));
	else
		rc = vhd_state_run(call->state,
		    "DELETE FROM domain_owner"
		    " WHERE domain = ?1 AND account = ?2 AND reserved > 0",
		    vhd_text(domain), vhd_text(call->who.name));
	return rc < 0 ? state_failed(call) : 0;
}
