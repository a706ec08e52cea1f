/* Finding domains, their folders and locks. */
#include "config.h"

#include "site.h"

START_TEST(finds)
{
	struct vpop_domain domain;

	ck_assert_int_eq(vpop_domain_get(vp, "x.example", &domain),
	    VA_DOMAIN_DOES_NOT_EXIST);
	site_domain("x.example", "x.example");
	site_domain("alias.example", "x.example");
	ck_assert_int_eq(vpop_domain_get(vp, "X.Example", &domain), 0);
	ck_assert_str_eq(domain.name, "x.example");
	ck_assert_str_eq(domain.real, "x.example");
	ck_assert_ptr_nonnull(strstr(domain.dir, "/home/domains/x.example"));
	ck_assert_uint_eq(domain.uid, getuid());
	ck_assert_int_eq(vpop_domain_get(vp, "alias.example", &domain), 0);
	ck_assert_str_eq(domain.name, "alias.example");
	ck_assert_str_eq(domain.real, "x.example");
	ck_assert_int_eq(
	    vpop_domain_get(vp, "", &domain), VA_DOMAIN_DOES_NOT_EXIST);
	ck_assert_int_eq(
	    vpop_domain_get(vp, "a/b", &domain), VA_DOMAIN_DOES_NOT_EXIST);
	ck_assert_int_eq(
	    vpop_domain_get(vp, "example", &domain), VA_DOMAIN_DOES_NOT_EXIST);
}
END_TEST

/* A table that is broken or gone is never "no such domain". */
START_TEST(cannot_find_out)
{
	struct vpop_domain domain;
	char *path = site_path("qmail/users/cdb");

	site_domain("x.example", "x.example");
	site_write("qmail/users/cdb", "junk");
	ck_assert_int_eq(
	    vpop_domain_get(vp, "x.example", &domain), VA_CANNOT_READ_ASSIGN);
	ck_assert_int_eq(unlink(path), 0);
	ck_assert_int_eq(
	    vpop_domain_get(vp, "x.example", &domain), VA_CANNOT_READ_ASSIGN);
	ck_assert_int_eq(vpop_class(vpop_code(vp)), VPOP_CLASS_TEMPORARY);
	free(path);
	ck_assert_int_eq(site_open("qmaildir = /nonexistent\n"), 0);
	ck_assert_int_eq(
	    vpop_domain_get(vp, "x.example", &domain), VA_CANNOT_READ_ASSIGN);
}
END_TEST

static void
expect_walk(const char *real, const char *want)
{
	struct vpop_domains *cursor;
	struct vpop_domain domain;
	char names[512] = "";
	int rc;

	ck_assert_int_eq(vpop_domains_open(vp, real, &cursor), 0);
	while ((rc = vpop_domains_next(cursor, &domain)) == 1) {
		size_t used = strlen(names);

		snprintf(names + used, sizeof names - used, "%s ", domain.name);
	}
	ck_assert_int_eq(rc, 0);
	vpop_domains_close(cursor);
	ck_assert_str_eq(names, want);
}

START_TEST(walks)
{
	struct vpop_domains *cursor;
	struct vpop_domain domain;

	expect_walk(NULL, "");
	site_domain("x.example", "x.example");
	site_domain("b.example", "b.example");
	site_domain("alias.example", "x.example");
	expect_walk(NULL, "alias.example b.example x.example ");
	expect_walk("alias.example", "alias.example x.example ");
	expect_walk("b.example", "b.example ");
	ck_assert_int_eq(vpop_domains_open(vp, "no.example", &cursor),
	    VA_DOMAIN_DOES_NOT_EXIST);
	vpop_domains_close(NULL);
	site_write("qmail/users/assign", "+a.example-:bad\n.\n");
	ck_assert_int_eq(vpop_domains_open(vp, NULL, &cursor), 0);
	ck_assert_int_eq(
	    vpop_domains_next(cursor, &domain), VA_CANNOT_READ_ASSIGN);
	vpop_domains_close(cursor);
}
END_TEST

START_TEST(folder)
{
	struct vpop_domain domain;
	char *moved, *from;

	site_domain("x.example", "x.example");
	ck_assert_int_eq(vpop_domain_get(vp, "x.example", &domain), 0);
	int fd = vp_domain_dir(vp, &domain);
	ck_assert_int_ge(fd, 0);
	close(fd);
	/* Moved to another disk: our own link is followed. */
	moved = site_path("elsewhere");
	from = site_path("home/domains/x.example");
	ck_assert_int_eq(rename(from, moved), 0);
	ck_assert_int_eq(vp_domain_dir(vp, &domain), VA_BAD_D_DIR);
	ck_assert_int_eq(symlink(moved, from), 0);
	fd = vp_domain_dir(vp, &domain);
	ck_assert_int_ge(fd, 0);
	close(fd);
	/* Not that of anybody else. */
	if (geteuid() == 0) {
		ck_assert_int_eq(lchown(from, 12345, 12345), 0);
		ck_assert_int_eq(vp_domain_dir(vp, &domain), VA_BAD_D_DIR);
	}
	free(moved);
	free(from);
}
END_TEST

START_TEST(locks)
{
	struct vpop_domain domain;

	site_domain("x.example", "x.example");
	ck_assert_int_eq(vpop_domain_get(vp, "x.example", &domain), 0);
	int dirfd = vp_domain_dir(vp, &domain);
	int lock = vp_domain_lock(vp, &domain, dirfd, 1);
	ck_assert_int_ge(lock, 0);
	ck_assert_int_eq(vp_domain_lock(vp, &domain, dirfd, 0), VA_LOCK_FAILED);
	ck_assert_ptr_nonnull(strstr(vpop_message(vp), ".vpasswd.lock"));
	close(lock);
	lock = vp_domain_lock(vp, &domain, dirfd, 0);
	ck_assert_int_ge(lock, 0);
	close(lock);
	close(dirfd);
	lock = vp_site_lock(vp, 0);
	ck_assert_int_ge(lock, 0);
	ck_assert_int_eq(vp_site_lock(vp, 0), VA_LOCK_FAILED);
	close(lock);
}
END_TEST

START_TEST(actions)
{
	static const char *const want[][2] = {
		{ "| /home/vpopmail/bin/vdelivermail '' delete\n", "delete" },
		{ "|/v/bin/vdelivermail  ''\t\"bounce-no-mailbox\" x",
		    "bounce-no-mailbox" },
		{ "| vdelivermail '' /d/x.example/post'mas'ter\n",
		    "/d/x.example/postmaster" },
		{ "# | vdelivermail '' delete\n\n| vdelivermail '' a@b.c\n",
		    "a@b.c" },
		{ "| vdelivermail ''\ndelete\n", "" },
		{ "| vdelivermail", "" },
		{ "&someone@x.example\n", "" },
		{ "", "" },
	};
	char action[64], small[4];

	for (size_t i = 0; i < sizeof want / sizeof want[0]; i++) {
		ck_assert_int_eq(
		    vp_qmail_default_action(want[i][0], action, sizeof action),
		    0);
		ck_assert_str_eq(action, want[i][1]);
	}
	ck_assert_int_eq(
	    vp_qmail_default_action(want[0][0], small, sizeof small), -1);
}
END_TEST

START_TEST(default_action)
{
	char action[64], small[4];

	site_domain("x.example", "x.example");
	site_domain("alias.example", "x.example");
	ck_assert_int_eq(
	    vpop_domain_get_default(vp, "x.example", action, sizeof action), 0);
	ck_assert_str_eq(action, "");
	site_write("home/domains/x.example/.qmail-default",
	    "| /v/bin/vdelivermail '' bounce-no-mailbox\n");
	ck_assert_int_eq(
	    vpop_domain_get_default(vp, "alias.example", action, sizeof action),
	    0);
	ck_assert_str_eq(action, "bounce-no-mailbox");
	ck_assert_int_eq(
	    vpop_domain_get_default(vp, "x.example", small, sizeof small),
	    VA_INTERNAL_BUFFER_EXCEEDED);
	ck_assert_int_eq(
	    vpop_domain_get_default(vp, "no.example", action, sizeof action),
	    VA_DOMAIN_DOES_NOT_EXIST);
}
END_TEST

int
main(void)
{
	const TTest *const tests[] = { finds, cannot_find_out, walks, folder,
		locks, actions, default_action, NULL };

	return site_main("domain", tests);
}
