/*
 * The bytes of the log: its header, heads and records.
 */
#include "config.h"

#include "store/cdb_logint.h"

#include <endian.h>
#include <errno.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/replace.h"
#include "base/text.h"

static void
encode_header(const struct vp_log *log, uint64_t word[WORDS])
{
	const struct vp_base_state *base = &log->base;

	word[WORD_MAGIC] = LOG_MAGIC;
	word[WORD_SEED] = log->seed;
	word[WORD_BUCKETS] = LOG_BUCKETS;
	word[WORD_COVERED] = log->covered;
	word[WORD_END] = log->end;
	word[WORD_DELTA] = (uint64_t)log->delta;
	word[WORD_BASE_INO] = base->ino;
	word[WORD_BASE_SIZE] = base->size;
	word[WORD_BASE_MTIME] = (uint64_t)base->mtime;
	word[WORD_BASE_COUNT] = base->count;
	word[WORD_BASE_FLAGS] =
	    (base->is_known ? 1u : 0u) | (base->is_sorted ? 2u : 0u);
	for (int i = 0; i < WORD_CHECKSUM; i++)
		word[i] = htole64(word[i]);
	word[WORD_CHECKSUM] =
	    htole64(vp_hash(VP_HASH_START, word, WORD_CHECKSUM * sizeof *word));
}

static int
decode_header(struct vp_log *log, uint64_t word[WORDS])
{
	uint64_t sum =
	    vp_hash(VP_HASH_START, word, WORD_CHECKSUM * sizeof *word);

	for (int i = 0; i < WORDS; i++)
		word[i] = le64toh(word[i]);
	if (word[WORD_MAGIC] != LOG_MAGIC || word[WORD_CHECKSUM] != sum ||
	    word[WORD_BUCKETS] != LOG_BUCKETS ||
	    word[WORD_COVERED] < LOG_RECORDS ||
	    word[WORD_END] < word[WORD_COVERED] || word[WORD_END] > INT64_MAX)
		return -1;
	log->seed = word[WORD_SEED];
	log->covered = word[WORD_COVERED];
	log->end = word[WORD_END];
	log->delta = (int64_t)word[WORD_DELTA];
	log->base = (struct vp_base_state){
		.ino = word[WORD_BASE_INO],
		.size = word[WORD_BASE_SIZE],
		.mtime = (int64_t)word[WORD_BASE_MTIME],
		.count = word[WORD_BASE_COUNT],
		.is_known = (word[WORD_BASE_FLAGS] & 1) != 0,
		.is_sorted = (word[WORD_BASE_FLAGS] & 2) != 0,
	};
	return 0;
}

/* Fewer bytes than wanted only at the end of the file. */
ssize_t
vp_log_read_at(int fd, void *buffer, size_t size, uint64_t offset)
{
	size_t done = 0;

	while (done < size) {
		ssize_t n = pread(fd, (char *)buffer + done, size - done,
		    (off_t)(offset + done));

		if (n == 0)
			break;
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -1;
		done += (size_t)n;
	}
	return (ssize_t)done;
}

int
vp_log_write_at(int fd, const void *buffer, size_t size, uint64_t offset)
{
	size_t done = 0;

	while (done < size) {
		ssize_t n = pwrite(fd, (const char *)buffer + done, size - done,
		    (off_t)(offset + done));

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0) {
			if (n == 0)
				errno = EIO;
			return -1;
		}
		done += (size_t)n;
	}
	return 0;
}

void
vp_log_wait(void)
{
	nanosleep(&(struct timespec){ .tv_nsec = 500000 }, NULL);
}

int
vp_log_read_header(struct vp_log *log)
{
	uint64_t word[WORDS];

	for (int i = 0; i < LOG_READ_TRIES; i++) {
		ssize_t n = vp_log_read_at(log->fd, word, sizeof word, 0);

		if (n < 0)
			return -1;
		if (n == (ssize_t)sizeof word && decode_header(log, word) == 0)
			return 0;
		vp_log_wait();
	}
	errno = EBADMSG;
	return -1;
}

int
vp_log_write_header(const struct vp_log *log)
{
	uint64_t word[WORDS];

	encode_header(log, word);
	return vp_log_write_at(log->fd, word, sizeof word, 0);
}

uint64_t
vp_log_record_checksum(
    const struct vp_log *log, const char *record, size_t size, uint64_t offset)
{
	uint64_t start[2] = { htole64(log->seed), htole64(offset) };
	uint64_t sum = vp_hash(VP_HASH_START, start, sizeof start);

	return vp_hash(sum, record + 8, size - 8);
}

size_t
vp_log_parse_record(const struct vp_log *log, const char *bytes, size_t size,
    uint64_t offset, struct log_record *ret)
{
	uint64_t sum, previous;
	uint32_t text_size;
	uint16_t name_size;

	if (size < RECORD_HEAD)
		return 0;
	memcpy(&sum, bytes, 8);
	memcpy(&previous, bytes + 8, 8);
	memcpy(&text_size, bytes + 16, 4);
	memcpy(&name_size, bytes + 22, 2);
	text_size = le32toh(text_size);
	name_size = le16toh(name_size);
	if (text_size > VP_VPASSWD_LINE || name_size == 0 ||
	    name_size > text_size || size < RECORD_HEAD + text_size ||
	    le64toh(sum) != vp_log_record_checksum(
				log, bytes, RECORD_HEAD + text_size, offset))
		return 0;
	ret->previous = le64toh(previous);
	ret->flags = (unsigned char)bytes[21];
	ret->change = (struct vp_change){
		.text = bytes + RECORD_HEAD,
		.size = text_size,
		.name_size = name_size,
		.op = (unsigned char)bytes[20],
		.was = (ret->flags & FLAG_WAS) != 0,
	};

	int is_put = ret->change.op == VP_CHANGE_PUT;

	if (is_put
		? name_size == text_size || ret->change.text[name_size] != ':'
		: ret->change.op != VP_CHANGE_DELETE || name_size != text_size)
		return 0;
	return RECORD_PADDED(text_size);
}

uint64_t
vp_log_bucket_of(const char *name, size_t name_size)
{
	uint64_t hash = vp_hash(VP_HASH_START, name, name_size);

	return (hash ^ hash >> 16 ^ hash >> 32 ^ hash >> 48) % LOG_BUCKETS;
}

int
vp_log_read_head(
    const struct vp_log *log, uint64_t bucket, uint64_t *ret_offset)
{
	uint64_t offset = 0;

	if (vp_log_read_at(log->fd, &offset, 8, LOG_HEADS + bucket * 8) < 0)
		return -1;
	*ret_offset = le64toh(offset);
	return 0;
}

int
vp_log_write_head(const struct vp_log *log, uint64_t bucket, uint64_t offset)
{
	uint64_t word = htole64(offset);

	return vp_log_write_at(log->fd, &word, 8, LOG_HEADS + bucket * 8);
}

void
vp_log_encode_record(const struct vp_log *log, char *bytes, uint64_t offset,
    uint64_t previous, const struct vp_change *change, unsigned flags)
{
	uint32_t size = htole32(change->size);
	uint16_t name_size = htole16(change->name_size);

	previous = htole64(previous);
	memcpy(bytes + 8, &previous, 8);
	memcpy(bytes + 16, &size, 4);
	bytes[20] = (char)change->op;
	bytes[21] = (char)flags;
	memcpy(bytes + 22, &name_size, 2);
	memcpy(bytes + RECORD_HEAD, change->text, change->size);

	uint64_t sum = htole64(vp_log_record_checksum(
	    log, bytes, RECORD_HEAD + change->size, offset));

	memcpy(bytes, &sum, 8);
}

int
vp_log_make(int dirfd, const struct vp_base_state *base, uid_t uid, gid_t gid)
{
	struct vp_log log = {
		.covered = LOG_RECORDS,
		.end = LOG_RECORDS,
		.base = *base,
	};
	struct vp_replace r;
	uint64_t word[WORDS];

	if (vp_random(&log.seed, sizeof log.seed) != 0 ||
	    vp_replace_open(&r, dirfd, VP_LOG_NAME, 0600, uid, gid) != 0)
		return -1;
	encode_header(&log, word);
	if (fwrite(word, sizeof word, 1, r.fp) != 1 || fflush(r.fp) != 0 ||
	    ftruncate(fileno(r.fp), LOG_RECORDS) < 0) {
		int error = errno;

		vp_replace_abort(&r);
		errno = error;
		return -1;
	}
	return vp_replace_commit(&r);
}
