/*
 * vrcptcheck: tells an SMTP server whether an address takes mail; for the
 * file control/recipients of s/qmail.  The address comes on descriptor 3, as
 * in the checkpassword interface.  Nothing is ever printed on stdout.
 */
#include "config.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/nodump.h"
#include "core/rcpt.h"

#define ADDRESS_FD  3
#define ADDRESS_MAX 1024

enum { EXIT_EXISTS = 0, EXIT_UNKNOWN = 1, EXIT_TEMPORARY = 111 };

/* Up to a NUL or the end; longer addresses are nobody's.  -1 and errno. */
static int
read_address(char ret[ADDRESS_MAX + 1])
{
	size_t size = 0;

	while (size < ADDRESS_MAX) {
		ssize_t got = read(ADDRESS_FD, ret + size, ADDRESS_MAX - size);

		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return -1;
		size += (size_t)got;
		ret[size] = '\0';
		if (got == 0 || strlen(ret) < size)
			return 0;
	}
	ret[0] = '\0';
	return 0;
}

int
main(void)
{
	char address[ADDRESS_MAX + 1];
	struct vpop *vp;

	vp_no_dump();
	if (read_address(address) != 0) {
		fputs("qmail-smtpd: Error while reading file descriptor in "
		      "vrcptcheck\n",
		    stderr);
		return EXIT_TEMPORARY;
	}
	if (address[0] == '\0')
		return EXIT_UNKNOWN;

	int rc = vpop_open(&vp, 0);
	if (rc == 0)
		rc = vp_address_exists(vp, address);
	if (rc < 0)
		fprintf(stderr, "vrcptcheck: %s\n",
		    vp ? vpop_message(vp) : "no memory");
	vpop_close(vp);
	if (rc < 0)
		return EXIT_TEMPORARY;
	return rc > 0 ? EXIT_EXISTS : EXIT_UNKNOWN;
}
