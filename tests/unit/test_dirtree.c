/* Folders: planted links, deep trees, and whose files are whose. */
#include "config.h"

#include "base/dirtree.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>

#include "unit.h"

static int folder;

static void
open_folder(void)
{
	folder = vp_dir_open(scratch);
	ck_assert_int_ge(folder, 0);
}

static void
make(const char *name)
{
	ck_assert_int_eq(mkdirat(folder, name, 0755), 0);
}

static void
touch(const char *name)
{
	int fd = openat(folder, name, O_WRONLY | O_CREAT | O_EXCL, 0644);

	ck_assert_int_ge(fd, 0);
	close(fd);
}

static int
is_there(const char *name)
{
	return faccessat(folder, name, F_OK, AT_SYMLINK_NOFOLLOW) == 0;
}

static struct stat
status(const char *name)
{
	struct stat st;

	ck_assert_int_eq(fstatat(folder, name, &st, AT_SYMLINK_NOFOLLOW), 0);
	return st;
}

static void
not_opened(int fd, int cause)
{
	ck_assert_int_eq(errno, cause);
	ck_assert_int_eq(fd, -1);
}

START_TEST(open_absolute)
{
	char path[128];

	open_folder();
	make("dir");
	touch("file");
	ck_assert_int_eq(symlinkat("dir", folder, "link"), 0);
	snprintf(path, sizeof path, "%s/dir//", scratch);
	int fd = vp_dir_open(path);
	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(fcntl(fd, F_GETFD), FD_CLOEXEC);
	close(fd);
	fd = vp_dir_open("/");
	ck_assert_int_ge(fd, 0);
	close(fd);
	snprintf(path, sizeof path, "%s/link", scratch);
	not_opened(vp_dir_open(path), ENOTDIR);
	snprintf(path, sizeof path, "%s/link/", scratch);
	not_opened(vp_dir_open(path), ENOTDIR);
	snprintf(path, sizeof path, "%s/file", scratch);
	not_opened(vp_dir_open(path), ENOTDIR);
	snprintf(path, sizeof path, "%s/missing", scratch);
	not_opened(vp_dir_open(path), ENOENT);
	not_opened(vp_dir_open("tmp"), EINVAL);
	not_opened(vp_dir_open(""), EINVAL);
	close(folder);
}
END_TEST

static const char *const bad_paths[] = { "/", "/a", "a/", "a//b", ".", "..",
	"a/..", "../a", "a/./b", "./a", NULL };

START_TEST(open_below)
{
	char name[300];

	open_folder();
	make("a");
	make("a/...");
	make("a/.b");
	touch("a/f");
	ck_assert_int_eq(symlinkat("a", folder, "link"), 0);
	ck_assert_int_eq(symlinkat("/tmp", folder, "a/out"), 0);
	static const char *const good[] = { "", "a", "a/...", "a/.b", NULL };
	for (int i = 0; good[i]; i++) {
		int fd = vp_dir_open_at(folder, good[i]);

		ck_assert_int_ge(fd, 0);
		ck_assert_int_ne(fd, folder);
		close(fd);
	}
	for (int i = 0; bad_paths[i]; i++)
		not_opened(vp_dir_open_at(folder, bad_paths[i]), EINVAL);
	not_opened(vp_dir_open_at(folder, "link"), ENOTDIR);
	not_opened(vp_dir_open_at(folder, "link/.b"), ENOTDIR);
	not_opened(vp_dir_open_at(folder, "a/out"), ENOTDIR);
	not_opened(vp_dir_open_at(folder, "a/f"), ENOTDIR);
	not_opened(vp_dir_open_at(folder, "a/none"), ENOENT);
	memset(name, 'n', sizeof name - 1);
	name[sizeof name - 1] = '\0';
	not_opened(vp_dir_open_at(folder, name), ENAMETOOLONG);
	close(folder);
}
END_TEST

START_TEST(open_parent)
{
	const char *last = NULL;

	open_folder();
	make("a");
	touch("a/f");
	int fd = vp_dir_open_parent(folder, "a/f", &last);
	ck_assert_int_ge(fd, 0);
	ck_assert_str_eq(last, "f");
	ck_assert_int_eq(faccessat(fd, last, F_OK, 0), 0);
	close(fd);
	fd = vp_dir_open_parent(folder, "new", &last);
	ck_assert_int_ge(fd, 0);
	ck_assert_str_eq(last, "new");
	close(fd);
	last = NULL;
	not_opened(vp_dir_open_parent(folder, "", &last), EINVAL);
	for (int i = 0; bad_paths[i]; i++)
		not_opened(
		    vp_dir_open_parent(folder, bad_paths[i], &last), EINVAL);
	not_opened(vp_dir_open_parent(folder, "none/f", &last), ENOENT);
	ck_assert_ptr_null(last);
	close(folder);
}
END_TEST

START_TEST(make_sets_mode_and_owner)
{
	struct stat st;

	open_folder();
	mode_t old = umask(0777);
	ck_assert_int_eq(vp_dir_make(folder, "a", 02750, 1234, 1235), 0);
	umask(old);
	st = status("a");
	ck_assert_int_eq(st.st_mode & 07777, 02750);
	if (geteuid() == 0) {
		ck_assert_int_eq(st.st_uid, 1234);
		ck_assert_int_eq(st.st_gid, 1235);
	}
	errno = 0;
	ck_assert_int_eq(vp_dir_make(folder, "a", 0700, 0, 0), -1);
	ck_assert_int_eq(errno, EEXIST);
	ck_assert_int_eq(status("a").st_mode & 07777, 02750);
	ck_assert_int_eq(symlinkat("x", folder, "link"), 0);
	ck_assert_int_eq(vp_dir_make(folder, "link", 0700, 0, 0), -1);
	ck_assert_int_eq(errno, EEXIST);
	static const char *const bad[] = { "", ".", "..", "a/b", "/a", NULL };
	for (int i = 0; bad[i]; i++) {
		ck_assert_int_eq(vp_dir_make(folder, bad[i], 0700, 0, 0), -1);
		ck_assert_int_eq(errno, EINVAL);
	}
	close(folder);
}
END_TEST

START_TEST(make_all_makes_what_is_missing)
{
	uid_t uid = geteuid() == 0 ? 1234 : geteuid();
	gid_t gid = geteuid() == 0 ? 1234 : getegid();

	open_folder();
	make("a");
	ck_assert_int_eq(vp_dir_make_all(folder, "a/b/c", 0700, uid, gid), 0);
	ck_assert_int_eq(status("a").st_mode & 07777, 0755);
	ck_assert_int_eq(status("a").st_uid, geteuid());
	ck_assert_int_eq(status("a/b").st_mode & 07777, 0700);
	ck_assert_int_eq(status("a/b/c").st_uid, uid);
	ck_assert_int_eq(vp_dir_make_all(folder, "a/b/c", 0755, 0, 0), 0);
	ck_assert_int_eq(status("a/b/c").st_mode & 07777, 0700);
	ck_assert_int_eq(vp_dir_make_all(folder, "", 0700, uid, gid), 0);
	ck_assert_int_eq(symlinkat("/tmp", folder, "out"), 0);
	not_opened(vp_dir_make_all(folder, "out/x", 0700, 0, 0), ENOTDIR);
	touch("f");
	not_opened(vp_dir_make_all(folder, "f/x", 0700, 0, 0), ENOTDIR);
	not_opened(vp_dir_make_all(folder, "x/../y", 0700, 0, 0), EINVAL);
	close(folder);
}
END_TEST

START_TEST(remove_everything_but_what_links_point_to)
{
	open_folder();
	make("keep");
	touch("keep/f");
	make("a");
	make("a/b");
	make("a/b/empty");
	touch("a/b/f");
	touch("a/\xff\n");
	ck_assert_int_eq(symlinkat("../keep", folder, "a/link"), 0);
	ck_assert_int_eq(symlinkat("none", folder, "a/dangling"), 0);
	ck_assert_int_eq(mkfifoat(folder, "a/fifo", 0600), 0);
	ck_assert_int_eq(vp_dir_remove(folder, "a"), 0);
	ck_assert(!is_there("a"));
	ck_assert(is_there("keep/f"));
	ck_assert_int_eq(symlinkat("keep", folder, "link"), 0);
	ck_assert_int_eq(vp_dir_remove(folder, "link"), 0);
	ck_assert(!is_there("link"));
	ck_assert(is_there("keep/f"));
	touch("file");
	ck_assert_int_eq(vp_dir_remove(folder, "file"), 0);
	ck_assert_int_eq(vp_dir_remove(folder, "file"), 0);
	static const char *const bad[] = { "", ".", "..", "a/b", "/tmp", NULL };
	for (int i = 0; bad[i]; i++)
		not_opened(vp_dir_remove(folder, bad[i]), EINVAL);
	close(folder);
	not_opened(vp_dir_remove(folder, "a"), EBADF);
}
END_TEST

/* A chain of folders, each with a file, deeper than descriptors go. */
static void
make_chain(const char *name, int depth)
{
	int fd = dup(folder);

	for (int i = 0; i < depth; i++) {
		const char *part = i == 0 ? name : "deeper";

		ck_assert_int_eq(mkdirat(fd, part, 0755), 0);
		int below = openat(fd, part, O_RDONLY | O_DIRECTORY);
		ck_assert_int_ge(below, 0);
		close(fd);
		fd = below;
		int file = openat(fd, "f", O_WRONLY | O_CREAT, 0644);
		ck_assert_int_ge(file, 0);
		close(file);
	}
	close(fd);
}

START_TEST(remove_deep_tree)
{
	open_folder();
	make_chain("deep", 3000);
	ck_assert_int_eq(vp_dir_remove(folder, "deep"), 0);
	ck_assert(!is_there("deep"));
	make("wide");
	for (int i = 0; i < 20; i++) {
		char name[32];

		snprintf(name, sizeof name, "wide-%d", i);
		make_chain(name, 70);
		char target[32];
		snprintf(target, sizeof target, "wide/%d", i);
		ck_assert_int_eq(renameat(folder, name, folder, target), 0);
	}
	ck_assert_int_eq(vp_dir_remove(folder, "wide"), 0);
	ck_assert(!is_there("wide"));
	close(folder);
}
END_TEST

START_TEST(remove_many_files)
{
	open_folder();
	make("a");
	for (int i = 0; i < 3000; i++) {
		char name[32];

		snprintf(name, sizeof name, "a/%d", i);
		touch(name);
	}
	ck_assert_int_eq(vp_dir_remove(folder, "a"), 0);
	ck_assert(!is_there("a"));
	close(folder);
}
END_TEST

/* Run as somebody whom permissions bind. */
static void
become_nobody(void)
{
	ck_assert_int_eq(fchown(folder, 65534, 65534), 0);
	ck_assert_int_eq(setegid(65534), 0);
	ck_assert_int_eq(seteuid(65534), 0);
}

START_TEST(remove_goes_on_after_a_failure)
{
	if (geteuid() != 0)
		return;
	open_folder();
	become_nobody();
	make("a");
	make("a/1");
	make("a/kept");
	touch("a/kept/f");
	make("a/9");
	touch("a/9/f");
	touch("a/f");
	ck_assert_int_eq(fchmodat(folder, "a/kept", 0555, 0), 0);
	errno = 0;
	ck_assert_int_eq(vp_dir_remove(folder, "a"), -1);
	ck_assert_int_eq(errno, EACCES);
	ck_assert(is_there("a/kept/f"));
	ck_assert(!is_there("a/1"));
	ck_assert(!is_there("a/9"));
	ck_assert(!is_there("a/f"));
	ck_assert_int_eq(fchmodat(folder, "a/kept", 0, 0), 0);
	ck_assert_int_eq(vp_dir_remove(folder, "a"), -1);
	ck_assert_int_eq(errno, EACCES);
	ck_assert_int_eq(fchmodat(folder, "a/kept", 0755, 0), 0);
	ck_assert_int_eq(vp_dir_remove(folder, "a"), 0);
	ck_assert_int_eq(seteuid(0), 0);
	close(folder);
}
END_TEST

START_TEST(chown_gives_all_but_targets)
{
	if (geteuid() != 0)
		return;
	open_folder();
	touch("outside");
	make("a");
	make("a/b");
	touch("a/b/f");
	ck_assert_int_eq(linkat(folder, "a/b/f", folder, "a/b/g", 0), 0);
	ck_assert_int_eq(symlinkat("../outside", folder, "a/link"), 0);
	ck_assert_int_eq(vp_dir_chown(folder, "a", 1234, 1235), 0);
	ck_assert_int_eq(status("a").st_uid, 1234);
	ck_assert_int_eq(status("a").st_gid, 1235);
	ck_assert_int_eq(status("a/b").st_uid, 1234);
	ck_assert_int_eq(status("a/b/f").st_uid, 1234);
	ck_assert_int_eq(status("a/link").st_uid, 1234);
	ck_assert_int_eq(status("outside").st_uid, 0);
	ck_assert_int_eq(vp_dir_chown(folder, "a", 1300, 1301), 0);
	ck_assert_int_eq(status("a/b/g").st_uid, 1300);
	ck_assert_int_eq(vp_dir_chown(folder, "a/b", 1, 1), -1);
	ck_assert_int_eq(errno, EINVAL);
	ck_assert_int_eq(vp_dir_chown(folder, "none", 1, 1), -1);
	ck_assert_int_eq(errno, ENOENT);
	close(folder);
}
END_TEST

START_TEST(chown_refuses_planted_hard_links)
{
	if (geteuid() != 0)
		return;
	open_folder();
	touch("shadow");
	make("a");
	ck_assert_int_eq(fchownat(folder, "a", 1234, 1234, 0), 0);
	ck_assert_int_eq(linkat(folder, "shadow", folder, "a/mine", 0), 0);
	touch("a/f");
	errno = 0;
	ck_assert_int_eq(vp_dir_chown(folder, "a", 1300, 1300), -1);
	ck_assert_int_eq(errno, EPERM);
	ck_assert_int_eq(status("shadow").st_uid, 0);
	ck_assert_int_eq(status("a/f").st_uid, 1300);
	/* A link of one's own makes no difference to its name alone. */
	ck_assert_int_eq(vp_dir_chown(folder, "a", 0, 0), 0);
	close(folder);
}
END_TEST

START_TEST(chown_deep_tree)
{
	open_folder();
	make_chain("fine", 200);
	ck_assert_int_eq(vp_dir_chown(folder, "fine", geteuid(), getegid()), 0);
	make_chain("deep", 400);
	errno = 0;
	ck_assert_int_eq(
	    vp_dir_chown(folder, "deep", geteuid(), getegid()), -1);
	ck_assert_int_eq(errno, ELOOP);
	close(folder);
}
END_TEST

START_TEST(sync_a_folder)
{
	open_folder();
	ck_assert_int_eq(vp_dir_sync(folder), 0);
	close(folder);
	ck_assert_int_eq(vp_dir_sync(folder), -1);
	ck_assert_int_eq(errno, EBADF);
}
END_TEST

START_TEST(path_below)
{
	ck_assert_str_eq(vp_path_below("/a/b", "/a/b/c/d"), "c/d");
	ck_assert_str_eq(vp_path_below("/a/b/", "/a/b/c"), "c");
	ck_assert_str_eq(vp_path_below("/", "/a"), "a");
	ck_assert_str_eq(vp_path_below("/a", "/a/..."), "...");
	ck_assert_str_eq(vp_path_below("/a", "/a/.qmail"), ".qmail");
	static const char *const bad[] = { "/a/b", "/a/b/", "/a/bc", "/a", "/",
		"", "a/b/c", "/a/b/..", "/a/b/../c", "/a/b/c/..", "/a/b/./c",
		"/a/b//c", "/a/b/c/", "/a//b/c", NULL };
	for (int i = 0; bad[i]; i++)
		ck_assert_ptr_null(vp_path_below("/a/b", bad[i]));
	ck_assert_ptr_null(vp_path_below("a", "a/b"));
	ck_assert_ptr_null(vp_path_below("", "/a"));
	ck_assert_ptr_null(vp_path_below("/", "/"));
}
END_TEST

int
main(void)
{
	const TTest *const tests[] = { open_absolute, open_below, open_parent,
		make_sets_mode_and_owner, make_all_makes_what_is_missing,
		remove_everything_but_what_links_point_to, remove_deep_tree,
		remove_many_files, remove_goes_on_after_a_failure,
		chown_gives_all_but_targets, chown_refuses_planted_hard_links,
		chown_deep_tree, sync_a_folder, path_below, NULL };

	return unit_main("dirtree", tests);
}
