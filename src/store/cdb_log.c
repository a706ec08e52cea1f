/*
 * The log of recent changes: a header, a table of bucket heads (a sparse
 * 512 KiB), and records.  All numbers are little-endian.
 *
 *   header   12 words of 8 bytes, see enum; the last is a checksum
 *   heads    at 4096: offset of the newest record of each bucket, or 0
 *   records  checksum, offset of the bucket's previous record, text size (4),
 *            op (1), flags (1), name size (2), text, padding to 8 bytes
 *
 * A record's checksum covers the record, its offset and the log's random
 * seed, so that nothing that lay on the disk before is taken for one.  The
 * records of one transaction follow each other; the last has FLAG_END, and
 * without it none of them counts.
 *
 * A change costs one fdatasync.  The writer, who holds the account lock,
 * writes the transaction behind the last one, syncs, then sets the heads and
 * then the header: "end" (behind the transaction) and "covered" (its start).
 * The heads of everything before "covered" were made durable by that sync;
 * what lies behind it is found by reading it through, so a power loss, which
 * may forget the last heads and the last header, forgets no change.  The
 * next writer sets the heads behind "covered" once more.  Everything before
 * "end" was once durable: if it cannot be read the log is damaged, while
 * behind "end" a broken record is a torn write, and is cut off.
 *
 * Readers take no lock.  The tail behind "covered" is newer than the heads
 * and is looked at first.  Chains run downwards.  The header and a head may
 * be seen half written; both are told by checksums and read again.
 */
#include "config.h"

#include "store/cdb_log.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/dirtree.h"
#include "store/cdb_logint.h"

void
vp_log_tail_free(const struct log_tail *tail)
{
	free(tail->bytes);
}

int
vp_log_read_tail(struct vp_log *log, uint64_t from, struct log_tail *ret)
{
	struct stat st;

	*ret = (struct log_tail){ .offset = from };
	if (fstat(log->fd, &st) < 0)
		return -1;

	uint64_t size = (uint64_t)st.st_size;

	if (size < log->end) {
		errno = EBADMSG;
		return -1;
	}
	if (size - from > LOG_LARGEST) {
		errno = EFBIG;
		return -1;
	}
	ret->bytes = malloc((size_t)(size - from) + 1);
	if (!ret->bytes)
		return -1;

	ssize_t n =
	    vp_log_read_at(log->fd, ret->bytes, (size_t)(size - from), from);

	if (n < 0)
		return -1;

	struct log_record record;
	size_t at = 0, step;

	while ((step = vp_log_parse_record(log, ret->bytes + at, (size_t)n - at,
		    from + at, &record)) != 0 &&
	       step <= (size_t)n - at) {
		at += step;
		if (record.flags & FLAG_END)
			ret->size = at;
	}
	if (from + ret->size < log->end) {
		errno = EBADMSG;
		return -1;
	}
	return 0;
}

int
vp_log_next_record(const struct vp_log *log, const struct log_tail *tail,
    size_t *at, struct log_record *ret)
{
	size_t step = 0;

	if (*at < tail->size)
		step = vp_log_parse_record(log, tail->bytes + *at,
		    tail->size - *at, tail->offset + *at, ret);
	ret->offset = tail->offset + *at;
	*at += step;
	return step != 0;
}

int
vp_log_change_of_count(const struct vp_change *change)
{
	if (change->op == VP_CHANGE_PUT)
		return change->was ? 0 : 1;
	return change->was ? -1 : 0;
}

/* Cut off a torn end, set the heads behind "covered", count what the header
 * has not counted. */
static int
mend(struct vp_log *log)
{
	AUTO_TAIL struct log_tail tail;
	struct log_record record;
	struct stat st;
	size_t at = 0;

	if (vp_log_read_tail(log, log->covered, &tail) < 0 ||
	    fstat(log->fd, &st) < 0)
		return -1;

	uint64_t end = tail.offset + tail.size;

	if ((uint64_t)st.st_size > end && ftruncate(log->fd, (off_t)end) < 0)
		return -1;
	while (vp_log_next_record(log, &tail, &at, &record)) {
		uint64_t bucket = vp_log_bucket_of(
		    record.change.text, record.change.name_size);

		if (vp_log_write_head(log, bucket, record.offset) < 0)
			return -1;
		if (record.offset >= log->end)
			log->delta += vp_log_change_of_count(&record.change);
	}
	log->end = end;
	return 0;
}

int
vp_log_open(int dirfd, enum vp_log_mode mode, struct vp_log **ret_log)
{
	int flags = O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC |
		    (mode == VP_LOG_WRITE ? O_RDWR : O_RDONLY);
	int fd = openat(dirfd, VP_LOG_NAME, flags);

	*ret_log = NULL;
	if (fd < 0)
		return errno == ENOENT ? 0 : -1;

	struct vp_log *log = calloc(1, sizeof *log);

	if (!log) {
		close(fd);
		errno = ENOMEM;
		return -1;
	}
	log->fd = fd;
	if (vp_log_read_header(log) < 0 ||
	    (mode == VP_LOG_WRITE && mend(log) < 0)) {
		int error = errno;

		vp_log_close(log);
		errno = error;
		return -1;
	}
	*ret_log = log;
	return 1;
}

void
vp_log_close(struct vp_log *log)
{
	if (!log)
		return;
	close(log->fd);
	free(log);
}

int
vp_log_is_current(const struct vp_log *log, int dirfd)
{
	struct stat ours, st;

	if (fstatat(dirfd, VP_LOG_NAME, &st, AT_SYMLINK_NOFOLLOW) < 0) {
		if (errno != ENOENT)
			return -1;
		return !log;
	}
	if (!log)
		return 0;
	if (fstat(log->fd, &ours) < 0)
		return -1;
	return ours.st_ino == st.st_ino && ours.st_dev == st.st_dev;
}

const struct vp_base_state *
vp_log_base(const struct vp_log *log)
{
	return &log->base;
}

uint64_t
vp_log_size(const struct vp_log *log)
{
	return log->end - LOG_RECORDS;
}

int
vp_log_delta(struct vp_log *log, int64_t *ret_delta)
{
	AUTO_TAIL struct log_tail tail;
	struct log_record record;
	size_t at = 0;
	int64_t delta = log->delta;

	if (vp_log_read_tail(log, log->covered, &tail) < 0)
		return -1;
	while (vp_log_next_record(log, &tail, &at, &record)) {
		if (record.offset >= log->end)
			delta += vp_log_change_of_count(&record.change);
	}
	*ret_delta = delta;
	return 0;
}

int
vp_log_remove(int dirfd)
{
	if (unlinkat(dirfd, VP_LOG_NAME, 0) < 0)
		return errno == ENOENT ? 0 : -1;
	return vp_dir_sync(dirfd);
}
