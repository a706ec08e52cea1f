/*
 * vdelivermail: what qmail-local says in the environment, the message on
 * descriptor 0, and the action for unknown users as second argument.
 */
#include "config.h"

#include "runtime/localdelivery.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/attr.h"
#include "base/copy.h"
#include "base/nodump.h"
#include "core/deliver.h"
#include "runtime/privilege.h"

enum { EXIT_BOUNCE = 100, EXIT_DEFER = 111 };

static const char *
variable(const char *name)
{
	const char *value = getenv(name);

	return value ? value : "";
}

static int
defer(const char *what, const char *why)
{
	printf("vdelivermail: %s%s%s (#4.3.0)\n", what, *why ? ": " : "", why);
	return EXIT_DEFER;
}

/* A descriptor of the message that can be read again; 0 if descriptor 0 can
 * be.  -1 and errno. */
static int
seekable_message(int make_seekable)
{
	struct stat st;

	if (fstat(STDIN_FILENO, &st) != 0)
		return -1;
	if (S_ISREG(st.st_mode))
		return STDIN_FILENO;
	if (!make_seekable) {
		errno = ESPIPE;
		return -1;
	}
	int fd = open(P_tmpdir, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
	if (fd < 0)
		fd = memfd_create("message", MFD_CLOEXEC);
	if (fd >= 0 && vp_copy_rest(fd, STDIN_FILENO) != 0) {
		int errnum = errno;

		close(fd);
		errno = errnum;
		return -1;
	}
	return fd;
}

/* A Postfix pipe or an administrator may start us as root: become the
 * domain's user.  A domain that cannot be found is left to the delivery,
 * which does nothing as root but tell so. */
static int
leave_root(struct vpop *vp, const char *host)
{
	struct vpop_domain domain;

	if (geteuid() != 0 || vpop_domain_get(vp, host, &domain) != 0)
		return 0;
	if (vp_privilege_become(vp, domain.uid, domain.gid) !=
	    VP_PRIVILEGE_DONE)
		return defer(
		    "cannot become the domain's user", strerror(errno));
	return 0;
}

static int
deliver(struct vpop *vp, const char *action)
{
	const char *sender = getenv("NEWSENDER");
	struct vp_delivery delivery = {
		.ext = getenv("EXT"),
		.host = getenv("HOST"),
		.rpline = variable("RPLINE"),
		.dtline = variable("DTLINE"),
		.sender = sender ? sender : variable("SENDER"),
		.action = action,
	};
	int rc;

	if (!delivery.ext) {
		puts("vdelivermail: no EXT environment varilable");
		return EXIT_BOUNCE;
	}
	if (!delivery.host) {
		puts("vdelivermail: no HOST environment varilable");
		return EXIT_BOUNCE;
	}
	rc = leave_root(vp, delivery.host);
	if (rc != 0)
		return rc;
	AUTO_CLOSE int fd = seekable_message((int)vp->set.make_seekable);
	if (fd < 0)
		return defer("cannot read the message", strerror(errno));
	delivery.message_fd = fd;
	return vp_deliver(vp, &delivery, stdout);
}

int
vp_localdelivery_main(int argc, char **argv)
{
	struct vpop *vp;
	int rc;

	if (argc != 3) {
		puts("vdelivermail: invalid syntax in .qmail-default file");
		return EXIT_DEFER;
	}
	vp_no_dump();
	if (vpop_open(&vp, 0) == 0)
		rc = deliver(vp, argv[2]);
	else
		rc = defer("deferred", vp ? vpop_message(vp) : "no memory");
	vpop_close(vp);
	/* Nobody reads the text when stdout is closed; the status counts. */
	(void)fflush(stdout);
	return rc;
}
