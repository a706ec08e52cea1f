/*
 * Changing an alias in the account store, one line or all of them.
 *
 * The plan holds the alias and the check sum of the line, which may be no
 * UTF-8; recovery looks whether the alias has such a line.  Nobody but the
 * holder of the account lock inserts or removes lines, so that tells whether
 * the change was made.
 */
#include "config.h"

#include "core/alias_row.h"

#include <string.h>
#include <unistd.h>

#include "core/atomic.h"
#include "core/record.h"

static int
change(struct vpop *vp, const void *arg)
{
	const struct vp_alias_row *row = arg;

	(void)vp;
	if (row->insert)
		return row->ops->alias_insert(
		    row->store, row->domain, row->name, row->line);
	return row->ops->alias_delete(
	    row->store, row->domain, row->name, row->line);
}

/* 1 if the alias has a line with the sum ("": any line), 0, or a code. */
static int
has_line(const struct vp_alias_row *row, const char *sum)
{
	struct vpop_store_rows *rows;
	struct vpop_store_row found;
	char line_sum[VP_SUM_SIZE];
	int rc, has = 0;

	rc = row->ops->rows_open(
	    row->store, VPOP_KEEP_ALIASES, row->domain, row->name, &rows);
	if (rc < 0)
		return rc;
	while (!has && (rc = row->ops->rows_next(rows, &found)) == 1) {
		vp_sum(found.value, strlen(found.value), line_sum);
		has = *sum == '\0' || strcmp(line_sum, sum) == 0;
	}
	row->ops->rows_close(rows);
	return rc < 0 ? rc : has;
}

static void
line_sum(const struct vp_alias_row *row, char ret_sum[VP_SUM_SIZE])
{
	ret_sum[0] = '\0';
	if (row->line)
		vp_sum(row->line, strlen(row->line), ret_sum);
}

static int
is_made(struct vpop *vp, const void *arg)
{
	const struct vp_alias_row *row = arg;
	char sum[VP_SUM_SIZE];

	(void)vp;
	line_sum(row, sum);
	int has = has_line(row, sum);
	return has < 0 ? has : has == row->insert;
}

int
vp_alias_row_change(
    struct vpop *vp, struct vp_intent *intent, const struct vp_alias_row *row)
{
	const struct vp_record record = { change, is_made, row };
	char sum[VP_SUM_SIZE];

	line_sum(row, sum);
	intent->plan = json_pack("{s:s, s:s, s:b}", "alias", row->name, "line",
	    sum, "insert", row->insert);
	int code = vp_record_change(vp, intent, &record);
	json_decref(intent->plan);
	intent->plan = NULL;
	return code;
}

int
vp_recover_alias(struct vpop *vp, const struct vp_pending *pending)
{
	struct vp_alias_row row = { .line = NULL };
	struct vpop_domain domain;
	const char *sum;
	AUTO_CLOSE int dirfd = -1;
	AUTO_CLOSE int lock = -1;

	if (json_unpack(pending->plan, "{s:s, s:s, s:b}", "alias", &row.name,
		"line", &sum, "insert", &row.insert) != 0)
		return vp_recover_steps(vp, pending);
	int code = vp_atomic_place(vp, pending->domain, "", &dirfd, &lock);
	if (code == 0)
		code = vpop_domain_get(vp, pending->domain, &domain);
	if (code == VA_DOMAIN_DOES_NOT_EXIST)
		return 0;
	if (code == 0)
		code = vp_store_of(vp, &domain, &row.ops, &row.store);
	if (code < 0)
		return code;
	if (!row.ops->rows_open)
		return vp_fail(vp, VA_NO_AUTH_MODULE,
		    "the account store '%s' keeps no aliases any more: change "
		    "%lld cannot be settled",
		    row.ops->name, (long long)pending->id);
	row.domain = &domain;
	int has = has_line(&row, sum);
	return has < 0 ? has : has == row.insert;
}
