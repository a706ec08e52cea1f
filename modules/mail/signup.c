/*
 * Signing up: somebody asks for a name and says where he can be reached; with
 * the token of the message that is sent there he chooses a password, and has
 * the account.  Where the domain wants that, an administrator agrees before
 * the message is sent.
 *
 * Several people may ask for one name: the first who answers has it, so that
 * nobody blocks a name by asking.  How much is asked for is bounded for each
 * domain and each contact here, and for each address by the panel.
 */
#include "config.h"

#include <string.h>
#include <strings.h>

#include "modules/mail/registration.h"
#include "modules/mail/resources.h"
#include "modules/mail/stranger.h"
#include "vpop_delivery.h"
#include "vpop_event.h"

#define MOST_WAITING "200" /* in a domain */
#define MOST_ASKED   "3"   /* of one contact in a day */

static const char *const always_reserved[] = { "postmaster", "abuse", "admin",
	"administrator", "anonymous", "ftp", "hostmaster", "info", "mail",
	"mailer-daemon", "nobody", "noc", "root", "security", "ssladmin",
	"sysadmin", "webmaster", "www", NULL };

struct signup {
	char id[MAIL_TOKEN_SIZE];
	char name[VPOP_USER_SIZE];
	char domain[VPOP_DOMAIN_SIZE];
	char contact[VPOP_CONTACT_SIZE];
	char time[32];
	int is_sent;
};

#define COLUMNS                                                                \
	"id, name, domain, contact, sent, "                                    \
	"strftime('%Y-%m-%dT%H:%M:%SZ', time, 'unixepoch')"

/* ---- records ---------------------------------------------------------- */

/* What nobody answered for a day, or agreed to for a week. */
static int
forget_old(struct mail *m)
{
	return mail_record_change(m,
	    "DELETE FROM signup WHERE time < strftime('%s', 'now') - "
	    "CASE sent WHEN 1 THEN 86400 ELSE 604800 END",
	    (const char *const[]){ NULL });
}

static void
take_row(sqlite3_stmt *row, struct signup *ret)
{
	snprintf(ret->id, sizeof ret->id, "%s", mail_record_text(row, 0));
	snprintf(ret->name, sizeof ret->name, "%s", mail_record_text(row, 1));
	snprintf(
	    ret->domain, sizeof ret->domain, "%s", mail_record_text(row, 2));
	snprintf(
	    ret->contact, sizeof ret->contact, "%s", mail_record_text(row, 3));
	ret->is_sent = sqlite3_column_int(row, 4);
	snprintf(ret->time, sizeof ret->time, "%s", mail_record_text(row, 5));
}

/* One by two texts: 1, 0 there is none, or -1 and refused. */
static int
find(struct mail *m, const char *sql, const char *domain, const char *what,
    struct signup *ret)
{
	sqlite3_stmt *row = NULL;
	int rc = forget_old(m) == 0
		     ? mail_record_run(m, sql,
			   (const char *const[]){ domain, what, NULL }, &row)
		     : -1;

	if (rc > 0)
		take_row(row, ret);
	sqlite3_finalize(row);
	return rc;
}

static int
forget(struct mail *m, const struct signup *signup)
{
	return mail_record_change(m, "DELETE FROM signup WHERE id = ?",
	    (const char *const[]){ signup->id, NULL });
}

/* 1 if there is room for another, 0, or -1 and refused. */
static int
has_room(struct mail *m, const struct signup *signup)
{
	sqlite3_stmt *row = NULL;
	int rc = mail_record_run(m,
	    "SELECT (SELECT count(*) FROM signup WHERE domain = ?1) "
	    "< " MOST_WAITING
	    " AND (SELECT count(*) FROM signup WHERE contact = ?2 AND "
	    "time > strftime('%s', 'now') - 86400) < " MOST_ASKED,
	    (const char *const[]){ signup->domain, signup->contact, NULL },
	    &row);

	if (rc > 0)
		rc = sqlite3_column_int(row, 0);
	sqlite3_finalize(row);
	return rc;
}

/* ---- events ----------------------------------------------------------- */

/* Ask whether it may be, or tell that it is.  0, or -1 and refused. */
static int
tell(struct mail *m, const struct signup *signup, const char *type, int is_ask)
{
	char object[VPOP_USER_SIZE + VPOP_DOMAIN_SIZE];
	char digest[MAIL_DIGEST_SIZE];
	json_t *json;
	int code;

	mail_digest(signup->contact, digest);
	snprintf(object, sizeof object, "%s@%s", signup->name, signup->domain);
	json = json_pack("{s:s, s:s, s:s}", "name", signup->name, "domain",
	    signup->domain, "contact", digest);
	AUTO_FREE char *text = json ? json_dumps(json, JSON_COMPACT) : NULL;
	json_decref(json);
	const struct vpop_event_new event = { .type = type,
		.object = object,
		.domain = signup->domain,
		.new_json = text };
	code = !text    ? VA_MEMORY_ALLOC_ERR
	       : is_ask ? vpop_event_ask(m->vp, &event)
			: vpop_event_publish(m->vp, &event);
	if (code == 0)
		return 0;
	mail_refuse_vpop(m, code);
	return -1;
}

/* ---- asking ----------------------------------------------------------- */

/* The domain, if people may sign up there: all others are alike. */
static int
find_open(struct mail *m, const struct mail_request *r, struct signup *signup,
    struct mail_registration *ret)
{
	struct vpop_domain domain;
	int code = vpop_domain_get(m->vp, r->key, &domain);

	if (code != 0 && vpop_class(code) == VPOP_CLASS_TEMPORARY) {
		mail_refuse_vpop(m, code);
		return -1;
	}
	if (code == 0) {
		memcpy(signup->domain, domain.real, sizeof signup->domain);
		if (mail_registration_read(m, domain.real, ret) != 0)
			return -1;
		if (ret->enabled)
			return 0;
		json_decref(ret->reserved);
	}
	mail_refuse(m, "not-found", NULL, "nobody can sign up there");
	return -1;
}

static int
is_reserved(const struct mail_registration *registration, const char *name)
{
	json_t *item;
	size_t i;

	for (i = 0; always_reserved[i]; i++)
		if (strcasecmp(always_reserved[i], name) == 0)
			return 1;
	json_array_foreach(registration->reserved, i, item)
	{
		if (strcasecmp(json_string_value(item), name) == 0)
			return 1;
	}
	return 0;
}

static int
not_available(struct mail *m, const char *name)
{
	mail_refuse(m, "exists", "/name", "'%s' is not available", name);
	return -1;
}

/* Whether the name could be had now. */
static int
check_name(struct mail *m, const struct mail_request *r,
    const struct mail_registration *registration, const struct signup *signup)
{
	const struct mail_deed deed = { .verb = "setup",
		.resource = "users",
		.domain = signup->domain,
		.key = signup->name,
		.new = json_pack(
		    "{s:s, s:b}", "name", signup->name, "generate", 1),
		.is_dry = 1 };
	json_t *result;

	if (is_reserved(registration, signup->name)) {
		json_decref(deed.new);
		return not_available(m, signup->name);
	}
	result = mail_do_own(m, r, &deed);
	json_decref(result);
	if (result)
		return 0;
	return strcmp(m->refused, "exists") == 0
		   ? not_available(m, signup->name)
		   : -1;
}

static int
send_token(struct mail *m, const struct signup *signup, const char *token)
{
	char address[VPOP_USER_SIZE + VPOP_DOMAIN_SIZE];
	const struct mail_invitation invitation = { .kind = "signup",
		.subject = "Your new mailbox",
		.about = "Somebody, probably you, asked for the mailbox",
		.hours = "24 hours",
		.address = address,
		.domain = signup->domain,
		.contact = signup->contact,
		.token = token };

	snprintf(
	    address, sizeof address, "%s@%s", signup->name, signup->domain);
	return mail_invite(m, &invitation);
}

/* Written before the message is sent: what it says must be found. */
static json_t *
keep(struct mail *m, const struct signup *signup, int is_sent)
{
	char token[MAIL_TOKEN_SIZE], digest[MAIL_DIGEST_SIZE];
	int rc;

	mail_token_make(token);
	mail_digest(token, digest);
	rc = mail_record_change(m,
	    "INSERT OR REPLACE INTO signup (id, name, domain, contact, digest, "
	    "sent, time) VALUES (?, ?, ?, ?, ?, CAST(? AS INTEGER), "
	    "strftime('%s', 'now'))",
	    (const char *const[]){ signup->id, signup->name, signup->domain,
		signup->contact, is_sent ? digest : "", is_sent ? "1" : "0",
		NULL });
	if (rc == 0 && is_sent && (rc = send_token(m, signup, token)) != 0)
		(void)mail_record_change(m, "DELETE FROM signup WHERE id = ?",
		    (const char *const[]){ signup->id, NULL });
	explicit_bzero(token, sizeof token);
	return rc == 0 ? json_pack("{s:{}}", "result") : NULL;
}

static json_t *
request(struct mail *m, const struct mail_request *r)
{
	const char *name = mail_text(r->input, "name");
	const char *contact = mail_text(r->input, "contact");
	struct mail_registration registration;
	struct signup signup = { .is_sent = 0 };
	json_t *result = NULL;
	int rc;

	if (!name || !contact || strlen(name) >= sizeof signup.name ||
	    strlen(contact) >= sizeof signup.contact)
		return mail_refuse(m, "invalid", name ? "/contact" : "/name",
		    "a name, and the address of a mailbox elsewhere, are "
		    "needed");
	if (forget_old(m) != 0 || find_open(m, r, &signup, &registration) != 0)
		return NULL;
	mail_token_make(signup.id);
	for (size_t i = 0; name[i]; i++)
		signup.name[i] =
		    (char)(name[i] >= 'A' && name[i] <= 'Z' ? name[i] | 0x20
							    : name[i]);
	memcpy(signup.contact, contact, strlen(contact));
	rc = check_name(m, r, &registration, &signup);
	if (rc == 0 && (rc = has_room(m, &signup)) == 0) {
		rc = -1;
		mail_refuse(m, "limit", NULL,
		    "too many wait for an answer; try again tomorrow");
	}
	if (rc > 0 && tell(m, &signup, "user.signup.requested", 1) == 0)
		result = keep(m, &signup, !registration.approval);
	json_decref(registration.reserved);
	if (result && tell(m, &signup, "user.signup.requested", 0) != 0) {
		json_decref(result);
		return NULL;
	}
	return result;
}

/* ---- answering -------------------------------------------------------- */

static json_t *
confirm(struct mail *m, const struct mail_request *r)
{
	const char *token = mail_text(r->input, "token");
	const char *password = mail_text(r->input, "password");
	const char *gecos = mail_text(r->input, "gecos");
	struct mail_registration registration;
	char digest[MAIL_DIGEST_SIZE];
	struct signup signup = { .is_sent = 0 };
	json_t *result;
	int rc;

	if (!token || !password)
		return mail_refuse(m, "invalid", token ? "/password" : "/token",
		    "the token of the message and a password are needed");
	if (find_open(m, r, &signup, &registration) != 0)
		return NULL;
	json_decref(registration.reserved);
	mail_digest(token, digest);
	rc = find(m,
	    "SELECT " COLUMNS " FROM signup WHERE domain = ? AND digest = ?",
	    signup.domain, digest, &signup);
	if (rc == 0)
		mail_refuse(m, "not-found", "/token",
		    "this is no token, or not any more");
	if (rc <= 0)
		return NULL;
	const struct mail_deed deed = { .verb = "setup",
		.resource = "users",
		.domain = signup.domain,
		.key = signup.name,
		.new = json_pack("{s:s, s:s, s:s*}", "name", signup.name,
		    "password", password, "gecos", gecos) };
	result = mail_do_own(m, r, &deed);
	json_decref(result);
	if (!result && strcmp(m->refused, "exists") == 0) {
		(void)not_available(m, signup.name);
		return NULL;
	}
	if (!result)
		return NULL;
	/* Who answered is reached there. */
	const struct mail_deed reach = { .verb = "modify",
		.resource = "contact",
		.domain = signup.domain,
		.parent = signup.name,
		.new = json_pack("{s:s}", "address", signup.contact) };
	result = mail_do_own(m, r, &reach);
	json_decref(result);
	if (!result || forget(m, &signup) != 0 ||
	    tell(m, &signup, "user.signup.confirmed", 0) != 0)
		return NULL;
	return json_pack("{s:{s:s, s:s}}", "result", "name", signup.name,
	    "domain", signup.domain);
}

static json_t *
act(struct mail *m, const struct mail_request *r)
{
	return strcmp(r->action, "confirm") == 0 ? confirm(m, r)
						 : request(m, r);
}

static json_t *
show_open(struct mail *m, const struct mail_request *r)
{
	struct mail_registration registration;
	struct signup signup;

	if (find_open(m, r, &signup, &registration) != 0)
		return NULL;
	json_decref(registration.reserved);
	return json_pack("{s:{s:s, s:b, s:s}}", "object", "domain",
	    signup.domain, "approval", registration.approval, "policy",
	    vpop_password_policy(m->vp));
}

const struct mail_resource mail_signup = {
	.name = "signup",
	.does = {
		[MAIL_GET] = show_open,
		[MAIL_ACT] = act,
	},
	.is_own = 1,
};

/* ---- those who wait --------------------------------------------------- */

static json_t *
show(const struct signup *signup)
{
	return json_pack("{s:s, s:s, s:s, s:s, s:s}", "id", signup->id, "name",
	    signup->name, "contact", signup->contact, "time", signup->time,
	    "state", signup->is_sent ? "invited" : "waiting");
}

static int
find_waiting(struct mail *m, const struct mail_request *r, struct signup *ret)
{
	struct vpop_domain domain;
	int code = vpop_domain_get(m->vp, r->domain, &domain);
	int rc;

	if (code != 0) {
		mail_refuse_vpop(m, code);
		return -1;
	}
	rc = find(m,
	    "SELECT " COLUMNS " FROM signup WHERE domain = ? AND id = ?",
	    domain.real, r->key, ret);
	if (rc == 0)
		mail_refuse(m, "not-found", NULL, "nobody waits with this id");
	return rc > 0 ? 0 : -1;
}

static json_t *
list(struct mail *m, const struct mail_request *r)
{
	json_t *items = json_array();
	struct vpop_domain domain;
	struct signup signup;
	sqlite3_stmt *row = NULL;
	const char *next = NULL;
	int code = vpop_domain_get(m->vp, r->domain, &domain), rc = -1;

	if (code != 0)
		mail_refuse_vpop(m, code);
	else if (forget_old(m) == 0)
		rc = mail_record_run(m,
		    "SELECT " COLUMNS " FROM signup WHERE domain = ? AND "
		    "id > ? AND substr(id, 1, length(?3)) = ?3 ORDER BY id",
		    (const char *const[]){ domain.real, r->after, r->q, NULL },
		    &row);
	while (rc == 1) {
		const size_t count = json_array_size(items);

		if (count == r->limit) {
			next =
			    mail_text(json_array_get(items, count - 1), "id");
			break;
		}
		take_row(row, &signup);
		json_array_append_new(items, show(&signup));
		rc = sqlite3_step(row) == SQLITE_ROW;
	}
	sqlite3_finalize(row);
	if (rc >= 0)
		return mail_page_result(items, next);
	json_decref(items);
	return NULL;
}

static json_t *
get(struct mail *m, const struct mail_request *r)
{
	struct signup signup;

	return find_waiting(m, r, &signup) == 0
		   ? json_pack("{s:o}", "object", show(&signup))
		   : NULL;
}

static json_t *
reject(struct mail *m, const struct mail_request *r)
{
	struct signup signup;

	if (find_waiting(m, r, &signup) != 0)
		return NULL;
	if (r->is_dry)
		return json_object();
	return forget(m, &signup) == 0 &&
		       tell(m, &signup, "user.signup.rejected", 0) == 0
		   ? json_object()
		   : NULL;
}

/* The message is sent, or once more, with another token. */
static json_t *
approve(struct mail *m, const struct mail_request *r)
{
	struct signup signup;

	return find_waiting(m, r, &signup) == 0 ? keep(m, &signup, 1) : NULL;
}

const struct mail_resource mail_signups = {
	.name = "signups",
	.does = {
		[MAIL_LIST] = list,
		[MAIL_GET] = get,
		[MAIL_DELETE] = reject,
		[MAIL_ACT] = approve,
	},
	.is_own = 1,
	.is_final = 1,
};
