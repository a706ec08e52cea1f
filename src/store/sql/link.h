/*
 * A connection that is made when it is first used and made again when it was
 * lost, with the statements that were prepared on it.
 *
 * Statements are kept by their text.  All rows of a result are read before
 * the next statement runs, so that one connection is enough for any number of
 * walks, and a statement that only reads can be repeated after a lost
 * connection.
 */
#ifndef STORE_SQL_LINK_H
#define STORE_SQL_LINK_H

#include "store/sql/query.h"

enum { VP_SQL_KEPT_STATEMENTS = 64 };

struct vp_sql_kept_stmt {
	char *text;
	struct vp_sql_stmt *stmt;
	uint64_t used; /* when last */
};

/* How often the server was spoken to, for measurements. */
struct vp_sql_counts {
	unsigned long connects, prepares, runs;
};
extern _Thread_local struct vp_sql_counts vp_sql_counts;

/* What the open transaction has done so far, to do it again. */
struct vp_sql_past {
	struct vp_sql_said *said;
	size_t count, room, bytes;
	int is_unknown; /* not all of it is here */
};

struct vp_sql_link {
	const struct vp_sql_driver *driver;
	const struct vp_sql_dialect *dialect;
	struct vp_sql_login login;
	struct vp_sql_conn *conn; /* NULL: none */
	unsigned long generation; /* of connections */
	uint64_t clock;
	struct vp_sql_kept_stmt kept[VP_SQL_KEPT_STATEMENTS];
	unsigned kept_count;
	int in_transaction;
	int is_spoilt; /* only ROLLBACK is left */
	struct vp_sql_past past;
};

void vp_sql_link_init(struct vp_sql_link *link,
    const struct vp_sql_driver *driver, const struct vp_sql_dialect *dialect);
/* Also forgets the password. */
void vp_sql_link_clear(struct vp_sql_link *link);

/* Have a connection: 0 or -1. */
int vp_sql_link_open(struct vp_sql_link *link, struct vp_sql_error *error);
/* Let it go; an open transaction is rolled back. */
void vp_sql_link_close(struct vp_sql_link *link);

/* BEGIN, COMMIT (0 or -1: in doubt if the connection was lost, else rolled
 * back), ROLLBACK. */
int vp_sql_link_begin(struct vp_sql_link *link, struct vp_sql_error *error);
int vp_sql_link_commit(struct vp_sql_link *link, struct vp_sql_error *error);
void vp_sql_link_rollback(struct vp_sql_link *link);

enum vp_sql_how {
	VP_SQL_AGAIN = 1 /* doing it twice is as good as once */
};

/* Carry out a statement.  After a deadlock it is tried again, in a transaction
 * with all that came before it; outside of one with VP_SQL_AGAIN after a lost
 * connection, too.  ret_changes may be NULL. */
int vp_sql_link_change(struct vp_sql_link *link,
    const struct vp_sql_query *query, unsigned how, int64_t *ret_changes,
    struct vp_sql_error *error);
/* Read all rows, of so many columns; at most max (0: all) of them. */
int vp_sql_link_select(struct vp_sql_link *link,
    const struct vp_sql_query *query, unsigned columns, size_t max,
    struct vp_sql_rows *rows, struct vp_sql_error *error);
/* A statement without values, such as CREATE TABLE. */
int vp_sql_link_run(
    struct vp_sql_link *link, const char *text, struct vp_sql_error *error);

#endif
