/* Adding accounts. */
#include "config.h"

#include "accounts.h"

START_TEST(adds_one)
{
	const struct vpop_user_new user = { .name = "Alice",
		.domain = "A.test",
		.secret = { VPOP_SECRET_CLEAR, "Secret.1234" },
		.gecos = "Alice \xff",
		.quota = "1M,10C",
		.gid = VPOP_NO_POP,
		.apop = 1 };
	struct vpop_user found;
	char *text;

	start();
	ck_assert_int_eq(vpop_user_add(vp, &user), 0);
	ck_assert_int_eq(vpop_user_get(vp, "alice", DOMAIN, &found), 0);
	ck_assert_str_eq(found.gecos, "Alice \xff");
	ck_assert_str_eq(found.quota, "1048576S,10C");
	ck_assert_str_eq(found.clear, "");
	ck_assert_uint_eq(found.uid, 2);
	ck_assert_uint_eq(found.gid, VPOP_NO_POP);
	ck_assert_int_eq(vpop_user_verify(vp, &found, "Secret.1234"), 0);
	ck_assert_int_eq(exists(DIR "/alice/Maildir/new"), 1);
	text = site_read(DIR "/alice/lastauth");
	ck_assert_str_eq(text, "0.0.0.0");
	free(text);
	text = site_read(DIR "/alice/Maildir/maildirsize");
	ck_assert_ptr_nonnull(text);
	ck_assert_int_eq(strncmp(text, "1048576S,10C\n", 13), 0);
	free(text);
	ck_assert_int_eq(vpop_user_add(vp, &user), VA_USERNAME_EXISTS);
	all_is_settled(1);
}
END_TEST

START_TEST(add_applies_the_default_quota)
{
	struct vpop_limits limits;
	struct vpop_user found;

	start();
	ck_assert_int_eq(add("u0"), 0);
	ck_assert_int_eq(vpop_user_get(vp, "u0", DOMAIN, &found), 0);
	ck_assert_str_eq(found.quota, "NOQUOTA");
	ck_assert_str_eq(found.gecos, "u0");
	ck_assert_str_eq(found.passwd, "$1$abcdefgh$x");
	vpop_limits_init(&limits);
	limits.default_maxmsgcount = 7;
	ck_assert_int_eq(vpop_limits_set(vp, DOMAIN, &limits), 0);
	ck_assert_int_eq(add("u1"), 0);
	ck_assert_int_eq(vpop_user_get(vp, "u1", DOMAIN, &found), 0);
	ck_assert_str_eq(found.quota, "7C");
	site_write(DIR "/.qmailadmin-limits", "quota: junk\n");
	ck_assert_int_eq(add("u2"), VA_CANNOT_READ_LIMITS);
	ck_assert_int_eq(exists(DIR "/u2"), 0);
}
END_TEST

/* One bad request and the code it gets. */
static void
is_refused(const struct vpop_user_new *base, int code)
{
	struct vpop_user_new user = *base;

	if (!user.name)
		user.name = "bob";
	if (!user.domain)
		user.domain = DOMAIN;
	if (!user.secret.text)
		user.secret = (struct vpop_secret){ VPOP_SECRET_HASH, "x" };
	ck_assert_int_eq(vpop_user_add(vp, &user), code);
	ck_assert_int_eq(vpop_code(vp), code);
}

START_TEST(add_refuses)
{
	char name[VPOP_USER_SIZE + 1], text[300];

	start();
	memset(name, 'n', sizeof name);
	name[sizeof name - 1] = '\0';
	memset(text, 't', sizeof text);
	text[sizeof text - 1] = '\0';
	const struct {
		struct vpop_user_new user;
		int code;
	} bad[] = {
		{ { .gecos = "a:b" }, VA_BAD_CHAR },
		{ { .gecos = "a\nb" }, VA_BAD_CHAR },
		{ { .gecos = text }, VA_GECOS_TOO_LONG },
		{ { .name = name }, VA_USER_NAME_TOO_LONG },
		{ { .name = "x" }, VA_ILLEGAL_USERNAME },
		{ { .name = "" }, VA_ILLEGAL_USERNAME },
		{ { .name = "../x" }, VA_ILLEGAL_USERNAME },
		{ { .name = ".hid" }, VA_ILLEGAL_USERNAME },
		{ { .name = "a b" }, VA_ILLEGAL_USERNAME },
		{ { .name = "vpasswd.cdb" }, VA_ILLEGAL_USERNAME },
		{ { .domain = "no.test" }, VA_DOMAIN_DOES_NOT_EXIST },
		{ { .domain = "" }, VA_DOMAIN_DOES_NOT_EXIST },
		{ { .quota = "junk" }, VA_INVALID_QUOTA },
		{ { .secret = { VPOP_SECRET_HASH, "a:b" } }, VA_BAD_CHAR },
		{ { .secret = { VPOP_SECRET_HASH, "a\nb" } }, VA_BAD_CHAR },
		{ { .secret = { VPOP_SECRET_HASH, text } },
		    VA_PASSWD_TOO_LONG },
		{ { .secret = { VPOP_SECRET_CLEAR, text } },
		    VA_PASSWD_TOO_LONG },
	};
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
		is_refused(&bad[i].user, bad[i].code);

	const struct vpop_user_new empty = { .name = "bob",
		.domain = DOMAIN,
		.secret = { VPOP_SECRET_CLEAR, "" } };
	ck_assert_int_le(vpop_user_add(vp, &empty), VA_PWSTR_EMPTY);
	const struct vpop_user_new null = { .domain = DOMAIN };
	ck_assert_int_eq(vpop_user_add(vp, &null), VA_NULL_POINTER);
	site_mkdir(DIR "/bob");
	ck_assert_int_eq(add("bob"), VA_EXIST_U_DIR);
	ck_assert_int_eq(exists(DIR "/bob"), 1);
	all_is_settled(0);
}
END_TEST

START_TEST(policy_is_applied)
{
	const struct vpop_user_new user = { .name = "bob",
		.domain = DOMAIN,
		.secret = { VPOP_SECRET_CLEAR, "short" } };

	site_write("home/etc/password_strength.conf", "Length >= 8\n");
	start();
	ck_assert_int_eq(vpop_user_add(vp, &user), VA_PWSTR_LENGTH);
	/* A hash is not looked into. */
	ck_assert_int_eq(add("bob"), 0);
}
END_TEST

START_TEST(secrets_of_all_kinds)
{
	struct vpop_user found;
	struct vpop_user_new user = { .name = "none",
		.domain = DOMAIN,
		.secret = { .kind = VPOP_SECRET_NONE } };

	ck_assert_int_eq(
	    site_open("auth_module = cdb\nclear_passwd = yes\n"), 0);
	site_domain(DOMAIN, DOMAIN);
	ck_assert_int_eq(vpop_user_add(vp, &user), 0);
	ck_assert_int_eq(vpop_user_get(vp, "none", DOMAIN, &found), 0);
	ck_assert_str_eq(found.passwd, "*");
	user.name = "empty";
	user.secret.kind = VPOP_SECRET_EMPTY;
	ck_assert_int_eq(vpop_user_add(vp, &user), 0);
	ck_assert_int_eq(vpop_user_get(vp, "empty", DOMAIN, &found), 0);
	ck_assert_str_eq(found.passwd, "");
	user.name = "clear";
	user.secret = (struct vpop_secret){ VPOP_SECRET_CLEAR, "with:colon" };
	ck_assert_int_eq(vpop_user_add(vp, &user), 0);
	ck_assert_int_eq(vpop_user_get(vp, "clear", DOMAIN, &found), 0);
	ck_assert_str_eq(found.clear, "with:colon");
	user.name = "ctrl";
	user.secret = (struct vpop_secret){ VPOP_SECRET_CLEAR, "a\nb:x" };
	ck_assert_int_eq(vpop_user_add(vp, &user), VA_BAD_CHAR);
}
END_TEST

START_TEST(list_goes_on_or_stops)
{
	struct vpop_user_new list[6];
	const char *const names[] = { "aa", "x", "bb", "AA", "cc", "dd" };

	start();
	site_domain("b.test", "b.test");
	for (int stop = 1; stop >= 0; stop--) {
		memset(list, 0, sizeof list);
		for (int i = 0; i < 6; i++)
			list[i] = (struct vpop_user_new){ .name = names[i],
				.domain = i == 4 ? "b.test" : DOMAIN,
				.secret = { VPOP_SECRET_HASH, "h" } };
		ck_assert_int_eq(vpop_users_add(vp, list, 6, stop),
		    stop ? VA_ILLEGAL_USERNAME : VA_USERNAME_EXISTS);
		ck_assert_int_eq(list[0].code, stop ? 0 : VA_USERNAME_EXISTS);
		ck_assert_int_eq(list[1].code, VA_ILLEGAL_USERNAME);
		ck_assert_str_ne(list[1].message, "");
		ck_assert_int_eq(list[2].code, stop ? VA_ILLEGAL_USERNAME : 0);
		ck_assert_int_eq(list[3].code,
		    stop ? VA_ILLEGAL_USERNAME : VA_USERNAME_EXISTS);
		ck_assert_int_eq(list[4].code, stop ? VA_ILLEGAL_USERNAME : 0);
		ck_assert_int_eq(list[5].code, stop ? VA_ILLEGAL_USERNAME : 0);
	}
	all_is_settled(3);
}
END_TEST

START_TEST(an_existing_directory_harms_one_only)
{
	struct vpop_user_new list[3] = {
		{ .name = "u1",
		    .domain = DOMAIN,
		    .secret = { VPOP_SECRET_HASH, "h" } },
		{ .name = "u2",
		    .domain = DOMAIN,
		    .secret = { VPOP_SECRET_HASH, "h" } },
		{ .name = "u3",
		    .domain = DOMAIN,
		    .secret = { VPOP_SECRET_HASH, "h" } },
	};

	start();
	site_write(DIR "/u2", "a file");
	ck_assert_int_eq(vpop_users_add(vp, list, 3, 0), VA_EXIST_U_DIR);
	ck_assert_int_eq(list[0].code, 0);
	ck_assert_int_eq(list[1].code, VA_EXIST_U_DIR);
	ck_assert_int_eq(list[2].code, 0);
	ck_assert_int_eq(exists(DIR "/u2"), 1);
	all_is_settled(2);
}
END_TEST

START_TEST(many_fill_the_tree)
{
	enum { MANY = 1200 };
	struct vpop_user_new *list = calloc(MANY, sizeof *list);
	struct vpop_user_name *names = calloc(MANY, sizeof *names);
	char(*text)[16] = calloc(MANY, sizeof *text);
	struct vpop_user found;

	start();
	for (int i = 0; i < MANY; i++) {
		snprintf(text[i], sizeof *text, "u%04d", i + 1);
		list[i] = (struct vpop_user_new){ .name = text[i],
			.domain = DOMAIN,
			.secret = { VPOP_SECRET_HASH, "h" } };
		names[i] = (struct vpop_user_name){ .name = text[i],
			.domain = DOMAIN };
	}
	ck_assert_int_eq(vpop_users_add(vp, list, MANY, 0), 0);
	ck_assert_int_eq(exists(DIR "/u0099/Maildir/cur"), 1);
	ck_assert_int_eq(exists(DIR "/0/u0100/Maildir/cur"), 1);
	ck_assert_int_eq(exists(DIR "/A/u1199/Maildir/cur"), 1);
	ck_assert_int_eq(vpop_user_get(vp, "u1200", DOMAIN, &found), 0);
	all_is_settled(MANY);
	ck_assert_int_eq(vpop_users_delete(vp, names, MANY, 0, 0), 0);
	ck_assert_int_eq(exists(DIR "/0/u0100"), 0);
	ck_assert_int_eq(exists(DIR "/u0001"), 0);
	all_is_settled(0);
	free(list);
	free(names);
	free(text);
}
END_TEST

START_TEST(freed_places_are_used)
{
	char name[16];

	start();
	for (int i = 1; i <= 101; i++) {
		snprintf(name, sizeof name, "u%03d", i);
		ck_assert_int_eq(add(name), 0);
	}
	ck_assert_int_eq(exists(DIR "/0/u100"), 1);
	ck_assert_int_eq(vpop_user_delete(vp, "u100", DOMAIN, 0), 0);
	ck_assert_int_eq(exists(DIR "/0/u100"), 0);
	ck_assert_int_eq(add("again"), 0);
	ck_assert_int_eq(exists(DIR "/0/again"), 1);
	all_is_settled(101);
}
END_TEST

START_TEST(flat_when_not_hashed)
{
	ck_assert_int_eq(
	    site_open("auth_module = cdb\nusers_big_dir = no\n"), 0);
	site_domain(DOMAIN, DOMAIN);
	ck_assert_int_eq(add("x"), 0);
	ck_assert_int_eq(exists(DIR "/x/Maildir"), 1);
	ck_assert_int_eq(exists(DIR "/.dir-control"), 0);
	ck_assert_int_eq(vpop_user_delete(vp, "x", DOMAIN, 0), 0);
}
END_TEST

START_TEST(dry_run_changes_nothing)
{
	struct vpop_user_change change = { .name = "here",
		.domain = DOMAIN,
		.fields = VPOP_SET_GECOS,
		.gecos = "new" };
	struct vpop_user found;

	start();
	ck_assert_int_eq(add("here"), 0);
	vp->flags = VPOP_OPEN_DRY_RUN;
	ck_assert_int_eq(add("here"), VA_USERNAME_EXISTS);
	ck_assert_int_eq(add("new"), 0);
	ck_assert_int_eq(exists(DIR "/new"), 0);
	ck_assert_int_eq(vpop_user_modify(vp, &change), 0);
	ck_assert_int_eq(vpop_user_delete(vp, "here", DOMAIN, 0), 0);
	ck_assert_int_eq(
	    vpop_user_delete(vp, "new", DOMAIN, 0), VA_USER_DOES_NOT_EXIST);
	vp->flags = 0;
	ck_assert_int_eq(vpop_user_get(vp, "here", DOMAIN, &found), 0);
	ck_assert_str_eq(found.gecos, "here");
	all_is_settled(1);
}
END_TEST

static void
is_owned(const char *name, unsigned mode)
{
	char *path = site_path(name);
	struct stat st;

	ck_assert_msg(lstat(path, &st) == 0, "no %s", path);
	ck_assert_uint_eq(st.st_uid, 4711);
	ck_assert_uint_eq(st.st_gid, 4712);
	ck_assert_uint_eq(st.st_mode & 07777, mode);
	free(path);
}

/* A domain of another user, changed by root: all is given to him. */
START_TEST(files_belong_to_the_owner)
{
	struct vp_assign entry = { .uid = 4711, .gid = 4712 };
	struct vp_assign_how how;
	struct vpop_limits limits;
	struct vpop_user_change change = { .name = "bob",
		.domain = DOMAIN,
		.fields = VPOP_SET_QUOTA,
		.quota = "9C" };

	if (geteuid() != 0)
		return;
	start();
	snprintf(entry.name, sizeof entry.name, "%s", DOMAIN);
	snprintf(entry.real, sizeof entry.real, "%s", DOMAIN);
	snprintf(entry.dir, sizeof entry.dir, "%s/" DIR, scratch);
	vp_assign_how(vp, &how);
	ck_assert_int_eq(vp_assign_update(&how, &entry, 1, NULL, 0, NULL), 0);
	ck_assert_int_eq(add("bob"), 0);
	ck_assert_int_eq(vpop_user_modify(vp, &change), 0);
	vpop_limits_init(&limits);
	ck_assert_int_eq(vpop_limits_set(vp, DOMAIN, &limits), 0);
	ck_assert_int_eq(vpop_alias_insert(vp, "x", DOMAIN, "y@z.test"), 0);
	is_owned(DIR "/bob", 0700);
	is_owned(DIR "/bob/lastauth", 0600);
	is_owned(DIR "/bob/Maildir/cur", 0700);
	is_owned(DIR "/bob/Maildir/maildirsize", 0600);
	is_owned(DIR "/.dir-control", 0600);
	is_owned(DIR "/.vpasswd.lock", 0600);
	is_owned(DIR "/.qmailadmin-limits", 0600);
	is_owned(DIR "/.qmail-x", 0600);
	is_owned(DIR "/vpasswd", 0600);
}
END_TEST

int
main(void)
{
	const TTest *const tests[] = { adds_one, add_applies_the_default_quota,
		add_refuses, policy_is_applied, secrets_of_all_kinds,
		list_goes_on_or_stops, an_existing_directory_harms_one_only,
		many_fill_the_tree, freed_places_are_used, flat_when_not_hashed,
		dry_run_changes_nothing, files_belong_to_the_owner, NULL };

	return site_main("user_add", tests);
}
