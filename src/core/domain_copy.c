/*
 * What a store keeps under one domain's name, put under another name as well:
 * in one transaction, so that there is all of it or nothing.
 */
#include "config.h"

#include "core/domain_int.h"

#include <string.h>

#include "base/text.h"
#include "core/store.h"

#define PAGE 256

struct copy {
	const struct vpop_store_ops *ops;
	struct vpop_store *store;
	const struct vpop_domain *from, *to;
	struct vpop_user page[PAGE];
};

/* ---- accounts --------------------------------------------------------- */

/* How many, or a code. */
static int
read_page(struct copy *copy, const char *after)
{
	struct vpop_store_users *users;
	int count = 0;
	int rc = copy->ops->users_open(copy->store, copy->from, after, &users);

	if (rc < 0)
		return rc;
	while (count < PAGE &&
	       (rc = copy->ops->users_next(users, &copy->page[count])) == 1)
		memcpy(copy->page[count++].domain, copy->to->real,
		    sizeof copy->to->real);
	copy->ops->users_close(users);
	return rc < 0 ? rc : count;
}

static int
put_page(struct copy *copy, size_t count)
{
	const struct vpop_user *list[PAGE];
	size_t added;
	int code = 0;

	for (size_t i = 0; i < count; i++)
		list[i] = &copy->page[i];
	if (copy->ops->users_add)
		return copy->ops->users_add(
		    copy->store, copy->to, list, count, NULL, 0, &added);
	for (size_t i = 0; i < count && code == 0; i++)
		code = copy->ops->user_put(
		    copy->store, copy->to, list[i], VPOP_PUT_ADD);
	return code;
}

static int
copy_accounts(struct copy *copy)
{
	char after[VPOP_USER_SIZE] = "";
	int count, code = 0;

	do {
		count = read_page(copy, *after ? after : NULL);
		if (count > 0) {
			memcpy(after, copy->page[count - 1].name, sizeof after);
			code = put_page(copy, (size_t)count);
		}
	} while (count == PAGE && code == 0);
	return count < 0 ? count : code;
}

/* ---- records besides accounts ----------------------------------------- */

static int
put_row(struct copy *copy, enum vpop_store_keep kind,
    const struct vpop_store_row *row)
{
	const struct vpop_store_ops *ops = copy->ops;

	switch (kind) {
	case VPOP_KEEP_ALIASES:
		return ops->alias_insert(
		    copy->store, copy->to, row->name, row->value);
	case VPOP_KEEP_LIMITS:
		return ops->limits_put(copy->store, copy->to, row->limits);
	case VPOP_KEEP_LASTAUTH:
		return ops->lastauth_put(
		    copy->store, copy->to, row->name, row->value, row->time);
	default:
		return ops->dircontrol_put(
		    copy->store, copy->to->real, row->dircontrol);
	}
}

static int
copy_rows(struct copy *copy, enum vpop_store_keep kind)
{
	struct vpop_store_rows *rows;
	struct vpop_store_row row;
	int code = 0;
	int rc =
	    copy->ops->rows_open(copy->store, kind, copy->from, NULL, &rows);

	if (rc < 0)
		return rc;
	while (code == 0 && (rc = copy->ops->rows_next(rows, &row)) == 1)
		code = put_row(copy, kind, &row);
	copy->ops->rows_close(rows);
	return rc < 0 ? rc : code;
}

static int
copy_all(struct copy *copy)
{
	static const enum vpop_store_keep kinds[] = { VPOP_KEEP_ALIASES,
		VPOP_KEEP_LIMITS, VPOP_KEEP_LASTAUTH, VPOP_KEEP_DIRCONTROL };
	const unsigned kept = copy->ops->keeps(copy->store);
	int code = copy_accounts(copy);

	for (size_t i = 0; i < sizeof kinds / sizeof *kinds && code == 0; i++)
		if (kept & (unsigned)kinds[i])
			code = copy_rows(copy, kinds[i]);
	return code;
}

int
vp_domain_copy(struct vpop *vp, const struct vpop_store_ops *ops,
    struct vpop_store *store, const struct vpop_domain *from,
    const struct vpop_domain *to)
{
	AUTO_FREE struct copy *copy = calloc(1, sizeof *copy);

	if (!copy)
		return vp_fail(vp, VA_MEMORY_ALLOC_ERR, "out of memory");
	copy->ops = ops;
	copy->store = store;
	copy->from = from;
	copy->to = to;
	/* What an interrupted one left. */
	int code = ops->domain_delete(store, to);
	if (code == 0)
		code = ops->domain_add(store, to);
	if (code == 0)
		code = ops->begin(store, to);
	if (code != 0)
		return code;
	code = copy_all(copy);
	if (code == 0)
		return ops->commit(store);
	ops->rollback(store);
	return code;
}
