/*
 * Baseline for bulk adding: makes the directories of COUNT accounts and
 * nothing else.
 *
 *     base_mkdirs FOLDER COUNT
 *
 * Same names as the library makes: 99 in the folder itself, then 100 in each
 * hash directory; for each account its directory, Maildir, cur, new, tmp.
 */
#include "config.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

static const char alphabet[] =
    "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

static void
make(const char *path)
{
	if (mkdir(path, 0700) < 0 && errno != EEXIST) {
		perror(path);
		exit(1);
	}
}

/* The hash path of the n-th entry, its parts made on the way. */
static void
hash_path(const char *folder, long n, char *path, size_t size)
{
	long bucket = n / 100 - 1, span = 62;
	int depth = 0;

	if (bucket < 0) {
		snprintf(path, size, "%s", folder);
		return;
	}
	while (bucket >= span) {
		bucket -= span;
		span *= 62;
		depth++;
	}
	int used = snprintf(path, size, "%s", folder);
	for (; depth >= 0; depth--) {
		span /= 62;
		used += snprintf(path + used, size - (size_t)used, "/%c",
		    alphabet[bucket / span % 62]);
		make(path);
	}
}

int
main(int argc, char **argv)
{
	static const char *const below[] = { "", "/Maildir", "/Maildir/cur",
		"/Maildir/new", "/Maildir/tmp" };
	char hash[4096], path[8192];

	if (argc != 3) {
		fprintf(stderr, "usage: base_mkdirs FOLDER COUNT\n");
		return 2;
	}
	long count = strtol(argv[2], NULL, 10);
	for (long n = 1; n <= count; n++) {
		hash_path(argv[1], n, hash, sizeof hash);
		for (size_t i = 0; i < sizeof below / sizeof *below; i++) {
			snprintf(path, sizeof path, "%s/user%07ld%s", hash, n,
			    below[i]);
			make(path);
		}
	}
	return 0;
}
