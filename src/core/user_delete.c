/*
 * Deleting accounts.
 *
 * Order: journal; remove the records in one transaction; move the directory
 * aside, give its place back, remove it.  From the transaction on the account
 * is gone for everybody, and a crash leaves only files that recovery removes.
 * Nothing outside the domain's folder is touched and no link is followed,
 * whatever the record says.
 */
#include "config.h"

#include "core/user_delete.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/dirtree.h"
#include "base/text.h"
#include "core/name.h"
#include "core/user_run.h"
#include "core/userdir.h"

#define POSTMASTER "postmaster"
#define ASIDE      ".deleted-"

struct del {
	struct vp_element element;
	struct vpop_user user;
	char name[VPOP_USER_SIZE];
	char path[VPOP_DIR_SIZE]; /* below the domain's folder, or "" */
	char rel[VP_DIR_REL_SIZE];
	int counted; /* has a place in the tree */
};

/* What the elements of a list share. */
struct call {
	unsigned flags;
	char action[VPOP_DIR_SIZE]; /* of the domain's .qmail-default */
};

/* ---- checks ----------------------------------------------------------- */

static int
check_name(struct vp_run *run, struct del *del)
{
	const struct vpop_user_name *in = del->element.in;
	const struct call *call = run->arg;
	struct vpop *vp = run->vp;
	int code;

	if (!in->name || !in->domain)
		return vp_fail(vp, VA_NULL_POINTER, "no %s is given",
		    in->name ? "domain" : "user name");
	code = vp_name_user(vp, in->name, del->name);
	if (code == 0 && del->name[0] == '\0')
		code =
		    vp_fail(vp, VA_ILLEGAL_USERNAME, "no user name is given");
	if (code == 0 && strcmp(del->name, POSTMASTER) == 0 &&
	    !(call->flags & VPOP_DELETE_POSTMASTER))
		code = vp_fail(vp, VA_FORBIDDEN,
		    "postmaster of '%s' is not deleted unless forced",
		    in->domain);
	return code;
}

/* The action of .qmail-default without "/Maildir/" at its end. */
static int
read_action(struct vp_run *run)
{
	static const char maildir[] = "/Maildir";
	int code = 0;
	AUTO_FREE char *text =
	    vp_qmail_default_read(run->vp, run->place.dirfd, &code);
	size_t length, end = sizeof maildir - 1;
	struct call *call = run->arg;
	char *action = call->action;

	if (!text)
		return code;
	if (vp_qmail_default_action(text, action, sizeof call->action) != 0)
		return vp_fail(run->vp, VA_COULD_NOT_OPEN_QMAIL_DEFAULT,
		    "the action in '%s/.qmail-default' is too long",
		    run->place.domain.dir);
	length = strlen(action);
	while (length > 1 && action[length - 1] == '/')
		action[--length] = '\0';
	if (length > end && strcmp(action + length - end, maildir) == 0)
		action[length - end] = '\0';
	return 0;
}

static int
is_catchall(struct vp_run *run, const struct del *del)
{
	const struct call *call = run->arg;
	const char *action = call->action;
	const char *at = strrchr(action, '@');
	const char *domain = run->place.domain.real;
	struct vpop_domain found;

	if (*action == '/') {
		const char *below =
		    vp_path_below(run->place.domain.dir, action);

		return strcmp(action, del->user.dir) == 0 ||
		       (below &&
			   strcmp(strrchr(action, '/') + 1, del->name) == 0);
	}
	if (*action == '&')
		action++;
	if (!at || (size_t)(at - action) != strlen(del->name) ||
	    strncasecmp(action, del->name, strlen(del->name)) != 0)
		return 0;
	return strcasecmp(at + 1, domain) == 0 ||
	       (vpop_domain_get(run->vp, at + 1, &found) == 0 &&
		   strcmp(found.real, domain) == 0);
}

/*
 * The directory that goes with the account.  Only one that bears its name
 * and is below the domain's folder is taken to be its own; a one-letter name
 * may be a hash directory with the accounts of others in it.
 */
static void
find_dir(struct vp_run *run, struct del *del)
{
	const char *dir = del->user.dir;
	const char *below = vp_path_below(run->place.domain.dir, dir);
	const char *last = below ? strrchr(below, '/') : NULL;

	del->counted = *dir != '\0';
	if (vp_dircontrol_rel(
		run->place.domain.dir, dir, del->name, del->rel) != 0)
		del->rel[0] = '\0';
	if (!below || strcasecmp(last ? last + 1 : below, del->name) != 0)
		return;
	if (vp_format(del->path, sizeof del->path, "%s%s", below,
		del->name[1] == '\0' ? "/Maildir" : "") != 0)
		del->path[0] = '\0';
}

static int
check_user(struct vp_run *run, struct del *del)
{
	int rc = run->place.ops->user_get(
	    run->place.store, &run->place.domain, del->name, &del->user);

	if (rc < 0)
		return rc;
	if (rc == 0)
		return vp_fail(run->vp, VA_USER_DOES_NOT_EXIST,
		    "user '%s@%s' does not exist", del->name,
		    run->place.domain.real);
	if (is_catchall(run, del))
		return vp_fail(run->vp, VA_CANNOT_DELETE_CATCHALL,
		    "user '%s@%s' gets the domain's mail for unknown names",
		    del->name, run->place.domain.real);
	find_dir(run, del);
	return 0;
}

static void
check_users(struct vp_run *run)
{
	struct del *list = run->list;

	for (size_t i = 0; i < run->count; i++)
		if (vp_run_is_good(&list[i].element))
			vp_run_result(
			    run, &list[i].element, check_user(run, &list[i]));
}

/* ---- the journal ------------------------------------------------------ */

static int
describe(struct vp_run *run, struct del *del, struct vp_intent *intent,
    unsigned long *users)
{
	const struct vpop_user *user = &del->user;

	del->element.object = vp_user_object(del->name, run->place.domain.real);
	intent->event = "user.deleted";
	intent->object = del->element.object;
	intent->domain = run->place.domain.real;
	intent->old = json_pack("{s:s, s:s, s:o, s:o, s:o, s:I}", "name",
	    del->name, "domain", run->place.domain.real, "gecos",
	    vp_journal_text(user->gecos), "quota", vp_journal_text(user->quota),
	    "dir", vp_journal_text(user->dir), "flags", (json_int_t)user->gid);
	intent->plan =
	    json_pack("{s:s, s:s}", "name", del->name, "rel", del->rel);
	if (!del->element.object || !intent->old || !intent->plan)
		return vp_fail(run->vp, VA_MEMORY_ALLOC_ERR, "out of memory");
	if (*del->path)
		json_object_set_new(
		    intent->plan, "path", vp_journal_text(del->path));
	if (users && del->counted) {
		*users -= *users > 0;
		json_object_set_new(
		    intent->plan, "users", json_integer((json_int_t)*users));
	}
	return 0;
}

/* control is NULL when directories are not hashed. */
static int
intend(struct vp_run *run, const struct vp_dircontrol *control)
{
	struct del *list = run->list;
	unsigned long users = control ? control->cur_users : 0;
	int code = 0;

	for (size_t i = 0; i < run->count && code == 0; i++)
		code = describe(
		    run, &list[i], &run->intents[i], control ? &users : NULL);
	if (code == 0)
		code = vp_run_intend(run);
	return code;
}

/* ---- the directory ---------------------------------------------------- */

static void
aside_name(char ret[VPOP_DIR_SIZE], const char *name, int64_t id)
{
	if (id)
		snprintf(ret, VPOP_DIR_SIZE, ASIDE "%" PRId64, id);
	else
		snprintf(ret, VPOP_DIR_SIZE, ASIDE "%s", name);
}

int
vp_userdir_aside(struct vpop *vp, const struct vp_place *place,
    const char *path, const char *name, int64_t id)
{
	char aside[VPOP_DIR_SIZE];
	const char *last;

	if (!path || *path == '\0')
		return 0;
	aside_name(aside, name, id);
	AUTO_CLOSE int parent = vp_dir_open_parent(place->dirfd, path, &last);
	if (parent >= 0 && renameat(parent, last, place->dirfd, aside) == 0)
		return 0;
	/* A folder on the way that is a link or missing: not ours. */
	if (errno == ENOENT || errno == ELOOP || errno == ENOTDIR)
		return 0;
	return vp_fail_errno(vp, VA_BAD_DIR,
	    "user '%s@%s' is deleted, but the directory '%s' cannot be "
	    "removed",
	    name, place->domain.real, path);
}

int
vp_userdir_remove(
    struct vpop *vp, const struct vp_place *place, const char *name, int64_t id)
{
	char aside[VPOP_DIR_SIZE];

	aside_name(aside, name, id);
	if (vp_dir_remove(place->dirfd, aside) == 0)
		return 0;
	return vp_fail_errno(vp, VA_BAD_DIR,
	    "user '%s@%s' is deleted, but the directory '%s' cannot be "
	    "removed",
	    name, place->domain.real, aside);
}

/* ---- the change ------------------------------------------------------- */

static int delete (struct vp_run *run, void *element)
{
	const struct del *del = element;

	return run->place.ops->user_delete(
	    run->place.store, &run->place.domain, del->name);
}

static int
is_deleted(struct vp_run *run, void *element)
{
	struct del *del = element;
	int rc = run->place.ops->user_get(
	    run->place.store, &run->place.domain, del->name, &del->user);

	return rc < 0 ? rc : !rc;
}

/* Places that move_dirs will give back. */
static unsigned long
uncounted(struct vp_run *run)
{
	const struct del *list = run->list;
	unsigned long count = 0;

	for (size_t i = 0; i < run->count; i++)
		if (vp_run_is_good(&list[i].element) && list[i].counted)
			count++;
	return count;
}

static void
move_dirs(struct vp_run *run, struct vp_dircontrol *control)
{
	struct del *list = run->list;

	for (size_t i = 0; i < run->count; i++) {
		struct del *del = &list[i];
		int code;

		if (!vp_run_is_good(&del->element))
			continue;
		code = vp_userdir_aside(run->vp, &run->place, del->path,
		    del->name, run->intents[i].id);
		if (control && del->counted)
			vp_dircontrol_give(run->vp, control, del->rel);
		vp_run_result(run, &del->element, code);
	}
}

/* The intents of the accounts that are gone with all they had. */
static size_t
remove_dirs(struct vp_run *run, struct vp_intent *ret_made)
{
	struct del *list = run->list;
	size_t count = 0;

	for (size_t i = 0; i < run->count; i++) {
		struct del *del = &list[i];
		int code;

		if (!vp_run_is_good(&del->element))
			continue;
		code = vp_userdir_remove(
		    run->vp, &run->place, del->name, run->intents[i].id);
		if (vp_run_result(run, &del->element, code) == 0)
			ret_made[count++] = run->intents[i];
	}
	return count;
}

/*
 * The accounts are gone, whatever the caller wants after a failure now; what
 * cannot be removed behind them is reported, stays pending in the journal
 * and is tried again by the next change.
 */
static void
remove_files(struct vp_run *run, struct vp_dircontrol *control)
{
	AUTO_FREE struct vp_intent *made =
	    calloc(run->count, sizeof *run->intents);
	int saved = 0;
	size_t count;

	vp_run_undo(run);
	run->stop = 0;
	if (!made)
		return;
	move_dirs(run, control);
	if (control) {
		saved = vp_dircontrol_close(run->vp, control, 1);
		control->dirty = control->freed_dirty = 0;
	}
	count = remove_dirs(run, made);
	if (saved == 0 && count > 0)
		vp_journal_commit(run->vp, made, count);
}

static void
change(struct vp_run *run, struct vp_dircontrol *control)
{
	int code = intend(run, control);

	if (code < 0) {
		vp_run_fail(run, code);
	} else {
		run->control = control;
		run->uncounted = uncounted;
		vp_run_store(run, delete, is_deleted);
		remove_files(run, control);
	}
	vp_run_forget(run);
}

static void
open_and_change(struct vp_run *run)
{
	const struct vpop_domain *domain = &run->place.domain;
	struct vp_dircontrol control;
	int code;

	vp_run_compact(run);
	if (run->count == 0)
		return;
	if (!run->vp->set.users_big_dir) {
		change(run, NULL);
		return;
	}
	code = vp_dircontrol_open(run->vp, domain, run->place.dirfd, 1,
	    domain->uid, domain->gid, &control);
	if (code < 0) {
		vp_run_fail(run, code);
		return;
	}
	change(run, &control);
	vp_dircontrol_close(run->vp, &control, 0);
}

static void
delete_run(struct vp_run *run)
{
	struct del *list = run->list;
	const struct vpop_user_name *first = list[0].element.in;
	int code;

	for (size_t i = 0; i < run->count; i++)
		if (vp_run_is_good(&list[i].element))
			vp_run_result(
			    run, &list[i].element, check_name(run, &list[i]));
	code = vp_place_open(run->vp, first->domain, &run->place);
	if (code == 0)
		code = vp_run_lock(run);
	if (code == 0)
		code = read_action(run);
	if (code < 0) {
		vp_run_fail(run, code);
		return;
	}
	check_users(run);
	if (!vp_dry_run(run->vp))
		open_and_change(run);
}

int
vpop_users_delete(struct vpop *vp, struct vpop_user_name *list, size_t count,
    unsigned flags, int stop)
{
	struct call call = { .flags = flags };
	const struct vp_verb verb = { .list = list,
		.count = count,
		.stride = sizeof *list,
		.code_at = offsetof(struct vpop_user_name, code),
		.message_at = offsetof(struct vpop_user_name, message),
		.size = sizeof(struct del),
		.stop = stop,
		.run = delete_run,
		.arg = &call };

	return vp_users_verb(vp, &verb);
}

int
vpop_user_delete(
    struct vpop *vp, const char *user, const char *domain, unsigned flags)
{
	struct vpop_user_name one = { .name = user, .domain = domain };

	return vpop_users_delete(vp, &one, 1, flags, 0);
}
