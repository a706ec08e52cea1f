/*
 * Events: the vocabulary, and the envelope of a row of the journal.
 */
#ifndef CORE_EVENT_H
#define CORE_EVENT_H

#include "vpop_event.h"

#include <jansson.h>

#include "core/handle.h"

#define VP_EVENT_SCHEMA  1
#define VP_EVENT_LIBRARY "library"
/* Of modules that the vocabulary does not know. */
#define VP_EVENT_FREE "ext."

/*
 * The fields of old and new: words "name", "name:type", each with '!' at its
 * end if the field is always there.  Types: text (when none is said), int,
 * bool, flags (of an account), secret, texts (a list), null (text or null).
 * A "*" is any further field with a number or a truth value; "?" says that
 * the object itself may be null.  NULL: it is always null.
 */
struct vp_event_type {
	const char *name, *kind, *about, *sender, *old, *new;
};

/* Ends with a NULL name. */
extern const struct vp_event_type vp_event_types[];

/* NULL if there is none. */
const struct vp_event_type *vp_event_find(const char *type);
/* 1 if a pattern of the shell stands for the type. */
int vp_event_matches(const char *pattern, const char *type);
/* A new reference; NULL without memory. */
json_t *vp_event_schema(const struct vp_event_type *type);

/* One row; texts are borrowed. */
struct vp_event_row {
	int64_t change, seq, time;
	int64_t site; /* number of the journal itself, for the id */
	const char *event, *object, *domain, *actor, *origin;
	json_t *old, *new;
};

/* A question has neither id nor seq.  NULL without memory. */
json_t *vp_event_envelope(const struct vp_event_row *row, int is_question);

#endif
