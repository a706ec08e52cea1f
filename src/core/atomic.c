/*
 * Changes of one file.
 *
 * The plan holds the file's name and a check sum of the text it will have;
 * recovery compares.  The sum tells our own texts apart and is no defence
 * against a forger, who would have to be the owner of the folder anyway.
 */
#include "config.h"

#include "core/atomic.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <string.h>

#include "base/dirtree.h"
#include "base/line.h"
#include "base/lock.h"
#include "base/replace.h"
#include "base/text.h"

#define MAX_FILE (16 << 20)

/* FNV-1a. */
void
vp_sum(const void *data, size_t size, char ret_sum[VP_SUM_SIZE])
{
	const unsigned char *bytes = data;
	uint64_t value = UINT64_C(14695981039346656037);

	for (size_t i = 0; i < size; i++) {
		value ^= bytes[i];
		value *= UINT64_C(1099511628211);
	}
	snprintf(ret_sum, VP_SUM_SIZE, "%016" PRIx64, value);
}

static json_t *
make_plan(const struct vp_atomic *file)
{
	char text[VP_SUM_SIZE] = "";

	if (file->text)
		vp_sum(file->text, file->size, text);
	return json_pack(
	    "{s:o, s:s}", "file", vp_journal_text(file->name), "sum", text);
}

static int
change_file(struct vpop *vp, const struct vp_atomic *file)
{
	const struct vpop_domain *domain = file->domain;
	const char *folder = domain ? domain->dir : vp->etc;
	uid_t uid = domain ? domain->uid : vp->uid;
	gid_t gid = domain ? domain->gid : vp->gid;

	if (file->text) {
		if (vp_replace_text(file->dirfd, file->name, file->text,
			file->size, file->mode, uid, gid) == 0)
			return 0;
	} else if (unlinkat(file->dirfd, file->name, 0) == 0 &&
		   vp_dir_sync(file->dirfd) == 0) {
		return 0;
	}
	return vp_fail_errno(vp,
	    vp_code_of_errno(errno, VA_COULD_NOT_UPDATE_FILE),
	    "cannot update '%s/%s'", folder, file->name);
}

/* 1 if the file is what it was to become. */
static int
is_made(struct vpop *vp, int dirfd, const char *file, const char *wanted)
{
	size_t size = 0;
	AUTO_FREE char *text = vp_file_read(dirfd, file, MAX_FILE, &size);
	char found[VP_SUM_SIZE];

	if (!text && errno == ENOENT)
		return *wanted == '\0';
	if (!text && errno == ELOOP)
		return 0;
	if (!text)
		return vp_fail_errno(
		    vp, VA_COULD_NOT_UPDATE_FILE, "cannot read '%s'", file);
	vp_sum(text, size, found);
	return strcmp(found, wanted) == 0;
}

/* Keep the failure while the journal is told; a file that was replaced all
 * the same (its folder could not be synced) is left to recovery. */
static int
refused(struct vpop *vp, const struct vp_intent *intent,
    const struct vp_atomic *file, int code)
{
	char reason[sizeof vp->message];
	char wanted[VP_SUM_SIZE] = "";

	memcpy(reason, vp->message, sizeof reason);
	if (file->text)
		vp_sum(file->text, file->size, wanted);
	if (is_made(vp, file->dirfd, file->name, wanted) == 0)
		vp_journal_undo(vp, intent, 1, reason);
	return vp_fail(vp, code, "%s", reason);
}

int
vp_atomic_change(
    struct vpop *vp, struct vp_intent *intent, const struct vp_atomic *file)
{
	int code;

	intent->plan = make_plan(file);
	if (!intent->plan)
		return vp_fail(vp, VA_MEMORY_ALLOC_ERR, "out of memory");
	code = vp_journal_intend(vp, intent, 1);
	json_decref(intent->plan);
	intent->plan = NULL;
	if (code < 0)
		return code;
	code = change_file(vp, file);
	if (code < 0)
		return refused(vp, intent, file, code);
	/* The change is made; what the journal could not be told now, it is
	 * told when the next change finds the row. */
	if (vp_journal_commit(vp, intent, 1) < 0)
		vp_clear_error(vp);
	return 0;
}

int
vp_etc_dir(struct vpop *vp)
{
	int fd = open(vp->etc, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (fd < 0)
		return vp_fail_errno(vp,
		    vp_code_of_errno(errno, VA_COULD_NOT_UPDATE_FILE),
		    "cannot open the folder '%s'", vp->etc);
	return fd;
}

int
vp_etc_lock(struct vpop *vp, int dirfd, const char *name, int wait)
{
	char lock_name[NAME_MAX + 1];

	if (vp_format(lock_name, sizeof lock_name, "%s.lock", name) != 0)
		return vp_fail_errno(
		    vp, VA_COULD_NOT_UPDATE_FILE, "'%s'", name);
	int fd = vp_lock(dirfd, lock_name, vp->uid, vp->gid,
	    wait ? (int)vp->set.lock_seconds : 0);
	vp->is_changing |= fd >= 0;
	if (fd >= 0)
		return fd;
	if (errno == EAGAIN)
		return vp_fail(vp, VA_LOCK_FAILED,
		    "'%s/%s' is locked by another program", vp->etc, lock_name);
	return vp_fail_errno(vp,
	    vp_code_of_errno(errno, VA_COULD_NOT_UPDATE_FILE),
	    "cannot lock '%s/%s'", vp->etc, lock_name);
}

/* ---- recovery --------------------------------------------------------- */

int
vp_atomic_place(struct vpop *vp, const char *domain_name, const char *file,
    int *ret_dirfd, int *ret_lock)
{
	struct vpop_domain domain;
	int code;

	if (*domain_name == '\0') {
		*ret_dirfd = vp_etc_dir(vp);
		if (*ret_dirfd < 0)
			return *ret_dirfd;
		*ret_lock = vp_etc_lock(vp, *ret_dirfd, file, 0);
		return *ret_lock < 0 ? *ret_lock : 0;
	}
	if ((code = vpop_domain_get(vp, domain_name, &domain)) < 0)
		return code;
	*ret_dirfd = vp_domain_dir(vp, &domain);
	if (*ret_dirfd < 0)
		return *ret_dirfd;
	*ret_lock = vp_domain_lock(vp, &domain, *ret_dirfd, 0);
	return *ret_lock < 0 ? *ret_lock : 0;
}

int
vp_recover_atomic(struct vpop *vp, const struct vp_pending *pending)
{
	const char *file = NULL, *wanted = NULL;
	AUTO_CLOSE int dirfd = -1;
	AUTO_CLOSE int lock = -1;
	int code;

	json_unpack(pending->plan, "{s:s, s:s}", "file", &file, "sum", &wanted);
	code = vp_atomic_place(
	    vp, pending->domain, file ? file : "site", &dirfd, &lock);
	if (code == VA_DOMAIN_DOES_NOT_EXIST)
		return 0;
	if (code < 0)
		return code;
	/* A verb of another kind than vp_atomic_change: its file is whole,
	 * old or new, and that is all that can be said. */
	if (!file || !wanted || strchr(file, '/'))
		return 1;
	return is_made(vp, dirfd, file, wanted);
}
