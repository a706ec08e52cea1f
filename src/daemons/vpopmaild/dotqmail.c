/*
 * Whether the text of a file that comes by this protocol is allowed: what may
 * stand in dot-qmail files the library knows.
 */
#include "config.h"

#include <string.h>

#include "vpop_delivery.h"

#include "daemons/vpopmaild/path.h"

static int
is_one_of(const char *name, const char *const *names)
{
	while (*names && strcmp(name, *names) != 0)
		names++;
	return *names != NULL;
}

enum vpd_kind
vpd_kind_of(const char *rel)
{
	/* Those of a mailing list, to which dot-qmail files are links. */
	static const char *const lists[] = { "editor", "manager", "owner",
		"moderator", "bouncer", "digest", "confirmer", NULL };
	static const char *const filters[] = { ".mailfilter", "mailfilter",
		NULL };
	const char *slash = strrchr(rel, '/');
	const char *name = slash ? slash + 1 : rel;

	if (strncmp(name, ".qmail", 6) == 0 || is_one_of(name, lists))
		return VPD_DOTQMAIL;
	if (is_one_of(name, filters) || strstr(rel, ".mailfilters"))
		return VPD_FILTER;
	return VPD_PLAIN;
}

int
vpd_may_run(const struct vpd_call *call, const char *base, enum vpd_kind kind,
    const char *text, size_t size)
{
	if (kind == VPD_PLAIN || call->session->level == VPD_SYSTEM ||
	    call->session->is_expert)
		return 1;
	if (kind == VPD_FILTER)
		return 0;
	return vpop_dotqmail_check(call->vp, base, text, size) == 0;
}
