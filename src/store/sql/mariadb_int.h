/* The files of the MariaDB driver, for each other. */
#ifndef STORE_SQL_MARIADB_INT_H
#define STORE_SQL_MARIADB_INT_H

#include <mysql.h>

#include "store/sql/driver.h"

struct vp_sql_conn {
	MYSQL *mysql;
	struct vp_sql_stmt *streaming; /* its rows are on the wire */
	unsigned limit;                /* of one answer, seconds; 0: none */
	int is_lost;
};

/* Fill in the error; -1.  A time-out is told from a connection broken off by
 * the time since started. */
int vp_maria_fail(struct vp_sql_conn *conn, unsigned number, const char *text,
    int64_t started, struct vp_sql_error *error);

/* Calls of the driver. */
int vp_maria_connect(const struct vp_sql_login *login,
    const struct vp_sql_dialect *dialect, struct vp_sql_conn **ret_conn,
    struct vp_sql_error *error);
void vp_maria_close(struct vp_sql_conn *conn);
int vp_maria_is_alive(struct vp_sql_conn *conn);

#endif
