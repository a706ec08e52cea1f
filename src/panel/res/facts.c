/*
 * Who has not the whole site sees facts of one domain, his own or the one that
 * he names, and of that only what was done since it was last made or got its
 * name: what had that before was somebody else's.  The journal has no secrets;
 * where things are on the disk is shown to the system only.
 */
#include "config.h"

#include "panel/res/facts.h"

#include <string.h>

#include "daemons/common/facthide.h"
#include "panel/auth/grant.h"

/* ---- whose facts ------------------------------------------------------ */

static int
not_found(struct vhd_call *call)
{
	vhd_problem(call, 404, "not-found", "there is no such domain");
	return -1;
}

int
vhd_facts_has_domain(struct vhd_call *call, const char *domain)
{
	const struct vhd_who *who = &call->who;

	if (who->at_home == VHD_DOMAIN && strcmp(who->domain, domain) == 0)
		return 1;
	return who->role == VHD_RESELLER
		   ? vhd_grant_owns(call, who->name, domain)
		   : 0;
}

/* The last event of the type of the domain raises the floor.  0 or a code. */
static int
raise_floor(struct vhd_facts *facts, const char *type)
{
	const struct vpop_event_filter made = { .type = type,
		.object = facts->domain,
		.flags = VPOP_EVENTS_NEWEST };
	struct vpop_events *cursor = NULL;
	struct vpop_event event = { .seq = 0 };
	int code = vpop_events_open(facts->call->vp, &made, &cursor);

	if (code == 0)
		code = vpop_events_next(cursor, &event);
	if (code > 0 && event.seq - 1 > facts->floor)
		facts->floor = event.seq - 1;
	vpop_events_close(cursor);
	return code < 0 ? code : 0;
}

/* Where the history of the domain that is there now begins. */
static int
find_floor(struct vhd_facts *facts)
{
	int code = raise_floor(facts, "domain.created");

	if (code == 0)
		code = raise_floor(facts, "domain.renamed");
	if (code == 0)
		return 0;
	vhd_problem_vpop(facts->call, code);
	return -1;
}

/* 0, or -1 after a problem. */
static int
keep_to_domain(struct vhd_facts *facts, const char *name)
{
	struct vhd_call *call = facts->call;
	struct vpop_domain domain;
	int has;
	int rc = vpop_domain_get(call->vp, name, &domain);

	if (rc != 0 && vpop_class(rc) == VPOP_CLASS_TEMPORARY) {
		vhd_problem_vpop(call, rc);
		return -1;
	}
	if (rc != 0)
		return not_found(call);
	has = vhd_facts_has_domain(call, domain.real);
	if (has <= 0)
		return has < 0 ? -1 : not_found(call);
	memcpy(facts->domain, domain.real, sizeof facts->domain);
	facts->filter.domain = facts->domain;
	return find_floor(facts);
}

int
vhd_facts_choose(struct vhd_facts *facts)
{
	struct vhd_call *call = facts->call;
	const char *name = vhd_target_argument(&call->target, "domain");

	facts->filter.type = vhd_target_argument(&call->target, "event");
	facts->filter.actor = vhd_target_argument(&call->target, "actor");
	/* Also one that is not there any more. */
	if (call->who.role & (VHD_SYSTEM | VHD_OPERATOR)) {
		facts->filter.domain = name;
		return 0;
	}
	if (!name && call->who.role == VHD_DOMAIN)
		name = call->who.domain;
	if (name)
		return keep_to_domain(facts, name);
	vhd_problem(call, 400, "bad-request", "domain is needed");
	return -1;
}

/* ---- facts ------------------------------------------------------------ */

json_t *
vhd_facts_json(const struct vhd_facts *facts, const struct vpop_event *event)
{
	json_t *fact = json_loads(event->json, 0, NULL);

	if (facts->call->who.role != VHD_SYSTEM)
		vp_fact_hide(fact);
	return fact;
}
