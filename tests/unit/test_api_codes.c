/*
 * The old interface: which code each refusal of an account function has, and
 * which comes first when several things are wrong.
 */
#include "config.h"

#include "api.h"

static char name65[66], name97[98], text129[130];

static void
make_texts(void)
{
	memset(name65, 'a', 65);
	memset(name97, 'a', 97);
	memset(text129, 'a', 129);
	make_domain();
}

static void
break_domain_file(const char *name)
{
	char *path = NULL;

	ck_assert_int_ge(
	    asprintf(&path, "home/domains/example.com/%s", name), 0);
	site_mkdir(path);
	free(path);
}

START_TEST(test_vadduser_order)
{
	char domain[128] = "example.com", *path, *away;

	make_texts();
	ck_assert_int_eq(vadduser(name65, name97, "", "a:b", 0), -20);
	ck_assert_int_eq(vadduser(name65, name97, "", name65, 0), -25);
	ck_assert_int_eq(vadduser("j", name97, "", name65, 0), -1);
	ck_assert_int_eq(vadduser("a b", name97, "", name65, 0), -26);
	ck_assert_int_eq(vadduser("a b", "a_", "", name65, 0), -12);
	ck_assert_int_eq(vadduser("a b", "a_b.c", "", name65, 0), -28);
	ck_assert_int_eq(vadduser("a b", "a_b.c", "", "", 0), -1);
	ck_assert_int_eq(vadduser("ab", "a_b.c", "", "", 0), -12);
	ck_assert_int_eq(vadduser("joe", domain, "", "", 0), -2);
	ck_assert_int_eq(vadduser("ab", "unknown.org", "", "", 0), -11);
	ck_assert_int_eq(vadduser("ab", domain, "", "", 0), -70);
	break_domain_file(".qmailadmin-limits");
	ck_assert_int_eq(vadduser("ab", domain, "", "", 0), -36);
	path = site_path("home/domains/example.com/.qmailadmin-limits");
	ck_assert_int_eq(rmdir(path), 0);
	free(path);
	break_domain_file("ab");
	ck_assert_int_eq(vadduser("ab", domain, "pw-Ab123", "", 0), -7);
	path = site_path("home/domains/example.com");
	away = site_path("away");
	ck_assert_int_eq(rename(path, away), 0);
	ck_assert_int_eq(vadduser("ac", domain, "pw-Ac123", "", 0), -5);
	ck_assert_int_eq(vdeluser("joe", domain), -5);
	free(path);
	free(away);
}
END_TEST

/* What is different where clear passwords are stored. */
START_TEST(test_clear)
{
	char domain[128] = "example.com";
	struct vqpasswd *pw, copy;

	make_texts();
	ck_assert_int_eq(
	    site_open("auth_module = cdb\nclear_passwd = yes\n"), 0);
	vclose();
	ck_assert_int_eq(vadduser("a b", "a_b.c", text129, name65, 0), -27);
	ck_assert_int_eq(vadduser("amy", domain, "pw-Amy12", "", 0), 0);
	pw = vauth_getpw("amy", domain);
	ck_assert_ptr_nonnull(pw);
	ck_assert_str_eq(pw->pw_clear_passwd, "pw-Amy12");
	copy = *pw;
	copy.pw_clear_passwd = NULL;
	ck_assert_int_eq(vcheck_vqpw(&copy, domain), -33);
	ck_assert_int_eq(vauth_setpw(&copy, domain), -33);
	copy.pw_clear_passwd = text129;
	ck_assert_int_eq(vcheck_vqpw(&copy, domain), -31);
	ck_assert_int_eq(vauth_setpw(&copy, domain), -31);
	copy.pw_clear_passwd = pw->pw_clear_passwd;
	ck_assert_int_eq(vauth_setpw(&copy, domain), 0);
	pw = vauth_getall(domain, 1, 0);
	ck_assert_ptr_nonnull(pw);
	ck_assert_str_eq(pw->pw_clear_passwd, "pw-Amy12");
	pw = vauth_getall(domain, 0, 0);
	ck_assert_ptr_nonnull(pw);
	ck_assert_str_eq(pw->pw_clear_passwd, "");
}
END_TEST

START_TEST(test_changes)
{
	char domain[128] = "example.com", *home = site_path("home");
	struct vlimits limits;

	make_texts();
	ck_assert_int_eq(vpasswd(name65, name97, text129, 0), -25);
	ck_assert_int_eq(vpasswd("j", name97, text129, 0), -1);
	ck_assert_int_eq(vpasswd("no-one", name97, text129, 0), -26);
	ck_assert_int_eq(vpasswd("no-one", domain, text129, 0), -27);
	ck_assert_int_eq(vpasswd("no-one", domain, "", 0), -70);
	ck_assert_int_eq(vpasswd("no-one", domain, NULL, 0), -69);
	ck_assert_int_eq(vpasswd("no-one", domain, "pw-No123", 0), -10);
	/* The limit of the domain counts like the account's own flag. */
	vdefault_limits(&limits);
	limits.disable_passwordchanging = 1;
	ck_assert_int_eq(vset_limits(domain, &limits), 0);
	ck_assert_int_eq(vpasswd("joe", domain, "pw-Joe13", 0), VA_FORBIDDEN);
	ck_assert_int_eq(vdel_limits(domain), 0);
	ck_assert_int_eq(vpasswd("joe", domain, "pw-Joe13", 0), 0);

	ck_assert_int_eq(vsetuserquota(name65, name97, text129), -25);
	ck_assert_int_eq(vsetuserquota("j", name97, text129), -1);
	ck_assert_int_eq(vsetuserquota("no-one", name97, text129), -26);
	ck_assert_int_eq(vsetuserquota("no-one", domain, text129), -29);
	ck_assert_int_eq(vsetuserquota("no-one", domain, "1M"), -10);
	ck_assert_int_eq(vauth_setquota("no-one", domain, "1M"), -10);
	ck_assert_int_eq(vauth_setquota("joe", domain, "1M"), 0);
	/* What is longer once it is normalised. */
	ck_assert_int_eq(
	    vsetuserquota("joe", domain, "12345678M,12345678C"), 0);
	ck_assert_str_eq(
	    vauth_getpw("joe", domain)->pw_shell, "12945381654528S,12345678C");

	site_write("home/domains/example.com/.qmail-default",
	    "| /x/bin/vdelivermail '' joe@example.com\n");
	ck_assert_int_eq(vdeluser("joe", domain), -55);
	free(home);
}
END_TEST

START_TEST(test_vcheck_vqpw)
{
	char domain[128] = "example.com", long161[162] = "";
	struct vqpasswd pw = { .pw_name = NULL };

	memset(long161, 'a', 161);
	make_texts();
	ck_assert_int_eq(vcheck_vqpw(&pw, name97), -33);
	pw = (struct vqpasswd){ .pw_name = name65,
		.pw_passwd = text129,
		.pw_gecos = name65,
		.pw_dir = long161,
		.pw_shell = text129 };
	ck_assert_int_eq(vcheck_vqpw(&pw, name97), -25);
	pw.pw_name = "j";
	ck_assert_int_eq(vcheck_vqpw(&pw, name97), -1);
	pw.pw_name = "joe";
	ck_assert_int_eq(vcheck_vqpw(&pw, name97), -26);
	ck_assert_int_eq(vcheck_vqpw(&pw, domain), -27);
	pw.pw_passwd = "";
	ck_assert_int_eq(vcheck_vqpw(&pw, domain), -28);
	pw.pw_gecos = "";
	ck_assert_int_eq(vcheck_vqpw(&pw, domain), -30);
	ck_assert_int_eq(vauth_setpw(&pw, domain), -30);
	pw.pw_dir = "/joe";
	ck_assert_int_eq(vcheck_vqpw(&pw, domain), -29);
	pw.pw_shell = "";
	ck_assert_int_eq(vcheck_vqpw(&pw, domain), 0);
	ck_assert_int_eq(vcheck_vqpw(&pw, NULL), -33);
}
END_TEST

START_TEST(test_directories)
{
	char domain[128] = "example.com", *dir, *cur, *junk;

	make_texts();
	dir = site_path("home/domains/example.com/joe");
	cur = site_path("home/domains/example.com/joe/Maildir/cur");
	junk = site_path("home/domains/example.com/joe/Maildir/.Junk/new");
	/* An account whose directory is gone gets it again. */
	ck_assert_int_eq(vdelfiles(dir), 0);
	ck_assert_str_eq(make_user_dir("joe", domain, getuid(), getgid()), "");
	ck_assert_int_eq(verrori, 0);
	ck_assert_int_eq(access(cur, F_OK), 0);
	ck_assert_str_eq(vauth_getpw("joe", domain)->pw_dir, dir);
	ck_assert_ptr_null(make_user_dir("joe", domain, getuid(), getgid()));
	ck_assert_int_eq(verrori, -7);
	ck_assert_int_ne(access(junk, F_OK), 0);

	ck_assert_int_eq(vmake_maildir("unknown.org", dir), -11);
	ck_assert_int_eq(vmake_maildir(domain, "/nonexistent"), -3);
	ck_assert_int_eq(vmake_maildir(domain, dir), -1);
	ck_assert_int_eq(
	    site_open("auth_module = cdb\nspam_junkfolder = yes\n"), 0);
	vclose();
	char *maildir = site_path("home/domains/example.com/joe/Maildir");
	ck_assert_int_eq(vdelfiles(maildir), 0);
	ck_assert_int_eq(vmake_maildir(domain, dir), 0);
	ck_assert_int_eq(access(cur, F_OK), 0);
	ck_assert_int_eq(access(junk, F_OK), 0);
	ck_assert_int_eq(vdelfiles(dir), 0);
	ck_assert_str_eq(make_user_dir("joe", domain, getuid(), getgid()), "");
	ck_assert_int_eq(access(junk, F_OK), 0);
	free(maildir);
	free(dir);
	free(cur);
	free(junk);
}
END_TEST

/* Without the index the text is searched, in which lines that are no accounts
 * are none. */
START_TEST(test_index)
{
	char domain[128] = "example.com", *text, *path, *changed = NULL;
	struct vqpasswd *pw;

	make_texts();
	text = site_read("home/domains/example.com/vpasswd");
	ck_assert_int_ge(
	    asprintf(&changed, "abe:x:1\nbob\n:x:1:0::/d:NOQUOTA\n%s", text),
	    0);
	site_write("home/domains/example.com/vpasswd", changed);
	path = site_path("home/domains/example.com/vpasswd.cdb");
	ck_assert_int_eq(unlink(path), 0);
	vclose();
	ck_assert_ptr_null(vauth_getpw("abe", domain));
	ck_assert_int_eq(verrori, -10);
	ck_assert_ptr_null(vauth_getpw("bob", domain));
	pw = vauth_getpw("joe", domain);
	ck_assert_ptr_nonnull(pw);
	ck_assert_int_eq(verrori, 0);
	ck_assert_uint_le(strlen(pw->pw_passwd), MAX_PW_PASS);
	ck_assert_int_eq(strncmp(pw->pw_passwd, "$6$", 3), 0);
	ck_assert_int_eq(vmkpasswd(domain), 0);
	ck_assert_int_eq(access(path, F_OK), 0);
	ck_assert_ptr_nonnull(vauth_getpw("joe", domain));
	ck_assert_ptr_null(vauth_getpw("abe", domain));
	free(text);
	free(path);
	free(changed);
}
END_TEST

/* vauth_crypt alone: what it is given is all it looks at. */
START_TEST(test_crypt)
{
	char crypted[100], marked[120];
	struct vqpasswd pw = { .pw_passwd = crypted };

	ck_assert_int_eq(mkpasswd3("pw-Joe12", crypted, sizeof crypted), 0);
	ck_assert_int_eq(vauth_crypt("x", "y", "pw-Joe12", &pw), 0);
	ck_assert_int_ne(vauth_crypt("x", "y", "pw-Joe13", &pw), 0);
	snprintf(marked, sizeof marked, "{CRYPT}%s", crypted);
	pw.pw_passwd = marked;
	ck_assert_int_eq(vauth_crypt("x", "y", "pw-Joe12", &pw), 0);
	pw.pw_passwd = "";
	ck_assert_int_ne(vauth_crypt("x", "y", "", &pw), 0);
	pw.pw_passwd = "*";
	ck_assert_int_ne(vauth_crypt("x", "y", "*", &pw), 0);
	pw.pw_passwd = "$9$nothing";
	ck_assert_int_ne(vauth_crypt("x", "y", "$9$nothing", &pw), 0);
	pw.pw_passwd = NULL;
	ck_assert_int_ne(vauth_crypt("x", "y", "", &pw), 0);
	ck_assert_int_eq(mkpasswd3("pw-Joe12", crypted, 98), -18);
	ck_assert_int_eq(mkpasswd3("pw-Joe12", marked, 99), 0);
}
END_TEST

int
main(void)
{
	const TTest *const tests[] = { test_vadduser_order, test_clear,
		test_changes, test_vcheck_vqpw, test_directories, test_index,
		test_crypt, NULL };

	return api_main("api_codes", tests);
}
