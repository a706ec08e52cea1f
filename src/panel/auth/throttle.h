/*
 * How often somebody may be wrong.
 *
 * An account and an address (of IPv6 the first 64 bits) may each fail so many
 * times; one failure is forgotten every so many seconds.  Whoever logged in
 * to the account from the address before is counted apart, so that strangers
 * cannot keep him out.  The counts are in the state: a restart forgets none,
 * and all workers share them.  Their number is bounded; those that end first
 * make room.
 */
#ifndef PANEL_AUTH_THROTTLE_H
#define PANEL_AUTH_THROTTLE_H

#include "panel/api/call.h"
#include "panel/state/state.h"

struct vhd_attempt {
	int64_t account_limit, address_limit, forget; /* settings */
	const char *account;                          /* any spelling */
	const char *address;                          /* "": local */
	int64_t now;
};

/* What is left of the tighter limit: RateLimit-* of an answer. */
struct vhd_rate {
	int64_t limit, remaining;
	int64_t reset; /* seconds until all of it is there again */
};

/* Before the secret is looked at, an attempt counts as failed: many at once
 * are not more than one after the other.  0: go on; more: refused for so many
 * seconds; -1: the state is out of reach. */
int64_t vhd_throttle_take(struct vhd_state *state,
    const struct vhd_attempt *attempt, struct vhd_rate *ret_rate);
/* Say it in the answer. */
void vhd_throttle_tell(struct vhd_call *call, const struct vhd_rate *rate);
/* After a refusal: 1 if it is because of the account, 0, or -1. */
int vhd_throttle_is_locked(
    struct vhd_state *state, const struct vhd_attempt *attempt);
/* It was right. */
int vhd_throttle_right(
    struct vhd_state *state, const struct vhd_attempt *attempt);
/* Nobody found out whether it was. */
int vhd_throttle_give_back(
    struct vhd_state *state, const struct vhd_attempt *attempt);

#endif
