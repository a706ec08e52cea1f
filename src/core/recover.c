/*
 * Settling interrupted changes.
 *
 * Each event has one function that looks at what is there and completes or
 * undoes the change.  It takes the lock of the object without waiting: a
 * change whose process lives is left to it.  Changes of one domain are
 * settled in their order; when one cannot be, the later ones wait too.
 */
#include "config.h"

#include "core/journal_int.h"

#include <string.h>

#include "core/domain.h"
#include "core/onchange.h"

/* How often a waiting verb settles what dead processes leave behind. */
#define LOCK_TRIES 3

static const struct {
	const char *event;
	vp_recover_fn *settle;
} events[] = { { "user.created", vp_recover_user_add },
	{ "user.updated", vp_recover_user_modify },
	{ "user.password.changed", vp_recover_user_modify },
	{ "user.flags.changed", vp_recover_user_modify },
	{ "user.suspended", vp_recover_user_modify },
	{ "user.resumed", vp_recover_user_modify },
	{ "user.spam.changed", vp_recover_user_modify },
	{ "user.quota.changed", vp_recover_user_modify },
	{ "user.deleted", vp_recover_user_delete },
	{ "user.forward.changed", vp_recover_steps },
	{ "user.vacation.enabled", vp_recover_steps },
	{ "user.vacation.updated", vp_recover_steps },
	{ "user.vacation.disabled", vp_recover_steps },
	{ "autoresponder.created", vp_recover_steps },
	{ "autoresponder.updated", vp_recover_steps },
	{ "autoresponder.deleted", vp_recover_steps },
	{ "user.apppassword.created", vp_recover_atomic },
	{ "user.apppassword.deleted", vp_recover_atomic },
	{ "domain.created", vp_recover_domain_add },
	{ "aliasdomain.created", vp_recover_domain_add_alias },
	{ "domain.deleted", vp_recover_domain_delete },
	{ "aliasdomain.deleted", vp_recover_domain_delete },
	{ "domain.renamed", vp_recover_domain_rename },
	{ "domain.catchall.changed", vp_recover_atomic },
	{ "domain.suspended", vp_recover_atomic },
	{ "domain.resumed", vp_recover_atomic },
	{ "domain.limits.changed", vp_recover_limits },
	{ "alias.created", vp_recover_alias },
	{ "alias.updated", vp_recover_alias },
	{ "alias.deleted", vp_recover_alias },
	{ "list.created", vp_recover_list_create },
	{ "list.updated", vp_recover_list_modify },
	{ "list.deleted", vp_recover_list_delete },
	{ "list.member.added", vp_recover_list_member },
	{ "list.member.removed", vp_recover_list_member },
	{ "ipmap.created", vp_recover_ipmap },
	{ "ipmap.deleted", vp_recover_ipmap },
	{ "config.changed", vp_recover_atomic } };

/* The domains whose changes cannot be settled now. */
struct blocked {
	const char **domains;
	size_t count;
};

static int
is_blocked(const struct blocked *blocked, const char *domain)
{
	for (size_t i = 0; i < blocked->count; i++)
		if (strcmp(blocked->domains[i], domain) == 0)
			return 1;
	return 0;
}

static int
settle(struct vpop *vp, const struct vp_pending *pending)
{
	const struct vp_intent ended = VP_ENDED(pending);

	for (size_t i = 0; i < sizeof events / sizeof *events; i++) {
		if (strcmp(events[i].event, pending->event) != 0)
			continue;
		int made = events[i].settle(vp, pending);
		if (made < 0)
			return made;
		if (made)
			return vp_journal_commit(vp, &ended, 1);
		return vp_journal_undo(vp, &ended, 1, "interrupted");
	}
	return vp_fail(vp, VA_INVALID_ARGUMENT,
	    "journal: change %lld is of the unknown kind '%s'",
	    (long long)pending->id, pending->event);
}

int
vp_recover(struct vpop *vp, size_t *ret_left)
{
	struct vp_pending *list = NULL;
	struct blocked blocked = { 0 };
	size_t count = 0, left = 0;
	int code = vp_journal_pending(vp, &list, &count);

	if (code < 0)
		return code;
	if (count > 0) {
		blocked.domains = calloc(count, sizeof *blocked.domains);
		if (!blocked.domains) {
			vp_pending_free(list, count);
			return vp_fail(
			    vp, VA_MEMORY_ALLOC_ERR, "out of memory");
		}
	}
	for (size_t i = 0; i < count; i++) {
		if (is_blocked(&blocked, list[i].domain)) {
			left++;
		} else if (settle(vp, &list[i]) < 0) {
			blocked.domains[blocked.count++] = list[i].domain;
			left++;
		}
	}
	free(blocked.domains);
	vp_pending_free(list, count);
	if (ret_left)
		*ret_left = left;
	return 0;
}

int
vp_change_start(struct vpop *vp)
{
	int code, any;

	if (vp_dry_run(vp))
		return 0;
	if (!vp->journal && (code = vp_journal_open(vp)) < 0)
		return code;
	any = vp_journal_any(vp, NULL);
	if (any < 0)
		return any;
	if (any > 0) {
		if ((code = vp_recover(vp, NULL)) < 0)
			return code;
		vp_clear_error(vp);
	}
	return vp_onchange_missed(vp);
}

/* The domain may have got another main name while we waited. */
static int
check_name(struct vpop *vp, const struct vpop_domain *domain)
{
	struct vpop_domain now;
	int code = vpop_domain_get(vp, domain->real, &now);

	if (code == VA_DOMAIN_DOES_NOT_EXIST) {
		vp_clear_error(vp);
		return 0;
	}
	if (code == 0 && strcmp(now.real, domain->real) != 0)
		code = vp_fail(vp, VA_LOCK_FAILED,
		    "domain '%s' has become '%s' meanwhile; try again",
		    domain->real, now.real);
	return code;
}

int
vp_change_lock(struct vpop *vp, const struct vpop_domain *domain, int dirfd)
{
	for (int tries = 0;; tries++) {
		int lock = vp_domain_lock(vp, domain, dirfd, 1);
		if (lock < 0)
			return lock;
		int any = vp_journal_any(vp, domain->real);
		int code = any < 0 ? any : check_name(vp, domain);
		if (code == 0 && (any == 0 || tries == LOCK_TRIES))
			return lock;
		close(lock);
		if (code != 0)
			return code;
		code = vp_recover(vp, NULL);
		if (code < 0)
			return code;
		vp_clear_error(vp);
	}
}
