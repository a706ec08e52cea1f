/*
 * Mail files are read with the ids of the domain's owner when we are root:
 * what lies in a Maildir is made by others.  A folder that the owner cannot
 * reach (a domain of other ids below the vpopmail home) is read as root; the
 * library follows no links.
 */
#include "config.h"

#include "tools/owner.h"

#include <grp.h>
#include <unistd.h>

static int
become_root(void)
{
	return seteuid(0) || setegid(0) ? -1 : 0;
}

int
owner_become(const struct vpop_domain *domain)
{
	if (getuid() != 0)
		return 0;
	if (setgroups(1, &domain->gid) || setegid(domain->gid) ||
	    seteuid(domain->uid))
		return -1;
	return eaccess(domain->dir, X_OK) ? become_root() : 0;
}

int
owner_leave(void)
{
	return getuid() == 0 ? become_root() : 0;
}
