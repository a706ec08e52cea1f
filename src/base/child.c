/*
 * Running a program.  posix_spawn is used because the library may be linked
 * into programs with threads, where little is safe between fork and exec.
 * The child has descriptors 0, 1 and 2 and no other, the default action for
 * every signal, none of them blocked, and the environment it is given.
 */
#include "config.h"

#include "base/child.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdint.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"

#define MAX_SLEEP 50000000L /* ns */

static char path_only[] = "PATH=/usr/local/bin:/usr/bin:/bin";
static char *const default_env[] = { path_only, NULL };

/* Sources are moved above 2 first: otherwise putting one in its place could
 * overwrite another that is yet to be put. */
static int
add_stdio(posix_spawn_file_actions_t *actions, const int *from, int *moved)
{
	for (int i = 0; i < 3; i++) {
		int rc;

		if (from[i] < 0) {
			rc = posix_spawn_file_actions_addopen(
			    actions, i, "/dev/null", O_RDWR, 0);
		} else {
			moved[i] = fcntl(from[i], F_DUPFD_CLOEXEC, 3);
			if (moved[i] < 0)
				return errno;
			rc = posix_spawn_file_actions_adddup2(
			    actions, moved[i], i);
		}
		if (rc != 0)
			return rc;
	}
	return 0;
}

static int
add_actions(posix_spawn_file_actions_t *actions, const struct vp_child *child,
    int *moved)
{
	const int from[3] = { child->fd0, child->fd1, child->fd2 };
	int rc = 0;

	if (child->dirfd >= 0)
		rc = posix_spawn_file_actions_addfchdir_np(
		    actions, child->dirfd);
	if (rc == 0)
		rc = add_stdio(actions, from, moved);
	if (rc == 0)
		rc = posix_spawn_file_actions_addclosefrom_np(actions, 3);
	return rc;
}

/* A program with a time limit gets a process group, so that what it started
 * itself ends with it. */
static int
set_attributes(posix_spawnattr_t *attr, const struct vp_child *child)
{
	short flags = POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK;
	sigset_t signals;
	int rc;

	sigemptyset(&signals);
	if ((rc = posix_spawnattr_setsigmask(attr, &signals)) != 0)
		return rc;
	sigfillset(&signals);
	if ((rc = posix_spawnattr_setsigdefault(attr, &signals)) != 0)
		return rc;
	if (child->seconds > 0)
		flags |= POSIX_SPAWN_SETPGROUP;
	return posix_spawnattr_setflags(attr, flags);
}

static int
spawn(const struct vp_child *child, posix_spawn_file_actions_t *actions,
    posix_spawnattr_t *attr, pid_t *ret_pid)
{
	/* The prototype lacks a const for reasons of age. */
	union {
		const char *const *given;
		char *const *wanted;
	} argv = { .given = child->argv };
	char *const *envp = child->envp ? child->envp : default_env;
	int moved[3] = { -1, -1, -1 };
	int rc = add_actions(actions, child, moved);

	if (rc == 0)
		rc = set_attributes(attr, child);
	if (rc == 0)
		rc = posix_spawn(
		    ret_pid, child->argv[0], actions, attr, argv.wanted, envp);
	for (int i = 0; i < 3; i++)
		if (moved[i] >= 0)
			close(moved[i]);
	return rc;
}

pid_t
vp_child_start(const struct vp_child *child)
{
	posix_spawn_file_actions_t actions;
	posix_spawnattr_t attr;
	pid_t pid = -1;
	int rc;

	if (!child->argv[0] ||
	    (child->argv[0][0] != '/' &&
		(child->dirfd < 0 || strncmp(child->argv[0], "./", 2) != 0))) {
		errno = EINVAL;
		return -1;
	}
	if (child->as) {
		struct vp_child known = *child;

		if (!known.envp)
			known.envp = default_env;
		return vp_child_start_as(&known);
	}
	if ((rc = posix_spawn_file_actions_init(&actions)) == 0) {
		if ((rc = posix_spawnattr_init(&attr)) == 0) {
			rc = spawn(child, &actions, &attr, &pid);
			posix_spawnattr_destroy(&attr);
		}
		posix_spawn_file_actions_destroy(&actions);
	}
	if (rc != 0) {
		errno = rc;
		return -1;
	}
	return pid;
}

static int
reap(pid_t pid)
{
	int status;

	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			return -1;
	return status;
}

/* 1 when the child has ended, 0 at the limit, -1 without pidfd. */
static int
poll_end(pid_t pid, int64_t limit)
{
	struct pollfd ended = {
		.fd = (int)syscall(SYS_pidfd_open, pid, 0),
		.events = POLLIN,
	};
	int rc;

	if (ended.fd < 0)
		return -1;
	do {
		int64_t left = limit - vp_clock_ms();

		if (left < 0)
			left = 0;
		if (left > INT32_MAX)
			left = INT32_MAX;
		rc = poll(&ended, 1, (int)left);
	} while (
	    (rc < 0 && errno == EINTR) || (rc == 0 && vp_clock_ms() < limit));
	close(ended.fd);
	return rc;
}

/* The same without pidfd; the child is not reaped either. */
static int
watch_end(pid_t pid, int64_t limit)
{
	struct timespec pause = { .tv_nsec = 1000000 };

	for (;;) {
		siginfo_t info = { .si_pid = 0 };

		if (waitid(P_PID, (id_t)pid, &info,
			WEXITED | WNOHANG | WNOWAIT) != 0)
			return -1;
		if (info.si_pid == pid)
			return 1;
		if (vp_clock_ms() >= limit)
			return 0;
		nanosleep(&pause, NULL);
		pause.tv_nsec *= 2;
		if (pause.tv_nsec > MAX_SLEEP)
			pause.tv_nsec = MAX_SLEEP;
	}
}

int
vp_child_run(const struct vp_child *child)
{
	int64_t limit = vp_clock_ms() + (int64_t)child->seconds * 1000;
	pid_t pid = vp_child_start(child);

	if (pid < 0)
		return -1;
	if (child->seconds <= 0)
		return reap(pid);

	int ended = poll_end(pid, limit);
	if (ended < 0)
		ended = watch_end(pid, limit);
	if (ended != 0)
		return reap(pid);
	kill(-pid, SIGKILL);
	reap(pid);
	errno = ETIMEDOUT;
	return -1;
}
