/*
 * Looking up names in the log.
 */
#include "config.h"

#include "store/cdb_logint.h"

#include <errno.h>
#include <string.h>

static int
is_named(const struct log_record *record, const char *name, size_t name_size)
{
	return record->change.name_size == name_size &&
	       memcmp(record->change.text, name, name_size) == 0;
}

static int
answer(const struct log_record *record, char *ret_line, size_t *ret_size)
{
	memcpy(ret_line, record->change.text, record->change.size);
	ret_line[record->change.size] = '\0';
	*ret_size = record->change.size;
	return record->change.op;
}

int
vp_log_find_in_tail(struct vp_log *log, const char *name, size_t name_size,
    char *ret_line, size_t *ret_size)
{
	AUTO_TAIL struct log_tail tail;
	struct log_record record, newest = { 0 };
	size_t at = 0;

	if (vp_log_read_tail(log, log->covered, &tail) < 0)
		return -1;
	while (vp_log_next_record(log, &tail, &at, &record)) {
		if (is_named(&record, name, name_size))
			newest = record;
	}
	if (!newest.change.text)
		return 0;
	return answer(&newest, ret_line, ret_size);
}

int
vp_log_find_in_chain(struct vp_log *log, const char *name, size_t name_size,
    char *ret_line, size_t *ret_size)
{
	char bytes[RECORD_HEAD + VP_VPASSWD_LINE];
	uint64_t bucket = vp_log_bucket_of(name, name_size);
	uint64_t offset, last = INT64_MAX;
	struct log_record record;

	if (vp_log_read_head(log, bucket, &offset) < 0)
		return -1;
	for (; offset; last = offset, offset = record.previous) {
		size_t wanted = RECORD_USUAL;

		if (offset < LOG_RECORDS || offset >= last)
			break;

		ssize_t n = vp_log_read_at(log->fd, bytes, wanted, offset);

		if (n >= 0 && !vp_log_parse_record(
				  log, bytes, (size_t)n, offset, &record)) {
			wanted = sizeof bytes;
			n = vp_log_read_at(log->fd, bytes, wanted, offset);
			if (n >= 0 && !vp_log_parse_record(log, bytes,
					  (size_t)n, offset, &record))
				break;
		}
		if (n < 0)
			return -1;
		if (is_named(&record, name, name_size))
			return answer(&record, ret_line, ret_size);
		if (vp_log_bucket_of(
			record.change.text, record.change.name_size) != bucket)
			break;
	}
	if (!offset)
		return 0;
	errno = EBADMSG;
	return -1;
}

int
vp_log_find(struct vp_log *log, const char *name,
    char ret_line[VP_VPASSWD_LINE + 1], size_t *ret_size)
{
	size_t name_size = strlen(name);
	int r = -1;

	for (int i = 0; i < LOG_READ_TRIES; i++) {
		r = vp_log_find_in_tail(
		    log, name, name_size, ret_line, ret_size);
		if (r == 0)
			r = vp_log_find_in_chain(
			    log, name, name_size, ret_line, ret_size);
		if (r >= 0 || errno != EBADMSG)
			return r;
		/* A head that is just being written, or a damaged file. */
		vp_log_wait();
		if (vp_log_read_header(log) < 0)
			return -1;
	}
	errno = EBADMSG;
	return r;
}

int
vp_log_load(struct vp_log *log, struct vp_changes *ret_changes)
{
	struct log_tail tail;
	struct log_record record;
	size_t at = 0;
	int r = vp_log_read_tail(log, LOG_RECORDS, &tail);

	*ret_changes = (struct vp_changes){ .buffer = tail.bytes };
	while (r == 0 && vp_log_next_record(log, &tail, &at, &record))
		r = vp_changes_set(ret_changes, &record.change);
	if (r < 0) {
		int error = errno;

		vp_changes_clear(ret_changes);
		errno = error;
	}
	return r;
}
