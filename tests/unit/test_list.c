/* Mailing lists: names, what is a list, links, recovery, the old functions.
 * Programs that stand in for ezmlm-idx are those of tests/cli/vlist.t. */
#include "config.h"

#include "core/list_int.h"

#include <dirent.h>

#include "site.h"
#include "vpopmail.h"

#define DOMAIN  "a.test"
#define PATH(f) "home/domains/" DOMAIN "/" f

/* The site, and the programs. */
static void
list_make(void)
{
	static const char *const names[] = { "make", "sub", "unsub", "list" };
	const char *srcdir = getenv("srcdir");
	char *more = NULL;

	site_make();
	ck_assert_ptr_nonnull(srcdir);
	site_mkdir("ezmlm");
	for (size_t i = 0; i < 4; i++) {
		char *from = NULL, *to = NULL;

		ck_assert_int_ge(
		    asprintf(&from, "%s/tests/lib/ezmlm.sh", srcdir), 0);
		ck_assert_int_ge(
		    asprintf(&to, "%s/ezmlm/ezmlm-%s", scratch, names[i]), 0);
		ck_assert_int_eq(symlink(from, to), 0);
		free(from);
		free(to);
	}
	ck_assert_int_ge(asprintf(&more, "ezmlm_dir = %s/ezmlm\n", scratch), 0);
	ck_assert_int_eq(site_open(more), 0);
	free(more);
	site_domain(DOMAIN, DOMAIN);
}

static int
create(const char *name)
{
	const struct vpop_list_change list = { .name = name, .domain = DOMAIN };

	return vpop_list_create(vp, &list);
}

static int
exists(const char *name)
{
	char *path = site_path(name);
	struct stat st;
	int rc = lstat(path, &st) == 0;

	free(path);
	return rc;
}

/* How many entries of the domain's folder begin so. */
static int
count(const char *start)
{
	char *path = site_path("home/domains/" DOMAIN);
	DIR *dir = opendir(path);
	const struct dirent *entry;
	int found = 0;

	ck_assert_ptr_nonnull(dir);
	while ((entry = readdir(dir)) != NULL)
		found += strncmp(entry->d_name, start, strlen(start)) == 0;
	closedir(dir);
	free(path);
	return found;
}

START_TEST(names_of_lists)
{
	static const char *const bad[] = { "", ".", "..", "a/b", "../a", "a'b",
		"-a", "a-", "a..b", "a b", "a\nb", "default", "vpasswd" };

	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
		ck_assert_int_eq(create(bad[i]), VA_ILLEGAL_USERNAME);
	ck_assert_int_eq(create(NULL), VA_NULL_POINTER);
	ck_assert_int_eq(vpop_list_create(vp, NULL), VA_NULL_POINTER);
	ck_assert_int_eq(create("A.b-c_d+e=1"), 0);
	ck_assert(exists(PATH(".qmail-a:b-c_d+e=1")));
	ck_assert_int_eq(create("a.b-c_d+e=1"), VA_USERNAME_EXISTS);
}
END_TEST

START_TEST(what_is_a_list)
{
	struct vpop_list list;
	struct vpop_domain domain;
	char *path = site_path(PATH(".qmail-link"));
	char *fifo = site_path(PATH(".qmail-fifo"));

	ck_assert_int_eq(vpop_domain_get(vp, DOMAIN, &domain), 0);
	AUTO_CLOSE int dirfd = vp_domain_dir(vp, &domain);
	site_write(PATH(".qmail-alias"), "&x@y.test\n|ezmlm-reject\n");
	site_write(PATH(".qmail-list"), "|/x/ezmlm-send '/y'\n");
	ck_assert_int_eq(symlink("/nowhere/editor", path), 0);
	ck_assert_int_eq(mkfifo(fifo, 0600), 0);
	ck_assert_int_eq(vp_is_list(dirfd, &domain, ".qmail-alias"), 0);
	ck_assert_int_eq(vp_is_list(dirfd, &domain, ".qmail-list"), 1);
	ck_assert_int_eq(vp_is_list(dirfd, &domain, ".qmail-link"), 0);
	ck_assert_int_eq(vp_is_list(dirfd, &domain, ".qmail-fifo"), 0);
	ck_assert_int_eq(vp_is_list(dirfd, &domain, ".qmail-no"), 0);
	/* A list without a folder can neither be read nor changed. */
	ck_assert_int_eq(vpop_list_get(vp, "list", DOMAIN, &list), VA_BAD_DIR);
	ck_assert_int_eq(
	    vpop_list_get(vp, "alias", DOMAIN, &list), VA_USER_DOES_NOT_EXIST);
	ck_assert_int_eq(
	    vpop_list_delete(vp, "alias", DOMAIN), VA_USER_DOES_NOT_EXIST);
	free(path);
	free(fifo);
}
END_TEST

START_TEST(deletes_what_is_its_own)
{
	char *other = site_path(PATH(".qmail-news-other"));
	char *relative = site_path(PATH(".qmail-news-relative"));

	ck_assert_int_eq(create("news"), 0);
	ck_assert_int_eq(create("news-eu"), 0);
	site_write(PATH(".qmail-news-x"), "&x@y.test\n");
	ck_assert_int_eq(symlink("../elsewhere/file", other), 0);
	ck_assert_int_eq(symlink("news/manager", relative), 0);
	ck_assert_int_eq(vpop_list_delete(vp, "news", DOMAIN), 0);
	ck_assert(!exists(PATH("news")));
	ck_assert(!exists(PATH(".qmail-news")));
	ck_assert(!exists(PATH(".qmail-news-relative")));
	ck_assert(exists(PATH(".qmail-news-other")));
	ck_assert(exists(PATH(".qmail-news-x")));
	ck_assert(exists(PATH("news-eu/editor")));
	/* Ten links of the other list, the alias, the foreign link. */
	ck_assert_int_eq(count(".qmail-news"), 12);
	ck_assert_int_eq(count(".list-"), 0);
	free(other);
	free(relative);
}
END_TEST

/* ---- recovery --------------------------------------------------------- */

/* Leave a change pending, as a process that died. */
static int64_t
pend(const char *event, const char *name, json_t *more)
{
	json_t *plan = json_pack("{s:s}", "name", name);
	struct vp_intent intent = {
		.event = event, .object = name, .domain = DOMAIN, .plan = plan
	};

	if (more)
		json_object_update(plan, more);
	ck_assert_int_eq(vp_change_start(vp), 0);
	ck_assert_int_eq(vp_journal_intend(vp, &intent, 1), 0);
	json_decref(plan);
	json_decref(more);
	return intent.id;
}

static void
settle(int64_t id)
{
	size_t left = 1;

	ck_assert_int_eq(vp_recover(vp, &left), 0);
	ck_assert_int_eq(left, 0);
	ck_assert_int_eq(vp_journal_is_pending(vp, id), 0);
}

START_TEST(recovers_creation)
{
	ck_assert_int_eq(create("whole"), 0);
	settle(pend("list.created", "whole", NULL));
	ck_assert(exists(PATH("whole/editor")));
	ck_assert_int_eq(create("half"), 0);
	char *path = site_path(PATH("half/inlocal"));
	ck_assert_int_eq(unlink(path), 0);
	settle(pend("list.created", "half", NULL));
	ck_assert(!exists(PATH("half")));
	ck_assert_int_eq(count(".qmail-half"), 0);
	settle(pend("list.created", "nothing", NULL));
	ck_assert_int_eq(create("half"), 0);
	free(path);
}
END_TEST

START_TEST(recovers_modification)
{
	struct vpop_list list;

	ck_assert_int_eq(create("news"), 0);
	site_write(PATH("news/subdb.kept"), "mysql:h:1:u:p:d:t");
	settle(pend("list.updated", "news",
	    json_pack("{s:s, s:s, s:i, s:s}", "letters", "mft", "prefix", "{x}",
		"reply", 3, "reply_address", "r@y.test")));
	ck_assert_int_eq(vpop_list_get(vp, "news", DOMAIN, &list), 0);
	ck_assert_str_eq(list.options, "aBDfGHIJKLmNOpQrStuWXY");
	ck_assert_str_eq(list.prefix, "{x}");
	ck_assert_str_eq(list.reply_address, "r@y.test");
	ck_assert_str_eq(list.sql, "mysql:h:1:u:p:d:t");
	settle(pend("list.updated", "gone",
	    json_pack(
		"{s:s, s:s, s:i}", "letters", "m", "prefix", "", "reply", 1)));
}
END_TEST

START_TEST(recovers_deletion)
{
	char *path = site_path(PATH("news"));

	ck_assert_int_eq(create("news"), 0);
	settle(pend("list.deleted", "news", NULL));
	ck_assert(!exists(PATH("news")));
	/* The folder has been moved aside already. */
	ck_assert_int_eq(create("news"), 0);
	int64_t id = pend("list.deleted", "news", NULL);
	char aside[64];
	snprintf(aside, sizeof aside, PATH(".list-%lld"), (long long)id);
	char *to = site_path(aside);
	ck_assert_int_eq(rename(path, to), 0);
	settle(id);
	ck_assert_int_eq(count(".list-"), 0);
	ck_assert_int_eq(count(".qmail-news"), 0);
	free(path);
	free(to);
}
END_TEST

START_TEST(recovers_members)
{
	unsigned long number = 0;

	ck_assert_int_eq(create("news"), 0);
	settle(pend("list.member.added", "news",
	    json_pack("{s:b, s:s, s:s}", "add", 1, "dir", "mod", "address",
		"m@y.test")));
	ck_assert_int_eq(vpop_list_members_count(
			     vp, "news", DOMAIN, VPOP_LIST_MODERATOR, &number),
	    0);
	ck_assert_int_eq(number, 1);
	settle(pend("list.member.removed", "gone",
	    json_pack("{s:b, s:s, s:s}", "add", 0, "dir", "", "address",
		"m@y.test")));
}
END_TEST

/* ---- the old functions ------------------------------------------------ */

static void
free_names(char **names)
{
	for (char **p = names; *p; p++)
		free(*p);
	free(names);
}

static void
statuses(listInfoType *info)
{
	static const struct {
		const char *address;
		int only, creating, status;
	} all[] = {
		{ "news", 0, 0, 1 },
		{ "a@b@" DOMAIN, 0, 0, 2 },
		{ "a b@" DOMAIN, 0, 0, 2 },
		{ "news@no.test", 0, 0, 3 },
		{ "news@" DOMAIN, 1, 0, 4 },
		{ "news@" DOMAIN, 0, 0, 6 },
	};
	char text[64];

	for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
		char *address = strdup(all[i].address);

		ck_assert_int_eq(
		    listInit(info, address, all[i].only, all[i].creating),
		    all[i].status);
		free(address);
	}
	listGetError(text, sizeof text, 6);
	ck_assert_str_eq(text, "mailing list does not exist");
	listGetError(text, 5, 6);
	ck_assert_str_eq(text, "mail");
	listGetError(text, sizeof text, 99);
	ck_assert_str_eq(text, "unknown error");
}

START_TEST(old_functions)
{
	char address[] = "News@" DOMAIN, domain[] = DOMAIN, text[64];
	char member[] = "m@y.test", other[] = "n@y.test";
	listInfoType info;
	char **names;

	vpop_close(vp);
	vp = NULL;
	statuses(&info);
	ck_assert_int_eq(listInit(&info, address, 0, 1), 0);
	ck_assert_str_eq(info.Name, "news");
	ck_assert_str_eq(info.entry->realdomain, DOMAIN);
	ck_assert_int_eq(listGetOptions(&info, text, sizeof text), 0);
	ck_assert_str_eq(text, "-aBDEfGHIJKLMNOpQrSTuWX");
	ck_assert_int_eq(
	    listGetOptions(&info, text, 10), VA_INTERNAL_BUFFER_EXCEEDED);
	info.Posting = 3;
	info.SubConf = 0;
	info.ReplyTo = 1;
	ck_assert_int_eq(listMake(&info), 0);
	ck_assert_int_eq(listClose(&info), 0);
	ck_assert_int_eq(listInit(&info, address, 0, 1), 5);
	ck_assert_int_eq(listInit(&info, address, 0, 0), 0);
	ck_assert_int_eq(info.Posting, 3);
	ck_assert_int_eq(info.SubConf, 0);
	ck_assert_int_eq(info.UnsubConf, 1);
	ck_assert_int_eq(info.ReplyTo, 1);
	ck_assert_str_eq(info.OwnerEmail, "postmaster@" DOMAIN);
	info.Trailer = 1;
	ck_assert_int_eq(listMake(&info), 0);
	ck_assert_int_eq(listGetOptions(&info, text, sizeof text), 0);
	ck_assert_str_eq(text, "-aBDefGhIJKLmNopQrStUWX");

	for (int mode = 0; mode < 4; mode++) {
		ck_assert_int_eq(listSubsAdd(&info, mode, member), 0);
		ck_assert_int_eq(listSubsAdd(&info, mode, other), 0);
		ck_assert_int_eq(listSubsCount(&info, mode), 2);
		names = listSubsList(&info, mode, 2, 1);
		ck_assert_ptr_nonnull(names);
		ck_assert_str_eq(names[0], other);
		ck_assert_ptr_null(names[1]);
		free_names(names);
		ck_assert_int_eq(listSubsDel(&info, mode, member), 0);
		names = listSubsList(&info, mode, 1, 0);
		ck_assert_str_eq(names[0], other);
		free_names(names);
		ck_assert_int_eq(
		    listSubsDescription(&info, mode, sizeof text, text), 0);
	}
	ck_assert_int_eq(listSubsCount(&info, 4), VA_INVALID_ARGUMENT);
	ck_assert_int_eq(listSubsAdd(&info, 0, NULL), VA_NULL_POINTER);
	ck_assert_ptr_null(listSubsList(NULL, 0, 1, 1));
	ck_assert_int_eq(listDelete(&info), 0);
	ck_assert_int_eq(listDelete(&info), VA_USER_DOES_NOT_EXIST);
	ck_assert_int_eq(listClose(&info), 0);
	ck_assert_int_eq(listCount(&info), VA_NULL_POINTER);

	ck_assert_int_eq(listInit(&info, domain, 1, 0), 0);
	ck_assert_int_eq(listCount(&info), 0);
	names = listList(&info, 1, 0);
	ck_assert_ptr_nonnull(names);
	ck_assert_ptr_null(names[0]);
	free_names(names);
	listClose(&info);
	vclose();
}
END_TEST

int
main(void)
{
	const TTest *const tests[] = { names_of_lists, what_is_a_list,
		deletes_what_is_its_own, recovers_creation,
		recovers_modification, recovers_deletion, recovers_members,
		old_functions };
	Suite *suite = suite_create("list");
	TCase *tcase = tcase_create("list");

	tcase_add_checked_fixture(tcase, list_make, site_remove);
	tcase_set_timeout(tcase, 60);
	for (size_t i = 0; i < sizeof tests / sizeof *tests; i++)
		tcase_add_test(tcase, tests[i]);
	suite_add_tcase(suite, tcase);

	SRunner *runner = srunner_create(suite);
	srunner_set_tap(runner, "-");
	srunner_run_all(runner, CK_SILENT);
	int failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
