/*
 * The state of an SQL store, and what its files share.
 */
#ifndef STORE_SQL_STORE_INT_H
#define STORE_SQL_STORE_INT_H

#include "base/attr.h"
#include "store/sql/schema.h"
#include "store/sql/store.h"

enum { VP_SQL_DOMAIN_TABLES = 8 };

struct vp_sql_domain_table {
	char *name; /* NULL: unused */
	struct vp_sql_shape shape;
};

struct vpop_store {
	const struct vpop_store_host *host;
	const struct vp_sql_source *source;
	struct vp_sql_link main;    /* changes, and what they depend on */
	struct vp_sql_link replica; /* other reading, if has_replica */
	int has_replica;
	int has_changed; /* the replica may be behind us */
	int single_table, with_clear, may_create, may_create_database;

	/* What the tables are like, as seen over one connection. */
	const struct vp_sql_link *seen_over;
	unsigned long seen_generation;
	struct vp_sql_shape shapes[VP_TABLES];
	struct vp_sql_domain_table domain_tables[VP_SQL_DOMAIN_TABLES];
	unsigned next_domain_table;
};

/* Record a failure: what could not be done ("read the account '%s'") and
 * why.  Returns the code. */
int vp_sql_report(struct vpop_store *store, const struct vp_sql_error *error,
    const char *format, ...) VP_PRINTF(3, 4);
int vp_sql_refuse(struct vpop_store *store, int code, const char *format, ...)
    VP_PRINTF(3, 4);
int vp_sql_no_memory(struct vpop_store *store);

/* A connection with known tables, to read over or to change. */
int vp_sql_reader(struct vpop_store *store, struct vp_sql_link **ret_link);
int vp_sql_writer(struct vpop_store *store, struct vp_sql_link **ret_link);

/* 1 if what is read now must not come from a replica. */
int vp_sql_is_changing(const struct vpop_store *store);

/* The accounts' table of a domain: 0, its name, malloc'd, and shape; 1 if the
 * domain has none and so no accounts; or a code, VA_QUERY_FAILED if there
 * should be one. */
int vp_sql_users_table(struct vpop_store *store, struct vp_sql_link *link,
    const struct vpop_domain *domain, char **ret_name,
    const struct vp_sql_shape **ret_shape);
/* The same, without looking for it. */
int vp_sql_users_name(struct vpop_store *store,
    const struct vpop_domain *domain, char **ret_name);

/* tables.c: make what is missing, where that is allowed. */
int vp_sql_make_tables(struct vpop_store *store, struct vp_sql_link *link);
int vp_sql_make_users(struct vpop_store *store, struct vp_sql_link *link,
    const struct vpop_domain *domain);
int vp_sql_drop_users(struct vpop_store *store, struct vp_sql_link *link,
    const struct vpop_domain *domain);
/* Forget what the tables were like. */
void vp_sql_forget_tables(struct vpop_store *store);

/* ---- putting statements together ----------------------------------------- */

static inline int
vp_sql_has(const struct vp_sql_shape *shape, unsigned column)
{
	return shape->columns[column].name[0] != '\0';
}

/* The column's name as it was found. */
void vp_sql_put_column(struct vp_sql_query *query,
    const struct vp_sql_shape *shape, unsigned column);
/* The column, so that it compares and sorts by bytes. */
void vp_sql_put_bytes(struct vp_sql_query *query,
    const struct vp_sql_shape *shape, unsigned column);
/* A condition: the column is this text, byte for byte. */
void vp_sql_put_equal(struct vp_sql_query *query,
    const struct vp_sql_shape *shape, unsigned column, const char *value);
/* A value for a column, as text or number as the column wants it.  digits
 * keeps the text of a number. */
struct vp_sql_digits {
	char text[24];
};
void vp_sql_put_value(struct vp_sql_query *query,
    const struct vp_sql_shape *shape, unsigned column, int64_t value,
    struct vp_sql_digits *digits);
/* 1 if a text or a number fits the column. */
int vp_sql_fits(
    const struct vp_sql_shape *shape, unsigned column, const char *value);
int vp_sql_fits_number(
    const struct vp_sql_shape *shape, unsigned column, int64_t value);

/* ---- reading values ------------------------------------------------------ */

/* Copy a text; blanks at the end of a padded column are left out; NULL is
 * "".  -1 if it does not fit. */
int vp_sql_take_text(const struct vp_sql_rows *rows, size_t row, unsigned cell,
    const struct vp_sql_shape *shape, unsigned column, char *dst, size_t size);
/* A number; NULL is 0.  -1 if it is none, or outside. */
int vp_sql_take_number(const struct vp_sql_rows *rows, size_t row,
    unsigned cell, int64_t least, int64_t most, int64_t *ret_number);

#endif
