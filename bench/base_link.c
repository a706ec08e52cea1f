/*
 * Baseline for bulletins: hard links FILE into new/ of the Maildirs whose
 * paths are read from standard input, one a line.
 *
 *     base_link FILE NAME <list
 *
 * A file system allows only so many links to a file (ext4: 65,000); then the
 * link just made is copied, and the copy is linked on.
 */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static int
copy(const char *from, const char *to)
{
	char buffer[65536];
	int in = open(from, O_RDONLY);
	int out = open(to, O_WRONLY | O_CREAT | O_EXCL, 0600);
	ssize_t n = in < 0 || out < 0 ? -1 : read(in, buffer, sizeof buffer);

	if (n < 0 || write(out, buffer, (size_t)n) != n)
		return -1;
	close(in);
	return close(out);
}

int
main(int argc, char **argv)
{
	char line[4096], path[8192], from[8192];

	if (argc != 3)
		return 2;
	snprintf(from, sizeof from, "%s", argv[1]);
	while (fgets(line, sizeof line, stdin)) {
		line[strcspn(line, "\n")] = '\0';
		snprintf(path, sizeof path, "%s/new/%s", line, argv[2]);
		int r = link(from, path);
		if (r < 0 && errno == EMLINK) {
			r = copy(argv[1], path);
			snprintf(from, sizeof from, "%s", path);
		}
		if (r < 0) {
			perror(path);
			return 1;
		}
	}
	return 0;
}
