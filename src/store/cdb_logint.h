/* Shape of the log file; for the log and its tests. */
#ifndef STORE_CDB_LOGINT_H
#define STORE_CDB_LOGINT_H

#include "store/cdb_log.h"

#define LOG_MAGIC        UINT64_C(0x3153474c53415056) /* "VPASLGS1" */
#define LOG_BUCKETS      65536u
#define LOG_HEADS        4096u
#define LOG_RECORDS      (LOG_HEADS + LOG_BUCKETS * 8u)
#define LOG_LARGEST      (UINT64_C(1) << 30) /* of records */

#define RECORD_HEAD      24u
#define RECORD_PADDED(n) (((size_t)RECORD_HEAD + (n) + 7) & ~(size_t)7)
#define RECORD_USUAL     512u /* most records are shorter */

#define FLAG_END         1u
#define FLAG_WAS         2u

/* Of the header. */
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

struct vp_log {
	int fd;
	uint64_t seed;
	uint64_t covered; /* the heads know all records before this */
	uint64_t end;     /* of the last transaction that is durable */
	int64_t delta;    /* accounts added less deleted, up to end */
	struct vp_base_state base;
};

struct log_record {
	uint64_t offset, previous;
	unsigned flags;
	struct vp_change change;
};

struct log_tail {
	uint64_t offset;
	char *bytes;
	size_t size;
};

/* ---- cdb_log_form.c: as in pread and pwrite, or -1 ------------------------
 */

#define LOG_READ_TRIES 20

ssize_t vp_log_read_at(int fd, void *buffer, size_t size, uint64_t offset);
int vp_log_write_at(int fd, const void *buffer, size_t size, uint64_t offset);
/* Until a write that was seen half done is over. */
void vp_log_wait(void);
int vp_log_read_header(struct vp_log *log);
int vp_log_write_header(const struct vp_log *log);
/* The record at the front of size bytes; its padded size, or 0 if it is not
 * valid. */
size_t vp_log_parse_record(const struct vp_log *log, const char *bytes,
    size_t size, uint64_t offset, struct log_record *ret);
uint64_t vp_log_record_checksum(
    const struct vp_log *log, const char *record, size_t size, uint64_t offset);
void vp_log_encode_record(const struct vp_log *log, char *bytes,
    uint64_t offset, uint64_t previous, const struct vp_change *change,
    unsigned flags);
uint64_t vp_log_bucket_of(const char *name, size_t name_size);
int vp_log_read_head(
    const struct vp_log *log, uint64_t bucket, uint64_t *ret_offset);
int vp_log_write_head(
    const struct vp_log *log, uint64_t bucket, uint64_t offset);

/* ---- cdb_log.c ------------------------------------------------------------
 */

/* Read the records from an offset to the end of the file, and find how many
 * bytes of them are complete transactions. */
int vp_log_read_tail(struct vp_log *log, uint64_t from, struct log_tail *ret);
void vp_log_tail_free(const struct log_tail *tail);
#define AUTO_TAIL __attribute__((cleanup(vp_log_tail_free)))
/* The next record of what was read; 0 at its end. */
int vp_log_next_record(const struct vp_log *log, const struct log_tail *tail,
    size_t *at, struct log_record *ret);
int vp_log_change_of_count(const struct vp_change *change);

/* ---- cdb_log_find.c: as vp_log_find, in the tail and before it -------------
 */

int vp_log_find_in_tail(struct vp_log *log, const char *name, size_t name_size,
    char *ret_line, size_t *ret_size);
int vp_log_find_in_chain(struct vp_log *log, const char *name, size_t name_size,
    char *ret_line, size_t *ret_size);

#endif
