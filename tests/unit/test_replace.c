/* Rewrites of files: all or nothing, and never through somebody's link. */
#include "config.h"

#include "base/replace.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/resource.h>

#include "base/line.h"
#include "unit.h"

static int folder;

static void
open_folder(void)
{
	folder = vp_dir_open(scratch);
	ck_assert_int_ge(folder, 0);
}

static void
put_file(const char *name, const char *text, mode_t mode)
{
	int fd = openat(folder, name, O_WRONLY | O_CREAT | O_TRUNC, 0600);

	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(write(fd, text, strlen(text)), (ssize_t)strlen(text));
	ck_assert_int_eq(fchmod(fd, mode), 0);
	close(fd);
}

static void
holds(const char *name, const char *text)
{
	char *found = vp_file_read(folder, name, 1 << 20, NULL);

	ck_assert_ptr_nonnull(found);
	ck_assert_str_eq(found, text);
	free(found);
}

static void
absent(const char *name)
{
	ck_assert_int_eq(
	    faccessat(folder, name, F_OK, AT_SYMLINK_NOFOLLOW), -1);
}

static struct stat
status(const char *name)
{
	struct stat st;

	ck_assert_int_eq(fstatat(folder, name, &st, AT_SYMLINK_NOFOLLOW), 0);
	return st;
}

static int
replace(const char *name, const char *text, mode_t mode)
{
	return vp_replace_text(
	    folder, name, text, strlen(text), mode, geteuid(), getegid());
}

START_TEST(new_file_with_mode)
{
	open_folder();
	mode_t old = umask(0777);
	ck_assert_int_eq(replace("f", "text\n", 0644), 0);
	umask(old);
	holds("f", "text\n");
	ck_assert_int_eq(status("f").st_mode & 07777, 0644);
	absent("f.tmp");
	ck_assert_int_eq(replace("f", "", 0600), 0);
	holds("f", "");
	ck_assert_int_eq(status("f").st_mode & 07777, 0600);
	close(folder);
}
END_TEST

START_TEST(old_file_until_commit)
{
	struct vp_replace r;

	open_folder();
	put_file("f", "old", 0640);
	ck_assert_int_eq(
	    vp_replace_open(&r, folder, "f", 0600, (uid_t)-1, (gid_t)-1), 0);
	fputs("new", r.fp);
	holds("f", "old");
	ck_assert_int_eq(vp_replace_prepare(&r), 0);
	ck_assert_ptr_null(r.fp);
	holds("f", "old");
	holds("f.tmp", "new");
	ck_assert_int_eq(vp_replace_commit(&r), 0);
	holds("f", "new");
	absent("f.tmp");
	ck_assert_int_eq(status("f").st_mode & 07777, 0640);
	/* Over and done with. */
	errno = 0;
	ck_assert_int_eq(vp_replace_commit(&r), -1);
	ck_assert_int_eq(errno, EBADF);
	ck_assert_int_eq(vp_replace_prepare(&r), -1);
	vp_replace_abort(&r);
	holds("f", "new");
	close(folder);
}
END_TEST

START_TEST(abort_leaves_the_old_file)
{
	struct vp_replace r;

	open_folder();
	put_file("f", "old", 0600);
	for (int prepared = 0; prepared < 2; prepared++) {
		ck_assert_int_eq(
		    vp_replace_open(&r, folder, "f", 0600, 0, 0), 0);
		fputs("new", r.fp);
		if (prepared)
			ck_assert_int_eq(vp_replace_prepare(&r), 0);
		vp_replace_abort(&r);
		vp_replace_abort(&r);
		holds("f", "old");
		absent("f.tmp");
	}
	close(folder);
}
END_TEST

START_TEST(left_over_and_planted_names)
{
	open_folder();
	put_file("f.tmp", "left over, and longer than the new text", 0600);
	ck_assert_int_eq(replace("f", "new", 0600), 0);
	holds("f", "new");

	put_file("victim", "safe", 0644);
	ck_assert_int_eq(linkat(folder, "victim", folder, "f.tmp", 0), 0);
	ck_assert_int_eq(replace("f", "hard", 0600), 0);
	holds("victim", "safe");
	ck_assert_int_eq(status("victim").st_mode & 07777, 0644);
	holds("f", "hard");

	ck_assert_int_eq(symlinkat("victim", folder, "f.tmp"), 0);
	ck_assert_int_eq(replace("f", "soft", 0600), 0);
	holds("victim", "safe");
	holds("f", "soft");

	/* The name itself may be a link: it is replaced, not followed. */
	ck_assert_int_eq(symlinkat("victim", folder, "g"), 0);
	ck_assert_int_eq(replace("g", "own", 0600), 0);
	holds("victim", "safe");
	holds("g", "own");
	close(folder);
}
END_TEST

START_TEST(owner_when_root)
{
	struct stat st;

	if (geteuid() != 0)
		return;
	open_folder();
	ck_assert_int_eq(
	    vp_replace_text(folder, "f", "x", 1, 0640, 1234, 1235), 0);
	st = status("f");
	ck_assert_int_eq(st.st_uid, 1234);
	ck_assert_int_eq(st.st_gid, 1235);
	ck_assert_int_eq(
	    vp_replace_text(folder, "f", "y", 1, 0600, (uid_t)-1, (gid_t)-1),
	    0);
	st = status("f");
	ck_assert_int_eq(st.st_uid, 1234);
	ck_assert_int_eq(st.st_gid, 1235);
	ck_assert_int_eq(st.st_mode & 07777, 0640);
	/* Set-id bits are not carried over. */
	ck_assert_int_eq(fchmodat(folder, "f", 06755, 0), 0);
	ck_assert_int_eq(
	    vp_replace_text(folder, "f", "y", 1, 0600, (uid_t)-1, (gid_t)-1),
	    0);
	ck_assert_int_eq(status("f").st_mode & 07777, 0755);
	/* Nothing to take after: as if made by hand. */
	ck_assert_int_eq(
	    vp_replace_text(folder, "g", "y", 1, 0600, (uid_t)-1, (gid_t)-1),
	    0);
	ck_assert_int_eq(status("g").st_uid, 0);
	ck_assert_int_eq(status("g").st_mode & 07777, 0600);
	close(folder);
}
END_TEST

START_TEST(names_that_are_refused)
{
	struct vp_replace r;

	open_folder();
	errno = 0;
	ck_assert_int_eq(vp_replace_open(&r, folder, "", 0600, 0, 0), -1);
	ck_assert_int_eq(errno, EINVAL);
	ck_assert_int_eq(vp_replace_open(&r, folder, "a/b", 0600, 0, 0), -1);
	ck_assert_int_eq(errno, EINVAL);
	vp_replace_abort(&r);
	/* A folder of the temporary name is nothing of ours. */
	ck_assert_int_eq(mkdirat(folder, "d.tmp", 0755), 0);
	ck_assert_int_eq(vp_replace_open(&r, folder, "d", 0600, 0, 0), -1);
	vp_replace_abort(&r);
	close(folder);
	errno = 0;
	ck_assert_int_eq(vp_replace_open(&r, folder, "f", 0600, 0, 0), -1);
	ck_assert_int_eq(errno, EBADF);
}
END_TEST

START_TEST(rename_that_fails)
{
	open_folder();
	ck_assert_int_eq(mkdirat(folder, "f", 0755), 0);
	errno = 0;
	ck_assert_int_eq(replace("f", "new", 0600), -1);
	ck_assert_int_eq(errno, EISDIR);
	absent("f.tmp");
	close(folder);
}
END_TEST

static void
limit_files(rlim_t bytes)
{
	struct rlimit limit = { .rlim_cur = bytes, .rlim_max = RLIM_INFINITY };

	signal(SIGXFSZ, SIG_IGN);
	ck_assert_int_eq(setrlimit(RLIMIT_FSIZE, &limit), 0);
}

/* A full disk, as far as a process can make one for itself. */
START_TEST(no_room_while_writing)
{
	struct vp_replace r;
	char block[4096];
	int rc;

	open_folder();
	memset(block, 'x', sizeof block);
	put_file("f", "old", 0600);
	limit_files(10000);
	ck_assert_int_eq(vp_replace_open(&r, folder, "f", 0600, 0, 0), 0);
	for (int i = 0; i < 10; i++)
		fwrite(block, 1, sizeof block, r.fp);
	rc = vp_replace_commit(&r);
	int cause = errno;
	limit_files(RLIM_INFINITY);
	ck_assert_int_eq(rc, -1);
	ck_assert_int_ne(cause, 0);
	holds("f", "old");
	absent("f.tmp");
	close(folder);
}
END_TEST

START_TEST(no_room_at_the_end)
{
	struct vp_replace r;
	int rc;

	open_folder();
	put_file("f", "old", 0600);
	for (int way = 0; way < 3; way++) {
		limit_files(2);
		errno = 0;
		if (way == 2) {
			rc = replace("f", "new", 0600);
		} else {
			rc = vp_replace_open(&r, folder, "f", 0600, 0, 0);
			ck_assert_int_eq(rc, 0);
			fputs("new", r.fp);
			rc = way ? vp_replace_prepare(&r)
				 : vp_replace_commit(&r);
		}
		int cause = errno;
		limit_files(RLIM_INFINITY);
		ck_assert_int_eq(rc, -1);
		ck_assert_int_eq(cause, EFBIG);
		holds("f", "old");
		absent("f.tmp");
	}
	close(folder);
}
END_TEST

/* The same with the stream's descriptor led to a device that is full. */
START_TEST(device_full)
{
	struct vp_replace r;

	open_folder();
	put_file("f", "old", 0600);
	ck_assert_int_eq(vp_replace_open(&r, folder, "f", 0600, 0, 0), 0);
	int full = open("/dev/full", O_WRONLY | O_CLOEXEC);
	ck_assert_int_ge(full, 0);
	ck_assert_int_ge(dup2(full, fileno(r.fp)), 0);
	close(full);
	fputs("new", r.fp);
	errno = 0;
	ck_assert_int_eq(vp_replace_commit(&r), -1);
	ck_assert_int_eq(errno, ENOSPC);
	holds("f", "old");
	absent("f.tmp");
	close(folder);
}
END_TEST

int
main(void)
{
	const TTest *const tests[] = { new_file_with_mode,
		old_file_until_commit, abort_leaves_the_old_file,
		left_over_and_planted_names, owner_when_root,
		names_that_are_refused, rename_that_fails,
		no_room_while_writing, no_room_at_the_end, device_full, NULL };

	return unit_main("replace", tests);
}
