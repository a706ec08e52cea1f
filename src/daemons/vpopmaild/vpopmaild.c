/*
 * vpopmaild: the remote account-management protocol.
 *
 * Started by a super-server it serves one client on descriptors 0 and 1 and
 * takes no arguments; what older releases were given was ignored, and is.
 */
#include "config.h"

#include <grp.h>
#include <signal.h>
#include <stdio.h>
#include <unistd.h>

#include "daemons/vpopmaild/inetd.h"
#include "vpop.h"

static void
note(void *arg, const char *sentence)
{
	(void)arg;
	fprintf(stderr, "vpopmaild: %s\n", sentence);
}

int
main(int argc, char **argv)
{
	struct vpop *vp = NULL;
	int status;

	(void)argc;
	(void)argv;
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
