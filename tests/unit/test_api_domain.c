/* The old interface: domains, their entries, the steps of their changes. */
#include "config.h"

#include "api.h"

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
	entry = get_domain_entries("Alias.example.net");
	ck_assert_ptr_nonnull(entry);
	ck_assert_str_eq(entry->domain, "example.com");
	/* What is between the steps does not disturb the walk. */
	ck_assert_ptr_nonnull(vauth_getpw("joe", "example.com"));
	ck_assert_str_eq(entry->realdomain, "example.com");
	entry = get_domain_entries(NULL);
	ck_assert_str_eq(entry->domain, "alias.example.net");
	ck_assert_str_eq(entry->realdomain, "example.com");
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
	ck_assert_int_eq(
	    update_file("", "+x.example.com-:example.com:1:1:/x:-::", 1), 0);
	ck_assert_str_eq(
	    vget_assign("x.example.com", NULL, 0, NULL, NULL), "/x");
	ck_assert_int_lt(update_file("", "+x.example.com", 1), 0);
	ck_assert_int_eq(compile_morercpthosts(), 0);
	ck_assert_int_eq(add_domain_assign(NULL, domain, dir, 1, 1), -1);
	ck_assert_int_eq(del_control(NULL, 1), -1);
	ck_assert_int_eq(vmkpasswd("example.com"), 0);
	ck_assert_int_eq(signal_process("no-such-program", 0), 0);
	free(dir);
}
END_TEST

/* Lines of users/assign that are no domain's, and long ones. */
START_TEST(test_odd_entries)
{
	char *text, *more = NULL, name[128] = "long.example.org";
	char dir[401], real[128], small[4];
	domain_entry *entry;

	make_domain();
	memset(dir, 'd', 400);
	dir[0] = '/';
	dir[400] = '\0';
	memset(real, 'r', 116);
	memcpy(real + 60, ".example.org", 13);
	text = site_read("qmail/users/assign");
	text[strlen(text) - 2] = '\0';
	ck_assert_int_ge(
	    asprintf(&more,
		"=joe:joe:1:1:/home/joe:::\n"
		"+nodot-:nodot:1:1:/home/nodot:-::\n"
		"%s+long.example.org-:long.example.org:7:8:%s:-::\n"
		"+x.org-:%s.%s:7:8:/x:-::\n.\n",
		text, dir, real, real),
	    0);
	site_write("qmail/users/assign", more);
	ck_assert_int_eq(update_newu(), 0);
	entry = get_domain_entries("");
	ck_assert_str_eq(entry->domain, "example.com");
	entry = get_domain_entries(NULL);
	ck_assert_str_eq(entry->domain, "alias.example.net");
	entry = get_domain_entries(NULL);
	ck_assert_str_eq(entry->domain, name);
	ck_assert_str_eq(entry->path, dir);
	ck_assert_int_eq(entry->uid, 7);
	ck_assert_int_eq(entry->gid, 8);
	ck_assert_ptr_nonnull(get_domain_entries(NULL));
	ck_assert_ptr_null(get_domain_entries(NULL));
	ck_assert_str_eq(vget_assign(name, small, 4, NULL, NULL), dir);
	ck_assert_str_eq(small, "/dd");
	/* Longer than what fits into a buffer of old programs. */
	memcpy(name, "x.org", 6);
	ck_assert_ptr_null(vget_assign(name, NULL, 0, NULL, NULL));
	ck_assert_str_eq(name, "x.org");
	ck_assert_int_eq(verrori, VA_DOMAIN_NAME_TOO_LONG);
	/* What cannot be compiled. */
	site_write("qmail/users/assign", "+broken\n.\n");
	ck_assert_int_lt(update_newu(), 0);
	free(text);
	free(more);
}
END_TEST

START_TEST(test_new_domain)
{
	char name[128] = "a.bc", *home = site_path("home"), *text, *wanted;

	make_domain();
	ck_assert_int_eq(vadddomain(name, home, getuid(), getgid()), 0);
	text = site_read("home/domains/a.bc/.qmail-default");
	ck_assert_int_ge(
	    asprintf(
		&wanted, "| %s/bin/vdelivermail '' bounce-no-mailbox\n", home),
	    0);
	ck_assert_str_eq(text, wanted);
	ck_assert_ptr_null(vauth_getpw("postmaster", name));
	ck_assert_int_eq(verrori, VA_USER_DOES_NOT_EXIST);
	free(text);
	free(wanted);
	memset(name, 'a', sizeof name);
	memcpy(name + 64, "", 1);
	memcpy(name, "x.", 2);
	ck_assert_int_ne(vadddomain(name, home, getuid(), getgid()), -12);
	memcpy(name + 64, "aa", 3);
	ck_assert_int_eq(vadddomain(name, home, getuid(), getgid()), -12);
	/* An alias of an alias is one of the real domain. */
	memcpy(name, "third.example", 14);
	ck_assert_int_eq(vaddaliasdomain(name, "alias.example.net"), 0);
	ck_assert_str_eq(name, "third.example");
	ck_assert_ptr_nonnull(vget_assign(name, NULL, 0, NULL, NULL));
	ck_assert_str_eq(name, "example.com");
	memcpy(name, "third.example", 14);
	ck_assert_int_eq(vdeldomain(name), 0);
	ck_assert_ptr_nonnull(vauth_getpw("joe", "example.com"));
	free(home);
}
END_TEST

static int
is_compiled(void)
{
	char *path = site_path("qmail/control/morercpthosts.cdb");
	int rc = access(path, F_OK) == 0;

	free(path);
	return rc;
}

/* Beyond 50 names they are compiled, now or later. */
START_TEST(test_many_names)
{
	char name[128], *home = site_path("home");
	FILE *fp;

	make_domain();
	char *path = site_path("qmail/control/rcpthosts");
	fp = fopen(path, "a");
	for (int i = 0; i < 50; i++)
		fprintf(fp, "n%02d.example.org\n", i);
	fclose(fp);
	ck_assert_int_eq(count_rcpthosts(), 52);
	OptimizeAddDomain = 1;
	memcpy(name, "one.example.org", 16);
	ck_assert_int_eq(vadddomain(name, home, getuid(), getgid()), 0);
	ck_assert(!is_compiled());
	ck_assert_int_eq(compile_morercpthosts(), 0);
	ck_assert(is_compiled());
	free(path);
	path = site_path("qmail/control/morercpthosts.cdb");
	ck_assert_int_eq(unlink(path), 0);
	OptimizeAddDomain = 0;
	memcpy(name, "two.example.org", 16);
	ck_assert_int_eq(vadddomain(name, home, getuid(), getgid()), 0);
	ck_assert(is_compiled());
	ck_assert_int_eq(count_rcpthosts(), 52);
	free(path);
	free(home);
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
	const TTest *const tests[] = { test_domains, test_domain_entries,
		test_steps, test_odd_entries, test_new_domain, test_many_names,
		test_ip_map, test_memory, NULL };

	return api_main("api_domain", tests);
}
