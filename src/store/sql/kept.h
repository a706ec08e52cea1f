/*
 * Rows kept in memory.  Most clients can run nothing else on a connection
 * while rows are coming.  When a second statement runs, what is left of the
 * first one's rows goes here, and the first one goes on from here.
 */
#ifndef STORE_SQL_KEPT_H
#define STORE_SQL_KEPT_H

#include <stddef.h>

#include "store/sql/driver.h"

struct vp_sql_kept {
	char *data; /* per column: size, bytes, NUL; of row after row */
	size_t size, allocated, next;
	unsigned columns;
	const char **text; /* of the current row */
	size_t *sizes;
	int failed; /* enum vp_sql_class: the rows are not all of them */
};

typedef const char *vp_sql_column(
    struct vp_sql_stmt *stmt, unsigned column, size_t *ret_size);

int vp_sql_kept_init(struct vp_sql_kept *kept, unsigned columns);
void vp_sql_kept_free(struct vp_sql_kept *kept);
/* Forget the rows. */
void vp_sql_kept_clear(struct vp_sql_kept *kept);
/* Copy the current row of a statement; fails when all of them would have
 * more than VP_SQL_KEPT_MAX bytes. */
int vp_sql_kept_add(struct vp_sql_kept *kept, struct vp_sql_stmt *stmt,
    vp_sql_column *column, struct vp_sql_error *error);
/* The statement's other rows could not be had, for the reason in *error. */
void vp_sql_kept_spoil(
    struct vp_sql_kept *kept, const struct vp_sql_error *error);
/* 1 and the next row is the current one; 0 when there is no more; -1 when
 * there should be more. */
int vp_sql_kept_step(struct vp_sql_kept *kept, struct vp_sql_error *error);

#endif
