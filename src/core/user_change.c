/*
 * Changing accounts.
 *
 * A run is read, changed in memory, journalled, and put in one transaction
 * of the store; the files that repeat a field (maildirsize, the hash for
 * sqwebmail) follow the record.  A crash before the transaction leaves the
 * old records, after it the new ones, and recovery writes the files again.
 */
#include "config.h"

#include "core/user_run.h"

#include <string.h>

#include "base/dirtree.h"
#include "base/text.h"
#include "core/limits.h"
#include "core/name.h"

struct mod {
	struct vp_element element;
	char name[VPOP_USER_SIZE];
	struct vpop_user wanted; /* checked fields, before the lock */
	struct vpop_user old, new;
};

/* ---- before the lock -------------------------------------------------- */

/* "" takes it away. */
static int
gecos_field(struct vpop *vp, const char *gecos, struct mod *mod)
{
	if (!gecos || *gecos)
		return vp_gecos_field(vp, gecos, mod->name, mod->wanted.gecos);
	mod->wanted.gecos[0] = '\0';
	return 0;
}

static int
check_fields(struct vp_run *run, struct mod *mod)
{
	const struct vpop_user_change *in = mod->element.in;
	struct vpop *vp = run->vp;
	int code;

	if (!in->name || !in->domain ||
	    ((in->fields & VPOP_SET_QUOTA) && !in->quota) ||
	    ((in->fields & VPOP_SET_DIR) && !in->dir))
		return vp_fail(vp, VA_NULL_POINTER, "a text is missing");
	code = vp_name_user(vp, in->name, mod->name);
	if (code == 0 && mod->name[0] == '\0')
		code =
		    vp_fail(vp, VA_ILLEGAL_USERNAME, "no user name is given");
	if (code == 0 && (in->fields & VPOP_SET_GECOS))
		code = gecos_field(vp, in->gecos, mod);
	if (code == 0 && (in->fields & VPOP_SET_QUOTA))
		code = vp_quota_field(vp, in->quota, mod->wanted.quota);
	if (code == 0 && (in->fields & VPOP_SET_DIR))
		code = vp_name_field(vp, "the directory", in->dir,
		    VPOP_DIR_SIZE, VA_DIR_TOO_LONG);
	return code;
}

static int
read_record(struct vp_run *run, struct mod *mod)
{
	int rc = run->place.ops->user_get(
	    run->place.store, &run->place.domain, mod->name, &mod->old);

	if (rc < 0)
		return rc;
	if (rc == 0)
		return vp_fail(run->vp, VA_USER_DOES_NOT_EXIST,
		    "user '%s@%s' does not exist", mod->name,
		    run->place.domain.real);
	return 0;
}

/* A user may be forbidden to change his own password. */
static int
check_allowed(struct vp_run *run, struct mod *mod)
{
	const struct vpop_user_change *in = mod->element.in;
	struct vpop_limits limits;
	int code;

	if (!(in->fields & VPOP_SET_BY_USER))
		return 0;
	code = vp_limits_of(run->vp, &run->place.domain, &limits);
	if (code == 0)
		code = vp_user_set_flags(run->vp, &mod->old, &limits);
	if (code == 0 && (mod->old.flags & VPOP_NO_PASSWD_CHNG))
		code = vp_fail(run->vp, VA_FORBIDDEN,
		    "user '%s@%s' may not change the password", mod->name,
		    run->place.domain.real);
	return code;
}

/* Hashing is slow on purpose: only when there is an account for it. */
static int
check_secret(struct vp_run *run, struct mod *mod)
{
	const struct vpop_user_change *in = mod->element.in;
	int code = 0;

	if (!(in->fields & VPOP_SET_SECRET))
		return 0;
	if (in->secret.kind == VPOP_SECRET_CLEAR) {
		code = read_record(run, mod);
		if (code == 0)
			code = check_allowed(run, mod);
	}
	if (code == 0)
		code = vp_secret_fields(run->vp, &in->secret,
		    !(in->fields & VPOP_SET_NO_POLICY), &mod->wanted);
	return code;
}

/* ---- under the lock --------------------------------------------------- */

/* A directory elsewhere would be written to, and one day removed, by the
 * domain's owner. */
static int
check_dir(struct vp_run *run, const struct mod *mod)
{
	const struct vpop_user_change *in = mod->element.in;
	const char *dir = in->dir;

	if (strcmp(dir, mod->old.dir) == 0 ||
	    vp_path_below(run->place.domain.dir, dir))
		return 0;
	return vp_fail(run->vp, VA_BAD_DIR,
	    "the directory '%s' is not below that of domain '%s'", dir,
	    run->place.domain.real);
}

static int
apply(struct vp_run *run, struct mod *mod)
{
	const struct vpop_user_change *in = mod->element.in;
	struct vpop_user *new = &mod->new;
	int code = 0;

	*new = mod->old;
	if (in->fields & VPOP_SET_SECRET) {
		memcpy(new->passwd, mod->wanted.passwd, sizeof new->passwd);
		memcpy(new->clear, mod->wanted.clear, sizeof new->clear);
	}
	if (in->fields & VPOP_SET_GECOS)
		memcpy(new->gecos, mod->wanted.gecos, sizeof new->gecos);
	if (in->fields & VPOP_SET_QUOTA)
		memcpy(new->quota, mod->wanted.quota, sizeof new->quota);
	if (in->fields & VPOP_SET_DIR) {
		code = check_dir(run, mod);
		if (code == 0 &&
		    vp_copy(new->dir, sizeof new->dir, in->dir) != 0)
			code = vp_fail_errno(run->vp, VA_DIR_TOO_LONG,
			    "the directory '%s'", in->dir);
	}
	if (in->fields & VPOP_SET_FLAGS)
		new->gid = (new->gid & ~in->clear_flags) | in->set_flags;
	if (in->fields & VPOP_SET_UID)
		new->uid = in->uid;
	new->flags = new->gid;
	return code;
}

static int
is_equal(const struct vpop_user *a, const struct vpop_user *b)
{
	return strcmp(a->passwd, b->passwd) == 0 &&
	       strcmp(a->clear, b->clear) == 0 &&
	       strcmp(a->gecos, b->gecos) == 0 && strcmp(a->dir, b->dir) == 0 &&
	       strcmp(a->quota, b->quota) == 0 && a->uid == b->uid &&
	       a->gid == b->gid;
}

static void
compute(struct vp_run *run)
{
	struct mod *list = run->list;

	for (size_t i = 0; i < run->count; i++) {
		struct vpop_user_change *in = list[i].element.in;
		int code;

		if (!vp_run_is_good(&list[i].element))
			continue;
		code = read_record(run, &list[i]);
		if (code == 0)
			code = check_allowed(run, &list[i]);
		if (code == 0)
			code = apply(run, &list[i]);
		if (vp_run_result(run, &list[i].element, code) == 0) {
			in->unchanged = is_equal(&list[i].old, &list[i].new);
			list[i].element.skip = in->unchanged;
		}
	}
}

/* ---- the journal ------------------------------------------------------ */

static void
add_text(json_t *object, const char *key, const char *text)
{
	json_object_set_new(object, key, vp_journal_text(text));
}

/* The fields of user in which the two records differ. */
static json_t *
changed_fields(const struct mod *mod, const struct vpop_user *user)
{
	const struct vpop_user *old = &mod->old, *new = &mod->new;
	json_t *object = json_object();

	if (strcmp(old->passwd, new->passwd) != 0 ||
	    strcmp(old->clear, new->clear) != 0)
		add_text(object, "passwd", "***");
	if (strcmp(old->gecos, new->gecos) != 0)
		add_text(object, "gecos", user->gecos);
	if (strcmp(old->quota, new->quota) != 0)
		add_text(object, "quota", user->quota);
	if (strcmp(old->dir, new->dir) != 0)
		add_text(object, "dir", user->dir);
	if (old->gid != new->gid)
		json_object_set_new(
		    object, "flags", json_integer((json_int_t)user->gid));
	if (old->uid != new->uid)
		json_object_set_new(
		    object, "apop", json_integer((json_int_t)user->uid));
	return object;
}

#define SERVICES (VPOP_NO_POP | VPOP_NO_IMAP | VPOP_NO_WEBMAIL | VPOP_NO_SMTP)
#define SPAM     (VPOP_NO_SPAMASSASSIN | VPOP_DELETE_SPAM)

/* Services that are closed, or opened, and what is done with spam are kinds of
 * their own if nothing else changes. */
static const char *
event_of_flags(uint32_t old, uint32_t new)
{
	const uint32_t changed = old ^ new;

	if (!(changed & ~SPAM))
		return "user.spam.changed";
	if (!(changed & ~SERVICES) && !(changed & old))
		return "user.suspended";
	if (!(changed & ~SERVICES) && !(changed & new))
		return "user.resumed";
	return "user.flags.changed";
}

/* A change of one kind has an event of its own. */
static const char *
event_of(const struct mod *mod, const json_t *new)
{
	if (json_object_size(new) == 1) {
		if (json_object_get(new, "passwd"))
			return "user.password.changed";
		if (json_object_get(new, "quota"))
			return "user.quota.changed";
		if (json_object_get(new, "flags"))
			return event_of_flags(mod->old.gid, mod->new.gid);
	}
	return "user.updated";
}

static int
describe(struct vp_run *run, struct mod *mod, struct vp_intent *intent)
{
	char sum[VP_SUM_SIZE];
	int code = vp_user_sum(run->vp, &mod->new, sum);

	if (code < 0)
		return code;
	mod->element.object = vp_user_object(mod->name, run->place.domain.real);
	intent->object = mod->element.object;
	intent->domain = run->place.domain.real;
	intent->old = changed_fields(mod, &mod->old);
	intent->new = changed_fields(mod, &mod->new);
	intent->plan = json_pack("{s:s, s:s}", "name", mod->name, "sum", sum);
	if (!mod->element.object || !intent->old || !intent->new ||
	    !intent->plan)
		return vp_fail(run->vp, VA_MEMORY_ALLOC_ERR, "out of memory");
	intent->event = event_of(mod, intent->new);
	return 0;
}

static int
intend(struct vp_run *run)
{
	struct mod *list = run->list;
	int code = 0;

	for (size_t i = 0; i < run->count && code == 0; i++)
		code = describe(run, &list[i], &run->intents[i]);
	if (code == 0)
		code = vp_run_intend(run);
	return code;
}

/* ---- the change ------------------------------------------------------- */

static int
put(struct vp_run *run, void *element)
{
	const struct mod *mod = element;
	const struct vpop_user_change *in = mod->element.in;
	unsigned how = VPOP_PUT_REPLACE;

	if (in->fields & VPOP_SET_NO_FOLD)
		how |= VPOP_PUT_LAZY;
	return run->place.ops->user_put(
	    run->place.store, &run->place.domain, &mod->new, how);
}

static int
is_put(struct vp_run *run, void *element)
{
	const struct mod *mod = element;
	struct vpop_user found;
	int rc = run->place.ops->user_get(
	    run->place.store, &run->place.domain, mod->name, &found);

	if (rc == 1)
		rc = is_equal(&found, &mod->new);
	explicit_bzero(&found, sizeof found);
	return rc;
}

/* The records are changed, so the request is done; what could not be written
 * behind them stays pending in the journal and is mended by the next
 * change. */
static void
finish(struct vp_run *run)
{
	AUTO_FREE struct vp_intent *made =
	    calloc(run->count, sizeof *run->intents);
	const struct mod *list = run->list;
	size_t count = 0;

	for (size_t i = 0; i < run->count && made; i++) {
		const struct vpop_user *old = &list[i].old;
		const struct vpop_user *new = &list[i].new;

		if (vp_run_is_good(&list[i].element) &&
		    vp_user_refresh(run->vp, &run->place.domain, new,
			strcmp(old->quota, new->quota) != 0,
			strcmp(old->passwd, new->passwd) != 0) == 0)
			made[count++] = run->intents[i];
	}
	if (count > 0)
		vp_journal_commit(run->vp, made, count);
	vp_run_undo(run);
}

static void
change(struct vp_run *run)
{
	int code;

	vp_run_compact(run);
	if (run->count == 0)
		return;
	code = intend(run);
	if (code < 0) {
		vp_run_fail(run, code);
	} else {
		vp_run_store(run, put, is_put);
		finish(run);
	}
	vp_run_forget(run);
}

static void
modify_run(struct vp_run *run)
{
	struct mod *list = run->list;
	const struct vpop_user_change *first = list[0].element.in;
	int code;

	for (size_t i = 0; i < run->count; i++) {
		struct vpop_user_change *in = list[i].element.in;

		in->unchanged = 0;
		if (vp_run_is_good(&list[i].element))
			vp_run_result(
			    run, &list[i].element, check_fields(run, &list[i]));
	}
	code = vp_place_open(run->vp, first->domain, &run->place);
	for (size_t i = 0; i < run->count && code == 0; i++)
		if (vp_run_is_good(&list[i].element))
			vp_run_result(
			    run, &list[i].element, check_secret(run, &list[i]));
	if (code == 0)
		code = vp_run_lock(run);
	if (code < 0) {
		vp_run_fail(run, code);
		return;
	}
	compute(run);
	if (!vp_dry_run(run->vp))
		change(run);
}

int
vpop_users_modify(
    struct vpop *vp, struct vpop_user_change *list, size_t count, int stop)
{
	const struct vp_verb verb = { .list = list,
		.count = count,
		.stride = sizeof *list,
		.code_at = offsetof(struct vpop_user_change, code),
		.message_at = offsetof(struct vpop_user_change, message),
		.size = sizeof(struct mod),
		.stop = stop,
		.run = modify_run };

	return vp_users_verb(vp, &verb);
}

int
vpop_user_modify(struct vpop *vp, const struct vpop_user_change *wanted)
{
	struct vpop_user_change copy = *wanted;

	return vpop_users_modify(vp, &copy, 1, 0);
}
