/*
 * A byte of var/panel.lock stands for a domain, by hash: two that share one
 * wait for each other without need.  The domain itself, as an object of a
 * resource of the site, has the same byte as what belongs to it.  The bytes
 * behind those stand for idempotency keys; they are taken first.  Those behind
 * stand for resellers, and are taken last.
 */
#include "config.h"

#include "panel/res/changelock.h"

#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "panel/api/call.h"

#define BYTES 1048576

static off_t
place_of(const char *text)
{
	unsigned char hash[crypto_generichash_BYTES_MIN];
	uint32_t number;

	(void)crypto_generichash(hash, sizeof hash, (const unsigned char *)text,
	    strlen(text), NULL, 0);
	memcpy(&number, hash, sizeof number);
	return (off_t)(number % BYTES);
}

/* A byte of the file, or -1 after a problem: 409 if it must not wait for
 * somebody else. */
static int
lock_byte(struct vhd_call *call, off_t at, int is_waiting)
{
	const int verb = is_waiting ? F_OFD_SETLKW : F_OFD_SETLK;
	struct flock byte = { .l_type = F_WRLCK,
		.l_whence = SEEK_SET,
		.l_start = at,
		.l_len = 1 };
	AUTO_FREE char *path = NULL;
	int fd = -1, rc = -1;

	if (asprintf(&path, "%s/var/panel.lock", vpop_home(call->vp)) < 0)
		path = NULL;
	if (path)
		fd =
		    open(path, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (fd >= 0)
		do
			rc = fcntl(fd, verb, &byte);
		while (rc != 0 && errno == EINTR);
	if (rc == 0)
		return fd;
	if (fd >= 0 && !is_waiting && (errno == EAGAIN || errno == EACCES)) {
		vhd_call_header(call, VHD_REPLY_RETRY, "1");
		vhd_problem(call, 409, "in-progress",
		    "a request with this key is being executed");
	} else {
		vhd_problem(call, 503, "unavailable", "cannot lock '%s': %s",
		    path ? path : "", strerror(errno));
	}
	if (fd >= 0)
		close(fd);
	return -1;
}

int
vhd_changelock(struct vhd_call *call, const char *key)
{
	const char *text = call->place.domain ? call->place.domain : key;

	return lock_byte(call, place_of(text ? text : ""), 1);
}

int
vhd_keylock(struct vhd_call *call, const char *text)
{
	return lock_byte(call, BYTES + place_of(text), 0);
}

int
vhd_poollock(struct vhd_call *call, const char *account)
{
	return lock_byte(call, 2 * BYTES + place_of(account), 1);
}
