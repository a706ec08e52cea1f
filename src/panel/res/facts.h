/* Which facts of the journal somebody may see, and how they are shown. */
#ifndef PANEL_FACTS_H
#define PANEL_FACTS_H

#include "panel/api/call.h"
#include "vpop_event.h"

struct vhd_facts {
	struct vhd_call *call;
	struct vpop_event_filter filter;
	char domain[VPOP_DOMAIN_SIZE];
	int64_t floor; /* seq of the fact after which what he may see begins */
};

/* 1 if the caller, who has not the whole site, has the domain (its real name)
 * as administrator or reseller; 0, or -1 after a problem. */
int vhd_facts_has_domain(struct vhd_call *call, const char *domain);
/* By who asks and the arguments domain, event and actor.  0, or -1 after a
 * problem. */
int vhd_facts_choose(struct vhd_facts *facts);
/* The envelope as he sees it, or NULL. */
json_t *vhd_facts_json(
    const struct vhd_facts *facts, const struct vpop_event *event);

#endif
