/* The supervisor's files among themselves. */
#ifndef PANEL_SUPERVISE_SUPERVISOR_INT_H
#define PANEL_SUPERVISE_SUPERVISOR_INT_H

#include <sys/queue.h>

#include "panel/module/protocol.h"
#include "panel/supervise/supervise.h"

#define VHD_CLIENTS_MAX 256
#define VHD_QUEUE_MAX   128 /* requests that wait for a module */

struct vhd_module;

/* Who asks: one request at a time. */
struct vhd_client {
	int fd; /* -1: unused */
	char *in;
	size_t used, room;
	char *out;
	size_t out_size, out_done;
	struct vhd_job *job;
};

/* A request. */
struct vhd_job {
	TAILQ_ENTRY(vhd_job) next;
	struct vhd_module *queue;  /* where it waits, or NULL */
	struct vhd_client *client; /* NULL: gone */
	json_t *request;
	json_int_t id;    /* as the client knows it */
	const char *verb; /* of the request */
	const char *lock; /* the domain that it changes, or NULL */
	int workers;      /* one of so many waits for it; 0: none does */
	int is_question;
	int64_t since;
};
TAILQ_HEAD(vhd_jobs, vhd_job);

enum vhd_stage {
	VHD_OFF,
	VHD_STARTING,
	VHD_HELLO,
	VHD_CHECK,
	VHD_IDLE,
	VHD_BUSY
};

struct vhd_program {
	struct vhd_module *module;
	enum vhd_stage stage;
	struct vp_module_stream stream; /* in and out are the same, or -1 */
	char *text;                     /* what is being asked */
	size_t size, done;
	json_int_t id;
	int64_t limit; /* for an answer; VHD_OFF: not to be started before */
	int failures;  /* since it was last fit for work */
	struct vhd_job *job;
};

struct vhd_module {
	const struct vhd_unit *unit;
	struct vhd_program programs[VHD_PROGRAMS_MAX];
	int count;    /* of programs */
	int is_asked; /* the last one is for questions only */
	struct vhd_jobs queue;
	int queued;
	int64_t moved; /* when it last came to an end with a request */
	char state[16], reason[VP_MODULE_ERROR]; /* of check */
	char error[VP_MODULE_ERROR];             /* the last one */
	int restarts;
};

struct vhd_supervisor {
	const struct vhd_supervisor_start *start;
	struct vhd_client clients[VHD_CLIENTS_MAX];
	struct vhd_module *modules;
	size_t count;
	int is_finishing;
	int is_changed; /* a program failed: sweep at once */
};

/* ---- programs.c -------------------------------------------------------- */

void vhd_module_init(struct vhd_module *module, const struct vhd_unit *unit);
void vhd_program_start(
    struct vhd_supervisor *supervisor, struct vhd_program *program);
/* The parent has started a program (fd), or not (-1). */
void vhd_program_started(
    struct vhd_supervisor *supervisor, struct vhd_program *program, int fd);
/* Write and read what can be. */
void vhd_program_run(
    struct vhd_supervisor *supervisor, struct vhd_program *program);
/* Whether it is being written to. */
int vhd_program_is_full(const struct vhd_program *program);
/* Give a job to one that is idle. */
void vhd_program_ask(struct vhd_supervisor *supervisor,
    struct vhd_program *program, struct vhd_job *job);
/* Whether it is to answer until its limit. */
int vhd_program_is_waited_for(const struct vhd_program *program);
/* End it if it takes too long. */
void vhd_program_check_time(struct vhd_supervisor *supervisor,
    struct vhd_program *program, int64_t now);

/* ---- queue.c ----------------------------------------------------------- */

/* Whether a request is executed or waits. */
int vhd_module_is_busy(const struct vhd_module *module);
/* End what takes too long, start programs that are needed, and give them
 * queued requests. */
void vhd_module_sweep(
    struct vhd_supervisor *supervisor, struct vhd_module *module, int64_t now);
/* When to sweep again. */
int64_t vhd_module_next(const struct vhd_module *module, int64_t now);

/* ---- jobs.c ------------------------------------------------------------ */

/* A request's line: a job in a queue, or an answer. */
void vhd_client_request(
    struct vhd_supervisor *supervisor, struct vhd_client *client);
/* Answer a job, which is freed, as is what the answer holds. */
void vhd_job_done(struct vhd_job *job, struct vp_module_answer *answer);
/* Take a job out of its queue. */
void vhd_job_unqueue(struct vhd_job *job);
/* The client goes, with what it waits for. */
void vhd_client_forget(struct vhd_client *client);

#endif
