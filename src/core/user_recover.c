/*
 * Settling interrupted changes of accounts.
 *
 * The record in the store decides: what the record says has happened is
 * completed, what it does not say is undone.  The state of the directory
 * tree is saved last; the plan says what its count was to be, so a place is
 * taken or given back exactly once.
 */
#include "config.h"

#include "core/user_int.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <string.h>
#include <sys/stat.h>

#include "base/dirtree.h"
#include "core/user_delete.h"
#include "core/userdir.h"

/* What the plans of accounts hold; NULL and -1: not there. */
struct plan {
	const char *name, *rel, *path, *sum;
	json_int_t users;
};

static int
read_plan(struct vpop *vp, const struct vp_pending *pending, struct plan *ret)
{
	struct plan plan = { .users = -1 };

	json_unpack(pending->plan, "{s:s, s?s, s?s, s?s, s?I}", "name",
	    &plan.name, "rel", &plan.rel, "path", &plan.path, "sum", &plan.sum,
	    "users", &plan.users);
	/* These become file names. */
	if (!plan.name || strchr(plan.name, '/') || *plan.name == '.' ||
	    *plan.name == '\0')
		return vp_fail(vp, VA_INVALID_ARGUMENT,
		    "journal: the plan of change %" PRId64 " is unusable",
		    pending->id);
	*ret = plan;
	return 0;
}

/* Make the tree count this account, if it does not yet. */
static int
count_in(struct vpop *vp, struct vp_place *place, json_int_t users)
{
	struct vp_dircontrol control;
	char rel[VP_DIR_REL_SIZE];
	int code, closed;

	if (users < 0)
		return 0;
	code = vp_dircontrol_open(vp, &place->domain, place->dirfd, 1,
	    place->domain.uid, place->domain.gid, &control);
	if (code < 0)
		return code;
	if (control.cur_users < (unsigned long)users)
		code = vp_dircontrol_take(vp, &control, rel);
	closed = vp_dircontrol_close(vp, &control, code == 0);
	return code < 0 ? code : closed;
}

static int
finish_add(
    struct vpop *vp, struct vp_place *place, const struct vpop_user *user)
{
	AUTO_CLOSE int fd = vp_userdir_open(&place->domain, user);
	int code = 0;

	if (fd < 0 && vp_userdir_absent(errno))
		return 0; /* is made at the first use */
	if (fd < 0)
		return vp_fail_errno(
		    vp, VA_BAD_U_DIR, "cannot open '%s'", user->dir);
	code = vp_lastauth_is_kept(vp, &place->domain);
	if (code > 0)
		code = 0;
	else if (code == 0 && vp->set.auth_logging)
		code = vp_lastauth_write(vp, &place->domain, fd, VP_NEVER_IP);
	return code == 0 ? vp_user_refresh(vp, &place->domain, user, 1, 1)
			 : code;
}

static int
settle_add(struct vpop *vp, struct vp_place *place, const struct plan *plan)
{
	struct vpop_user user;
	int found = place->ops->user_get(
	    place->store, &place->domain, plan->name, &user);

	if (found < 0)
		return found;
	if (!found) {
		/* What is not empty is not ours, and stays. */
		if (!plan->rel ||
		    vp_userdir_unmake(place->dirfd, plan->rel, plan->name) == 0)
			return 0;
		if (errno == EINVAL || errno == ENAMETOOLONG)
			return 0;
		return vp_fail_errno(vp, VA_BAD_U_DIR,
		    "cannot remove '%s/%s/%s'", place->domain.dir, plan->rel,
		    plan->name);
	}
	int code = finish_add(vp, place, &user);
	explicit_bzero(&user, sizeof user);
	if (code == 0)
		code = count_in(vp, place, plan->users);
	return code < 0 ? code : 1;
}

static int
settle_modify(struct vpop *vp, struct vp_place *place,
    const struct vp_pending *pending, const struct plan *plan)
{
	struct vpop_user user;
	char sum[VP_SUM_SIZE];
	int found = place->ops->user_get(
	    place->store, &place->domain, plan->name, &user);

	if (found <= 0)
		return found;
	int code = vp_user_sum(vp, &user, sum);
	if (code == 0 && (!plan->sum || strcmp(plan->sum, sum) != 0))
		found = 0;
	else if (code == 0)
		code = vp_user_refresh(vp, &place->domain, &user,
		    json_object_get(pending->new, "quota") != NULL,
		    json_object_get(pending->new, "passwd") != NULL);
	explicit_bzero(&user, sizeof user);
	return code < 0 ? code : found;
}

/* Take the tree's place back, if that has not been done. */
static int
count_out(struct vpop *vp, struct vp_place *place, const struct plan *plan)
{
	struct vp_dircontrol control;
	int code, closed;

	if (plan->users < 0 || !plan->rel)
		return 0;
	code = vp_dircontrol_open(vp, &place->domain, place->dirfd, 1,
	    place->domain.uid, place->domain.gid, &control);
	if (code < 0)
		return code;
	if (control.cur_users > (unsigned long)plan->users)
		code = vp_dircontrol_give(vp, &control, plan->rel);
	closed = vp_dircontrol_close(vp, &control, code == 0);
	return code < 0 ? code : closed;
}

static int
settle_delete(struct vpop *vp, struct vp_place *place,
    const struct vp_pending *pending, const struct plan *plan)
{
	struct vpop_user user;
	int found = place->ops->user_get(
	    place->store, &place->domain, plan->name, &user);
	int code;

	explicit_bzero(&user, sizeof user);
	if (found < 0)
		return found;
	if (found)
		return 0;
	code = vp_userdir_aside(vp, place, plan->path, plan->name, pending->id);
	if (code == 0)
		code = count_out(vp, place, plan);
	if (code == 0)
		code = vp_userdir_remove(vp, place, plan->name, pending->id);
	return code < 0 ? code : 1;
}

/* The end is journalled while the lock is held; vp_recover's own is then
 * without effect. */
static int
end(struct vpop *vp, const struct vp_pending *pending, int made)
{
	const struct vp_intent ended = VP_ENDED(pending);
	int code = 0;

	if (made > 0)
		code = vp_journal_commit(vp, &ended, 1);
	else if (made == 0)
		code = vp_journal_undo(vp, &ended, 1, "interrupted");
	return code < 0 ? code : made;
}

enum kind { ADD, MODIFY, DELETE };

static int
recover(struct vpop *vp, const struct vp_pending *pending, enum kind kind)
{
	struct plan plan = { .users = -1 };
	struct vp_place place;
	int code = vp_place_recover(vp, pending, &place);

	if (code == 0)
		return kind == DELETE;
	if (code != 1)
		return code < 0 ? code : 1;
	code = read_plan(vp, pending, &plan);
	if (code == 0 && kind == ADD)
		code = settle_add(vp, &place, &plan);
	else if (code == 0 && kind == MODIFY)
		code = settle_modify(vp, &place, pending, &plan);
	else if (code == 0)
		code = settle_delete(vp, &place, pending, &plan);
	/* The store's files may have been left half made. */
	if (code >= 0 && place.ops->fold) {
		int folded = place.ops->fold(place.store, &place.domain);
		code = folded < 0 ? folded : code;
	}
	code = end(vp, pending, code);
	vp_place_close(&place);
	return code;
}

int
vp_recover_user_add(struct vpop *vp, const struct vp_pending *pending)
{
	return recover(vp, pending, ADD);
}

int
vp_recover_user_modify(struct vpop *vp, const struct vp_pending *pending)
{
	return recover(vp, pending, MODIFY);
}

int
vp_recover_user_delete(struct vpop *vp, const struct vp_pending *pending)
{
	return recover(vp, pending, DELETE);
}
