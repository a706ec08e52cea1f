/*
 * Mailboxes: everything is done in slices of some milliseconds, between which
 * the clients get their answers.  At most one large mailbox is under way,
 * others wait in the wheel.
 */
#include "config.h"

#include "daemons/vusaged/sweep.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "daemons/common/daemonlog.h"

#define SLOT_US      20000
#define SLICE_US     8000
#define DELAY_MAX_MS 700  /* a change is counted within a second */
#define REST_FROM_US 2000 /* a look that took less needs no rest */

/* ---- the wheel ----------------------------------------------------------- */

void
vp_sweep_queue(struct vp_engine *e, struct vp_box *box, unsigned ms)
{
	unsigned slots =
	    1 + (ms < DELAY_MAX_MS ? ms : DELAY_MAX_MS) * 1000 / SLOT_US;
	unsigned slot = (e->wheel_at + slots) % VP_WHEEL_SLOTS;

	if (box->flags & VP_BOX_QUEUED)
		return;
	/* A wheel without anything in it stands still. */
	if (e->queued == 0)
		e->wheel_time = vp_now();
	box->flags |= VP_BOX_QUEUED;
	box->next = e->wheel[slot];
	e->wheel[slot] = box;
	e->queued++;
}

static void
unqueue(struct vp_engine *e, struct vp_box *box)
{
	for (int i = 0; (box->flags & VP_BOX_QUEUED) && i < VP_WHEEL_SLOTS; i++)
		for (struct vp_box **link = &e->wheel[i]; *link;
		     link = &(*link)->next)
			if (*link == box) {
				*link = box->next;
				box->flags &= (uint16_t)~VP_BOX_QUEUED;
				e->queued--;
				break;
			}
}

void
vp_sweep_drop(struct vp_engine *e, struct vp_box *box)
{
	unqueue(e, box);
	vp_unwatch_box(e->watches, box);
	if (e->scan.box == box)
		vp_scan_end(&e->scan);
}

/* ---- one box ------------------------------------------------------------- */

static int
is_resting(const struct vp_box *box)
{
	return box->rest != 0 &&
	       (int32_t)(box->rest - (uint32_t)(vp_now() / 1000)) > 0;
}

/* A look that took long is not repeated too soon. */
static void
set_rest(struct vp_engine *e, struct vp_box *box, int64_t took)
{
	box->rest = 0;
	if (took >= REST_FROM_US)
		box->rest =
		    (uint32_t)((vp_now() + took * e->set->age_factor) / 1000) |
		    1;
}

static void
tell_failure(struct vp_box *box)
{
	if (!(box->flags & VP_BOX_UNREADABLE))
		vp_daemonlog(LOG_NOTICE,
		    "vusaged: cannot read the mailbox of '%s@%s': %s",
		    vp_box_name(box), box->domain->name, strerror(errno));
	box->flags |= VP_BOX_UNREADABLE;
	/* The domain goes on with what was last known of it. */
	vp_box_verified(box);
}

/* A scan came to an end. */
static void
finish(struct vp_engine *e, struct vp_scan *scan, enum vp_scan_state state)
{
	struct vp_box *box = scan->box;
	unsigned again = scan->again;
	int has_read = scan->has_read;

	if (state == VP_SCAN_FAILED)
		tell_failure(box);
	vp_scan_end(scan);
	if (again)
		vp_sweep_queue(e, box, again);
	if (has_read && e->warn)
		vp_warn_check(e->warn, box);
}

/* The one that is under way, or a new one, which may become it. */
static enum vp_scan_state
look(struct vp_engine *e, struct vp_box *box, int64_t us, int active)
{
	int64_t began = vp_now();
	struct vp_scan own, *scan = &own;
	enum vp_scan_state state = VP_SCAN_MORE;

	if (e->scan.box == box)
		scan = &e->scan;
	else
		state = vp_scan_begin(scan, &e->site, box, e->watches, active);
	if (state == VP_SCAN_MORE)
		state = vp_scan_step(scan, began + us);
	if (state != VP_SCAN_MORE) {
		finish(e, scan, state);
		set_rest(e, box, vp_now() - began);
		return state;
	}
	if (scan == &e->scan)
		return state;
	if (!e->scan.box) {
		e->scan = own;
		return state;
	}
	vp_scan_end(&own);
	vp_sweep_queue(e, box, DELAY_MAX_MS);
	return state;
}

enum vp_scan_state
vp_sweep_look(struct vp_engine *e, struct vp_box *box, int64_t us)
{
	if ((box->flags & VP_BOX_VERIFIED) && is_resting(box)) {
		vp_sweep_queue(e, box, DELAY_MAX_MS);
		return VP_SCAN_MORE;
	}
	return look(e, box, us, 0);
}

/* Go on with the large mailbox. */
void
vp_sweep_go_on(struct vp_engine *e, int64_t until)
{
	struct vp_box *box = e->scan.box;
	int64_t began = vp_now();
	enum vp_scan_state state;

	if (!box)
		return;
	state = vp_scan_step(&e->scan, until);
	if (state == VP_SCAN_MORE)
		return;
	finish(e, &e->scan, state);
	/* It took at least as long as it had been large for a slice. */
	set_rest(e, box, vp_now() - began + SLICE_US);
}

void
vp_sweep_turn(struct vp_engine *e, int64_t until)
{
	while (e->queued > 0 && vp_now() < until) {
		struct vp_box *box = e->wheel[e->wheel_at];

		if (box) {
			e->wheel[e->wheel_at] = box->next;
			box->flags &= (uint16_t)~VP_BOX_QUEUED;
			e->queued--;
			if (is_resting(box))
				vp_sweep_queue(e, box, DELAY_MAX_MS / 2);
			else
				(void)look(e, box, SLICE_US, 1);
			continue;
		}
		if (vp_now() < e->wheel_time + SLOT_US)
			return;
		e->wheel_at = (e->wheel_at + 1) % VP_WHEEL_SLOTS;
		e->wheel_time += SLOT_US;
	}
}

void
vp_sweep_visit(struct vp_engine *e, struct vp_box *box)
{
	if (!is_resting(box))
		(void)look(e, box, SLICE_US, 0);
}
