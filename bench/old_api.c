/*
 * The lookups of the old interface in a loop, against the same lookups made
 * on the files with libcdb.
 *
 *     old_api COUNT USER DOMAIN QMAILDIR
 *
 * Prints a line for each function: its nanoseconds a call, those of the
 * direct lookup, their ratio; then how many descriptors the loops left.
 */
#include "config.h"

#include <cdb.h>
#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "vauth.h"
#include "vlimits.h"
#include "vpopmail.h"

static char user[128], domain[256], directory[1024], qmail[1024];

static double
now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec * 1e9 + (double)t.tv_nsec;
}

static int
descriptors(void)
{
	DIR *dir = opendir("/proc/self/fd");
	int count = 0;

	while (dir && readdir(dir))
		count++;
	if (dir)
		closedir(dir);
	return count;
}

/* One record by its key: 1 found. */
static int
direct(const char *path, const char *key, size_t size)
{
	char data[1024];
	struct cdb cdb;
	int fd = open(path, O_RDONLY);

	if (fd < 0 || cdb_init(&cdb, fd) != 0)
		return 0;
	int found = cdb_find(&cdb, key, (unsigned)size);
	if (found > 0 && cdb_datalen(&cdb) <= sizeof data)
		cdb_read(&cdb, data, cdb_datalen(&cdb), cdb_datapos(&cdb));
	cdb_free(&cdb);
	close(fd);
	return found > 0;
}

static int
direct_assign(void)
{
	char path[2048], key[512];
	int size = snprintf(key, sizeof key, "!%s-", domain);

	snprintf(path, sizeof path, "%s/users/cdb", qmail);
	return direct(path, key, (size_t)size);
}

static int
direct_user(void)
{
	char path[2048];

	snprintf(path, sizeof path, "%s/vpasswd.cdb", directory);
	return direct_assign() && direct(path, user, strlen(user));
}

static int
direct_limits(void)
{
	char path[2048], text[4096];

	snprintf(path, sizeof path, "%s/.qmailadmin-limits", directory);
	int fd = direct_assign() ? open(path, O_RDONLY) : -1;
	if (fd < 0)
		return 0;
	int good = read(fd, text, sizeof text) >= 0;
	close(fd);
	return good;
}

static int
call_user(void)
{
	return vauth_getpw(user, domain) != NULL;
}

static int
call_assign(void)
{
	uid_t uid;
	gid_t gid;

	return vget_assign(domain, directory, sizeof directory, &uid, &gid) !=
	       NULL;
}

static int
call_limits(void)
{
	struct vlimits limits;

	return vget_limits(domain, &limits) == 0;
}

static double
loop(long count, int (*function)(void))
{
	double start = now();

	for (long i = 0; i < count; i++)
		if (!function()) {
			fprintf(stderr, "old_api: call %ld failed\n", i);
			exit(1);
		}
	return (now() - start) / (double)count;
}

int
main(int argc, char **argv)
{
	static const struct {
		const char *name;
		int (*call)(void), (*direct)(void);
	} row[] = { { "vget_assign", call_assign, direct_assign },
		{ "vauth_getpw", call_user, direct_user },
		{ "vget_limits", call_limits, direct_limits } };

	if (argc != 5)
		return 2;
	long count = strtol(argv[1], NULL, 10);
	snprintf(user, sizeof user, "%s", argv[2]);
	snprintf(domain, sizeof domain, "%s", argv[3]);
	snprintf(qmail, sizeof qmail, "%s", argv[4]);
	call_assign();
	call_user();
	call_limits();
	int before = descriptors();
	for (size_t i = 0; i < sizeof row / sizeof *row; i++) {
		double base = loop(count, row[i].direct);
		double ours = loop(count, row[i].call);

		printf("%s %.0f %.0f %.2f\n", row[i].name, ours, base,
		    ours / base);
	}
	printf("descriptors %d\n", descriptors() - before);
	vclose();
	return 0;
}
