/*
 * Running a program for what it says: its output is read while it runs, and
 * whatever it does, the call ends with the time limit.
 */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/attr.h"
#include "base/child.h"
#include "base/clock.h"

#define PAUSE 20 /* ms, where a process cannot be polled */

struct reading {
	int fd;
	char *output;
	size_t size, length;
};

/* Take what is there.  1: more may come; 0: the end; -1 and errno. */
static int
take(struct reading *r)
{
	for (;;) {
		size_t room = r->size - 1 - r->length;
		char none;
		ssize_t got = read(r->fd, room ? r->output + r->length : &none,
		    room ? room : 1);

		if (got == 0)
			return 0;
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return errno == EAGAIN ? 1 : -1;
		if (room == 0) {
			errno = EMSGSIZE;
			return -1;
		}
		r->length += (size_t)got;
	}
}

static int
has_ended(pid_t pid)
{
	siginfo_t info = { .si_pid = 0 };

	return waitid(P_PID, (id_t)pid, &info, WEXITED | WNOHANG | WNOWAIT) !=
		   0 ||
	       info.si_pid == pid;
}

/* Until the program has ended: what it started may keep the pipe open. */
static int
read_until_end(struct reading *r, pid_t pid, int64_t limit)
{
	AUTO_CLOSE int ended = (int)syscall(SYS_pidfd_open, pid, 0);
	int more = 1;

	for (;;) {
		int64_t left = limit - vp_clock_ms();
		struct pollfd fds[] = { { .fd = ended, .events = POLLIN },
			{ .fd = more ? r->fd : -1, .events = POLLIN } };

		if (left <= 0) {
			errno = ETIMEDOUT;
			return -1;
		}
		if (ended < 0 && left > PAUSE)
			left = PAUSE;
		(void)poll(fds, 2, (int)(left > INT32_MAX ? INT32_MAX : left));
		int is_over = has_ended(pid);
		if (more && (more = take(r)) < 0)
			return -1;
		if (is_over)
			return 0;
	}
}

int
vp_child_input(const char *text)
{
	size_t left = strlen(text);
	int fd = memfd_create("input", MFD_CLOEXEC);

	while (fd >= 0 && left > 0) {
		ssize_t done = write(fd, text, left);

		if (done < 0 && errno == EINTR)
			continue;
		if (done < 0) {
			int cause = errno;
			close(fd);
			errno = cause;
			return -1;
		}
		text += done;
		left -= (size_t)done;
	}
	if (fd >= 0)
		(void)lseek(fd, 0, SEEK_SET);
	return fd;
}

int
vp_child_read(const struct vp_child *child, char *output, size_t size)
{
	const int64_t limit = vp_clock_ms() + (int64_t)child->seconds * 1000;
	struct vp_child known = *child;
	int ends[2], status = 0, cause = 0;

	if (pipe2(ends, O_CLOEXEC) != 0)
		return -1;
	struct reading r = { .fd = ends[0], .output = output, .size = size };
	known.fd1 = ends[1];
	if (known.fd2 < 0)
		known.fd2 = ends[1];
	pid_t pid = vp_child_start(&known);
	cause = errno;
	close(ends[1]);
	if (pid > 0) {
		int rc = fcntl(ends[0], F_SETFL, O_NONBLOCK) == 0
			     ? read_until_end(&r, pid, limit)
			     : -1;

		cause = rc == 0 ? 0 : errno;
		/* And what it left behind: the number is still its own. */
		(void)kill(-pid, SIGKILL);
		while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
			;
	}
	close(ends[0]);
	output[r.length] = '\0';
	errno = cause;
	return cause == 0 ? status : -1;
}
