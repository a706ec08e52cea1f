/*
 * A plain main for a fuzz target: replays the files, and the files of the
 * folders, that are named as arguments.  Prints TAP; a violated invariant
 * ends the program before the line of its file.
 */
#include "config.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/attr.h"
#include "base/line.h"

#define LARGEST (16 << 20)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static int count, failures;

static void
replay(const char *path)
{
	size_t size = 0;
	AUTO_FREE char *text = vp_file_read(AT_FDCWD, path, LARGEST, &size);
	/* Exactly as large as the input, so that reading behind it shows. */
	AUTO_FREE uint8_t *data = text ? malloc(size ? size : 1) : NULL;

	if (!data) {
		printf("not ok %d - %s # %s\n", ++count, path, strerror(errno));
		failures++;
		return;
	}
	memcpy(data, text, size);
	LLVMFuzzerTestOneInput(data, size);
	printf("ok %d - %s\n", ++count, path);
	fflush(stdout);
}

static int
no_dots(const struct dirent *entry)
{
	return entry->d_name[0] != '.';
}

static void
replay_folder(const char *path, struct dirent **names, int length)
{
	for (int i = 0; i < length; i++) {
		AUTO_FREE char *full = NULL;

		if (asprintf(&full, "%s/%s", path, names[i]->d_name) < 0)
			abort();
		replay(full);
		free(names[i]);
	}
	free(names);
}

int
main(int argc, char **argv)
{
	for (int i = 1; i < argc; i++) {
		struct dirent **names;
		int length = scandir(argv[i], &names, no_dots, alphasort);

		if (length < 0)
			replay(argv[i]);
		else
			replay_folder(argv[i], names, length);
	}
	printf("1..%d\n", count);
	/* No input at all is a mistake in the call. */
	return failures == 0 && count > 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
