/* clearopensmtp: closes the relay for addresses whose login is long ago;
 * called by cron. */
#include "config.h"

#include <stdio.h>

#include "base/nodump.h"
#include "core/relay.h"

static int
clear(struct vpop *vp)
{
	if (!vp->set.roaming_users) {
		puts("vpopmail not configure with --enable-roaming-users");
		return 0;
	}
	return vp_relay_expire(vp);
}

int
main(int argc, char **argv)
{
	struct vpop *vp;

	(void)argv;
	vp_no_dump();
	if (argc > 1) {
		fputs("usage: clearopensmtp\n", stderr);
		return 100;
	}
	int code = vpop_open(&vp, 0);
	if (code == 0)
		code = clear(vp);
	if (code != 0)
		fprintf(stderr, "clearopensmtp: %s\n",
		    vp ? vpop_message(vp) : "no memory");
	vpop_close(vp);
	return code == 0 ? 0 : 111;
}
