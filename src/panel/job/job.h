/*
 * Jobs: operations that run after the request that asked for them was
 * answered.
 *
 * They are kept in the state until they are done, each with its result, so
 * a job goes on after any process was killed with the first operation that
 * has none.  That one may have been made already: it is tried again, with the
 * same job id for a module, its answer is told with "repeated", and a third
 * interruption ends it.  So it is with what is answered with 503.  An
 * operation runs as a request of the job's maker with the rights that he has
 * at that moment.  What he asked for is sealed and forgotten when it is done;
 * results are sealed, too.
 */
#ifndef PANEL_JOB_H
#define PANEL_JOB_H

#include "panel/api/call.h"
#include "panel/api/site.h"
#include "panel/state/state.h"

#define VHD_OPERATIONS_MAX 1000

enum vhd_job_state {
	VHD_JOB_QUEUED,
	VHD_JOB_RUNNING,
	VHD_JOB_SUCCEEDED,
	VHD_JOB_FAILED,
	VHD_JOB_CANCELLED
};

struct vhd_job {
	int64_t number;
	char id[VHD_ID_SIZE];
	char *account, *address, *target;
	char *token; /* its public id if one made the job, else "" */
	int64_t seq; /* of the journal when it was made */
	enum vhd_job_state state;
	int64_t total, done, failed, created, started, ended;
	int64_t due; /* when it may begin; 0: at once */
};

#define VHD_JOB_COLUMNS                                                        \
	"number, id, account, address, target, state, total, done, failed,"    \
	" created, started, ended, token, seq, due"

const char *vhd_job_state_name(enum vhd_job_state state);
/* A row of VHD_JOB_COLUMNS.  0, or -1 without memory. */
int vhd_job_row(sqlite3_stmt *row, struct vhd_job *ret_job);
void vhd_job_clear(struct vhd_job *job);
/* 1, 0 if there is none, or -1: vhd_state_message() knows why. */
int vhd_job_find(
    struct vhd_state *state, const char *id, struct vhd_job *ret_job);

/*
 * Keep operations, [{"method", "path", "body", "if_match"}] with whole paths,
 * as a job of the caller for the target, which begins when it is due (0: at
 * once), and answer 202 with its address; or a problem.  ret_id may be NULL.
 * 0, or -1.
 */
int vhd_job_create(struct vhd_call *call, const char *target,
    json_t *operations, int64_t due, char ret_id[VHD_ID_SIZE]);
/* A fact of the type, for the journal. */
void vhd_job_publish(
    struct vpop *vp, const char *type, const struct vhd_job *job);

/* Let a job that has not ended begin, or end, and publish that.  1; 0 if it has
 * ended, whatever the record says; -1: vhd_state_message() knows why. */
int vhd_job_move(struct vpop *vp, struct vhd_state *state,
    const struct vhd_job *job, enum vhd_job_state next);

/* ---- run.c ------------------------------------------------------------ */

/* Execute the next operation of the next job after number *turn, which is set
 * to the job's, so that all get on.  1: there may be more to do; 0: there is
 * nothing; -1: it could not be found out, and was logged. */
int vhd_job_step(
    struct vhd_site *site, const struct vhd_settings *settings, int64_t *turn);
/* Forget those that ended before the time, a few at a time; how many, or -1. */
int vhd_jobs_expire(struct vhd_state *state, int64_t before);

/* ---- follow.c --------------------------------------------------------- */

/* Domains that got another main name since the last call; what fails is
 * logged, and done by the next. */
void vhd_follow_domains(struct vhd_site *site);

/* ---- process.c -------------------------------------------------------- */

/* The process that runs jobs.  It is woken by what can be read from wake, and
 * ends when control does; the exit status. */
int vhd_jobs_run(const struct vhd_settings *settings, int control, int wake);

#endif
