/*
 * Changes of a domain, put into its files or its log, and the log folded into
 * the files.  The account lock is held.
 */
#include "config.h"

#include "store/cdb_int.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>

#include "base/attr.h"

static int
fold_files(struct vpop_store *store, const struct vpop_domain *domain,
    int dirfd, struct vp_fold *fold)
{
	fold->dirfd = dirfd;
	fold->uid = domain->uid;
	fold->gid = domain->gid;
	fold->limit = store->cdb_limit;
	if (vp_fold(fold) == 0)
		return 0;
	return vp_cdb_store_write_fail(store, domain, fold->what);
}

static int
is_small(const struct vpop_store *store, uint64_t count)
{
	return store->fold_always || count <= store->small_domain;
}

/* Fold what the log says (NULL: there is none) into the files. */
static int
fold_log(struct vpop_store *store, const struct vpop_domain *domain, int dirfd,
    struct vp_log *log)
{
	struct vp_changes changes = { 0 };
	struct vp_fold fold = { .changes = &changes };

	if (log && vp_log_load(log, &changes) < 0)
		return vp_cdb_store_fail(store, domain, VP_LOG_NAME);
	vp_changes_sort(&changes);
	if (log)
		fold.known = vp_log_base(log);

	int r = fold_files(store, domain, dirfd, &fold);

	vp_changes_clear(&changes);
	if (r < 0)
		return r;
	if (is_small(store, fold.result.count))
		r = vp_log_remove(dirfd);
	else
		r = vp_log_make(dirfd, &fold.result, domain->uid, domain->gid);
	return r == 0 ? 0 : vp_cdb_store_write_fail(store, domain, VP_LOG_NAME);
}

static int64_t
added(const struct vp_changes *changes)
{
	int64_t sum = 0;

	for (size_t i = 0; i < changes->count; i++) {
		const struct vp_change *c = &changes->list[i];

		sum += (c->op == VP_CHANGE_PUT) - (c->was != 0);
	}
	return sum;
}

/* Should the log be folded after it got these changes? */
static int
wants_fold(
    const struct vpop_store *store, int dirfd, struct vp_log *log, int is_lazy)
{
	const struct vp_base_state *base = vp_log_base(log);
	struct vp_base_state now;
	uint64_t most;
	int64_t delta;

	if (vp_base_stat(dirfd, &now) < 0)
		return 0;
	most = now.size / 4;
	if (most > store->fold_most)
		most = store->fold_most;
	if (most < store->fold_least)
		most = store->fold_least;
	if (vp_log_size(log) > most)
		return 1;
	if (is_lazy)
		return 0;
	/* Another program has changed vpasswd, or it was never counted. */
	if (!base->is_known || !vp_base_is_same(base, &now))
		return 1;
	if (vp_log_delta(log, &delta) < 0)
		return 0;
	delta += (int64_t)base->count;
	return is_small(store, delta > 0 ? (uint64_t)delta : 0);
}

/* Put changes into the log, which is made if there is none. */
static int
change_log(struct vpop_store *store, const struct vpop_domain *domain,
    int dirfd, const struct vp_changes *changes,
    const struct vp_base_state *base, int is_lazy)
{
	struct vp_log *log = NULL;
	int r = 0;

	if (base)
		r = vp_log_make(dirfd, base, domain->uid, domain->gid);
	if (r == 0)
		r = vp_log_open(dirfd, VP_LOG_WRITE, &log) == 1 ? 0 : -1;
	if (r == 0)
		r = vp_log_append(log, changes);
	if (r < 0) {
		r = vp_cdb_store_write_fail(store, domain, VP_LOG_NAME);
		vp_log_close(log);
		return r;
	}
	/* The change is made.  A fold that fails now is tried again by the
	 * next change. */
	if (wants_fold(store, dirfd, log, is_lazy))
		(void)fold_log(store, domain, dirfd, log);
	vp_log_close(log);
	return 0;
}

/* There is no log: change the files themselves if they are small. */
static int
change_files(struct vpop_store *store, const struct vpop_domain *domain,
    int dirfd, struct vp_changes *changes, int is_lazy)
{
	struct vp_base base;
	struct vp_base_state state = { 0 };
	int r = vp_base_open(&base, dirfd, NULL);

	if (r == 0)
		state = base.state;
	else
		r = vp_cdb_store_fail(store, domain, VP_TEXT_NAME);
	vp_base_close(&base);
	if (r < 0)
		return r;

	int64_t count = (int64_t)state.count + added(changes);

	if (is_lazy || state.size > VP_TEXT_SMALL ||
	    !is_small(store, count > 0 ? (uint64_t)count : 0))
		return change_log(
		    store, domain, dirfd, changes, &state, is_lazy);

	struct vp_fold fold = {
		.changes = changes,
		.is_only = 1,
		.known = &state,
	};

	vp_changes_sort(changes);
	return fold_files(store, domain, dirfd, &fold);
}

int
vp_cdb_apply(struct vpop_store *store, const struct vpop_domain *domain,
    struct vp_changes *changes, int is_lazy)
{
	AUTO_CLOSE int dirfd = vp_cdb_store_dir(store, domain);
	struct stat st;

	if (dirfd < 0)
		return dirfd;
	if (changes->count == 0)
		return 0;
	if (fstatat(dirfd, VP_LOG_NAME, &st, AT_SYMLINK_NOFOLLOW) == 0)
		return change_log(store, domain, dirfd, changes, NULL, is_lazy);
	if (errno != ENOENT)
		return vp_cdb_store_fail(store, domain, VP_LOG_NAME);
	return change_files(store, domain, dirfd, changes, is_lazy);
}

int
vp_cdb_fold(struct vpop_store *store, const struct vpop_domain *domain)
{
	AUTO_CLOSE int dirfd = vp_cdb_store_dir(store, domain);
	struct vp_log *log;

	if (dirfd < 0)
		return dirfd;
	if (vp_log_open(dirfd, VP_LOG_WRITE, &log) < 0)
		return vp_cdb_store_fail(store, domain, VP_LOG_NAME);

	int r = fold_log(store, domain, dirfd, log);

	vp_log_close(log);
	return r;
}
