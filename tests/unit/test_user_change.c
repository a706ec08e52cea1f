/* Adding, changing and deleting accounts, and what crashes leave of it. */
#include "config.h"

#include "core/user_run.h"

#include "base/text.h"
#include "core/limits.h"
#include "core/userdir.h"
#include "site.h"

#define DOMAIN "a.test"
#define DIR    "home/domains/" DOMAIN

static void
start(void)
{
	ck_assert_int_eq(site_open("auth_module = cdb\n"), 0);
	site_domain(DOMAIN, DOMAIN);
}

static int
exists(const char *name)
{
	char *path = site_path(name);
	struct stat st;
	int there = lstat(path, &st) == 0;

	free(path);
	return there;
}

static int
add(const char *name)
{
	const struct vpop_user_new user = { .name = name,
		.domain = DOMAIN,
		.secret = { VPOP_SECRET_HASH, "$1$abcdefgh$x" } };

	return vpop_user_add(vp, &user);
}

static unsigned long
counted(void)
{
	char *text = site_read(DIR "/.dir-control");
	unsigned long count = text ? strtoul(text, NULL, 10) : 0;

	free(text);
	return count;
}

/* No change is pending, and the tree counts what there is. */
static void
all_is_settled(unsigned long accounts)
{
	unsigned long count;
	size_t left = 9;

	ck_assert_int_eq(vp_change_start(vp), 0);
	ck_assert_int_eq(vp_recover(vp, &left), 0);
	ck_assert_uint_eq(left, 0);
	ck_assert_int_eq(vpop_users_count(vp, DOMAIN, &count), 0);
	ck_assert_uint_eq(count, accounts);
	ck_assert_uint_eq(counted(), accounts);
}

/* ---- adding ----------------------------------------------------------- */

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

/* ---- changing --------------------------------------------------------- */

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

/* ---- deleting --------------------------------------------------------- */

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

/* ---- crashes ---------------------------------------------------------- */

static int64_t
intend(const char *event, const char *name, json_t *new, json_t *plan)
{
	struct vp_intent one = {
		.event = event, .domain = DOMAIN, .new = new, .plan = plan
	};
	char *object = vp_user_object(name, DOMAIN);

	ck_assert_ptr_nonnull(plan);
	one.object = object;
	ck_assert_int_eq(vp_change_start(vp), 0);
	ck_assert_int_eq(vp_journal_intend(vp, &one, 1), 0);
	free(object);
	json_decref(new);
	json_decref(plan);
	return one.id;
}

START_TEST(add_that_made_a_directory_only)
{
	start();
	ck_assert_int_eq(add("a1"), 0);
	intend("user.created", "bob", NULL,
	    json_pack(
		"{s:s, s:s, s:i}", "name", "bob", "rel", "0", "users", 2));
	site_mkdir(DIR "/0");
	site_mkdir(DIR "/0/bob");
	site_mkdir(DIR "/0/bob/Maildir");
	site_mkdir(DIR "/0/bob/Maildir/new");
	/* The next change settles it and takes the name. */
	ck_assert_int_eq(add("bob"), 0);
	ck_assert_int_eq(exists(DIR "/0/bob"), 0);
	ck_assert_int_eq(exists(DIR "/bob"), 1);
	all_is_settled(2);
}
END_TEST

START_TEST(add_undone_keeps_what_is_not_empty)
{
	start();
	intend("user.created", "bob", NULL,
	    json_pack("{s:s, s:s}", "name", "bob", "rel", ""));
	site_mkdir(DIR "/bob");
	site_write(DIR "/bob/letter", "keep me");
	all_is_settled(0);
	ck_assert_int_eq(exists(DIR "/bob/letter"), 1);
}
END_TEST

START_TEST(add_that_stored_the_record)
{
	char *control;

	start();
	ck_assert_int_eq(add("a1"), 0);
	control = site_read(DIR "/.dir-control");
	ck_assert_int_eq(add("bob"), 0);
	/* As if it had died before the tree was saved. */
	site_write(DIR "/.dir-control", control);
	char *path = site_path(DIR "/bob/lastauth");
	ck_assert_int_eq(unlink(path), 0);
	intend("user.created", "bob", NULL,
	    json_pack("{s:s, s:s, s:i}", "name", "bob", "rel", "", "users", 2));
	all_is_settled(2);
	ck_assert_int_eq(exists(DIR "/bob/lastauth"), 1);
	/* And after it was saved: not counted twice. */
	intend("user.created", "bob", NULL,
	    json_pack("{s:s, s:s, s:i}", "name", "bob", "rel", "", "users", 2));
	all_is_settled(2);
	free(control);
	free(path);
}
END_TEST

START_TEST(delete_before_and_after_the_record)
{
	struct vp_place place;
	struct vpop_user found;
	int64_t id;

	start();
	ck_assert_int_eq(add("a1"), 0);
	ck_assert_int_eq(add("bob"), 0);
	for (int moved = 0; moved <= 1; moved++) {
		id = intend("user.deleted", "bob", NULL,
		    json_pack("{s:s, s:s, s:s, s:i}", "name", "bob", "rel", "",
			"path", "bob", "users", 1));
		all_is_settled(2);
		ck_assert_int_eq(vpop_user_get(vp, "bob", DOMAIN, &found), 0);

		id = intend("user.deleted", "bob", NULL,
		    json_pack("{s:s, s:s, s:s, s:i}", "name", "bob", "rel", "",
			"path", "bob", "users", 1));
		ck_assert_int_eq(vp_place_open(vp, DOMAIN, &place), 0);
		place.lock = vp_domain_lock(vp, &place.domain, place.dirfd, 1);
		ck_assert_int_eq(
		    place.ops->user_delete(place.store, &place.domain, "bob"),
		    0);
		if (moved) {
			char aside[64];

			snprintf(aside, sizeof aside, ".deleted-%lld",
			    (long long)id);
			ck_assert_int_eq(
			    renameat(place.dirfd, "bob", place.dirfd, aside),
			    0);
		}
		vp_place_close(&place);
		/* A plain rerun: it is gone, with all it had. */
		ck_assert_int_eq(vpop_user_delete(vp, "bob", DOMAIN, 0),
		    VA_USER_DOES_NOT_EXIST);
		ck_assert_int_eq(exists(DIR "/bob"), 0);
		all_is_settled(1);
		ck_assert_int_eq(add("bob"), 0);
		all_is_settled(2);
	}
}
END_TEST

START_TEST(modify_before_and_after_the_record)
{
	struct vpop_user found;
	char sum[VP_SUM_SIZE], *text;
	struct vpop_user_change change = { .name = "bob",
		.domain = DOMAIN,
		.fields = VPOP_SET_QUOTA,
		.quota = "100C" };

	start();
	ck_assert_int_eq(add("bob"), 0);
	intend("user.quota.changed", "bob", json_pack("{s:s}", "quota", "9C"),
	    json_pack("{s:s, s:s}", "name", "bob", "sum", "0"));
	all_is_settled(1);
	ck_assert_int_eq(vpop_user_modify(vp, &change), 0);
	ck_assert_int_eq(vpop_user_get(vp, "bob", DOMAIN, &found), 0);
	ck_assert_int_eq(vp_user_sum(vp, &found, sum), 0);
	site_write(DIR "/bob/Maildir/maildirsize", "1C\n0 0\n");
	intend("user.quota.changed", "bob", json_pack("{s:s}", "quota", "100C"),
	    json_pack("{s:s, s:s}", "name", "bob", "sum", sum));
	all_is_settled(1);
	text = site_read(DIR "/bob/Maildir/maildirsize");
	ck_assert_str_eq(text, "100C\n0 0\n");
	free(text);
}
END_TEST

/* Plans are data from a file: nothing in them leads outside. */
START_TEST(bad_plans_do_no_harm)
{
	size_t left;

	start();
	site_domain("b.test", "b.test");
	site_mkdir("home/domains/b.test/bob");
	intend("user.created", "bob", NULL,
	    json_pack("{s:s, s:s}", "name", "bob", "rel", "../b.test"));
	intend("user.deleted", "bob", NULL,
	    json_pack("{s:s, s:s, s:s}", "name", "bob", "rel", "", "path",
		"../b.test/bob"));
	intend("user.deleted", "bob", NULL,
	    json_pack("{s:s, s:s}", "name", "../../x", "path", "x"));
	intend("user.deleted", "bob", NULL, json_pack("[]"));
	ck_assert_int_eq(vp_recover(vp, &left), 0);
	ck_assert_int_ge(left, 1);
	ck_assert_int_eq(exists("home/domains/b.test/bob"), 1);
	/* They do not keep anybody from working. */
	ck_assert_int_eq(add("bob"), 0);
}
END_TEST

START_TEST(no_secret_in_the_journal)
{
	struct vpop_user_change change = { .name = "bob",
		.domain = DOMAIN,
		.fields = VPOP_SET_SECRET,
		.secret = { VPOP_SECRET_CLEAR, "Hush.Hush.42" } };

	ck_assert_int_eq(
	    site_open("auth_module = cdb\nclear_passwd = yes\n"), 0);
	site_domain(DOMAIN, DOMAIN);
	ck_assert_int_eq(add("bob"), 0);
	ck_assert_int_eq(vpop_user_modify(vp, &change), 0);
	change.secret.text = "Hush.Hush.43";
	ck_assert_int_eq(vpop_user_modify(vp, &change), 0);
	ck_assert_int_eq(vpop_user_delete(vp, "bob", DOMAIN, 0), 0);
	for (int i = 0; i < 2; i++) {
		static const char *const files[] = { "home/var/journal.sqlite",
			"home/var/journal.sqlite-wal" };
		char *file = site_path(files[i]);
		AUTO_FREE char *bytes = malloc(1 << 20);
		FILE *fp = fopen(file, "r");
		size_t size = fp ? fread(bytes, 1, 1 << 20, fp) : 0;

		ck_assert_ptr_null(memmem(bytes, size, "Hush", 4));
		ck_assert_ptr_null(memmem(bytes, size, "$y$", 3));
		ck_assert_ptr_null(memmem(bytes, size, "abcdefgh", 8));
		if (fp)
			fclose(fp);
		free(file);
	}
}
END_TEST

int
main(void)
{
	const TTest *const tests[] = { adds_one, add_applies_the_default_quota,
		add_refuses, policy_is_applied, secrets_of_all_kinds,
		list_goes_on_or_stops, an_existing_directory_harms_one_only,
		many_fill_the_tree, freed_places_are_used, flat_when_not_hashed,
		dry_run_changes_nothing, files_belong_to_the_owner,
		modifies_fields, modifies_secrets, a_user_may_be_forbidden,
		modify_refuses, one_name_twice_in_a_list, deletes_refuse,
		deletes_only_its_own_directory, add_that_made_a_directory_only,
		add_undone_keeps_what_is_not_empty, add_that_stored_the_record,
		delete_before_and_after_the_record,
		modify_before_and_after_the_record, bad_plans_do_no_harm,
		no_secret_in_the_journal, NULL };

	return site_main("user_change", tests);
}
