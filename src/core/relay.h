/*
 * Roaming users, or POP before SMTP: a login lets the client's address relay
 * for a while (facts: runtime 5, storage 17).
 */
#ifndef CORE_RELAY_H
#define CORE_RELAY_H

#include "core/handle.h"

/*
 * Let a complete IPv4 or IPv6 address relay from now on; anything else is
 * VA_INVALID_IP_ADDRESS, as is an IPv6 address when tcprules knows none.
 * Returns 1 if the address is new and the rules were compiled, 0 if only its
 * time was renewed, or a code.
 */
int vp_relay_open(struct vpop *vp, const char *ip);
/* Forget the addresses whose time is over, and compile the rules. */
int vp_relay_expire(struct vpop *vp);
/* Compile the rules. */
int vp_relay_rebuild(struct vpop *vp);

/* ---- for the files of this subject ----------------------------------- */

struct vp_relay_entry {
	char ip[VPOP_IP_SIZE]; /* canonical */
	int64_t time;
	int refused; /* tcprules does not understand the address */
};

struct vp_relay_list {
	struct vp_relay_entry *entries;
	size_t count, room;
};

/* All addresses of the list; entries is to be freed. */
int vp_relay_list(struct vpop *vp, struct vp_relay_list *ret);
/* Let these in too, and compile the rules if there are roaming users. */
int vp_relay_add_list(struct vpop *vp, const struct vp_relay_list *list);

/* relay_rules.c: compile the static rules and those of the list; entries
 * that the program refuses are marked.  0 or a code. */
int vp_relay_compile(struct vpop *vp, struct vp_relay_list *list);

#endif
