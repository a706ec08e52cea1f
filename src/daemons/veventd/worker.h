/* A process for one subscriber: it alone waits for it. */
#ifndef DAEMONS_VEVENTD_WORKER_H
#define DAEMONS_VEVENTD_WORKER_H

#include "vpop_event.h"

#define PROBLEM_SIZE 512

enum ved_result { VED_DONE, VED_AGAIN, VED_PAUSED, VED_GIVE_UP };

struct ved_worker {
	struct vpop *vp;
	const char *name;     /* of the subscriber */
	const char *domain;   /* the only one whose facts are for it, or NULL */
	const char *patterns; /* of types */
	/* Tell one; problem, of PROBLEM_SIZE bytes, says why not. */
	enum ved_result (*deliver)(struct ved_worker *worker,
	    const struct vpop_event *event, char *problem);
	void *arg;
};

/* Signal handling of a worker, which ends with its parent. */
void ved_worker_start(pid_t parent);
/* End after this one, to be started again. */
void ved_worker_end(void);
/* Until SIGTERM: the exit status. */
int ved_worker_run(struct ved_worker *worker);
/* The same for what has no subscriber: settle interrupted changes, and tell
 * the change script. */
int ved_settle_run(struct vpop *vp);
/* Become the vpopmail user; 0, or -1 after telling. */
int ved_become(const struct vpop *vp);
/* The vpopmail user's ids. */
int ved_ids(const struct vpop *vp, uid_t *ret_uid, gid_t *ret_gid);

#endif
