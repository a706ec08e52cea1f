/*
 * Verbs about accounts, but for mod_user.
 *
 * An administrator of a domain sees the secrets of its accounts, as these
 * verbs always showed them, except of an account that may administer the
 * whole system: with its password he would be more than he is.
 */
#include "config.h"

#include <string.h>

#include "daemons/vpopmaild/verbs.h"

static const struct {
	const char *name;
	uint32_t bit;
} shown_flags[] = {
	{ "no_password_change", VPOP_NO_PASSWD_CHNG },
	{ "no_pop", VPOP_NO_POP },
	{ "no_webmail", VPOP_NO_WEBMAIL },
	{ "no_imap", VPOP_NO_IMAP },
	{ "bounce_mail", VPOP_BOUNCE_MAIL },
	{ "no_relay", VPOP_NO_RELAY },
	{ "no_dialup", VPOP_NO_DIALUP },
	{ "user_flag_0", VPOP_V_USER0 },
	{ "user_flag_1", VPOP_V_USER1 },
	{ "user_flag_2", VPOP_V_USER2 },
	{ "user_flag_3", VPOP_V_USER3 },
	{ "no_smtp", VPOP_NO_SMTP },
	{ "domain_admin_privileges", VPOP_QA_ADMIN },
	{ "override_domain_limits", VPOP_V_OVERRIDE },
	{ "no_spamassassin", VPOP_NO_SPAMASSASSIN },
	{ "delete_spam", VPOP_DELETE_SPAM },
	{ "no_maildrop", VPOP_NO_MAILDROP },
	{ "system_admin_privileges", VPOP_SA_ADMIN },
};

static int
hides_secrets(const struct vpd_call *call, const struct vpop_user *user)
{
	return (user->gid & VPOP_SA_ADMIN) != 0 &&
	       call->session->level != VPD_SYSTEM;
}

void
vpd_account(struct vpd_call *call, const struct vpop_user *user)
{
	int hidden = hides_secrets(call, user);
	struct vpd_out *out = call->out;

	vpd_line(out, "name", user->name);
	vpd_line(out, "comment", user->gecos);
	vpd_line(out, "quota", user->quota);
	vpd_line(out, "user_dir", user->dir);
	vpd_line(out, "encrypted_password", hidden ? "" : user->passwd);
	vpd_line(out, "clear_text_password", hidden ? "" : user->clear);
	if (call->session->compact) {
		vpd_line_unsigned(out, "gidflags", user->gid);
		return;
	}
	for (size_t i = 0; i < sizeof shown_flags / sizeof shown_flags[0]; i++)
		vpd_line_number(out, shown_flags[i].name,
		    (user->gid & shown_flags[i].bit) != 0);
}

/* Find the account; -1 after a reply. */
static int
find(struct vpd_call *call, int place, const char *name, const char *domain,
    struct vpop_user *ret_user)
{
	int code = vpop_user_get(call->vp, name, domain, ret_user);

	if (vpop_class(code) == VPOP_CLASS_ABSENT)
		vpd_error(call, VPD_E_NO_USER, place);
	else if (code != 0)
		vpd_failed(call, place, code);
	return code == 0 ? 0 : -1;
}

enum vpd_next
vpd_user_info(struct vpd_call *call)
{
	static const struct vpd_address_errors errors = { VPD_E_NO_ADDRESS, 602,
		VPD_E_ADDRESS, 603, VPD_E_FOREIGN, 604 };
	char name[VPOP_USER_SIZE], domain[VPOP_DOMAIN_SIZE];
	struct vpop_user user;

	if (vpd_take_address(call, &errors, name, domain) != 0 ||
	    find(call, 605, name, domain, &user) != 0)
		return VPD_LINE;
	vpd_begin(call);
	vpd_account(call, &user);
	explicit_bzero(&user, sizeof user);
	return vpd_end(call);
}

enum vpd_next
vpd_add_user(struct vpd_call *call)
{
	static const struct vpd_address_errors errors = { VPD_E_NO_ADDRESS, 302,
		VPD_E_ADDRESS, 303, VPD_E_FOREIGN, 304 };
	char name[VPOP_USER_SIZE], domain[VPOP_DOMAIN_SIZE];
	struct vpop_user_new user = { .name = name,
		.domain = domain,
		.secret = { .kind = VPOP_SECRET_CLEAR } };
	int code;

	if (vpd_take_address(call, &errors, name, domain) != 0)
		return VPD_LINE;
	user.secret.text = vpd_secret(call);
	if (!user.secret.text)
		return vpd_error(call, VPD_E_NO_PASSWORD, 305);
	code = vpop_user_add(call->vp, &user);
	return code == 0 ? vpd_ok(call) : vpd_failed(call, 305, code);
}

enum vpd_next
vpd_del_user(struct vpd_call *call)
{
	static const struct vpd_address_errors errors = { VPD_E_NO_ADDRESS, 402,
		VPD_E_ADDRESS, 403, VPD_E_RIGHT, 404 };
	char name[VPOP_USER_SIZE], domain[VPOP_DOMAIN_SIZE];
	struct vpop_user user;
	int code;

	if (vpd_take_address(call, &errors, name, domain) != 0)
		return VPD_LINE;
	code = vpop_user_get(call->vp, name, domain, &user);
	if (code == 0 && hides_secrets(call, &user)) {
		explicit_bzero(&user, sizeof user);
		return vpd_error(call, VPD_E_RIGHT, 404);
	}
	explicit_bzero(&user, sizeof user);
	if (code == 0)
		code = vpop_user_delete(
		    call->vp, name, domain, VPOP_DELETE_POSTMASTER);
	return code == 0 ? vpd_ok(call) : vpd_failed(call, 405, code);
}

/* Take a domain that the session may administer; NULL after a reply. */
static const char *
take_domain(struct vpd_call *call, enum vpd_message missing, int missing_at,
    int foreign_at)
{
	const char *domain = vpd_word(call);
	int may;

	if (!domain) {
		vpd_error(call, missing, missing_at);
		return NULL;
	}
	may = vpd_may(call, domain);
	if (may < 0)
		vpd_failed(call, foreign_at, may);
	else if (may == 0)
		vpd_error(call, VPD_E_FOREIGN, foreign_at);
	return may > 0 ? domain : NULL;
}

/* Of an unknown domain there is nothing to list. */
static int
is_nothing(int code)
{
	return vpop_class(code) == VPOP_CLASS_ABSENT ||
	       code == VA_INVALID_DOMAIN_NAME ||
	       code == VA_DOMAIN_NAME_TOO_LONG;
}

enum vpd_next
vpd_user_count(struct vpd_call *call)
{
	const char *domain = take_domain(call, VPD_E_NO_DOMAIN, 2602, 2603);
	unsigned long count = 0;
	int code;

	if (!domain)
		return VPD_LINE;
	code = vpop_users_count(call->vp, domain, &count);
	if (code != 0 && !is_nothing(code))
		return vpd_failed(call, 2604, code);
	vpd_begin(call);
	vpd_line_unsigned(call->out, "count", code == 0 ? count : 0);
	return vpd_end(call);
}

enum vpd_next
vpd_list_users(struct vpd_call *call)
{
	const char *domain = take_domain(call, VPD_E_NO_ADDRESS, 2702, 2703);
	struct vpd_page page = vpd_take_page(call);
	struct vpop_users *cursor = NULL;
	struct vpop_user user;
	int rc;

	if (!domain)
		return VPD_LINE;
	rc = vpop_users_open(call->vp, domain, NULL, &cursor);
	if (rc != 0 && !is_nothing(rc))
		return vpd_failed(call, 2704, rc);
	vpd_begin(call);
	for (uint64_t i = 0; rc == 0 && i < page.last && !call->out->failed;
	     i++) {
		if ((rc = vpop_users_next(cursor, &user)) <= 0)
			break;
		rc = 0;
		if (i < page.first)
			continue;
		vpd_account(call, &user);
		vpd_text(call->out, "\r\n");
	}
	vpop_users_close(cursor);
	explicit_bzero(&user, sizeof user);
	if (rc < 0 && !is_nothing(rc))
		return vpd_failed(call, 2704, rc);
	return vpd_end(call);
}

/* ---- what an account does and holds ----------------------------------- */

/* Neither is a right of a plain user. */
static int
is_administrator(const struct vpd_call *call)
{
	return call->session->level >= VPD_DOMAIN;
}

enum vpd_next
vpd_get_lastauth(struct vpd_call *call)
{
	static const struct vpd_address_errors errors = { VPD_E_NO_ADDRESS,
		3702, VPD_E_ADDRESS, 3703, VPD_E_FOREIGN, 3704 };
	const char *logging = vpop_setting(call->vp, "auth_logging");
	char name[VPOP_USER_SIZE], domain[VPOP_DOMAIN_SIZE];
	struct vpop_lastauth last = { .time = 0 };
	struct vpop_user user;
	int code = 0;

	if (!is_administrator(call))
		return vpd_error(call, VPD_E_RIGHT, 3701);
	if (vpd_take_address(call, &errors, name, domain) != 0 ||
	    find(call, 3705, name, domain, &user) != 0)
		return VPD_LINE;
	if (logging && strcmp(logging, "yes") == 0)
		code = vpop_lastauth_get(call->vp, &user, &last);
	explicit_bzero(&user, sizeof user);
	if (code != 0)
		return vpd_failed(call, 3705, code);
	vpd_begin(call);
	vpd_line_number(
	    call->out, "time", last.time ? last.time : last.created);
	vpd_line(call->out, "ip", last.ip[0] ? last.ip : "0.0.0.0");
	return vpd_end(call);
}

/* The errors of the two verbs about sizes have a form of their own. */
static enum vpd_next
size_error(struct vpd_call *call, int place, const char *text)
{
	vpd_format(call->out, "-ERR %d %s\r\n", place, text);
	return VPD_LINE;
}

static void
put_size(struct vpd_out *out, const struct vpop_quota *used)
{
	vpd_line_number(out, "size", used->bytes);
	vpd_line_number(out, "count", used->messages);
}

/* Count what is there: what a quota's file says may be a while old. */
static int
measure(
    struct vpd_call *call, struct vpop_user *user, struct vpop_quota *ret_used)
{
	int percent;

	user->quota[0] = '\0';
	return vpop_user_usage(call->vp, user, ret_used, &percent);
}

enum vpd_next
vpd_get_user_size(struct vpd_call *call)
{
	char name[VPOP_USER_SIZE], domain[VPOP_DOMAIN_SIZE];
	const char *address = vpd_word(call);
	struct vpop_quota used;
	struct vpop_user user;
	int code;

	if (!is_administrator(call))
		return size_error(call, 3801, "not authorized");
	if (!address)
		return size_error(call, 3802, "email_address required");
	if (vpd_parse(call, address, name, domain) != 0)
		return size_error(call, 3803, "invalid email address");
	if (vpd_may(call, domain) <= 0)
		return size_error(call, 3804, "not authorized for domain");
	code = vpop_user_get(call->vp, name, domain, &user);
	if (vpop_class(code) == VPOP_CLASS_ABSENT)
		return size_error(call, 3805, "user does not exist");
	if (code == 0)
		code = measure(call, &user, &used);
	explicit_bzero(&user, sizeof user);
	if (code != 0)
		return size_error(
		    call, 3806, "unable to fetch size of user account");
	vpd_begin(call);
	put_size(call->out, &used);
	return vpd_end(call);
}

/* Tell the size of one account and add it; 0 or -1 after the error. */
static int
add_size(
    struct vpd_call *call, struct vpop_user *user, struct vpop_quota *total)
{
	struct vpop_quota used;

	if (measure(call, user, &used) != 0) {
		vpd_format(call->out,
		    "-ERR 3904 unable to fetch size of user accounts '%s'\r\n",
		    user->name);
		return -1;
	}
	vpd_format(call->out, "user %s@%s\r\n", user->name, user->domain);
	put_size(call->out, &used);
	total->bytes += used.bytes;
	total->messages += used.messages;
	return 0;
}

static int
add_sizes(
    struct vpd_call *call, struct vpop_users *cursor, struct vpop_quota *total)
{
	struct vpop_user user;
	int rc = 0;

	while (!call->out->failed && (rc = vpop_users_next(cursor, &user)) > 0)
		if (add_size(call, &user, total) != 0)
			return -1;
	explicit_bzero(&user, sizeof user);
	if (rc < 0)
		size_error(
		    call, 3904, "unable to fetch size of user accounts ''");
	return rc < 0 ? -1 : 0;
}

enum vpd_next
vpd_get_domain_size(struct vpd_call *call)
{
	struct vpop_quota total = { 0, 0 };
	struct vpop_users *cursor = NULL;
	const char *domain = vpd_word(call);
	int code;

	if (!domain)
		return size_error(call, 3902, "domain required");
	if (vpd_may(call, domain) <= 0)
		return size_error(call, 3903, "not authorized for domain");
	code = vpop_users_open(call->vp, domain, NULL, &cursor);
	vpd_begin(call);
	if (code != 0 && !is_nothing(code))
		return size_error(
		    call, 3904, "unable to fetch size of user accounts ''");
	if (cursor)
		code = add_sizes(call, cursor, &total);
	vpop_users_close(cursor);
	if (cursor && code != 0)
		return VPD_LINE;
	vpd_line(call->out, "domain", domain);
	put_size(call->out, &total);
	return vpd_end(call);
}
