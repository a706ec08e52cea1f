/*
 * One SQL store for all servers: the rules are here, a driver knows how to
 * speak to its server, a dialect what is said differently there.
 */
#ifndef STORE_SQL_STORE_H
#define STORE_SQL_STORE_H

#include "store/sql/driver.h"
#include "vpop_store.h"

/* What a store is made of. */
struct vp_sql_source {
	const char *name; /* of the store: also the prefix of its settings */
	const char *file; /* connection file in etc, or NULL */
	const struct vp_sql_driver *driver;
	const struct vp_sql_dialect *dialect;
};

int vp_sql_open(const struct vpop_store_host *host,
    const struct vp_sql_source *source, struct vpop_store **ret_store);

/* The calls, with _open of one store. */
#define VP_SQL_OPS(its_name, its_open)                                         \
	{                                                                      \
		.abi = VPOP_STORE_ABI, .size = sizeof(struct vpop_store_ops),  \
		.name = (its_name), .open = (its_open), VP_SQL_CALLS           \
	}
#define VP_SQL_CALLS                                                           \
	.close = vp_sql_close, .domain_add = vp_sql_domain_add,                \
	.domain_delete = vp_sql_domain_delete, .user_get = vp_sql_user_get,    \
	.user_put = vp_sql_user_put, .user_delete = vp_sql_user_delete,        \
	.begin = vp_sql_begin, .commit = vp_sql_commit,                        \
	.rollback = vp_sql_rollback, .users_open = vp_sql_users_open,          \
	.users_next = vp_sql_users_next, .users_close = vp_sql_users_close,    \
	.users_count = vp_sql_users_count, .keeps = vp_sql_keeps,              \
	.rows_open = vp_sql_rows_open, .rows_next = vp_sql_rows_next,          \
	.rows_close = vp_sql_rows_close, .alias_insert = vp_sql_alias_insert,  \
	.alias_delete = vp_sql_alias_delete, .limits_get = vp_sql_limits_get,  \
	.limits_put = vp_sql_limits_put, .lastauth_get = vp_sql_lastauth_get,  \
	.lastauth_put = vp_sql_lastauth_put,                                   \
	.dircontrol_get = vp_sql_dircontrol_get,                               \
	.dircontrol_put = vp_sql_dircontrol_put,                               \
	.ipmap_get = vp_sql_ipmap_get, .ipmap_put = vp_sql_ipmap_put,          \
	.relay_put = vp_sql_relay_put, .relay_expire = vp_sql_relay_expire,    \
	.authlog_add = vp_sql_authlog_add,                                     \
	.authlog_expire = vp_sql_authlog_expire,                               \
	.aliasdomain_put = vp_sql_aliasdomain_put, .migrate = vp_sql_migrate,  \
	.users_find = vp_sql_users_find, .users_add = vp_sql_users_add,        \
	.rows_seek = vp_sql_rows_seek

/* As in struct vpop_store_ops. */
void vp_sql_close(struct vpop_store *store);
int vp_sql_domain_add(
    struct vpop_store *store, const struct vpop_domain *domain);
int vp_sql_domain_delete(
    struct vpop_store *store, const struct vpop_domain *domain);
int vp_sql_user_get(struct vpop_store *store, const struct vpop_domain *domain,
    const char *name, struct vpop_user *ret_user);
int vp_sql_user_put(struct vpop_store *store, const struct vpop_domain *domain,
    const struct vpop_user *user, unsigned how);
int vp_sql_user_delete(struct vpop_store *store,
    const struct vpop_domain *domain, const char *name);
int vp_sql_begin(struct vpop_store *store, const struct vpop_domain *domain);
int vp_sql_commit(struct vpop_store *store);
void vp_sql_rollback(struct vpop_store *store);
int vp_sql_users_find(struct vpop_store *store,
    const struct vpop_domain *domain, const char *const *names, size_t count,
    unsigned char *ret_found);
int vp_sql_users_add(struct vpop_store *store, const struct vpop_domain *domain,
    const struct vpop_user *const *users, size_t count, const char *ip,
    int64_t time, size_t *ret_added);
int vp_sql_users_open(struct vpop_store *store,
    const struct vpop_domain *domain, const char *after,
    struct vpop_store_users **ret_users);
int vp_sql_users_next(
    struct vpop_store_users *users, struct vpop_user *ret_user);
void vp_sql_users_close(struct vpop_store_users *users);
int vp_sql_users_count(struct vpop_store *store,
    const struct vpop_domain *domain, unsigned long *ret_count);
unsigned vp_sql_keeps(struct vpop_store *store);
int vp_sql_rows_open(struct vpop_store *store, enum vpop_store_keep kind,
    const struct vpop_domain *domain, const char *name,
    struct vpop_store_rows **ret_rows);
int vp_sql_rows_seek(struct vpop_store_rows *rows, const char *name);
int vp_sql_rows_next(
    struct vpop_store_rows *rows, struct vpop_store_row *ret_row);
void vp_sql_rows_close(struct vpop_store_rows *rows);
int vp_sql_alias_insert(struct vpop_store *store,
    const struct vpop_domain *domain, const char *alias, const char *line);
int vp_sql_alias_delete(struct vpop_store *store,
    const struct vpop_domain *domain, const char *alias, const char *line);
int vp_sql_limits_get(struct vpop_store *store,
    const struct vpop_domain *domain, struct vpop_limits *ret_limits);
int vp_sql_limits_put(struct vpop_store *store,
    const struct vpop_domain *domain, const struct vpop_limits *limits);
int vp_sql_lastauth_get(struct vpop_store *store,
    const struct vpop_domain *domain, const char *name,
    struct vpop_lastauth *ret_lastauth);
int vp_sql_lastauth_put(struct vpop_store *store,
    const struct vpop_domain *domain, const char *name, const char *ip,
    int64_t time);
int vp_sql_dircontrol_get(struct vpop_store *store, const char *key,
    struct vpop_store_dircontrol *ret_control);
int vp_sql_dircontrol_put(struct vpop_store *store, const char *key,
    const struct vpop_store_dircontrol *control);
int vp_sql_ipmap_get(struct vpop_store *store, const char *ip,
    char ret_domain[VPOP_DOMAIN_SIZE]);
int vp_sql_ipmap_put(
    struct vpop_store *store, const char *ip, const char *domain);
int vp_sql_relay_put(struct vpop_store *store, const char *ip, int64_t time);
int vp_sql_relay_expire(struct vpop_store *store, int64_t time);
int vp_sql_authlog_add(
    struct vpop_store *store, const struct vpop_store_authlog *entry);
int vp_sql_authlog_expire(struct vpop_store *store, int64_t time);
int vp_sql_aliasdomain_put(
    struct vpop_store *store, const char *alias, const char *real);
int vp_sql_migrate(struct vpop_store *store, const struct vpop_domain *domain,
    int dry_run, void (*report)(void *arg, const char *sentence), void *arg);

#endif
