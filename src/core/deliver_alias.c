/*
 * Aliases that the account store keeps (facts: runtime 7.2).  One of them
 * hides the mailbox of its name, as its dot-qmail file would.
 */
#include "config.h"

#include <string.h>

#include "core/alias.h"
#include "core/deliver_int.h"

int
vp_deliver_alias(struct vp_run *run, int *ret_done)
{
	const struct vp_place place = { run->domain_fd, run->domain.dir };
	AUTO_FREE char *text = NULL;
	int lines;
	int rc = vp_alias_find(
	    run->vp, &run->domain, run->ext, &text, &run->wildcard);

	*ret_done = rc > 0;
	if (rc < 0)
		return vp_deliver_defer(run);
	if (rc == 0)
		return VP_DELIVERED;
	rc = vp_deliver_lines(run, &place, text, strlen(text), &lines);
	if (rc == VP_DELIVERED)
		vp_deliver_say(run, rc, "vdelivermail: valiases processed");
	return rc;
}
