/* Between link.c, statement.c and past.c. */
#ifndef STORE_SQL_LINK_INT_H
#define STORE_SQL_LINK_INT_H

#include "store/sql/link.h"

struct vp_sql_run {
	const struct vp_sql_query *query;
	struct vp_sql_rows *rows; /* NULL: none expected */
	unsigned columns;
	size_t max;
	int64_t changes;
};

struct vp_sql_tries {
	unsigned count;
	int64_t started; /* vp_clock_ms */
};

/* 1, after a while: the same again, perhaps on a new connection. */
int vp_sql_is_worth_it(struct vp_sql_link *link,
    const struct vp_sql_error *error, struct vp_sql_tries *tries);
void vp_sql_link_drop(struct vp_sql_link *link, unsigned at);
/* After a failure in a transaction: do again what it had done.  -1: it is
 * spoilt, for *error, which may be a new one. */
int vp_sql_link_replay(struct vp_sql_link *link, struct vp_sql_tries *tries,
    struct vp_sql_error *error);

/* Once, with what is there.  *is_sent: the server may have begun with it. */
int vp_sql_run_once(struct vp_sql_link *link, struct vp_sql_run *run,
    int *is_sent, struct vp_sql_error *error);

/* What cannot be kept makes the past unknown. */
void vp_sql_past_add(struct vp_sql_past *past, const struct vp_sql_run *run);
void vp_sql_past_clear(struct vp_sql_past *past);
/* 0, or -1 when a statement fails or gives anything else than before. */
int vp_sql_past_repeat(struct vp_sql_link *link, struct vp_sql_error *error);

#endif
