/*
 * A program that shows how full mailboxes are: it asks the usage daemon, as
 * often as it likes on one connection, or once.
 *
 *     query ADDRESS BYTES MESSAGES   what the daemon is to say of it
 *     query ADDRESS                  there is no daemon
 */
#include "../storage.h"

#include <client.h>

#include "check.h"

#define UNKNOWN ((storage_t)-1)

static void
without_daemon(const char *address)
{
	storage_t size = 1, count = 1;

	CHECK("no connection", client_connect() == NULL);
	CHECK("no answer", client_query_quick(address, &size, &count) == 0);
	CHECK("nothing known", size == UNKNOWN && count == UNKNOWN);
}

int
main(int argc, char **argv)
{
	const char *address = argc > 1 ? argv[1] : "";
	uint16_t length = (uint16_t)strlen(address);
	storage_t size = 1, count = 1, bytes, messages;
	void *handle;
	int i;

	if (argc < 4) {
		without_daemon(address);
		return failed;
	}
	bytes = (storage_t)strtoull(argv[2], NULL, 10);
	messages = (storage_t)strtoull(argv[3], NULL, 10);
	handle = client_connect();
	CHECK("a connection", handle != NULL);
	for (i = 0; i < 3; i++) {
		size = count = 1;
		CHECK("an answer",
		    client_query(handle, address, length, &size, &count) == 1);
		CHECK("the size", size == bytes);
		CHECK("the number", count == messages);
		CHECK("an account that is not there",
		    client_query(handle, "nobody@nowhere.example", 22, &size,
			&count) == 1);
		CHECK("is not known", size == UNKNOWN && count == UNKNOWN);
	}
	CHECK("one number", client_query(handle, address, length, &size, NULL));
	CHECK("the other", client_query(handle, address, length, NULL, &count));
	CHECK("are right", size == bytes && count == messages);
	client_close(handle);
	size = count = 1;
	CHECK("at once", client_query_quick(address, &size, &count) == 1);
	CHECK("is the same", size == bytes && count == messages);
	return failed;
}
