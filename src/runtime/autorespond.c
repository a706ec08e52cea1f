/*
 * autorespond: answers the message on descriptor 0, from a line of a
 * dot-qmail file; the program of old with its arguments, by the rules of
 * RFC 3834.
 */
#include "config.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/text.h"
#include "core/vacation.h"

#define EXIT_DEFER  111
#define BLOCK       65536
#define MAX_SECONDS (100LL * 365 * 86400)

static int
usage(void)
{
	puts("autorespond: usage: autorespond time num message directory "
	     "[flag [from]]");
	return EXIT_DEFER;
}

static int
defer(const char *words)
{
	printf("autorespond: deferred, %s (#4.3.0)\n", words);
	return EXIT_DEFER;
}

/* A file that can be read again: descriptor 0, or a copy of it.  -1. */
static int
seekable_message(void)
{
	char block[BLOCK];
	int fd;

	if (lseek(STDIN_FILENO, 0, SEEK_SET) == 0)
		return STDIN_FILENO;
	fd = memfd_create("message", MFD_CLOEXEC);
	while (fd >= 0) {
		ssize_t got = read(STDIN_FILENO, block, sizeof block);

		if (got < 0 && errno == EINTR)
			continue;
		if (got == 0)
			return fd;
		if (got < 0 || write(fd, block, (size_t)got) != got) {
			close(fd);
			return -1;
		}
	}
	return fd;
}

/* The address that the message was sent to, malloc'd: qmail puts the name of
 * a virtual domain and a dash in front of it. */
static char *
find_recipient(void)
{
	const char *ext = getenv("EXT"), *host = getenv("HOST");
	const char *whole = getenv("RECIPIENT");
	char *address;

	if (!whole)
		whole = "";
	const char *at = strrchr(whole, '@');
	if (at && (!host || !*host))
		host = at + 1;
	if (ext && *ext && host && *host)
		return asprintf(&address, "%s@%s", ext, host) < 0 ? NULL
								  : address;
	size_t length = at ? strlen(at + 1) : 0;
	if (at && (size_t)(at - whole) > length && whole[length] == '-' &&
	    strncasecmp(whole, at + 1, length) == 0)
		whole += length + 1;
	return strdup(whole);
}

/* What the program of old took for From: "+" is an empty one, "$" the
 * address itself. */
static const char *
find_from(const char *argument)
{
	if (!argument || !*argument || strcmp(argument, "+") == 0 ||
	    strcmp(argument, "$") == 0 || !vp_is_clean(argument))
		return NULL;
	return argument;
}

static int
answer(struct vp_vacation *vacation)
{
	AUTO_FREE char *recipient = find_recipient();
	const char *sender = getenv("SENDER");
	struct vpop *vp;

	if (!recipient)
		return defer("no memory");
	if (!vp_is_clean(recipient) || !strchr(recipient, '@'))
		return defer("there is no RECIPIENT");
	vacation->recipient = recipient;
	vacation->sender = sender ? sender : "";
	vacation->message_fd = seekable_message();
	if (vacation->message_fd < 0)
		return defer(strerror(errno));
	int rc = vpop_open(&vp, 0);
	if (rc == 0)
		rc = vp_vacation_answer(vp, vacation);
	if (rc < 0)
		rc = defer(vp ? vpop_message(vp) : "no memory");
	else
		rc = 0;
	vpop_close(vp);
	return rc;
}

int
main(int argc, char **argv)
{
	struct vp_vacation vacation = { .message_fd = -1 };
	int64_t flag = 0;

	if (argc < 5 || argc > 7 ||
	    vp_number(argv[1], 0, MAX_SECONDS, &vacation.seconds) != 0 ||
	    vp_number(argv[2], 0, INT32_MAX, &vacation.count) != 0 ||
	    (argc > 5 && vp_number(argv[5], 0, 9, &flag) != 0))
		return usage();
	vacation.message = argv[3];
	vacation.dir = argv[4];
	vacation.quote = flag != 0;
	vacation.from = find_from(argc > 6 ? argv[6] : NULL);
	int rc = answer(&vacation);
	(void)fflush(stdout);
	return rc;
}
