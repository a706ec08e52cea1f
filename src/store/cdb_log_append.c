/*
 * Appending transactions to the log.
 */
#include "config.h"

#include "store/cdb_logint.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#define SPLIT_SIZE 16384 /* larger transactions get a second sync */

/* A transaction in the making. */
struct append {
	char *bytes;
	size_t size;
	struct log_head { /* where the heads will point; a hash table */
		uint64_t bucket, offset;
	} * heads;
	size_t head_count;
};

static struct log_head *
append_head(const struct append *a, uint64_t bucket)
{
	size_t i = (size_t)bucket & (a->head_count - 1);

	while (a->heads[i].offset && a->heads[i].bucket != bucket)
		i = (i + 1) & (a->head_count - 1);
	return &a->heads[i];
}

static int
append_encode(const struct vp_log *log, struct append *a,
    const struct vp_changes *changes)
{
	for (size_t i = 0; i < changes->count; i++) {
		const struct vp_change *c = &changes->list[i];
		uint64_t bucket = vp_log_bucket_of(c->text, c->name_size);
		uint64_t offset = log->end + a->size, previous;
		struct log_head *head = append_head(a, bucket);
		unsigned flags = (c->was ? FLAG_WAS : 0u) |
				 (i + 1 == changes->count ? FLAG_END : 0u);

		previous = head->offset;
		if (!previous && vp_log_read_head(log, bucket, &previous) < 0)
			return -1;
		vp_log_encode_record(
		    log, a->bytes + a->size, offset, previous, c, flags);
		head->bucket = bucket;
		head->offset = offset;
		a->size += RECORD_PADDED(c->size);
	}
	return 0;
}

/* After the sync the change stands: what fails here is made good by the next
 * writer, and readers find the records in the tail. */
static void
append_index(struct vp_log *log, const struct append *a, int64_t delta)
{
	uint64_t start = log->end;

	for (size_t i = 0; i < a->head_count; i++) {
		const struct log_head *head = &a->heads[i];

		if (head->offset &&
		    vp_log_write_head(log, head->bucket, head->offset) < 0)
			return;
	}
	log->covered = start;
	log->end = start + a->size;
	log->delta += delta;
	if (a->size > SPLIT_SIZE && fdatasync(log->fd) == 0)
		log->covered = log->end;
	vp_log_write_header(log);
}

static int
append_write(
    struct vp_log *log, struct append *a, const struct vp_changes *changes)
{
	int64_t delta = 0;

	if (append_encode(log, a, changes) < 0)
		return -1;
	if (vp_log_write_at(log->fd, a->bytes, a->size, log->end) < 0 ||
	    fdatasync(log->fd) < 0) {
		int error = errno;

		/* If this fails too the tail is torn, or, at worst, holds a
		 * change that was reported as failed. */
		(void)!ftruncate(log->fd, (off_t)log->end);
		errno = error;
		return -1;
	}
	for (size_t i = 0; i < changes->count; i++)
		delta += vp_log_change_of_count(&changes->list[i]);
	append_index(log, a, delta);
	return 0;
}

int
vp_log_append(struct vp_log *log, const struct vp_changes *changes)
{
	struct append a = { .head_count = 2 };
	size_t size = 0;

	if (changes->count == 0)
		return 0;
	for (size_t i = 0; i < changes->count; i++)
		size += RECORD_PADDED(changes->list[i].size);
	if (size > LOG_LARGEST - vp_log_size(log)) {
		errno = EFBIG;
		return -1;
	}
	while (a.head_count < changes->count * 2)
		a.head_count *= 2;
	a.bytes = calloc(1, size);
	a.heads = calloc(a.head_count, sizeof *a.heads);

	int r = a.bytes && a.heads ? append_write(log, &a, changes) : -1;
	int error = errno;

	free(a.bytes);
	free(a.heads);
	errno = error;
	return r;
}
