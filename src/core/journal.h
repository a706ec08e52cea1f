/*
 * The journal: one SQLite file (var/journal.sqlite, WAL, full sync) that
 * records each change before it is made and again when it is done.  It is
 * crash recovery, audit trail and event feed.
 *
 * A changing verb: take the lock of its object; vp_journal_intend; do its
 * steps; vp_journal_commit (or _undo).  Intents are written and ended only
 * under the object's lock, so whoever holds that lock and still finds one
 * pending knows that its process is gone.
 *
 * No secret ever enters: old, new and plan name the fields that changed and
 * their values, with "***" for passwords and hashes.
 */
#ifndef CORE_JOURNAL_H
#define CORE_JOURNAL_H

#include <jansson.h>

#include "core/handle.h"

struct vp_intent {
	const char *event;  /* "user.created", ...: spec panel 11.4 */
	const char *object; /* "user@domain", "domain", ... */
	const char *domain; /* the real domain, "" for the site */
	json_t *old, *new;  /* what changes; NULL: nothing.  Borrowed. */
	json_t *plan;       /* what recovery needs.  Borrowed. */
	int is_asked;       /* vp_question_ask said yes */
	int is_out;         /* it is not to be made after all */
	int64_t id;         /* result */
};

/*
 * To be called first in every changing verb, with no lock held: opens the
 * journal and settles interrupted changes (recover.c).  In a dry run it does
 * nothing.  When the process may not write the site's journal (a domain
 * owner with a foreign user id), vp->journal stays NULL and the other
 * functions do nothing: single-file changes are atomic by themselves.
 */
int vp_change_start(struct vpop *vp);
/*
 * To be called last in every changing verb, with no lock held: tells others
 * of what was made (onchange.c).  The handle's last failure stays.
 */
void vp_change_end(struct vpop *vp);
/*
 * vp_domain_lock (waiting) for a verb that changes accounts or files of one
 * domain.  A process may have died with the lock while we waited for it:
 * what it left is settled before the lock is handed out.
 */
int vp_change_lock(
    struct vpop *vp, const struct vpop_domain *domain, int dirfd);

/* Foreign text for old, new and plan: bytes that are not UTF-8 become
 * U+FFFD.  NULL when memory is short. */
json_t *vp_journal_text(const char *text);

/* Find out who asks, if nobody said. */
int vp_journal_actor(struct vpop *vp);
/* Ask whether the changes may be made (question.c), and record the intents,
 * all or none, durably; those that are out are left out. */
int vp_journal_intend(struct vpop *vp, struct vp_intent *list, size_t count);
/* They were made: the facts may be published. */
int vp_journal_commit(
    struct vpop *vp, const struct vp_intent *list, size_t count);
/* They were refused or taken back. */
int vp_journal_undo(struct vpop *vp, const struct vp_intent *list, size_t count,
    const char *reason);

/* Record what was made already. */
int vp_journal_publish(struct vpop *vp, struct vp_intent *intent);

/* Nothing from this seq on is deleted; INT64_MAX: it may all be. */
int vp_journal_hold(struct vpop *vp, int64_t seq);
/* Delete what ended, began before a time and is not held. */
int vp_journal_prune(struct vpop *vp, int64_t before, int64_t *ret_count);

struct vp_pending {
	int64_t id;
	char *event, *object, *domain;
	json_t *old, *new, *plan;
};

/* What is to be ended of a pending change. */
#define VP_ENDED(pending)                                                      \
	{                                                                      \
		.event = (pending)->event, .object = (pending)->object,        \
		.domain = (pending)->domain, .old = (pending)->old,            \
		.new = (pending)->new, .id = (pending)->id                     \
	}

/* 1 if the change is still pending, 0, or a code. */
int vp_journal_is_pending(struct vpop *vp, int64_t id);
/* All pending changes in order; to be freed with vp_pending_free. */
int vp_journal_pending(
    struct vpop *vp, struct vp_pending **ret_list, size_t *ret_count);
void vp_pending_free(struct vp_pending *list, size_t count);
/* How many changes are pending, up to 1: of one domain, or of the site and
 * all domains (NULL).  1, 0, or a code. */
int vp_journal_any(struct vpop *vp, const char *domain);

/*
 * Settle one interrupted change, given by recover.c's table of events:
 * under the object's lock (not waiting for it: VA_LOCK_FAILED means that its
 * process lives) make sure it is still pending, then complete or undo it.
 * Returns 1 completed, 0 undone, or a code: left pending.
 */
typedef int vp_recover_fn(struct vpop *vp, const struct vp_pending *pending);

vp_recover_fn vp_recover_user_add, vp_recover_user_modify,
    vp_recover_user_delete, vp_recover_domain_add, vp_recover_domain_add_alias,
    vp_recover_domain_delete, vp_recover_domain_rename, vp_recover_list_create,
    vp_recover_list_modify, vp_recover_list_delete, vp_recover_list_member,
    vp_recover_alias, vp_recover_limits, vp_recover_ipmap, vp_recover_steps,
    vp_recover_atomic /* one file was replaced, or not: nothing to do */;

/* Settle all pending changes; *ret_left (may be NULL) counts those left. */
int vp_recover(struct vpop *vp, size_t *ret_left);

#endif
