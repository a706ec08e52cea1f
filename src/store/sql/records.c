/*
 * Limits and states of directory trees: columns by their names, not by their
 * places, which differ between releases.
 */
#include "config.h"

#include <limits.h>
#include <string.h>

#include "base/text.h"
#include "store/sql/kinds.h"

/* ---- limits -------------------------------------------------------------- */

enum { NUMBERS = 5, COUNTS = 4, FLAGS = 10, PERMS = 7 };

static const size_t numbers[NUMBERS] = {
	offsetof(struct vpop_limits, maxpopaccounts),
	offsetof(struct vpop_limits, maxaliases),
	offsetof(struct vpop_limits, maxforwards),
	offsetof(struct vpop_limits, maxautoresponders),
	offsetof(struct vpop_limits, maxmailinglists),
};
static const size_t counts[COUNTS] = {
	offsetof(struct vpop_limits, quota),
	offsetof(struct vpop_limits, maxmsgcount),
	offsetof(struct vpop_limits, default_quota),
	offsetof(struct vpop_limits, default_maxmsgcount),
};
static const uint32_t flags[FLAGS] = { VPOP_NO_POP, VPOP_NO_IMAP,
	VPOP_NO_DIALUP, VPOP_NO_PASSWD_CHNG, VPOP_NO_WEBMAIL, VPOP_NO_RELAY,
	VPOP_NO_SMTP, VPOP_NO_SPAMASSASSIN, VPOP_DELETE_SPAM,
	VPOP_NO_MAILDROP };
static const size_t perms[PERMS] = {
	offsetof(struct vpop_limits, perm_account),
	offsetof(struct vpop_limits, perm_alias),
	offsetof(struct vpop_limits, perm_forward),
	offsetof(struct vpop_limits, perm_autoresponder),
	offsetof(struct vpop_limits, perm_maillist),
	offsetof(struct vpop_limits, perm_quota),
	offsetof(struct vpop_limits, perm_defaultquota),
};

enum {
	FIRST_COUNT = VP_LI_FIRST + NUMBERS,
	FIRST_FLAG = FIRST_COUNT + COUNTS,
	FIRST_PERM = FIRST_FLAG + FLAGS,
	LIMIT_COLUMNS = FIRST_PERM + PERMS,
	PERM_LIST = 4 /* of perms */
};

static int *
int_at(struct vpop_limits *limits, size_t offset)
{
	return (int *)(void *)((char *)limits + offset);
}

static int
int_of(const struct vpop_limits *limits, size_t offset)
{
	return *(const int *)(const void *)((const char *)limits + offset);
}

static int
take_perms(const struct vp_sql_kind *kind, const struct vp_sql_rows *rows,
    size_t row, struct vpop_limits *limits)
{
	int64_t value;

	for (unsigned i = 0; i < PERMS; i++) {
		int code = vp_sql_row_number(kind, rows, row, FIRST_PERM + i, 0,
		    i == PERM_LIST ? 511 : 7, &value);
		if (code != 0)
			return code;
		*int_at(limits, perms[i]) = (int)value & 7;
		if (i != PERM_LIST)
			continue;
		limits->perm_maillist_users = (int)value >> 3 & 7;
		limits->perm_maillist_moderators = (int)value >> 6 & 7;
	}
	return 0;
}

int
vp_sql_take_limits(const struct vp_sql_kind *kind,
    const struct vp_sql_rows *rows, size_t row, struct vpop_limits *ret_limits)
{
	struct vpop_limits limits = { .maxpopaccounts = -1 };
	int64_t value;
	int code = 0;

	for (unsigned i = 0; i < NUMBERS && code == 0; i++) {
		unsigned column = VP_LI_FIRST + i;

		code = vp_sql_row_number(
		    kind, rows, row, column, INT_MIN, INT_MAX, &value);
		if (!vp_sql_has(kind->shape, column) || value < 0)
			value = -1;
		*int_at(&limits, numbers[i]) = (int)value;
	}
	for (unsigned i = 0; i < COUNTS && code == 0; i++) {
		code = vp_sql_row_number(
		    kind, rows, row, FIRST_COUNT + i, 0, INT64_MAX, &value);
		*(uint64_t *)(void *)((char *)&limits + counts[i]) =
		    (uint64_t)value;
	}
	for (unsigned i = 0; i < FLAGS && code == 0; i++) {
		code = vp_sql_row_number(kind, rows, row, FIRST_FLAG + i,
		    INT64_MIN, INT64_MAX, &value);
		if (value != 0)
			limits.flags |= flags[i];
	}
	if (code == 0)
		code = take_perms(kind, rows, row, &limits);
	if (code == 0)
		*ret_limits = limits;
	return code;
}

int
vp_sql_limits_get(struct vpop_store *store, const struct vpop_domain *domain,
    struct vpop_limits *ret_limits)
{
	const struct vp_sql_field key = VP_SQL_TEXT(VP_LI_DOMAIN, domain->real);
	AUTO_ROWS struct vp_sql_rows rows = { 0 };
	struct vp_sql_kind kind;
	int rc = vp_sql_kind_read(store, VP_TABLE_LIMITS, domain->real, &kind);

	if (rc > 0)
		rc = vp_sql_row_get(&kind, &key, 1, 0, &rows);
	if (rc <= 0)
		return rc;
	rc = vp_sql_take_limits(&kind, &rows, 0, ret_limits);
	return rc == 0 ? 1 : rc;
}

static void
set_field(struct vp_sql_field *field, unsigned column, int64_t number)
{
	*field = (struct vp_sql_field)VP_SQL_NUMBER(column, number);
}

static int
fill_limits(const struct vpop_limits *limits, struct vp_sql_field *fields)
{
	for (unsigned i = 0; i < NUMBERS; i++)
		set_field(&fields[VP_LI_FIRST + i], VP_LI_FIRST + i,
		    int_of(limits, numbers[i]));
	for (unsigned i = 0; i < COUNTS; i++) {
		const char *at = (const char *)limits + counts[i];
		uint64_t count = *(const uint64_t *)(const void *)at;

		if (count > INT64_MAX)
			return -1;
		set_field(
		    &fields[FIRST_COUNT + i], FIRST_COUNT + i, (int64_t)count);
	}
	for (unsigned i = 0; i < FLAGS; i++)
		set_field(&fields[FIRST_FLAG + i], FIRST_FLAG + i,
		    (limits->flags & flags[i]) != 0);
	for (unsigned i = 0; i < PERMS; i++) {
		int64_t perm = int_of(limits, perms[i]);

		if (i == PERM_LIST)
			perm |= limits->perm_maillist_users << 3 |
				limits->perm_maillist_moderators << 6;
		set_field(&fields[FIRST_PERM + i], FIRST_PERM + i, perm);
	}
	return 0;
}

int
vp_sql_limits_put(struct vpop_store *store, const struct vpop_domain *domain,
    const struct vpop_limits *limits)
{
	struct vp_sql_field fields[LIMIT_COLUMNS] = { VP_SQL_TEXT(
	    VP_LI_DOMAIN, domain->real) };
	struct vp_sql_kind kind;
	int code =
	    vp_sql_kind_change(store, VP_TABLE_LIMITS, domain->real, &kind);

	if (code != 0)
		return code;
	if (!limits)
		return vp_sql_row_delete(&kind, fields, 1, NULL);
	if (fill_limits(limits, fields) != 0)
		return vp_sql_refuse(store, VA_INVALID_ARGUMENT,
		    "a limit of '%s' is too large", domain->real);
	/* What an old table lacks may be "no limit". */
	for (unsigned i = VP_LI_FIRST; i < FIRST_COUNT; i++)
		if (!vp_sql_has(kind.shape, i) && fields[i].number == -1)
			fields[i].number = 0;
	return vp_sql_row_put(
	    &kind, fields, LIMIT_COLUMNS, 1, VA_INVALID_ARGUMENT, NULL);
}

/* ---- directory trees ----------------------------------------------------- */

int
vp_sql_take_dircontrol(const struct vp_sql_kind *kind,
    const struct vp_sql_rows *rows, size_t row,
    struct vpop_store_dircontrol *ret_control)
{
	struct vpop_store_dircontrol control = { .cur_users = 0 };
	int32_t *const numbers32[] = { &control.level_cur, &control.level_max,
		&control.start[0], &control.start[1], &control.start[2],
		&control.end[0], &control.end[1], &control.end[2],
		&control.mod[0], &control.mod[1], &control.mod[2],
		&control.index[0], &control.index[1], &control.index[2] };
	int64_t value;
	/* Older releases have written -1 as it went below zero. */
	int code = vp_sql_row_number(
	    kind, rows, row, VP_DC_USERS, INT64_MIN, INT64_MAX, &value);

	control.cur_users = value > 0 ? (uint64_t)value : 0;
	for (unsigned i = 0; i < 14 && code == 0; i++) {
		code = vp_sql_row_number(kind, rows, row, VP_DC_LEVEL + i,
		    INT32_MIN, INT32_MAX, &value);
		*numbers32[i] = (int32_t)value;
	}
	if (code == 0)
		code = vp_sql_row_text(kind, rows, row, VP_DC_DIR,
		    control.the_dir, sizeof control.the_dir);
	if (code == 0)
		*ret_control = control;
	return code;
}

int
vp_sql_dircontrol_get(struct vpop_store *store, const char *key,
    struct vpop_store_dircontrol *ret_control)
{
	const struct vp_sql_field field = VP_SQL_TEXT(VP_DC_DOMAIN, key);
	AUTO_ROWS struct vp_sql_rows rows = { 0 };
	struct vp_sql_kind kind;
	int rc = vp_sql_kind_read(store, VP_TABLE_DIRCONTROL, key, &kind);

	if (rc > 0)
		rc = vp_sql_row_get(&kind, &field, 1, 1, &rows);
	if (rc <= 0)
		return rc;
	rc = vp_sql_take_dircontrol(&kind, &rows, 0, ret_control);
	return rc == 0 ? 1 : rc;
}

int
vp_sql_dircontrol_put(struct vpop_store *store, const char *key,
    const struct vpop_store_dircontrol *control)
{
	struct vp_sql_field fields[VP_DC_DIR + 1] = { VP_SQL_TEXT(
	    VP_DC_DOMAIN, key) };
	struct vp_sql_kind kind;
	int code = vp_sql_kind_change(store, VP_TABLE_DIRCONTROL, key, &kind);

	if (code != 0)
		return code;
	if (!control)
		return vp_sql_row_delete(&kind, fields, 1, NULL);
	if (control->cur_users > INT64_MAX)
		return vp_sql_refuse(store, VA_INVALID_ARGUMENT,
		    "'%s' has too many entries", key);

	const int32_t values[] = { control->level_cur, control->level_max,
		control->start[0], control->start[1], control->start[2],
		control->end[0], control->end[1], control->end[2],
		control->mod[0], control->mod[1], control->mod[2],
		control->index[0], control->index[1], control->index[2] };

	set_field(
	    &fields[VP_DC_USERS], VP_DC_USERS, (int64_t)control->cur_users);
	for (unsigned i = 0; i < 14; i++)
		set_field(&fields[VP_DC_LEVEL + i], VP_DC_LEVEL + i, values[i]);
	fields[VP_DC_DIR] =
	    (struct vp_sql_field)VP_SQL_TEXT(VP_DC_DIR, control->the_dir);
	return vp_sql_row_put(
	    &kind, fields, VP_DC_DIR + 1, 1, VA_DIR_TOO_LONG, NULL);
}
