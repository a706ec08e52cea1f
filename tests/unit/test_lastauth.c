/* The last login of an account. */
#include "config.h"

#include "site.h"

#include "core/userdir.h"

static struct vpop_user user;
static const char file[] = "home/domains/x.example/bob/lastauth";

static void
make_account(void)
{
	site_domain("x.example", "x.example");
	site_mkdir("home/domains/x.example/bob");
	user = (struct vpop_user){ .name = "bob", .domain = "x.example" };
	snprintf(user.dir, sizeof user.dir, "%s/home/domains/x.example/bob",
	    scratch);
}

START_TEST(writes_and_reads)
{
	struct vpop_lastauth last;
	struct stat st;
	char *text, *path;

	make_account();
	ck_assert_int_eq(vpop_lastauth_get(vp, &user, &last), 0);
	ck_assert_int_eq(last.time, 0);
	ck_assert_str_eq(last.ip, "");
	ck_assert_int_eq(vpop_lastauth_set(vp, &user, "203.0.113.7"), 0);
	text = site_read(file);
	ck_assert_str_eq(text, "203.0.113.7");
	free(text);
	path = site_path(file);
	ck_assert_int_eq(stat(path, &st), 0);
	ck_assert_uint_eq(st.st_mode & 07777, 0600);
	free(path);
	ck_assert_int_eq(vpop_lastauth_get(vp, &user, &last), 0);
	ck_assert_int_eq(last.time, st.st_mtime);
	ck_assert_str_eq(last.ip, "203.0.113.7");
	/* Shorter than before, and the name of a service. */
	ck_assert_int_eq(vpop_lastauth_set(vp, &user, "imap"), 0);
	ck_assert_int_eq(vpop_lastauth_get(vp, &user, &last), 0);
	ck_assert_str_eq(last.ip, "imap");
}
END_TEST

START_TEST(never)
{
	struct vpop_lastauth last;

	make_account();
	ck_assert_int_eq(vpop_lastauth_set(vp, &user, VP_NEVER_IP), 0);
	ck_assert_int_eq(vpop_lastauth_get(vp, &user, &last), 0);
	ck_assert_int_eq(last.time, 0);
	ck_assert_int_gt(last.created, 0);
	ck_assert_str_eq(last.ip, "0.0.0.0");
	/* A login without an address is still a login. */
	ck_assert_int_eq(vpop_lastauth_set(vp, &user, ""), 0);
	ck_assert_int_eq(vpop_lastauth_get(vp, &user, &last), 0);
	ck_assert_int_gt(last.time, 0);
}
END_TEST

START_TEST(refuses)
{
	struct vpop_lastauth last;
	char text[65];
	char *path, *target;

	make_account();
	memset(text, 'x', sizeof text);
	text[63] = '\0';
	ck_assert_int_eq(vpop_lastauth_set(vp, &user, text), 0);
	text[63] = 'x';
	text[64] = '\0';
	ck_assert_int_eq(
	    vpop_lastauth_set(vp, &user, text), VA_INVALID_IP_ADDRESS);
	ck_assert_int_eq(
	    vpop_lastauth_set(vp, &user, "1\n2"), VA_INVALID_IP_ADDRESS);
	site_write(file, text);
	ck_assert_int_eq(vpop_lastauth_get(vp, &user, &last), VA_BAD_U_DIR2);
	/* A link is replaced, never written through. */
	path = site_path(file);
	target = site_path("target");
	site_write("target", "precious");
	ck_assert_int_eq(unlink(path), 0);
	ck_assert_int_eq(symlink(target, path), 0);
	ck_assert_int_lt(vpop_lastauth_get(vp, &user, &last), 0);
	ck_assert_int_eq(vpop_lastauth_set(vp, &user, "192.0.2.1"), 0);
	char *kept = site_read("target");
	ck_assert_str_eq(kept, "precious");
	free(kept);
	free(path);
	free(target);
	user.dir[0] = '\0';
	ck_assert_int_eq(vpop_lastauth_set(vp, &user, "x"), VA_BAD_U_DIR2);
}
END_TEST

START_TEST(can_be_off)
{
	make_account();
	ck_assert_int_eq(site_open("auth_logging = no\n"), 0);
	ck_assert_int_eq(vpop_lastauth_set(vp, &user, "192.0.2.1"), 0);
	ck_assert_ptr_null(site_read(file));
}
END_TEST

START_TEST(leaves_nothing_behind)
{
	make_account();
	for (int i = 0; i < 20; i++)
		ck_assert_int_eq(vpop_lastauth_set(vp, &user, "192.0.2.1"), 0);
	char *path = site_path(file);
	ck_assert_int_eq(unlink(path), 0);
	free(path);
	path = site_path("home/domains/x.example/bob");
	ck_assert_int_eq(rmdir(path), 0);
	free(path);
}
END_TEST

int
main(void)
{
	const TTest *const tests[] = { writes_and_reads, never, refuses,
		can_be_off, leaves_nothing_behind, NULL };

	return site_main("lastauth", tests);
}
