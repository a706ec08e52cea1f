/*
 * A statement being put together, with the values that are bound to it, and
 * the rows that it gave.
 *
 * The text is made of literals of this program and of identifiers in quotes;
 * a value only ever becomes a question mark.  In a literal, [name] stands for
 * an identifier.
 */
#ifndef STORE_SQL_QUERY_H
#define STORE_SQL_QUERY_H

#include "store/sql/driver.h"

struct vp_sql_value {
	const char *text; /* NULL with !is_number: SQL NULL */
	int64_t number;
	int is_number;
};

struct vp_sql_query {
	const struct vp_sql_dialect *dialect;
	char *text;
	size_t size, cap;
	struct vp_sql_value *values;
	unsigned count, room;
	int failed; /* errno */
};

void vp_sql_query_init(
    struct vp_sql_query *query, const struct vp_sql_dialect *dialect);
void vp_sql_query_free(struct vp_sql_query *query);
#define AUTO_QUERY __attribute__((cleanup(vp_sql_query_free)))

/* A literal with [identifiers]. */
void vp_sql_put(struct vp_sql_query *query, const char *literal);
/* As it is: parts of a dialect. */
void vp_sql_put_raw(struct vp_sql_query *query, const char *text);
void vp_sql_put_name(struct vp_sql_query *query, const char *identifier);
/* A part of a dialect that has a %u. */
void vp_sql_put_number(
    struct vp_sql_query *query, const char *format, unsigned number);
/* A question mark and its value; the text stays the caller's. */
void vp_sql_put_text(struct vp_sql_query *query, const char *value);
void vp_sql_put_int(struct vp_sql_query *query, int64_t value);

/* Rows in memory; empty as { 0 }. */
struct vp_sql_rows {
	char *data; /* values with NUL, one behind the other */
	size_t size, cap;
	size_t *cells; /* offset of each, SIZE_MAX: NULL */
	size_t cell_cap;
	unsigned columns;
	size_t count;
};

/* Keep the memory, forget the rows. */
void vp_sql_rows_clear(struct vp_sql_rows *rows, unsigned columns);
void vp_sql_rows_free(struct vp_sql_rows *rows);
#define AUTO_ROWS __attribute__((cleanup(vp_sql_rows_free)))
/* Append the current row of a statement: 0, or -1 with *error filled.  A NUL
 * byte in a value becomes another control character, which no field may have:
 * what is behind it must not be lost unseen. */
int vp_sql_rows_add(struct vp_sql_rows *rows,
    const struct vp_sql_driver *driver, struct vp_sql_stmt *stmt,
    struct vp_sql_error *error);
/* NULL for SQL NULL. */
const char *vp_sql_cell(
    const struct vp_sql_rows *rows, size_t row, unsigned column);

#endif
