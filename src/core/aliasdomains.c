/*
 * The rows of alias domains in the site's account store, made from
 * users/assign, which decides.
 */
#include "config.h"

#include <string.h>

#include "base/text.h"
#include "core/convert_int.h"

#define BATCH 256 /* rows removed at a time */

struct save {
	struct vpop *vp;
	const struct vpop_store_ops *ops;
	struct vpop_store *store;
	char real[VPOP_DOMAIN_SIZE], alias[VPOP_DOMAIN_SIZE]; /* "": all */
	void (*each)(void *arg, const char *alias, const char *real);
	void *arg;
	int only_compare, saved;
	unsigned long changed;
};

/* 1 if the row is there as it is to be. */
static int
is_saved(const struct save *save, const char *alias, const char *real)
{
	struct vpop_domain domain = { .uid = 0 };
	struct vpop_store_rows *rows;
	struct vpop_store_row row;

	if (vp_copy(domain.real, sizeof domain.real, real) != 0)
		return 0;
	int rc = save->ops->rows_open(
	    save->store, VPOP_KEEP_ALIASDOMAINS, &domain, alias, &rows);
	if (rc < 0)
		return rc;
	rc = save->ops->rows_next(rows, &row);
	save->ops->rows_close(rows);
	return rc;
}

static int
put(struct save *save, const char *alias, const char *real)
{
	int code = real ? is_saved(save, alias, real) : 0;

	if (code < 0)
		return code;
	const int is_new = code == 0;
	code = 0;
	if (is_new)
		save->changed++;
	if (is_new && !save->only_compare)
		code = save->ops->aliasdomain_put(save->store, alias, real);
	if (code == 0 && save->each)
		save->each(save->arg, alias, real);
	return code;
}

static int
save_all(struct save *save)
{
	struct vpop_domains *cursor = NULL;
	struct vpop_domain domain;
	int rc = vpop_domains_open(
	    save->vp, save->real[0] ? save->real : NULL, &cursor);

	while (rc == 0 && (rc = vpop_domains_next(cursor, &domain)) == 1) {
		rc = 0;
		if (strcmp(domain.name, domain.real) == 0 ||
		    (save->alias[0] && strcmp(save->alias, domain.name) != 0))
			continue;
		rc = put(save, domain.name, domain.real);
		save->saved++;
	}
	vpop_domains_close(cursor);
	return rc;
}

/* 1 if users/assign knows the alias no more, or for another domain. */
static int
is_stale(struct save *save, const struct vpop_store_row *row)
{
	struct vpop_domain domain;
	int code = vpop_domain_get(save->vp, row->name, &domain);

	if (code == VA_DOMAIN_DOES_NOT_EXIST ||
	    code == VA_INVALID_DOMAIN_NAME || code == VA_DOMAIN_NAME_TOO_LONG)
		return 1;
	if (code != 0)
		return code;
	return strcmp(domain.real, row->value) != 0 ||
	       strcmp(domain.real, domain.name) == 0;
}

static int
find_stale(
    struct save *save, char (*names)[VPOP_DOMAIN_SIZE], size_t *ret_count)
{
	struct vpop_domain domain = { .uid = 0 };
	struct vpop_store_rows *rows;
	struct vpop_store_row row;

	*ret_count = 0;
	memcpy(domain.real, save->real, sizeof domain.real);
	int rc = save->ops->rows_open(save->store, VPOP_KEEP_ALIASDOMAINS,
	    save->real[0] ? &domain : NULL, NULL, &rows);
	if (rc < 0)
		return rc;
	while (*ret_count < BATCH &&
	       (rc = save->ops->rows_next(rows, &row)) == 1) {
		rc = is_stale(save, &row);
		if (rc < 0)
			break;
		if (rc > 0 &&
		    vp_copy(names[*ret_count], sizeof *names, row.name) == 0)
			++*ret_count;
	}
	save->ops->rows_close(rows);
	return rc < 0 ? rc : 0;
}

static int
remove_stale(struct save *save)
{
	char(*names)[VPOP_DOMAIN_SIZE] = calloc(BATCH, sizeof *names);
	size_t count = 0;
	int code = 0;

	if (!names)
		return vp_fail(save->vp, VA_MEMORY_ALLOC_ERR, "out of memory");
	do {
		code = find_stale(save, names, &count);
		for (size_t i = 0; i < count && code == 0; i++)
			code = put(save, names[i], NULL);
	} while (code == 0 && count == BATCH && !save->only_compare);
	free(names);
	return code;
}

static int
run(struct save *save)
{
	AUTO_CLOSE int lock = -1;
	int code = 0;

	if (!save->only_compare) {
		lock = vp_site_lock(save->vp, 1);
		if (lock < 0)
			return lock;
	}
	if (save->alias[0] == '\0')
		code = remove_stale(save);
	return code == 0 ? save_all(save) : code;
}

int
vp_aliasdomains_copy(struct vpop *vp, const struct vpop_domain *domain,
    unsigned long *ret_count, unsigned long *ret_changed)
{
	struct save save = { .vp = vp, .only_compare = vp_dry_run(vp) };
	int code = vp_store_keeps(
	    vp, VPOP_KEEP_ALIASDOMAINS, NULL, &save.ops, &save.store);

	*ret_count = *ret_changed = 0;
	if (code <= 0)
		return code;
	memcpy(save.real, domain->real, sizeof save.real);
	code = run(&save);
	*ret_count = (unsigned long)save.saved;
	*ret_changed = save.changed;
	if (code < 0 || save.changed == 0 || save.only_compare)
		return code;
	save.only_compare = 1;
	save.changed = 0;
	code = run(&save);
	if (code < 0 || save.changed == 0)
		return code;
	return vp_fail(vp, VA_COULD_NOT_UPDATE_FILE,
	    "the alias domains of '%s' are not the same after the conversion",
	    domain->real);
}

int
vpop_aliasdomains_save(struct vpop *vp, const char *real, const char *alias,
    void (*each)(void *arg, const char *alias, const char *real), void *arg)
{
	struct save save = { .vp = vp,
		.each = each,
		.arg = arg,
		.only_compare = vp_dry_run(vp) };
	struct vpop_domain domain;
	int code = vp_store_keeps(
	    vp, VPOP_KEEP_ALIASDOMAINS, NULL, &save.ops, &save.store);

	if (code == 0)
		return vp_fail(vp, VA_NO_AUTH_MODULE,
		    "alias domains are not kept in the account store: set "
		    "sql_aliasdomains in vpopmail.conf, and auth_module to a "
		    "store that keeps them");
	if (code < 0)
		return code;
	if (real) {
		code = vpop_domain_get(vp, real, &domain);
		if (code != 0)
			return code;
		memcpy(save.real, domain.real, sizeof save.real);
	}
	if (alias) {
		code = vpop_domain_get(vp, alias, &domain);
		if (code != 0)
			return code;
		memcpy(save.alias, domain.name, sizeof save.alias);
	}
	code = run(&save);
	return code < 0 ? code : save.saved;
}
