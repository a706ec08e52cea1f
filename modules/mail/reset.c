/*
 * A new password for who forgot his: a token is sent to where he can be
 * reached, and is good for an hour, once, and as long as the password is the
 * one that it was.
 *
 * Whoever asks is told the same in the same time, whether there is such an
 * account, and whether its owner can be reached, or not.
 */
#include "config.h"

#include <errno.h>
#include <string.h>
#include <time.h>

#include "base/clock.h"
#include "base/text.h"
#include "modules/mail/account.h"
#include "modules/mail/resources.h"
#include "modules/mail/stranger.h"
#include "vpop_event.h"

#define QUANTUM    250 /* milliseconds: an answer takes some of them */
#define MOST_ASKED "3" /* for an account in an hour */

#define FRESH      " AND time > strftime('%s', 'now') - 3600"

/* Of the password that is to be replaced. */
static void
print_of(const struct vpop_user *user, char ret_digest[MAIL_DIGEST_SIZE])
{
	mail_digest(user->passwd, ret_digest);
}

static int
forget_old(struct mail *m)
{
	return mail_record_change(m,
	    "DELETE FROM reset WHERE time <= strftime('%s', 'now') - 3600",
	    (const char *const[]){ NULL });
}

/* 1 if another may be asked for, 0, or -1 and refused. */
static int
has_room(struct mail *m, const char *account)
{
	sqlite3_stmt *row = NULL;
	int rc = mail_record_run(m,
	    "SELECT count(*) < " MOST_ASKED " FROM reset WHERE account = ?",
	    (const char *const[]){ account, NULL }, &row);

	if (rc > 0)
		rc = sqlite3_column_int(row, 0);
	sqlite3_finalize(row);
	return rc;
}

/* ---- asking ----------------------------------------------------------- */

/* Where the owner of an account is reached, if he may change its password: 1,
 * 0, or -1 and refused. */
static int
find_contact(struct mail *m, const struct mail_request *r,
    const struct vpop_user *user, char ret_contact[VPOP_CONTACT_SIZE])
{
	const struct mail_deed deed = { .verb = "get",
		.resource = "contact",
		.domain = user->domain,
		.parent = user->name };
	const char *address;
	json_t *result;

	*ret_contact = '\0';
	if (user->flags & VPOP_NO_PASSWD_CHNG || vpop_user_is_locked(user))
		return 0;
	result = mail_do_own(m, r, &deed);
	if (!result)
		return -1;
	address = mail_text(json_object_get(result, "object"), "address");
	if (address)
		(void)vp_copy(ret_contact, VPOP_CONTACT_SIZE, address);
	json_decref(result);
	return *ret_contact != '\0';
}

static int
send_token(struct mail *m, const struct vpop_user *user, const char *account,
    const char *contact)
{
	char token[MAIL_TOKEN_SIZE], digest[MAIL_DIGEST_SIZE];
	char print[MAIL_DIGEST_SIZE];
	const struct mail_invitation invitation = { .kind = "reset",
		.subject = "A new password for your mailbox",
		.about = "Somebody, probably you, asked for a new password of",
		.hours = "an hour",
		.address = account,
		.domain = user->domain,
		.contact = contact,
		.token = token };
	int rc;

	mail_token_make(token);
	mail_digest(token, digest);
	print_of(user, print);
	rc = mail_record_change(m,
	    "INSERT INTO reset (digest, account, print, time) "
	    "VALUES (?, ?, ?, strftime('%s', 'now'))",
	    (const char *const[]){ digest, account, print, NULL });
	if (rc == 0)
		rc = mail_invite(m, &invitation);
	explicit_bzero(token, sizeof token);
	return rc;
}

static int
split(const char *account, char ret_name[VPOP_USER_SIZE], const char **ret_at)
{
	const char *at = strrchr(account, '@');

	*ret_at = at;
	return at ? vp_format(ret_name, VPOP_USER_SIZE, "%.*s",
			(int)(at - account), account)
		  : -1;
}

/* 0, or -1 and refused, which is not told. */
static int
try_to_send(struct mail *m, const struct mail_request *r, const char *given)
{
	char account[VPOP_USER_SIZE + VPOP_DOMAIN_SIZE];
	char name[VPOP_USER_SIZE], contact[VPOP_CONTACT_SIZE];
	const struct vpop_event_new event = { .type = "user.reset.requested",
		.object = account };
	struct vpop_event_new fact = event;
	struct vpop_user user;
	const char *at;
	int rc;

	if (forget_old(m) != 0)
		return -1;
	if (split(given, name, &at) != 0 ||
	    vpop_user_get(m->vp, name, at + 1, &user) != 0)
		return 0;
	snprintf(account, sizeof account, "%s@%s", user.name, user.domain);
	rc = find_contact(m, r, &user, contact);
	if (rc > 0)
		rc = has_room(m, account);
	if (rc > 0)
		rc = send_token(m, &user, account, contact) == 0 ? 1 : -1;
	fact.domain = user.domain;
	if (rc > 0 && vpop_event_publish(m->vp, &fact) != 0)
		rc = -1;
	mail_account_forget(&user);
	return rc < 0 ? -1 : 0;
}

/* Until the time that it took is a multiple of the quantum. */
static void
even_out(int64_t since)
{
	int64_t rest = QUANTUM - (vp_clock_ms() - since) % QUANTUM;
	struct timespec pause = { rest / 1000, rest % 1000 * 1000000 };

	while (nanosleep(&pause, &pause) != 0 && errno == EINTR)
		continue;
}

static json_t *
request(struct mail *m, const struct mail_request *r)
{
	const char *account = mail_text(r->input, "account");
	int64_t since = vp_clock_ms();

	if (!account)
		return mail_refuse(
		    m, "invalid", "/account", "the account is needed");
	if (try_to_send(m, r, account) != 0)
		fprintf(stderr, "mail: a new password: %s\n", m->words);
	m->refused = NULL;
	m->words[0] = m->pointer[0] = '\0';
	even_out(since);
	return json_pack("{s:{}}", "result");
}

/* ---- answering -------------------------------------------------------- */

/* The account that a token is for, if it still is.  0, or -1 and refused. */
static int
find_account(struct mail *m, const char *token, struct vpop_user *ret_user,
    char ret_account[VPOP_USER_SIZE + VPOP_DOMAIN_SIZE])
{
	char digest[MAIL_DIGEST_SIZE], print[MAIL_DIGEST_SIZE];
	char then[MAIL_DIGEST_SIZE] = "";
	char name[VPOP_USER_SIZE];
	sqlite3_stmt *row = NULL;
	const char *at;
	int code, rc;

	mail_digest(token, digest);
	rc = mail_record_run(m,
	    "SELECT account, print FROM reset WHERE digest = ?" FRESH,
	    (const char *const[]){ digest, NULL }, &row);
	if (rc > 0) {
		snprintf(ret_account, VPOP_USER_SIZE + VPOP_DOMAIN_SIZE, "%s",
		    mail_record_text(row, 0));
		snprintf(then, sizeof then, "%s", mail_record_text(row, 1));
	}
	sqlite3_finalize(row);
	if (rc < 0)
		return -1;
	if (rc > 0 && split(ret_account, name, &at) == 0) {
		code = vpop_user_get(m->vp, name, at + 1, ret_user);
		if (code != 0 && vpop_class(code) == VPOP_CLASS_TEMPORARY) {
			mail_refuse_vpop(m, code);
			return -1;
		}
		if (code == 0) {
			print_of(ret_user, print);
			if (strcmp(print, then) == 0)
				return 0;
			mail_account_forget(ret_user);
		}
	}
	mail_refuse(
	    m, "not-found", "/token", "this is no token, or not any more");
	return -1;
}

static json_t *
confirm(struct mail *m, const struct mail_request *r)
{
	const char *token = mail_text(r->input, "token");
	const char *password = mail_text(r->input, "password");
	char account[VPOP_USER_SIZE + VPOP_DOMAIN_SIZE];
	struct vpop_user user;
	json_t *result;

	if (!token || !password)
		return mail_refuse(m, "invalid", token ? "/password" : "/token",
		    "the token of the message and a password are needed");
	if (find_account(m, token, &user, account) != 0)
		return NULL;
	mail_account_forget(&user);
	const struct mail_deed deed = { .verb = "modify",
		.resource = "password",
		.domain = user.domain,
		.parent = user.name,
		.new = json_pack("{s:s}", "password", password) };
	result = mail_do_own(m, r, &deed);
	json_decref(result);
	if (!result ||
	    mail_record_change(m, "DELETE FROM reset WHERE account = ?",
		(const char *const[]){ account, NULL }) != 0)
		return NULL;
	return json_pack("{s:{s:s}}", "result", "account", account);
}

static json_t *
act(struct mail *m, const struct mail_request *r)
{
	return strcmp(r->action, "confirm") == 0 ? confirm(m, r)
						 : request(m, r);
}

static json_t *
get(struct mail *m, const struct mail_request *r)
{
	(void)r;
	return json_pack(
	    "{s:{s:s}}", "object", "policy", vpop_password_policy(m->vp));
}

const struct mail_resource mail_reset = {
	.name = "password-reset",
	.does = {
		[MAIL_GET] = get,
		[MAIL_ACT] = act,
	},
	.is_own = 1,
};
