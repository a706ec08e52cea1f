/*
 * Records besides accounts in the mem store.  A walk goes over a copy of the
 * rows, so that a change between two calls does no harm.
 */
#include "config.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "store/mem_int.h"

struct vpop_store_rows {
	struct mem_rows rows;
	size_t next;
	struct vpop_store_authlog authlog; /* of the last row */
};

/* The texts of a row that is only looked at or copied. */
static char *
text(const char *value)
{
	return (char *)(uintptr_t)value;
}

unsigned
vp_mem_keeps(struct vpop_store *store)
{
	(void)store;
	return VPOP_KEEP_ALIASES | VPOP_KEEP_LIMITS | VPOP_KEEP_LASTAUTH |
	       VPOP_KEEP_DIRCONTROL | VPOP_KEEP_IPMAP | VPOP_KEEP_RELAY |
	       VPOP_KEEP_AUTHLOG | VPOP_KEEP_ALIASDOMAINS | VPOP_KEEP_BY_NAME;
}

static struct mem_row *
find(struct vpop_store *store, enum vpop_store_keep kind, const char *domain,
    const char *name)
{
	return vp_mem_rows_find(&store->rows, kind, domain, name, NULL);
}

static int
insert(struct vpop_store *store, const struct mem_row *row)
{
	return vp_mem_rows_insert(&store->rows, row) == 0
		   ? 0
		   : vp_mem_no_memory(store);
}

/* ---- walks ------------------------------------------------------------ */

int
vp_mem_rows_open(struct vpop_store *store, enum vpop_store_keep kind,
    const struct vpop_domain *domain, const char *name,
    struct vpop_store_rows **ret_rows)
{
	const char *real = domain && *domain->real ? domain->real : NULL;
	struct vpop_store_rows *rows = calloc(1, sizeof *rows);

	if (!rows)
		return vp_mem_no_memory(store);
	for (size_t i = 0; i < store->rows.count; i++) {
		const struct mem_row *row = &store->rows.list[i];

		if (row->kind != kind ||
		    (real && strcmp(row->text[MEM_DOMAIN], real) != 0) ||
		    (name && strcmp(row->text[MEM_NAME], name) != 0))
			continue;
		if (vp_mem_rows_insert(&rows->rows, row) != 0) {
			vp_mem_rows_close(rows);
			return vp_mem_no_memory(store);
		}
	}
	*ret_rows = rows;
	return 0;
}

int
vp_mem_rows_next(struct vpop_store_rows *rows, struct vpop_store_row *ret_row)
{
	if (rows->next == rows->rows.count)
		return 0;

	const struct mem_row *row = &rows->rows.list[rows->next++];
	rows->authlog = (struct vpop_store_authlog){
		.user = row->text[MEM_NAME],
		.passwd = row->text[MEM_VALUE],
		.domain = row->text[MEM_DOMAIN],
		.logon = row->text[MEM_LOGON],
		.remoteip = row->text[MEM_IP],
		.message = row->text[MEM_MESSAGE],
		.time = row->time,
		.error = row->error,
	};
	*ret_row = (struct vpop_store_row){
		.name = row->text[MEM_NAME],
		.value = row->text[MEM_VALUE] ? row->text[MEM_VALUE] : "",
		.time = row->time,
		.limits = row->kind == VPOP_KEEP_LIMITS ? &row->limits : NULL,
		.dircontrol =
		    row->kind == VPOP_KEEP_DIRCONTROL ? &row->dircontrol : NULL,
		.authlog =
		    row->kind == VPOP_KEEP_AUTHLOG ? &rows->authlog : NULL,
	};
	return 1;
}

void
vp_mem_rows_close(struct vpop_store_rows *rows)
{
	if (!rows)
		return;
	vp_mem_rows_free(&rows->rows);
	free(rows);
}

/* ---- of a domain ------------------------------------------------------ */

int
vp_mem_alias_insert(struct vpop_store *store, const struct vpop_domain *domain,
    const char *alias, const char *line)
{
	const struct mem_row row = { .kind = VPOP_KEEP_ALIASES,
		.text = { text(domain->real), text(alias), text(line) } };

	if (vp_mem_rows_find(
		&store->rows, VPOP_KEEP_ALIASES, domain->real, alias, line))
		return vp_mem_fail(
		    store, VA_USERNAME_EXISTS, alias, "has this line already");
	return insert(store, &row);
}

int
vp_mem_alias_delete(struct vpop_store *store, const struct vpop_domain *domain,
    const char *alias, const char *line)
{
	if (vp_mem_rows_remove(
		&store->rows, VPOP_KEEP_ALIASES, domain->real, alias, line) > 0)
		return 0;
	return vp_mem_fail(store, VA_USER_DOES_NOT_EXIST,
	    alias ? alias : domain->real, "has no such line");
}

int
vp_mem_limits_get(struct vpop_store *store, const struct vpop_domain *domain,
    struct vpop_limits *ret_limits)
{
	const struct mem_row *row =
	    find(store, VPOP_KEEP_LIMITS, domain->real, NULL);

	if (row)
		*ret_limits = row->limits;
	return row != NULL;
}

int
vp_mem_limits_put(struct vpop_store *store, const struct vpop_domain *domain,
    const struct vpop_limits *limits)
{
	struct mem_row row = { .kind = VPOP_KEEP_LIMITS,
		.text = { text(domain->real), text(domain->real) } };

	(void)vp_mem_rows_remove(
	    &store->rows, VPOP_KEEP_LIMITS, domain->real, NULL, NULL);
	if (!limits)
		return 0;
	row.limits = *limits;
	return insert(store, &row);
}

int
vp_mem_lastauth_get(struct vpop_store *store, const struct vpop_domain *domain,
    const char *name, struct vpop_lastauth *ret_lastauth)
{
	const struct mem_row *row =
	    find(store, VPOP_KEEP_LASTAUTH, domain->real, name);
	struct vpop_lastauth found = { .time = row ? row->time : 0 };

	if (!row || vp_copy(found.ip, sizeof found.ip, row->text[MEM_VALUE]))
		return 0;
	*ret_lastauth = found;
	return 1;
}

int
vp_mem_lastauth_put(struct vpop_store *store, const struct vpop_domain *domain,
    const char *name, const char *ip, int64_t time)
{
	const struct mem_row row = { .kind = VPOP_KEEP_LASTAUTH,
		.text = { text(domain->real), text(name), text(ip) },
		.time = time };

	(void)vp_mem_rows_remove(
	    &store->rows, VPOP_KEEP_LASTAUTH, domain->real, name, NULL);
	return insert(store, &row);
}

int
vp_mem_dircontrol_get(struct vpop_store *store, const char *key,
    struct vpop_store_dircontrol *ret_control)
{
	const struct mem_row *row =
	    find(store, VPOP_KEEP_DIRCONTROL, key, NULL);

	if (row)
		*ret_control = row->dircontrol;
	return row != NULL;
}

int
vp_mem_dircontrol_put(struct vpop_store *store, const char *key,
    const struct vpop_store_dircontrol *control)
{
	struct mem_row row = { .kind = VPOP_KEEP_DIRCONTROL,
		.text = { text(key), text(key) } };

	(void)vp_mem_rows_remove(
	    &store->rows, VPOP_KEEP_DIRCONTROL, key, NULL, NULL);
	if (!control)
		return 0;
	row.dircontrol = *control;
	return insert(store, &row);
}

/* ---- of the site ------------------------------------------------------ */

int
vp_mem_ipmap_get(
    struct vpop_store *store, const char *ip, char ret_domain[VPOP_DOMAIN_SIZE])
{
	const struct mem_row *row = find(store, VPOP_KEEP_IPMAP, NULL, ip);

	return row &&
	       vp_copy(ret_domain, VPOP_DOMAIN_SIZE, row->text[MEM_VALUE]) == 0;
}

int
vp_mem_ipmap_put(struct vpop_store *store, const char *ip, const char *domain)
{
	const struct mem_row row = { .kind = VPOP_KEEP_IPMAP,
		.text = { text(domain), text(ip), text(domain) } };

	(void)vp_mem_rows_remove(&store->rows, VPOP_KEEP_IPMAP, NULL, ip, NULL);
	return domain ? insert(store, &row) : 0;
}

int
vp_mem_relay_put(struct vpop_store *store, const char *ip, int64_t time)
{
	const struct mem_row row = { .kind = VPOP_KEEP_RELAY,
		.text = { text(""), text(ip) },
		.time = time };
	size_t old =
	    vp_mem_rows_remove(&store->rows, VPOP_KEEP_RELAY, NULL, ip, NULL);
	int code = insert(store, &row);

	return code < 0 ? code : old == 0;
}

int
vp_mem_relay_expire(struct vpop_store *store, int64_t time)
{
	return (int)vp_mem_rows_expire(&store->rows, VPOP_KEEP_RELAY, time);
}

int
vp_mem_authlog_add(
    struct vpop_store *store, const struct vpop_store_authlog *entry)
{
	const struct mem_row row = { .kind = VPOP_KEEP_AUTHLOG,
		.text = { text(entry->domain), text(entry->user),
		    text(entry->passwd), text(entry->logon),
		    text(entry->remoteip), text(entry->message) },
		.time = entry->time,
		.error = entry->error };

	return insert(store, &row);
}

int
vp_mem_authlog_expire(struct vpop_store *store, int64_t time)
{
	return (int)vp_mem_rows_expire(&store->rows, VPOP_KEEP_AUTHLOG, time);
}

int
vp_mem_aliasdomain_put(
    struct vpop_store *store, const char *alias, const char *real)
{
	const struct mem_row row = { .kind = VPOP_KEEP_ALIASDOMAINS,
		.text = { text(real), text(alias), text(real) } };

	(void)vp_mem_rows_remove(
	    &store->rows, VPOP_KEEP_ALIASDOMAINS, NULL, alias, NULL);
	return real ? insert(store, &row) : 0;
}
