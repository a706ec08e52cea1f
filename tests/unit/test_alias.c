/* Aliases: walking, inserting, removing, deleting, recovery. */
#include "config.h"

#include "core/atomic.h"

#include "site.h"

#define DOMAIN  "a.test"
#define PATH(f) "home/domains/" DOMAIN "/" f

static void
walk_is(const char *alias, const char *expect)
{
	char *text = NULL;
	size_t size;
	FILE *fp = open_memstream(&text, &size);
	struct vpop_aliases *cursor;
	struct vpop_alias line;
	int rc;

	ck_assert_int_eq(vpop_aliases_open(vp, alias, DOMAIN, &cursor), 0);
	while ((rc = vpop_aliases_next(cursor, &line)) != 0)
		if (rc > 0)
			fprintf(fp, "%s=%s|", line.name, line.line);
		else
			fprintf(fp, "!%d|", rc);
	/* The end stays the end. */
	ck_assert_int_eq(vpop_aliases_next(cursor, &line), 0);
	vpop_aliases_close(cursor);
	fclose(fp);
	ck_assert_str_eq(text, expect);
	free(text);
}

static void
file_is(const char *path, const char *expect)
{
	char *text = site_read(path);

	if (expect)
		ck_assert_str_eq(text, expect);
	else
		ck_assert_ptr_null(text);
	free(text);
}

START_TEST(walks_files)
{
	char *path = site_path(PATH(".qmail-list-owner"));

	site_domain(DOMAIN, DOMAIN);
	site_write(PATH(".qmail-sales:dept"), "&x@y.test\n\n| /bin/true\nlast");
	site_write(PATH(".qmail-Zed"), "z@y.test\n");
	site_write(PATH(".qmail-default"), "| vdelivermail '' delete\n");
	site_write(PATH(".qmail-empty"), "");
	site_write(PATH(".qmail-"), "x\n");
	site_write(PATH(".qmail-old.tmp"), "x\n");
	site_write(PATH(".qmail-a"), "#c\n");
	ck_assert_int_eq(symlink("/etc/passwd", path), 0);
	walk_is(NULL, "a=#c|sales.dept=&x@y.test|sales.dept=| /bin/true|"
		      "sales.dept=last|Zed=z@y.test|");
	walk_is("Sales.Dept",
	    "sales.dept=&x@y.test|sales.dept=| /bin/true|sales.dept=last|");
	walk_is("nobody", "");
	walk_is("empty", "");
	free(path);
}
END_TEST

START_TEST(follows_lists_of_the_owner)
{
	char *list = site_path(PATH(".qmail-list"));
	char *evil = site_path(PATH(".qmail-evil"));

	site_domain(DOMAIN, DOMAIN);
	site_mkdir(PATH("list"));
	site_write(PATH("list/editor"), "|/usr/bin/ezmlm-send list\n");
	ck_assert_int_eq(symlink("list/editor", list), 0);
	ck_assert_int_eq(symlink("/dev/zero", evil), 0);
	walk_is(NULL, "list=|/usr/bin/ezmlm-send list|");
	ck_assert_int_eq(
	    vpop_alias_insert(vp, "list", DOMAIN, "x@y.test"), VA_FORBIDDEN);
	ck_assert_int_eq(vpop_alias_delete(vp, "list", DOMAIN), 0);
	file_is(PATH("list/editor"), "|/usr/bin/ezmlm-send list\n");
	walk_is(NULL, "");
	free(list);
	free(evil);
}
END_TEST

START_TEST(tells_bad_files_and_goes_on)
{
	char *line = malloc(5002);
	char *path = site_path(PATH(".qmail-b"));
	FILE *fp;

	memset(line, 'x', 5000);
	memcpy(line + 5000, "\n", 2);
	site_domain(DOMAIN, DOMAIN);
	site_write(PATH(".qmail-a"), line);
	fp = fopen(path, "w");
	fwrite("a\0b\n", 1, 4, fp);
	fclose(fp);
	site_write(PATH(".qmail-c"), "ok\n");
	walk_is(NULL, "!-32|!-19|c=ok|");
	free(line);
	free(path);
}
END_TEST

START_TEST(inserts)
{
	struct stat st;
	char *path = site_path(PATH(".qmail-sales:dept"));

	site_domain(DOMAIN, DOMAIN);
	site_domain("b.test", DOMAIN);
	ck_assert_int_eq(
	    vpop_alias_insert(vp, "Sales.Dept", "B.test", "&f@e.test"), 0);
	file_is(PATH(".qmail-sales:dept"), "&f@e.test\n");
	ck_assert_int_eq(stat(path, &st), 0);
	ck_assert_uint_eq(st.st_mode & 07777, 0600);
	ck_assert_int_eq(
	    vpop_alias_insert(vp, "sales.dept", DOMAIN, " f2@E.test"), 0);
	ck_assert_int_eq(
	    vpop_alias_insert(vp, "sales.dept", DOMAIN, " f2@E.test"),
	    VA_USERNAME_EXISTS);
	file_is(PATH(".qmail-sales:dept"), "&f@e.test\n f2@E.test\n");
	site_write(PATH(".qmail-x"), "no line end");
	ck_assert_int_eq(vpop_alias_insert(vp, "x", DOMAIN, "more"), 0);
	file_is(PATH(".qmail-x"), "no line end\nmore\n");
	free(path);
}
END_TEST

START_TEST(refuses)
{
	char line[VPOP_ALIAS_LINE_SIZE + 1];

	site_domain(DOMAIN, DOMAIN);
	ck_assert_int_eq(
	    vpop_alias_insert(vp, "a", DOMAIN, ""), VA_INVALID_ARGUMENT);
	ck_assert_int_eq(
	    vpop_alias_insert(vp, "a", DOMAIN, "  "), VA_INVALID_ARGUMENT);
	ck_assert_int_eq(
	    vpop_alias_insert(vp, "a", DOMAIN, "x\ny"), VA_BAD_CHAR);
	ck_assert_int_eq(
	    vpop_alias_insert(vp, "a", DOMAIN, NULL), VA_NULL_POINTER);
	ck_assert_int_eq(
	    vpop_alias_insert(vp, NULL, DOMAIN, "x"), VA_NULL_POINTER);
	ck_assert_int_eq(
	    vpop_alias_insert(vp, "a", NULL, "x"), VA_NULL_POINTER);
	ck_assert_int_eq(
	    vpop_alias_insert(vp, "", DOMAIN, "x"), VA_ILLEGAL_USERNAME);
	ck_assert_int_eq(
	    vpop_alias_insert(vp, "../a", DOMAIN, "x"), VA_ILLEGAL_USERNAME);
	ck_assert_int_eq(
	    vpop_alias_insert(vp, "Default", DOMAIN, "x"), VA_ILLEGAL_USERNAME);
	ck_assert_int_eq(
	    vpop_alias_delete(vp, "default", DOMAIN), VA_ILLEGAL_USERNAME);
	ck_assert_int_eq(vpop_alias_insert(vp, "a", "no.test", "x"),
	    VA_DOMAIN_DOES_NOT_EXIST);
	memset(line, 'l', sizeof line);
	line[sizeof line - 1] = '\0';
	ck_assert_int_eq(
	    vpop_alias_insert(vp, "a", DOMAIN, line), VA_ALIAS_LINE_TOO_LONG);
	line[sizeof line - 2] = '\0';
	ck_assert_int_eq(vpop_alias_insert(vp, "a", DOMAIN, line), 0);
	ck_assert_int_eq(
	    vpop_alias_delete(vp, "b", DOMAIN), VA_USER_DOES_NOT_EXIST);
}
END_TEST

START_TEST(removes_whole_lines)
{
	site_domain(DOMAIN, DOMAIN);
	site_write(PATH(".qmail-x"), "bob@a.co\nbob@a.com\nbob@a.co\n\n");
	ck_assert_int_eq(vpop_alias_remove(vp, "x", DOMAIN, "bob@a.c"),
	    VA_USER_DOES_NOT_EXIST);
	ck_assert_int_eq(vpop_alias_remove(vp, "x", DOMAIN, "bob@a.co"), 0);
	file_is(PATH(".qmail-x"), "bob@a.com\n\n");
	/* Nothing but blank lines would throw mail away. */
	ck_assert_int_eq(vpop_alias_remove(vp, "x", DOMAIN, "bob@a.com"), 0);
	file_is(PATH(".qmail-x"), NULL);
	ck_assert_int_eq(vpop_alias_remove(vp, "x", DOMAIN, "bob@a.com"),
	    VA_USER_DOES_NOT_EXIST);
	site_write(PATH(".qmail-y"), "one\ntwo");
	ck_assert_int_eq(vpop_alias_remove(vp, "y", DOMAIN, "one"), 0);
	file_is(PATH(".qmail-y"), "two\n");
	ck_assert_int_eq(vpop_alias_delete(vp, "y", DOMAIN), 0);
	file_is(PATH(".qmail-y"), NULL);
}
END_TEST

START_TEST(dry_run)
{
	site_domain(DOMAIN, DOMAIN);
	site_write(PATH(".qmail-x"), "one\n");
	vp->flags = VPOP_OPEN_DRY_RUN;
	ck_assert_int_eq(vpop_alias_insert(vp, "x", DOMAIN, "two"), 0);
	ck_assert_int_eq(
	    vpop_alias_insert(vp, "x", DOMAIN, "one"), VA_USERNAME_EXISTS);
	ck_assert_int_eq(vpop_alias_remove(vp, "x", DOMAIN, "one"), 0);
	ck_assert_int_eq(vpop_alias_delete(vp, "x", DOMAIN), 0);
	file_is(PATH(".qmail-x"), "one\n");
	file_is(PATH(".vpasswd.lock"), NULL);
}
END_TEST

/* One change with a plan for the file, and what recovery makes of it. */
static int
settle(const char *text, const char *wanted)
{
	char sum[VP_SUM_SIZE] = "";
	struct vp_intent one = { .event = "alias.created",
		.object = "x@" DOMAIN,
		.domain = DOMAIN };
	char event[] = "alias.created", object[] = "x@" DOMAIN,
	     domain[] = DOMAIN;
	struct vp_pending pending = {
		.event = event, .object = object, .domain = domain
	};
	size_t left = 9;
	int made;

	if (wanted)
		vp_sum(wanted, strlen(wanted), sum);
	one.plan = json_pack("{s:s, s:s}", "file", ".qmail-x", "sum", sum);
	ck_assert_int_eq(vp_journal_intend(vp, &one, 1), 0);
	site_write(PATH(".qmail-x"), text);
	pending.id = one.id;
	pending.plan = one.plan;
	made = vp_recover_atomic(vp, &pending);
	ck_assert_int_eq(vp_recover(vp, &left), 0);
	ck_assert_uint_eq(left, 0);
	json_decref(one.plan);
	return made;
}

START_TEST(recovery_looks_at_the_file)
{
	struct vp_intent one = { .event = "alias.created",
		.object = "x@" DOMAIN,
		.domain = DOMAIN };
	size_t left;

	site_domain(DOMAIN, DOMAIN);
	ck_assert_int_eq(vp_change_start(vp), 0);
	ck_assert_int_eq(settle("old\n", "old\nnew\n"), 0);
	ck_assert_int_eq(settle("old\nnew\n", "old\nnew\n"), 1);
	ck_assert_int_eq(settle("old\n", NULL), 0);

	/* A live process has the lock: its change is left alone. */
	struct vpop_domain domain;
	ck_assert_int_eq(vpop_domain_get(vp, DOMAIN, &domain), 0);
	int dirfd = vp_domain_dir(vp, &domain);
	int lock = vp_domain_lock(vp, &domain, dirfd, 1);
	ck_assert_int_ge(lock, 0);
	ck_assert_int_eq(vp_journal_intend(vp, &one, 1), 0);
	ck_assert_int_eq(vp_recover(vp, &left), 0);
	ck_assert_uint_eq(left, 1);
	close(lock);
	ck_assert_int_eq(vp_recover(vp, &left), 0);
	ck_assert_uint_eq(left, 0);
	close(dirfd);
}
END_TEST

int
main(void)
{
	const TTest *const tests[] = { walks_files, follows_lists_of_the_owner,
		tells_bad_files_and_goes_on, inserts, refuses,
		removes_whole_lines, dry_run, recovery_looks_at_the_file,
		NULL };

	return site_main("alias", tests);
}
