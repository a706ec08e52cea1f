/* Changing and deleting accounts. */
#include "config.h"

#include "accounts.h"

START_TEST(modifies_fields)
{
	struct vpop_user_change change = { .name = "BOB",
		.domain = DOMAIN,
		.fields = VPOP_SET_GECOS | VPOP_SET_QUOTA | VPOP_SET_FLAGS |
			  VPOP_SET_UID,
		.gecos = "Bob B.",
		.quota = "2000C",
		.set_flags = VPOP_NO_IMAP,
		.uid = 2 };
	struct vpop_user found;
	char *text;

	start();
	ck_assert_int_eq(add("bob"), 0);
	ck_assert_int_eq(vpop_users_modify(vp, &change, 1, 0), 0);
	ck_assert_int_eq(change.unchanged, 0);
	ck_assert_int_eq(vpop_user_get(vp, "bob", DOMAIN, &found), 0);
	ck_assert_str_eq(found.gecos, "Bob B.");
	ck_assert_str_eq(found.quota, "2000C");
	ck_assert_uint_eq(found.gid, VPOP_NO_IMAP);
	ck_assert_uint_eq(found.uid, 2);
	text = site_read(DIR "/bob/Maildir/maildirsize");
	ck_assert_str_eq(text, "2000C\n0 0\n");
	free(text);
	ck_assert_int_eq(vpop_users_modify(vp, &change, 1, 0), 0);
	ck_assert_int_eq(change.unchanged, 1);
	change.fields = VPOP_SET_QUOTA;
	change.quota = "NOQUOTA";
	ck_assert_int_eq(vpop_user_modify(vp, &change), 0);
	ck_assert_int_eq(exists(DIR "/bob/Maildir/maildirsize"), 0);
	all_is_settled(1);
}
END_TEST

START_TEST(modifies_secrets)
{
	struct vpop_user_change change = { .name = "bob",
		.domain = DOMAIN,
		.fields = VPOP_SET_SECRET,
		.secret = { VPOP_SECRET_CLEAR, "Clear.Text.1" } };
	struct vpop_user found;

	site_write("home/etc/password_strength.conf", "Length >= 8\n");
	ck_assert_int_eq(
	    site_open("auth_module = cdb\nclear_passwd = yes\n"), 0);
	site_domain(DOMAIN, DOMAIN);
	ck_assert_int_eq(add("bob"), 0);
	ck_assert_int_eq(vpop_user_modify(vp, &change), 0);
	ck_assert_int_eq(vpop_user_get(vp, "bob", DOMAIN, &found), 0);
	ck_assert_int_eq(vpop_user_verify(vp, &found, "Clear.Text.1"), 0);
	ck_assert_str_eq(found.clear, "Clear.Text.1");
	change.secret = (struct vpop_secret){ VPOP_SECRET_HASH, "$1$a$b" };
	ck_assert_int_eq(vpop_user_modify(vp, &change), 0);
	ck_assert_int_eq(vpop_user_get(vp, "bob", DOMAIN, &found), 0);
	ck_assert_str_eq(found.passwd, "$1$a$b");
	ck_assert_str_eq(found.clear, "");
	change.secret = (struct vpop_secret){ VPOP_SECRET_CLEAR, "short" };
	ck_assert_int_eq(vpop_user_modify(vp, &change), VA_PWSTR_LENGTH);
	change.fields |= VPOP_SET_NO_POLICY;
	ck_assert_int_eq(vpop_user_modify(vp, &change), 0);
	change.secret.text = "";
	ck_assert_int_eq(vpop_user_modify(vp, &change), VA_PWSTR_EMPTY);
}
END_TEST

START_TEST(a_user_may_be_forbidden)
{
	struct vpop_user_change change = { .name = "bob",
		.domain = DOMAIN,
		.fields = VPOP_SET_SECRET | VPOP_SET_BY_USER,
		.secret = { VPOP_SECRET_CLEAR, "Clear.Text.1" } };
	struct vpop_user_change flag = { .name = "bob",
		.domain = DOMAIN,
		.fields = VPOP_SET_FLAGS,
		.set_flags = VPOP_NO_PASSWD_CHNG };
	struct vpop_limits limits;

	start();
	ck_assert_int_eq(add("bob"), 0);
	ck_assert_int_eq(vpop_user_modify(vp, &change), 0);
	ck_assert_int_eq(vpop_user_modify(vp, &flag), 0);
	ck_assert_int_eq(vpop_user_modify(vp, &change), VA_FORBIDDEN);
	change.fields = VPOP_SET_SECRET;
	ck_assert_int_eq(vpop_user_modify(vp, &change), 0);
	flag.clear_flags = VPOP_NO_PASSWD_CHNG;
	flag.set_flags = 0;
	ck_assert_int_eq(vpop_user_modify(vp, &flag), 0);
	vpop_limits_init(&limits);
	limits.flags = VPOP_NO_PASSWD_CHNG;
	ck_assert_int_eq(vpop_limits_set(vp, DOMAIN, &limits), 0);
	change.fields = VPOP_SET_SECRET | VPOP_SET_BY_USER;
	ck_assert_int_eq(vpop_user_modify(vp, &change), VA_FORBIDDEN);
}
END_TEST

START_TEST(modify_refuses)
{
	struct vpop_user_change change = { .name = "bob",
		.domain = DOMAIN,
		.fields = VPOP_SET_DIR,
		.dir = "/etc" };
	struct vpop_user found;
	char *below = site_path(DIR "/elsewhere/bob");
	char *above = site_path(DIR "/../b.test/bob");

	start();
	ck_assert_int_eq(add("bob"), 0);
	ck_assert_int_eq(vpop_user_modify(vp, &change), VA_BAD_DIR);
	change.dir = above;
	ck_assert_int_eq(vpop_user_modify(vp, &change), VA_BAD_DIR);
	change.dir = "";
	ck_assert_int_eq(vpop_user_modify(vp, &change), VA_BAD_DIR);
	change.dir = below;
	ck_assert_int_eq(vpop_user_modify(vp, &change), 0);
	change.fields = VPOP_SET_GECOS;
	change.gecos = "a:b";
	ck_assert_int_eq(vpop_user_modify(vp, &change), VA_BAD_CHAR);
	change.gecos = "";
	ck_assert_int_eq(vpop_user_modify(vp, &change), 0);
	ck_assert_int_eq(vpop_user_get(vp, "bob", DOMAIN, &found), 0);
	ck_assert_str_eq(found.gecos, "");
	change.fields = VPOP_SET_QUOTA;
	change.quota = "-5";
	ck_assert_int_eq(vpop_user_modify(vp, &change), VA_INVALID_QUOTA);
	change.name = "nobody";
	change.quota = "5";
	ck_assert_int_eq(vpop_user_modify(vp, &change), VA_USER_DOES_NOT_EXIST);
	change.domain = "no.test";
	ck_assert_int_eq(
	    vpop_user_modify(vp, &change), VA_DOMAIN_DOES_NOT_EXIST);
	change.quota = NULL;
	ck_assert_int_eq(vpop_user_modify(vp, &change), VA_NULL_POINTER);
	free(below);
	free(above);
}
END_TEST

START_TEST(one_name_twice_in_a_list)
{
	struct vpop_user_change list[2] = {
		{ .name = "bob",
		    .domain = DOMAIN,
		    .fields = VPOP_SET_FLAGS,
		    .set_flags = VPOP_NO_POP },
		{ .name = "Bob",
		    .domain = DOMAIN,
		    .fields = VPOP_SET_FLAGS,
		    .set_flags = VPOP_NO_IMAP },
	};
	struct vpop_user found;

	start();
	ck_assert_int_eq(add("bob"), 0);
	ck_assert_int_eq(vpop_users_modify(vp, list, 2, 0), 0);
	ck_assert_int_eq(vpop_user_get(vp, "bob", DOMAIN, &found), 0);
	ck_assert_uint_eq(found.gid, VPOP_NO_POP | VPOP_NO_IMAP);
}
END_TEST

START_TEST(deletes_refuse)
{
	char *line, *dir = site_path(DIR "/bob");

	start();
	ck_assert_int_eq(add("bob"), 0);
	ck_assert_int_eq(add("postmaster"), 0);
	ck_assert_int_eq(
	    vpop_user_delete(vp, "nobody", DOMAIN, 0), VA_USER_DOES_NOT_EXIST);
	ck_assert_int_eq(
	    vpop_user_delete(vp, "", DOMAIN, 0), VA_ILLEGAL_USERNAME);
	ck_assert_int_eq(vpop_user_delete(vp, "bob", "no.test", 0),
	    VA_DOMAIN_DOES_NOT_EXIST);
	ck_assert_int_eq(
	    vpop_user_delete(vp, "Postmaster", DOMAIN, 0), VA_FORBIDDEN);
	static const char *const ends[] = { "", "/", "/Maildir", "/Maildir/" };
	for (int i = 0; i < 4; i++) {
		ck_assert_int_ge(
		    asprintf(
			&line, "| /v/bin/vdelivermail '' %s%s\n", dir, ends[i]),
		    0);
		site_write(DIR "/.qmail-default", line);
		ck_assert_int_eq(vpop_user_delete(vp, "bob", DOMAIN, 0),
		    VA_CANNOT_DELETE_CATCHALL);
		free(line);
	}
	site_domain("alias.test", DOMAIN);
	site_write(DIR "/.qmail-default", "| vdelivermail '' Bob@alias.test\n");
	ck_assert_int_eq(
	    vpop_user_delete(vp, "bob", DOMAIN, 0), VA_CANNOT_DELETE_CATCHALL);
	site_write(DIR "/.qmail-default", "| vdelivermail '' bob@other.test\n");
	ck_assert_int_eq(vpop_user_delete(vp, "bob", DOMAIN, 0), 0);
	ck_assert_int_eq(
	    vpop_user_delete(vp, "postmaster", DOMAIN, VPOP_DELETE_POSTMASTER),
	    0);
	all_is_settled(0);
	free(dir);
}
END_TEST

/* Store a directory that the verbs would not. */
static void
set_dir(const char *name, const char *dir)
{
	struct vpop_user user;
	struct vp_place place;

	ck_assert_int_eq(vpop_user_get(vp, name, DOMAIN, &user), 0);
	ck_assert_int_eq(vp_place_open(vp, DOMAIN, &place), 0);
	ck_assert_int_eq(vp_place_lock(vp, &place), 0);
	ck_assert_int_eq(vp_copy(user.dir, sizeof user.dir, dir), 0);
	ck_assert_int_eq(place.ops->user_put(place.store, &place.domain, &user,
			     VPOP_PUT_REPLACE),
	    0);
	vp_place_close(&place);
}

START_TEST(deletes_only_its_own_directory)
{
	char *outside = site_path("home/domains/b.test/bob");
	char *domain = site_path(DIR), *hash = site_path(DIR "/0");
	char *link = site_path(DIR "/lnk"), *linked = site_path(DIR "/lnk/bob");
	char *user = site_path(DIR "/bob");
	const char *const dirs[] = { outside, domain, hash, linked, "/", "" };

	start();
	site_domain("b.test", "b.test");
	site_mkdir("home/domains/b.test/bob");
	site_mkdir(DIR "/0");
	site_mkdir(DIR "/0/other");
	ck_assert_int_eq(symlink("../b.test", link), 0);
	for (size_t i = 0; i < sizeof dirs / sizeof *dirs; i++) {
		ck_assert_int_eq(add("bob"), 0);
		set_dir("bob", dirs[i]);
		ck_assert_int_eq(vpop_user_delete(vp, "bob", DOMAIN, 0), 0);
		ck_assert_int_eq(exists("home/domains/b.test/bob"), 1);
		ck_assert_int_eq(exists(DIR "/0/other"), 1);
		ck_assert_int_eq(exists(DIR "/bob"), 1);
		int dirfd = vp_dir_open(domain);
		ck_assert_int_eq(vp_dir_remove(dirfd, "bob"), 0);
		close(dirfd);
	}
	/* A link in its place: the link goes. */
	ck_assert_int_eq(add("bob"), 0);
	int dirfd = vp_dir_open(domain);
	ck_assert_int_eq(vp_dir_remove(dirfd, "bob"), 0);
	close(dirfd);
	ck_assert_int_eq(symlink("../b.test", user), 0);
	ck_assert_int_eq(vpop_user_delete(vp, "bob", DOMAIN, 0), 0);
	ck_assert_int_eq(exists(DIR "/bob"), 0);
	ck_assert_int_eq(exists("home/domains/b.test/bob"), 1);
	free(outside);
	free(domain);
	free(hash);
	free(link);
	free(linked);
	free(user);
}
END_TEST

int
main(void)
{
	const TTest *const tests[] = { modifies_fields, modifies_secrets,
		a_user_may_be_forbidden, modify_refuses,
		one_name_twice_in_a_list, deletes_refuse,
		deletes_only_its_own_directory, NULL };

	return site_main("user_change", tests);
}
