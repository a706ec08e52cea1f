/*
 * Where and as whom a store connects: settings, or the connection file of
 * older releases.
 */
#ifndef STORE_SQL_LOGINS_H
#define STORE_SQL_LOGINS_H

#include "store/sql/store.h"

/*
 * The server that changes are made on, and with *ret_has_replica one for
 * other reading.  0 or a VA_ code.
 */
int vp_sql_logins(const struct vpop_store_host *host,
    const struct vp_sql_source *source, struct vp_sql_login *main,
    struct vp_sql_login *replica, int *ret_has_replica);

/* connfile.c: the same from the connection file of the store. */
int vp_sql_connection_file(const struct vpop_store_host *host,
    const struct vp_sql_source *source, struct vp_sql_login *main,
    struct vp_sql_login *replica, int *ret_has_replica);

/* A file with a password, of at most max bytes, malloc'd; NULL with the
 * failure in *ret_code: it must be root's, the vpopmail user's or ours, and
 * not readable by others. */
char *vp_sql_secret_file(const struct vpop_store_host *host, const char *path,
    size_t max, int *ret_code);

#endif
