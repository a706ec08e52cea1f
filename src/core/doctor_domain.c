/*
 * The doctor's look at one domain: its folder, its own files, the account
 * store, its accounts, and the count of them.
 *
 * A folder that is missing is not made: with no folder mail waits in the
 * queue until its disk is back, with an empty one it would be refused.
 */
#include "config.h"

#include "core/doctor.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/dirtree.h"
#include "base/line.h"
#include "base/replace.h"
#include "base/text.h"
#include "core/dircontrol_int.h"
#include "core/limits.h"
#include "core/store.h"

#define FREED_BYTES (16 << 20)

/* ---- the folder and its files ----------------------------------------- */

/* The files that we, qmail-local or older releases write as the owner.  The
 * limits may belong to root, who set them. */
static int
is_owned(const char *name)
{
	static const char *const ours[] = { ".qmail", "vpasswd", ".vpasswd",
		VP_DIR_CONTROL, VP_DIR_FREE, NULL };

	if (strncmp(name, VP_LIMITS_FILE, strlen(VP_LIMITS_FILE)) == 0)
		return 0;
	for (size_t i = 0; ours[i]; i++)
		if (strncmp(name, ours[i], strlen(ours[i])) == 0)
			return 1;
	return 0;
}

static void
check_files(struct vp_doctor *doctor, const struct vp_doctor_domain *at)
{
	const struct vpop_domain *domain = at->domain;
	const struct vp_doctor_like like = { domain->uid, domain->gid,
		VP_BAD_SHARED };
	const struct dirent *entry;
	int fd = dup(at->dirfd);
	DIR *dir = fd < 0 ? NULL : fdopendir(fd);

	if (!dir) {
		if (fd >= 0)
			close(fd);
		vp_doctor_tell(doctor, 0, "'%s' cannot be read", domain->dir);
		return;
	}
	rewinddir(dir);
	while ((entry = readdir(dir)) != NULL) {
		const char *name = entry->d_name;

		if (vp_doctor_is_leftover(name))
			vp_doctor_leftover(
			    doctor, at->dirfd, domain->dir, name);
		else if (is_owned(name))
			vp_doctor_inode(
			    doctor, at->dirfd, name, domain->dir, &like);
	}
	closedir(dir);
}

static void
check_default(struct vp_doctor *doctor, const struct vp_doctor_domain *at)
{
	const struct vpop_domain *domain = at->domain;
	struct vpop *vp = doctor->vp;
	struct stat st;
	int mended = 0, code;

	if (fstatat(at->dirfd, VP_QMAIL_DEFAULT, &st, 0) == 0)
		return;
	if (doctor->repair && errno == ENOENT) {
		AUTO_FREE char *text =
		    vp_qmail_default_text(vp, vp->set.default_action, &code);

		mended = text && vp_replace_text(at->dirfd, VP_QMAIL_DEFAULT,
				     text, strlen(text), VP_MODE_FILE,
				     domain->uid, domain->gid) == 0;
		vp_clear_error(vp);
	}
	vp_doctor_tell(doctor, mended, "'%s/%s' is missing", domain->dir,
	    VP_QMAIL_DEFAULT);
}

static void
check_limits(struct vp_doctor *doctor, const struct vp_doctor_domain *at)
{
	struct vpop_limits limits;

	if (vp_limits_own(doctor->vp, at->domain, &limits) < 0)
		vp_doctor_tell(doctor, 0, "domain '%s': %s", at->domain->real,
		    doctor->vp->message);
	vp_clear_error(doctor->vp);
}

/* ---- the account store ------------------------------------------------ */

struct sentences {
	char **list;
	size_t count;
};

static void
keep_sentence(void *arg, const char *sentence)
{
	struct sentences *all = arg;
	char **list = reallocarray(all->list, all->count + 1, sizeof *list);
	char *copy = strdup(sentence);

	if (list)
		all->list = list;
	if (!list || !copy)
		free(copy);
	else
		all->list[all->count++] = copy;
}

static int
has_sentence(const struct sentences *all, const char *sentence)
{
	for (size_t i = 0; i < all->count; i++)
		if (strcmp(all->list[i], sentence) == 0)
			return 1;
	return 0;
}

static void
sentences_free(struct sentences *all)
{
	for (size_t i = 0; i < all->count; i++)
		free(all->list[i]);
	free(all->list);
}

/* Folding writes all files of the store anew from the changes it knows. */
static void
check_store(struct vp_doctor *doctor, const struct vp_doctor_domain *at)
{
	struct sentences before = { 0 }, after = { 0 };
	int folded = 0;

	if (!at->ops->check)
		return;
	int found =
	    at->ops->check(at->store, at->domain, keep_sentence, &before);
	if (found < 0) {
		vp_doctor_tell_failure(doctor);
	} else if (found > 0 && doctor->repair && at->ops->fold) {
		folded = at->ops->fold(at->store, at->domain) == 0 &&
			 at->ops->check(
			     at->store, at->domain, keep_sentence, &after) >= 0;
		vp_clear_error(doctor->vp);
	}
	for (size_t i = 0; i < before.count; i++)
		vp_doctor_tell(doctor,
		    folded && !has_sentence(&after, before.list[i]),
		    "domain '%s': %s", at->domain->real, before.list[i]);
	sentences_free(&before);
	sentences_free(&after);
}

/* ---- the balanced tree ------------------------------------------------ */

static int
mend_count(
    struct vp_doctor *doctor, const struct vp_doctor_domain *at, int damaged)
{
	const struct vpop_domain *domain = at->domain;
	struct vp_dircontrol control;

	if (damaged && vp_dircontrol_forget(doctor->vp, domain, at->dirfd) != 0)
		return 0;
	if (vp_dircontrol_open(doctor->vp, domain, at->dirfd, 0, domain->uid,
		domain->gid, &control) != 0)
		return 0;
	control.cur_users = at->count;
	control.dirty = 1;
	if (vp_domain_rel_after(at->last, control.the_dir))
		(void)vp_copy(
		    control.the_dir, sizeof control.the_dir, at->last);
	return vp_dircontrol_close(doctor->vp, &control, 1) == 0;
}

static void
check_count(struct vp_doctor *doctor, const struct vp_doctor_domain *at)
{
	const struct vpop_domain *domain = at->domain;
	struct vp_dircontrol control;

	if (!doctor->vp->set.users_big_dir)
		return;
	int code = vp_dircontrol_open(doctor->vp, domain, at->dirfd, 0,
	    domain->uid, domain->gid, &control);
	if (code == 0)
		(void)vp_dircontrol_close(doctor->vp, &control, 0);
	const int wrong = code != 0 || control.cur_users != at->count;
	if (!wrong && !vp_domain_rel_after(at->last, control.the_dir))
		return;
	const int mended = doctor->repair && mend_count(doctor, at, code != 0);
	vp_clear_error(doctor->vp);
	if (code != 0)
		vp_doctor_tell(doctor, mended, "'%s/%s' is damaged",
		    domain->dir, VP_DIR_CONTROL);
	else if (wrong)
		vp_doctor_tell(doctor, mended,
		    "'%s/%s' counts %lu accounts instead of %lu", domain->dir,
		    VP_DIR_CONTROL, control.cur_users, at->count);
	else
		vp_doctor_tell(doctor, mended,
		    "'%s/%s' is at '%s' although '%s' is in use", domain->dir,
		    VP_DIR_CONTROL, control.the_dir, at->last);
}

/* Keep the usable lines of the list of freed places, in place; how many
 * lines are not usable. */
static size_t
filter_freed(char *text)
{
	char *to = text, *next;
	size_t bad = 0;

	for (char *line = text; *line; line = next) {
		size_t size = strcspn(line, "\n");
		char path[VP_DIR_REL_SIZE] = "";
		size_t used = strcspn(line, "#\n");

		next = line + size + (line[size] == '\n');
		while (used > 0 && strchr(" \t\r", line[used - 1]))
			used--;
		if (used < sizeof path)
			memcpy(path, line, used);
		if (used >= sizeof path || !vp_dircontrol_is_rel(path)) {
			bad++;
			continue;
		}
		memmove(to, line, (size_t)(next - line));
		to += next - line;
	}
	*to = '\0';
	return bad;
}

static void
check_freed(struct vp_doctor *doctor, const struct vp_doctor_domain *at)
{
	const struct vpop_domain *domain = at->domain;
	AUTO_FREE char *text =
	    vp_file_read(at->dirfd, VP_DIR_FREE, FREED_BYTES, NULL);

	if (!text && errno == ENOENT)
		return;
	if (!text) {
		vp_doctor_tell(doctor, 0, "'%s/%s' cannot be read", domain->dir,
		    VP_DIR_FREE);
		return;
	}
	size_t bad = filter_freed(text);
	if (bad == 0)
		return;
	vp_doctor_tell(doctor,
	    doctor->repair &&
		vp_replace_text(at->dirfd, VP_DIR_FREE, text, strlen(text),
		    VP_MODE_FILE, domain->uid, domain->gid) == 0,
	    "'%s/%s' has %zu lines that name no hash directory", domain->dir,
	    VP_DIR_FREE, bad);
}

/* ---- all of it -------------------------------------------------------- */

static int
check_open(struct vp_doctor *doctor, struct vp_doctor_domain *at)
{
	const struct vpop_domain *domain = at->domain;
	const struct vp_doctor_like like = { domain->uid, domain->gid,
		VP_BAD_SHARED };

	int code = vp_store_of(doctor->vp, domain, &at->ops, &at->store);
	if (code != 0) {
		/* The other domains may have stores that work. */
		vp_doctor_tell_failure(doctor);
		return 0;
	}
	vp_doctor_inode(doctor, at->dirfd, ".", domain->dir, &like);
	check_files(doctor, at);
	check_default(doctor, at);
	check_limits(doctor, at);
	check_store(doctor, at);
	code = vp_doctor_users(doctor, at);
	if (code != 0)
		return code;
	check_count(doctor, at);
	check_freed(doctor, at);
	return 0;
}

int
vp_doctor_domain(struct vp_doctor *doctor, const struct vpop_domain *domain)
{
	struct vp_doctor_domain at = { .domain = domain };
	AUTO_CLOSE int dirfd = vp_domain_dir(doctor->vp, domain);
	AUTO_CLOSE int lock = -1;

	if (dirfd < 0) {
		vp_doctor_tell_failure(doctor);
		return 0;
	}
	if (doctor->repair) {
		lock = vp_domain_lock(doctor->vp, domain, dirfd, 1);
		if (lock < 0)
			return lock;
	}
	at.dirfd = dirfd;
	return check_open(doctor, &at);
}
