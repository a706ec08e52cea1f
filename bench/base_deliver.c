/*
 * Baseline for delivery: started once for each message; writes standard
 * input to tmp/, syncs it, renames it into new/, syncs that folder.
 *
 *     base_deliver MAILDIR <message
 */
#include "config.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

static void
die(const char *what)
{
	perror(what);
	exit(111);
}

int
main(int argc, char **argv)
{
	char from[4096], to[4096], folder[4096], buffer[65536];
	struct timespec now;
	ssize_t n;

	if (argc != 2)
		return 2;
	clock_gettime(CLOCK_REALTIME, &now);
	snprintf(from, sizeof from, "%s/tmp/%ld.%ld_%d", argv[1],
	    (long)now.tv_sec, now.tv_nsec, (int)getpid());
	snprintf(to, sizeof to, "%s/new/%ld.%ld_%d", argv[1], (long)now.tv_sec,
	    now.tv_nsec, (int)getpid());
	snprintf(folder, sizeof folder, "%s/new", argv[1]);

	int fd = open(from, O_WRONLY | O_CREAT | O_EXCL, 0600);
	if (fd < 0)
		die(from);
	while ((n = read(0, buffer, sizeof buffer)) > 0)
		if (write(fd, buffer, (size_t)n) != n)
			die("write");
	if (n < 0 || fsync(fd) < 0 || close(fd) < 0)
		die("sync");
	if (rename(from, to) < 0)
		die("rename");
	fd = open(folder, O_RDONLY | O_DIRECTORY);
	if (fd < 0 || fsync(fd) < 0)
		die(folder);
	return 0;
}
