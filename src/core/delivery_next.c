/*
 * A subscriber's queue.
 *
 * Facts are taken from the journal in their order.  The position is saved
 * after a fact was taken, or has become a row of waiting in the same
 * transaction: whenever a process ends, what it was working on comes again.  A
 * fact of an object that has rows there goes behind them.
 */
#include "config.h"

#include <limits.h>
#include <string.h>

#include "base/text.h"
#include "core/delivery_int.h"

#define FIRST_DELAY 1000        /* ms */
#define MOST_DELAY  (3600000LL) /* an hour */
#define SKIPPED     256         /* so many, and the position is saved */

struct vpop_subscriber {
	struct vpop *vp;
	struct vp_delivery *delivery;
	char name[VPOP_SUBSCRIBER_SIZE];
	char domain[VPOP_DOMAIN_SIZE]; /* "": all */
	int64_t position;              /* what lies before is done or waits */
	int skipped;                   /* passed over since it was saved */
	int pauses;
	int64_t paused_until;
	struct vpop_events *cursor;  /* behind the position; NULL: none */
	struct vpop_events *retried; /* holds the texts of the current one */
	/* The current one. */
	struct vpop_event event;
	int is_waiting; /* it has a row */
	int attempts;
	int64_t first;
};

static sqlite3_stmt *
statement(
    const struct vpop_subscriber *subscriber, enum vp_delivery_statement which)
{
	return subscriber->delivery->statements[which];
}

void
vpop_subscriber_close(struct vpop_subscriber *subscriber)
{
	if (!subscriber)
		return;
	vpop_events_close(subscriber->cursor);
	vpop_events_close(subscriber->retried);
	vp_delivery_close(subscriber->delivery);
	free(subscriber);
}

static int
save(struct vpop_subscriber *subscriber)
{
	int rc = vp_delivery_run(statement(subscriber, VP_D_SAVE), "sii",
	    subscriber->name, subscriber->position, vp_delivery_now() / 1000);

	subscriber->skipped = 0;
	return rc == SQLITE_OK
		   ? 0
		   : vp_delivery_fail(subscriber->vp, subscriber->delivery);
}

/* Read again from the position: what was not saved comes again. */
static int
start_again(struct vpop_subscriber *subscriber, int code)
{
	vpop_events_close(subscriber->cursor);
	subscriber->cursor = NULL;
	return code;
}

static int
load_position(struct vpop_subscriber *subscriber)
{
	sqlite3_stmt *position = statement(subscriber, VP_D_POSITION);
	int rc = vp_delivery_bind(position, "s", subscriber->name);
	int code;

	if (rc == SQLITE_OK)
		rc = sqlite3_step(position);
	if (rc == SQLITE_ROW)
		subscriber->position = sqlite3_column_int64(position, 0);
	sqlite3_reset(position);
	if (rc == SQLITE_ROW)
		return 0;
	if (rc != SQLITE_DONE)
		return vp_delivery_fail(subscriber->vp, subscriber->delivery);
	code = vpop_events_last(subscriber->vp, &subscriber->position);
	return code < 0 ? code : save(subscriber);
}

int
vpop_subscriber_open(
    struct vpop *vp, const char *name, struct vpop_subscriber **ret_subscriber)
{
	struct vpop_subscriber *subscriber;
	int code = 0;

	if (!name || *name == '\0' || strlen(name) >= VPOP_SUBSCRIBER_SIZE)
		return vp_fail(
		    vp, VA_INVALID_ARGUMENT, "a subscriber needs a name");
	subscriber = calloc(1, sizeof *subscriber);
	if (!subscriber)
		return vp_fail(vp, VA_MEMORY_ALLOC_ERR, "out of memory");
	subscriber->vp = vp;
	(void)vp_copy(subscriber->name, sizeof subscriber->name, name);
	code = vp_delivery_open(vp, &subscriber->delivery);
	if (code == 0)
		code = load_position(subscriber);
	if (code < 0)
		vpop_subscriber_close(subscriber);
	else
		*ret_subscriber = subscriber;
	return code;
}

int
vpop_subscriber_keep_to(struct vpop_subscriber *subscriber, const char *domain)
{
	if (!domain ||
	    vp_copy(subscriber->domain, sizeof subscriber->domain, domain) != 0)
		return vp_fail(subscriber->vp, VA_INVALID_ARGUMENT,
		    "a subscriber is kept to the name of a domain");
	return 0;
}

/* ---- taking back a row ------------------------------------------------ */

/* The next one of the object may be tried. */
static int
wake(struct vpop_subscriber *subscriber, const char *object)
{
	return vp_delivery_run(statement(subscriber, VP_D_WAKE), "ssi",
	    subscriber->name, object, vp_delivery_now());
}

/* A row that is over, and whatever is said with it. */
static int
remove_row(struct vpop_subscriber *subscriber, int64_t seq, const char *object)
{
	int code = vp_delivery_begin(subscriber->vp, subscriber->delivery);

	if (code < 0)
		return code;
	int rc = vp_delivery_run(
	    statement(subscriber, VP_D_REMOVE), "si", subscriber->name, seq);
	if (rc == SQLITE_OK)
		rc = wake(subscriber, object);
	return vp_delivery_end(subscriber->vp, subscriber->delivery, rc);
}

/* ---- the next one ----------------------------------------------------- */

static int
load_event(struct vpop_subscriber *subscriber, int64_t seq)
{
	const struct vpop_event_filter filter = { .after = seq - 1 };
	int code;

	vpop_events_close(subscriber->retried);
	subscriber->retried = NULL;
	code = vpop_events_open(subscriber->vp, &filter, &subscriber->retried);
	if (code == 0)
		code =
		    vpop_events_next(subscriber->retried, &subscriber->event);
	return code > 0 ? subscriber->event.seq == seq : code;
}

static int
matches(const char *patterns, const char *type)
{
	AUTO_FREE char *copy = patterns ? strdup(patterns) : NULL;
	char *rest = copy, *word;

	if (!patterns)
		return 1;
	while ((word = strsep(&rest, " \t")))
		if (*word && vp_event_matches(word, type))
			return 1;
	return 0;
}

/* Whether the current one is for the subscriber. */
static int
is_for(const struct vpop_subscriber *subscriber, const char *patterns)
{
	const struct vpop_event *event = &subscriber->event;

	return (!*subscriber->domain ||
		   strcmp(event->domain, subscriber->domain) == 0) &&
	       matches(patterns, event->type);
}

/* 1 with a fact that is to be tried again, 0, or a code. */
static int
next_waiting(struct vpop_subscriber *subscriber, const char *patterns)
{
	sqlite3_stmt *due = statement(subscriber, VP_D_DUE);

	for (;;) {
		AUTO_FREE char *object = NULL;
		int64_t seq = 0;
		int rc = vp_delivery_bind(
		    due, "si", subscriber->name, vp_delivery_now());
		if (rc == SQLITE_OK)
			rc = sqlite3_step(due);
		if (rc == SQLITE_ROW) {
			const unsigned char *text = sqlite3_column_text(due, 3);

			seq = sqlite3_column_int64(due, 0);
			subscriber->attempts = sqlite3_column_int(due, 1);
			subscriber->first = sqlite3_column_int64(due, 2);
			object = text ? strdup((const char *)text) : NULL;
		}
		sqlite3_reset(due);
		if (rc == SQLITE_DONE)
			return 0;
		if (rc != SQLITE_ROW || !object)
			return vp_delivery_fail(
			    subscriber->vp, subscriber->delivery);
		int code = load_event(subscriber, seq);
		subscriber->is_waiting = code > 0;
		if (code < 0 || (code > 0 && is_for(subscriber, patterns)))
			return code;
		/* The journal has forgotten it, or it is none of its. */
		code = remove_row(subscriber, seq, object);
		if (code < 0)
			return code;
	}
}

/* 1 if an earlier fact of the object waits: this one does now, too. */
static int
queue_behind(struct vpop_subscriber *subscriber, const struct vpop_event *event)
{
	sqlite3_stmt *queued = statement(subscriber, VP_D_IS_QUEUED);
	int rc =
	    vp_delivery_bind(queued, "ss", subscriber->name, event->object);

	if (rc == SQLITE_OK)
		rc = sqlite3_step(queued);
	sqlite3_reset(queued);
	if (rc == SQLITE_DONE)
		return 0;
	if (rc != SQLITE_ROW)
		return vp_delivery_fail(subscriber->vp, subscriber->delivery);

	int code = vp_delivery_begin(subscriber->vp, subscriber->delivery);
	if (code < 0)
		return code;
	int64_t before = subscriber->position;
	subscriber->position = event->seq;
	rc = vp_delivery_run(statement(subscriber, VP_D_QUEUE), "sisi",
	    subscriber->name, event->seq, event->object, vp_delivery_now());
	if (rc == SQLITE_OK)
		rc = save(subscriber) == 0 ? SQLITE_OK : SQLITE_ERROR;
	code = vp_delivery_end(subscriber->vp, subscriber->delivery, rc);
	if (code < 0)
		subscriber->position = before;
	return code < 0 ? code : 1;
}

/* 1 with a new fact, 0, or a code. */
static int
next_new(struct vpop_subscriber *subscriber, const char *patterns)
{
	const struct vpop_event_filter filter = {
		.after = subscriber->position,
	};
	struct vpop_event *event = &subscriber->event;
	int code = 0;

	subscriber->is_waiting = subscriber->attempts = 0;
	if (!subscriber->cursor)
		code = vpop_events_open(
		    subscriber->vp, &filter, &subscriber->cursor);
	while (code == 0 &&
	       (code = vpop_events_next(subscriber->cursor, event)) > 0) {
		int is_wanted = is_for(subscriber, patterns);

		code = is_wanted ? queue_behind(subscriber, event) : 1;
		if (code == 0)
			return 1;
		if (code < 0)
			break;
		code = 0;
		subscriber->position = event->seq;
		if (!is_wanted && ++subscriber->skipped == SKIPPED)
			code = save(subscriber);
	}
	if (code == 0 && subscriber->skipped)
		code = save(subscriber);
	return code;
}

static int
find_wait(struct vpop_subscriber *subscriber, int *ret_wait)
{
	sqlite3_stmt *next = statement(subscriber, VP_D_NEXT_DUE);
	int rc = vp_delivery_bind(next, "s", subscriber->name);

	*ret_wait = -1;
	if (rc == SQLITE_OK)
		rc = sqlite3_step(next);
	if (rc == SQLITE_ROW && sqlite3_column_type(next, 0) != SQLITE_NULL) {
		int64_t wait =
		    sqlite3_column_int64(next, 0) - vp_delivery_now();

		*ret_wait = wait < 0 ? 0 : wait > INT_MAX ? INT_MAX : (int)wait;
	}
	sqlite3_reset(next);
	return rc == SQLITE_ROW
		   ? 0
		   : vp_delivery_fail(subscriber->vp, subscriber->delivery);
}

int
vpop_subscriber_next(struct vpop_subscriber *subscriber, const char *patterns,
    struct vpop_event *ret_event, int *ret_attempts, int *ret_wait)
{
	int64_t pause = subscriber->paused_until - vp_delivery_now();
	int code;

	if (pause > MOST_DELAY) /* the clock was set back */
		pause = subscriber->paused_until = 0;
	if (pause > 0) {
		*ret_wait = (int)pause;
		return 0;
	}
	code = next_waiting(subscriber, patterns);
	if (code == 0)
		code = next_new(subscriber, patterns);
	if (code == 0)
		return find_wait(subscriber, ret_wait);
	if (code < 0)
		return start_again(subscriber, code);
	*ret_event = subscriber->event;
	*ret_attempts = subscriber->attempts;
	return 1;
}

/* ---- what became of it ------------------------------------------------ */

int
vpop_subscriber_done(struct vpop_subscriber *subscriber)
{
	int64_t before = subscriber->position;
	int code;

	subscriber->pauses = 0;
	if (subscriber->is_waiting)
		return remove_row(subscriber, subscriber->event.seq,
		    subscriber->event.object);
	subscriber->position = subscriber->event.seq;
	code = save(subscriber);
	if (code < 0) {
		subscriber->position = before;
		return start_again(subscriber, code);
	}
	return 0;
}

static int64_t
delay_after(int attempts)
{
	int64_t delay = FIRST_DELAY;

	while (--attempts > 0 && delay < MOST_DELAY)
		delay *= 2;
	return delay < MOST_DELAY ? delay : MOST_DELAY;
}

/* Inside a transaction. */
static int
put_failure(struct vpop_subscriber *subscriber, int is_dead, int64_t now,
    const char *problem)
{
	const struct vpop_event *event = &subscriber->event;
	int rc = SQLITE_OK;

	if (!subscriber->is_waiting) {
		subscriber->position = event->seq;
		rc = vp_delivery_run(statement(subscriber, VP_D_QUEUE), "sisi",
		    subscriber->name, event->seq, event->object, now);
		if (rc == SQLITE_OK && save(subscriber) < 0)
			rc = SQLITE_ERROR;
	}
	if (rc == SQLITE_OK)
		rc = vp_delivery_run(statement(subscriber, VP_D_RETRY),
		    "siiisi", subscriber->name, event->seq,
		    (int64_t)subscriber->attempts + 1,
		    now + delay_after(subscriber->attempts + 1), problem,
		    (int64_t)is_dead);
	if (rc == SQLITE_OK && is_dead)
		rc = wake(subscriber, event->object);
	return rc;
}

int
vpop_subscriber_failed(struct vpop_subscriber *subscriber,
    enum vpop_failure how, const char *problem)
{
	const int64_t now = vp_delivery_now(), before = subscriber->position;
	struct vpop *vp = subscriber->vp;
	int64_t first = subscriber->is_waiting ? subscriber->first : now;
	AUTO_FREE char *text =
	    strndup(problem ? problem : "", VPOP_PROBLEM_SIZE - 1);

	if (!text)
		return vp_fail(vp, VA_MEMORY_ALLOC_ERR, "out of memory");
	vp_make_printable(text);
	if (how == VPOP_TRY_PAUSED)
		subscriber->paused_until =
		    now + delay_after(++subscriber->pauses);
	int is_dead =
	    how == VPOP_GIVE_UP || now - first >= vp->set.events_give_up * 1000;
	int code = vp_delivery_begin(vp, subscriber->delivery);
	if (code == 0) {
		int rc = put_failure(subscriber, is_dead, now, text);

		code = vp_delivery_end(vp, subscriber->delivery, rc);
	}
	if (code < 0) {
		subscriber->position = before;
		return start_again(subscriber, code);
	}
	return 0;
}
