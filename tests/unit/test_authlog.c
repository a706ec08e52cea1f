/* The lines of the mail log: the layouts of the facts, byte by byte. */
#include "config.h"

#include "unit.h"

#include <string.h>

#include "core/authlog.h"

static struct vpop vp;
static struct vp_login login;
static struct vp_session session;

static void
set_up(int64_t mode)
{
	memset(&vp, 0, sizeof vp);
	vp.set.logging = mode;
	snprintf(vp.message, sizeof vp.message, "cannot read 'x'");
	login = (struct vp_login){
		.name = "ALICE@example.test",
		.secret = "other",
		.challenge = "",
		.service = VP_POP,
		.peer = "10.1.2.3",
	};
	memset(&session, 0, sizeof session);
	snprintf(session.address, sizeof session.address, "alice@example.test");
	snprintf(session.user_part, sizeof session.user_part, "alice");
	snprintf(
	    session.domain_part, sizeof session.domain_part, "example.test");
	session.method = "PLAIN";
}

static void
check_line(enum vp_login_result result, enum vp_authlog_class class,
    const char *expected)
{
	enum vp_authlog_class got;

	session.result = result;
	char *line =
	    vp_authlog_login(&vp, "vchkpw-pop3", &login, &session, &got);
	ck_assert_ptr_nonnull(line);
	ck_assert_str_eq(line, expected);
	ck_assert_int_eq(got, class);
	free(line);
}

START_TEST(layouts)
{
	set_up(VP_LOG_ERRORS);
	check_line(VP_LOGIN_BAD_NAME, VP_AUTHLOG_PASSWD,
	    "vchkpw-pop3: invalid user/domain characters "
	    "alice@example.test:10.1.2.3");
	check_line(VP_LOGIN_NO_SECRET, VP_AUTHLOG_PASSWD,
	    "vchkpw-pop3: null password given alice@example.test:10.1.2.3");
	check_line(VP_LOGIN_BAD_SECRET, VP_AUTHLOG_PASSWD,
	    "vchkpw-pop3: password fail alice@example.test:10.1.2.3");
	check_line(VP_LOGIN_SYSTEM_BAD_SECRET, VP_AUTHLOG_PASSWD,
	    "vchkpw-pop3: system password fail alice@example.test:10.1.2.3");
	check_line(VP_LOGIN_NO_USER, VP_AUTHLOG_LOGON,
	    "vchkpw-pop3: vpopmail user not found "
	    "alice@example.test:10.1.2.3");
	check_line(VP_LOGIN_SYSTEM_NO_USER, VP_AUTHLOG_LOGON,
	    "vchkpw-pop3: system user not found alice:10.1.2.3");
	check_line(VP_LOGIN_SYSTEM_NO_SHADOW, VP_AUTHLOG_LOGON,
	    "vchkpw-pop3: system user shadow entry not found "
	    "alice@example.test:10.1.2.3");
	check_line(VP_LOGIN_FORBIDDEN, VP_AUTHLOG_ACCESS,
	    "vchkpw-pop3: pop access denied alice@example.test:10.1.2.3");
	check_line(VP_LOGIN_NO_PASSWORD, VP_AUTHLOG_INTERNAL,
	    "vchkpw-pop3: user has no password alice@example.test:10.1.2.3");
	check_line(VP_LOGIN_OK, VP_AUTHLOG_AUTH,
	    "vchkpw-pop3: (PLAIN) login success alice@example.test:10.1.2.3");
	check_line(VP_LOGIN_TEMPORARY, VP_AUTHLOG_INTERNAL,
	    "vchkpw-pop3: login deferred (cannot read 'x') "
	    "alice@example.test:10.1.2.3");
	session.is_system = 1;
	check_line(VP_LOGIN_OK, VP_AUTHLOG_AUTH,
	    "vchkpw-pop3: system password login success alice:10.1.2.3");
}
END_TEST

START_TEST(services)
{
	set_up(VP_LOG_ERRORS);
	login.service = VP_SMTP;
	check_line(VP_LOGIN_FORBIDDEN, VP_AUTHLOG_ACCESS,
	    "vchkpw-pop3: smtp access denied alice@example.test:10.1.2.3");
	login.service = VP_IMAP;
	check_line(VP_LOGIN_FORBIDDEN, VP_AUTHLOG_ACCESS,
	    "vchkpw-pop3: imap access denied alice@example.test:10.1.2.3");
	login.service = VP_WEBMAIL;
	check_line(VP_LOGIN_FORBIDDEN, VP_AUTHLOG_ACCESS,
	    "vchkpw-pop3: webmail access denied alice@example.test:10.1.2.3");
	session.method = "CRAM-MD5";
	check_line(VP_LOGIN_OK, VP_AUTHLOG_AUTH,
	    "vchkpw-pop3: (CRAM-MD5) login success "
	    "alice@example.test:10.1.2.3");
}
END_TEST

START_TEST(passwords)
{
	static const int64_t with[] = { VP_LOG_PASSWORDS, VP_LOG_VERBOSE };
	static const int64_t without[] = { VP_LOG_ALL, VP_LOG_ERRORS };

	for (int i = 0; i < 2; i++) {
		set_up(with[i]);
		check_line(VP_LOGIN_BAD_SECRET, VP_AUTHLOG_PASSWD,
		    "vchkpw-pop3: password fail (pass: 'other') "
		    "alice@example.test:10.1.2.3");
		check_line(VP_LOGIN_SYSTEM_BAD_SECRET, VP_AUTHLOG_PASSWD,
		    "vchkpw-pop3: system password fail (pass: 'other') "
		    "alice@example.test:10.1.2.3");
		set_up(without[i]);
		check_line(VP_LOGIN_BAD_SECRET, VP_AUTHLOG_PASSWD,
		    "vchkpw-pop3: password fail "
		    "alice@example.test:10.1.2.3");
	}
}
END_TEST

START_TEST(empty_parts)
{
	set_up(VP_LOG_ERRORS);
	session.address[0] = session.domain_part[0] = '\0';
	check_line(VP_LOGIN_NO_NAME, VP_AUTHLOG_LOGON,
	    "vchkpw-pop3: null user name given :10.1.2.3");
	check_line(VP_LOGIN_NO_USER, VP_AUTHLOG_LOGON,
	    "vchkpw-pop3: vpopmail user not found alice@:10.1.2.3");
	login.peer = "";
	check_line(VP_LOGIN_NO_USER, VP_AUTHLOG_LOGON,
	    "vchkpw-pop3: vpopmail user not found alice@:");
	login.peer = "2001:db8::5";
	check_line(VP_LOGIN_NO_USER, VP_AUTHLOG_LOGON,
	    "vchkpw-pop3: vpopmail user not found alice@:2001:db8::5");
}
END_TEST

START_TEST(foreign_bytes)
{
	set_up(VP_LOG_VERBOSE);
	snprintf(session.address, sizeof session.address, "%s",
	    "a%b@x\nvchkpw-pop3: password fail root@x:1.2.3.4\r\t\177\303");
	check_line(VP_LOGIN_BAD_NAME, VP_AUTHLOG_PASSWD,
	    "vchkpw-pop3: invalid user/domain characters "
	    "a#b@x?vchkpw-pop3: password fail root@x:1.2.3.4????:10.1.2.3");
	login.secret = "x\n%s";
	check_line(VP_LOGIN_BAD_SECRET, VP_AUTHLOG_PASSWD,
	    "vchkpw-pop3: password fail (pass: 'x?#s') "
	    "alice@example.test:10.1.2.3");
}
END_TEST

START_TEST(events)
{
	set_up(VP_LOG_ERRORS);
	char *line = vp_authlog_event(
	    "vchkpw-imap", "::1", &session, "setgid %d failed errno %d", 89, 1);
	ck_assert_str_eq(line,
	    "vchkpw-imap: setgid 89 failed errno 1 alice@example.test:::1");
	free(line);
}
END_TEST

START_TEST(modes)
{
	static const struct {
		int64_t mode;
		const char *wanted; /* INTERNAL LOGON AUTH PASSWD ACCESS */
	} table[] = {
		{ VP_LOG_NOTHING, "00000" },
		{ VP_LOG_ALL, "11111" },
		{ VP_LOG_ERRORS, "11011" },
		{ VP_LOG_PASSWORDS, "11011" },
		{ VP_LOG_VERBOSE, "11111" },
	};

	for (size_t i = 0; i < sizeof table / sizeof table[0]; i++)
		for (int class = VP_AUTHLOG_INTERNAL;
		     class <= VP_AUTHLOG_ACCESS; class ++)
			ck_assert_int_eq(vp_authlog_wanted(table[i].mode,
					     (enum vp_authlog_class) class),
			    table[i].wanted[class] - '0');
}
END_TEST

int
main(void)
{
	const TTest *const tests[] = { layouts, services, passwords,
		empty_parts, foreign_bytes, events, modes, NULL };

	return unit_main("authlog", tests);
}
