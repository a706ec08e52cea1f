/*
 * The script that is told of changes, and when it is called.
 *
 * Facts are collected while the locks are held and told after they were
 * released.  The journal knows what was told: what a process that was killed
 * in between left untold, the next change makes good.  A script that is to know
 * before a thing is gone is called with the lock held: it may look, and has to
 * leave changes to the later call. Whatever the script does, the change is
 * made; its failures are notices.
 */
#include "config.h"

#include "core/onchange.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include "base/child.h"
#include "base/dirtree.h"

#define SCRIPT  "onchange"
#define SECONDS 60
#define PATH    "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"

struct vp_changes {
	struct vp_onchange *list;
	size_t count, room;
};

enum form {
	ADDRESS,  /* object, "-" */
	ALIAS,    /* object, the real domain */
	ALIAS_OF, /* "object alias of domain", "-" */
	LINE      /* object, the line */
};

enum when {
	NEVER_BEFORE = 1,   /* no call with "before" */
	PLAIN_BEFORE = 2,   /* the plain call comes before the change */
	BEFORE_IF_ALONE = 4 /* "before" only without the plain call */
};

/* What the journal calls it, and what the script does. */
static const struct kind {
	const char *event, *command;
	enum form form;
	unsigned when;
	const char *field; /* LINE: where the journal keeps it */
} kinds[] = { { "domain.created", "add_domain", ADDRESS, BEFORE_IF_ALONE,
		  NULL },
	{ "domain.deleted", "del_domain", ADDRESS, PLAIN_BEFORE, NULL },
	{ "aliasdomain.created", "add_alias_domain", ALIAS, 0, NULL },
	{ "aliasdomain.deleted", "del_domain", ALIAS_OF, PLAIN_BEFORE, NULL },
	{ "user.created", "add_user", ADDRESS, NEVER_BEFORE, NULL },
	{ "user.deleted", "del_user", ADDRESS, PLAIN_BEFORE, NULL },
	{ "user.updated", "mod_user", ADDRESS, 0, NULL },
	{ "user.password.changed", "mod_user", ADDRESS, 0, NULL },
	{ "user.flags.changed", "mod_user", ADDRESS, 0, NULL },
	{ "user.suspended", "mod_user", ADDRESS, 0, NULL },
	{ "user.resumed", "mod_user", ADDRESS, 0, NULL },
	{ "user.spam.changed", "mod_user", ADDRESS, 0, NULL },
	{ "user.quota.changed", "mod_user", ADDRESS, 0, NULL },
	{ "alias.created", "valias_insert", LINE, 0, "added" },
	{ "alias.updated", "valias_insert", LINE, 0, "added" },
	{ "alias.updated", "valias_remove", LINE, 0, "removed" },
	{ "alias.created", "valias_insert", LINE, 0, "lines" },
	{ "alias.updated", "valias_insert", LINE, 0, "lines" },
	{ "alias.deleted", "valias_remove", LINE, 0, "removed" },
	{ "alias.deleted", "valias_delete", ADDRESS, 0, NULL } };

static const char *
line_of(const struct vp_intent *intent, const char *field)
{
	const char *line =
	    json_string_value(json_object_get(intent->new, field));

	if (!line)
		line = json_string_value(json_object_get(intent->old, field));
	return line;
}

/* NULL for what nobody is told of. */
static const struct kind *
find_kind(const struct vp_intent *intent)
{
	for (size_t i = 0; intent->event && i < sizeof kinds / sizeof *kinds;
	     i++)
		if (strcmp(kinds[i].event, intent->event) == 0 &&
		    (!kinds[i].field || line_of(intent, kinds[i].field)))
			return &kinds[i];
	return NULL;
}

static void
clear(struct vp_onchange *change)
{
	free(change->arg1);
	free(change->arg2);
	*change = (struct vp_onchange){ .command = NULL };
}

/* 0, or -1 without memory. */
static int
describe(const struct kind *kind, const struct vp_intent *intent,
    struct vp_onchange *ret)
{
	const char *second = "-";

	*ret = (struct vp_onchange){
		.command = kind->command,
		.time = time(NULL),
	};
	if (kind->form == ALIAS)
		second = intent->domain;
	else if (kind->form == LINE)
		second = line_of(intent, kind->field);
	ret->arg2 = strdup(second);
	if (kind->form != ALIAS_OF)
		ret->arg1 = strdup(intent->object);
	else if (asprintf(&ret->arg1, "%s alias of %s", intent->object,
		     intent->domain) < 0)
		ret->arg1 = NULL;
	if (ret->arg1 && ret->arg2)
		return 0;
	clear(ret);
	return -1;
}

/* ---- the script ------------------------------------------------------- */

static void
notice(struct vpop *vp, const char *problem)
{
	AUTO_FREE char *text = NULL;

	if (vp->notice && asprintf(&text, "ONCHANGE script %s/" SCRIPT " %s.",
			      vp->etc, problem) >= 0)
		vp->notice(vp->notice_arg, text);
}

/* 1 if there is a script to run. */
static int
is_there(struct vpop *vp)
{
	AUTO_CLOSE int etc = vp_dir_open(vp->etc);
	struct stat st;

	if (etc < 0 || fstatat(etc, SCRIPT, &st, 0) != 0)
		return 0;
	if (S_ISREG(st.st_mode) && (st.st_mode & 0111) &&
	    faccessat(etc, SCRIPT, X_OK, AT_EACCESS) == 0)
		return 1;
	notice(vp, "not executable");
	return 0;
}

/* The same environment whoever makes the change, and no stdout: that may be
 * a protocol's. */
static void
run(struct vpop *vp, const struct vp_onchange *change, const char *phase)
{
	const char *conf = secure_getenv("VPOPMAIL_CONF");
	AUTO_FREE char *script = NULL;
	AUTO_FREE char *home = NULL;
	AUTO_FREE char *settings = NULL;
	static char path[] = PATH;

	if (!is_there(vp))
		return;
	if (asprintf(&script, "%s/" SCRIPT, vp->etc) < 0)
		script = NULL;
	if (asprintf(&home, "HOME=%s", vp->home) < 0)
		home = NULL;
	if (conf && asprintf(&settings, "VPOPMAIL_CONF=%s", conf) < 0)
		settings = NULL;
	if (!script || !home || (conf && !settings))
		return;

	const char *argv[] = { script, change->command, change->arg1,
		change->arg2, phase, NULL };
	char *envp[] = { path, home, settings, NULL };
	AUTO_CLOSE int dirfd = vp_dir_open(vp->home);
	const struct vp_child child = {
		.argv = argv,
		.envp = envp,
		.fd0 = -1,
		.fd1 = STDERR_FILENO,
		.fd2 = STDERR_FILENO,
		.dirfd = dirfd,
		.seconds = SECONDS,
	};
	if (vp_child_run(&child) != 0)
		notice(vp, "did not exit gracefully");
}

static void
call(struct vpop *vp, const struct kind *kind, const struct vp_onchange *change,
    int made)
{
	const struct vp_settings *set = &vp->set;
	unsigned when = kind->when;
	int skip = (when & NEVER_BEFORE) ||
		   ((when & BEFORE_IF_ALONE) && set->onchange_script);

	if (set->onchange_script && made == !(when & PLAIN_BEFORE))
		run(vp, change, "");
	if (set->onchange_before_and_after && (made || !skip))
		run(vp, change, made ? "after" : "before");
}

void
vp_onchange_intended(
    struct vpop *vp, const struct vp_intent *list, size_t count)
{
	if (!vp->set.onchange_script && !vp->set.onchange_before_and_after)
		return;
	for (size_t i = 0; i < count; i++) {
		const struct kind *kind = find_kind(&list[i]);
		struct vp_onchange change;

		if (!kind || list[i].is_out ||
		    describe(kind, &list[i], &change) != 0)
			continue;
		call(vp, kind, &change, 0);
		clear(&change);
	}
}

/* ---- facts ------------------------------------------------------------ */

static int
is_wanted(const struct vp_settings *set)
{
	return set->onchange_script || set->onchange_before_and_after ||
	       set->logger_syslog || set->logger_sqlite;
}

static void
free_changes(struct vp_changes *changes)
{
	for (size_t i = 0; i < changes->count; i++)
		clear(&changes->list[i]);
	free(changes->list);
	free(changes);
}

static const struct kind *
kind_of_command(const char *command)
{
	size_t i = 0;

	while (strcmp(kinds[i].command, command) != 0)
		i++;
	return &kinds[i];
}

static void
tell(struct vpop *vp, struct vp_changes *changes)
{
	(void)vp_onchange_log(vp, changes->list, changes->count);
	for (size_t i = 0; i < changes->count; i++) {
		call(vp, kind_of_command(changes->list[i].command),
		    &changes->list[i], 1);
		vp_told_done(vp, changes->list[i].id);
	}
	vp_told_end(vp);
	free_changes(changes);
}

void
vp_change_end(struct vpop *vp)
{
	struct vp_changes *changes = vp->changes;

	vp->changes = NULL;
	vp->is_changing = 0;
	if (changes)
		tell(vp, changes);
}

static int
make_room(struct vpop *vp)
{
	struct vp_changes *changes = vp->changes;

	if (!changes) {
		changes = vp->changes = calloc(1, sizeof *changes);
		vp->changes_end = vp_change_end;
	}
	if (!changes || changes->count < changes->room)
		return changes ? 0 : -1;

	size_t room = changes->room ? 2 * changes->room : 16;
	void *more = reallocarray(changes->list, room, sizeof *changes->list);
	if (!more)
		return -1;
	changes->list = more;
	changes->room = room;
	return 0;
}

void
vp_onchange_made(struct vpop *vp, const struct vp_intent *intent)
{
	const struct kind *kind = find_kind(intent);
	struct vp_onchange change;

	if (!is_wanted(&vp->set) || !kind ||
	    describe(kind, intent, &change) != 0)
		return;
	if (make_room(vp) != 0) {
		clear(&change);
		return;
	}
	change.id = vp->journal ? intent->id : 0;
	if (change.id)
		vp_told_begin(vp, change.id);
	vp->changes->list[vp->changes->count++] = change;
}

int
vp_onchange_is_wanted(const struct vpop *vp, const struct vp_intent *intent)
{
	return is_wanted(&vp->set) && find_kind(intent);
}

int
vp_onchange_missed(struct vpop *vp)
{
	if (!vp->journal || vp->changes || !is_wanted(&vp->set))
		return 0;
	int code = vp_told_left(vp, vp_onchange_made);
	if (code == 0)
		vp_change_end(vp);
	return code;
}

size_t
vp_onchange_mark(const struct vpop *vp)
{
	return vp->changes ? vp->changes->count : 0;
}

void
vp_onchange_back(struct vpop *vp, size_t mark)
{
	while (vp->changes && vp->changes->count > mark)
		clear(&vp->changes->list[--vp->changes->count]);
}
