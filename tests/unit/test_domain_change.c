/* Adding and deleting domains, the default action, and what an interrupted
 * change leaves. */
#include "config.h"

#include "core/domain_int.h"

#include "base/text.h"
#include "site.h"

#define HASH "$1$abcdefgh$9xXJdZjUEfaT9HAZqNaSC0"

static void
start(void)
{
	ck_assert_int_eq(site_open("auth_module = cdb\n"), 0);
}

static struct vpop_domain_new
new_domain(const char *name)
{
	return (struct vpop_domain_new){ .name = name,
		.uid = (uid_t)-1,
		.gid = (gid_t)-1,
		.postmaster = { VPOP_SECRET_HASH, HASH } };
}

static int
add(const char *name)
{
	const struct vpop_domain_new domain = new_domain(name);

	return vpop_domain_add(vp, &domain);
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
listed(const char *file, const char *name)
{
	return vp_control_has(vp->set.qmaildir, file, name);
}

static unsigned long
counted(const char *folder)
{
	char *name = NULL;
	ck_assert_int_ge(asprintf(&name, "%s/.dir-control", folder), 0);
	char *text = site_read(name);
	unsigned long count = text ? strtoul(text, NULL, 10) : 0;

	free(text);
	free(name);
	return count;
}

static void
tell(void *arg, const char *sentence, int mended)
{
	(void)arg;
	fprintf(stderr, "# %s (%d)\n", sentence, mended);
}

static void
site_is_sound(void)
{
	ck_assert_int_eq(vpop_doctor(vp, 0, tell, NULL), 0);
}

START_TEST(a_new_domain_is_whole)
{
	struct vpop_domain domain;
	struct vpop_user user;
	char action[64];

	start();
	ck_assert_int_eq(add("Example.COM"), 0);
	ck_assert_int_eq(vpop_domain_get(vp, "example.com", &domain), 0);
	ck_assert(listed("rcpthosts", "example.com") == 1);
	ck_assert(listed("virtualdomains", "example.com") == 1);
	ck_assert_int_eq(
	    vpop_user_get(vp, "postmaster", "example.com", &user), 0);
	ck_assert_str_eq(user.gecos, "Postmaster");
	ck_assert_str_eq(user.passwd, HASH);
	ck_assert_str_eq(user.quota, "NOQUOTA");
	ck_assert_int_eq(
	    vpop_domain_get_default(vp, "example.com", action, sizeof action),
	    0);
	ck_assert_str_eq(action, "bounce-no-mailbox");
	char *text = site_read("home/domains/example.com/postmaster/lastauth");
	ck_assert_str_eq(text, "0.0.0.0");
	free(text);
	ck_assert_uint_eq(counted("home/domains"), 1);
	ck_assert_uint_eq(counted("home/domains/example.com"), 1);
	ck_assert(!exists("qmail/control/locals"));
	ck_assert_int_eq(add("example.com"), VA_DOMAIN_ALREADY_EXISTS);
	site_is_sound();
}
END_TEST

START_TEST(bad_requests_change_nothing)
{
	struct vpop_domain_new domain = new_domain("a.example");

	start();
	ck_assert_int_eq(add(".com"), VA_INVALID_DOMAIN_NAME);
	ck_assert_int_eq(add("nodot"), VA_INVALID_DOMAIN_NAME);
	domain.basedir = "/nonexistent";
	ck_assert_int_eq(vpop_domain_add(vp, &domain), VA_BAD_V_DIR);
	domain.basedir = NULL;
	domain.catchall = "nobody";
	ck_assert_int_eq(vpop_domain_add(vp, &domain), VA_USER_DOES_NOT_EXIST);
	domain.catchall = "a`id`@b.example";
	ck_assert_int_eq(vpop_domain_add(vp, &domain), VA_INVALID_EMAIL_CHAR);
	domain.catchall = NULL;
	domain.quota = "many";
	ck_assert_int_eq(vpop_domain_add(vp, &domain), VA_INVALID_QUOTA);
	domain.quota = NULL;
	domain.postmaster.text = "a:b";
	ck_assert_int_eq(vpop_domain_add(vp, &domain), VA_BAD_CHAR);
	/* Somebody else's folder is not taken over, and stays. */
	site_mkdir("home/domains/a.example");
	ck_assert_int_eq(add("a.example"), VA_COULD_NOT_MAKE_DOMAIN_DIR);
	ck_assert(exists("home/domains/a.example"));
	ck_assert(!exists("qmail/users/assign"));
	ck_assert(!exists("qmail/control/rcpthosts"));
}
END_TEST

START_TEST(dry_run_changes_nothing)
{
	start();
	ck_assert_int_eq(add("b.example"), 0);
	vp->flags |= VPOP_OPEN_DRY_RUN;
	ck_assert_int_eq(add("a.example"), 0);
	ck_assert_int_eq(add("b.example"), VA_DOMAIN_ALREADY_EXISTS);
	ck_assert_int_eq(vpop_domain_delete(vp, "b.example"), 0);
	ck_assert_int_eq(
	    vpop_domain_delete(vp, "a.example"), VA_DOMAIN_DOES_NOT_EXIST);
	ck_assert_int_eq(
	    vpop_domain_add_alias(vp, "c.example", "b.example"), 0);
	ck_assert_int_eq(vpop_domain_set_default(vp, "b.example", "delete"), 0);
	vp->flags = 0;
	ck_assert(!exists("home/domains/a.example"));
	ck_assert(listed("rcpthosts", "c.example") == 0);
	site_is_sound();
}
END_TEST

START_TEST(a_catchall_is_the_mailbox)
{
	struct vpop_domain_new domain = new_domain("a.example");
	char action[VPOP_DIR_SIZE],
	    *want = site_path("home/domains/a.example/postmaster");

	start();
	domain.catchall = "Postmaster";
	domain.quota = "10M";
	ck_assert_int_eq(vpop_domain_add(vp, &domain), 0);
	ck_assert_int_eq(
	    vpop_domain_get_default(vp, "a.example", action, sizeof action), 0);
	ck_assert_str_eq(action, want);
	ck_assert(
	    exists("home/domains/a.example/postmaster/Maildir/maildirsize"));
	ck_assert_int_eq(vpop_domain_set_default(vp, "a.example", "delete"), 0);
	ck_assert_int_eq(
	    vpop_domain_set_default(vp, "a.example", "postmaster"), 0);
	ck_assert_int_eq(
	    vpop_domain_get_default(vp, "a.example", action, sizeof action), 0);
	ck_assert_str_eq(action, want);
	ck_assert_int_eq(vpop_domain_set_default(vp, "a.example", "/x;id"),
	    VA_INVALID_EMAIL_CHAR);
	ck_assert_int_eq(
	    vpop_domain_set_default_line(vp, "a.example", "| a\n| b"),
	    VA_INVALID_ARGUMENT);
	ck_assert_int_eq(
	    vpop_domain_set_default_line(vp, "a.example", "| /bin/true"), 0);
	char *text = site_read("home/domains/a.example/.qmail-default");
	ck_assert_str_eq(text, "| /bin/true\n");
	free(text);
	free(want);
}
END_TEST

START_TEST(many_at_once)
{
	static struct vpop_domain_new list[130];
	static char names[130][24];

	start();
	for (int i = 0; i < 130; i++) {
		snprintf(names[i], sizeof names[i], "d%03d.example", i);
		list[i] = new_domain(names[i]);
	}
	list[7].name = list[3].name;
	list[9].name = "bad_name.example";
	ck_assert_int_eq(
	    vpop_domains_add(vp, list, 130, 0), VA_DOMAIN_ALREADY_EXISTS);
	for (int i = 0; i < 130; i++)
		ck_assert_int_eq(list[i].code, i == 7 ? VA_DOMAIN_ALREADY_EXISTS
					       : i == 9 ? VA_INVALID_DOMAIN_NAME
							: 0);
	ck_assert_uint_eq(counted("home/domains"), 128);
	ck_assert(exists("home/domains/d100.example"));
	ck_assert(exists("home/domains/0/d129.example"));
	ck_assert(exists("qmail/control/morercpthosts.cdb"));
	site_is_sound();
}
END_TEST

START_TEST(stop_leaves_the_rest_alone)
{
	struct vpop_domain_new list[] = { new_domain("a.example"),
		new_domain("nodot"), new_domain("b.example") };

	start();
	ck_assert_int_eq(
	    vpop_domains_add(vp, list, 3, 1), VA_INVALID_DOMAIN_NAME);
	ck_assert_int_eq(list[0].code, 0);
	ck_assert_int_eq(list[1].code, VA_INVALID_DOMAIN_NAME);
	ck_assert_int_eq(list[2].code, VA_INVALID_DOMAIN_NAME);
	ck_assert(exists("home/domains/a.example"));
	ck_assert(!exists("home/domains/b.example"));
	site_is_sound();
}
END_TEST

START_TEST(no_postmaster_no_signal)
{
	struct vpop_domain_new domain = new_domain("a.example");
	unsigned long count = 9;

	start();
	domain.no_postmaster = 1;
	domain.flags = VPOP_DOMAIN_NO_SIGNAL;
	ck_assert_int_eq(vpop_domain_add(vp, &domain), 0);
	ck_assert_int_eq(vpop_users_count(vp, "a.example", &count), 0);
	ck_assert_uint_eq(count, 0);
	ck_assert_int_eq(vpop_flush(vp), 0);
	ck_assert_int_eq(vpop_domain_fold(vp, "a.example"), 0);
	site_is_sound();
}
END_TEST

START_TEST(another_base)
{
	struct vpop_domain_new domain = new_domain("a.example");
	struct vpop_domain found;
	char *base = site_path("cust"),
	     *want = site_path("cust/domains/a.example");

	start();
	site_mkdir("cust");
	domain.basedir = base;
	ck_assert_int_eq(vpop_domain_add(vp, &domain), 0);
	ck_assert_int_eq(vpop_domain_get(vp, "a.example", &found), 0);
	ck_assert_str_eq(found.dir, want);
	ck_assert_uint_eq(counted("cust/domains"), 1);
	site_is_sound();
	ck_assert_int_eq(vpop_domain_delete(vp, "a.example"), 0);
	ck_assert_uint_eq(counted("cust/domains"), 0);
	site_is_sound();
	free(base);
	free(want);
}
END_TEST

START_TEST(a_foreign_user_can_pass)
{
	struct vpop_domain_new domain = new_domain("a.example");
	char *path = site_path("home/domains");
	struct stat st;

	start();
	if (getuid() == 0) {
		domain.uid = 1234;
		domain.gid = 1234;
		ck_assert_int_eq(vpop_domain_add(vp, &domain), 0);
		ck_assert_int_eq(stat(path, &st), 0);
		ck_assert_uint_eq(st.st_mode & 0777, 0711);
		site_is_sound();
	} else {
		domain.uid = getuid() + 1;
		ck_assert_int_eq(vpop_domain_add(vp, &domain), VA_BAD_UID);
	}
	free(path);
}
END_TEST

START_TEST(deleted_with_its_aliases)
{
	start();
	ck_assert_int_eq(add("a.example"), 0);
	ck_assert_int_eq(add("b.example"), 0);
	ck_assert_int_eq(
	    vpop_domain_add_alias(vp, "al.example", "a.example"), 0);
	ck_assert_int_eq(vpop_domain_delete(vp, "a.example"), 0);
	ck_assert(!exists("home/domains/a.example"));
	ck_assert(listed("rcpthosts", "al.example") == 0);
	ck_assert(listed("virtualdomains", "a.example") == 0);
	ck_assert(listed("rcpthosts", "b.example") == 1);
	ck_assert_uint_eq(counted("home/domains"), 1);
	ck_assert_int_eq(
	    vpop_domain_delete(vp, "a.example"), VA_DOMAIN_DOES_NOT_EXIST);
	site_is_sound();
}
END_TEST

/* Enter a domain with any directory into users/assign. */
static void
enter(const char *name, const char *dir)
{
	struct vp_assign entry = { .uid = getuid(), .gid = getgid() };
	struct vp_assign_how how;

	ck_assert_int_eq(vp_copy(entry.name, sizeof entry.name, name), 0);
	ck_assert_int_eq(vp_copy(entry.real, sizeof entry.real, name), 0);
	ck_assert_int_eq(vp_copy(entry.dir, sizeof entry.dir, dir), 0);
	vp_assign_how(vp, &how);
	ck_assert_int_eq(vp_assign_update(&how, &entry, 1, NULL, 0, NULL), 0);
}

START_TEST(never_more_than_the_domain)
{
	char *home = site_path("home"), *domains = site_path("home/domains"),
	     *shared = site_path("home/domains/a.example");

	start();
	ck_assert_int_eq(add("a.example"), 0);
	enter("h.example", home);
	ck_assert_int_eq(vpop_domain_delete(vp, "h.example"), VA_BAD_D_DIR);
	enter("h.example", domains);
	ck_assert_int_eq(vpop_domain_delete(vp, "h.example"), VA_BAD_D_DIR);
	enter("h.example", "/tmp");
	ck_assert_int_eq(vpop_domain_delete(vp, "h.example"), VA_BAD_D_DIR);
	enter("h.example", shared);
	ck_assert_int_eq(vpop_domain_delete(vp, "h.example"), VA_BAD_D_DIR);
	ck_assert(exists("home/domains/a.example/postmaster"));
	free(home);
	free(domains);
	free(shared);
}
END_TEST

START_TEST(a_link_is_only_unlinked)
{
	char *dir = site_path("home/domains/a.example"),
	     *other = site_path("other");

	start();
	ck_assert_int_eq(add("a.example"), 0);
	ck_assert_int_eq(rename(dir, other), 0);
	ck_assert_int_eq(symlink(other, dir), 0);
	ck_assert_int_eq(vpop_domain_delete(vp, "a.example"), 0);
	ck_assert(!exists("home/domains/a.example"));
	ck_assert(exists("other/postmaster/Maildir"));
	ck_assert(exists("other/vpasswd"));
	free(dir);
	free(other);
}
END_TEST

/* An intent as a process leaves it that died at once. */
static void
leave_intent(const char *event, const char *name, json_t *plan)
{
	struct vp_intent intent = {
		.event = event, .object = name, .domain = name, .plan = plan
	};

	ck_assert_int_eq(vp_change_start(vp), 0);
	ck_assert_int_eq(vp_journal_intend(vp, &intent, 1), 0);
	json_decref(plan);
}

static json_t *
plan_of(const char *dir)
{
	return json_pack("{s:s, s:I, s:I, s:[s]}", "dir", dir, "uid",
	    (json_int_t)getuid(), "gid", (json_int_t)getgid(), "names",
	    "a.example");
}

START_TEST(an_interrupted_add_is_undone)
{
	char *dir = site_path("home/domains/a.example");

	start();
	leave_intent("domain.created", "a.example", plan_of(dir));
	site_mkdir("home/domains/a.example");
	site_write("home/domains/a.example/.qmail-default", "x\n");
	ck_assert_int_eq(add("a.example"), 0);
	site_is_sound();
	free(dir);
}
END_TEST

START_TEST(an_interrupted_add_spares_mail)
{
	char *dir = site_path("home/domains/a.example");
	size_t left = 0;

	start();
	leave_intent("domain.created", "a.example", plan_of(dir));
	site_mkdir("home/domains/a.example");
	site_mkdir("home/domains/a.example/bob");
	ck_assert_int_eq(vp_recover(vp, &left), 0);
	ck_assert_uint_eq(left, 1);
	ck_assert(exists("home/domains/a.example/bob"));
	free(dir);
}
END_TEST

START_TEST(an_interrupted_add_is_completed)
{
	char *dir = site_path("home/domains/a.example");
	const char *names[] = { "a.example" };
	struct vp_control_how how;

	start();
	ck_assert_int_eq(add("a.example"), 0);
	vp_control_how(vp, &how);
	ck_assert_int_eq(vp_control_rcpt_remove(&how, names, 1, 0), 0);
	ck_assert_int_eq(vp_control_virtual_remove(&how, names, 1), 0);
	leave_intent("domain.created", "a.example", plan_of(dir));
	ck_assert_int_eq(vp_change_start(vp), 0);
	ck_assert(listed("rcpthosts", "a.example") == 1);
	ck_assert(listed("virtualdomains", "a.example") == 1);
	site_is_sound();
	free(dir);
}
END_TEST

START_TEST(an_interrupted_deletion_is_completed)
{
	char *dir = site_path("home/domains/a.example");

	start();
	ck_assert_int_eq(add("a.example"), 0);
	leave_intent("domain.deleted", "a.example", plan_of(dir));
	ck_assert_int_eq(add("b.example"), 0);
	ck_assert(!exists("home/domains/a.example"));
	ck_assert(listed("rcpthosts", "a.example") == 0);
	ck_assert_uint_eq(counted("home/domains"), 1);
	site_is_sound();
	free(dir);
}
END_TEST

int
main(void)
{
	const TTest *const tests[] = { a_new_domain_is_whole,
		bad_requests_change_nothing, dry_run_changes_nothing,
		a_catchall_is_the_mailbox, many_at_once,
		stop_leaves_the_rest_alone, no_postmaster_no_signal,
		another_base, a_foreign_user_can_pass, deleted_with_its_aliases,
		never_more_than_the_domain, a_link_is_only_unlinked,
		an_interrupted_add_is_undone, an_interrupted_add_spares_mail,
		an_interrupted_add_is_completed,
		an_interrupted_deletion_is_completed, NULL };

	return site_main("domain_change", tests);
}
