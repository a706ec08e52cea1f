/*
 * Who is told of facts, and how far: a database beside the journal, so that
 * no change ever waits for a subscriber.
 */
#ifndef CORE_DELIVERY_INT_H
#define CORE_DELIVERY_INT_H

#include "core/event.h"
#include "core/journal_int.h"

enum vp_delivery_statement {
	VP_D_POSITION, /* of a subscriber */
	VP_D_SAVE,
	VP_D_DUE,
	VP_D_NEXT_DUE,
	VP_D_IS_QUEUED,
	VP_D_QUEUE,
	VP_D_RETRY,
	VP_D_REMOVE,
	VP_D_WAKE,
	VP_D_STATEMENTS
};

struct vp_delivery {
	sqlite3 *db;
	char *path;
	sqlite3_stmt *statements[VP_D_STATEMENTS];
};

/* Opens the journal, too. */
int vp_delivery_open(struct vpop *vp, struct vp_delivery **ret);
void vp_delivery_close(struct vp_delivery *delivery);
/* Record what SQLite says about its last failure. */
int vp_delivery_fail(struct vpop *vp, const struct vp_delivery *delivery);
int vp_delivery_begin(struct vpop *vp, struct vp_delivery *delivery);
/* Commit if rc is SQLITE_OK or SQLITE_DONE, else roll back and fail. */
int vp_delivery_end(struct vpop *vp, struct vp_delivery *delivery, int rc);
/* Run a prepared statement that gives no rows; SQLITE_OK or why not.  Its
 * parameters: letters of kinds, i (int64_t) and s (const char *). */
int vp_delivery_run(sqlite3_stmt *statement, const char *kinds, ...);
/* Bind only. */
int vp_delivery_bind(sqlite3_stmt *statement, const char *kinds, ...);
/* Milliseconds since 1970. */
int64_t vp_delivery_now(void);

#endif
