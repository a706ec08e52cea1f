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

#include <endian.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/dirtree.h"
#include "base/replace.h"
#include "base/text.h"
#include "store/cdb_logint.h"

#define MAGIC      UINT64_C(0x3153474c53415056) /* "VPASLGS1" */
#define READ_TRIES 20
#define SPLIT_SIZE 16384 /* larger transactions get a second sync */

enum word {
	WORD_MAGIC,
	WORD_SEED,
	WORD_BUCKETS,
	WORD_COVERED,
	WORD_END,
	WORD_DELTA,
	WORD_BASE_INO,
	WORD_BASE_SIZE,
	WORD_BASE_MTIME,
	WORD_BASE_COUNT,
	WORD_BASE_FLAGS, /* 1 known, 2 sorted */
	WORD_CHECKSUM,
	WORDS
};

static void
encode_header(const struct vp_log *log, uint64_t word[WORDS])
{
	const struct vp_base_state *base = &log->base;

	word[WORD_MAGIC] = MAGIC;
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
	if (word[WORD_MAGIC] != MAGIC || word[WORD_CHECKSUM] != sum ||
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
static ssize_t
read_at(int fd, void *buffer, size_t size, uint64_t offset)
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

static int
write_at(int fd, const void *buffer, size_t size, uint64_t offset)
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

static void
wait_a_little(void)
{
	nanosleep(&(struct timespec){ .tv_nsec = 500000 }, NULL);
}

static int
read_header(struct vp_log *log)
{
	uint64_t word[WORDS];

	for (int i = 0; i < READ_TRIES; i++) {
		ssize_t n = read_at(log->fd, word, sizeof word, 0);

		if (n < 0)
			return -1;
		if (n == (ssize_t)sizeof word && decode_header(log, word) == 0)
			return 0;
		wait_a_little();
	}
	errno = EBADMSG;
	return -1;
}

static int
write_header(const struct vp_log *log)
{
	uint64_t word[WORDS];

	encode_header(log, word);
	return write_at(log->fd, word, sizeof word, 0);
}

static uint64_t
record_checksum(
    const struct vp_log *log, const char *record, size_t size, uint64_t offset)
{
	uint64_t start[2] = { htole64(log->seed), htole64(offset) };
	uint64_t sum = vp_hash(VP_HASH_START, start, sizeof start);

	return vp_hash(sum, record + 8, size - 8);
}

/* The record at the front of size bytes; its padded size, or 0 if it is not
 * valid. */
static size_t
parse_record(const struct vp_log *log, const char *bytes, size_t size,
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
	    le64toh(sum) !=
		record_checksum(log, bytes, RECORD_HEAD + text_size, offset))
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

static uint64_t
bucket_of(const char *name, size_t name_size)
{
	uint64_t hash = vp_hash(VP_HASH_START, name, name_size);

	return (hash ^ hash >> 16 ^ hash >> 32 ^ hash >> 48) % LOG_BUCKETS;
}

static int
read_head(const struct vp_log *log, uint64_t bucket, uint64_t *ret_offset)
{
	uint64_t offset = 0;

	if (read_at(log->fd, &offset, 8, LOG_HEADS + bucket * 8) < 0)
		return -1;
	*ret_offset = le64toh(offset);
	return 0;
}

static int
write_head(const struct vp_log *log, uint64_t bucket, uint64_t offset)
{
	uint64_t word = htole64(offset);

	return write_at(log->fd, &word, 8, LOG_HEADS + bucket * 8);
}

static void
tail_free(const struct log_tail *tail)
{
	free(tail->bytes);
}

#define AUTO_TAIL __attribute__((cleanup(tail_free)))

/*
 * Read the records from an offset to the end of the file, and find how many
 * bytes of them are complete transactions.
 */
static int
read_tail(struct vp_log *log, uint64_t from, struct log_tail *ret)
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

	ssize_t n = read_at(log->fd, ret->bytes, (size_t)(size - from), from);

	if (n < 0)
		return -1;

	struct log_record record;
	size_t at = 0, step;

	while ((step = parse_record(log, ret->bytes + at, (size_t)n - at,
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

/* The next record of what read_tail found; 0 at its end. */
static int
next_record(const struct vp_log *log, const struct log_tail *tail, size_t *at,
    struct log_record *ret)
{
	size_t step = 0;

	if (*at < tail->size)
		step = parse_record(log, tail->bytes + *at, tail->size - *at,
		    tail->offset + *at, ret);
	ret->offset = tail->offset + *at;
	*at += step;
	return step != 0;
}

static int
change_of_count(const struct vp_change *change)
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

	if (read_tail(log, log->covered, &tail) < 0 || fstat(log->fd, &st) < 0)
		return -1;

	uint64_t end = tail.offset + tail.size;

	if ((uint64_t)st.st_size > end && ftruncate(log->fd, (off_t)end) < 0)
		return -1;
	while (next_record(log, &tail, &at, &record)) {
		uint64_t bucket =
		    bucket_of(record.change.text, record.change.name_size);

		if (write_head(log, bucket, record.offset) < 0)
			return -1;
		if (record.offset >= log->end)
			log->delta += change_of_count(&record.change);
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
	if (read_header(log) < 0 || (mode == VP_LOG_WRITE && mend(log) < 0)) {
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

	if (read_tail(log, log->covered, &tail) < 0)
		return -1;
	while (next_record(log, &tail, &at, &record)) {
		if (record.offset >= log->end)
			delta += change_of_count(&record.change);
	}
	*ret_delta = delta;
	return 0;
}

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

static int
find_in_tail(struct vp_log *log, const char *name, size_t name_size,
    char *ret_line, size_t *ret_size)
{
	AUTO_TAIL struct log_tail tail;
	struct log_record record, newest = { 0 };
	size_t at = 0;

	if (read_tail(log, log->covered, &tail) < 0)
		return -1;
	while (next_record(log, &tail, &at, &record)) {
		if (is_named(&record, name, name_size))
			newest = record;
	}
	if (!newest.change.text)
		return 0;
	return answer(&newest, ret_line, ret_size);
}

static int
find_in_chain(struct vp_log *log, const char *name, size_t name_size,
    char *ret_line, size_t *ret_size)
{
	char bytes[RECORD_HEAD + VP_VPASSWD_LINE];
	uint64_t bucket = bucket_of(name, name_size);
	uint64_t offset, last = INT64_MAX;
	struct log_record record;

	if (read_head(log, bucket, &offset) < 0)
		return -1;
	for (; offset; last = offset, offset = record.previous) {
		size_t wanted = RECORD_USUAL;

		if (offset < LOG_RECORDS || offset >= last)
			break;

		ssize_t n = read_at(log->fd, bytes, wanted, offset);

		if (n >= 0 &&
		    !parse_record(log, bytes, (size_t)n, offset, &record)) {
			wanted = sizeof bytes;
			n = read_at(log->fd, bytes, wanted, offset);
			if (n >= 0 && !parse_record(log, bytes, (size_t)n,
					  offset, &record))
				break;
		}
		if (n < 0)
			return -1;
		if (is_named(&record, name, name_size))
			return answer(&record, ret_line, ret_size);
		if (bucket_of(record.change.text, record.change.name_size) !=
		    bucket)
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

	for (int i = 0; i < READ_TRIES; i++) {
		r = find_in_tail(log, name, name_size, ret_line, ret_size);
		if (r == 0)
			r = find_in_chain(
			    log, name, name_size, ret_line, ret_size);
		if (r >= 0 || errno != EBADMSG)
			return r;
		/* A head that is just being written, or a damaged file. */
		wait_a_little();
		if (read_header(log) < 0)
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
	int r = read_tail(log, LOG_RECORDS, &tail);

	*ret_changes = (struct vp_changes){ .buffer = tail.bytes };
	while (r == 0 && next_record(log, &tail, &at, &record))
		r = vp_changes_set(ret_changes, &record.change);
	if (r < 0) {
		int error = errno;

		vp_changes_clear(ret_changes);
		errno = error;
	}
	return r;
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

int
vp_log_remove(int dirfd)
{
	if (unlinkat(dirfd, VP_LOG_NAME, 0) < 0)
		return errno == ENOENT ? 0 : -1;
	return vp_dir_sync(dirfd);
}

/* ---- appending ------------------------------------------------------- */

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

static void
encode_record(const struct vp_log *log, char *bytes, uint64_t offset,
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

	uint64_t sum = htole64(
	    record_checksum(log, bytes, RECORD_HEAD + change->size, offset));

	memcpy(bytes, &sum, 8);
}

static int
append_encode(const struct vp_log *log, struct append *a,
    const struct vp_changes *changes)
{
	for (size_t i = 0; i < changes->count; i++) {
		const struct vp_change *c = &changes->list[i];
		uint64_t bucket = bucket_of(c->text, c->name_size);
		uint64_t offset = log->end + a->size, previous;
		struct log_head *head = append_head(a, bucket);
		unsigned flags = (c->was ? FLAG_WAS : 0u) |
				 (i + 1 == changes->count ? FLAG_END : 0u);

		previous = head->offset;
		if (!previous && read_head(log, bucket, &previous) < 0)
			return -1;
		encode_record(
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
		    write_head(log, head->bucket, head->offset) < 0)
			return;
	}
	log->covered = start;
	log->end = start + a->size;
	log->delta += delta;
	if (a->size > SPLIT_SIZE && fdatasync(log->fd) == 0)
		log->covered = log->end;
	write_header(log);
}

static int
append_write(
    struct vp_log *log, struct append *a, const struct vp_changes *changes)
{
	int64_t delta = 0;

	if (append_encode(log, a, changes) < 0)
		return -1;
	if (write_at(log->fd, a->bytes, a->size, log->end) < 0 ||
	    fdatasync(log->fd) < 0) {
		int error = errno;

		/* If this fails too the tail is torn, or, at worst, holds a
		 * change that was reported as failed. */
		(void)!ftruncate(log->fd, (off_t)log->end);
		errno = error;
		return -1;
	}
	for (size_t i = 0; i < changes->count; i++)
		delta += change_of_count(&changes->list[i]);
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
