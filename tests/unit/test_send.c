/* Finding qmail-send: by its supervisor, by its lock, and never another. */
#include "config.h"

#include "qmail/send.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/file.h>
#include <sys/prctl.h>
#include <sys/wait.h>

#include "files.h"

/* A process of that name, which holds the lock if there is a file. */
static pid_t
start(const char *name)
{
	int ready[2];
	char byte;

	ck_assert_int_eq(pipe(ready), 0);

	pid_t pid = fork();

	if (pid == 0) {
		int top = scratch_fd();
		int lock = openat(top, "lock/sendmutex", O_WRONLY);

		if (lock >= 0 && flock(lock, LOCK_EX | LOCK_NB) < 0)
			_exit(1);
		prctl(PR_SET_NAME, name);
		if (write(ready[1], "", 1) == 1)
			pause();
		_exit(0);
	}
	ck_assert_int_gt(pid, 0);
	close(ready[1]);
	ck_assert_int_eq(read(ready[0], &byte, 1), 1);
	close(ready[0]);
	return pid;
}

static int
stop(pid_t pid)
{
	int status;

	kill(pid, SIGKILL);
	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	return WTERMSIG(status);
}

static void
put_status(pid_t pid, size_t size)
{
	unsigned char status[20] = { 0x40, 0, 0, 0, 0x5f };

	for (int i = 0; i < 4; i++)
		status[12 + i] = (unsigned char)((unsigned)pid >> (8 * i));
	status[17] = 'u';
	put_bytes("service/supervise/status", status, size);
}

static pid_t
find(void)
{
	char service[100];

	snprintf(service, sizeof service, "%s/service", scratch);
	return vp_qmail_send_pid(scratch, service);
}

static void
make_folders(void)
{
	make_folder("service");
	make_folder("service/supervise");
	make_folder("lock");
}

START_TEST(not_running)
{
	ck_assert_int_eq(find(), 0);
	make_folders();
	ck_assert_int_eq(find(), 0);
	put_file("lock/sendmutex", "");
	ck_assert_int_eq(find(), 0);
	put_status(0, 18);
	ck_assert_int_eq(find(), 0);
	put_status(0x7fffffff, 18);
	ck_assert_int_eq(find(), 0);
	ck_assert_int_eq(vp_qmail_send_hup(scratch, "/nonexistent"), 0);
}
END_TEST

START_TEST(supervised)
{
	make_folders();

	pid_t pid = start("qmail-send");

	put_status(pid, 18);
	ck_assert_int_eq(find(), pid);
	put_status(pid, 20);
	ck_assert_int_eq(find(), pid);
	put_status(pid, 17);
	ck_assert_int_eq(find(), 0);
	stop(pid);
	put_status(pid, 18);
	ck_assert_int_eq(find(), 0);
}
END_TEST

START_TEST(by_its_lock)
{
	make_folders();
	put_file("lock/sendmutex", "");

	pid_t pid = start("qmail-send");

	ck_assert_int_eq(find(), pid);
	/* a stale status file does not hide it */
	put_status(getpid(), 18);
	ck_assert_int_eq(find(), pid);
	stop(pid);
	ck_assert_int_eq(find(), 0);
}
END_TEST

START_TEST(another_program)
{
	make_folders();
	put_file("lock/sendmutex", "");

	pid_t pid = start("vi qmail-send");

	put_status(pid, 18);
	ck_assert_int_eq(find(), 0);
	stop(pid);
}
END_TEST

START_TEST(hup)
{
	int status;

	make_folders();
	put_file("lock/sendmutex", "");

	pid_t pid = start("qmail-send");

	ck_assert_int_eq(vp_qmail_send_hup(scratch, "/nonexistent"), 0);
	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	ck_assert_int_eq(WTERMSIG(status), SIGHUP);
}
END_TEST

int
main(void)
{
	const TTest *const tests[] = { not_running, supervised, by_its_lock,
		another_program, hup, NULL };

	return unit_main("send", tests);
}
