/*
 * vpopmaild: the remote account-management protocol.
 *
 * Started by a super-server it serves one client on descriptors 0 and 1 and
 * takes no arguments; what older releases were given was ignored, and is.
 * With --serve as the first one it is a server of its own.
 */
#include "config.h"

#include <grp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/nodump.h"
#include "base/text.h"
#include "daemons/vpopmaild/inetd.h"
#include "daemons/vpopmaild/serve.h"
#include "vpop.h"

static void
note(void *arg, const char *sentence)
{
	(void)arg;
	fprintf(stderr, "vpopmaild: %s\n", sentence);
}

/* --serve [--ready-fd=N] */
static int
serve(int argc, char **argv)
{
	static const char name[] = "--ready-fd=";
	int64_t fd = -1;

	if (argc > 3 ||
	    (argc == 3 &&
		(strncmp(argv[2], name, sizeof name - 1) != 0 ||
		    vp_number(argv[2] + sizeof name - 1, 1, 1024, &fd) != 0))) {
		fprintf(stderr, "usage: vpopmaild [--serve [--ready-fd=N]]\n");
		return 2;
	}
	return vpd_serve((int)fd);
}

int
main(int argc, char **argv)
{
	struct vpop *vp = NULL;
	int status;

	vp_no_dump();
	if (argc > 1 && strcmp(argv[1], "--serve") == 0)
		return serve(argc, argv);
	signal(SIGPIPE, SIG_IGN);
	/* The verbs about files take another user's place, not his groups. */
	if (geteuid() == 0)
		(void)setgroups(0, NULL);
	if (vpop_open(&vp, 0) != 0 && vp)
		fprintf(stderr, "vpopmaild: %s\n", vpop_message(vp));
	if (vp)
		vpop_set_notice(vp, note, NULL);
	status = vp ? vpd_inetd(vp) : 254;
	vpop_close(vp);
	return status;
}
