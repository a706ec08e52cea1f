/*
 * Whether people may sign up for accounts of a domain.
 *
 * What was said holds for the domain that was there then: one that is made
 * again under its name begins closed.
 */
#include "config.h"

#include "modules/mail/registration.h"

#include <string.h>

#include "modules/mail/resources.h"
#include "vpop_event.h"

static int
forget(struct mail *m, const char *domain)
{
	return mail_record_change(m,
	    "DELETE FROM registration WHERE domain = ?",
	    (const char *const[]){ domain, NULL });
}

/* The number of the fact that a domain was last made; 0: nobody knows any
 * more. */
static int
find_made(struct mail *m, const char *domain, int64_t *ret_seq)
{
	const struct vpop_event_filter made = { .type = "domain.created",
		.object = domain,
		.flags = VPOP_EVENTS_NEWEST };
	struct vpop_events *cursor = NULL;
	struct vpop_event event = { .seq = 0 };
	int code = vpop_events_open(m->vp, &made, &cursor);

	if (code == 0)
		code = vpop_events_next(cursor, &event);
	*ret_seq = code > 0 ? event.seq : 0;
	vpop_events_close(cursor);
	if (code >= 0)
		return 0;
	mail_refuse_vpop(m, code);
	return -1;
}

int
mail_registration_read(
    struct mail *m, const char *domain, struct mail_registration *ret)
{
	const char *const texts[] = { domain, NULL };
	sqlite3_stmt *row = NULL;
	int64_t made, since = 0;
	int rc;

	memset(ret, 0, sizeof *ret);
	rc = mail_record_run(m,
	    "SELECT enabled, approval, reserved, seq FROM registration "
	    "WHERE domain = ?",
	    texts, &row);
	if (rc > 0) {
		ret->enabled = sqlite3_column_int(row, 0);
		ret->approval = sqlite3_column_int(row, 1);
		ret->reserved = json_loads(mail_record_text(row, 2), 0, NULL);
		since = sqlite3_column_int64(row, 3);
	}
	sqlite3_finalize(row);
	if (!ret->reserved)
		ret->reserved = json_array();
	if (rc <= 0)
		return rc;
	rc = find_made(m, domain, &made);
	if (rc == 0 && made > since) {
		json_array_clear(ret->reserved);
		ret->enabled = ret->approval = 0;
		rc = forget(m, domain);
	}
	if (rc != 0)
		json_decref(ret->reserved);
	return rc;
}

/* ---- the resource ----------------------------------------------------- */

/* The real name, also of another name.  0, or -1 and refused. */
static int
find_domain(
    struct mail *m, const struct mail_request *r, struct vpop_domain *ret)
{
	int code = vpop_domain_get(m->vp, r->domain, ret);

	if (code != 0)
		mail_refuse_vpop(m, code);
	return code == 0 ? 0 : -1;
}

static json_t *
get(struct mail *m, const struct mail_request *r)
{
	struct mail_registration now;
	struct vpop_domain domain;

	if (find_domain(m, r, &domain) != 0 ||
	    mail_registration_read(m, domain.real, &now) != 0)
		return NULL;
	return json_pack("{s:{s:b, s:b, s:o}}", "object", "enabled",
	    now.enabled, "approval", now.approval, "reserved", now.reserved);
}

static json_t *
modify(struct mail *m, const struct mail_request *r)
{
	json_t *reserved = json_object_get(r->new, "reserved");
	AUTO_FREE char *names =
	    reserved ? json_dumps(reserved, JSON_COMPACT) : strdup("[]");
	struct vpop_domain domain;
	int64_t seq = 0;
	char since[24];
	int code;

	if (find_domain(m, r, &domain) != 0)
		return NULL;
	code = vpop_events_last(m->vp, &seq);
	if (code < 0)
		return mail_refuse_vpop(m, code);
	if (!names)
		return mail_refuse(m, "unavailable", NULL, "out of memory");
	if (r->is_dry)
		return json_object();
	snprintf(since, sizeof since, "%lld", (long long)seq);
	const char *const texts[] = { domain.real,
		mail_true(r->new, "enabled") ? "1" : "0",
		mail_true(r->new, "approval") ? "1" : "0", names, since, NULL };
	return mail_record_change(m,
		   "INSERT OR REPLACE INTO registration (domain, enabled, "
		   "approval, reserved, seq) VALUES (?, CAST(? AS INTEGER), "
		   "CAST(? AS INTEGER), ?, CAST(? AS INTEGER))",
		   texts) == 0
		   ? json_object()
		   : NULL;
}

const struct mail_resource mail_registration_resource = {
	.name = "registration",
	.does = {
		[MAIL_GET] = get,
		[MAIL_MODIFY] = modify,
	},
	.is_own = 1,
};
