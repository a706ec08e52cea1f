/* Quota texts, maildirsize, and who is over quota. */
#include "config.h"

#include "qmail/maildir.h"

#include <errno.h>
#include <sys/time.h>
#include <time.h>

#include "files.h"

static int maildir = -1;

static void
make_maildir(void)
{
	AUTO_CLOSE int top = scratch_fd();

	ck_assert_int_eq(
	    vp_maildir_make(top, "Maildir", geteuid(), getegid()), 0);
	maildir = openat(top, "Maildir", O_RDONLY | O_DIRECTORY);
}

static void
put_message(const char *name, size_t size)
{
	AUTO_FREE char *text = calloc(1, size + 1);
	char path[200];

	snprintf(path, sizeof path, "Maildir/%s", name);
	put_bytes(path, text, size);
}

static void
put_size(const char *text, int age)
{
	AUTO_CLOSE int top = scratch_fd();
	struct timespec times[2] = { { .tv_sec = time(NULL) - age },
		{ .tv_sec = time(NULL) - age } };

	put_file("Maildir/maildirsize", text);
	ck_assert_int_eq(utimensat(top, "Maildir/maildirsize", times, 0), 0);
}

static void
expect_usage(const char *quota, int64_t bytes, int64_t count)
{
	struct vp_usage usage = { -1, -1 };

	ck_assert_int_eq(
	    vp_maildirsize_read(maildir, quota, geteuid(), getegid(), &usage),
	    0);
	ck_assert_int_eq(usage.bytes, bytes);
	ck_assert_int_eq(usage.count, count);
}

static int
over(const char *quota, int64_t size)
{
	return vp_maildir_over(maildir, quota, geteuid(), getegid(), size);
}

START_TEST(quota_texts)
{
	static const struct {
		const char *text;
		int64_t bytes, count;
	} good[] = { { "", 0, 0 }, { "NOQUOTA", 0, 0 }, { "noquota", 0, 0 },
		{ "0", 0, 0 }, { "0S", 0, 0 }, { "0C", 0, 0 },
		{ "1M", 1048576, 0 }, { "1m", 1048576, 0 },
		{ "1MB", 1048576, 0 }, { "1mbs", 1048576, 0 },
		{ "1024K", 1048576, 0 }, { "1024KBS", 1048576, 0 },
		{ "1048576", 1048576, 0 }, { "1048576S", 1048576, 0 },
		{ "1G", 1073741824, 0 }, { "2t", 2199023255552, 0 },
		{ "1P", 1125899906842624, 0 }, { "100C", 0, 100 },
		{ "1000c", 0, 1000 }, { "1mbs,1000C", 1048576, 1000 },
		{ "1000C,10MBS", 10485760, 1000 }, { "10S,20C,30S", 30, 20 },
		{ "9223372036854775807S,9223372036854775807C", INT64_MAX,
		    INT64_MAX } };
	static const char *const bad[] = { "S", "C", "abc", "foo", "-5", "+5",
		" 5", "5 ", "1.5M", "1X", "1MM", "1SB", "1KC", "10CC", "1M,",
		",1M", ",", "1M,,1C", "NOQUOTA,5C", "0x10", "1MiB" };
	static const char *const large[] = { "9223372036854775808", "8192P",
		"99999999999999999999C" };
	int64_t bytes, count;

	for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
		ck_assert_msg(vp_quota_parse(good[i].text, &bytes, &count) == 0,
		    "%s", good[i].text);
		ck_assert_int_eq(bytes, good[i].bytes);
		ck_assert_int_eq(count, good[i].count);
	}
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		ck_assert_msg(
		    vp_quota_parse(bad[i], &bytes, &count) == -1, "%s", bad[i]);
		ck_assert_int_eq(errno, EINVAL);
	}
	for (size_t i = 0; i < sizeof large / sizeof *large; i++) {
		ck_assert_int_eq(vp_quota_parse(large[i], &bytes, &count), -1);
		ck_assert_int_eq(errno, ERANGE);
	}
}
END_TEST

START_TEST(percentages)
{
	struct vp_usage usage = { 899, 3 };

	ck_assert_int_eq(vp_quota_percent("1000S", &usage), 89);
	ck_assert_int_eq(vp_quota_percent("1000S,3C", &usage), 100);
	ck_assert_int_eq(vp_quota_percent("300S", &usage), 100);
	ck_assert_int_eq(vp_quota_percent("4C", &usage), 75);
	ck_assert_int_eq(vp_quota_percent("NOQUOTA", &usage), -1);
	ck_assert_int_eq(vp_quota_percent("", &usage), -1);
	usage.bytes = INT64_MAX / 2;
	ck_assert_int_eq(vp_quota_percent("9223372036854775807S", &usage), 50);
}
END_TEST

START_TEST(what_counts)
{
	AUTO_CLOSE int top = scratch_fd();
	struct vp_usage usage;

	make_maildir();
	make_folder("Maildir/.Sent");
	make_folder("Maildir/.Sent/cur");
	make_folder("Maildir/.Trash");
	make_folder("Maildir/.Trash/new");
	make_folder("Maildir/plain");
	make_folder("Maildir/plain/new");
	put_message("new/1", 10);
	put_message("new/2,S=1000", 1);
	put_message("new/.hidden", 5);
	put_message("cur/3,S=200:2,S", 1);
	put_message("cur/4,S=300:2,ST", 1);
	put_message("cur/5:2,T,S=7", 1);
	put_message("cur/6,S=x:2,", 20);
	put_message("cur/7,S=99999999999999999999", 30);
	put_message("tmp/8", 1);
	put_message(".Sent/cur/9,S=4000:2,RS", 1);
	put_message(".Trash/new/10", 1);
	put_message("plain/new/11", 1);
	ck_assert_int_eq(symlinkat("/etc/passwd", top, "Maildir/new/12"), 0);
	ck_assert_int_eq(symlinkat("/etc", top, "Maildir/.etc"), 0);
	ck_assert_int_eq(vp_maildir_count(maildir, &usage), 0);
	ck_assert_int_eq(usage.bytes, 10 + 1000 + 200 + 20 + 30 + 4000);
	ck_assert_int_eq(usage.count, 6);
}
END_TEST

START_TEST(made_when_missing)
{
	AUTO_CLOSE int top = scratch_fd();
	struct stat st;
	mode_t mask = umask(0277);

	make_maildir();
	put_message("new/1,S=570", 1);
	umask(mask);
	/* as the owner asked for, when that is ours to decide */
	struct vp_usage usage;
	uid_t uid = geteuid() ? geteuid() : 1234;

	ck_assert_int_eq(
	    vp_maildirsize_read(maildir, "3000S,100C", uid, 2345, &usage), 0);
	ck_assert_int_eq(usage.bytes, 570);
	expect_file("Maildir/maildirsize", "3000S,100C\n570 1\n");
	ck_assert_int_eq(fstatat(top, "Maildir/maildirsize", &st, 0), 0);
	ck_assert_uint_eq(st.st_mode & 07777, 0600);
	ck_assert_uint_eq(st.st_uid, uid);
	ck_assert_int_eq(vp_maildirsize_add(maildir, 1570, 1), 0);
	ck_assert_int_eq(vp_maildirsize_add(maildir, -70, -1), 0);
	expect_file(
	    "Maildir/maildirsize", "3000S,100C\n570 1\n1570 1\n-70 -1\n");
	expect_usage("3000S,100C", 2070, 1);
}
END_TEST

START_TEST(no_quota_no_file)
{
	make_maildir();
	put_message("new/1,S=5", 1);
	ck_assert_int_eq(vp_maildirsize_add(maildir, 5, 1), 0);
	expect_usage("NOQUOTA", 5, 1);
	expect_usage("", 5, 1);
	ck_assert_int_eq(over("NOQUOTA", INT64_MAX), 0);
	ck_assert_int_eq(over("", 10), 0);
	ck_assert_int_eq(over("0S", 10), 0);
	expect_no_file("Maildir/maildirsize");
	ck_assert_int_eq(over("junk", 10), -1);
	ck_assert_int_eq(errno, EINVAL);
	ck_assert_int_eq(
	    vp_maildirsize_reset(maildir, "1000S", geteuid(), getegid()), 0);
	expect_file("Maildir/maildirsize", "1000S\n5 1\n");
	ck_assert_int_eq(
	    vp_maildirsize_reset(maildir, "NOQUOTA", geteuid(), getegid()), 0);
	expect_no_file("Maildir/maildirsize");
}
END_TEST

START_TEST(when_it_is_made_anew)
{
	static const char *const bad[] = { "", "1000S\n", "1000S", "\n\n",
		"1000S\n5", "1000S\n5 1", "1000S\nx y\n", "1000S\n5 1 x\n",
		"1000S\n99999999999999999999 1\n",
		"1000S\n9223372036854775807 1\n1 1\n", "2000S\n7 1\n",
		"junk\n7 1\n", "1000S,1C\n7 1\n", "1000S\n7 1\n\n" };
	char text[6000] = "1000S\n";

	make_maildir();
	put_message("new/1,S=5", 1);
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		put_size(bad[i], 0);
		expect_usage("1000S", 5, 1);
		expect_file("Maildir/maildirsize", "1000S\n5 1\n");
	}
	/* old, from the future, too large */
	put_size("1000S\n7 1\n", 15 * 60 + 2);
	expect_usage("1000S", 5, 1);
	put_size("1000S\n7 1\n", -3600);
	expect_usage("1000S", 5, 1);
	for (size_t used = 6; used + 5 < sizeof text; used += 4)
		memcpy(text + used, "0 0\n", 5);
	put_size(text, 0);
	expect_usage("1000S", 5, 1);
	text[5119 / 4 * 4 + 2 - 4] = '\0';
	put_size(text, 0);
	expect_usage("1000S", 0, 0);

	/* believed: young, padded, other wording of the same quota */
	put_size("1000S\n7 1\n", 60);
	expect_usage("1000S", 7, 1);
	put_size("1000S\n         7            1\r\n", 0);
	expect_usage("1000S", 7, 1);
	put_size("0C,1000\n7 1\n", 0);
	expect_usage("1000S", 7, 1);
}
END_TEST

START_TEST(negative_sums_are_nothing)
{
	make_maildir();
	put_size("1000S,10C\n100 1\n-500 -3\n", 0);
	expect_usage("1000S,10C", 0, 0);
	ck_assert_int_eq(over("1000S,10C", 1000), 0);
}
END_TEST

START_TEST(links_are_replaced)
{
	AUTO_CLOSE int top = scratch_fd();
	struct stat st;

	make_maildir();
	put_file("victim", "1000S\n7 1\n");
	ck_assert_int_eq(symlinkat("../victim", top, "Maildir/maildirsize"), 0);
	ck_assert_int_eq(vp_maildirsize_add(maildir, 1, 1), -1);
	ck_assert_int_eq(errno, ELOOP);
	expect_usage("1000S", 0, 0);
	expect_file("victim", "1000S\n7 1\n");
	ck_assert_int_eq(
	    fstatat(top, "Maildir/maildirsize", &st, AT_SYMLINK_NOFOLLOW), 0);
	ck_assert_msg(S_ISREG(st.st_mode), "still a link");
	/* a name that nothing can replace does no harm either */
	ck_assert_int_eq(unlinkat(top, "Maildir/maildirsize", 0), 0);
	ck_assert_int_eq(mkfifoat(top, "Maildir/maildirsize", 0600), 0);
	ck_assert_int_eq(vp_maildirsize_add(maildir, 1, 1), -1);
	expect_usage("1000S", 0, 0);
}
END_TEST

START_TEST(who_is_over)
{
	make_maildir();
	put_message("new/1,S=100", 1);
	put_message("new/2,S=100", 1);
	/* equality fits */
	ck_assert_int_eq(over("300S", 100), 0);
	ck_assert_int_eq(over("300S", 101), 1);
	ck_assert_int_eq(over("300S", INT64_MAX), 1);
	ck_assert_int_eq(over("3C", 100), 0);
	ck_assert_int_eq(over("2C", 1), 1);
	ck_assert_int_eq(over("300S,2C", 1), 1);
	expect_file("Maildir/maildirsize", "300S,2C\n200 2\n");

	/* the file says over, the Maildir does not: recounted */
	put_size("300S\n200 2\n500 1\n", 0);
	ck_assert_int_eq(over("300S", 100), 0);
	expect_file("Maildir/maildirsize", "300S\n200 2\n");
	/* one line, young: just counted, believed */
	put_size("300S\n700 3\n", 60);
	ck_assert_int_eq(over("300S", 100), 1);
	put_size("300S\n700 3\n", 1000);
	ck_assert_int_eq(over("300S", 100), 0);
	/* the quota of the account counts, not the one in the file */
	put_size("100000S\n200 2\n", 0);
	ck_assert_int_eq(over("250S", 100), 1);
	put_size("100S\n200 2\n", 0);
	ck_assert_int_eq(over("100000S", 100), 0);
}
END_TEST

START_TEST(folder_counts_at_its_parent)
{
	make_maildir();
	make_folder("Maildir/.Junk");
	make_folder("Maildir/.Junk/new");
	put_message(".Junk/maildirfolder", 0);
	put_message(".Junk/new/1,S=600", 1);
	put_message("new/2,S=300", 1);

	int junk = openat(maildir, ".Junk", O_RDONLY | O_DIRECTORY);

	ck_assert_int_eq(
	    vp_maildir_over(junk, "1000S", geteuid(), getegid(), 101), 1);
	expect_file("Maildir/maildirsize", "1000S\n900 2\n");
	ck_assert_int_eq(vp_maildirsize_add(junk, 50, 1), 0);
	expect_file("Maildir/maildirsize", "1000S\n900 2\n50 1\n");
	expect_no_file("Maildir/.Junk/maildirsize");
	close(junk);
}
END_TEST

/* A Maildir whose tmp/ is gone: what is known is told all the same. */
START_TEST(cannot_be_kept)
{
	AUTO_CLOSE int top = scratch_fd();

	make_maildir();
	put_message("new/1,S=100", 1);
	ck_assert_int_eq(unlinkat(top, "Maildir/tmp", AT_REMOVEDIR), 0);
	expect_usage("1000S", 100, 1);
	ck_assert_int_eq(over("1000S", 901), 1);
	ck_assert_int_eq(over("1000S", 900), 0);
	ck_assert_int_eq(
	    vp_maildirsize_reset(maildir, "1000S", geteuid(), getegid()), -1);
}
END_TEST

int
main(void)
{
	const TTest *const tests[] = { quota_texts, percentages, what_counts,
		made_when_missing, no_quota_no_file, when_it_is_made_anew,
		negative_sums_are_nothing, links_are_replaced, who_is_over,
		folder_counts_at_its_parent, cannot_be_kept, NULL };

	return unit_main("maildirsize", tests);
}
