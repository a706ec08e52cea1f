/* Finding accounts, and making their directories. */
#include "config.h"

#include "site.h"

#include "base/text.h"
#include "core/store.h"
#include "core/user.h"
#include "core/userdir.h"

static struct vpop_domain domain;

/* Put an account straight into the store. */
static void
put(const char *name, const char *dir, uint32_t gid)
{
	const struct vpop_store_ops *ops;
	struct vpop_store *store;
	struct vpop_user user = { .uid = 1, .gid = gid, .flags = gid };

	if (domain.dir[0] == '\0') {
		site_domain("x.example", "x.example");
		site_domain("alias.example", "x.example");
		ck_assert_int_eq(vpop_domain_get(vp, "x.example", &domain), 0);
	}
	ck_assert_int_eq(vp_store(vp, &ops, &store), 0);
	snprintf(user.name, sizeof user.name, "%s", name);
	snprintf(user.domain, sizeof user.domain, "x.example");
	snprintf(user.passwd, sizeof user.passwd, "abNANd1rDfiNc");
	snprintf(user.quota, sizeof user.quota, "NOQUOTA");
	if (*dir)
		ck_assert_int_eq(vp_format(user.dir, sizeof user.dir, "%s/%s",
				     domain.dir, dir),
		    0);
	ck_assert_int_eq(ops->begin(store, &domain), 0);
	ck_assert_int_eq(ops->user_put(store, &domain, &user, VPOP_PUT_ADD), 0);
	ck_assert_int_eq(ops->commit(store), 0);
}

static int
exists(const char *name)
{
	char *path = NULL;
	struct stat st;

	ck_assert_int_ge(asprintf(&path, "%s/%s", domain.dir, name), 0);
	int rc = lstat(path, &st);
	free(path);
	return rc == 0 && S_ISDIR(st.st_mode) && (st.st_mode & 0777) == 0700;
}

START_TEST(finds)
{
	struct vpop_user user;

	put("bob", "bob", VPOP_NO_SMTP);
	ck_assert_int_eq(vpop_user_get(vp, "BOB", "Alias.example", &user), 0);
	ck_assert_str_eq(user.name, "bob");
	ck_assert_str_eq(user.domain, "x.example");
	ck_assert_uint_eq(user.flags, VPOP_NO_SMTP);
	ck_assert_int_eq(vpop_user_get(vp, "nobody", "x.example", &user),
	    VA_USER_DOES_NOT_EXIST);
	ck_assert_str_eq(
	    vpop_message(vp), "user 'nobody@x.example' does not exist");
	ck_assert_int_eq(
	    vpop_user_get(vp, "", "x.example", &user), VA_USER_DOES_NOT_EXIST);
	ck_assert_int_eq(vpop_user_get(vp, "a b", "x.example", &user),
	    VA_USER_DOES_NOT_EXIST);
	ck_assert_int_eq(vpop_user_get(vp, "bob", "no.example", &user),
	    VA_DOMAIN_DOES_NOT_EXIST);
}
END_TEST

START_TEST(flags)
{
	struct vpop_user user;

	put("bob", "bob", VPOP_NO_SMTP);
	put("free", "free", VPOP_V_OVERRIDE);
	site_write(
	    "home/domains/x.example/.qmailadmin-limits", "disable_pop\n");
	ck_assert_int_eq(vpop_user_get(vp, "bob", "x.example", &user), 0);
	ck_assert_uint_eq(user.gid, VPOP_NO_SMTP);
	ck_assert_uint_eq(user.flags, VPOP_NO_SMTP | VPOP_NO_POP);
	ck_assert_int_eq(vp_user_set_flags(vp, &user, NULL), 0);
	ck_assert_uint_eq(user.flags, VPOP_NO_SMTP | VPOP_NO_POP);
	ck_assert_int_eq(vpop_user_get(vp, "free", "x.example", &user), 0);
	ck_assert_uint_eq(user.flags, VPOP_V_OVERRIDE);
	/* Limits that cannot be read are not "no limits". */
	site_write(
	    "home/domains/x.example/.qmailadmin-limits", "maxaliases lots\n");
	ck_assert_int_eq(vpop_user_get(vp, "bob", "x.example", &user),
	    VA_CANNOT_READ_LIMITS);
	ck_assert_int_eq(vpop_user_get(vp, "free", "x.example", &user), 0);
}
END_TEST

static void
expect_walk(const char *after, const char *want)
{
	struct vpop_users *cursor;
	struct vpop_user user;
	char names[256] = "";
	int rc;

	ck_assert_int_eq(
	    vpop_users_open(vp, "alias.example", after, &cursor), 0);
	while ((rc = vpop_users_next(cursor, &user)) == 1) {
		size_t used = strlen(names);

		ck_assert_str_eq(user.domain, "x.example");
		ck_assert_uint_eq(user.flags, VPOP_NO_IMAP);
		snprintf(names + used, sizeof names - used, "%s ", user.name);
	}
	ck_assert_int_eq(rc, 0);
	vpop_users_close(cursor);
	ck_assert_str_eq(names, want);
}

START_TEST(walks)
{
	unsigned long count;

	put("bob", "bob", 0);
	put("alice", "alice", 0);
	put("carol", "carol", 0);
	site_write(
	    "home/domains/x.example/.qmailadmin-limits", "disable_imap\n");
	expect_walk(NULL, "alice bob carol ");
	expect_walk("Alice", "bob carol ");
	expect_walk("zz", "");
	ck_assert_int_eq(vpop_users_count(vp, "alias.example", &count), 0);
	ck_assert_uint_eq(count, 3);
	ck_assert_int_eq(vpop_users_count(vp, "no.example", &count),
	    VA_DOMAIN_DOES_NOT_EXIST);
	vpop_users_close(NULL);
}
END_TEST

START_TEST(makes_missing_directories)
{
	struct vpop_user user;

	put("bob", "0/b/bob", 0);
	ck_assert_int_eq(vpop_user_get(vp, "bob", "x.example", &user), 0);
	ck_assert_int_eq(vpop_user_make_dir(vp, &user), 0);
	ck_assert_int_eq(exists("0/b/bob/Maildir/new"), 1);
	ck_assert_int_eq(exists("0/b/bob/Maildir/.Junk"), 0);
	char *path = site_path("home/domains/x.example/0/b/bob/Maildir/tmp");
	ck_assert_int_eq(rmdir(path), 0);
	free(path);
	ck_assert_int_eq(vpop_user_make_dir(vp, &user), 0);
	ck_assert_int_eq(exists("0/b/bob/Maildir/tmp"), 1);
}
END_TEST

START_TEST(gives_a_directory)
{
	struct vpop_user user, again;

	put("bob", "", 0);
	ck_assert_int_eq(vpop_user_get(vp, "bob", "x.example", &user), 0);
	ck_assert_int_eq(vpop_user_make_dir(vp, &user), 0);
	ck_assert_int_eq(exists("bob/Maildir/cur"), 1);
	ck_assert_ptr_nonnull(strstr(user.dir, "/x.example/bob"));
	ck_assert_int_eq(vpop_user_get(vp, "bob", "x.example", &again), 0);
	ck_assert_str_eq(again.dir, user.dir);
	char *state = site_read("home/domains/x.example/.dir-control");
	ck_assert_int_eq(strncmp(state, "1\n", 2), 0);
	free(state);
}
END_TEST

START_TEST(dry_run_makes_nothing)
{
	struct vpop_user user;

	put("bob", "bob", 0);
	ck_assert_int_eq(vpop_user_get(vp, "bob", "x.example", &user), 0);
	vp->flags |= VPOP_OPEN_DRY_RUN;
	ck_assert_int_eq(vpop_user_make_dir(vp, &user), 0);
	ck_assert_int_eq(exists("bob"), 0);
}
END_TEST

START_TEST(links_are_not_followed)
{
	struct vpop_user user;
	char *target, *name;

	put("bob", "bob", 0);
	ck_assert_int_eq(vpop_user_get(vp, "bob", "x.example", &user), 0);
	site_mkdir("target");
	target = site_path("target");
	name = site_path("home/domains/x.example/bob");
	ck_assert_int_eq(symlink(target, name), 0);
	ck_assert_int_lt(vpop_user_make_dir(vp, &user), 0);
	ck_assert_int_eq(unlink(name), 0);
	free(name);
	name = site_path("home/domains/x.example/bob/Maildir");
	site_mkdir("home/domains/x.example/bob");
	ck_assert_int_eq(symlink(target, name), 0);
	ck_assert_int_lt(vpop_user_make_dir(vp, &user), 0);
	free(name);
	name = site_path("target/new");
	ck_assert_int_ne(access(name, F_OK), 0);
	free(name);
	free(target);
}
END_TEST

START_TEST(new_directories)
{
	put("bob", "bob", 0);
	int dirfd = vp_domain_dir(vp, &domain);

	ck_assert_int_eq(vp_userdir_make(vp, &domain, dirfd, "0", "ann", 0), 0);
	ck_assert_int_eq(exists("0/ann/Maildir/new"), 1);
	ck_assert_int_eq(
	    vp_userdir_make(vp, &domain, dirfd, "0", "ann", 0), VA_EXIST_U_DIR);
	ck_assert_int_eq(vp_userdir_make(vp, &domain, dirfd, "0", "ann", 1), 0);
	vp->set.spam_junkfolder = 1;
	ck_assert_int_eq(vp_userdir_make(vp, &domain, dirfd, "", "zoe", 0), 0);
	ck_assert_int_eq(exists("zoe/Maildir/.Junk/cur"), 1);
	ck_assert_int_eq(vp_userdir_make(vp, &domain, dirfd, "", "..", 0),
	    VA_SUBDIR_CREATION);

	vp->set.sqwebmail_pass = 1;
	int userfd = vp_dir_open_at(dirfd, "zoe");
	ck_assert_int_eq(vp_sqwebmail_write(vp, &domain, userfd, "$1$x"), 0);
	char *text =
	    site_read("home/domains/x.example/zoe/Maildir/sqwebmail-pass");
	ck_assert_str_eq(text, "\t$1$x\n");
	free(text);
	close(userfd);
	close(dirfd);
}
END_TEST

int
main(void)
{
	const TTest *const tests[] = { finds, flags, walks,
		makes_missing_directories, gives_a_directory,
		dry_run_makes_nothing, links_are_not_followed, new_directories,
		NULL };

	return site_main("user", tests);
}
