/*
 * Rows of the tables beside the accounts, found by their keys.
 */
#ifndef STORE_SQL_KINDS_H
#define STORE_SQL_KINDS_H

#include "store/sql/store_int.h"

/* A value of a column; text NULL and not a number: SQL NULL. */
struct vp_sql_field {
	unsigned column;
	const char *text;
	int64_t number;
	int is_number;
};
#define VP_SQL_TEXT(column, text)                                              \
	{                                                                      \
		(column), (text), 0, 0                                         \
	}
#define VP_SQL_NUMBER(column, number)                                          \
	{                                                                      \
		(column), NULL, (number), 1                                    \
	}

/* A table and the connection for it. */
struct vp_sql_kind {
	struct vpop_store *store;
	struct vp_sql_link *link;
	enum vp_sql_table_id id;
	const struct vp_sql_shape *shape;
	const char *object; /* what failures speak of */
};

/* To read: 1; 0, the database is ours but has no such table; or a code. */
int vp_sql_kind_read(struct vpop_store *store, enum vp_sql_table_id id,
    const char *object, struct vp_sql_kind *ret_kind);
/* To change: 0, or a code. */
int vp_sql_kind_change(struct vpop_store *store, enum vp_sql_table_id id,
    const char *object, struct vp_sql_kind *ret_kind);

/* The columns that the table has, and which of them one is. */
void vp_sql_put_columns(struct vp_sql_query *query,
    const struct vp_sql_table *table, const struct vp_sql_shape *shape);
unsigned vp_sql_columns(
    const struct vp_sql_table *table, const struct vp_sql_shape *shape);
unsigned vp_sql_place(const struct vp_sql_shape *shape, unsigned column);

/* WHERE the columns are these. */
void vp_sql_put_keys(struct vp_sql_query *query,
    const struct vp_sql_shape *shape, const struct vp_sql_field *keys,
    unsigned count);

/* The row of a key, all its columns: 1, 0 or a code.  With lock it stays as
 * it is until the transaction ends. */
int vp_sql_row_get(const struct vp_sql_kind *kind,
    const struct vp_sql_field *keys, unsigned count, int lock,
    struct vp_sql_rows *rows);
/* Put a row; the first fields are its key.  *ret_is_new may be NULL.
 * long_code: of a value that does not fit. */
int vp_sql_row_put(const struct vp_sql_kind *kind,
    const struct vp_sql_field *fields, unsigned count, unsigned keys,
    int long_code, int *ret_is_new);
/* Insert one; VP_SQL_AGAIN does no harm but two rows. */
int vp_sql_row_insert(const struct vp_sql_kind *kind,
    const struct vp_sql_field *fields, unsigned count, int long_code,
    int64_t *ret_changes);
int vp_sql_row_delete(const struct vp_sql_kind *kind,
    const struct vp_sql_field *keys, unsigned count, int64_t *ret_changes);

/* A row that is not usable. */
int vp_sql_row_bad(const struct vp_sql_kind *kind, unsigned column);
/* Copy a text of the row; absent and NULL are "". */
int vp_sql_row_text(const struct vp_sql_kind *kind,
    const struct vp_sql_rows *rows, size_t row, unsigned column, char *dst,
    size_t size);
/* A number; absent and NULL are 0. */
int vp_sql_row_number(const struct vp_sql_kind *kind,
    const struct vp_sql_rows *rows, size_t row, unsigned column, int64_t least,
    int64_t most, int64_t *ret_number);

/* records.c: structs from rows. */
int vp_sql_take_limits(const struct vp_sql_kind *kind,
    const struct vp_sql_rows *rows, size_t row, struct vpop_limits *ret_limits);
int vp_sql_take_dircontrol(const struct vp_sql_kind *kind,
    const struct vp_sql_rows *rows, size_t row,
    struct vpop_store_dircontrol *ret_control);

#endif
