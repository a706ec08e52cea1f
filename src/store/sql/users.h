/* Rows of accounts: users.c for userlist.c. */
#ifndef STORE_SQL_USERS_H
#define STORE_SQL_USERS_H

#include "store/sql/store_int.h"

/* The columns of an account, beginning with its name, and how many. */
void vp_sql_put_user_columns(
    struct vp_sql_query *query, const struct vp_sql_shape *shape);
unsigned vp_sql_user_columns(const struct vp_sql_shape *shape);
/* Read such a row: 1 or a code. */
int vp_sql_take_user(struct vpop_store *store, const struct vp_sql_shape *shape,
    const struct vp_sql_rows *rows, size_t row,
    const struct vpop_domain *domain, struct vpop_user *ret_user);

#endif
