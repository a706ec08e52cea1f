/* Records that the account store keeps: the core on top of mem-all. */
#include "config.h"

#include "core/atomic.h"
#include "core/store.h"

#include "site.h"

#include <regex.h>
#include <time.h>

#include "core/alias.h"
#include "core/authlog.h"
#include "core/deliver.h"
#include "core/dircontrol.h"
#include "core/rcpt.h"
#include "core/relay.h"
#include "core/userdir.h"

#define DOMAIN  "a.test"
#define PATH(f) "home/domains/" DOMAIN "/" f
#define KEEP                                                                   \
	"auth_module = mem-all\npassword_scheme = sha512\nvalias = yes\n"      \
	"mysql_limits = yes\nsql_logging = yes\nsql_aliasdomains = yes\n"

static const struct vpop_store_ops *ops;
static struct vpop_store *store;

static void
start(const char *more)
{
	char *text = NULL;

	ck_assert_int_ge(asprintf(&text, KEEP "%s", more), 0);
	ck_assert_int_eq(site_open(text), 0);
	free(text);
	ck_assert_int_eq(vp_store(vp, &ops, &store), 0);
	site_domain(DOMAIN, DOMAIN);
}

static void
file_is(const char *path, int there)
{
	char *text = site_read(path);

	ck_assert_int_eq(text != NULL, there);
	free(text);
}

static void
add_user(const char *name)
{
	const struct vpop_user_new user = { .name = name,
		.domain = DOMAIN,
		.secret = { VPOP_SECRET_CLEAR, "Secret123" } };

	ck_assert_msg(vpop_user_add(vp, &user) == 0, "%s", vpop_message(vp));
}

/* All rows of a kind, "name=value|". */
static char *
rows(enum vpop_store_keep kind)
{
	static char text[4096];
	struct vpop_store_rows *cursor;
	struct vpop_store_row row;
	size_t used = 0;

	text[0] = '\0';
	ck_assert_int_eq(ops->rows_open(store, kind, NULL, NULL, &cursor), 0);
	while (ops->rows_next(cursor, &row) == 1)
		used += (size_t)snprintf(text + used, sizeof text - used,
		    "%s=%s|", row.name, row.value);
	ops->rows_close(cursor);
	return text;
}

static void
walk_is(const char *alias, const char *expect)
{
	struct vpop_aliases *cursor;
	struct vpop_alias line;
	char text[1024] = "";
	size_t used = 0;

	ck_assert_int_eq(vpop_aliases_open(vp, alias, DOMAIN, &cursor), 0);
	while (vpop_aliases_next(cursor, &line) == 1)
		used += (size_t)snprintf(text + used, sizeof text - used,
		    "%s=%s|", line.name, line.line);
	vpop_aliases_close(cursor);
	ck_assert_str_eq(text, expect);
}

START_TEST(aliases)
{
	start("");
	walk_is(NULL, "");
	ck_assert_int_eq(
	    vpop_alias_insert(vp, "Sales", DOMAIN, "&z@y.test"), 0);
	ck_assert_int_eq(
	    vpop_alias_insert(vp, "sales", DOMAIN, "&a@y.test"), 0);
	ck_assert_int_eq(vpop_alias_insert(vp, "info", DOMAIN, "&b@y.test"), 0);
	ck_assert_int_eq(vpop_alias_insert(vp, "sales", DOMAIN, "&a@y.test"),
	    VA_USERNAME_EXISTS);
	file_is(PATH(".qmail-sales"), 0);
	walk_is(NULL, "info=&b@y.test|sales=&z@y.test|sales=&a@y.test|");
	walk_is("SALES", "sales=&z@y.test|sales=&a@y.test|");
	ck_assert_int_eq(vpop_alias_remove(vp, "sales", DOMAIN, "&q@y.test"),
	    VA_USER_DOES_NOT_EXIST);
	ck_assert_int_eq(
	    vpop_alias_remove(vp, "sales", DOMAIN, "&z@y.test"), 0);
	walk_is("sales", "sales=&a@y.test|");
	ck_assert_int_eq(vpop_alias_delete(vp, "sales", DOMAIN), 0);
	ck_assert_int_eq(
	    vpop_alias_delete(vp, "sales", DOMAIN), VA_USER_DOES_NOT_EXIST);
	ck_assert_int_eq(vpop_alias_insert(vp, "default", DOMAIN, "&b@y.test"),
	    VA_ILLEGAL_USERNAME);
	walk_is(NULL, "info=&b@y.test|");
	ck_assert_int_eq(vp_journal_any(vp, NULL), 0);
}
END_TEST

/* Without the setting they are files as ever. */
START_TEST(aliases_in_files)
{
	ck_assert_int_eq(site_open("auth_module = mem-all\n"), 0);
	site_domain(DOMAIN, DOMAIN);
	ck_assert_int_eq(
	    vpop_alias_insert(vp, "sales", DOMAIN, "&z@y.test"), 0);
	file_is(PATH(".qmail-sales"), 1);
	walk_is(NULL, "sales=&z@y.test|");
}
END_TEST

static void
found_is(const char *ext, const char *text, const char *rest)
{
	struct vpop_domain domain;
	const char *got_rest;
	char *got;

	ck_assert_int_eq(vpop_domain_get(vp, DOMAIN, &domain), 0);
	ck_assert_int_eq(
	    vp_alias_find(vp, &domain, ext, &got, &got_rest), text != NULL);
	if (text)
		ck_assert_str_eq(got, text);
	if (rest)
		ck_assert_str_eq(got_rest, rest);
	else
		ck_assert_ptr_null(got_rest);
	free(got);
}

START_TEST(finds_aliases)
{
	struct vpop_domain domain;

	start("");
	ck_assert_int_eq(vpop_domain_get(vp, DOMAIN, &domain), 0);
	ck_assert_int_eq(ops->alias_insert(store, &domain, "a-b", "1"), 0);
	ck_assert_int_eq(ops->alias_insert(store, &domain, "a-b", "2\r\n"), 0);
	ck_assert_int_eq(
	    ops->alias_insert(store, &domain, "a-default", "3"), 0);
	ck_assert_int_eq(
	    ops->alias_insert(store, &domain, "a-b-default", "4"), 0);
	ck_assert_int_eq(ops->alias_insert(store, &domain, "c", "5"), 0);
	ck_assert_int_eq(ops->alias_insert(store, &domain, "default", "6"), 0);
	found_is("a-b", "1\n2\n", NULL);
	found_is("a-b-c-d", "4\n", "c-d");
	found_is("a-x-y", "3\n", "x-y");
	found_is("a-", "3\n", "");
	found_is("c-x", NULL, NULL);
	found_is("nobody", NULL, NULL);
	found_is("default", "6\n", NULL);
	ck_assert_int_eq(vp_address_exists(vp, "a-x-y@" DOMAIN), 1);
	vp->set.qmail_ext = 1;
	found_is("c-x-y", "5\n", NULL);
}
END_TEST

/* What vdelivermail says and does; the programs run in the domain's folder. */
static int
deliver(const char *ext, char *ret_text, size_t size)
{
	char *path = site_path("message");
	FILE *out = tmpfile();
	struct vp_delivery delivery = { .ext = ext,
		.host = DOMAIN,
		.rpline = "",
		.dtline = "",
		.sender = "s@x.test",
		.action = "bounce-no-mailbox" };
	int status;

	site_write("message", "Subject: x\n\ntext\n");
	delivery.message_fd = open(path, O_RDONLY | O_CLOEXEC);
	ck_assert_int_ge(delivery.message_fd, 0);
	status = vp_deliver(vp, &delivery, out);
	close(delivery.message_fd);
	rewind(out);
	ret_text[fread(ret_text, 1, size - 1, out)] = '\0';
	fclose(out);
	free(path);
	return status;
}

START_TEST(delivers_to_aliases)
{
	char said[512];

	start("");
	vp->uid = 0; /* the test may run as root */
	ck_assert_int_eq(vpop_alias_insert(vp, "sup-default", DOMAIN,
			     "|cat >got; echo DEFAULT=$DEFAULT"),
	    0);
	ck_assert_int_eq(vpop_alias_insert(vp, "bad", DOMAIN, "|exit 100"), 0);
	ck_assert_int_eq(deliver("Sup-Foo-Bar", said, sizeof said), 0);
	ck_assert_str_eq(
	    said, "DEFAULT=foo-bar\nvdelivermail: valiases processed\n");
	file_is(PATH("got"), 1);
	ck_assert_int_eq(deliver("bad", said, sizeof said), 100);
	ck_assert_int_eq(deliver("nobody", said, sizeof said), 100);
	ck_assert_ptr_nonnull(strstr(said, "no mailbox here"));
}
END_TEST

START_TEST(store_down_defers)
{
	char said[512];
	struct vpop_lastauth last;
	struct vpop_limits limits;
	char mapped[VPOP_DOMAIN_SIZE];
	struct vpop_user user = { .name = "alice", .domain = DOMAIN };

	ck_assert_int_eq(site_open(KEEP "auth_module = gone\n"
					"store_dir = /nonexistent\n"),
	    0);
	site_domain(DOMAIN, DOMAIN);
	vp->uid = 0;
	ck_assert_int_eq(deliver("alice", said, sizeof said), 111);
	ck_assert_ptr_nonnull(strstr(said, "vdelivermail: deferred, "));
	ck_assert_int_eq(
	    vp_address_exists(vp, "alice@" DOMAIN), VA_NO_AUTH_MODULE);
	ck_assert_int_eq(
	    vpop_lastauth_get(vp, &user, &last), VA_NO_AUTH_MODULE);
	ck_assert_int_eq(
	    vpop_limits_get(vp, DOMAIN, &limits), VA_NO_AUTH_MODULE);
	ck_assert_int_eq(
	    vpop_ipmap_get(vp, "10.0.0.1", mapped), VA_NO_AUTH_MODULE);
	ck_assert_int_eq(
	    vpop_alias_insert(vp, "a", DOMAIN, "&b@c.test"), VA_NO_AUTH_MODULE);
	ck_assert_int_eq(vp_relay_open(vp, "10.0.0.1"), VA_NO_AUTH_MODULE);
	ck_assert_int_eq(vpop_class(VA_NO_AUTH_MODULE), VPOP_CLASS_TEMPORARY);
}
END_TEST

START_TEST(limits)
{
	struct vpop_limits set, got;
	struct vpop_user user;

	start("");
	add_user("alice");
	site_write("home/etc/vlimits.default", "maxaliases: 9\n");
	ck_assert_int_eq(vpop_limits_get(vp, DOMAIN, &got), 0);
	ck_assert_int_eq(got.maxaliases, 9);
	vpop_limits_init(&set);
	set.maxaliases = 3;
	set.flags = VPOP_NO_IMAP;
	set.perm_maillist_users = 5;
	ck_assert_int_eq(vpop_limits_set(vp, DOMAIN, &set), 0);
	file_is(PATH(".qmailadmin-limits"), 0);
	ck_assert_int_eq(vpop_limits_get(vp, DOMAIN, &got), 0);
	ck_assert_int_eq(got.maxaliases, 3);
	ck_assert_int_eq(got.perm_maillist_users, 5);
	ck_assert_int_eq(vpop_user_get(vp, "alice", DOMAIN, &user), 0);
	ck_assert_uint_eq(user.flags & VPOP_NO_IMAP, VPOP_NO_IMAP);
	ck_assert_int_eq(vpop_limits_delete(vp, DOMAIN), 0);
	ck_assert_int_eq(vpop_limits_delete(vp, DOMAIN), 0);
	ck_assert_int_eq(vpop_limits_get(vp, DOMAIN, &got), 0);
	ck_assert_int_eq(got.maxaliases, 9);
	/* The site's defaults stay a file. */
	ck_assert_int_eq(vpop_limits_set(vp, NULL, &set), 0);
	ck_assert_int_eq(vpop_limits_get(vp, DOMAIN, &got), 0);
	ck_assert_int_eq(got.maxaliases, 3);
}
END_TEST

START_TEST(lastauth)
{
	const time_t before = time(NULL);
	struct vpop_lastauth last;
	struct vpop_user user;

	start("");
	add_user("alice");
	file_is(PATH("alice/lastauth"), 0);
	ck_assert_int_eq(vpop_user_get(vp, "alice", DOMAIN, &user), 0);
	ck_assert_int_eq(vpop_lastauth_get(vp, &user, &last), 0);
	ck_assert_str_eq(last.ip, "0.0.0.0");
	ck_assert_int_eq(last.time, 0);
	ck_assert_int_ge(last.created, before);
	ck_assert_int_eq(vpop_lastauth_set(vp, &user, "10.1.2.3"), 0);
	ck_assert_int_eq(vpop_lastauth_get(vp, &user, &last), 0);
	ck_assert_str_eq(last.ip, "10.1.2.3");
	ck_assert_int_ge(last.time, before);
	file_is(PATH("alice/lastauth"), 0);
	ck_assert_int_eq(vpop_user_delete(vp, "alice", DOMAIN, 0), 0);
	ck_assert_int_eq(vpop_lastauth_get(vp, &user, &last), 0);
	ck_assert_str_eq(last.ip, "");
	ck_assert_str_eq(rows(VPOP_KEEP_LASTAUTH), "");
}
END_TEST

static void
count_is(uint64_t users, const char *dir)
{
	struct vpop_store_dircontrol row;

	ck_assert_int_eq(ops->dircontrol_get(store, DOMAIN, &row), 1);
	ck_assert_uint_eq(row.cur_users, users);
	ck_assert_str_eq(row.the_dir, dir);
}

START_TEST(dircontrol)
{
	struct vpop_store_dircontrol row;

	start("");
	ck_assert_int_eq(ops->dircontrol_get(store, DOMAIN, &row), 0);
	add_user("alice");
	count_is(1, "");
	file_is(PATH(".dir-control"), 0);
	add_user("bob");
	count_is(2, "");
	ck_assert_int_eq(vpop_user_delete(vp, "alice", DOMAIN, 0), 0);
	count_is(1, "");
	/* What cannot be added is not counted. */
	const struct vpop_user_new user = { .name = "bob",
		.domain = DOMAIN,
		.secret = { VPOP_SECRET_CLEAR, "Secret123" } };
	ck_assert_int_eq(vpop_user_add(vp, &user), VA_USERNAME_EXISTS);
	count_is(1, "");
}
END_TEST

/* A store that has no row yet goes on where the file is. */
START_TEST(dircontrol_from_file)
{
	struct vpop_user user;

	start("");
	site_write(PATH(".dir-control"),
	    "250\n0\n3\n0 0 0\n61 61 61\n0 2 4\n2 0 0\n2\n");
	add_user("alice");
	count_is(251, "2");
	ck_assert_int_eq(vpop_user_get(vp, "alice", DOMAIN, &user), 0);
	ck_assert_ptr_nonnull(strstr(user.dir, "/" DOMAIN "/2/alice"));
}
END_TEST

/* The folder of domains has a row, too; alias domains are copied. */
START_TEST(domains)
{
	const struct vpop_domain_new new = { .name = "new.test" };
	struct vpop_store_dircontrol row;
	char key[64];

	start("");
	snprintf(key, sizeof key, "dom_%lu", (unsigned long)vp->uid);
	ck_assert_msg(vpop_domain_add(vp, &new) == 0, "%s", vpop_message(vp));
	ck_assert_int_eq(ops->dircontrol_get(store, key, &row), 1);
	ck_assert_uint_eq(row.cur_users, 1);
	ck_assert_int_eq(ops->dircontrol_get(store, "new.test", &row), 1);
	ck_assert_uint_eq(row.cur_users, 1);
	file_is("home/domains/.dir-control", 0);
	ck_assert_str_eq(rows(VPOP_KEEP_LASTAUTH), "postmaster=0.0.0.0|");
	ck_assert_int_eq(vpop_domain_add_alias(vp, "b.test", "new.test"), 0);
	ck_assert_int_eq(vpop_domain_add_alias(vp, "c.test", "new.test"), 0);
	ck_assert_str_eq(
	    rows(VPOP_KEEP_ALIASDOMAINS), "b.test=new.test|c.test=new.test|");
	ck_assert_int_eq(vpop_domain_delete(vp, "b.test"), 0);
	ck_assert_str_eq(rows(VPOP_KEEP_ALIASDOMAINS), "c.test=new.test|");
	ck_assert_int_eq(vpop_domain_delete(vp, "new.test"), 0);
	ck_assert_str_eq(rows(VPOP_KEEP_ALIASDOMAINS), "");
	ck_assert_str_eq(rows(VPOP_KEEP_LASTAUTH), "");
	ck_assert_int_eq(ops->dircontrol_get(store, "new.test", &row), 0);
	/* a.test, which users/assign lists, is left. */
	ck_assert_int_eq(ops->dircontrol_get(store, key, &row), 1);
	ck_assert_uint_eq(row.cur_users, 1);
}
END_TEST

START_TEST(ipmap)
{
	char found[VPOP_DOMAIN_SIZE];
	struct vpop_ipmap *list;
	size_t count;

	start("");
	site_domain("b.test", "b.test");
	ck_assert_int_eq(
	    vpop_ipmap_get(vp, "10.0.0.1", found), VA_DOMAIN_DOES_NOT_EXIST);
	ck_assert_int_eq(vpop_ipmap_add(vp, "10.0.0.1", DOMAIN), 0);
	ck_assert_int_eq(vpop_ipmap_add(vp, "2001:DB8:0::1", DOMAIN), 0);
	ck_assert_int_eq(vpop_ipmap_add(vp, "10.0.0.1", "b.test"), 0);
	file_is("home/etc/ip_alias_map", 0);
	ck_assert_int_eq(vpop_ipmap_get(vp, "10.0.0.1", found), 0);
	ck_assert_str_eq(found, "b.test");
	ck_assert_int_eq(vpop_ipmap_delete(vp, "10.0.0.1", DOMAIN),
	    VA_DOMAIN_DOES_NOT_EXIST);
	ck_assert_int_eq(vpop_ipmap_delete(vp, "10.0.0.1", "b.test"), 0);
	ck_assert_int_eq(vpop_ipmap_list(vp, &list, &count), 0);
	ck_assert_uint_eq(count, 1);
	ck_assert_str_eq(list[0].ip, "2001:db8::1");
	free(list);
}
END_TEST

START_TEST(relay)
{
	start("roaming_users = yes\nrelay_clear_minutes = 60\n"
	      "rebuild_tcpserver_file = no\n");
	ck_assert_int_eq(vp_relay_open(vp, "10.0.0.1"), 1);
	ck_assert_int_eq(vp_relay_open(vp, "10.0.0.1"), 0);
	ck_assert_int_eq(vp_relay_open(vp, "::"), VA_INVALID_IP_ADDRESS);
	ck_assert_int_eq(ops->relay_put(store, "10.0.0.2", 1000), 1);
	ck_assert_str_eq(rows(VPOP_KEEP_RELAY), "10.0.0.1=|10.0.0.2=|");
	ck_assert_int_eq(vp_relay_expire(vp), 0);
	ck_assert_str_eq(rows(VPOP_KEEP_RELAY), "10.0.0.1=|");
	file_is("home/etc/open-smtp", 0);
}
END_TEST

/* ---- the log ---------------------------------------------------------- */

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

/* ---- recovery --------------------------------------------------------- */

static void
state_is(const struct vp_intent *intent, int made)
{
	char event[64], object[64], domain[64];
	struct vp_pending pending = { .event = event,
		.object = object,
		.domain = domain,
		.plan = intent->plan };
	int got;

	snprintf(event, sizeof event, "%s", intent->event);
	snprintf(object, sizeof object, "%s", intent->object);
	snprintf(domain, sizeof domain, "%s", intent->domain);
	if (strncmp(event, "alias.", 6) == 0)
		got = vp_recover_alias(vp, &pending);
	else if (strncmp(event, "ipmap.", 6) == 0)
		got = vp_recover_ipmap(vp, &pending);
	else
		got = vp_recover_limits(vp, &pending);
	ck_assert_msg(got == made, "%s: %d, not %d (%s)", event, got, made,
	    vpop_message(vp));
}

START_TEST(recovery_asks_the_store)
{
	struct vp_intent alias = { .event = "alias.created",
		.object = "x@" DOMAIN,
		.domain = DOMAIN };
	struct vp_intent change = { .event = "domain.limits.changed",
		.object = DOMAIN,
		.domain = DOMAIN };
	struct vp_intent map = {
		.event = "ipmap.created", .object = "10.0.0.1", .domain = ""
	};
	struct vpop_domain domain;
	struct vpop_limits set;
	char sum[VP_SUM_SIZE];
	size_t left;

	start("");
	ck_assert_int_eq(vpop_domain_get(vp, DOMAIN, &domain), 0);
	ck_assert_int_eq(vp_change_start(vp), 0);
	vp_sum("&a", 2, sum);
	alias.plan = json_pack(
	    "{s:s, s:s, s:b}", "alias", "x", "line", sum, "insert", 1);
	state_is(&alias, 0);
	ck_assert_int_eq(ops->alias_insert(store, &domain, "x", "&b"), 0);
	state_is(&alias, 0);
	ck_assert_int_eq(ops->alias_insert(store, &domain, "x", "&a"), 0);
	state_is(&alias, 1);
	ck_assert_int_eq(vp_journal_intend(vp, &alias, 1), 0);
	ck_assert_int_eq(vp_recover(vp, &left), 0);
	ck_assert_uint_eq(left, 0);
	json_decref(alias.plan);
	alias.plan =
	    json_pack("{s:s, s:s, s:b}", "alias", "x", "line", "", "insert", 0);
	state_is(&alias, 0);
	ck_assert_int_eq(ops->alias_delete(store, &domain, "x", NULL), 0);
	state_is(&alias, 1);
	json_decref(alias.plan);

	vpop_limits_init(&set);
	set.maxaliases = 3;
	ck_assert_int_eq(vpop_limits_set(vp, DOMAIN, &set), 0);
	change.plan = json_pack("{s:s}", "limits", "");
	state_is(&change, 0);
	json_decref(change.plan);
	ck_assert_int_eq(ops->limits_put(store, &domain, NULL), 0);
	change.plan = json_pack("{s:s}", "limits", "");
	state_is(&change, 1);
	json_decref(change.plan);

	map.plan = json_pack("{s:s, s:s}", "address", "10.0.0.1", "to", DOMAIN);
	state_is(&map, 0);
	ck_assert_int_eq(ops->ipmap_put(store, "10.0.0.1", DOMAIN), 0);
	state_is(&map, 1);
	json_decref(map.plan);
}
END_TEST

/* Two stores in one handle. */
START_TEST(stores_side_by_side)
{
	struct vpop_user user;

	start("");
	site_domain("files.test", "files.test");
	site_write("home/etc/stores", "files.test cdb\n");
	add_user("alice");
	const struct vpop_user_new carl = { .name = "carl",
		.domain = "files.test",
		.secret = { VPOP_SECRET_CLEAR, "Secret123" } };
	ck_assert_msg(vpop_user_add(vp, &carl) == 0, "%s", vpop_message(vp));
	file_is("home/domains/files.test/vpasswd", 1);
	file_is("home/domains/files.test/.dir-control", 1);
	file_is(PATH("vpasswd"), 0);
	ck_assert_int_eq(
	    vpop_alias_insert(vp, "x", "files.test", "&b@c.test"), 0);
	file_is("home/domains/files.test/.qmail-x", 1);
	ck_assert_int_eq(vpop_user_get(vp, "carl", "files.test", &user), 0);
	ck_assert_int_eq(vpop_user_get(vp, "alice", DOMAIN, &user), 0);
	ck_assert_int_eq(
	    vpop_user_get(vp, "carl", DOMAIN, &user), VA_USER_DOES_NOT_EXIST);
	/* The file is looked at again when it has changed. */
	site_write("home/etc/stores", "# files.test cdb\n");
	ck_assert_int_eq(vpop_user_get(vp, "carl", "files.test", &user),
	    VA_USER_DOES_NOT_EXIST);
	char *path = site_path("home/etc/stores");
	ck_assert_int_eq(unlink(path), 0);
	free(path);
	ck_assert_int_eq(vpop_user_get(vp, "carl", "files.test", &user),
	    VA_USER_DOES_NOT_EXIST);
}
END_TEST

int
main(void)
{
	const TTest *const tests[] = { aliases, aliases_in_files, finds_aliases,
		delivers_to_aliases, store_down_defers, limits, lastauth,
		dircontrol, dircontrol_from_file, domains, ipmap, relay,
		authlog, authlog_down, authlog_expires, authlog_file,
		recovery_asks_the_store, stores_side_by_side, NULL };

	return site_main("store_keep", tests);
}
