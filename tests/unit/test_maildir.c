/* Maildirs: making, names, delivery. */
#include "config.h"

#include "qmail/maildir.h"

#include <dirent.h>
#include <errno.h>

#include "files.h"

static void
expect_mode(const char *path, mode_t mode)
{
	AUTO_CLOSE int top = scratch_fd();
	struct stat st;

	ck_assert_int_eq(fstatat(top, path, &st, AT_SYMLINK_NOFOLLOW), 0);
	ck_assert_uint_eq(st.st_mode & 07777, mode);
	if (geteuid() == 0) {
		ck_assert_uint_eq(st.st_uid, 1234);
		ck_assert_uint_eq(st.st_gid, 2345);
	}
}

static void
make_maildir(void)
{
	AUTO_CLOSE int top = scratch_fd();

	ck_assert_int_eq(vp_maildir_make(top, "Maildir", 1234, 2345), 0);
}

/* The number of names in a folder; the last one is copied. */
static int
entries(const char *path, char *name)
{
	AUTO_CLOSE int top = scratch_fd();
	DIR *dir = fdopendir(openat(top, path, O_RDONLY | O_DIRECTORY));
	struct dirent *entry;
	int count = 0;

	while ((entry = readdir(dir))) {
		if (*entry->d_name == '.')
			continue;
		snprintf(name, 256, "%s", entry->d_name);
		count++;
	}
	closedir(dir);
	return count;
}

START_TEST(make)
{
	AUTO_CLOSE int top = scratch_fd();
	mode_t mask = umask(0277);

	make_maildir();
	umask(mask);
	expect_mode("Maildir", 0700);
	expect_mode("Maildir/new", 0700);
	expect_mode("Maildir/cur", 0700);
	expect_mode("Maildir/tmp", 0700);
	ck_assert_int_eq(unlinkat(top, "Maildir/tmp", AT_REMOVEDIR), 0);
	make_maildir();
	expect_mode("Maildir/tmp", 0700);
	make_maildir();
}
END_TEST

START_TEST(links_are_refused)
{
	AUTO_CLOSE int top = scratch_fd();

	make_folder("real");
	ck_assert_int_eq(symlinkat("real", top, "Maildir"), 0);
	ck_assert_int_eq(vp_maildir_make(top, "Maildir", 1, 1), -1);
	ck_assert_int_eq(errno, ELOOP);
	expect_no_file("real/new");
	ck_assert_int_eq(symlinkat("/etc", top, "real/new"), 0);
	ck_assert_int_eq(vp_maildir_make(top, "real", 1, 1), -1);
	ck_assert_int_eq(errno, ELOOP);
	put_file("file", "");
	ck_assert_int_eq(vp_maildir_make(top, "file", 1, 1), -1);
	ck_assert_int_eq(errno, ENOTDIR);
	ck_assert_int_eq(vp_maildir_make(top, "no/Maildir", 1, 1), -1);
	ck_assert_int_eq(errno, ENOENT);
}
END_TEST

START_TEST(names)
{
	char a[128], b[128], host[300];
	long sec, usec, pid, number;
	int used = 0;

	ck_assert_int_eq(vp_maildir_name(a, sizeof a), 0);
	ck_assert_int_eq(vp_maildir_name(b, sizeof b), 0);
	ck_assert_str_ne(a, b);
	ck_assert_int_eq(sscanf(a, "%ld.M%6ldP%ldQ%ld.%n", &sec, &usec, &pid,
			     &number, &used),
	    4);
	ck_assert_int_eq(pid, getpid());
	ck_assert_int_eq(gethostname(host, sizeof host), 0);
	ck_assert_uint_le(strlen(a + used), 32);
	ck_assert_mem_eq(a + used, host, strlen(a + used));
	ck_assert_int_eq(vp_maildir_name(a, 10), -1);
}
END_TEST

static void
deliver(int sync)
{
	AUTO_CLOSE int top = scratch_fd();
	struct vp_maildir_file file;
	int64_t size = 0;

	ck_assert_int_eq(vp_maildir_open(top, "./Maildir/", &file), 0);
	ck_assert_int_eq(write(file.fd, "hello\n", 6), 6);
	ck_assert_int_eq(vp_maildir_commit(&file, sync, &size), 0);
	ck_assert_int_eq(size, 6);
	vp_maildir_abort(&file);
}

START_TEST(delivery)
{
	char name[256], path[300];
	mode_t mask = umask(0277);

	make_maildir();
	deliver(1);
	umask(mask);
	ck_assert_int_eq(entries("Maildir/tmp", name), 0);
	ck_assert_int_eq(entries("Maildir/new", name), 1);
	ck_assert_str_eq(strrchr(name, ','), ",S=6");
	snprintf(path, sizeof path, "Maildir/new/%s", name);
	expect_mode(path, 0600);
	expect_file(path, "hello\n");
	for (int i = 0; i < 50; i++)
		deliver(0);
	ck_assert_int_eq(entries("Maildir/new", name), 51);
}
END_TEST

START_TEST(delivery_by_absolute_path)
{
	struct vp_maildir_file file;
	char path[100];
	int64_t size;

	make_maildir();
	snprintf(path, sizeof path, "%s//./Maildir//", scratch);
	ck_assert_int_eq(vp_maildir_open(AT_FDCWD, path, &file), 0);
	ck_assert_int_eq(vp_maildir_commit(&file, 1, &size), 0);
	ck_assert_int_eq(size, 0);
}
END_TEST

START_TEST(never_over_an_existing_name)
{
	AUTO_CLOSE int top = scratch_fd();
	struct vp_maildir_file file;
	char name[256], path[300];
	int64_t size;

	make_maildir();
	ck_assert_int_eq(vp_maildir_open(top, "Maildir", &file), 0);
	ck_assert_int_eq(write(file.fd, "mine", 4), 4);
	snprintf(path, sizeof path, "Maildir/new/%s,S=4", file.name);
	put_file(path, "other");
	ck_assert_int_eq(vp_maildir_commit(&file, 1, &size), 0);
	expect_file(path, "other");
	ck_assert_int_eq(entries("Maildir/new", name), 2);
	ck_assert_int_eq(entries("Maildir/tmp", name), 0);
}
END_TEST

START_TEST(failures_leave_nothing)
{
	AUTO_CLOSE int top = scratch_fd();
	struct vp_maildir_file file;
	char name[256];
	int64_t size;

	ck_assert_int_eq(vp_maildir_open(top, "Maildir", &file), -1);
	ck_assert_int_eq(errno, ENOENT);
	make_maildir();
	ck_assert_int_eq(vp_maildir_open(top, "Maildir", &file), 0);
	ck_assert_int_eq(entries("Maildir/tmp", name), 1);
	vp_maildir_abort(&file);
	ck_assert_int_eq(entries("Maildir/tmp", name), 0);

	ck_assert_int_eq(vp_maildir_open(top, "Maildir", &file), 0);
	ck_assert_int_eq(unlinkat(top, "Maildir/new", AT_REMOVEDIR), 0);
	ck_assert_int_eq(symlinkat("/tmp", top, "Maildir/new"), 0);
	ck_assert_int_eq(vp_maildir_commit(&file, 1, &size), -1);
	ck_assert_int_eq(entries("Maildir/tmp", name), 0);

	ck_assert_int_eq(unlinkat(top, "Maildir/tmp", AT_REMOVEDIR), 0);
	ck_assert_int_eq(symlinkat("/tmp", top, "Maildir/tmp"), 0);
	ck_assert_int_eq(vp_maildir_open(top, "Maildir", &file), -1);
}
END_TEST

int
main(void)
{
	const TTest *const tests[] = { make, links_are_refused, names, delivery,
		delivery_by_absolute_path, never_over_an_existing_name,
		failures_leave_nothing, NULL };

	return unit_main("maildir", tests);
}
