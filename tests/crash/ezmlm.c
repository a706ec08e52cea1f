/*
 * ezmlm-make, ezmlm-sub, ezmlm-unsub and ezmlm-list as small as they can be,
 * by the name they are called by: the crash tests stop at each of their
 * calls.  Each failure ends with 111, as with the real ones; a shell script
 * would take an error of reading its own text for its end.
 */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define FAILED 111

static char path[4096];

static const char *__attribute__((format(printf, 1, 2)))
name(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(path, sizeof path, format, args);
	va_end(args);
	return path;
}

static int
put(const char *dir, const char *file, const char *text)
{
	int fd =
	    open(name("%s/%s", dir, file), O_WRONLY | O_CREAT | O_TRUNC, 0644);
	const size_t size = strlen(text);

	if (fd < 0)
		return -1;
	int failed = write(fd, text, size) != (ssize_t)size;
	return close(fd) != 0 || failed ? -1 : 0;
}

static int
make(char **argv)
{
	const char *letters = argv[1];
	char target[4096], line[4096];

	for (argv++; *argv && **argv == '-';)
		argv++;
	const char *dir = argv[0], *dot = dir ? argv[1] : NULL;
	if (!letters || !dir || !dot)
		return 100;
	if (strncmp(letters, "-e", 2) != 0) {
		if (mkdir(dir, 0700) != 0)
			return FAILED;
		snprintf(target, sizeof target, "%s/editor", dir);
		if (symlink(target, dot) != 0)
			return FAILED;
		snprintf(target, sizeof target, "%s/manager", dir);
		if (symlink(target, name("%s-default", dot)) != 0)
			return FAILED;
	}
	snprintf(line, sizeof line, "|ezmlm-reject '%s'\n", dir);
	if (put(dir, "editor", line) != 0)
		return FAILED;
	snprintf(line, sizeof line, "|ezmlm-manage '%s'\n", dir);
	if (put(dir, "manager", line) != 0 || put(dir, "headeradd", "\n") != 0)
		return FAILED;
	if (strchr(letters, 'f') && put(dir, "prefix", "\n") != 0)
		return FAILED;
	if (strchr(letters, 't') && put(dir, "addtrailer", "\n") != 0)
		return FAILED;
	return 0;
}

int
main(int argc, char **argv)
{
	const char *as = strrchr(argv[0], '-');

	if (!as)
		return 100;
	if (strcmp(as, "-make") == 0)
		return make(argv);
	if (strcmp(as, "-list") == 0)
		return 0;
	if (argc < 3)
		return 100;
	if (strcmp(as, "-sub") == 0)
		return put(argv[1], argv[2], "") == 0 ? 0 : FAILED;
	if (unlink(name("%s/%s", argv[1], argv[2])) != 0 && errno != ENOENT)
		return FAILED;
	return 0;
}
