/*
 * Looking one account up in a domain's files.
 *
 * Readers take no lock.  They ask the log, then the files, and then make
 * sure that the log is still the one they asked: if it is not, what they
 * looked for may have moved from the log into files that they had opened
 * before, and they start again.
 *
 * A transaction is made under the domain's lock, so nothing is folded until
 * its end: what it has opened is kept open for its next look-up.
 */
#include "config.h"

#include "store/cdb_int.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/attr.h"

#define READ_TRIES 100

static int
is_newer(const struct stat *a, const struct stat *b)
{
	return a->st_mtim.tv_sec > b->st_mtim.tv_sec ||
	       (a->st_mtim.tv_sec == b->st_mtim.tv_sec &&
		   a->st_mtim.tv_nsec > b->st_mtim.tv_nsec);
}

static int
file_status(int dirfd, const char *name, struct stat *ret_st)
{
	if (fstatat(dirfd, name, ret_st, AT_SYMLINK_NOFOLLOW) == 0)
		return 1;
	return errno == ENOENT ? 0 : -1;
}

void
vp_cdb_kept_close(struct vp_kept *kept)
{
	int error = errno;

	vp_cdb_close(kept->cdb);
	vp_log_close(kept->log);
	if (kept->dirfd >= 0)
		close(kept->dirfd);
	*kept = (struct vp_kept){ .dirfd = -1 };
	errno = error;
}

static int
find_in_cdb(
    struct vp_kept *kept, const char *name, char *ret_line, size_t *ret_size)
{
	int r = -1;

	if (!kept->cdb)
		kept->cdb = vp_cdb_open(kept->dirfd, VP_CDB_NAME);
	if (kept->cdb)
		r = vp_cdbset_find(
		    kept->dirfd, kept->cdb, name, ret_line, ret_size);
	if (r < 0) {
		int error = errno;

		vp_cdb_close(kept->cdb);
		kept->cdb = NULL;
		errno = error;
	}
	return r;
}

/* What the files say: 1, 0, or -1 and errno. */
static int
find_in_files(struct vp_kept *kept, const char *name, char *ret_line,
    size_t *ret_size, const char **ret_file)
{
	struct stat text, cdb;
	int has_text, has_cdb;

	if (kept->cdb) {
		int r = find_in_cdb(kept, name, ret_line, ret_size);

		if (r >= 0)
			return r;
	}
	*ret_file = VP_TEXT_NAME;
	has_text = file_status(kept->dirfd, VP_TEXT_NAME, &text);
	has_cdb = file_status(kept->dirfd, VP_CDB_NAME, &cdb);
	if (has_text < 0 || has_cdb < 0)
		return -1;
	if (!has_text && !has_cdb)
		return 0;
	if (has_cdb && has_text && text.st_size <= VP_TEXT_SMALL &&
	    is_newer(&text, &cdb))
		has_cdb = 0;
	if (has_cdb) {
		int r = find_in_cdb(kept, name, ret_line, ret_size);

		*ret_file = VP_CDB_NAME;
		/* A broken cdb: vpasswd has it all, if slowly. */
		if (r >= 0 || !has_text || (errno != EPROTO && errno != ENOENT))
			return r;
		*ret_file = VP_TEXT_NAME;
	}
	return vp_base_scan(kept->dirfd, name, ret_line, ret_size);
}

/* One attempt: 1, 0, -1 and errno; ESTALE: try again. */
static int
find_once(struct vp_kept *kept, int is_locked, const char *name, char *ret_line,
    size_t *ret_size, const char **ret_file)
{
	int r = 1;

	*ret_file = VP_LOG_NAME;
	if (!kept->log && !kept->has_no_log)
		r = vp_log_open(kept->dirfd, VP_LOG_READ, &kept->log);
	if (r < 0)
		return -1;
	kept->has_no_log = !kept->log;
	r = kept->log ? vp_log_find(kept->log, name, ret_line, ret_size) : 0;
	if (r != 0)
		return r > 0 ? r == VP_CHANGE_PUT : -1;
	r = find_in_files(kept, name, ret_line, ret_size, ret_file);
	if (is_locked)
		return r;

	int error = errno;
	int same = vp_log_is_current(kept->log, kept->dirfd);

	errno = error;
	if (same > 0)
		return r;
	errno = same < 0 ? EIO : ESTALE;
	return -1;
}

int
vp_cdb_store_is_open(
    const struct vpop_store *store, const struct vpop_domain *domain)
{
	return store->is_open && strcmp(store->domain.dir, domain->dir) == 0;
}

static int
find_in_transaction(struct vpop_store *store, const char *name, char *ret_line,
    size_t *ret_size)
{
	struct vp_kept *kept = &store->kept;
	const char *file;

	if (kept->dirfd < 0)
		kept->dirfd = vp_cdb_store_dir(store, &store->domain);
	if (kept->dirfd < 0)
		return kept->dirfd;

	int r = find_once(kept, 1, name, ret_line, ret_size, &file);

	return r >= 0 ? r : vp_cdb_store_fail(store, &store->domain, file);
}

int
vp_cdb_store_find(struct vpop_store *store, const struct vpop_domain *domain,
    const char *name, char ret_line[VP_VPASSWD_LINE + 1], size_t *ret_size)
{
	const char *file = VP_LOG_NAME;
	int r = -1;

	if (vp_cdb_store_is_open(store, domain))
		return find_in_transaction(store, name, ret_line, ret_size);
	AUTO_CLOSE int dirfd = vp_cdb_store_dir(store, domain);
	if (dirfd < 0)
		return dirfd;
	for (int i = 0; i < READ_TRIES && r < 0; i++) {
		struct vp_kept kept = { .dirfd = dirfd };

		r = find_once(&kept, 0, name, ret_line, ret_size, &file);
		kept.dirfd = -1;
		vp_cdb_kept_close(&kept);
		if (r < 0 && errno != ESTALE)
			break;
	}
	return r >= 0 ? r : vp_cdb_store_fail(store, domain, file);
}
