/*
 * Adding accounts.
 *
 * Order of a run: check all that needs no lock (passwords are hashed here);
 * lock; see that neither record nor directory exists; take places in the
 * directory tree; journal; make directories; put the records in one
 * transaction; write what hangs on them; save the tree's state; journal the
 * end.  The directory is there before the record, so mail always finds a
 * Maildir; until the record is there nobody can deliver, so what a crash
 * leaves is an empty directory, which recovery removes.
 */
#include "config.h"

#include "core/user_run.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

#include "base/dirtree.h"
#include "base/text.h"
#include "core/limits.h"
#include "core/name.h"
#include "core/strict.h"
#include "core/userdir.h"

struct add {
	struct vp_element element;
	struct vpop_user user;
	char rel[VP_DIR_REL_SIZE];
	unsigned long users; /* of the tree, with this one */
	int taken, made;     /* its place, its directory */
};

/* ---- before the lock -------------------------------------------------- */

/* What needs neither domain nor password. */
static int
check_fields(struct vp_run *run, struct add *add)
{
	const struct vpop_user_new *in = add->element.in;
	struct vpop *vp = run->vp;
	int code;

	if (!in->name || !in->domain)
		return vp_fail(vp, VA_NULL_POINTER, "no %s is given",
		    in->name ? "domain" : "user name");
	if (in->gecos && strchr(in->gecos, ':'))
		return vp_fail(vp, VA_BAD_CHAR, "the comment has a colon");
	code = vp_name_new_user(vp, in->name, add->user.name);
	if (code == 0)
		code = vp_gecos_field(
		    vp, in->gecos, add->user.name, add->user.gecos);
	if (code == 0 && in->quota)
		code = vp_quota_field(vp, in->quota, add->user.quota);
	add->user.uid = in->apop ? 2 : 1;
	add->user.gid = add->user.flags = in->gid;
	return code;
}

static int
check_absent(struct vp_run *run, const struct add *add)
{
	struct vpop_user found;
	int rc = run->place.ops->user_get(
	    run->place.store, &run->place.domain, add->user.name, &found);

	explicit_bzero(&found, sizeof found);
	if (rc <= 0)
		return rc;
	return vp_fail(run->vp, VA_USERNAME_EXISTS,
	    "user '%s@%s' exists already", add->user.name,
	    run->place.domain.real);
}

/* Hashing is slow on purpose: not for a name that is taken anyway. */
static int
check_secret(struct vp_run *run, struct add *add)
{
	const struct vpop_user_new *in = add->element.in;
	int code = 0;

	if (in->secret.kind == VPOP_SECRET_CLEAR)
		code = check_absent(run, add);
	if (code == 0)
		code = vp_secret_fields(run->vp, &in->secret, 1, &add->user);
	return code;
}

/* Open the domain and complete the records but for their directories. */
static int
prepare(struct vp_run *run)
{
	struct add *list = run->list;
	const struct vpop_user_new *first = list[0].element.in;
	struct vpop_limits limits;
	char quota[VPOP_QUOTA_SIZE];
	int code = vp_place_open(run->vp, first->domain, &run->place);

	if (code == 0)
		code = vp_limits_of(run->vp, &run->place.domain, &limits);
	if (code < 0)
		return code;
	vp_limits_quota(&limits, quota);
	for (size_t i = 0; i < run->count; i++) {
		const struct vpop_user_new *in = list[i].element.in;

		if (!vp_run_is_good(&list[i].element))
			continue;
		memcpy(list[i].user.domain, run->place.domain.real,
		    sizeof list[i].user.domain);
		if (!in->quota)
			memcpy(list[i].user.quota, quota, sizeof quota);
		vp_run_result(
		    run, &list[i].element, check_secret(run, &list[i]));
	}
	return 0;
}

/* ---- under the lock --------------------------------------------------- */

/* A directory that is there already is not ours: recovery must never find
 * it in a plan. */
static int
check_no_dir(struct vp_run *run, const struct add *add)
{
	int parent =
	    vp_hashdir_open(&run->place.hash, run->place.dirfd, add->rel);
	struct stat st;

	if (parent >= 0 &&
	    fstatat(parent, add->user.name, &st, AT_SYMLINK_NOFOLLOW) == 0)
		return vp_fail(run->vp, VA_EXIST_U_DIR,
		    "the directory of user '%s@%s' exists already",
		    add->user.name, run->place.domain.real);
	if (errno == ENOENT)
		return 0;
	return vp_fail_errno(run->vp, vp_code_of_errno(errno, VA_BAD_U_DIR),
	    "cannot look at '%s/%s'", run->place.domain.dir, add->rel);
}

static int
set_dir(struct vp_run *run, struct add *add)
{
	if (vp_format(add->user.dir, sizeof add->user.dir, "%s/%s%s%s",
		run->place.domain.dir, add->rel, *add->rel ? "/" : "",
		add->user.name) == 0)
		return 0;
	return vp_fail(run->vp, VA_DIR_TOO_LONG,
	    "the directory of user '%s@%s' has too long a name", add->user.name,
	    run->place.domain.real);
}

static int
take_place(struct vp_run *run, struct add *add, struct vp_dircontrol *control)
{
	int code = 0;

	if (control) {
		code = vp_dircontrol_take(run->vp, control, add->rel);
		add->users = control->cur_users;
		add->taken = code == 0;
	}
	if (code == 0)
		code = set_dir(run, add);
	if (code == 0)
		code = check_no_dir(run, add);
	if (vp_run_result(run, &add->element, code) < 0 && add->taken) {
		/* At once: the places of the others must be those that
		 * recovery counts. */
		add->taken = 0;
		vp_dircontrol_give(run->vp, control, add->rel);
	}
	return code;
}

/* Which directory it would be is not known when directories are hashed:
 * finding out would make some. */
static void
dry_place(struct vp_run *run, struct add *add)
{
	int code = set_dir(run, add);

	if (code == 0 && !run->vp->set.users_big_dir)
		code = check_no_dir(run, add);
	vp_run_result(run, &add->element, code);
}

static void
check_places(struct vp_run *run, struct vp_dircontrol *control)
{
	AUTO_FREE unsigned char *found = calloc(run->count, 1);
	struct add *list = run->list;
	int rc = found ? vp_run_find(run, offsetof(struct add, user), found)
		       : vp_fail(run->vp, VA_MEMORY_ALLOC_ERR, "out of memory");

	if (rc < 0) {
		vp_run_fail(run, rc);
		return;
	}
	for (size_t i = 0; i < run->count; i++) {
		/* Those that are there are asked for again, for the words. */
		const int is_absent = rc > 0 && found && !found[i];

		if (!vp_run_is_good(&list[i].element))
			continue;
		if (!is_absent && vp_run_result(run, &list[i].element,
				      check_absent(run, &list[i])) < 0)
			continue;
		if (vp_dry_run(run->vp))
			dry_place(run, &list[i]);
		else
			take_place(run, &list[i], control);
	}
}

/* ---- the journal ------------------------------------------------------ */

static int
describe(struct vp_run *run, struct add *add, struct vp_intent *intent)
{
	const struct vpop_user *user = &add->user;

	add->element.object = vp_user_object(user->name, user->domain);
	intent->event = "user.created";
	intent->object = add->element.object;
	intent->domain = user->domain;
	intent->new =
	    json_pack("{s:s, s:s, s:o, s:s, s:o, s:I, s:s}", "name", user->name,
		"domain", user->domain, "gecos", vp_journal_text(user->gecos),
		"quota", user->quota, "dir", vp_journal_text(user->dir),
		"flags", (json_int_t)user->gid, "passwd", "***");
	intent->plan =
	    json_pack("{s:s, s:s}", "name", user->name, "rel", add->rel);
	if (!add->element.object || !intent->new || !intent->plan)
		return vp_fail(run->vp, VA_MEMORY_ALLOC_ERR, "out of memory");
	if (add->taken)
		json_object_set_new(intent->plan, "users",
		    json_integer((json_int_t)add->users));
	return 0;
}

static int
intend(struct vp_run *run)
{
	struct add *list = run->list;
	int code = 0;

	for (size_t i = 0; i < run->count && code == 0; i++)
		code = describe(run, &list[i], &run->intents[i]);
	if (code == 0)
		code = vp_run_intend(run);
	return code;
}

/* ---- the change ------------------------------------------------------- */

static int
make_dir(struct vp_run *run, const struct add *add)
{
	int parent =
	    vp_hashdir_open(&run->place.hash, run->place.dirfd, add->rel);

	if (parent < 0)
		return vp_fail_errno(run->vp,
		    vp_code_of_errno(errno, VA_SUBDIR_CREATION),
		    "cannot open the hash directory of '%s'", add->user.name);
	return vp_userdir_make_in(
	    run->vp, &run->place.domain, parent, add->user.name, 0);
}

static void
make_dirs(struct vp_run *run)
{
	struct add *list = run->list;

	for (size_t i = 0; i < run->count; i++) {
		if (!vp_run_is_good(&list[i].element))
			continue;
		int code = make_dir(run, &list[i]);
		/* Also a failed one may be there in part. */
		list[i].made = code != VA_EXIST_U_DIR;
		vp_run_result(run, &list[i].element, code);
	}
}

/* Others of the run may be committed: one that fails leaves nothing. */
static int
put_lastauth(struct vp_run *run, const struct add *add)
{
	const struct vp_place *place = &run->place;
	char reason[sizeof run->vp->message];
	int code = vp_lastauth_first(run->vp, &place->domain, add->user.name);

	if (code >= 0)
		return 0;
	memcpy(reason, run->vp->message, sizeof reason);
	(void)place->ops->user_delete(
	    place->store, &place->domain, add->user.name);
	return vp_fail(run->vp, code, "%s", reason);
}

static int
put(struct vp_run *run, void *element)
{
	const struct add *add = element;
	int code = run->place.ops->user_put(
	    run->place.store, &run->place.domain, &add->user, VPOP_PUT_ADD);

	if (code == 0)
		code = put_lastauth(run, add);
	return code;
}

static int
put_all(struct vp_run *run)
{
	return vp_run_add(run, offsetof(struct add, user));
}

static int
is_put(struct vp_run *run, void *element)
{
	const struct add *add = element;
	struct vpop_user found;
	int rc = run->place.ops->user_get(
	    run->place.store, &run->place.domain, add->user.name, &found);

	explicit_bzero(&found, sizeof found);
	return rc;
}

/* Places that clean_up will give back. */
static unsigned long
uncounted(struct vp_run *run)
{
	const struct add *list = run->list;
	unsigned long count = 0;

	for (size_t i = 0; i < run->count; i++)
		if (!vp_run_is_good(&list[i].element) && list[i].taken)
			count++;
	return count;
}

/* Take back what was made for the failed ones. */
static void
clean_up(struct vp_run *run, struct vp_dircontrol *control)
{
	struct add *list = run->list;

	for (size_t i = 0; i < run->count; i++) {
		if (vp_run_is_good(&list[i].element) || list[i].element.unsure)
			continue;
		/* What cannot be removed now is left to recovery. */
		if (list[i].made && vp_userdir_unmake(run->place.dirfd,
					list[i].rel, list[i].user.name) != 0)
			list[i].element.unsure = 1;
		if (list[i].taken)
			vp_dircontrol_give(run->vp, control, list[i].rel);
	}
}

/* What hangs on the record.  The account works without it. */
static int
finish_user(struct vp_run *run, const struct add *add)
{
	const struct vpop_domain *domain = &run->place.domain;
	const int quota = strcmp(add->user.quota, "NOQUOTA") != 0;
	struct vpop *vp = run->vp;
	int code = vp_lastauth_is_kept(vp, domain);

	if (code < 0)
		return code;
	if (vp->set.auth_logging && code == 0) {
		int parent = vp_hashdir_open(
		    &run->place.hash, run->place.dirfd, add->rel);
		AUTO_CLOSE int fd =
		    parent < 0 ? -1 : vp_dir_open_at(parent, add->user.name);

		code = fd < 0 ? VA_BAD_U_DIR
			      : vp_lastauth_write(vp, domain, fd, VP_NEVER_IP);
	}
	if (code >= 0 && (quota || vp->set.sqwebmail_pass))
		return vp_user_refresh(vp, domain, &add->user, quota, 1);
	return code < 0 ? code : 0;
}

/*
 * The records are there, so the request is done; what could not be written
 * behind them stays pending in the journal and is mended by the next change.
 */
static void
finish(struct vp_run *run, struct vp_dircontrol *control)
{
	AUTO_FREE struct vp_intent *made =
	    calloc(run->count, sizeof *run->intents);
	const struct add *list = run->list;
	size_t good = 0, count = 0;

	for (size_t i = 0; i < run->count; i++) {
		if (!vp_run_is_good(&list[i].element))
			continue;
		good++;
		if (finish_user(run, &list[i]) == 0 && made)
			made[count++] = run->intents[i];
	}
	if (control && good > 0) {
		/* Saving twice would be wrong, so what is saved here is not
		 * dirty any more for the caller's close. */
		if (vp_dircontrol_close(run->vp, control, 1) < 0)
			count = 0;
		control->dirty = control->freed_dirty = 0;
	}
	if (count > 0)
		vp_journal_commit(run->vp, made, count);
	vp_run_undo(run);
}

static void
change(struct vp_run *run, struct vp_dircontrol *control)
{
	int code;

	vp_run_compact(run);
	if (run->count == 0)
		return;
	code = intend(run);
	if (code < 0) {
		vp_run_fail(run, code);
	} else {
		make_dirs(run);
		run->control = control;
		run->uncounted = uncounted;
		run->write_all = put_all;
		vp_run_store(run, put, is_put);
		clean_up(run, control);
		finish(run, control);
	}
	vp_run_forget(run);
}

static void
place_and_change(struct vp_run *run)
{
	const struct vpop_domain *domain = &run->place.domain;
	struct vp_dircontrol control;
	int code;

	if (vp_dry_run(run->vp) || !run->vp->set.users_big_dir) {
		check_places(run, NULL);
		if (!vp_dry_run(run->vp))
			change(run, NULL);
		return;
	}
	code = vp_dircontrol_open(run->vp, domain, run->place.dirfd, 1,
	    domain->uid, domain->gid, &control);
	if (code < 0) {
		vp_run_fail(run, code);
		return;
	}
	check_places(run, &control);
	change(run, &control);
	vp_dircontrol_close(run->vp, &control, 0);
}

/* Each is one more than there are, and than those before it. */
static void
check_strict(struct vp_run *run)
{
	struct add *list = run->list;
	unsigned long others = 0;

	for (size_t i = 0; i < run->count; i++) {
		if (!vp_run_is_good(&list[i].element))
			continue;
		int code = vp_strict_user(run->vp, &run->place.domain,
		    run->place.dirfd, list[i].user.name, others);
		others += vp_run_result(run, &list[i].element, code) == 0;
	}
}

static void
add_run(struct vp_run *run)
{
	struct add *list = run->list;
	int code;

	for (size_t i = 0; i < run->count; i++)
		if (vp_run_is_good(&list[i].element))
			vp_run_result(
			    run, &list[i].element, check_fields(run, &list[i]));
	code = prepare(run);
	if (code == 0)
		code = vp_run_lock(run);
	if (code < 0) {
		vp_run_fail(run, code);
		return;
	}
	if (vp_is_strict(run->vp))
		check_strict(run);
	place_and_change(run);
}

int
vpop_users_add(
    struct vpop *vp, struct vpop_user_new *list, size_t count, int stop)
{
	const struct vp_verb verb = { .list = list,
		.count = count,
		.stride = sizeof *list,
		.code_at = offsetof(struct vpop_user_new, code),
		.message_at = offsetof(struct vpop_user_new, message),
		.size = sizeof(struct add),
		.stop = stop,
		.run = add_run };

	return vp_users_verb(vp, &verb);
}

int
vpop_user_add(struct vpop *vp, const struct vpop_user_new *user)
{
	struct vpop_user_new copy = *user;

	return vpop_users_add(vp, &copy, 1, 0);
}
