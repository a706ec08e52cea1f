/*
 * Starting a program as somebody else, which posix_spawn cannot.
 *
 * Between fork and exec only functions are called that may be called there
 * when the parent has threads.  No signal reaches a handler of the parent in
 * the child: all are blocked from before the fork until the dispositions are
 * the default ones.  The child says why it could not go on through a pipe
 * that a successful exec closes.
 */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/child.h"

#define KEPT   3
#define REPORT 4 /* the child's descriptor of the pipe */

static int
default_signals(void)
{
	const struct sigaction action = { .sa_handler = SIG_DFL };
	sigset_t none;

	/* SIGKILL, SIGSTOP and those of the C library refuse: no matter. */
	for (int i = 1; i < NSIG; i++)
		(void)sigaction(i, &action, NULL);
	sigemptyset(&none);
	return sigprocmask(SIG_SETMASK, &none, NULL);
}

/* Sources are moved above REPORT first, so that none is overwritten. */
static int
set_descriptors(const struct vp_child *child, int report)
{
	const int from[] = { child->fd0, child->fd1, child->fd2,
		child->as->keep, report };
	int moved[REPORT + 1];

	for (int i = 0; i <= REPORT; i++) {
		int fd = from[i] >= 0 ? from[i] : open("/dev/null", O_RDWR);

		moved[i] = fd < 0 ? -1 : fcntl(fd, F_DUPFD, REPORT + 1);
		if (moved[i] < 0)
			return -1;
	}
	for (int i = 0; i <= REPORT; i++)
		if (dup2(moved[i], i) < 0)
			return -1;
	if (child->as->keep < 0)
		close(KEPT);
	closefrom(REPORT + 1);
	return fcntl(REPORT, F_SETFD, FD_CLOEXEC);
}

/* End with the parent, which may be gone already.  Asked for when the ids
 * are changed, because that takes it back. */
static int
end_with(pid_t parent)
{
	if (prctl(PR_SET_PDEATHSIG, SIGKILL) != 0)
		return -1;
	if (getppid() == parent)
		return 0;
	errno = ECHILD;
	return -1;
}

static int
become(const struct vp_child_as *as)
{
	umask(as->mask);
	if (geteuid() != 0)
		return 0;
	if (setgroups(1, &as->gid) != 0 ||
	    setresgid(as->gid, as->gid, as->gid) != 0)
		return -1;
	return setresuid(as->uid, as->uid, as->uid);
}

static void
run_child(const struct vp_child *child, pid_t parent, int report)
{
	/* The prototype lacks a const for reasons of age. */
	union {
		const char *const *given;
		char *const *wanted;
	} argv = { .given = child->argv };

	if ((child->seconds > 0 && setpgid(0, 0) != 0) ||
	    (child->dirfd >= 0 && fchdir(child->dirfd) != 0) ||
	    set_descriptors(child, report) != 0)
		goto failed;
	report = REPORT;
	if (become(child->as) == 0 && end_with(parent) == 0 &&
	    default_signals() == 0)
		execve(child->argv[0], argv.wanted, child->envp);
failed:;
	int cause = errno;
	(void)!write(report, &cause, sizeof cause);
	_Exit(127); /* a program may have an _exit of its own */
}

/* What the child could not do: an errno, 0 if it was started. */
static int
read_report(int fd)
{
	int cause = 0;
	ssize_t got;

	do
		got = read(fd, &cause, sizeof cause);
	while (got < 0 && errno == EINTR);
	return got == (ssize_t)sizeof cause ? cause : 0;
}

pid_t
vp_child_start_as(const struct vp_child *child)
{
	const pid_t parent = getpid();
	sigset_t all, old;
	int report[2];

	if (pipe2(report, O_CLOEXEC) != 0)
		return -1;
	sigfillset(&all);
	pthread_sigmask(SIG_BLOCK, &all, &old);
	pid_t pid = fork();
	int cause = errno;
	if (pid == 0)
		run_child(child, parent, report[1]);
	pthread_sigmask(SIG_SETMASK, &old, NULL);
	close(report[1]);
	if (pid > 0 && (cause = read_report(report[0])) != 0) {
		while (waitpid(pid, NULL, 0) < 0 && errno == EINTR)
			;
		pid = -1;
	}
	close(report[0]);
	if (pid < 0)
		errno = cause;
	return pid;
}
