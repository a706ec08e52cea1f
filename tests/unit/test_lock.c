/* Locks: against ourselves, other processes, and planted names. */
#include "config.h"

#include "base/lock.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>

#include "unit.h"

static int folder;

static void
open_folder(void)
{
	folder = vp_dir_open(scratch);
	ck_assert_int_ge(folder, 0);
}

static int
lock(const char *name, int seconds)
{
	return vp_lock(folder, name, geteuid(), getegid(), seconds);
}

static double
now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

START_TEST(excludes_the_same_process)
{
	open_folder();
	int first = lock("l", 0);
	ck_assert_int_ge(first, 0);
	errno = 0;
	ck_assert_int_eq(lock("l", 0), -1);
	ck_assert_int_eq(errno, EAGAIN);
	int other = lock("m", 0);
	ck_assert_int_ge(other, 0);
	close(first);
	first = lock("l", 0);
	ck_assert_int_ge(first, 0);
	ck_assert_int_eq(fcntl(first, F_GETFD), FD_CLOEXEC);
	close(first);
	close(other);
	close(folder);
}
END_TEST

START_TEST(mode_whatever_the_umask)
{
	struct stat st;

	open_folder();
	mode_t old = umask(0277);
	int fd = lock("l", 0);
	umask(old);
	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(fstat(fd, &st), 0);
	ck_assert_int_eq(st.st_mode & 07777, 0600);
	ck_assert_int_eq(st.st_size, 0);
	close(fd);
	close(folder);
}
END_TEST

START_TEST(owner_when_root)
{
	struct stat st;

	if (geteuid() != 0)
		return;
	open_folder();
	int fd = vp_lock(folder, "l", 1234, 1235, 0);
	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(fstat(fd, &st), 0);
	ck_assert_int_eq(st.st_uid, 1234);
	ck_assert_int_eq(st.st_gid, 1235);
	close(fd);
	/* A file of another owner keeps it. */
	fd = vp_lock(folder, "l", 1300, 1300, 0);
	ck_assert_int_eq(fstat(fd, &st), 0);
	ck_assert_int_eq(st.st_uid, 1234);
	close(fd);
	/* One that root left over is given away. */
	close(openat(folder, "left", O_WRONLY | O_CREAT, 0644));
	fd = vp_lock(folder, "left", 1234, 1235, 0);
	ck_assert_int_eq(fstat(fd, &st), 0);
	ck_assert_int_eq(st.st_uid, 1234);
	close(fd);
	close(folder);
}
END_TEST

START_TEST(planted_hard_link_is_not_given_away)
{
	struct stat st;

	if (geteuid() != 0)
		return;
	open_folder();
	close(openat(folder, "shadow", O_WRONLY | O_CREAT, 0640));
	ck_assert_int_eq(linkat(folder, "shadow", folder, "l", 0), 0);
	int fd = vp_lock(folder, "l", 1234, 1235, 0);
	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(fstat(fd, &st), 0);
	ck_assert_int_eq(st.st_uid, 0);
	ck_assert_int_eq(st.st_mode & 07777, 0640);
	close(fd);
	close(folder);
}
END_TEST

static void
refused(const char *name, int cause)
{
	errno = 0;
	ck_assert_int_eq(lock(name, 0), -1);
	ck_assert_int_eq(errno, cause);
}

START_TEST(what_is_no_lock_file)
{
	open_folder();
	ck_assert_int_eq(symlinkat("target", folder, "dangling"), 0);
	ck_assert_int_eq(mkdirat(folder, "dir", 0755), 0);
	ck_assert_int_eq(mkfifoat(folder, "fifo", 0644), 0);
	refused("dangling", ELOOP);
	ck_assert_int_eq(faccessat(folder, "target", F_OK, 0), -1);
	refused("dir", EISDIR);
	refused("fifo", EINVAL);
	refused("missing/l", ENOENT);
	close(folder);
}
END_TEST

/* A process that holds the lock, taken the old way, for some time. */
static pid_t
holder(const char *name, long milliseconds)
{
	int ready[2];
	char byte;

	ck_assert_int_eq(pipe(ready), 0);
	pid_t pid = fork();
	ck_assert_int_ge(pid, 0);
	if (pid == 0) {
		struct flock l = { .l_type = F_WRLCK, .l_whence = SEEK_SET };
		struct timespec hold = { .tv_sec = milliseconds / 1000,
			.tv_nsec = milliseconds % 1000 * 1000000 };
		int fd = openat(folder, name, O_RDWR | O_CREAT, 0600);

		if (fcntl(fd, F_SETLK, &l) == 0 && write(ready[1], "x", 1) == 1)
			nanosleep(&hold, NULL);
		_exit(0);
	}
	ck_assert_int_eq(read(ready[0], &byte, 1), 1);
	close(ready[0]);
	close(ready[1]);
	return pid;
}

START_TEST(waits_for_an_old_program)
{
	open_folder();
	double start = now();
	pid_t pid = holder("l", 300);
	int fd = lock("l", 10);
	ck_assert_int_ge(fd, 0);
	ck_assert(now() - start >= 0.29);
	ck_assert(now() - start < 5);
	waitpid(pid, NULL, 0);
	close(fd);
	close(folder);
}
END_TEST

START_TEST(gives_up_at_the_limit)
{
	open_folder();
	pid_t pid = holder("l", 30000);
	double start = now();
	errno = 0;
	ck_assert_int_eq(lock("l", 1), -1);
	ck_assert_int_eq(errno, EAGAIN);
	ck_assert(now() - start >= 0.99);
	ck_assert(now() - start < 5);
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
	close(folder);
}
END_TEST

START_TEST(closing_another_descriptor_keeps_it)
{
	open_folder();
	int fd = lock("l", 0);
	ck_assert_int_ge(fd, 0);
	close(openat(folder, "l", O_RDWR));
	pid_t pid = fork();
	if (pid == 0)
		_exit(lock("l", 0) == -1 && errno == EAGAIN ? 0 : 1);
	int status;
	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	ck_assert_int_eq(status, 0);
	close(fd);
	close(folder);
}
END_TEST

START_TEST(counts_right_among_many)
{
	open_folder();
	int count = openat(folder, "count", O_RDWR | O_CREAT, 0600);
	ck_assert_int_ge(count, 0);
	for (int i = 0; i < 4; i++) {
		if (fork() != 0)
			continue;
		for (int j = 0; j < 50; j++) {
			int n = 0, fd = lock("l", 30);

			if (fd < 0 || pread(count, &n, sizeof n, 0) < 0)
				_exit(1);
			n++;
			if (pwrite(count, &n, sizeof n, 0) != sizeof n)
				_exit(1);
			close(fd);
		}
		_exit(0);
	}
	int status, n = 0;
	while (wait(&status) > 0)
		ck_assert_int_eq(status, 0);
	ck_assert_int_eq(pread(count, &n, sizeof n, 0), sizeof n);
	ck_assert_int_eq(n, 200);
	close(count);
	close(folder);
}
END_TEST

int
main(void)
{
	const TTest *const tests[] = { excludes_the_same_process,
		mode_whatever_the_umask, owner_when_root,
		planted_hard_link_is_not_given_away, what_is_no_lock_file,
		waits_for_an_old_program, gives_up_at_the_limit,
		closing_another_descriptor_keeps_it, counts_right_among_many,
		NULL };

	return unit_main("lock", tests);
}
