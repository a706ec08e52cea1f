/* Of the PostgreSQL driver's own files. */
#ifndef STORE_SQL_PGSQL_INT_H
#define STORE_SQL_PGSQL_INT_H

#include <libpq-fe.h>

#include "store/sql/driver.h"

#define PG_NAMES 64

struct vp_sql_conn {
	PGconn *pg;
	struct vp_sql_stmt *streaming; /* its rows are on the wire */
	unsigned limit;                /* of one answer, ms; 0: none */
	int is_lost;
	unsigned long names;              /* of statements, so far */
	unsigned long finished[PG_NAMES]; /* the server still has these */
	unsigned finished_count;
};

/* Connect within login's time; the session is as we want it. */
int vp_pg_connect(struct vp_sql_conn *conn, const struct vp_sql_login *login,
    struct vp_sql_error *error);

/* The next result of what was sent, in time: 1, 0 if there is no more. */
int vp_pg_result(struct vp_sql_conn *conn, PGresult **ret_result,
    struct vp_sql_error *error);
/* Classify a result, or what happened to the connection if it is NULL. */
int vp_pg_fail(struct vp_sql_conn *conn, const PGresult *result,
    struct vp_sql_error *error);
/* Take all results of what was sent; fails if one of them says so. */
int vp_pg_finish(struct vp_sql_conn *conn, struct vp_sql_error *error);

/* The statement with $1, $2 ... for each ? outside of quotes and comments;
 * to be freed. */
char *vp_pg_rewrite(const char *text, unsigned *ret_params);

#endif
