/*
 * What a configure script compiles and runs: its own VERSION is defined
 * already, on the command line.
 */
#include <config.h>
#include <stdio.h>

static const char package[] = PACKAGE;

int
main(void)
{
	int major = 0, minor = 0, patch = 0;

	if (sscanf(VERSION, "%d.%d.%d", &major, &minor, &patch) != 3 ||
	    major * 10000 + minor * 100 + patch < 50611)
		return 1;
	printf("%s %s %d %d %s %s\n", package, VERSION, VPOPMAILUID,
	    VPOPMAILGID, VPOPMAILDIR, VLIMITS_DEFAULT_FILE);
	return 0;
}
