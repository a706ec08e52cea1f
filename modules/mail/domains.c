/*
 * Domains, and what is done to one as a whole.  Other names of a domain are
 * those of aliasdomains.c.  Descriptions are the module's own: the mail system
 * has none.
 */
#include "config.h"

#include "modules/mail/resources.h"

#include <string.h>

#include "modules/mail/bulletin.h"
#include "modules/mail/records.h"
#include "vpop_event.h"

/* ---- the module's own records ------------------------------------------- */

static int
add_words(struct mail *m, const char *name, json_t *object)
{
	const char *const texts[] = { name, NULL };
	sqlite3_stmt *row = NULL;

	if (!m->db)
		return 0;
	int rc = mail_record_run(m,
	    "SELECT description, language FROM domain WHERE name = ?", texts,
	    &row);
	json_object_set_new(object, "description",
	    json_string(rc == 1 ? mail_record_text(row, 0) : ""));
	json_object_set_new(object, "language",
	    json_string(rc == 1 ? mail_record_text(row, 1) : ""));
	sqlite3_finalize(row);
	return rc < 0 ? -1 : 0;
}

static int
complete(struct mail *m, const struct mail_request *r, json_t *object)
{
	return add_words(m, r->key, object);
}

/* What the module keeps of a domain is under its main name. */
static int
move_records(struct mail *m, const char *from, const char *to)
{
	static const char *const moves[] = {
		"UPDATE OR REPLACE domain SET name = ?2 WHERE name = ?1",
		("UPDATE OR REPLACE registration SET domain = ?2"
		 " WHERE domain = ?1"),
		"UPDATE signup SET domain = ?2 WHERE domain = ?1"
	};
	const char *const names[] = { from, to, NULL };
	struct vpop_domain domain;

	if (vpop_domain_get(m->vp, to, &domain) != 0 ||
	    strcmp(domain.real, to) != 0)
		return 0;
	for (size_t i = 0; i < sizeof moves / sizeof *moves; i++)
		if (mail_record_change(m, moves[i], names) != 0)
			return -1;
	return 0;
}

/* What is said of a domain is a fact like others. */
static int
publish(struct mail *m, const char *name, json_t *old, json_t *new)
{
	AUTO_FREE char *before = json_dumps(old, JSON_COMPACT);
	AUTO_FREE char *after = json_dumps(new, JSON_COMPACT);
	const struct vpop_event_new event = {
		.type = "domain.updated",
		.object = name,
		.domain = name,
		.old_json = before,
		.new_json = after,
	};

	if (json_equal(old, new))
		return 0;
	if (before && after && vpop_event_publish(m->vp, &event) == 0)
		return 0;
	mail_refuse(m, "unavailable", NULL, "the change cannot be told: %s",
	    before && after ? vpop_message(m->vp) : "out of memory");
	return -1;
}

static int
say(struct mail *m, const struct mail_request *r)
{
	const char *description = mail_text(r->new, "description");
	const char *language = mail_text(r->new, "language");
	const char *const texts[] = { r->key, description ? description : "",
		language ? language : "", NULL };
	json_t *old = json_object(), *new;
	int rc = add_words(m, r->key, old);

	if (rc == 0)
		rc = mail_record_change(m,
		    "INSERT OR REPLACE INTO domain (name, description,"
		    " language) VALUES (?, ?, ?)",
		    texts);
	new = json_pack(
	    "{s:s, s:s}", "description", texts[1], "language", texts[2]);
	if (rc == 0 && r->what == MAIL_MODIFY)
		rc = publish(m, r->key, old, new);
	json_decref(old);
	json_decref(new);
	return rc;
}

/* After a change: what was said of the domain goes and comes with it. */
static int
keep_words(struct mail *m, const struct mail_request *r)
{
	switch (r->what) {
	case MAIL_DELETE:
		return mail_record_change(m,
		    "DELETE FROM domain WHERE name = ?",
		    (const char *const[]){ r->key, NULL });
	case MAIL_ACT:
		return strcmp(r->action, "rename") == 0
			   ? move_records(
				 m, r->key, mail_text(r->input, "name"))
			   : 0;
	default:
		return say(m, r);
	}
}

/* ---- looking ------------------------------------------------------------ */

static json_t *
show(struct mail *m, const struct mail_request *r, const char *name)
{
	char reason[VPOP_REASON_SIZE] = "";
	struct vpop_domain domain;
	int code = vpop_domain_get(m->vp, name, &domain);

	(void)r;
	if (code == VA_DOMAIN_DOES_NOT_EXIST ||
	    (code == 0 && strcmp(domain.name, domain.real) != 0))
		return NULL;
	if (code != 0)
		return mail_refuse_vpop(m, code);
	int is_suspended = vpop_domain_is_suspended(m->vp, name, reason);
	/* In a list, a folder that we may not look into. */
	int is_closed = geteuid() != 0 && domain.uid != geteuid();
	if (is_suspended < 0 && !is_closed)
		return mail_refuse_vpop(m, is_suspended);
	const char *state = is_suspended < 0 ? "unknown"
			    : is_suspended   ? "suspended"
					     : "active";
	json_t *object = json_pack("{s:s, s:s, s:s, s:I, s:I}", "name",
	    domain.name, "state", state, "dir", domain.dir, "uid",
	    (json_int_t)domain.uid, "gid", (json_int_t)domain.gid);
	if (reason[0])
		json_object_set_new(object, "reason", mail_json_text(reason));
	if (add_words(m, name, object) == 0)
		return object;
	json_decref(object);
	return NULL;
}

static json_t *
list(struct mail *m, const struct mail_request *r)
{
	return mail_domain_page(m, r, show);
}

static json_t *
get(struct mail *m, const struct mail_request *r)
{
	json_t *object = show(m, r, r->key);

	if (object)
		return json_pack("{s:o}", "object", object);
	if (!m->refused)
		mail_refuse(
		    m, "not-found", NULL, "there is no domain '%s'", r->key);
	return NULL;
}

/* ---- changing ----------------------------------------------------------- */

static json_t *
setup(struct mail *m, const struct mail_request *r)
{
	const char *password = mail_text(r->new, "password");
	const struct vpop_domain_new domain = {
		.name = r->key,
		.basedir = mail_text(r->new, "base"),
		.uid = (uid_t)mail_integer(r->new, "uid", -1),
		.gid = (gid_t)mail_integer(r->new, "gid", -1),
		.postmaster = { password ? VPOP_SECRET_CLEAR : VPOP_SECRET_NONE,
		    password },
	};

	return mail_done(m, vpop_domain_add(m->vp, &domain));
}

/* What mail_do has found to be as it was seen can only differ in words. */
static json_t *
modify(struct mail *m, const struct mail_request *r)
{
	static const char *const fixed[] = { "uid", "gid" };
	json_t *now = mail_current(m, r);
	json_t *result = now ? json_object() : NULL;

	for (size_t i = 0; result && i < sizeof fixed / sizeof *fixed; i++) {
		json_t *wanted = json_object_get(r->new, fixed[i]);

		if (!wanted ||
		    json_equal(wanted, json_object_get(now, fixed[i])))
			continue;
		json_decref(result);
		result = mail_refuse(m, "unsupported", i == 0 ? "/uid" : "/gid",
		    "the owner of a domain cannot be changed");
	}
	json_decref(now);
	return result;
}

static json_t *delete (struct mail *m, const struct mail_request *r)
{
	json_t *now = mail_current(m, r);

	if (!now)
		return NULL;
	json_decref(now);
	return mail_done(m, vpop_domain_delete(m->vp, r->key));
}

/* ---- actions ------------------------------------------------------------ */

static json_t *
done(struct mail *m, int code)
{
	return code == 0 ? json_pack("{s:{}}", "result")
			 : mail_refuse_vpop(m, code);
}

static json_t *
act(struct mail *m, const struct mail_request *r)
{
	const char *reason = mail_text(r->input, "reason");

	if (strcmp(r->action, "suspend") == 0)
		return done(m,
		    vpop_domain_suspend(m->vp, r->key, reason ? reason : ""));
	if (strcmp(r->action, "resume") == 0)
		return done(m, vpop_domain_resume(m->vp, r->key));
	if (strcmp(r->action, "rename") == 0)
		return done(m, vpop_domain_rename(
				   m->vp, r->key, mail_text(r->input, "name")));
	if (strcmp(r->action, "bulletin") == 0)
		return mail_bulletin(m, r);
	return mail_refuse(m, "unsupported", NULL,
	    "there is no action '%s' of domains", r->action);
}

const struct mail_resource mail_domains = {
	.name = "domains",
	.does = {
		[MAIL_LIST] = list,
		[MAIL_GET] = get,
		[MAIL_SETUP] = setup,
		[MAIL_MODIFY] = modify,
		[MAIL_DELETE] = delete,
		[MAIL_ACT] = act,
	},
	.after = keep_words,
	.complete = complete,
	.is_final = 1,
	.root = 1U << MAIL_SETUP | 1U << MAIL_DELETE,
	.root_action = "rename",
	.after_acts = 1,
};
