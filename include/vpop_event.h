/*
 * vpop_event.h - events: what was changed, by whom, and who is told of it.
 *
 * Every change is in the journal (vpopmail-journal(5)).  One that was made is
 * a fact: it has a number, seq, that grows with every fact of the site, and an
 * envelope in JSON (vpopmail-events(7)).  The rules of vpop.h hold here, too.
 */
#ifndef VPOP_EVENT_H
#define VPOP_EVENT_H

#include "vpop.h"

#ifdef __cplusplus
extern "C" {
#endif

/* ---- the vocabulary --------------------------------------------------- */

struct vpop_event_type {
	const char *name;   /* "user.created" */
	const char *kind;   /* of its object: "user" */
	const char *about;  /* a sentence */
	const char *sender; /* "library", or the program that sends it */
};

/* The types in their order; 0, or VA_INVALID_ARGUMENT after the last. */
VPOP_EXPORT int vpop_event_type(size_t index, struct vpop_event_type *ret_type);
/* The JSON Schema of a type's envelope, malloc'd; VA_INVALID_ARGUMENT if
 * there is no such type. */
VPOP_EXPORT int vpop_event_schema(
    struct vpop *vp, const char *type, char **ret_text);

/* ---- looking at events ------------------------------------------------ */

enum vpop_event_state {
	VPOP_EVENT_PENDING,
	VPOP_EVENT_MADE,
	VPOP_EVENT_UNDONE /* taken back or refused */
};

/* Texts live until the next call on the cursor. */
struct vpop_event {
	int64_t seq;    /* 0: it is no fact */
	int64_t change; /* number of the change in the journal */
	enum vpop_event_state state;
	time_t time;
	const char *type, *object, *domain, *actor, *origin;
	const char *reason; /* why it was taken back; "" */
	const char *json;   /* the envelope, one line */
};

enum vpop_event_flag {
	VPOP_EVENTS_ALL = 1,   /* what is pending or was not made, too; in the
				* order in which the changes began */
	VPOP_EVENTS_NEWEST = 2 /* the newest first */
};

/* What is NULL or 0 does not matter. */
struct vpop_event_filter {
	const char *type; /* a pattern: "user.*" */
	const char *object, *domain, *actor;
	time_t since, until; /* until: not itself */
	int64_t after;       /* facts: with a greater seq */
	int64_t change;      /* this one only */
	unsigned flags;
	int64_t before; /* the newest first: with a lesser seq (or change) */
};

/* filter NULL: all facts.  next returns 1, 0 (none is left now: a later call
 * may find more, unless the newest come first) or a code. */
struct vpop_events;
VPOP_EXPORT int vpop_events_open(struct vpop *vp,
    const struct vpop_event_filter *filter, struct vpop_events **ret_cursor);
VPOP_EXPORT int vpop_events_next(
    struct vpop_events *cursor, struct vpop_event *ret_event);
VPOP_EXPORT void vpop_events_close(struct vpop_events *cursor);

/* The greatest seq, 0 if there is none. */
VPOP_EXPORT int vpop_events_last(struct vpop *vp, int64_t *ret_seq);
/*
 * A descriptor that can be read from when the journal was written, to be
 * closed by the caller, who reads and forgets what is in it; or a code.  A
 * missed wake-up must not matter: look now and then, too.  The handle stays
 * open meanwhile.
 */
VPOP_EXPORT int vpop_events_watch(struct vpop *vp);

/* Facts are a chain: each has a digest of itself and of the one before. */
#define VPOP_LINK_SIZE 65
struct vpop_link {
	int64_t seq;
	char hash[VPOP_LINK_SIZE]; /* hexadecimal */
};
/* Whether all facts are as they were written, and, if noted is not NULL, the
 * one that was noted elsewhere is still what it was: *ret_count facts, and the
 * last link.  VA_PARSE_ERROR if not: vpop_message says where. */
VPOP_EXPORT int vpop_events_verify(struct vpop *vp,
    const struct vpop_link *noted, int64_t *ret_count,
    struct vpop_link *ret_last);

/* ---- events of programs that use the library -------------------------- */

/* old_json and new_json: objects, or NULL. */
struct vpop_event_new {
	const char *type, *object;
	const char *domain; /* "" for the site */
	const char *old_json, *new_json;
};

/* May this be done?  0, VA_HOOK_REFUSED, or VA_HOOK_FAILED. */
VPOP_EXPORT int vpop_event_ask(
    struct vpop *vp, const struct vpop_event_new *event);
/* It was done: a fact.  What the library itself sends is refused, and what is
 * not in the vocabulary, unless its name begins with "ext.". */
VPOP_EXPORT int vpop_event_publish(
    struct vpop *vp, const struct vpop_event_new *event);

/* ---- subscribers ------------------------------------------------------ */

/*
 * A subscriber is told of every fact at least once, and of those of one object
 * in their order.  It has a name, and the journal's folder keeps how far it
 * is.  What it could not take is tried again, first after a second, later
 * less often, while facts of other objects go on; after the setting
 * events_give_up it is a dead letter.  One process at a time is a subscriber
 * of a name.
 */
#define VPOP_SUBSCRIBER_SIZE 512
#define VPOP_PROBLEM_SIZE    256

enum vpop_failure {
	VPOP_TRY_AGAIN,  /* this fact, and others of its object, later */
	VPOP_TRY_PAUSED, /* the same, and until then nothing at all */
	VPOP_GIVE_UP     /* a dead letter at once */
};

struct vpop_subscriber;
/* A new one is told of what happens from now on. */
VPOP_EXPORT int vpop_subscriber_open(
    struct vpop *vp, const char *name, struct vpop_subscriber **ret_subscriber);
/*
 * The next fact whose type matches one of the patterns (separated by blanks;
 * NULL: all): 1, with how often it was tried; 0 when there is none now, and
 * how many milliseconds to wait for the next one that is to be tried again
 * (-1: there is none); or a code.  vpop_subscriber_done or _failed follows a
 * 1.
 */
VPOP_EXPORT int vpop_subscriber_next(struct vpop_subscriber *subscriber,
    const char *patterns, struct vpop_event *ret_event, int *ret_attempts,
    int *ret_wait);
VPOP_EXPORT int vpop_subscriber_done(struct vpop_subscriber *subscriber);
VPOP_EXPORT int vpop_subscriber_failed(struct vpop_subscriber *subscriber,
    enum vpop_failure how, const char *problem);
VPOP_EXPORT void vpop_subscriber_close(struct vpop_subscriber *subscriber);
/* From now on it is told of what is in this real domain only. */
VPOP_EXPORT int vpop_subscriber_keep_to(
    struct vpop_subscriber *subscriber, const char *domain);

struct vpop_subscriber_state {
	char name[VPOP_SUBSCRIBER_SIZE];
	int64_t position; /* seq of the last fact that it was told of */
	int64_t behind;   /* how many seqs there are after it */
	int64_t waiting;  /* facts that are tried again */
	int64_t dead;     /* dead letters */
	time_t seen;      /* when it last took one */
	char problem[VPOP_PROBLEM_SIZE]; /* of the last failure; "" */
};

/* By name; the list is to be freed with free(). */
VPOP_EXPORT int vpop_subscribers(struct vpop *vp,
    struct vpop_subscriber_state **ret_list, size_t *ret_count);
/* Forget it and its dead letters; VA_INVALID_ARGUMENT if there is none. */
VPOP_EXPORT int vpop_subscriber_forget(struct vpop *vp, const char *name);
/* Tell it again of the facts from one seq to another that it has been told
 * of; *ret_count of them. */
VPOP_EXPORT int vpop_subscriber_replay(struct vpop *vp, const char *name,
    int64_t from, int64_t to, int64_t *ret_count);
/* The same of those that a filter finds, to one seq. */
VPOP_EXPORT int vpop_subscriber_replay_found(struct vpop *vp, const char *name,
    const struct vpop_event_filter *filter, int64_t to, int64_t *ret_count);
/* What is tried again becomes a dead letter; *ret_count of them. */
VPOP_EXPORT int vpop_subscriber_give_up(
    struct vpop *vp, const char *name, int64_t *ret_count);

struct vpop_dead_letter {
	char subscriber[VPOP_SUBSCRIBER_SIZE];
	int64_t seq;
	time_t time; /* of the first attempt */
	int attempts;
	char problem[VPOP_PROBLEM_SIZE];
};

/* Of one, or of all (NULL); the list is to be freed with free(). */
VPOP_EXPORT int vpop_dead_letters(struct vpop *vp, const char *name,
    struct vpop_dead_letter **ret_list, size_t *ret_count);
/* seq 0: all of the subscriber; *ret_count of them. */
VPOP_EXPORT int vpop_dead_letters_retry(
    struct vpop *vp, const char *name, int64_t seq, int64_t *ret_count);
VPOP_EXPORT int vpop_dead_letters_drop(
    struct vpop *vp, const char *name, int64_t seq, int64_t *ret_count);

/* ---- upkeep ----------------------------------------------------------- */

/* Settle interrupted changes, tell the change script what it was not told,
 * and note what subscribers still need.  For a daemon, now and then. */
VPOP_EXPORT int vpop_events_settle(struct vpop *vp);
/* Delete finished changes older than so many days, but what somebody needs;
 * *ret_count of them. */
VPOP_EXPORT int vpop_events_prune(
    struct vpop *vp, int64_t days, int64_t *ret_count);

#ifdef __cplusplus
}
#endif
#endif
