/* The log of logins in the account store: the core on top of mem-all. */
#include "config.h"

#include "store_keep.h"

#include <regex.h>
#include <time.h>

#include "core/authlog.h"

static struct vp_session
make_session(enum vp_login_result result)
{
	struct vp_session session = { .result = result };

	snprintf(session.user_part, sizeof session.user_part, "alice");
	snprintf(session.domain_part, sizeof session.domain_part, DOMAIN);
	return session;
}

static const struct vp_login login = {
	.name = "ALICE@a.test\n\xff", .secret = "Wrong1", .peer = "10.1.2.3"
};

static void
send_one(enum vp_login_result result, enum vp_authlog_class class)
{
	const struct vp_session session = make_session(result);

	vp_fail(vp, VA_BAD_DIR, "kept");
	vp_authlog_send(vp, class, "vchkpw-pop3: words alice@a.test:10.1.2.3",
	    &session, &login);
	ck_assert_str_eq(vpop_message(vp), "kept");
	ck_assert_int_eq(vpop_code(vp), VA_BAD_DIR);
}

/* The rows' classes and passwords. */
static const char *
logged(void)
{
	static char text[1024];
	struct vpop_store_rows *cursor;
	struct vpop_store_row row;
	size_t used = 0;

	text[0] = '\0';
	ck_assert_int_eq(
	    ops->rows_open(store, VPOP_KEEP_AUTHLOG, NULL, NULL, &cursor), 0);
	while (ops->rows_next(cursor, &row) == 1) {
		used += (size_t)snprintf(text + used, sizeof text - used,
		    "%d%s|", row.authlog->error, row.authlog->passwd);
		ck_assert_str_eq(row.authlog->user, "alice");
		ck_assert_str_eq(row.authlog->domain, DOMAIN);
		ck_assert_int_eq(
		    strncmp(row.authlog->logon, "ALICE@a.test", 12), 0);
		ck_assert_ptr_null(strpbrk(row.authlog->logon, "\n\xff"));
		ck_assert_str_eq(row.authlog->remoteip, "10.1.2.3");
		ck_assert_str_eq(row.authlog->message,
		    "vchkpw-pop3: words alice@a.test:10.1.2.3");
	}
	ops->rows_close(cursor);
	return text;
}

START_TEST(authlog)
{
	static const struct {
		const char *mode, *rows;
	} modes[] = { { "n", "" }, { "e", "3|1|4|0|" }, { "y", "2|3|1|4|0|" },
		{ "p", "3Wrong1|1|4|0|" }, { "v", "2|3Wrong1|1|4|0|" } };

	for (size_t i = 0; i < sizeof modes / sizeof *modes; i++) {
		char *text = NULL;

		ck_assert_int_ge(
		    asprintf(&text, KEEP "logging = %s\n", modes[i].mode), 0);
		ck_assert_int_eq(site_open(text), 0);
		ck_assert_int_eq(vp_store(vp, &ops, &store), 0);
		free(text);
		send_one(VP_LOGIN_OK, VP_AUTHLOG_AUTH);
		send_one(VP_LOGIN_BAD_SECRET, VP_AUTHLOG_PASSWD);
		send_one(VP_LOGIN_NO_USER, VP_AUTHLOG_LOGON);
		send_one(VP_LOGIN_FORBIDDEN, VP_AUTHLOG_ACCESS);
		send_one(VP_LOGIN_NO_PASSWORD, VP_AUTHLOG_INTERNAL);
		send_one(VP_LOGIN_TEMPORARY, VP_AUTHLOG_INTERNAL);
		ck_assert_str_eq(logged(), modes[i].rows);
	}
}
END_TEST

/* A log that cannot be written changes nothing. */
START_TEST(authlog_down)
{
	ck_assert_int_eq(site_open(KEEP "auth_module = gone\n"
					"store_dir = /nonexistent\n"),
	    0);
	send_one(VP_LOGIN_BAD_SECRET, VP_AUTHLOG_PASSWD);
}
END_TEST

START_TEST(authlog_expires)
{
	const struct vpop_store_authlog old = { .user = "alice",
		.passwd = "",
		.domain = DOMAIN,
		.logon = "ALICE@a.test",
		.remoteip = "10.1.2.3",
		.message = "vchkpw-pop3: words alice@a.test:10.1.2.3",
		.time = time(NULL) - 31 * 86400,
		.error = 1 };
	const struct timespec yesterday[2] = { { .tv_sec = time(NULL) - 90000 },
		{ .tv_sec = time(NULL) - 90000 } };
	char *lock = site_path("home/etc/auth-log.lock");

	start("");
	ck_assert_int_eq(ops->authlog_add(store, &old), 0);
	send_one(VP_LOGIN_BAD_SECRET, VP_AUTHLOG_PASSWD);
	ck_assert_str_eq(logged(), "1|3|"); /* 0: kept for ever */
	vp->set.auth_log_days = 30;
	send_one(VP_LOGIN_BAD_SECRET, VP_AUTHLOG_PASSWD);
	ck_assert_str_eq(logged(), "3|3|");
	ck_assert_int_eq(ops->authlog_add(store, &old), 0);
	send_one(VP_LOGIN_BAD_SECRET, VP_AUTHLOG_PASSWD);
	ck_assert_str_eq(logged(), "3|3|1|3|"); /* not twice a day */
	ck_assert_int_eq(utimensat(AT_FDCWD, lock, yesterday, 0), 0);
	send_one(VP_LOGIN_BAD_SECRET, VP_AUTHLOG_PASSWD);
	ck_assert_str_eq(logged(), "3|3|3|3|");
	free(lock);
}
END_TEST

START_TEST(authlog_file)
{
	char *path = site_path("login.log"), *text = NULL;
	regex_t line;

	start("");
	free(vp->set.auth_log_file);
	vp->set.auth_log_file = path;
	send_one(VP_LOGIN_BAD_SECRET, VP_AUTHLOG_PASSWD);
	send_one(VP_LOGIN_OK, VP_AUTHLOG_AUTH); /* not with mode e */
	send_one(VP_LOGIN_TEMPORARY, VP_AUTHLOG_INTERNAL);
	text = site_read("login.log");
	ck_assert_int_eq(
	    regcomp(&line,
		"^([0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:]{8}[+-][0-9]{4} "
		"vpopmail\\[[0-9]+\\]: vchkpw-pop3: words "
		"alice@a\\.test:10\\.1\\.2\\.3\n){2}$",
		REG_EXTENDED | REG_NOSUB),
	    0);
	ck_assert_int_eq(regexec(&line, text, 0, NULL, 0), 0);
	regfree(&line);
	free(text);
	/* A link is not followed. */
	ck_assert_int_eq(unlink(path), 0);
	ck_assert_int_eq(symlink("elsewhere", path), 0);
	send_one(VP_LOGIN_BAD_SECRET, VP_AUTHLOG_PASSWD);
	file_is("elsewhere", 0);
}
END_TEST

int
main(void)
{
	const TTest *const tests[] = { authlog, authlog_down, authlog_expires,
		authlog_file, NULL };

	return site_main("store_authlog", tests);
}
