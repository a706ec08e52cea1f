/* Shape of the log file; for the log and its tests. */
#ifndef STORE_CDB_LOGINT_H
#define STORE_CDB_LOGINT_H

#include "store/cdb_log.h"

#define LOG_BUCKETS      65536u
#define LOG_HEADS        4096u
#define LOG_RECORDS      (LOG_HEADS + LOG_BUCKETS * 8u)
#define LOG_LARGEST      (UINT64_C(1) << 30) /* of records */

#define RECORD_HEAD      24u
#define RECORD_PADDED(n) (((size_t)RECORD_HEAD + (n) + 7) & ~(size_t)7)
#define RECORD_USUAL     512u /* most records are shorter */

#define FLAG_END         1u
#define FLAG_WAS         2u

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

#endif
