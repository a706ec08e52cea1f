/* The cdb reader on hostile bytes: every record it gives can be read. */
#include "config.h"

#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "qmail/cdbfile.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static char path[64];
static volatile unsigned seen; /* so that no read is left out */

static void
remove_file(void)
{
	unlink(path);
}

static unsigned
sum(const char *data, size_t size)
{
	unsigned total = 0;

	for (size_t i = 0; i < size; i++)
		total += (unsigned char)data[i];
	return total;
}

static void
read_all(struct vp_cdb_reader *cdb)
{
	static const char *const keys[] = { "", "bob", "!example.com-" };
	const char *key, *value;
	size_t key_size, size, total = 0;
	unsigned position = 0, before = 0;

	while (
	    vp_cdb_each(cdb, &position, &key, &key_size, &value, &size) > 0) {
		if (position <= before)
			abort();
		before = position;
		total += key_size + size;
		seen += sum(key, key_size) + sum(value, size);
		if (vp_cdb_find(cdb, key, key_size, &value, &size) > 0)
			seen += sum(value, size);
	}
	if (total > UINT32_MAX)
		abort();
	for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
		if (vp_cdb_find(cdb, keys[i], strlen(keys[i]), &value, &size) >
		    0)
			seen += sum(value, size);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (!*path) {
		snprintf(
		    path, sizeof path, "/tmp/fuzz-cdb.%ld", (long)getpid());
		atexit(remove_file);
	}

	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW, 0600);

	if (fd < 0)
		abort();
	if (write(fd, data, size) != (ssize_t)size)
		abort();
	close(fd);

	struct vp_cdb_reader *cdb = vp_cdb_open(AT_FDCWD, path);

	if (cdb)
		read_all(cdb);
	vp_cdb_close(cdb);
	return 0;
}
