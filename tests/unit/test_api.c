/* The old interface: the documented examples, and arguments that are bad. */
#include "config.h"

/* Old programs pass literals where the headers say "char *". */
#ifndef __clang__
#	pragma GCC diagnostic ignored "-Wdiscarded-qualifiers"
#else
#	pragma clang diagnostic ignored                                       \
	    "-Wincompatible-pointer-types-discards-qualifiers"
#endif

#include <arpa/inet.h>
#include <signal.h>

#include "api/maildirquota.h"
#include "client.h"
#include "conf.h"
#include "ippp.h"
#include "pwstr.h"
#include "site.h"
#include "vauth.h"
#include "vlimits.h"
#include "vpopmail.h"
#include "vutil.h"

static void
api_make(void)
{
	site_make();
	ck_assert_int_eq(
	    site_open("auth_module = cdb\npassword_scheme = sha512\n"), 0);
	site_write("home/etc/password_strength.conf",
	    "Policy = at least one character\nLength >= 1\n");
	vclose();
}

static void
api_remove(void)
{
	vauth_end_getall();
	vclose();
	site_remove();
}

/* example.com with an alias and joe. */
static void
make_domain(void)
{
	char domain[128] = "Example.COM", alias[128] = "alias.example.net";
	char user[128] = "Joe";
	char *home = site_path("home");

	ck_assert_int_eq(vadddomain(domain, home, getuid(), getgid()), 0);
	ck_assert_str_eq(domain, "example.com");
	ck_assert_int_eq(vaddaliasdomain(alias, domain), 0);
	memcpy(domain, "Alias.example.net", 18);
	ck_assert_int_eq(
	    vadduser(user, domain, "pw-Joe12", "Joe User", USE_POP), 0);
	ck_assert_str_eq(user, "joe");
	ck_assert_str_eq(domain, "example.com");
	free(home);
}

START_TEST(test_parse_email)
{
	static const struct {
		const char *email;
		int code;
		const char *user, *domain;
	} cases[] = {
		{ "User@Example.COM", 0, "user", "example.com" },
		{ "user", 0, "user", "" },
		{ "user%example.com", 0, "user", "example.com" },
		{ "user/example.com", 0, "user", "example.com" },
		{ "a@b@c.com", -1, "a", "b@c.com" },
		{ "a/b@c.com", 0, "a/b", "c.com" },
		{ "us er@x.com", -1, "us er", "x.com" },
		{ "user@ex_ample.com", -1, "user", "ex_ample.com" },
		{ "", 0, "", "" },
		{ "@x.com", 0, "", "x.com" },
		{ "\303\266@x.com", -1, "\303\266", "x.com" },
	};
	char user[61], domain[61];

	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		user[60] = domain[60] = 'x';
		ck_assert_int_eq(parse_email(cases[i].email, user, domain, 60),
		    cases[i].code);
		ck_assert_str_eq(user, cases[i].user);
		ck_assert_str_eq(domain, cases[i].domain);
		ck_assert_int_eq(user[60], 'x');
		ck_assert_int_eq(domain[60], 'x');
	}
	setenv("VPOPMAIL_DOMAIN", "ex;am ple.com", 1);
	ck_assert_int_eq(parse_email("joe", user, domain, 60), 0);
	ck_assert_str_eq(user, "joe");
	ck_assert_str_eq(domain, "ex_am_ple.com");
	/* A short buffer holds as much as fits, with its NUL. */
	ck_assert_int_eq(
	    parse_email("someone@example.com", user, domain, 4), 0);
	ck_assert_str_eq(user, "som");
	ck_assert_str_eq(domain, "exa");
	unsetenv("VPOPMAIL_DOMAIN");
	char set[128] = "";
	vset_default_domain(set);
	ck_assert_str_eq(set, "");
	vset_default_domain(NULL);
}
END_TEST

START_TEST(test_quota_text)
{
	static const char *const cases[][2] = {
		{ "NOQUOTA", "NOQUOTA" },
		{ "1M", "1048576S" },
		{ "1MB", "1048576S" },
		{ "1024K", "1048576S" },
		{ "1024KB", "1048576S" },
		{ "1048576", "1048576S" },
		{ "1048576S", "1048576S" },
		{ "1mbs,1000C", "1048576S,1000C" },
		{ "1000C,10MBS", "10485760S,1000C" },
		{ "10000000000S", "10000000000S" },
		{ "5S,5C,7S", "7S,5C" },
		{ "1000C", "1000C" },
		{ "10G", "10737418240S" },
		{ "", "" },
		{ "abc", "" },
		{ "0", "" },
		{ "-1", "" },
	};

	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
		ck_assert_str_eq(format_maildirquota(cases[i][0]), cases[i][1]);
	ck_assert_str_eq(format_maildirquota(NULL), "");
}
END_TEST

START_TEST(test_maildir_to_email)
{
	static const char *const cases[][2] = {
		{ "/h/v/domains/ex.com/joe/Maildir/", "joe@ex.com" },
		{ "/h/v/domains/ex.com/joe/Maildir", "joe@ex.com" },
		{ "/h/v/domains/0/ex.com/joe/Maildir/", "joe@ex.com" },
		{ "/h/v/domains/ex.com/0/joe/Maildir/.Sent/cur", "joe@ex.com" },
		{ "/h/v/domains/ex.com/joe", "" },
		{ "joe/Maildir/", "" },
		{ "/x/joe/Maildir/", "" },
		{ "", "" },
	};

	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
		ck_assert_str_eq(maildir_to_email(cases[i][0]), cases[i][1]);
	ck_assert_str_eq(maildir_to_email(NULL), "");
}
END_TEST

START_TEST(test_domains)
{
	static const char *const bad[] = { "ab", "abc", "a.b", "-a.com",
		"a..com", "a_b.com", "a.com-", "localhost", ".a.com" };
	char name[128], real[128], dir[156], small[9];
	char *home = site_path("home"), *path;
	uid_t uid = 4711;
	gid_t gid = 4712;

	make_domain();
	memcpy(name, "example.com", 12);
	ck_assert_int_eq(vadddomain(name, home, getuid(), getgid()), -13);
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		snprintf(name, sizeof name, "%s", bad[i]);
		ck_assert_int_eq(
		    vadddomain(name, home, getuid(), getgid()), -12);
	}
	memcpy(name, "other.org", 10);
	ck_assert_int_eq(
	    vadddomain(name, "/nonexistent/dir", getuid(), getgid()), -6);
	memset(name, 'a', 97);
	memcpy(name + 97, ".com", 5);
	ck_assert_int_eq(vadddomain(name, home, getuid(), getgid()), -26);

	memcpy(name, "alias.example.net", 18);
	memcpy(real, "example.com", 12);
	ck_assert_int_eq(vaddaliasdomain(name, real), -13);
	ck_assert_str_eq(name, "example.com");
	ck_assert_int_eq(vaddaliasdomain(real, real), -13);
	memcpy(name, "new.example.net", 16);
	memcpy(real, "unknown.org", 12);
	ck_assert_int_eq(vaddaliasdomain(name, real), -11);

	path = site_path("home/domains/example.com");
	memcpy(name, "ALIAS.example.net", 18);
	ck_assert_str_eq(vget_assign(name, dir, sizeof dir, &uid, &gid), path);
	ck_assert_str_eq(name, "example.com");
	ck_assert_str_eq(dir, path);
	ck_assert_uint_eq(uid, getuid());
	small[8] = 'x';
	ck_assert_str_eq(vget_assign(name, small, 8, NULL, NULL), path);
	ck_assert_uint_eq(strlen(small), 7);
	ck_assert_int_eq(small[8], 'x');
	uid = 4711;
	ck_assert_ptr_null(vget_assign("unknown.org", dir, 8, &uid, &gid));
	ck_assert_uint_eq(uid, 4711);
	ck_assert_ptr_null(vget_assign("", dir, 8, &uid, &gid));
	ck_assert_ptr_null(vget_assign(NULL, dir, 8, &uid, &gid));
	free(path);

	memcpy(name, "alias.example.net", 18);
	ck_assert_int_eq(vdeldomain(name), 0);
	ck_assert_str_eq(name, "example.com");
	ck_assert_int_eq(vdeldomain(name), 0);
	ck_assert_int_eq(vdeldomain(name), -11);
	free(home);
}
END_TEST

START_TEST(test_domain_entries)
{
	domain_entry *entry;

	make_domain();
	entry = get_domain_entries("alias.example.net");
	ck_assert_ptr_nonnull(entry);
	/* What is between the steps does not disturb the walk. */
	ck_assert_ptr_nonnull(vauth_getpw("joe", "example.com"));
	ck_assert_str_eq(entry->realdomain, "example.com");
	ck_assert_ptr_nonnull(get_domain_entries(NULL));
	ck_assert_ptr_null(get_domain_entries(NULL));
	ck_assert_int_eq(verrori, 0);
	ck_assert_ptr_null(get_domain_entries("unknown.org"));
	ck_assert_int_eq(verrori, 0);
	ck_assert_ptr_nonnull(get_domain_entries(""));
	vclose();
	ck_assert_ptr_nonnull(get_domain_entries(NULL));
	ck_assert_ptr_null(get_domain_entries(NULL));
	ck_assert_ptr_null(get_domain_entries(NULL));
}
END_TEST

START_TEST(test_users)
{
	char user[128], domain[128] = "example.com", name[128];
	struct vqpasswd *pw;
	struct vlimits limits;
	char *dir;

	make_domain();
	memcpy(user, "new", 4);
	ck_assert_int_eq(
	    vadduser(user, domain, "pw", "Joe:User", USE_POP), -20);
	memcpy(user, "joe", 4);
	ck_assert_int_eq(vadduser(user, domain, "pw", "x", USE_POP), -2);
	ck_assert_int_eq(vadduser("j", domain, "pw", "x", USE_POP), -1);
	ck_assert_int_eq(vadduser("j e", domain, "pw", "x", USE_POP), -1);
	ck_assert_int_eq(vadduser("../x", domain, "pw", "x", USE_POP), -1);
	ck_assert_int_eq(vadduser("a/b", domain, "pw", "x", USE_POP), -1);
	ck_assert_int_eq(vadduser(".ab", domain, "pw", "x", USE_POP), -1);
	ck_assert_int_eq(vadduser("vpasswd", domain, "pw", "x", USE_POP), -7);
	ck_assert_int_eq(vadduser("new", domain, "", "x", USE_POP), -70);
	ck_assert_int_eq(vadduser("new", domain, NULL, "x", USE_POP), -69);
	ck_assert_int_eq(vadduser("new", "unknown.org", "pw", "x", 0), -11);
	ck_assert_int_eq(vadduser(NULL, domain, "pw", "x", 0), -33);
	memset(name, 'a', 65);
	name[65] = '\0';
	ck_assert_int_eq(vadduser(name, domain, "pw", "x", USE_POP), -25);
	ck_assert_int_eq(vadduser("ab", domain, "pw", name, USE_POP), -28);
	name[64] = '\0';
	ck_assert_int_eq(vadduser(name, domain, "pw", NULL, USE_APOP), 0);
	pw = vauth_getpw(name, domain);
	ck_assert_uint_eq(pw->pw_uid, 2);
	ck_assert_str_eq(pw->pw_gecos, name);

	memcpy(user, "JOE", 4);
	memcpy(domain, "alias.example.net", 18);
	pw = vauth_getpw(user, domain);
	ck_assert_ptr_nonnull(pw);
	ck_assert_str_eq(user, "joe");
	ck_assert_str_eq(domain, "example.com");
	ck_assert_str_eq(pw->pw_name, "joe");
	ck_assert_uint_eq(pw->pw_uid, 1);
	ck_assert_uint_eq(pw->pw_gid, 0);
	ck_assert_uint_eq(pw->pw_flags, 0);
	ck_assert_str_eq(pw->pw_gecos, "Joe User");
	ck_assert_str_eq(pw->pw_shell, "NOQUOTA");
	ck_assert_str_eq(pw->pw_clear_passwd, "");
	dir = site_path("home/domains/example.com/joe");
	ck_assert_str_eq(pw->pw_dir, dir);
	free(dir);
	ck_assert_int_eq(vauth_crypt(user, domain, "pw-Joe12", pw), 0);
	ck_assert_int_ne(vauth_crypt(user, domain, "wrong", pw), 0);
	ck_assert_int_ne(vauth_crypt(user, domain, "", pw), 0);
	ck_assert_int_eq(vauth_crypt(user, domain, "x", NULL), -1);
	ck_assert_ptr_nonnull(vauth_user(user, domain, "pw-Joe12", ""));
	ck_assert_ptr_null(vauth_user(user, domain, "pw-Joe13", NULL));
	ck_assert_ptr_null(vauth_user(user, domain, NULL, NULL));

	vdefault_limits(&limits);
	ck_assert_int_eq(limits.maxaliases, -1);
	limits.disable_pop = 1;
	limits.perm_maillist_users = VLIMIT_DISABLE_CREATE;
	ck_assert_int_eq(vset_limits("alias.example.net", &limits), 0);
	pw = vauth_getpw(user, domain);
	ck_assert_uint_eq(pw->pw_gid, 0);
	ck_assert_uint_eq(pw->pw_flags, NO_POP);
	memset(&limits, 7, sizeof limits);
	ck_assert_int_eq(vget_limits(domain, &limits), 0);
	ck_assert_int_eq(limits.disable_pop, 1);
	ck_assert_int_eq(limits.perm_maillist_users, VLIMIT_DISABLE_CREATE);
	ck_assert_int_eq(limits.perm_quota, 0);
	ck_assert_int_eq(vlimits_get_flag_mask(&limits), NO_POP);
	ck_assert_int_eq(vdel_limits(domain), 0);
	ck_assert_int_eq(vdel_limits(domain), 0);
	ck_assert_int_eq(vget_limits("unknown.org", &limits), -1);
	ck_assert_int_eq(limits.maxpopaccounts, -1);
	ck_assert_int_eq(limits.disable_pop, 0);

	ck_assert_int_eq(vpasswd(user, domain, "pw-Joe14", USE_POP), 0);
	ck_assert_int_eq(vpasswd("no-one", domain, "pw-Joe14", 0), -10);
	ck_assert_int_eq(vpasswd(user, domain, "", 0), -70);
	ck_assert_int_eq(vdeluser("no-one", domain), -10);
	ck_assert_int_eq(vdeluser("", domain), -1);
	ck_assert_int_eq(vdeluser(NULL, domain), -1);
	ck_assert_int_eq(vdeluser(user, "unknown.org"), -11);
	ck_assert_int_eq(vdeluser(user, domain), 0);
	ck_assert_ptr_null(vauth_getpw(user, domain));
	ck_assert_int_eq(verrori, -10);
	ck_assert_ptr_null(vauth_getpw(user, "unknown.org"));
	ck_assert_int_eq(verrori, -11);
	ck_assert_ptr_null(vauth_getpw("", domain));
	ck_assert_ptr_null(vauth_getpw(user, ""));
	ck_assert_ptr_null(vauth_getpw(NULL, NULL));
}
END_TEST

START_TEST(test_setuserquota)
{
	char domain[128] = "example.com";

	make_domain();
	ck_assert_int_eq(vsetuserquota("joe", domain, "10M"), 0);
	ck_assert_str_eq(vauth_getpw("joe", domain)->pw_shell, "10485760S");
	ck_assert_int_eq(vsetuserquota("joe", domain, "garbage"), -56);
	ck_assert_int_eq(
	    vsetuserquota("joe", domain, "123456789012345678901234"), -29);
	ck_assert_str_eq(vauth_getpw("joe", domain)->pw_shell, "10485760S");
	ck_assert_int_eq(vsetuserquota("joe", domain, "NOQUOTA"), 0);
	ck_assert_int_eq(vsetuserquota("no-one", domain, "1M"), -10);
	ck_assert_int_eq(vsetuserquota("joe", domain, NULL), -33);
}
END_TEST

START_TEST(test_setpw)
{
	char domain[128] = "example.com", crypted[100];
	struct vqpasswd *pw, copy;

	make_domain();
	ck_assert_int_eq(mkpasswd3("Secr3t.x", crypted, sizeof crypted), 0);
	ck_assert_uint_eq(strlen(crypted), 98);
	ck_assert_int_eq(mkpasswd3("Secr3t.x", crypted, 20), -18);
	ck_assert_int_eq(mkpasswd3("Secr3t.x", crypted, sizeof crypted), 0);
	pw = vauth_getpw("joe", domain);
	pw->pw_passwd = crypted;
	pw->pw_gecos = "J: \nUser";
	pw->pw_shell = format_maildirquota("5M");
	pw->pw_gid |= NO_IMAP | QA_ADMIN;
	/* Garbage is not looked at. */
	pw->pw_clear_passwd = (char *)(uintptr_t)16;
	ck_assert_int_eq(vauth_setpw(pw, domain), 0);
	ck_assert_str_eq(pw->pw_gecos, "J: \nUser");
	pw = vauth_getpw("joe", domain);
	ck_assert_str_eq(pw->pw_gecos, "J User");
	ck_assert_str_eq(pw->pw_shell, "5242880S");
	ck_assert_uint_eq(pw->pw_gid, NO_IMAP | QA_ADMIN);
	ck_assert_int_eq(vauth_crypt(NULL, NULL, "Secr3t.x", pw), 0);

	copy = *pw;
	copy.pw_name = "no-one";
	ck_assert_int_eq(vauth_setpw(&copy, domain), -10);
	copy.pw_name = NULL;
	ck_assert_int_eq(vauth_setpw(&copy, domain), -33);
	ck_assert_int_eq(vauth_setpw(NULL, domain), -33);
	copy = *pw;
	copy.pw_shell = "123456789012345678901";
	ck_assert_int_eq(vauth_setpw(&copy, domain), -29);
	ck_assert_int_eq(vcheck_vqpw(&copy, domain), -29);
	ck_assert_int_eq(vcheck_vqpw(pw, domain), 0);

	/* The flag refuses a change of password, until it is cleared. */
	copy = *pw;
	copy.pw_gid = NO_PASSWD_CHNG;
	ck_assert_int_eq(vauth_setpw(&copy, domain), 0);
	ck_assert_int_eq(vpasswd("joe", domain, "pw-Joe15", 0), VA_FORBIDDEN);
	copy.pw_gid = 0;
	ck_assert_int_eq(vauth_setpw(&copy, domain), 0);
	ck_assert_int_eq(vpasswd("joe", domain, "pw-Joe15", 0), 0);
}
END_TEST

START_TEST(test_getall)
{
	char domain[128] = "alias.example.net";
	struct vqpasswd *all, *one;
	int count = 0;

	make_domain();
	ck_assert_int_eq(vadduser("amy", "example.com", "pw-Amy12", "A", 0), 0);
	ck_assert_int_eq(vadduser("zed", "example.com", "pw-Zed12", "Z", 0), 0);
	all = vauth_getall(domain, 1, 1);
	ck_assert_str_eq(domain, "example.com");
	ck_assert_str_eq(all->pw_name, "amy");
	one = vauth_getpw("zed", domain);
	ck_assert_str_eq(all->pw_name, "amy");
	ck_assert_str_eq(one->pw_name, "zed");
	vclose();
	all = vauth_getall(domain, 0, 1);
	ck_assert_str_eq(all->pw_name, "joe");
	ck_assert_str_eq(one->pw_name, "zed");
	/* What is returned can be overwritten. */
	memset(all->pw_passwd, 0, strlen(all->pw_passwd));
	memset(all->pw_name, 'x', strlen(all->pw_name));
	ck_assert_str_eq(vauth_getall(domain, 0, 1)->pw_name, "zed");
	ck_assert_ptr_null(vauth_getall(domain, 0, 1));
	ck_assert_int_eq(verrori, 0);
	ck_assert_ptr_null(vauth_getall(domain, 0, 1));
	for (all = vauth_getall(domain, 1, 0); all;
	     all = vauth_getall(domain, 0, 0))
		count++;
	ck_assert_int_eq(count, 3);
	ck_assert_ptr_null(vauth_getall("unknown.org", 1, 0));
	ck_assert_int_eq(verrori, -11);
	ck_assert_ptr_null(vauth_getall(NULL, 1, 0));
}
END_TEST

START_TEST(test_aliases)
{
	char domain[128] = "alias.example.net", name[MAX_FILE_NAME];
	char line[161];

	make_domain();
	ck_assert_int_eq(valias_insert("sales", domain, "&bob@x.org"), 0);
	ck_assert_str_eq(domain, "example.com");
	ck_assert_int_eq(valias_insert("sales", domain, "&amy@x.org"), 0);
	ck_assert_int_eq(valias_insert("a.b", domain, "&dot@x.org"), 0);
	ck_assert_int_eq(valias_insert("zed", domain, "&zed@x.org"), 0);
	site_write("home/domains/example.com/.qmail-empty", "");
	ck_assert_str_eq(valias_select_all(name, domain), "&dot@x.org");
	ck_assert_str_eq(name, "a.b");
	ck_assert_ptr_nonnull(vauth_getpw("joe", domain));
	ck_assert_ptr_nonnull(vget_assign(domain, NULL, 0, NULL, NULL));
	ck_assert_int_eq(isExistingAlias("/nonexistent", "sales", domain), 1);
	ck_assert_str_eq(valias_select_all_next(name), "&bob@x.org");
	ck_assert_str_eq(name, "sales");
	ck_assert_str_eq(valias_select_all_next(name), "&amy@x.org");
	ck_assert_str_eq(valias_select_all_next(name), "&zed@x.org");
	ck_assert_str_eq(name, "zed");
	ck_assert_ptr_null(valias_select_all_next(name));
	ck_assert_ptr_null(valias_select_all_next(name));

	ck_assert_str_eq(valias_select("sales", domain), "&bob@x.org");
	ck_assert_str_eq(valias_select_next(), "&amy@x.org");
	ck_assert_ptr_null(valias_select_next());
	ck_assert_ptr_null(valias_select_next());
	ck_assert_ptr_null(valias_select("sales", "unknown.org"));
	ck_assert_int_eq(verrori, -11);
	ck_assert_ptr_null(valias_select(NULL, domain));
	ck_assert_int_eq(verrori, -33);

	ck_assert_str_eq(valias_select_names(domain), "a.b");
	ck_assert_str_eq(valias_select_names_next(), "sales");
	ck_assert_str_eq(valias_select_names_next(), "zed");
	ck_assert_ptr_null(valias_select_names_next());
	valias_select_names_end();

	memset(line, 'a', 160);
	line[0] = '&';
	line[160] = '\0';
	ck_assert_int_eq(valias_insert("long", domain, line), -32);
	line[159] = '\0';
	ck_assert_int_eq(valias_insert("long", domain, line), 0);
	ck_assert_str_eq(valias_select("long", domain), line);
	ck_assert_ptr_null(valias_select_next());
	ck_assert_int_eq(valias_insert("x", domain, NULL), -33);
	ck_assert_int_eq(valias_remove("sales", domain, "&bob"), 0);
	ck_assert_str_eq(valias_select("sales", domain), "&bob@x.org");
	ck_assert_int_eq(valias_remove("sales", domain, "&bob@x.org"), 0);
	ck_assert_str_eq(valias_select("sales", domain), "&amy@x.org");
	ck_assert_int_eq(valias_delete("sales", domain), 0);
	errno = 0;
	ck_assert_int_eq(valias_delete("sales", domain), -1);
	ck_assert_int_eq(errno, ENOENT);
	ck_assert_int_eq(valias_delete_domain(domain), 0);
	ck_assert_ptr_null(valias_select_all(name, domain));
}
END_TEST

START_TEST(test_lastauth)
{
	char domain[128] = "example.com";
	struct vqpasswd *pw;

	make_domain();
	pw = vauth_getpw("joe", domain);
	ck_assert_int_eq(vget_lastauth(pw, domain), 0);
	ck_assert_str_eq(vget_lastauthip(pw, domain), NULL_REMOTE_IP);
	ck_assert_int_eq(vset_lastauth("joe", domain, "imap"), 0);
	pw = vauth_getpw("joe", domain);
	ck_assert_str_eq(vget_lastauthip(pw, domain), "imap");
	ck_assert_int_ge(vget_lastauth(pw, domain), time(NULL) - 60);
	ck_assert_int_eq(vset_lastauth("no-one", domain, "imap"), 0);
	site_write("home/domains/example.com/joe/lastauth", "");
	ck_assert_ptr_null(vget_lastauthip(pw, domain));
	ck_assert_ptr_null(vget_lastauthip(NULL, domain));
	ck_assert_int_eq(vget_lastauth(pw, NULL), 0);
}
END_TEST

START_TEST(test_usage)
{
	char domain[128] = "example.com", *dir, *maildir;
	storage_t bytes = 1, count = 1;

	make_domain();
	dir = site_path("home/domains/example.com/joe");
	maildir = site_path("home/domains/example.com/joe/Maildir/");
	ck_assert_int_eq(vmaildir_readquota(maildir, "1048576S"), 0);
	char *path = site_path(
	    "home/domains/example.com/joe/Maildir/new/1.a.b,S=524288");
	FILE *fp = fopen(path, "w");
	ck_assert_ptr_nonnull(fp);
	fclose(fp);
	update_maildirsize(domain, dir, "1048576S");
	ck_assert_int_eq(vmaildir_readquota(maildir, "1048576S"), 50);
	ck_assert_int_eq(vmaildir_readquota(maildir, "1048576S,1C"), 100);
	ck_assert_int_eq(readuserquota(maildir, &bytes, &count), 0);
	ck_assert_uint_eq(bytes, 524289);
	ck_assert_uint_eq(count, 2);
	bytes = count = 0;
	ck_assert_int_eq(readdomainquota(maildir, &bytes, &count), 0);
	ck_assert_uint_eq(bytes, 524288);
	ck_assert_int_eq(
	    maildir_addquota(maildir, -1, "1048576S", (storage_t)-1000, 0), 0);
	ck_assert_int_eq(readuserquota("/nonexistent", &bytes, &count), -1);
	ck_assert_int_eq(vmaildir_readquota(NULL, "1S"), 0);
	remove_maildirsize(dir);
	free(path);
	free(dir);
	free(maildir);
}
END_TEST

START_TEST(test_remote_ip)
{
	static const char *const cases[][2] = {
		{ "::ffff:10.1.2.3", "10.1.2.3" },
		{ "10.1.2.3;x", "10.1.2.3_x" },
		{ "2001:db8::1", "2001:db8::1" },
		{ "123456789012345678901234567890123456789012345",
		    "123456789012345678901234567890123456789012345" },
	};

	unsetenv("REMOTE_HOST");
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		setenv("TCPREMOTEIP", cases[i][0], 1);
		ck_assert_str_eq(get_remote_ip(), cases[i][1]);
	}
	setenv(
	    "TCPREMOTEIP", "1234567890123456789012345678901234567890123456", 1);
	ck_assert_ptr_null(get_remote_ip());
	unsetenv("TCPREMOTEIP");
	ck_assert_ptr_null(get_remote_ip());
}
END_TEST

START_TEST(test_texts)
{
	char buffer[200];
	string_list list;
	FILE *fp;

	ck_assert_int_eq(
	    qnprintf(buffer, sizeof buffer, "select '%s' , %d, %lu, %S",
		"a'b\"c\\d", 5, 7ul, (storage_t)9),
	    29);
	ck_assert_str_eq(buffer, "select 'a\\'b\\\"c\\\\d' , 5, 7, 9");
	ck_assert_int_eq(qnprintf(buffer, 5, "%s", "12345678"), 8);
	ck_assert_str_eq(buffer, "");
	ck_assert_int_eq(qnprintf(buffer, 5, "%x", 1), -1);
	string_list_init(&list, 5);
	ck_assert_int_eq(list.size, 8);
	for (int i = 0; i < 20; i++)
		ck_assert_int_eq(string_list_add(&list, "x"), 1);
	ck_assert_int_eq(list.count, 20);
	string_list_free(&list);
	ck_assert_str_eq(verror(-11), "Domain does not exist");
	ck_assert_str_eq(verror(-25), "user name too long (max=64)");
	ck_assert_str_eq(verror(-999), "Unknown error");
	ck_assert_str_eq(verror(-21), "could not write sqwebmail password");
	ck_assert_str_eq(verror(0), "Success");
	ck_assert_int_eq(strncmp(date_header(), "Date: ", 6), 0);
	ck_assert_int_eq(is_username_valid("a.b-c"), 0);
	ck_assert_int_eq(is_username_valid("a b"), -1);
	ck_assert_int_eq(is_domain_valid("a_b"), -12);
	memcpy(buffer, "MiXed", 6);
	lowerit(buffer);
	ck_assert_str_eq(buffer, "mixed");
	lowerit(NULL);
	str_replace(buffer, 'm', 'n');
	ck_assert_str_eq(buffer, "nixed");
	site_write("vpasswd", "short:line\n"
			      "joe:$1$x:1:0:Joe:/d/joe:NOQUOTA\n"
			      "amy:$1$y:1:2:Amy:/d/amy:5S:clear\n");
	char *path = site_path("vpasswd");
	fp = fopen(path, "r");
	struct vqpasswd *pw = vgetent(fp);
	ck_assert_str_eq(pw->pw_name, "joe");
	ck_assert_str_eq(pw->pw_clear_passwd, "");
	pw = vgetent(fp);
	ck_assert_str_eq(pw->pw_name, "amy");
	ck_assert_uint_eq(pw->pw_flags, 2);
	ck_assert_ptr_null(vgetent(fp));
	ck_assert_ptr_null(vgetent(NULL));
	fclose(fp);
	ck_assert_int_eq(file_exists(path), 1);
	free(path);
	ck_assert_int_eq(file_exists("/nonexistent"), 0);
	ck_assert_uint_eq(strlen(vrandom_pass(buffer, 12)), 12);
	ck_assert_ptr_null(vrandom_pass(NULL, 12));
}
END_TEST

START_TEST(test_pwstr)
{
	site_write("home/etc/password_strength.conf",
	    "Policy = at least eight characters\nLength >= 8\n");
	ck_assert_str_eq(pw_strength_policy(), "at least eight characters");
	ck_assert_int_eq(pw_strength("abc"), -70);
	ck_assert_str_eq(
	    pw_strength_error(), "password requires more characters ");
	ck_assert_str_eq(verror(-70), "password requires more characters ");
	ck_assert_int_eq(pw_strength("abcdefgh"), 1);
	ck_assert_int_eq(pw_strength(NULL), -69);
	vclose();
	site_write("home/etc/password_strength.conf", "");
	ck_assert_ptr_null(pw_strength_policy());
}
END_TEST

START_TEST(test_kinds)
{
	char *path;

	make_domain();
	path = site_path("home/domains/example.com");
	site_mkdir("home/domains/example.com/LIST");
	site_mkdir("home/domains/example.com/AWAY");
	site_write("home/domains/example.com/LIST/editor",
	    "|/usr/bin/ezmlm-reject\n|/usr/bin/ezmlm-send '.'\n");
	site_write("home/domains/example.com/AWAY/message", "I am away\n");
	site_write("home/domains/example.com/.qmail-a:b", "&x@y.org\n");
	site_write("home/domains/example.com/.qmail-away",
	    "|/usr/bin/autorespond 1 2 3 4\n");
	char *link = site_path("home/domains/example.com/.qmail-list");
	char *target = site_path("home/domains/example.com/LIST/editor");
	ck_assert_int_eq(symlink(target, link), 0);
	free(link);
	free(target);

	ck_assert_int_eq(isExistingUser("JOE", "Alias.Example.net"), 1);
	ck_assert_int_eq(isExistingUser("no-one", "example.com"), 0);
	ck_assert_int_eq(isExistingAlias(path, "a.b", "example.com"), 1);
	ck_assert_int_eq(isExistingAlias(path, "list", "example.com"), 0);
	ck_assert_int_eq(isExistingAlias(path, "away", "example.com"), 0);
	ck_assert_int_eq(isExistingAlias(path, "default", "example.com"), 0);
	ck_assert_int_eq(isExistingRobot(path, "away"), 1);
	ck_assert_int_eq(isExistingRobot(path, "list"), 0);
	ck_assert_int_eq(isExistingRobot(path, "../away"), 0);
	ck_assert_int_eq(isValidMailList(path, "list"), 1);
	ck_assert_int_eq(isValidMailList(path, "a.b"), 0);
	ck_assert_int_eq(isExistingAddress("example.com", "joe", path), 1);
	ck_assert_int_eq(isExistingAnyAddress("example.com", "none", path), 0);
	site_mkdir("qmail/alias");
	site_write("qmail/alias/.qmail-none-default", "&x@y.org\n");
	ck_assert_int_eq(isExistingAnyAddress("example.com", "none", path), 1);
	ck_assert_int_eq(isExistingUser(NULL, NULL), 0);
	ck_assert_int_eq(isExistingAlias(NULL, NULL, NULL), 0);
	free(path);
}
END_TEST

START_TEST(test_big_dir)
{
	char domain[128] = "example.com", *path;
	vdir_type dir;

	make_domain();
	ck_assert_int_eq(open_big_dir(domain, getuid(), getgid()), 0);
	ck_assert_int_eq(close_big_dir(domain, getuid(), getgid()), 0);
	ck_assert_uint_eq(vdir.cur_users, 1);
	ck_assert_int_eq(vadduser("joe", domain, "pw", "x", 0), -2);
	open_big_dir(domain, getuid(), getgid());
	ck_assert_uint_eq(vdir.cur_users, 1);
	ck_assert_str_eq(next_big_dir(getuid(), getgid()), "");
	close_big_dir(domain, getuid(), getgid());
	ck_assert_ptr_null(next_big_dir(getuid(), getgid()));
	ck_assert_int_eq(
	    vread_dir_control(&dir, domain, getuid(), getgid()), 0);
	ck_assert_uint_eq(dir.cur_users, 2);
	ck_assert_int_eq(dec_dir_control(domain, getuid(), getgid()), 0);
	vread_dir_control(&dir, domain, getuid(), getgid());
	ck_assert_uint_eq(dir.cur_users, 1);
	ck_assert_int_eq(dir.level_max, 3);
	ck_assert_int_eq(dir.level_end[0], 61);
	ck_assert_int_eq(
	    vwrite_dir_control(&dir, domain, getuid(), getgid()), 0);
	path = site_path("home/domains/example.com/0/bob");
	ck_assert_ptr_null(backfill("bob", domain, NULL, 1));
	ck_assert_str_eq(backfill("bob", domain, path, 2), path);
	ck_assert_str_eq(backfill("bob", domain, NULL, 1), path);
	ck_assert_ptr_null(backfill("bob", domain, NULL, 3));
	ck_assert_int_eq(vdel_dir_control(domain), 0);
	ck_assert_int_eq(
	    vread_dir_control(&dir, domain, getuid(), getgid()), -1);
	free(path);
	ck_assert_ptr_null(make_user_dir("joe", domain, getuid(), getgid()));
	ck_assert_int_eq(verrori, -7);
	ck_assert_str_eq(make_user_dir("bob", domain, getuid(), getgid()), "");
	ck_assert_int_eq(
	    vauth_adduser("bob", domain, "pw-Bob12", "Bob", "", USE_POP), 0);
	ck_assert_int_eq(
	    vauth_adduser("bob", domain, "pw-Bob12", "Bob", "", USE_POP), -2);
	ck_assert_ptr_nonnull(vauth_user("bob", domain, "pw-Bob12", NULL));
	ck_assert_int_eq(
	    vmake_maildir(domain, vauth_getpw("bob", domain)->pw_dir), -1);
	ck_assert_int_eq(vauth_deluser("bob", domain), 0);
	ck_assert_int_eq(vauth_deluser("bob", domain), -10);
	path = site_path("home/domains/example.com/bob/Maildir/cur");
	ck_assert_int_eq(access(path, F_OK), 0);
	free(path);
}
END_TEST

START_TEST(test_files)
{
	char *path = site_path("tree"), *below = site_path("tree/a/b");
	char *file = site_path("list"), *text, cwd[4096], after[4096];
	char *lines[] = { "two" };

	ck_assert_ptr_nonnull(getcwd(cwd, sizeof cwd));
	ck_assert_int_eq(r_mkdir(below, getuid(), getgid()), 0);
	ck_assert_int_eq(r_mkdir(below, getuid(), getgid()), 0);
	ck_assert_int_eq(r_mkdir("", 0, 0), 0);
	ck_assert_int_eq(r_chown(path, getuid(), getgid()), 0);
	site_write("tree/a/b/c", "x");
	ck_assert_int_eq(vdelfiles(path), 0);
	ck_assert_int_eq(vdelfiles(path), -1);
	ck_assert_int_eq(vdelfiles(NULL), -1);
	ck_assert_int_eq(vdelfiles(""), -1);
	ck_assert_int_eq(vdelfiles(".."), -1);
	site_write("list", "one\ntwo\ntwo\nthree");
	ck_assert_int_eq(remove_lines(file, lines, 1), 2);
	text = site_read("list");
	ck_assert_str_eq(text, "one\nthree\n");
	free(text);
	ck_assert_int_eq(update_file(file, "b.example.com", 2), 0);
	ck_assert_int_eq(update_file(file, "x\ny", 2), -1);
	ck_assert_ptr_nonnull(getcwd(after, sizeof after));
	ck_assert_str_eq(cwd, after);
	free(path);
	free(below);
	free(file);
}
END_TEST

START_TEST(test_steps)
{
	char domain[128] = "step.example.com", *dir;
	char *names[] = { domain };

	make_domain();
	dir = site_path("home/domains/example.com");
	ck_assert_int_eq(
	    add_domain_assign(domain, domain, dir, getuid(), getgid()), 0);
	ck_assert_str_eq(vget_assign(domain, NULL, 0, NULL, NULL), dir);
	ck_assert_int_eq(count_rcpthosts(), 3);
	ck_assert_int_eq(del_control(names, 1), 0);
	ck_assert_int_eq(count_rcpthosts(), 2);
	ck_assert_int_eq(
	    del_domain_assign(names, 1, domain, dir, getuid(), getgid()), 0);
	ck_assert_ptr_null(vget_assign(domain, NULL, 0, NULL, NULL));
	ck_assert_int_eq(update_newu(), 0);
	ck_assert_int_eq(compile_morercpthosts(), 0);
	ck_assert_int_eq(add_domain_assign(NULL, domain, dir, 1, 1), -1);
	ck_assert_int_eq(del_control(NULL, 1), -1);
	ck_assert_int_eq(vmkpasswd("example.com"), 0);
	ck_assert_int_eq(signal_process("no-such-program", 0), 0);
	free(dir);
}
END_TEST

START_TEST(test_conf)
{
	struct sockaddr_in address;
	storage_t size, count;
	config_t *config;

	ck_assert_int_eq(ippp_parse("127.0.0.1:189", &address), 1);
	ck_assert_int_eq(ntohs(address.sin_port), 189);
	ck_assert_int_eq(ippp_parse("127.0.0.1", &address), 0);
	ck_assert_int_eq(ippp_parse("127.0.0.1:70000", &address), 0);
	ck_assert_int_eq(
	    ippp_parse("1234567890123456789012345:1", &address), 0);
	ck_assert_int_eq(ippp_parse(NULL, &address), 0);
	site_write("home/etc/test.conf",
	    "// a comment\n"
	    "Socket:\n"
	    "\tFilename = /tmp/x ; \"quoted ; text\"; /* not\n"
	    "   this = one; */ Client Timeout = 5;\n"
	    "Other: value;\n"
	    "Socket:\n  Second = \\065\\;x ;\n");
	config = config_begin("test.conf");
	ck_assert_ptr_nonnull(config);
	ck_assert_str_eq(
	    config_fetch_by_name(config, "socket", "FILENAME"), "/tmp/x");
	ck_assert_str_eq(
	    config_fetch_by_name(config, "Socket", "Client timeout"), "5");
	ck_assert_str_eq(
	    config_fetch_by_name(config, "Socket", "Second"), "A;x");
	ck_assert_str_eq(
	    config_fetch_by_num(config, "Socket", 2), "quoted ; text");
	ck_assert_str_eq(config_fetch_by_num(config, "Other", 1), "value");
	ck_assert_ptr_null(config_fetch_by_num(config, "Other", 2));
	ck_assert_int_eq(config_reference(config, "Socket"), 1);
	ck_assert_ptr_null(config_fetch(config, "Second"));
	ck_assert_int_eq(config_next_reference(config), 1);
	ck_assert_str_eq(config_fetch(config, "Second"), "A;x");
	ck_assert_int_eq(config_next_reference(config), 0);
	config_kill(config);
	config_kill(NULL);
	site_write("home/etc/test.conf", "Socket:\n\tFilename = x\n");
	ck_assert_ptr_null(config_begin("test.conf"));
	ck_assert_ptr_null(config_begin("../etc/test.conf"));
	ck_assert_ptr_null(config_begin("missing.conf"));
	ck_assert_ptr_null(config_begin(NULL));
	ck_assert_int_eq(client_query_quick("joe@x.org", &size, &count), 0);
	ck_assert_uint_eq(size, UINT64_MAX);
	ck_assert_ptr_null(client_connect());
	client_close(NULL);
	ck_assert_int_eq(client_query(NULL, "x", 1, &size, NULL), 0);
}
END_TEST

START_TEST(test_ip_map)
{
	char ip[64], domain[128];

	make_domain();
	ck_assert_int_eq(vadd_ip_map("192.0.2.1", "example.com"), 0);
	ck_assert_int_eq(vget_ip_map("192.0.2.1", domain, 128), 0);
	ck_assert_str_eq(domain, "example.com");
	ck_assert_int_eq(vget_ip_map("192.0.2.1", domain, 5), -1);
	ck_assert_int_eq(vget_ip_map("192.0.2.2", domain, 128), -1);
	ck_assert_int_eq(vshow_ip_map(1, ip, domain), 1);
	ck_assert_str_eq(ip, "192.0.2.1");
	ck_assert_int_eq(vshow_ip_map(0, ip, domain), 0);
	ck_assert_int_eq(vdel_ip_map("192.0.2.1", "example.com"), 0);
	ck_assert_int_eq(vdel_ip_map("192.0.2.1", "example.com"), -1);
	ck_assert_int_eq(vadd_ip_map(NULL, NULL), -1);
}
END_TEST

/* Long and empty texts, literals, through every function that takes names. */
static void
abuse(const char *user, const char *domain)
{
	char *u = (char *)(uintptr_t)user, *d = (char *)(uintptr_t)domain;
	char name[MAX_FILE_NAME], buffer[100];
	struct vqpasswd pw = { .pw_name = u,
		.pw_passwd = u,
		.pw_gecos = u,
		.pw_dir = u,
		.pw_shell = u,
		.pw_clear_passwd = u };
	struct vlimits limits;
	storage_t size = 0, count = 0;

	vauth_getpw(u, d);
	vauth_user(u, d, u, u);
	ck_assert_int_lt(vadduser(u, d, u, u, USE_POP), 0);
	ck_assert_int_lt(vdeluser(u, d), 0);
	ck_assert_int_lt(vpasswd(u, d, u, USE_POP), 0);
	ck_assert_int_lt(vsetuserquota(u, d, u), 0);
	ck_assert_int_lt(vauth_setquota(u, d, u), 0);
	ck_assert_int_lt(vauth_setpw(&pw, d), 0);
	ck_assert_int_lt(vauth_adduser(u, d, u, u, u, 0), 0);
	ck_assert_int_lt(vauth_deluser(u, d), 0);
	ck_assert_ptr_null(make_user_dir(u, d, getuid(), getgid()));
	ck_assert_int_lt(vadddomain(d, u, getuid(), getgid()), 0);
	ck_assert_int_lt(vaddaliasdomain(d, u), 0);
	ck_assert_int_lt(vdeldomain(d), 0);
	ck_assert_ptr_null(vget_assign(d, name, 10, NULL, NULL));
	ck_assert_ptr_null(vauth_getall(d, 1, 1));
	ck_assert_ptr_null(valias_select(u, d));
	ck_assert_ptr_null(valias_select_all(name, d));
	ck_assert_int_lt(valias_insert(u, d, u), 0);
	ck_assert_int_lt(valias_remove(u, d, u), 0);
	ck_assert_int_lt(valias_delete(u, d), 0);
	ck_assert_int_lt(valias_delete_domain(d), 0);
	ck_assert_int_eq(vget_limits(d, &limits), -1);
	ck_assert_int_eq(vset_limits(d, &limits), -1);
	ck_assert_int_eq(vdel_limits(d), -1);
	ck_assert_int_lt(vset_lastauth(u, d, u), 0);
	vget_lastauth(&pw, d);
	vget_lastauthip(&pw, d);
	parse_email(u, name, buffer, 60);
	format_maildirquota(u);
	vmaildir_readquota(u, u);
	readuserquota(u, &size, &count);
	update_maildirsize(d, u, u);
	maildir_to_email(u);
	mkpasswd3(u, buffer, sizeof buffer);
	isExistingAnyAddress(d, u, u);
	get_domain_entries(d);
	get_domain_entries("");
	open_big_dir(d, getuid(), getgid());
	close_big_dir(d, getuid(), getgid());
	ck_assert_int_lt(vmkpasswd(d), 0);
	vmake_maildir(d, u);
	vdelfiles(u);
	r_chown(u, getuid(), getgid());
	signal_process(u, 0);
	vadd_ip_map(u, d);
	vget_ip_map(u, name, 10);
	client_query_quick(u, &size, &count);
	add_domain_assign(d, d, u, getuid(), getgid());
	pw_strength(u);
	verror(0);
}

START_TEST(test_bad_input)
{
	static const int sizes[] = { 300, 10000 };
	char cwd[4096], after[4096];
	struct sigaction before, now;
	mode_t mask = umask(027);

	make_domain();
	ck_assert_ptr_nonnull(getcwd(cwd, sizeof cwd));
	sigaction(SIGPIPE, NULL, &before);
	abuse(NULL, NULL);
	abuse("", "");
	/* Literals whose text would have to change. */
	ck_assert_ptr_nonnull(vauth_getpw("JOE", "Alias.Example.NET"));
	ck_assert_ptr_nonnull(
	    vget_assign("Alias.Example.NET", NULL, 0, NULL, NULL));
	for (int i = 0; i < 2; i++) {
		char *text = malloc((size_t)sizes[i] + 1);

		memset(text, 'a', (size_t)sizes[i]);
		text[sizes[i]] = '\0';
		abuse(text, text);
		abuse("Upper", text);
		abuse(text, "No.Such.Example");
		memset(text, '/', (size_t)sizes[i]);
		memset(text, '%', (size_t)sizes[i] / 2);
		abuse(text, text);
		free(text);
	}
	ck_assert_ptr_nonnull(getcwd(after, sizeof after));
	ck_assert_str_eq(cwd, after);
	ck_assert_uint_eq(umask(mask), 027);
	sigaction(SIGPIPE, NULL, &now);
	ck_assert(before.sa_handler == now.sa_handler);
}
END_TEST

/* What is remembered is given up when another program changes the files. */
START_TEST(test_memory)
{
	struct vpop_limits limits;
	struct vlimits seen;

	make_domain();
	sleep(4);
	for (int i = 0; i < 3; i++) {
		ck_assert_uint_eq(
		    vauth_getpw("joe", "example.com")->pw_flags, 0);
		ck_assert_ptr_nonnull(
		    vget_assign("alias.example.net", NULL, 0, NULL, NULL));
		ck_assert_int_eq(vget_limits("example.com", &seen), 0);
		ck_assert_int_eq(seen.disable_imap, 0);
	}
	vpop_limits_init(&limits);
	limits.flags = NO_IMAP;
	ck_assert_int_eq(vpop_limits_set(vp, "example.com", &limits), 0);
	ck_assert_uint_eq(vauth_getpw("joe", "example.com")->pw_flags, NO_IMAP);
	ck_assert_int_eq(vget_limits("Example.com", &seen), 0);
	ck_assert_int_eq(seen.disable_imap, 1);
	ck_assert_int_eq(vpop_domain_delete(vp, "alias.example.net"), 0);
	ck_assert_ptr_null(
	    vget_assign("alias.example.net", NULL, 0, NULL, NULL));
	ck_assert_int_eq(vpop_domain_delete(vp, "example.com"), 0);
	ck_assert_ptr_null(vauth_getpw("joe", "example.com"));
	ck_assert_int_eq(verrori, VA_DOMAIN_DOES_NOT_EXIST);
}
END_TEST

int
main(void)
{
	const TTest *const list[] = { test_parse_email, test_quota_text,
		test_maildir_to_email, test_domains, test_domain_entries,
		test_users, test_setuserquota, test_setpw, test_getall,
		test_aliases, test_lastauth, test_usage, test_remote_ip,
		test_texts, test_pwstr, test_kinds, test_big_dir, test_files,
		test_steps, test_conf, test_ip_map, test_memory,
		test_bad_input };
	Suite *suite = suite_create("api");
	TCase *tcase = tcase_create("api");

	tcase_add_checked_fixture(tcase, api_make, api_remove);
	tcase_set_timeout(tcase, 120);
	for (size_t i = 0; i < sizeof list / sizeof list[0]; i++)
		tcase_add_test(tcase, list[i]);
	suite_add_tcase(suite, tcase);

	SRunner *runner = srunner_create(suite);
	srunner_set_tap(runner, "-");
	srunner_run_all(runner, CK_SILENT);
	int failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
