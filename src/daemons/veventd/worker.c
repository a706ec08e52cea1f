/*
 * The loop of a subscriber.
 *
 * It wakes up when the journal is written, when something is due again, and in
 * any case after a second: a lost wake-up costs no more than that.  The journal
 * is written, and synced, before what was written can be read; so after a
 * wake-up it looks several times.  A fact
 * that is being delivered when SIGTERM comes is ended first; one that SIGKILL
 * interrupts comes again.
 */
#include "config.h"

#include "daemons/veventd/worker.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/attr.h"
#include "base/text.h"
#include "daemons/common/daemonlog.h"
#include "daemons/common/privdrop.h"

#define LONGEST_WAIT  1000 /* ms */
#define SOON_WAIT     5
#define SOON_TIMES    40
#define SETTLE_WAIT   2000
#define FAILURE_PAUSE 1000

static volatile sig_atomic_t is_ending;
static pid_t parent;

/* SIGTERM was sent, or the parent is gone. */
static int
has_to_end(void)
{
	return is_ending || getppid() != parent;
}

static void
on_term(int number)
{
	(void)number;
	is_ending = 1;
}

void
ved_worker_end(void)
{
	is_ending = 1;
}

void
ved_worker_start(pid_t of)
{
	const struct sigaction end = { .sa_handler = on_term };
	const struct sigaction ignore = { .sa_handler = SIG_IGN };
	sigset_t none;

	parent = of;
	sigaction(SIGTERM, &end, NULL);
	sigaction(SIGHUP, &ignore, NULL);
	sigaction(SIGINT, &ignore, NULL);
	sigaction(SIGPIPE, &ignore, NULL);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
}

int
ved_ids(const struct vpop *vp, uid_t *ret_uid, gid_t *ret_gid)
{
	int64_t uid, gid;

	if (vp_number(vpop_setting(vp, "uid"), 0, UINT32_MAX, &uid) != 0 ||
	    vp_number(vpop_setting(vp, "gid"), 0, UINT32_MAX, &gid) != 0)
		return -1;
	*ret_uid = (uid_t)uid;
	*ret_gid = (gid_t)gid;
	return 0;
}

int
ved_become(const struct vpop *vp)
{
	uid_t uid;
	gid_t gid;

	if (geteuid() != 0)
		return 0;
	/* A site whose mail is root's has nobody else. */
	if (ved_ids(vp, &uid, &gid) == 0 &&
	    (uid == 0 || vp_privdrop_ids(uid, gid) == 0))
		return 0;
	vp_daemonlog(
	    LOG_ERR, "cannot become the vpopmail user: %s", strerror(errno));
	return -1;
}

/* Wait on a descriptor (-1: none); 1 if it woke us. */
static int
pause_for(int fd, int ms)
{
	struct pollfd poller = { .fd = fd, .events = POLLIN };
	char buffer[4096];

	if (poll(&poller, 1, ms) <= 0)
		return 0;
	while (read(fd, buffer, sizeof buffer) > 0)
		;
	return 1;
}

/* Say what is wrong once, not each second. */
static void
complain(const struct vpop *vp, char last[PROBLEM_SIZE])
{
	const char *message = vpop_message(vp);

	if (strncmp(last, message, PROBLEM_SIZE - 1) != 0)
		vp_daemonlog(LOG_ERR, "%s", message);
	snprintf(last, PROBLEM_SIZE, "%s", message);
	(void)pause_for(-1, FAILURE_PAUSE);
}

static int
deliver(struct ved_worker *worker, struct vpop_subscriber *subscriber,
    const struct vpop_event *event, int attempts)
{
	static const enum vpop_failure failures[] = {
		[VED_AGAIN] = VPOP_TRY_AGAIN,
		[VED_PAUSED] = VPOP_TRY_PAUSED,
		[VED_GIVE_UP] = VPOP_GIVE_UP,
	};
	char problem[PROBLEM_SIZE] = "";
	enum ved_result result = worker->deliver(worker, event, problem);

	if (result == VED_DONE)
		return vpop_subscriber_done(subscriber);
	if (attempts == 0 || result == VED_GIVE_UP)
		vp_daemonlog(LOG_WARNING, "%s of '%s' (%lld): %s", event->type,
		    event->object, (long long)event->seq, problem);
	return vpop_subscriber_failed(subscriber, failures[result], problem);
}

/* wait: what the subscriber says, -1 for nothing. */
static void
wait_for_more(int fd, int wait)
{
	static int soon;
	int most = soon > 0 ? SOON_WAIT : LONGEST_WAIT;

	if (pause_for(fd, wait < 0 || wait > most ? most : wait))
		soon = SOON_TIMES;
	else if (soon > 0)
		soon--;
}

static int
work(struct ved_worker *worker, struct vpop_subscriber *subscriber, int fd,
    char last[PROBLEM_SIZE])
{
	struct vpop_event event;
	int attempts = 0, wait = -1;
	int code = vpop_subscriber_next(
	    subscriber, worker->patterns, &event, &attempts, &wait);

	if (code > 0)
		code = deliver(worker, subscriber, &event, attempts);
	else if (code == 0)
		wait_for_more(fd, wait);
	if (code < 0)
		complain(worker->vp, last);
	else
		last[0] = '\0';
	return code;
}

int
ved_worker_run(struct ved_worker *worker)
{
	struct vpop_subscriber *subscriber = NULL;
	char last[PROBLEM_SIZE] = "";
	int code = vpop_subscriber_open(worker->vp, worker->name, &subscriber);

	if (code == 0 && worker->domain)
		code = vpop_subscriber_keep_to(subscriber, worker->domain);
	if (code < 0) {
		complain(worker->vp, last);
		vpop_subscriber_close(subscriber);
		return 1;
	}
	AUTO_CLOSE int fd = vpop_events_watch(worker->vp);
	while (!has_to_end())
		(void)work(worker, subscriber, fd, last);
	vpop_subscriber_close(subscriber);
	return 0;
}

int
ved_settle_run(struct vpop *vp)
{
	char last[PROBLEM_SIZE] = "";

	while (!has_to_end()) {
		if (vpop_events_settle(vp) < 0)
			complain(vp, last);
		else
			last[0] = '\0';
		(void)pause_for(-1, SETTLE_WAIT);
	}
	return 0;
}
