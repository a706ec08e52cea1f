/*
 * Domains: their accounts are walked and their mailboxes looked at, either all
 * in turn, in the time that the settings give, or at once where somebody waits.
 * Everything is done in slices, and keeps its place meanwhile.
 */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "daemons/common/daemonlog.h"
#include "daemons/vusaged/sweep.h"

#define SLOT_US       20000
#define SLICE_US      8000
#define WALK_STRIDE   64 /* accounts between two looks at the clock */
#define WALK_PASSES   10 /* passes between two walks of the accounts */
#define WALK_FACTOR   10 /* rest after a walk, by the time it took */
#define WALK_REST_US  500000
#define ROUND_FACTOR  10 /* rest after a round, by the time it took */
#define LOOKUPS       50 /* accounts looked up in a slice */
#define RETRY_SECONDS 1  /* after users/assign could not be read */

/* ---- one domain ---------------------------------------------------------- */

void
vp_sweep_drop_domain(struct vp_engine *e, struct vp_domain *domain)
{
	for (size_t i = 0; i < domain->boxes.size; i++)
		if (domain->boxes.slots[i])
			vp_sweep_drop(e, domain->boxes.slots[i]);
	vp_unwatch_domain(e->watches, domain);
	vpop_users_close(domain->cursor);
	domain->cursor = NULL;
	if (e->pass == domain)
		e->pass = domain->next;
	e->is_urgent -= domain->is_urgent != 0;
	vp_scan_close_domain();
}

/* Forget accounts that the walk did not see.  Removing moves others into the
 * slot. */
static void
forget_unseen(struct vp_engine *e, struct vp_domain *domain)
{
	size_t i = 0;

	while (i < domain->boxes.size) {
		struct vp_box *box = domain->boxes.slots[i];

		if (!box || box->seen == domain->walk) {
			i++;
			continue;
		}
		vp_sweep_drop(e, box);
		vp_box_forget(&e->site, box);
	}
}

static int
begin_walk(struct vp_engine *e, struct vp_domain *domain)
{
	struct vpop_users *cursor;

	domain->walk_began = vp_now();
	domain->wants_walk = 0;
	if (vpop_users_open(e->vp, domain->name, NULL, &cursor) != 0) {
		vp_daemonlog(LOG_NOTICE, "vusaged: %s", vpop_message(e->vp));
		return -1;
	}
	domain->cursor = cursor;
	domain->walk++;
	return 0;
}

static void
end_walk(struct vp_engine *e, struct vp_domain *domain, int rc)
{
	int64_t took = vp_now() - domain->walk_began;

	vpop_users_close(domain->cursor);
	domain->cursor = NULL;
	domain->walk_rest = took * WALK_FACTOR + WALK_REST_US;
	if (rc < 0) {
		/* What is known stays, and the next pass tries again. */
		vp_daemonlog(LOG_NOTICE, "vusaged: %s", vpop_message(e->vp));
		return;
	}
	forget_unseen(e, domain);
	domain->is_listed = 1;
	domain->at = 0;
}

/* The walk under way: 1 if it came to its end. */
static int
walk(struct vp_engine *e, struct vp_domain *domain, int64_t until)
{
	struct vpop_user user;
	int rc = 1;

	for (unsigned n = 1; rc == 1; n++) {
		rc = vpop_users_next(domain->cursor, &user);
		if (rc == 1)
			(void)vp_engine_learn(e, domain, &user);
		if (n % WALK_STRIDE == 0 && vp_now() >= until)
			break;
	}
	explicit_bzero(&user, sizeof user);
	if (rc == 1)
		return 0;
	end_walk(e, domain, rc);
	return 1;
}

static int
may_walk(const struct vp_domain *domain)
{
	return domain->walk_began == 0 ||
	       vp_now() >= domain->walk_began + domain->walk_rest;
}

/* The boxes from where it was: 1 if it came to the end; allow is how many
 * there may be.  only_new: those that agree with the disk are left out. */
static int
look_at_boxes(struct vp_engine *e, struct vp_domain *domain, int64_t until,
    size_t *allow, int only_new)
{
	for (; domain->at < domain->boxes.size; domain->at++) {
		struct vp_box *box = domain->boxes.slots[domain->at];

		if (!box || box == e->scan.box ||
		    (only_new && (box->flags & VP_BOX_VERIFIED)))
			continue;
		if (*allow == 0 || vp_now() >= until)
			return 0;
		--*allow;
		vp_sweep_visit(e, box);
	}
	domain->at = 0;
	return 1;
}

static void
set_urgent(struct vp_engine *e, struct vp_domain *domain, int is_urgent)
{
	e->is_urgent += (is_urgent != 0) - (domain->is_urgent != 0);
	domain->is_urgent = is_urgent;
}

/* Go on with the round of a domain that is known: what no watch tells of may
 * have changed. */
static void
go_on_round(struct vp_engine *e, struct vp_domain *domain, int64_t until)
{
	int64_t now = vp_now(), began = now;

	for (; domain->round_at < domain->boxes.size && now < until;
	     domain->round_at++) {
		struct vp_box *box = domain->boxes.slots[domain->round_at];

		if (!box || box->watch || box == e->scan.box)
			continue;
		vp_sweep_visit(e, box);
		now = vp_now();
	}
	domain->round_took += now - began;
	if (domain->round_at < domain->boxes.size)
		return;
	domain->is_refreshed = 0;
	domain->round_end = now;
}

/* Make all of it known. */
static void
find_out(struct vp_engine *e, struct vp_domain *domain, int64_t until)
{
	size_t allow = SIZE_MAX;

	if (!domain->cursor && (domain->wants_walk || !domain->is_listed) &&
	    may_walk(domain) && begin_walk(e, domain) != 0)
		domain->walk_rest = WALK_REST_US * WALK_FACTOR;
	if (domain->cursor && !walk(e, domain, until))
		return;
	if (domain->is_listed && domain->unverified > 0)
		(void)look_at_boxes(e, domain, until, &allow, 1);
	if (domain->is_refreshed)
		go_on_round(e, domain, until);
	if (!domain->is_refreshed && vp_domain_is_known(domain) &&
	    !domain->wants_walk)
		set_urgent(e, domain, 0);
}

void
vp_sweep_hurry(struct vp_engine *e, struct vp_domain *domain, int64_t us)
{
	set_urgent(e, domain, 1);
	find_out(e, domain, vp_now() + us);
}

/* Rounds take no more than their share of the time, however often somebody
 * asks: a small domain's is done before the answer. */
void
vp_sweep_refresh(struct vp_engine *e, struct vp_domain *domain, int64_t us)
{
	int64_t now = vp_now();

	if (domain->is_refreshed ||
	    now < domain->round_end + domain->round_took * ROUND_FACTOR)
		return;
	domain->is_refreshed = 1;
	domain->round_at = 0;
	domain->round_took = 0;
	go_on_round(e, domain, now + us);
	if (domain->is_refreshed)
		set_urgent(e, domain, 1);
}

void
vp_sweep_changed(void *arg, struct vp_box *box, struct vp_domain *domain)
{
	struct vp_engine *e = arg;

	if (box) {
		vp_sweep_queue(e, box, 0);
	} else if (domain) {
		domain->wants_walk = 1;
		set_urgent(e, domain, 1);
	} else {
		vp_daemonlog(LOG_NOTICE,
		    "vusaged: changes were lost: looking everywhere");
		e->pass_began = 0;
		e->is_hurried = 1;
	}
}

/* ---- all domains --------------------------------------------------------- */

static void
find_out_urgent(struct vp_engine *e, int64_t until)
{
	for (struct vp_domain *d = e->site.domains;
	     d && e->is_urgent > 0 && vp_now() < until; d = d->next)
		if (d->is_urgent)
			find_out(e, d, until);
}

static void
end_pass(struct vp_engine *e)
{
	if (!e->has_passed)
		vp_daemonlog(LOG_NOTICE, "controller: stage two");
	e->has_passed = 1;
	e->is_hurried = 0;
}

static void
begin_pass(struct vp_engine *e)
{
	e->pass_began = vp_now();
	e->pass_done = 0;
	if (vp_engine_domains(e) != 0) {
		vp_daemonlog(LOG_NOTICE, "vusaged: %s", vpop_message(e->vp));
		e->is_hurried = 0;
		return;
	}
	e->pass = e->site.domains;
	e->pass_total = e->site.boxes + 1;
	if (!e->pass)
		end_pass(e);
}

/* The next domain of the pass; its accounts are walked when it is their
 * turn. */
static void
next_domain(struct vp_engine *e)
{
	struct vp_domain *domain = e->pass;

	if (domain->unverified > 0)
		set_urgent(e, domain, 1);
	e->pass = domain->next;
	if (!e->pass)
		end_pass(e);
}

static int
wants_walk(const struct vp_engine *e, const struct vp_domain *domain)
{
	if (domain->at != 0 || !may_walk(domain))
		return 0;
	return !domain->is_listed || domain->wants_walk ||
	       (e->site.pass % WALK_PASSES == 0 &&
		   domain->walk_began < e->pass_began);
}

/* How many boxes may be looked at, so that the pass takes its whole time. */
static size_t
allowance(const struct vp_engine *e)
{
	int64_t period = (int64_t)e->set->poll_seconds * 1000000;
	int64_t elapsed = vp_now() - e->pass_began + SLOT_US;
	double due;

	if (!e->has_passed || e->is_hurried || elapsed >= period)
		return SIZE_MAX;
	due = (double)e->pass_total * (double)elapsed / (double)period -
	      (double)e->pass_done;
	return due > 0 ? (size_t)due : 0;
}

static void
go_round(struct vp_engine *e, int64_t until)
{
	int64_t wait = e->has_passed ? e->set->poll_seconds : RETRY_SECONDS;
	size_t allow;

	if (!e->pass) {
		if (!e->is_hurried && e->pass_began != 0 &&
		    vp_now() < e->pass_began + wait * 1000000)
			return;
		begin_pass(e);
	}
	allow = allowance(e);
	while (e->pass && allow > 0 && vp_now() < until) {
		struct vp_domain *domain = e->pass;
		size_t before = allow;

		if (!domain->cursor && wants_walk(e, domain))
			(void)begin_walk(e, domain);
		if (domain->cursor && !walk(e, domain, until))
			return;
		if (look_at_boxes(e, domain, until, &allow, 0))
			next_domain(e);
		e->pass_done += before - allow;
	}
}

static unsigned
until_next(const struct vp_engine *e)
{
	int64_t each;

	if (e->scan.box || e->is_hurried || (e->pass && !e->has_passed))
		return 1;
	if (e->queued > 0 || e->is_urgent > 0 || e->learn_count > 0)
		return SLOT_US / 1000;
	each =
	    (int64_t)e->set->poll_seconds * 1000 / (int64_t)(e->site.boxes + 1);
	if (each < SLOT_US / 1000)
		return SLOT_US / 1000;
	return each < 1000 ? (unsigned)each : 1000;
}

unsigned
vp_engine_tick(struct vp_engine *e)
{
	int64_t until = vp_now() + SLICE_US;

	vp_sweep_go_on(e, until);
	vp_engine_look_up(e, LOOKUPS);
	vp_sweep_turn(e, until + SLICE_US);
	find_out_urgent(e, until + SLICE_US);
	go_round(e, until);
	vp_scan_close_domain();
	return until_next(e);
}
