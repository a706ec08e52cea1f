/*
 * Handing a message to qmail-queue, which reads the message from descriptor
 * 0 and the envelope from descriptor 1.  Both are given as files in memory,
 * complete before the program starts: no pipe can fill up, no SIGPIPE can
 * come, and a message that could not be copied whole is never queued.
 */
#include "config.h"

#include "qmail/queue.h"

#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/attr.h"
#include "base/child.h"
#include "base/copy.h"
#include "base/text.h"

#define QUEUE_SECONDS 3600
#define PERMANENT     100
#define TEMPORARY     111

static int
make_message(const char *header, int message_fd)
{
	int fd = memfd_create("message", MFD_CLOEXEC);

	if (fd < 0)
		return -1;
	if (vp_write_all(fd, header, strlen(header)) == 0 &&
	    vp_copy_file(fd, message_fd) == 0 && lseek(fd, 0, SEEK_SET) == 0)
		return fd;

	int error = errno;

	close(fd);
	errno = error;
	return -1;
}

/* "F<sender>" NUL, "T<recipient>" NUL for each, NUL. */
static int
write_envelope(
    int fd, const char *sender, const char *const *recipients, size_t count)
{
	if (vp_write_all(fd, "F", 1) < 0 ||
	    vp_write_all(fd, sender, strlen(sender) + 1) < 0)
		return -1;
	for (size_t i = 0; i < count; i++)
		if (vp_write_all(fd, "T", 1) < 0 ||
		    vp_write_all(fd, recipients[i], strlen(recipients[i]) + 1) <
			0)
			return -1;
	if (vp_write_all(fd, "", 1) < 0)
		return -1;
	return lseek(fd, 0, SEEK_SET) == 0 ? 0 : -1;
}

static int
make_envelope(const char *sender, const char *const *recipients, size_t count)
{
	int fd = memfd_create("envelope", MFD_CLOEXEC);

	if (fd < 0 || write_envelope(fd, sender, recipients, count) == 0)
		return fd;

	int error = errno;

	close(fd);
	errno = error;
	return -1;
}

/* Over-long texts are cut: they are for people. */
static int
fail(char *error, size_t size, const char *what)
{
	snprintf(error, size, "%s: %s", what, strerror(errno));
	return TEMPORARY;
}

static int
judge(int status, char *error, size_t size)
{
	if (!WIFEXITED(status)) {
		snprintf(error, size, "qmail-queue was killed by signal %d",
		    WTERMSIG(status));
		return TEMPORARY;
	}

	int code = WEXITSTATUS(status);

	if (code == 0)
		return 0;
	if (code >= 11 && code <= 40) {
		snprintf(error, size,
		    "qmail-queue refused the message (exit status %d)", code);
		return PERMANENT;
	}
	snprintf(error, size,
	    "qmail-queue could not take the message (exit status %d)", code);
	return TEMPORARY;
}

int
vp_queue_message(const char *program, const char *header, int message_fd,
    const char *sender, const char *const *recipients, size_t count,
    char *error, size_t error_size)
{
	AUTO_CLOSE int message = -1;
	AUTO_CLOSE int envelope = -1;
	const char *argv[] = { program, NULL };

	if (count == 0) {
		snprintf(error, error_size, "no recipients");
		return TEMPORARY;
	}
	message = make_message(header, message_fd);
	if (message < 0)
		return fail(error, error_size, "cannot copy the message");
	envelope = make_envelope(sender, recipients, count);
	if (envelope < 0)
		return fail(error, error_size, "cannot make the envelope");

	struct vp_child child = { .argv = argv,
		.fd0 = message,
		.fd1 = envelope,
		.fd2 = -1,
		.dirfd = -1,
		.seconds = QUEUE_SECONDS };
	int status = vp_child_run(&child);

	if (status == -1)
		return fail(error, error_size, "cannot run qmail-queue");
	return judge(status, error, error_size);
}
