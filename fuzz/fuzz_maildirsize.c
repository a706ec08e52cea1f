/*
 * maildirsize files of other programs, in a Maildir with one message of five
 * bytes: usage is never negative, and nobody is refused who has room.
 */
#include "config.h"

#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/dirtree.h"
#include "qmail/maildir.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define QUOTA "1000S,10C"

static char name[64];
static int maildir = -1;

static void
remove_maildir(void)
{
	int tmp = vp_dir_open("/tmp");

	vp_dir_remove(tmp, name);
	close(tmp);
	close(maildir);
}

static void
make_maildir(void)
{
	int tmp = vp_dir_open("/tmp");

	snprintf(name, sizeof name, "fuzz-maildir.%ld", (long)getpid());
	if (vp_maildir_make(tmp, name, geteuid(), getegid()) < 0)
		abort();
	maildir = vp_dir_open_at(tmp, name);
	close(tmp);
	close(openat(maildir, "new/1,S=5", O_WRONLY | O_CREAT, 0600));
	atexit(remove_maildir);
}

static void
put_file(const uint8_t *data, size_t size)
{
	int fd =
	    openat(maildir, "maildirsize", O_WRONLY | O_CREAT | O_TRUNC, 0600);

	if (fd < 0 || write(fd, data, size) != (ssize_t)size)
		abort();
	close(fd);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct vp_usage usage = { -1, -1 };

	if (maildir < 0)
		make_maildir();
	put_file(data, size);
	if (vp_maildirsize_read(maildir, QUOTA, geteuid(), getegid(), &usage) <
		0 ||
	    usage.bytes < 0 || usage.count < 0)
		abort();
	put_file(data, size);
	if (vp_maildir_over(maildir, QUOTA, geteuid(), getegid(), 1) < 0)
		abort();
	/* By then the file is a recount, or one with enough room. */
	if (vp_maildirsize_reset(maildir, QUOTA, geteuid(), getegid()) < 0 ||
	    vp_maildir_over(maildir, QUOTA, geteuid(), getegid(), 995) != 0 ||
	    vp_maildir_over(maildir, QUOTA, geteuid(), getegid(), 996) != 1)
		abort();
	return 0;
}
