/*
 * Finding qmail-send, to make it read its control files again.  SIGHUP kills
 * most programs, so a process is only taken for qmail-send if its supervisor
 * or the kernel's lock table names its id, and the name of its program, where
 * that can be read, says the same.
 */
#include "config.h"

#include "qmail/send.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "base/attr.h"
#include "base/line.h"
#include "base/text.h"

#define PROGRAM      "qmail-send"
#define STATUS_BYTES 18 /* daemontools; runit has two more */
#define LOCKS_LINE   512

static const char *const services[] = { "/service/qmail-send",
	"/var/service/qmail-send", "/etc/service/qmail-send" };

/* 1 if the process runs and is qmail-send as far as can be seen. */
static int
is_qmail_send(pid_t pid)
{
	char path[64], name[32] = "";

	if (pid <= 1 || (kill(pid, 0) < 0 && errno != EPERM) ||
	    vp_format(path, sizeof path, "/proc/%ld/comm", (long)pid) < 0)
		return 0;

	AUTO_CLOSE int fd = open(path, O_RDONLY | O_CLOEXEC);

	/* No /proc, or one that hides others' processes. */
	if (fd < 0 || read(fd, name, sizeof name - 1) <= 0)
		return 1;
	return strncmp(name, PROGRAM, strlen(PROGRAM)) == 0;
}

/* The process id in supervise/status, bytes 12 to 15; 0 if there is none. */
static pid_t
supervised_pid(const char *service)
{
	AUTO_FREE char *path = NULL;
	unsigned char status[STATUS_BYTES];

	if (asprintf(&path, "%s/supervise/status", service) < 0) {
		path = NULL;
		return 0;
	}

	AUTO_CLOSE int fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);

	if (fd < 0 || read(fd, status, sizeof status) != sizeof status)
		return 0;

	uint32_t pid = (uint32_t)status[12] | (uint32_t)status[13] << 8 |
		       (uint32_t)status[14] << 16 | (uint32_t)status[15] << 24;

	if (pid > INT32_MAX || !is_qmail_send((pid_t)pid))
		return 0;
	return (pid_t)pid;
}

/*
 * A line of /proc/locks:
 * "<n>: FLOCK ADVISORY WRITE <pid> <major>:<minor>:<inode> 0 EOF",
 * with "->" after the number for one that waits.  Some file systems show
 * another device here than stat does: the inode and the program's name have
 * to do then.  The process that holds a lock on the file, or 0; *is_exact
 * says whether the device is right.
 */
static pid_t
lock_holder(char *line, const struct stat *st, int *is_exact)
{
	const char *field[6];
	char id[64];
	int64_t pid;
	int count = 0;

	while (line && count < 6) {
		field[count] = strsep(&line, " ");
		count += *field[count] != '\0';
	}
	if (count < 6 || strcmp(field[3], "WRITE") != 0 ||
	    vp_number(field[4], 2, INT32_MAX, &pid) < 0 ||
	    vp_format(id, sizeof id, "%02x:%02x:%ju", major(st->st_dev),
		minor(st->st_dev), (uintmax_t)st->st_ino) < 0)
		return 0;

	const char *inode = strrchr(field[5], ':');

	if (!inode || strcmp(inode, strrchr(id, ':')) != 0 ||
	    !is_qmail_send((pid_t)pid))
		return 0;
	*is_exact = strcmp(field[5], id) == 0;
	return (pid_t)pid;
}

static pid_t
locking_pid(const char *qmail_dir)
{
	AUTO_FREE char *path = NULL;
	AUTO_FREE char *line = NULL;
	AUTO_FCLOSE FILE *locks = NULL;
	struct stat st;
	size_t cap = 0;
	pid_t guess = 0;

	if (asprintf(&path, "%s/lock/sendmutex", qmail_dir) < 0) {
		path = NULL;
		errno = ENOMEM;
		return -1;
	}
	if (stat(path, &st) < 0)
		return errno == ENOENT || errno == ENOTDIR ? 0 : -1;
	locks = fopen("/proc/locks", "re");
	if (!locks)
		return -1;
	while (vp_line_read(locks, &line, &cap, LOCKS_LINE) >= 0) {
		int is_exact = 0;
		pid_t pid = lock_holder(line, &st, &is_exact);

		if (is_exact)
			return pid;
		if (pid > 0)
			guess = pid;
	}
	return errno ? -1 : guess;
}

pid_t
vp_qmail_send_pid(const char *qmail_dir, const char *service)
{
	pid_t pid = 0;

	if (*service) {
		pid = supervised_pid(service);
	} else {
		for (size_t i = 0;
		     i < sizeof services / sizeof *services && !pid; i++)
			pid = supervised_pid(services[i]);
	}
	return pid ? pid : locking_pid(qmail_dir);
}

int
vp_qmail_send_hup(const char *qmail_dir, const char *service)
{
	pid_t pid = vp_qmail_send_pid(qmail_dir, service);

	if (pid <= 0)
		return pid < 0 ? -1 : 0;
	/* It may have ended meanwhile. */
	if (kill(pid, SIGHUP) < 0 && errno != ESRCH)
		return -1;
	return 0;
}
