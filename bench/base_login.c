/*
 * Baseline for logins: started once for each login; reads descriptor 3, runs
 * crypt on the password with the hash given, and runs the next program.
 *
 *     base_login HASH PROGRAM [ARGUMENT ...] 3<login
 */
#include "config.h"

#include <crypt.h>
#include <string.h>
#include <unistd.h>

int
main(int argc, char **argv)
{
	char buffer[512];
	size_t used = 0;
	ssize_t n;

	if (argc < 3)
		return 2;
	while ((n = read(3, buffer + used, sizeof buffer - 1 - used)) > 0)
		used += (size_t)n;
	buffer[used] = '\0';
	const char *password = buffer + strlen(buffer) + 1;
	const char *hash = crypt(password, argv[1]);
	if (!hash || strcmp(hash, argv[1]) != 0)
		return 3;
	close(3);
	execvp(argv[2], argv + 2);
	return 111;
}
