/* Programs: what they get, and how they end. */
#include "config.h"

#include "base/child.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>

#include "base/line.h"
#include "unit.h"

static const struct vp_child nothing = {
	.fd0 = -1, .fd1 = -1, .fd2 = -1, .dirfd = -1
};

static char output[4096];

/* Run a shell script, with what it writes to 1 left in output. */
static int
run(struct vp_child child, const char *script)
{
	const char *const argv[] = { "/bin/sh", "-c", script, NULL };
	FILE *fp = tmpfile();

	ck_assert_ptr_nonnull(fp);
	child.argv = argv;
	child.fd1 = fileno(fp);
	int status = vp_child_run(&child);
	int cause = errno;
	rewind(fp);
	output[fread(output, 1, sizeof output - 1, fp)] = '\0';
	fclose(fp);
	errno = cause;
	return status;
}

static double
now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

START_TEST(wait_status)
{
	int status = run(nothing, "exit 7");

	ck_assert(WIFEXITED(status) && WEXITSTATUS(status) == 7);
	status = run(nothing, "kill -TERM $$");
	ck_assert(WIFSIGNALED(status) && WTERMSIG(status) == SIGTERM);
	ck_assert_int_eq(run(nothing, "echo hello"), 0);
	ck_assert_str_eq(output, "hello\n");
}
END_TEST

START_TEST(environment_is_given)
{
	static char a[] = "A=b c";
	char *const envp[] = { a, NULL };
	struct vp_child child = nothing;

	setenv("SECRET", "value", 1);
	ck_assert_int_eq(
	    run(child, "/usr/bin/env | grep -v -e ^PWD= -e ^_="), 0);
	ck_assert_str_eq(output, "PATH=/usr/local/bin:/usr/bin:/bin\n");
	child.envp = envp;
	ck_assert_int_eq(run(child, "/usr/bin/env | /bin/grep ^A="), 0);
	ck_assert_str_eq(output, "A=b c\n");
	ck_assert_int_ne(run(child, "/usr/bin/env | /bin/grep SECRET"), 0);
}
END_TEST

START_TEST(no_other_descriptors)
{
	int open_one = open("/dev/null", O_RDONLY);
	int high = fcntl(open_one, F_DUPFD, 200);

	ck_assert_int_ge(high, 200);
	/* The fourth is that of the folder being listed. */
	ck_assert_int_eq(run(nothing, "exec /bin/ls /proc/self/fd"), 0);
	ck_assert_str_eq(output, "0\n1\n2\n3\n");
	ck_assert_int_eq(
	    run(nothing, "readlink /proc/self/fd/0 /proc/self/fd/2"), 0);
	ck_assert_str_eq(output, "/dev/null\n/dev/null\n");
	close(high);
	close(open_one);
}
END_TEST

/* Descriptors 0, 1 and 2 given crosswise must not overwrite each other. */
START_TEST(descriptors_may_be_swapped)
{
	static const char *const argv[] = { "/bin/sh", "-c",
		"echo one; echo two >&2", NULL };
	int fd[2], saved[3];
	char *text, path[128];

	snprintf(path, sizeof path, "%s/1", scratch);
	fd[0] = open(path, O_RDWR | O_CREAT, 0600);
	snprintf(path, sizeof path, "%s/2", scratch);
	fd[1] = open(path, O_RDWR | O_CREAT, 0600);
	for (int i = 0; i < 3; i++)
		saved[i] = fcntl(i, F_DUPFD_CLOEXEC, 10);
	ck_assert_int_eq(dup2(fd[0], 2), 2);
	ck_assert_int_eq(dup2(fd[1], 1), 1);
	struct vp_child child = nothing;
	child.argv = argv;
	child.fd1 = 2;
	child.fd2 = 1;
	int status = vp_child_run(&child);
	for (int i = 0; i < 3; i++) {
		dup2(saved[i], i);
		close(saved[i]);
	}
	ck_assert_int_eq(status, 0);
	close(fd[0]);
	close(fd[1]);
	int folder = vp_dir_open(scratch);
	text = vp_file_read(folder, "1", 100, NULL);
	ck_assert_str_eq(text, "one\n");
	free(text);
	text = vp_file_read(folder, "2", 100, NULL);
	ck_assert_str_eq(text, "two\n");
	free(text);
	close(folder);
}
END_TEST

START_TEST(one_descriptor_may_be_two)
{
	struct vp_child child = nothing;
	FILE *fp = tmpfile();
	static const char *const argv[] = { "/bin/sh", "-c",
		"echo one; echo two >&2", NULL };
	char *line = NULL;
	size_t cap = 0;

	child.argv = argv;
	child.fd1 = child.fd2 = fileno(fp);
	ck_assert_int_eq(vp_child_run(&child), 0);
	rewind(fp);
	ck_assert_int_eq(vp_line_read(fp, &line, &cap, 10), 3);
	ck_assert_str_eq(line, "one");
	ck_assert_int_eq(vp_line_read(fp, &line, &cap, 10), 3);
	ck_assert_str_eq(line, "two");
	free(line);
	fclose(fp);
}
END_TEST

START_TEST(working_folder)
{
	struct vp_child child = nothing;
	char expected[80];

	child.dirfd = vp_dir_open(scratch);
	ck_assert_int_eq(run(child, "pwd -P"), 0);
	snprintf(expected, sizeof expected, "%s\n", scratch);
	ck_assert_str_eq(output, expected);
	close(child.dirfd);
}
END_TEST

START_TEST(signals_are_as_new)
{
	sigset_t all;

	signal(SIGTERM, SIG_IGN);
	signal(SIGPIPE, SIG_IGN);
	sigfillset(&all);
	sigprocmask(SIG_BLOCK, &all, NULL);
	int status = run(nothing,
	    "grep -e ^SigBlk -e ^SigIgn /proc/self/status | tr -d '\\t'");
	sigprocmask(SIG_UNBLOCK, &all, NULL);
	ck_assert_int_eq(status, 0);
	unsigned long long blocked = ~0ULL, ignored = ~0ULL;
	ck_assert_int_eq(
	    sscanf(output, "SigBlk:%llx SigIgn:%llx", &blocked, &ignored), 2);
	ck_assert_uint_eq(blocked, 0);
	/* 32 and 33 are the C library's own. */
	ck_assert_uint_eq(ignored & 0x7fffffff, 0);
}
END_TEST

START_TEST(what_cannot_be_started)
{
	static const char *const none[] = { "/nonexistent/program", NULL };
	static const char *const relative[] = { "sh", "-c", "exit 0", NULL };
	static const char *const folder[] = { "/tmp", NULL };
	static const char *const empty[] = { NULL };
	struct vp_child child = nothing;

	child.argv = none;
	errno = 0;
	ck_assert_int_eq(vp_child_run(&child), -1);
	ck_assert_int_eq(errno, ENOENT);
	child.argv = relative;
	ck_assert_int_eq(vp_child_run(&child), -1);
	ck_assert_int_eq(errno, EINVAL);
	child.argv = empty;
	ck_assert_int_eq(vp_child_run(&child), -1);
	ck_assert_int_eq(errno, EINVAL);
	child.argv = folder;
	ck_assert_int_eq(vp_child_run(&child), -1);
	ck_assert_int_eq(errno, EACCES);
	ck_assert_int_eq(vp_child_start(&child), -1);
	child.fd1 = 999;
	ck_assert_int_eq(vp_child_run(&child), -1);
	ck_assert_int_eq(errno, EBADF);
	child = nothing;
	child.dirfd = 999;
	ck_assert_int_eq(run(child, "exit 0"), -1);
	ck_assert_int_eq(errno, EBADF);
	/* Nothing was left behind. */
	ck_assert_int_eq(waitpid(-1, NULL, WNOHANG), -1);
	ck_assert_int_eq(errno, ECHILD);
}
END_TEST

START_TEST(time_limit)
{
	struct vp_child child = nothing;
	double start = now();

	child.seconds = 1;
	errno = 0;
	/* The shell ignores what a polite end would be, and its own child
	 * would hold the pipe open. */
	ck_assert_int_eq(
	    run(child, "trap '' TERM; echo $$; sleep 60 & sleep 60"), -1);
	ck_assert_int_eq(errno, ETIMEDOUT);
	ck_assert(now() - start >= 0.99);
	ck_assert(now() - start < 10);
	int group = (int)strtol(output, NULL, 10);
	ck_assert_int_gt(group, 1);
	/* Orphans are reaped by another, which may take a moment. */
	for (int i = 0; i < 100 && kill(-group, 0) == 0; i++)
		nanosleep(&(struct timespec){ .tv_nsec = 50000000 }, NULL);

	child.seconds = 30;
	start = now();
	ck_assert_int_eq(run(child, "exit 3"), 3 << 8);
	ck_assert(now() - start < 10);
	ck_assert_int_eq(waitpid(-1, NULL, WNOHANG), -1);
}
END_TEST

static void
on_alarm(int number)
{
	(void)number;
}

START_TEST(signals_do_not_end_the_wait)
{
	struct sigaction action = { .sa_handler = on_alarm };
	struct vp_child child = nothing;

	sigaction(SIGUSR1, &action, NULL);
	char script[100];
	snprintf(script, sizeof script,
	    "for i in 1 2 3; do kill -USR1 %ld; sleep 0.1; done; exit 4",
	    (long)getpid());
	ck_assert_int_eq(run(child, script), 4 << 8);
	child.seconds = 20;
	ck_assert_int_eq(run(child, script), 4 << 8);
}
END_TEST

START_TEST(start_only)
{
	struct vp_child child = nothing;
	static const char *const argv[] = { "/bin/sh", "-c", "read x; exit 5",
		NULL };
	int ends[2], status;

	ck_assert_int_eq(pipe2(ends, O_CLOEXEC), 0);
	child.argv = argv;
	child.fd0 = ends[0];
	pid_t pid = vp_child_start(&child);
	ck_assert_int_gt(pid, 0);
	ck_assert_int_eq(waitpid(pid, &status, WNOHANG), 0);
	ck_assert_int_eq(write(ends[1], "x\n", 2), 2);
	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	ck_assert_int_eq(status, 5 << 8);
	close(ends[0]);
	close(ends[1]);
}
END_TEST

/* As somebody else, if we may: ids, umask, descriptors. */
START_TEST(as_another)
{
	const struct vp_child_as as = {
		.uid = 65534, .gid = 65533, .mask = 027, .keep = -1
	};
	struct vp_child child = nothing;
	const char *wanted = "65534 65534 65533 65533\n0027\n";

	child.as = &as;
	ck_assert_int_eq(run(child, "echo $(id -ru) $(id -u) $(id -rg) "
				    "$(id -G); umask; env | grep -v "
				    "-e ^PATH= -e ^PWD= -e ^_= -e ^SHLVL="),
	    1 << 8);
	if (geteuid() == 0)
		ck_assert_str_eq(output, wanted);
	else
		ck_assert_str_eq(strchr(output, '\n'), "\n0027\n");
	ck_assert_int_eq(run(child, "echo $(ls /proc/self/fd); kill -0 $$"), 0);
	ck_assert_str_eq(output, "0 1 2 3\n"); /* 3 is of ls itself */
	ck_assert_int_eq(run(child, "exit 7"), 7 << 8);

	child.seconds = 1;
	ck_assert_int_eq(run(child, "sleep 60"), -1);
	ck_assert_int_eq(errno, ETIMEDOUT);
}
END_TEST

START_TEST(another_that_cannot_be_started)
{
	static const char *const argv[] = { "/nowhere/program", NULL };
	const struct vp_child_as as = {
		.uid = getuid(), .gid = getgid(), .mask = 077, .keep = -1
	};
	struct vp_child child = nothing;

	child.as = &as;
	child.argv = argv;
	ck_assert_int_eq(vp_child_run(&child), -1);
	ck_assert_int_eq(errno, ENOENT);
	ck_assert_int_eq(waitpid(-1, NULL, WNOHANG), -1);
}
END_TEST

START_TEST(a_descriptor_is_kept)
{
	struct vp_child_as as = {
		.uid = getuid(), .gid = getgid(), .mask = 077
	};
	struct vp_child child = nothing;
	int ends[2];
	char byte = 0;

	ck_assert_int_eq(pipe2(ends, O_CLOEXEC), 0);
	as.keep = ends[1];
	child.as = &as;
	ck_assert_int_eq(run(child, "printf x >&3"), 0);
	ck_assert_int_eq(read(ends[0], &byte, 1), 1);
	ck_assert_int_eq(byte, 'x');
	close(ends[0]);
	close(ends[1]);
}
END_TEST

int
main(void)
{
	const TTest *const tests[] = { wait_status, environment_is_given,
		no_other_descriptors, descriptors_may_be_swapped,
		one_descriptor_may_be_two, working_folder, signals_are_as_new,
		what_cannot_be_started, time_limit, signals_do_not_end_the_wait,
		start_only, as_another, another_that_cannot_be_started,
		a_descriptor_is_kept, NULL };

	return unit_main("child", tests);
}
