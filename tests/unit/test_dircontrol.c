/* The balanced directory tree. */
#include "config.h"

#include "site.h"

#include "core/dircontrol.h"

static int dirfd_tree = -1;

static struct vp_dircontrol
control_open(int backfill)
{
	struct vp_dircontrol control;

	if (dirfd_tree < 0) {
		char *path = site_path("home/domains");

		dirfd_tree = vp_dir_open(path);
		ck_assert_int_ge(dirfd_tree, 0);
		free(path);
	}
	ck_assert_int_eq(vp_dircontrol_open(vp, NULL, dirfd_tree, backfill,
			     getuid(), getgid(), &control),
	    0);
	return control;
}

static void
control_close(struct vp_dircontrol *control)
{
	ck_assert_int_eq(vp_dircontrol_close(vp, control, 1), 0);
}

/* Make the entry called n where the tree wants it. */
static void
add(struct vp_dircontrol *control, unsigned long n, char *rel)
{
	char name[64];

	ck_assert_int_eq(vp_dircontrol_take(vp, control, rel), 0);
	snprintf(name, sizeof name, "%s%su%lu", rel, *rel ? "/" : "", n);
	ck_assert_int_eq(mkdirat(dirfd_tree, name, 0700), 0);
}

static void
add_range(unsigned long first, unsigned long last, char *rel)
{
	struct vp_dircontrol control = control_open(1);

	for (unsigned long n = first; n <= last; n++)
		add(&control, n, rel);
	control_close(&control);
}

static void
delete_entry(unsigned long n, const char *rel)
{
	struct vp_dircontrol control = control_open(1);
	char name[64];

	snprintf(name, sizeof name, "%s%su%lu", rel, *rel ? "/" : "", n);
	ck_assert_int_eq(unlinkat(dirfd_tree, name, AT_REMOVEDIR), 0);
	ck_assert_int_eq(vp_dircontrol_give(vp, &control, rel), 0);
	control_close(&control);
}

static void
expect_file(const char *name, const char *want)
{
	char *path = NULL, *text;

	ck_assert_int_ge(asprintf(&path, "home/domains/%s", name), 0);
	text = site_read(path);
	if (want) {
		ck_assert_ptr_nonnull(text);
		ck_assert_str_eq(text, want);
	} else {
		ck_assert_ptr_null(text);
	}
	free(text);
	free(path);
}

START_TEST(names_of_the_table)
{
	static const struct {
		unsigned long first, last;
		const char *rel;
	} rows[] = {
		{ 1, 99, "" },
		{ 100, 199, "0" },
		{ 200, 299, "1" },
		{ 300, 399, "2" },
		{ 1100, 1199, "A" },
		{ 6200, 6299, "z" },
		{ 6300, 6399, "0/0" },
		{ 6400, 6499, "0/1" },
		{ 12400, 12499, "0/z" },
		{ 12500, 12599, "1/0" },
		{ 100000, 100099, "F/7" },
		{ 200000, 200099, "V/F" },
		{ 300000, 300099, "l/N" },
		{ 390600, 390699, "z/z" },
		{ 390700, 390799, "0/0/0" },
		{ 390800, 390899, "0/0/1" },
		{ 396800, 396899, "0/0/z" },
		{ 396900, 396999, "0/1/0" },
		{ 775000, 775099, "0/z/z" },
		{ 775100, 775199, "1/0/0" },
		{ 24223400, 24223499, "z/z/z" },
		{ 24223500, 24223599, "0/0/0" },
	};
	char rel[VP_DIR_REL_SIZE];

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		vp_dircontrol_nth(rows[i].first, rel);
		ck_assert_str_eq(rel, rows[i].rel);
		vp_dircontrol_nth(rows[i].last, rel);
		ck_assert_str_eq(rel, rows[i].rel);
	}
	ck_assert_uint_eq(VP_DIR_CAPACITY, 24223499);
}
END_TEST

/* Every directory once, in the order of counting with 62 digits. */
START_TEST(whole_progression)
{
	static const char letters[] = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				      "abcdefghijklmnopqrstuvwxyz";
	unsigned long n = 100;
	char rel[VP_DIR_REL_SIZE], want[VP_DIR_REL_SIZE];

	for (int depth = 1; depth <= 3; depth++) {
		long count = depth == 1 ? 62 : depth == 2 ? 3844 : 238328;

		for (long i = 0; i < count; i++, n += 100) {
			if (depth == 1)
				snprintf(want, sizeof want, "%c", letters[i]);
			else if (depth == 2)
				snprintf(want, sizeof want, "%c/%c",
				    letters[i / 62], letters[i % 62]);
			else
				snprintf(want, sizeof want, "%c/%c/%c",
				    letters[i / 3844], letters[i / 62 % 62],
				    letters[i % 62]);
			vp_dircontrol_nth(n, rel);
			if (strcmp(rel, want) != 0)
				ck_abort_msg("%lu: %s, not %s", n, rel, want);
		}
	}
	ck_assert_uint_eq(n, VP_DIR_CAPACITY + 1);
}
END_TEST

START_TEST(files_as_older_releases_write_them)
{
	char rel[VP_DIR_REL_SIZE];

	expect_file(".dir-control", NULL);
	add_range(1, 1, rel);
	expect_file(
	    ".dir-control", "1\n0\n3\n0 0 0\n61 61 61\n0 2 4\n0 0 0\n\n");
	add_range(2, 104, rel);
	ck_assert_str_eq(rel, "0");
	expect_file(
	    ".dir-control", "104\n0\n3\n0 0 0\n61 61 61\n0 2 4\n0 0 0\n0\n");
	add_range(105, 233, rel);
	expect_file(
	    ".dir-control", "233\n0\n3\n0 0 0\n61 61 61\n0 2 4\n1 0 0\n1\n");
	expect_file(".dir_control_free", NULL);
}
END_TEST

/* One program for each entry, and all of them in one. */
START_TEST(additions_follow_the_table)
{
	char rel[VP_DIR_REL_SIZE], want[VP_DIR_REL_SIZE];

	for (unsigned long n = 1; n <= 350; n++) {
		add_range(n, n, rel);
		vp_dircontrol_nth(n, want);
		ck_assert_str_eq(rel, want);
	}
	struct vp_dircontrol control = control_open(1);
	for (unsigned long n = 351; n <= 6550; n++) {
		add(&control, n, rel);
		vp_dircontrol_nth(n, want);
		ck_assert_str_eq(rel, want);
	}
	control_close(&control);
	expect_file(
	    ".dir-control", "6550\n1\n3\n0 0 0\n61 61 61\n0 2 4\n0 2 0\n0/2\n");
}
END_TEST

/* The names of a batch are taken before any directory is made. */
START_TEST(taking_ahead)
{
	struct vp_dircontrol control = control_open(1);
	char rel[VP_DIR_REL_SIZE], want[VP_DIR_REL_SIZE];

	for (unsigned long n = 1; n <= 99; n++)
		ck_assert_int_eq(vp_dircontrol_take(vp, &control, rel), 0);
	ck_assert_str_eq(rel, "");
	ck_assert_int_eq(vp_dircontrol_take(vp, &control, rel), 0);
	vp_dircontrol_nth(100, want);
	ck_assert_str_eq(rel, want);
	/* Not saved: as if nothing had been. */
	ck_assert_int_eq(vp_dircontrol_close(vp, &control, 0), 0);
	expect_file(".dir-control", NULL);
}
END_TEST

static void
write_state(const char *text)
{
	site_write("home/domains/.dir-control", text);
}

START_TEST(jumps_of_the_progression)
{
	static const struct {
		const char *count, *before, *after;
	} want[] = {
		{ "6299", "z", "0/0" },
		{ "12499", "0/z", "1/0" },
		{ "390699", "z/z", "0/0/0" },
		{ "396899", "0/0/z", "0/1/0" },
		{ "775099", "0/z/z", "1/0/0" },
		{ "24223499", "z/z/z", "0/0/0" },
	};
	char rel[VP_DIR_REL_SIZE], name[64], text[128];

	for (size_t i = 0; i < sizeof want / sizeof want[0]; i++) {
		struct vp_dircontrol control = control_open(1);

		ck_assert_int_eq(vp_dir_make_all(dirfd_tree, want[i].before,
				     0700, getuid(), getgid()),
		    0);
		for (int n = 0; n < 100; n++) {
			snprintf(name, sizeof name, "%s/full%zu.%d",
			    want[i].before, i, n);
			ck_assert_int_eq(mkdirat(dirfd_tree, name, 0700), 0);
		}
		control_close(&control);
		/* Damage of older releases: third columns, stale indices. */
		snprintf(text, sizeof text,
		    "%s\n2\n3\n0 0 0\n61 61 61\n0 2 2\n9 9 9\n%s\n",
		    want[i].count, want[i].before);
		write_state(text);
		add_range(10000 + i, 10000 + i, rel);
		ck_assert_str_eq(rel, want[i].after);
	}
	expect_file(".dir-control",
	    "24223500\n2\n3\n0 0 0\n61 61 61\n0 2 4\n0 0 0\n0/0/0\n");
}
END_TEST

START_TEST(damaged_files)
{
	static const struct {
		const char *text;
		int code;
		unsigned long count;
		const char *rel;
	} want[] = {
		{ "", 0, 0, "" },
		{ "7\n0\n3\n0 0 0\n61 61 61\n0 2 2\n0 0 0\n\n", 0, 7, "" },
		{ "7\nx\ny\n\n\n\n\n0/1/", 0, 7, "0/1" },
		{ "7\n1\n3\n\n\n\n\n0\n0/b\n", 0, 7, "0/b" },
		{ "18446744073709551615\n\n\n\n\n\n\n\n", 0, 0, "" },
		{ "99999999999999999999999\n\n\n\n\n\n\n0\n", 0, 0, "0" },
		{ "x\n\n\n\n\n\n\n\n", VA_COULD_NOT_UPDATE_FILE, 0, "" },
		{ "-1\n\n\n\n\n\n\n\n", VA_COULD_NOT_UPDATE_FILE, 0, "" },
		{ "7\n0\n3\n", VA_COULD_NOT_UPDATE_FILE, 0, "" },
		{ "7\n\n\n\n\n\n\n..\n", VA_COULD_NOT_UPDATE_FILE, 0, "" },
		{ "7\n\n\n\n\n\n\n0/0/0/0\n", VA_COULD_NOT_UPDATE_FILE, 0, "" },
		{ "7\n\n\n\n\n\n\nab\n", VA_COULD_NOT_UPDATE_FILE, 0, "" },
		{ "7\n\n\n\n\n\n\n/\n", VA_COULD_NOT_UPDATE_FILE, 0, "" },
	};
	struct vp_dircontrol control = control_open(1);

	control_close(&control);
	for (size_t i = 0; i < sizeof want / sizeof want[0]; i++) {
		write_state(want[i].text);
		ck_assert_int_eq(vp_dircontrol_open(vp, NULL, dirfd_tree, 0,
				     getuid(), getgid(), &control),
		    want[i].code);
		if (want[i].code == 0) {
			ck_assert_uint_eq(control.cur_users, want[i].count);
			ck_assert_str_eq(control.the_dir, want[i].rel);
		}
		ck_assert_int_eq(vp_dircontrol_close(vp, &control, 0), 0);
	}
}
END_TEST

START_TEST(freed_places_are_used_first)
{
	char rel[VP_DIR_REL_SIZE];

	add_range(1, 104, rel);
	delete_entry(102, "0");
	delete_entry(3, "");
	expect_file(".dir_control_free", "0\n");
	expect_file(
	    ".dir-control", "102\n0\n3\n0 0 0\n61 61 61\n0 2 4\n0 0 0\n0\n");
	add_range(105, 105, rel);
	ck_assert_str_eq(rel, "0");
	expect_file(".dir_control_free", "");
	expect_file(
	    ".dir-control", "103\n0\n3\n0 0 0\n61 61 61\n0 2 4\n0 0 0\n0\n");
}
END_TEST

START_TEST(freed_lists_of_others)
{
	struct vp_dircontrol control;
	char rel[VP_DIR_REL_SIZE], *text = NULL;

	ck_assert_int_ge(
	    asprintf(
		&text, "# free\n3/k\n%0600d\n\n../x\n0/1/V \r\n12\nA # x", 1),
	    0);
	site_write("home/domains/.dir_control_free", text);
	free(text);
	control = control_open(1);
	ck_assert_int_eq(vp_dircontrol_take(vp, &control, rel), 0);
	ck_assert_str_eq(rel, "3/k");
	ck_assert_int_eq(vp_dircontrol_take(vp, &control, rel), 0);
	ck_assert_str_eq(rel, "0/1/V");
	/* Given back and taken within one batch: in its turn. */
	ck_assert_int_eq(vp_dircontrol_give(vp, &control, "B"), 0);
	ck_assert_int_eq(vp_dircontrol_take(vp, &control, rel), 0);
	ck_assert_str_eq(rel, "A");
	ck_assert_int_eq(vp_dircontrol_take(vp, &control, rel), 0);
	ck_assert_str_eq(rel, "B");
	ck_assert_int_eq(vp_dircontrol_take(vp, &control, rel), 0);
	ck_assert_str_eq(rel, "");
	ck_assert_int_eq(vp_dircontrol_give(vp, &control, "C/d"), 0);
	ck_assert_int_eq(
	    vp_dircontrol_give(vp, &control, "x/"), VA_INVALID_ARGUMENT);
	control_close(&control);
	ck_assert_int_eq(
	    asprintf(&text, "# free\n%0600d\n\n../x\n12\nC/d\n", 1) > 0, 1);
	expect_file(".dir_control_free", text);
	free(text);
	text = NULL;

	/* A last line without its end. */
	site_write("home/domains/.dir_control_free", "1\n2");
	control = control_open(1);
	ck_assert_int_eq(vp_dircontrol_give(vp, &control, "3"), 0);
	control_close(&control);
	expect_file(".dir_control_free", "1\n2\n3\n");
}
END_TEST

START_TEST(links_are_refused)
{
	struct vp_dircontrol control;
	char *from, *to;

	control = control_open(0);
	control_close(&control);
	site_write("precious", "0\n");
	from = site_path("precious");
	to = site_path("home/domains/.dir_control_free");
	ck_assert_int_eq(link(from, to), 0);
	/* Another's file is not written through: the name gets a new one. */
	control = control_open(1);
	ck_assert_int_eq(vp_dircontrol_give(vp, &control, "1"), 0);
	control_close(&control);
	expect_file(".dir_control_free", "0\n1\n");
	expect_file("../../precious", "0\n");
	ck_assert_int_eq(unlink(to), 0);
	ck_assert_int_eq(symlink(from, to), 0);
	ck_assert_int_lt(vp_dircontrol_open(vp, NULL, dirfd_tree, 1, getuid(),
			     getgid(), &control),
	    0);
	vp_dircontrol_close(vp, &control, 0);
	free(from);
	free(to);
}
END_TEST

/* Adding and deleting at a multiple of 100 does not walk the tree. */
START_TEST(churn_stays)
{
	char rel[VP_DIR_REL_SIZE];

	add_range(1, 99, rel);
	for (unsigned long i = 0; i < 3; i++) {
		add_range(500 + i, 500 + i, rel);
		ck_assert_str_eq(rel, "0");
		struct vp_dircontrol control = control_open(0);
		char name[32];
		snprintf(name, sizeof name, "0/u%lu", 500 + i);
		ck_assert_int_eq(unlinkat(dirfd_tree, name, AT_REMOVEDIR), 0);
		ck_assert_int_eq(vp_dircontrol_give(vp, &control, "0"), 0);
		control_close(&control);
	}
}
END_TEST

START_TEST(deletions_leave_no_gaps)
{
	char rel[VP_DIR_REL_SIZE];

	/* 50 of the first 99 go: the tree then stays in step by chance at
	 * 100, and the folder itself is filled first. */
	add_range(1, 99, rel);
	for (unsigned long n = 1; n <= 50; n++)
		delete_entry(n, "");
	add_range(200, 249, rel);
	ck_assert_str_eq(rel, "");
	add_range(250, 250, rel);
	ck_assert_str_eq(rel, "0");
	/* Counted down below 0. */
	struct vp_dircontrol control = control_open(1);
	control.cur_users = 0;
	ck_assert_int_eq(vp_dircontrol_give(vp, &control, ""), 0);
	ck_assert_uint_eq(control.cur_users, 0);
	ck_assert_int_eq(vp_dircontrol_close(vp, &control, 0), 0);
}
END_TEST

/* The directories hold less than the count says. */
START_TEST(out_of_step)
{
	char rel[VP_DIR_REL_SIZE];

	write_state("350\n0\n3\n0 0 0\n61 61 61\n0 2 2\n0 0 0\n0\n");
	for (unsigned long n = 0; n < 100; n++) {
		add_range(1000 + n, 1000 + n, rel);
		ck_assert_str_eq(rel, "0");
	}
	add_range(1100, 1100, rel);
	ck_assert_str_eq(rel, "1");
	/* In one batch as well. */
	add_range(1101, 1199, rel);
	ck_assert_str_eq(rel, "1");
	add_range(1200, 1200, rel);
	ck_assert_str_eq(rel, "2");
}
END_TEST

START_TEST(paths_of_accounts)
{
	static const struct {
		const char *dir, *user, *rel;
	} want[] = {
		{ "/d/x.example/bob", "bob", "" },
		{ "/d/x.example/0/bob", "bob", "0" },
		{ "/d/x.example/0/b/C/bob", "bob", "0/b/C" },
		{ "/d/x.example/0/b/C/D/bob", "bob", NULL },
		{ "/d/x.example/ab/bob", "bob", NULL },
		{ "/d/x.example/-/bob", "bob", NULL },
		{ "/d/x.example/0/bobby", "bob", NULL },
		{ "/d/x.examples/bob", "bob", NULL },
		{ "/d/x.example/../bob", "bob", NULL },
		{ "/d/x.example", "bob", NULL },
		{ "", "bob", NULL },
	};
	char rel[VP_DIR_REL_SIZE];

	for (size_t i = 0; i < sizeof want / sizeof want[0]; i++) {
		int rc = vp_dircontrol_rel(
		    "/d/x.example", want[i].dir, want[i].user, rel);

		ck_assert_int_eq(rc, want[i].rel ? 0 : -1);
		if (rc == 0)
			ck_assert_str_eq(rel, want[i].rel);
	}
}
END_TEST

int
main(void)
{
	const TTest *const tests[] = { names_of_the_table, whole_progression,
		files_as_older_releases_write_them, additions_follow_the_table,
		taking_ahead, jumps_of_the_progression, damaged_files,
		freed_places_are_used_first, freed_lists_of_others,
		links_are_refused, churn_stays, deletions_leave_no_gaps,
		out_of_step, paths_of_accounts, NULL };

	return site_main("dircontrol", tests);
}
