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

#ifdef __cplusplus
}
#endif
#endif
