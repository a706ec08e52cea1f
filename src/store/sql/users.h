/* Rows of accounts: users.c for the files beside it. */
#ifndef STORE_SQL_USERS_H
#define STORE_SQL_USERS_H

#include "store/sql/store_int.h"

/* The text columns: what they are in a record, and the code of a value that
 * does not fit. */
struct vp_sql_user_field {
	size_t offset, size;
	const char *what;
	unsigned column;
	int code;
};
enum { VP_SQL_USER_FIELDS = 6 };
extern const struct vp_sql_user_field vp_sql_user_fields[VP_SQL_USER_FIELDS];

/* The number of a kind of account in the table. */
int64_t vp_sql_kind_to_table(const struct vpop_store *store, uint32_t uid);
/* WHERE: one account. */
void vp_sql_put_user(struct vp_sql_query *query,
    const struct vp_sql_shape *shape, const struct vpop_domain *domain,
    const char *name);

/* The columns of an account, beginning with its name, and how many. */
void vp_sql_put_user_columns(
    struct vp_sql_query *query, const struct vp_sql_shape *shape);
unsigned vp_sql_user_columns(const struct vp_sql_shape *shape);
/* Read such a row: 1 or a code. */
int vp_sql_take_user(struct vpop_store *store, const struct vp_sql_shape *shape,
    const struct vp_sql_rows *rows, size_t row,
    const struct vpop_domain *domain, struct vpop_user *ret_user);

/* A change of an account, user, or of several in turn. */
struct vp_sql_put {
	struct vpop_store *store;
	struct vp_sql_link *link;
	const char *table;
	const struct vp_sql_shape *shape;
	const struct vpop_domain *domain;
	const struct vpop_user *user;
};

/* Find the connection and the table, whose name is malloc'd: 0 or a code. */
int vp_sql_put_open(struct vp_sql_put *put, char **ret_table);
/* Only what may be and what fits: 0 or a code. */
int vp_sql_user_check(const struct vp_sql_put *put);
/* INSERT up to VALUES, and what is behind it for one account. */
void vp_sql_put_insert(
    struct vp_sql_query *query, const struct vp_sql_put *put);
void vp_sql_put_user_row(
    struct vp_sql_query *query, const struct vp_sql_put *put);
/* Add one that was checked: 0 or a code. */
int vp_sql_user_add(const struct vp_sql_put *put);

#endif
