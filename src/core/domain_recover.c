/*
 * Settling interrupted changes of domains.
 *
 * users/assign decides: a new name that it lists was complete but for
 * virtualdomains and rcpthosts, so these are completed; any other is taken
 * back.  A deletion is always completed, since it may have begun to remove
 * accounts.
 */
#include "config.h"

#include "core/domain_int.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

#include "base/dirtree.h"
#include "base/text.h"

/* Take the site lock without waiting.  1 go on, 0 settled by another
 * meanwhile, or a code. */
static int
begin(struct vpop *vp, const struct vp_pending *pending, int *ret_lock)
{
	*ret_lock = vp_site_lock(vp, 0);
	return *ret_lock < 0 ? *ret_lock
			     : vp_journal_is_pending(vp, pending->id);
}

static int
compare_text(const void *a, const void *b)
{
	const char *const *left = a, *const *right = b;

	return strcmp(*left, *right);
}

/* The names whose adding is pending, sorted; borrowed from list. */
static size_t
new_names(const struct vp_pending *list, size_t count, const char **ret_names)
{
	size_t names = 0;

	for (size_t i = 0; i < count; i++)
		if (strcmp(list[i].event, "domain.created") == 0 ||
		    strcmp(list[i].event, "aliasdomain.created") == 0)
			ret_names[names++] = list[i].object;
	qsort(ret_names, names, sizeof *ret_names, compare_text);
	return names;
}

/* Let in those of the names that the text of users/assign lists. */
static int
publish_listed(struct vpop *vp, const char *const *names, size_t count)
{
	struct vp_assign_walk *walk = vp_assign_open(vp->set.qmaildir);
	struct vp_assign *list = calloc(count + 1, sizeof *list);
	size_t used = 0;
	int found = 0;

	while (walk && list && used < count &&
	       (found = vp_assign_next(walk, &list[used])) == 1) {
		const char *name = list[used].name;

		if (bsearch(&name, names, count, sizeof *names, compare_text))
			used++;
	}
	int code = !list ? vp_fail(vp, VA_MEMORY_ALLOC_ERR, "out of memory")
		   : !walk || found < 0 ? vp_domain_assign_failed(vp, 0)
					: 0;
	vp_assign_close(walk);
	if (code == 0 && used > 0)
		code = vp_domain_publish(vp, list, used, 0);
	free(list);
	return code;
}

/* All that are pending at once: they may be as many as one call adds, and
 * under the site lock the processes of all of them are gone. */
static int
publish_pending(struct vpop *vp)
{
	struct vp_pending *list = NULL;
	size_t count = 0;

	int code = vp_journal_pending(vp, &list, &count);
	if (code < 0)
		return code;
	AUTO_FREE const char **names = calloc(count + 1, sizeof *names);
	if (names)
		code = publish_listed(vp, names, new_names(list, count, names));
	else
		code = vp_fail(vp, VA_MEMORY_ALLOC_ERR, "out of memory");
	vp_pending_free(list, count);
	return code;
}

/* 1 if mail for the name comes in, 0 if not, -1: cannot tell. */
static int
is_public(const struct vpop *vp, const char *name)
{
	const char *const dir = vp->set.qmaildir;
	struct vp_assign entry;

	int found = vp_assign_lookup(dir, vp->set.qmail_cdb_name, name, &entry);
	if (found == 1)
		found = vp_control_has(dir, "virtualdomains", name);
	return found == 1 ? vp_control_has(dir, "rcpthosts", name) : found;
}

/* Let the name in if users/assign lists it: 1, 0 it does not, or a code. */
static int
complete(struct vpop *vp, const char *name)
{
	struct vp_assign entry;

	if (is_public(vp, name) != 1) {
		int code = publish_pending(vp);
		if (code != 0)
			return code;
	} else if (vp_domain_signal(vp) != 0) {
		return vp->code;
	}
	int found = vp_assign_lookup(
	    vp->set.qmaildir, vp->set.qmail_cdb_name, name, &entry);
	return found < 0 && errno != ENOENT ? vp_domain_assign_failed(vp, 0)
					    : found > 0;
}

/* What we ourselves put into a domain that nobody has used. */
static int
is_our_own(const char *name)
{
	static const char *const names[] = { VP_QMAIL_DEFAULT, VP_DIR_CONTROL,
		VP_LOCK_FILE, VP_POSTMASTER, NULL };
	const size_t size = strlen(name);

	if (strncmp(name, "vpasswd", 7) == 0 ||
	    (size > 4 && strcmp(name + size - 4, ".tmp") == 0))
		return 1;
	for (size_t i = 0; names[i]; i++)
		if (strcmp(name, names[i]) == 0)
			return 1;
	return 0;
}

/* 1 if the folder below dirfd has no entry that check refuses, or is not
 * there. */
static int
has_only(int dirfd, const char *rel, int (*check)(const char *name))
{
	int fd = vp_dir_open_at(dirfd, rel);
	const struct dirent *entry;
	int clean = 1;

	if (fd < 0)
		return errno == ENOENT;
	DIR *dir = fdopendir(fd);
	if (!dir) {
		close(fd);
		return 0;
	}
	while (clean && (entry = readdir(dir)) != NULL)
		clean = strcmp(entry->d_name, ".") == 0 ||
			strcmp(entry->d_name, "..") == 0 ||
			check(entry->d_name);
	closedir(dir);
	return clean;
}

static int
is_none(const char *name)
{
	(void)name;
	return 0;
}

/* A folder with anything else, or with mail, was not made by us. */
static int
check_untouched(struct vpop *vp, const struct vpop_domain *domain)
{
	AUTO_CLOSE int fd = vp_dir_open(domain->dir);

	if (fd < 0 && (errno == ENOENT || errno == ENOTDIR))
		return 0;
	if (fd >= 0 && has_only(fd, "", is_our_own) &&
	    has_only(fd, VP_POSTMASTER "/Maildir/new", is_none) &&
	    has_only(fd, VP_POSTMASTER "/Maildir/cur", is_none))
		return 0;
	return vp_fail(vp, VA_COULD_NOT_MAKE_DOMAIN_DIR,
	    "'%s' holds more than a new domain; remove it by hand",
	    domain->dir);
}

static int
read_plan(struct vpop *vp, const struct vp_pending *pending,
    struct vpop_domain *ret_domain)
{
	json_int_t uid, gid;
	const char *dir;

	*ret_domain = (struct vpop_domain){ 0 };
	if (json_unpack(pending->plan, "{s:s, s:I, s:I}", "dir", &dir, "uid",
		&uid, "gid", &gid) != 0 ||
	    vp_copy(ret_domain->dir, sizeof ret_domain->dir, dir) != 0 ||
	    vp_copy(ret_domain->name, sizeof ret_domain->name,
		pending->domain) != 0 ||
	    vp_copy(ret_domain->real, sizeof ret_domain->real,
		pending->domain) != 0)
		return vp_fail(vp, VA_INVALID_ARGUMENT,
		    "journal: change %lld has no usable plan",
		    (long long)pending->id);
	ret_domain->uid = (uid_t)uid;
	ret_domain->gid = (gid_t)gid;
	return 0;
}

static int
take_back(struct vpop *vp, const char *name, const struct vp_pending *pending)
{
	const json_t *plan = pending->plan;

	return vp_domain_unpublish(vp, &name, &plan, 1);
}

int
vp_recover_domain_add(struct vpop *vp, const struct vp_pending *pending)
{
	struct vpop_domain domain;
	AUTO_CLOSE int lock = -1;

	int code = begin(vp, pending, &lock);
	if (code <= 0)
		return code;
	code = complete(vp, pending->domain);
	if (code != 0)
		return code;
	code = take_back(vp, pending->domain, pending);
	if (code == 0)
		code = read_plan(vp, pending, &domain);
	if (code == 0)
		code = check_untouched(vp, &domain);
	if (code == 0)
		code = vp_domain_remove(
		    vp, &domain, pending->id, VP_REMOVE_RECOUNT);
	return code;
}

int
vp_recover_domain_add_alias(struct vpop *vp, const struct vp_pending *pending)
{
	AUTO_CLOSE int lock = -1;

	int code = begin(vp, pending, &lock);
	if (code <= 0)
		return code;
	code = complete(vp, pending->object);
	if (code > 0) {
		int added =
		    vp_domain_row_add(vp, pending->object, pending->domain);

		return added < 0 ? added : code;
	}
	if (code == 0)
		code = take_back(vp, pending->object, pending);
	if (code == 0)
		code = vp_domain_rows_remove(
		    vp, (const char *const *)&pending->object, 1);
	return code;
}

/* The names of a deletion's plan, borrowed from it; malloc'd list. */
static const char **
plan_names(const json_t *plan, size_t *ret_count)
{
	const json_t *list = json_object_get(plan, "names");
	const size_t count = json_array_size(list);
	const char **names = calloc(count + 1, sizeof *names);

	for (size_t i = 0; names && i < count; i++) {
		names[i] = json_string_value(json_array_get(list, i));
		if (!names[i]) {
			free(names);
			return NULL;
		}
	}
	*ret_count = count;
	return names;
}

int
vp_recover_domain_delete(struct vpop *vp, const struct vp_pending *pending)
{
	const int is_alias = strcmp(pending->event, "domain.deleted") != 0;
	AUTO_FREE const char **names = NULL;
	struct vpop_domain domain;
	AUTO_CLOSE int lock = -1;
	size_t count = 0;

	int code = begin(vp, pending, &lock);
	if (code <= 0)
		return code;
	code = read_plan(vp, pending, &domain);
	if (code != 0)
		return code;
	names = plan_names(pending->plan, &count);
	if (!names)
		return vp_fail(vp, VA_INVALID_ARGUMENT,
		    "journal: change %lld names no domains",
		    (long long)pending->id);
	code = vp_domain_withdraw(vp, names, count, NULL);
	if (code == 0)
		code = vp_domain_rows_remove(vp, names, count);
	if (code == 0 && !is_alias)
		code = vp_domain_remove(
		    vp, &domain, pending->id, VP_REMOVE_RECOUNT);
	return code != 0 ? code : 1;
}
