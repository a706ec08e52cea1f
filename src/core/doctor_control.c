/*
 * The doctor's look at the control files: every domain is routed, accepted
 * and not local, and nothing is routed that looks like ours and is not.
 *
 * What is missing is added in the order in which a new domain is let in, and
 * what is stale is removed in the order of a deletion; all names at once.
 */
#include "config.h"

#include "core/doctor.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/dirtree.h"
#include "base/line.h"
#include "base/text.h"
#include "qmail/dotqmail.h"

#define LINE 4096

/* The names a control file lists, sorted. */
struct names {
	char **list;
	size_t count;
};

static int
compare_text(const void *a, const void *b)
{
	const char *const *left = a, *const *right = b;

	return strcmp(*left, *right);
}

static int
names_load(struct vp_doctor *doctor, const char *file, struct names *ret)
{
	if (vp_control_list(
		doctor->vp->set.qmaildir, file, &ret->list, &ret->count) != 0)
		return vp_fail_errno(doctor->vp,
		    vp_code_of_errno(errno, VA_COULD_NOT_UPDATE_FILE),
		    "cannot read '%s/control/%s'", doctor->vp->set.qmaildir,
		    file);
	if (ret->count > 0)
		qsort(ret->list, ret->count, sizeof *ret->list, compare_text);
	return 0;
}

static int
names_has(const struct names *names, const char *name)
{
	return names->count > 0 &&
	       bsearch(&name, names->list, names->count, sizeof *names->list,
		   compare_text) != NULL;
}

/* What is to be mended; the names are borrowed. */
struct work {
	const char **list;
	size_t count;
};

enum { ROUTE, ACCEPT, UNLOCAL, STALE, WORKS };

struct control {
	struct vp_doctor *doctor;
	struct names virtual, rcpt, more, local;
	struct work work[WORKS];
};

static int
work_add(struct control *control, int kind, const char *name)
{
	struct work *work = &control->work[kind];
	const char **list = work->list;

	if (work->count % 64 == 0)
		list = reallocarray(list, work->count + 64, sizeof *list);
	if (!list)
		return vp_fail(
		    control->doctor->vp, VA_MEMORY_ALLOC_ERR, "out of memory");
	work->list = list;
	work->list[work->count++] = name;
	return 0;
}

/* qmail-smtpd accepts "a.b.c" also for ".b.c" and ".c". */
static int
is_accepted(const struct control *control, const char *name)
{
	if (names_has(&control->rcpt, name) || names_has(&control->more, name))
		return 1;
	for (const char *dot = strchr(name, '.'); dot;
	     dot = strchr(dot + 1, '.'))
		if (names_has(&control->rcpt, dot) ||
		    names_has(&control->more, dot))
			return 1;
	return 0;
}

static int
check_entries(struct control *control)
{
	const struct vp_doctor *doctor = control->doctor;
	int code = 0;

	for (size_t i = 0; i < doctor->count && code == 0; i++) {
		const char *name = doctor->list[i].name;

		if (!names_has(&control->virtual, name))
			code = work_add(control, ROUTE, name);
		if (code == 0 && !is_accepted(control, name))
			code = work_add(control, ACCEPT, name);
		if (code == 0 && names_has(&control->local, name))
			code = work_add(control, UNLOCAL, name);
	}
	return code;
}

/* The administrator may route a name to his own alias files. */
static int
has_alias_file(const struct vpop *vp, const char *name)
{
	char file[VPOP_DOMAIN_SIZE + 32];
	AUTO_FREE char *ext = NULL, *path = NULL;
	struct stat st;

	if (asprintf(&ext, "%s-default", name) < 0) {
		ext = NULL;
		return 1;
	}
	if (vp_dotqmail_name(ext, file, sizeof file) != 0)
		return 0;
	if (asprintf(&path, "%s/alias/%s", vp->set.qmaildir, file) < 0) {
		path = NULL;
		return 1;
	}
	return lstat(path, &st) == 0;
}

/* One line of virtualdomains, "name:target". */
static int
check_route(struct control *control, char *line)
{
	struct vp_doctor *doctor = control->doctor;
	char *target = strchr(line, ':');

	if (!target || line[0] == '#' || target == line)
		return 0;
	*target++ = '\0';
	target[strcspn(target, " \t\r")] = '\0';
	vp_lower(line);
	vp_lower(target);
	const struct vp_assign *entry = vp_doctor_find(doctor, line);
	const int is_same = strcmp(line, target) == 0;
	if (entry && !is_same)
		vp_doctor_tell(doctor, 0, "virtualdomains leads '%s' to '%s'",
		    line, target);
	if (entry || !is_same || !strchr(line, '.') ||
	    has_alias_file(doctor->vp, line))
		return 0;
	/* The name outlives the line: it is in the sorted list, too. */
	const char *name = line;
	char **kept =
	    bsearch(&name, control->virtual.list, control->virtual.count,
		sizeof *control->virtual.list, compare_text);
	return kept ? work_add(control, STALE, *kept) : 0;
}

static int
check_routes(struct control *control)
{
	AUTO_FREE char *path = NULL, *line = NULL;
	AUTO_FCLOSE FILE *fp = NULL;
	size_t cap = 0;
	int code = 0;

	if (asprintf(&path, "%s/control/virtualdomains",
		control->doctor->vp->set.qmaildir) < 0) {
		path = NULL;
		return vp_fail(
		    control->doctor->vp, VA_MEMORY_ALLOC_ERR, "out of memory");
	}
	fp = fopen(path, "re");
	while (fp && code == 0) {
		ssize_t size = vp_line_read(fp, &line, &cap, LINE);

		if (size >= 0)
			code = check_route(control, line);
		else if (errno != EMSGSIZE && errno != EILSEQ)
			break;
	}
	return code;
}

static void
tell_all(struct control *control, int kind, int mended, const char *format)
{
	const struct work *work = &control->work[kind];

	for (size_t i = 0; i < work->count; i++) {
		char sentence[VPOP_DOMAIN_SIZE + 128];
		int size = snprintf(sentence, sizeof sentence, "'%s' %s",
		    work->list[i], format);

		if (size > 0)
			vp_doctor_tell(control->doctor, mended, "%s", sentence);
	}
}

static int
let_in(struct control *control, const struct vp_control_how *how)
{
	const struct work *work = control->work;

	if (work[ROUTE].count + work[UNLOCAL].count + work[ACCEPT].count == 0)
		return 1;
	return vp_control_virtual_add(
		   how, work[ROUTE].list, work[ROUTE].count) == 0 &&
	       vp_control_virtual_add(
		   how, work[UNLOCAL].list, work[UNLOCAL].count) == 0 &&
	       vp_domain_signal(control->doctor->vp) == 0 &&
	       vp_control_rcpt_add(
		   how, work[ACCEPT].list, work[ACCEPT].count, 0) == 0;
}

static int
keep_out(struct control *control, const struct vp_control_how *how)
{
	const struct work *stale = &control->work[STALE];

	if (stale->count == 0)
		return 1;
	return vp_control_rcpt_remove(how, stale->list, stale->count, 0) == 0 &&
	       vp_control_virtual_remove(how, stale->list, stale->count) == 0 &&
	       vp_domain_signal(control->doctor->vp) == 0;
}

static void
mend(struct control *control)
{
	struct vp_doctor *doctor = control->doctor;
	struct vp_control_how how;

	vp_control_how(doctor->vp, &how);
	const int in = doctor->repair && let_in(control, &how);
	const int out = doctor->repair && keep_out(control, &how);
	tell_all(control, ROUTE, in, "is not in virtualdomains");
	tell_all(control, ACCEPT, in,
	    "is neither in rcpthosts nor in "
	    "morercpthosts");
	tell_all(control, UNLOCAL, in, "is in locals, too");
	tell_all(control, STALE, out,
	    "is in virtualdomains but not in "
	    "users/assign");
	vp_clear_error(doctor->vp);
	if (vp_control_check(doctor->vp->set.qmaildir) != 1)
		vp_doctor_tell(doctor,
		    doctor->repair && vp_control_compile(&how) == 0,
		    "morercpthosts.cdb does not agree with morercpthosts");
}

static void
check_leftovers(struct vp_doctor *doctor)
{
	static const char *const names[] = { "rcpthosts.tmp",
		"morercpthosts.tmp", "morercpthosts.cdb.tmp",
		"virtualdomains.tmp", "locals.tmp", NULL };
	AUTO_FREE char *folder = NULL;
	struct stat st;

	if (asprintf(&folder, "%s/control", doctor->vp->set.qmaildir) < 0)
		folder = NULL;
	AUTO_CLOSE int fd =
	    folder ? open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC) : -1;
	for (size_t i = 0; names[i] && fd >= 0; i++)
		if (fstatat(fd, names[i], &st, AT_SYMLINK_NOFOLLOW) == 0)
			vp_doctor_leftover(doctor, fd, folder, names[i]);
}

int
vp_doctor_control(struct vp_doctor *doctor)
{
	struct control control = { .doctor = doctor };

	int code = names_load(doctor, "virtualdomains", &control.virtual);
	if (code == 0)
		code = names_load(doctor, "rcpthosts", &control.rcpt);
	if (code == 0)
		code = names_load(doctor, "morercpthosts", &control.more);
	if (code == 0)
		code = names_load(doctor, "locals", &control.local);
	if (code == 0)
		code = check_entries(&control);
	if (code == 0)
		code = check_routes(&control);
	if (code == 0) {
		mend(&control);
		check_leftovers(doctor);
	}
	vp_control_list_free(control.virtual.list, control.virtual.count);
	vp_control_list_free(control.rcpt.list, control.rcpt.count);
	vp_control_list_free(control.more.list, control.more.count);
	vp_control_list_free(control.local.list, control.local.count);
	for (int i = 0; i < WORKS; i++)
		free(control.work[i].list);
	return code;
}
