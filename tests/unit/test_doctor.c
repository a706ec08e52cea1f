/* The doctor: what it finds, and that it is mended. */
#include "config.h"

#include "core/domain_int.h"

#include "site.h"

#define HASH "$1$abcdefgh$9xXJdZjUEfaT9HAZqNaSC0"
#define A    "home/domains/a.example"
#define B    "home/domains/b.example"

static char told[65536];

static void
keep(void *arg, const char *sentence, int mended)
{
	size_t used = strlen(told);

	(void)arg;
	snprintf(told + used, sizeof told - used, "%s%s\n", mended ? "+" : "-",
	    sentence);
}

static int
look(int repair)
{
	told[0] = '\0';
	return vpop_doctor(vp, repair, keep, NULL);
}

static void
add(const char *name)
{
	const struct vpop_domain_new domain = { .name = name,
		.uid = (uid_t)-1,
		.gid = (gid_t)-1,
		.postmaster = { VPOP_SECRET_HASH, HASH } };

	ck_assert_int_eq(vpop_domain_add(vp, &domain), 0);
}

static void
start(void)
{
	const struct vpop_user_new user = { .name = "bob",
		.domain = "a.example",
		.secret = { VPOP_SECRET_HASH, HASH },
		.quota = "1M" };

	ck_assert_int_eq(site_open("auth_module = cdb\n"), 0);
	add("a.example");
	add("b.example");
	ck_assert_int_eq(vpop_user_add(vp, &user), 0);
	ck_assert_int_eq(
	    vpop_domain_add_alias(vp, "al.example", "a.example"), 0);
	ck_assert_int_eq(look(0), 0);
	ck_assert_str_eq(told, "");
}

/* One thing is wrong: told, mended, gone. */
static void
one(const char *sentence)
{
	ck_assert_int_eq(look(0), 1);
	ck_assert_msg(told[0] == '-' && strstr(told, sentence), "%s", told);
	ck_assert_int_eq(look(1), 0);
	ck_assert_msg(told[0] == '+' && strstr(told, sentence), "%s", told);
	ck_assert_int_eq(look(0), 0);
	ck_assert_str_eq(told, "");
}

static void
drop(const char *name)
{
	char *path = site_path(name), *slash = strrchr(path, '/');

	*slash = '\0';
	int fd = vp_dir_open(path);
	ck_assert_int_eq(vp_dir_remove(fd, slash + 1), 0);
	close(fd);
	free(path);
}

static void
set_mode(const char *name, mode_t mode)
{
	char *path = site_path(name);

	ck_assert_int_eq(chmod(path, mode), 0);
	free(path);
}

START_TEST(nothing_at_all_is_sound)
{
	ck_assert_int_eq(site_open("auth_module = cdb\n"), 0);
	ck_assert_int_eq(look(0), 0);
	ck_assert_ptr_null(site_read("home/var/journal.sqlite"));
}
END_TEST

START_TEST(files_of_a_domain)
{
	start();
	drop(A "/.qmail-default");
	one(".qmail-default' is missing");
	set_mode(A "/.qmail-default", 0622);
	one("has the mode 0622");
	set_mode(A "/bob", 0755);
	one("has the mode 0755");
	site_write(A "/vpasswd.tmp", "");
	one("vpasswd.tmp' was left behind");
	site_mkdir(A "/.deleted-17");
	site_mkdir(A "/.deleted-17/x");
	one("was left behind");
	site_write("home/domains/.dir-control.77", "");
	one("was left behind");
	site_write(A "/.dir_control_free", "0\n# x\n../x\n");
	one("1 lines that name no hash directory");
	char *text = site_read(A "/.dir_control_free");
	ck_assert_str_eq(text, "0\n# x\n");
	free(text);
}
END_TEST

START_TEST(counts)
{
	start();
	site_write(
	    A "/.dir-control", "7\n0\n3\n0 0 0\n61 61 61\n0 2 4\n0 0 0\n\n");
	one("counts 7 accounts instead of 2");
	drop(A "/.dir-control");
	one("counts 0 accounts instead of 2");
	site_write(A "/.dir-control", "what\n");
	one("is damaged");
	drop("home/domains/.dir-control");
	one("counts 0 domains instead of 2");
}
END_TEST

START_TEST(directories_of_accounts)
{
	start();
	drop(A "/bob/Maildir/new");
	one("is not a whole Maildir");
	drop(A "/bob");
	one("bob' of 'bob@a.example' is missing");
	site_write(A "/bob/Maildir/maildirsize", "5S\n0 0\n");
	set_mode(A "/bob/Maildir/maildirsize", 0600);
	one("is not for the quota '1048576S'");
	site_mkdir(A "/eve");
	site_mkdir(A "/eve/Maildir");
	ck_assert_int_eq(look(1), 1);
	ck_assert_ptr_nonnull(strstr(told, "eve' has mail folders but no"));
	drop(A "/eve");
	ck_assert_int_eq(look(0), 0);
}
END_TEST

START_TEST(no_link_is_followed)
{
	char *home = site_path(A "/bob"), *other = site_path("other");
	struct stat st;

	start();
	site_mkdir("other");
	set_mode("other", 0755);
	drop(A "/bob");
	ck_assert_int_eq(symlink(other, home), 0);
	ck_assert_int_eq(look(1), 1);
	ck_assert_ptr_nonnull(strstr(told, "cannot be opened"));
	ck_assert_int_eq(stat(other, &st), 0);
	ck_assert_uint_eq(st.st_mode & 0777, 0755);
	free(home);
	free(other);
}
END_TEST

START_TEST(control_files)
{
	const char *a = "a.example", *al = "al.example";
	struct vp_control_how how;

	start();
	vp_control_how(vp, &how);
	ck_assert_int_eq(vp_control_rcpt_remove(&how, &a, 1, 0), 0);
	one("'a.example' is neither in rcpthosts");
	ck_assert_int_eq(vp_control_virtual_remove(&how, &al, 1), 0);
	one("'al.example' is not in virtualdomains");
	site_write("qmail/control/locals", "mx.example\na.example\n");
	one("'a.example' is in locals");
	char *text = site_read("qmail/control/locals");
	ck_assert_str_eq(text, "mx.example\n");
	free(text);
	site_write("qmail/control/morercpthosts", "other.example\n");
	one("morercpthosts.cdb does not agree");
	const char *stale = "stale.example";
	ck_assert_int_eq(vp_control_virtual_add(&how, &stale, 1), 0);
	one("'stale.example' is in virtualdomains but not in");
	site_write("qmail/users/cdb.tmp", "");
	one("was left behind");
}
END_TEST

START_TEST(assign_lines)
{
	char *text, *more = NULL;

	start();
	drop("qmail/users/cdb");
	one("does not agree with users/assign");
	text = site_read("qmail/users/assign");
	ck_assert_int_ge(asprintf(&more, "+broken-:x\n%s", text), 0);
	site_write("qmail/users/assign", more);
	free(more);
	ck_assert_int_gt(look(0), 0);
	ck_assert_ptr_nonnull(strstr(told, "line 1 of "));
	ck_assert_int_eq(look(1), 0);
	more = site_read("qmail/users/assign");
	ck_assert_str_eq(more, text);
	free(more);
	/* A cut file. */
	text[strlen(text) - 2] = '\0';
	site_write("qmail/users/assign", text);
	ck_assert_int_gt(look(0), 0);
	ck_assert_ptr_nonnull(strstr(told, "has no '.' line at its end"));
	ck_assert_msg(look(1) == 0, "%s", told);
	ck_assert_int_eq(look(0), 0);
	free(text);
}
END_TEST

START_TEST(from_nothing_but_the_tree)
{
	struct vpop_domain domain;

	start();
	drop("qmail/users");
	drop("qmail/control");
	site_mkdir("qmail/users");
	site_mkdir("qmail/control");
	ck_assert_int_ge(look(0), 2);
	ck_assert_int_eq(look(1), 0);
	ck_assert_ptr_nonnull(strstr(told, "aliases of it cannot be known"));
	ck_assert_int_eq(look(0), 0);
	ck_assert_int_eq(vpop_domain_get(vp, "a.example", &domain), 0);
	ck_assert_uint_eq(domain.uid, getuid());
	ck_assert_int_eq(
	    vp_control_has(vp->set.qmaildir, "rcpthosts", "b.example"), 1);
}
END_TEST

START_TEST(what_cannot_be_mended)
{
	start();
	drop(B);
	ck_assert_int_eq(look(1), 1);
	ck_assert_ptr_nonnull(strstr(told, "cannot open the folder"));
	site_write(A "/.qmailadmin-limits", "maxpopaccounts: x\n");
	ck_assert_int_eq(look(1), 2);
	ck_assert_ptr_nonnull(strstr(told, "line 1"));
}
END_TEST

START_TEST(interrupted_changes)
{
	json_t *plan =
	    json_pack("{s:s, s:s}", "alias", "x.example", "real", "a.example");
	struct vp_intent intent = { .event = "aliasdomain.created",
		.object = "x.example",
		.domain = "a.example",
		.plan = plan };

	start();
	ck_assert_int_eq(vp_journal_intend(vp, &intent, 1), 0);
	one("(aliasdomain.created of 'x.example') was interrupted");
	json_decref(plan);
}
END_TEST

int
main(void)
{
	const TTest *const tests[] = { nothing_at_all_is_sound,
		files_of_a_domain, counts, directories_of_accounts,
		no_link_is_followed, control_files, assign_lines,
		from_nothing_but_the_tree, what_cannot_be_mended,
		interrupted_changes, NULL };

	return site_main("doctor", tests);
}
