/*
 * A log file with anything in it: reading it never fails otherwise than by
 * saying so, and a record that is found by name is the one that a reader of
 * the whole log finds.
 *
 * Checksums would keep the fuzzer out, so they are made right: the first 88
 * bytes of the input become the header, the next 16 are bucket heads, the
 * rest the records.
 */
#include "config.h"

#include <endian.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "store/cdb_logint.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static int dirfd = -1;
static char path[] = "/tmp/fuzz-log.XXXXXX";

static void
remove_folder(void)
{
	unlinkat(dirfd, VP_LOG_NAME, 0);
	rmdir(path);
}

static void
make_folder(void)
{
	if (!mkdtemp(path))
		abort();
	dirfd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (dirfd < 0 || atexit(remove_folder) != 0)
		abort();
}

static int
open_file(void)
{
	int fd;

	unlinkat(dirfd, VP_LOG_NAME, 0);
	fd = openat(dirfd, VP_LOG_NAME, O_RDWR | O_CREAT | O_EXCL, 0600);
	if (fd < 0)
		abort();
	return fd;
}

static void
put(int fd, const void *bytes, size_t size, uint64_t offset)
{
	if (vp_log_write_at(fd, bytes, size, offset) != 0)
		abort();
}

/* Make the checksums right, as far as the sizes lead. */
static void
sign(const struct vp_log *log, char *records, size_t size)
{
	size_t at = 0;

	while (size - at >= RECORD_HEAD) {
		uint32_t text_size;

		memcpy(&text_size, records + at + 16, 4);
		text_size = le32toh(text_size) & 0x3ff;
		if (size - at < RECORD_HEAD + text_size)
			break;

		uint32_t stored = htole32(text_size);

		memcpy(records + at + 16, &stored, 4);

		uint64_t sum = htole64(vp_log_record_checksum(log, records + at,
		    RECORD_HEAD + text_size, LOG_RECORDS + at));

		memcpy(records + at, &sum, 8);
		if (RECORD_PADDED(text_size) > size - at)
			break;
		at += RECORD_PADDED(text_size);
	}
}

static void
write_file(const uint8_t *data, size_t size)
{
	uint64_t word[WORDS] = { 0 };
	struct vp_log log = { 0 };
	int fd = open_file();
	size_t taken = size < 88 ? size : 88;

	memcpy(word, data, taken);
	word[WORD_MAGIC] = htole64(LOG_MAGIC);
	word[WORD_BUCKETS] = htole64(LOG_BUCKETS);
	/* Small numbers, counted from the first record. */
	word[WORD_COVERED] =
	    htole64(LOG_RECORDS + (le64toh(word[WORD_COVERED]) & 0xfff8));
	word[WORD_END] =
	    htole64(LOG_RECORDS + (le64toh(word[WORD_END]) & 0xfff8));
	word[WORD_CHECKSUM] =
	    htole64(vp_hash(VP_HASH_START, word, WORD_CHECKSUM * sizeof *word));
	log.seed = le64toh(word[WORD_SEED]);
	put(fd, word, sizeof word, 0);
	data += taken;
	size -= taken;
	if (ftruncate(fd, LOG_RECORDS) != 0)
		abort();
	if (size >= 16) {
		put(fd, data, 8, LOG_HEADS + vp_log_bucket_of("a", 1) * 8);
		put(fd, data + 8, 8,
		    LOG_HEADS + vp_log_bucket_of("bob", 3) * 8);
		data += 16;
		size -= 16;

		char *records = malloc(size + 1);

		if (!records)
			abort();
		memcpy(records, data, size);
		sign(&log, records, size);
		put(fd, records, size, LOG_RECORDS);
		free(records);
	}
	close(fd);
}

static void
ask(struct vp_log *log, const char *name)
{
	char line[VP_VPASSWD_LINE + 1];
	size_t size, name_size = strlen(name);
	int r = vp_log_find_in_tail(log, name, name_size, line, &size);

	if (r == 0)
		r = vp_log_find_in_chain(log, name, name_size, line, &size);
	if (r > 0 && (size > VP_VPASSWD_LINE || size < name_size ||
			 memcmp(line, name, name_size) != 0))
		abort();
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct vp_changes all;
	struct vp_log *log;
	int64_t delta;
	int has_all;

	if (dirfd < 0)
		make_folder();
	write_file(data, size);
	if (vp_log_open(dirfd, VP_LOG_READ, &log) != 1)
		return 0;
	ask(log, "a");
	ask(log, "bob");
	vp_log_delta(log, &delta);
	has_all = vp_log_load(log, &all) == 0;
	vp_log_close(log);
	if (!has_all)
		return 0;
	if (vp_log_open(dirfd, VP_LOG_WRITE, &log) == 1) {
		struct vp_change c = { .text = "bob:1",
			.size = 5,
			.name_size = 3,
			.op = VP_CHANGE_PUT };
		struct vp_changes more = { 0 };

		if (vp_changes_set(&more, &c) != 0)
			abort();
		vp_log_append(log, &more);
		vp_changes_clear(&more);
		vp_log_close(log);
	}
	vp_changes_sort(&all);
	vp_changes_clear(&all);
	return 0;
}
