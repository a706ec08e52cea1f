/* The old interface: accounts. */
#include "config.h"

#include "api.h"

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

int
main(void)
{
	const TTest *const tests[] = { test_users, test_setuserquota,
		test_setpw, test_getall, test_lastauth, test_usage,
		test_big_dir, NULL };

	return api_main("api_user", tests);
}
