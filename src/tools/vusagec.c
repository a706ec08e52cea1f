/*
 * vusagec: asks the usage daemon.  Its output and exit status are what scripts
 * have always read; it has no options.
 */
#include "config.h"

#include <errno.h>
#include <inttypes.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "client.h"

#define UNKNOWN UINT64_MAX

/* Nothing is said where the settings name no daemon. */
static void
tell_no_connection(void)
{
	if (errno == ETIMEDOUT)
		fputs("client_connect: connect timeout\n", stderr);
	else if (errno != 0)
		fprintf(stderr, "client_connect: connect failed: %d\n", errno);
	puts("client_connect failed");
}

static void
ask(void *handle, const char *name)
{
	storage_t size, count;
	size_t length = strlen(name);

	if (length > UINT16_MAX ||
	    !client_query(handle, name, (uint16_t)length, &size, &count)) {
		fprintf(stderr, "client_query: no answer: %s\n",
		    strerror(length > UINT16_MAX ? EMSGSIZE : errno));
		puts("client_query failed");
		return;
	}
	if (size == UNKNOWN)
		printf("%s: No data available\n", name);
	else
		printf("%s: %" PRIu64 " byte(s) in %" PRIu64 " file(s)\n",
		    *name == '@' ? name + 1 : name, (uint64_t)size,
		    (uint64_t)count);
}

int
main(int argc, char **argv)
{
	void *handle;

	if (argc < 2) {
		printf("Usage: %s <email|@domain> [...]\n", argv[0]);
		return 1;
	}
	errno = 0;
	handle = client_connect();
	if (!handle) {
		tell_no_connection();
		return 1;
	}
	for (int i = 1; i < argc; i++)
		ask(handle, argv[i]);
	client_close(handle);
	return fflush(stdout) == 0 ? 0 : 1;
}
