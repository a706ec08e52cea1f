/* The mem store's files, for each other. */
#ifndef STORE_MEM_INT_H
#define STORE_MEM_INT_H

#include "store/mem_rows.h"

struct list {
	struct vpop_user *users; /* by name */
	size_t count;
};

struct domain {
	struct domain *next;
	char name[VPOP_DOMAIN_SIZE];
	struct list list;
};

struct vpop_store {
	const struct vpop_store_host *host;
	struct domain *domains;
	struct mem_rows rows;
	struct domain *changed; /* of the open transaction */
	struct list before;
	struct mem_rows rows_before;
	int is_open;
};

int vp_mem_fail(
    struct vpop_store *store, int code, const char *name, const char *text);
int vp_mem_no_memory(struct vpop_store *store);

/* mem_keep.c: the calls of struct vpop_store_ops. */
unsigned vp_mem_keeps(struct vpop_store *store);
int vp_mem_rows_open(struct vpop_store *store, enum vpop_store_keep kind,
    const struct vpop_domain *domain, const char *name,
    struct vpop_store_rows **ret_rows);
int vp_mem_rows_next(
    struct vpop_store_rows *rows, struct vpop_store_row *ret_row);
void vp_mem_rows_close(struct vpop_store_rows *rows);
int vp_mem_alias_insert(struct vpop_store *store,
    const struct vpop_domain *domain, const char *alias, const char *line);
int vp_mem_alias_delete(struct vpop_store *store,
    const struct vpop_domain *domain, const char *alias, const char *line);
int vp_mem_limits_get(struct vpop_store *store,
    const struct vpop_domain *domain, struct vpop_limits *ret_limits);
int vp_mem_limits_put(struct vpop_store *store,
    const struct vpop_domain *domain, const struct vpop_limits *limits);
int vp_mem_lastauth_get(struct vpop_store *store,
    const struct vpop_domain *domain, const char *name,
    struct vpop_lastauth *ret_lastauth);
int vp_mem_lastauth_put(struct vpop_store *store,
    const struct vpop_domain *domain, const char *name, const char *ip,
    int64_t time);
int vp_mem_dircontrol_get(struct vpop_store *store, const char *key,
    struct vpop_store_dircontrol *ret_control);
int vp_mem_dircontrol_put(struct vpop_store *store, const char *key,
    const struct vpop_store_dircontrol *control);
int vp_mem_ipmap_get(struct vpop_store *store, const char *ip,
    char ret_domain[VPOP_DOMAIN_SIZE]);
int vp_mem_ipmap_put(
    struct vpop_store *store, const char *ip, const char *domain);
int vp_mem_relay_put(struct vpop_store *store, const char *ip, int64_t time);
int vp_mem_relay_expire(struct vpop_store *store, int64_t time);
int vp_mem_authlog_add(
    struct vpop_store *store, const struct vpop_store_authlog *entry);
int vp_mem_authlog_expire(struct vpop_store *store, int64_t time);
int vp_mem_aliasdomain_put(
    struct vpop_store *store, const char *alias, const char *real);

#endif
