/* Bulletins, and an account's own .qmail. */
#include "config.h"

#include "core/domain.h"

#include <dirent.h>

#include "site.h"

#define HASH     "$1$abcdefgh$9xXJdZjUEfaT9HAZqNaSC0"
#define DIR_NAME "home/domains/a.example"

static void
start(void)
{
	const struct vpop_domain_new domain = { .name = "a.example",
		.uid = (uid_t)-1,
		.gid = (gid_t)-1,
		.postmaster = { VPOP_SECRET_HASH, HASH } };
	const struct vpop_user_new user = { .name = "bob",
		.domain = "a.example",
		.secret = { VPOP_SECRET_HASH, HASH },
		.quota = "1M" };

	ck_assert_int_eq(site_open("auth_module = cdb\n"), 0);
	ck_assert_int_eq(vpop_domain_add(vp, &domain), 0);
	ck_assert_int_eq(vpop_user_add(vp, &user), 0);
	site_write("message", "From: staff@a.example\nSubject: x\n\nbye\n");
}

struct seen {
	int before, after, failed;
	const char *leave_out;
};

static int
each(void *arg, const struct vpop_user *user, int before, int code)
{
	struct seen *seen = arg;

	if (before) {
		seen->before++;
		return seen->leave_out &&
		       strcmp(user->name, seen->leave_out) == 0;
	}
	seen->after++;
	seen->failed += code != 0;
	return 0;
}

/* The only entry of a folder, malloc'd path below the scratch folder. */
static char *
only_entry(const char *folder)
{
	char *path = site_path(folder), *found = NULL;
	const struct dirent *entry;
	DIR *dir = opendir(path);

	ck_assert_ptr_nonnull(dir);
	while ((entry = readdir(dir)) != NULL) {
		if (entry->d_name[0] == '.')
			continue;
		ck_assert_ptr_null(found);
		ck_assert_int_ge(
		    asprintf(&found, "%s/%s", folder, entry->d_name), 0);
	}
	closedir(dir);
	free(path);
	return found;
}

static void
stat_of(const char *name, struct stat *ret)
{
	char *path = site_path(name);

	ck_assert_int_eq(lstat(path, ret), 0);
	free(path);
}

START_TEST(copies_are_addressed)
{
	char *file = site_path("message");
	struct seen seen = { 0 };

	start();
	ck_assert_int_eq(vpop_bulletin(vp, "a.example", file,
			     VPOP_BULLETIN_COPY, each, &seen),
	    0);
	ck_assert_int_eq(seen.before, 2);
	ck_assert_int_eq(seen.after, 2);
	char *name = only_entry(DIR_NAME "/bob/Maildir/new");
	ck_assert_ptr_nonnull(name);
	char *text = site_read(name);
	ck_assert_ptr_eq(strstr(text, "To: bob@a.example\nDate: "), text);
	ck_assert_ptr_nonnull(
	    strstr(text, " +0000\nFrom: staff@a.example\nSubject: x\n\nbye\n"));
	char *size = NULL,
	     *counted = site_read(DIR_NAME "/bob/Maildir/maildirsize");
	ck_assert_int_ge(asprintf(&size, "\n%zu 1\n", strlen(text)), 0);
	ck_assert_ptr_nonnull(strstr(counted, size));
	free(counted);
	free(size);
	free(text);
	free(name);
	free(file);
}
END_TEST

START_TEST(a_date_is_kept)
{
	char *file = site_path("message");

	start();
	site_write("message", "DATE: yesterday\n\nDate: in the body\n");
	ck_assert_int_eq(vpop_bulletin(vp, "a.example", file,
			     VPOP_BULLETIN_COPY, NULL, NULL),
	    0);
	char *name = only_entry(DIR_NAME "/bob/Maildir/new");
	char *text = site_read(name);
	ck_assert_str_eq(text, "To: bob@a.example\nDATE: yesterday\n\n"
			       "Date: in the body\n");
	free(text);
	free(name);
	free(file);
}
END_TEST

START_TEST(links_share_a_copy)
{
	char *file = site_path("message");
	struct stat bob, postmaster, source;

	start();
	ck_assert_int_eq(vpop_bulletin(vp, "a.example", file,
			     VPOP_BULLETIN_LINK, NULL, NULL),
	    0);
	char *one = only_entry(DIR_NAME "/bob/Maildir/new"),
	     *two = only_entry(DIR_NAME "/postmaster/Maildir/new"),
	     *rest = only_entry(DIR_NAME "/bob/Maildir/tmp");
	ck_assert_ptr_null(rest);
	ck_assert_ptr_nonnull(strstr(one, ",S=38"));
	stat_of(one, &bob);
	stat_of(two, &postmaster);
	stat_of("message", &source);
	ck_assert_uint_eq(bob.st_ino, postmaster.st_ino);
	ck_assert_uint_ne(bob.st_ino, source.st_ino);
	ck_assert_uint_eq(bob.st_nlink, 2);
	ck_assert_uint_eq(bob.st_mode & 0777, 0600);
	free(one);
	free(two);
	free(file);
}
END_TEST

START_TEST(symlinks_lead_to_the_file)
{
	char *file = site_path("message");
	struct stat before, after, link;

	start();
	stat_of("message", &before);
	ck_assert_int_eq(vpop_bulletin(vp, "a.example", "message",
			     VPOP_BULLETIN_SYMLINK, NULL, NULL),
	    VA_INVALID_ARGUMENT);
	ck_assert_int_eq(vpop_bulletin(vp, "a.example", file,
			     VPOP_BULLETIN_SYMLINK, NULL, NULL),
	    0);
	char *name = only_entry(DIR_NAME "/bob/Maildir/new");
	stat_of(name, &link);
	ck_assert(S_ISLNK(link.st_mode));
	stat_of("message", &after);
	ck_assert_uint_eq(before.st_mode, after.st_mode);
	ck_assert_uint_eq(before.st_uid, after.st_uid);
	free(name);
	free(file);
}
END_TEST

START_TEST(left_out_missing_and_hostile)
{
	char *file = site_path("message"), *home = site_path(DIR_NAME "/bob"),
	     *gone = site_path("gone");
	struct seen seen = { .leave_out = "postmaster" };

	start();
	/* A mailbox that is missing is made. */
	ck_assert_int_eq(rename(home, gone), 0);
	ck_assert_int_eq(vpop_bulletin(vp, "a.example", file,
			     VPOP_BULLETIN_LINK, each, &seen),
	    0);
	ck_assert_int_eq(seen.after, 1);
	char *name = only_entry(DIR_NAME "/bob/Maildir/new");
	ck_assert_ptr_nonnull(name);
	free(name);
	ck_assert_ptr_null(only_entry(DIR_NAME "/postmaster/Maildir/new"));
	/* One that is a link is not followed. */
	char *away = site_path(DIR_NAME "/away");
	ck_assert_int_eq(rename(home, away), 0);
	ck_assert_int_eq(symlink(gone, home), 0);
	for (int how = VPOP_BULLETIN_COPY; how <= VPOP_BULLETIN_SYMLINK; how++)
		ck_assert_int_eq(vpop_bulletin(vp, "a.example", file,
				     (enum vpop_bulletin_how)how, each, &seen),
		    VA_BAD_U_DIR);
	ck_assert_int_eq(seen.failed, 3);
	ck_assert_ptr_null(only_entry("gone/Maildir/new"));
	free(away);
	free(home);
	free(gone);
	free(file);
}
END_TEST

START_TEST(bad_files)
{
	char *file = site_path("message");

	start();
	ck_assert_int_lt(vpop_bulletin(vp, "a.example", scratch,
			     VPOP_BULLETIN_COPY, NULL, NULL),
	    0);
	site_write("message", "");
	ck_assert_int_eq(vpop_bulletin(vp, "a.example", file,
			     VPOP_BULLETIN_COPY, NULL, NULL),
	    VA_INVALID_ARGUMENT);
	ck_assert_int_eq(vpop_bulletin(vp, "b.example", file,
			     VPOP_BULLETIN_COPY, NULL, NULL),
	    VA_DOMAIN_DOES_NOT_EXIST);
	free(file);
}
END_TEST

START_TEST(own_dot_qmail)
{
	struct vpop_user user;

	start();
	ck_assert_int_eq(vpop_user_get(vp, "bob", "a.example", &user), 0);
	ck_assert_int_eq(vpop_user_dotqmail(vp, &user, VPOP_DOTQMAIL_MAKE),
	    VA_COULD_NOT_OPEN_DOT_QMAIL);
	site_write("qmail/control/defaultdelivery", "| vdelivermail\n");
	ck_assert_int_eq(
	    vpop_user_dotqmail(vp, &user, VPOP_DOTQMAIL_MAKE), VA_FORBIDDEN);
	site_write("qmail/control/defaultdelivery", "./Maildir/\n");
	ck_assert_int_eq(vpop_user_dotqmail(vp, &user, VPOP_DOTQMAIL_REMOVE),
	    VA_USER_DOES_NOT_EXIST);
	ck_assert_int_eq(vpop_user_dotqmail(vp, &user, VPOP_DOTQMAIL_MAKE), 0);
	ck_assert_int_eq(vpop_user_dotqmail(vp, &user, VPOP_DOTQMAIL_MAKE),
	    VA_USERNAME_EXISTS);
	ck_assert_int_eq(
	    vpop_user_dotqmail(vp, &user, VPOP_DOTQMAIL_OVERWRITE), 0);
	char *text = site_read(DIR_NAME "/bob/.qmail");
	ck_assert_str_eq(text, "./Maildir/\n");
	free(text);
	ck_assert_int_eq(
	    vpop_user_dotqmail(vp, &user, VPOP_DOTQMAIL_REMOVE), 0);
	ck_assert_ptr_null(site_read(DIR_NAME "/bob/.qmail"));
}
END_TEST

int
main(void)
{
	const TTest *const tests[] = { copies_are_addressed, a_date_is_kept,
		links_share_a_copy, symlinks_lead_to_the_file,
		left_out_missing_and_hostile, bad_files, own_dot_qmail, NULL };

	return site_main("bulletin", tests);
}
