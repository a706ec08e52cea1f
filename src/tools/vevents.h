/* The verbs of vevents. */
#ifndef TOOLS_VEVENTS_H
#define TOOLS_VEVENTS_H

#include "tools/cli.h"
#include "tools/json.h"
#include "vpop_event.h"

/* What was asked for, as it was written. */
struct vevents_wish {
	const char *type, *object, *domain, *who, *since, *until, *after,
	    *number;
	int all;
};

extern struct vevents_wish vevents_wish;

/* 0, or CLI_USAGE_STATUS after telling. */
int vevents_filter(const struct cli *cli, struct vpop_event_filter *ret_filter);
int vevents_list(struct cli *cli);
int vevents_follow(struct cli *cli);
int vevents_subscribers(struct cli *cli);
int vevents_dead(struct cli *cli);
int vevents_retry(struct cli *cli);
int vevents_drop(struct cli *cli);
int vevents_replay(struct cli *cli);
int vevents_forget(struct cli *cli);
int vevents_test(struct cli *cli);
int vevents_prune(struct cli *cli);
int vevents_verify(struct cli *cli);

#endif
