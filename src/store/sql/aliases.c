/*
 * Lines of aliases, and the end of a domain.
 */
#include "config.h"

#include <string.h>

#include "store/sql/kinds.h"

/* 1 if the alias has the line, 0 or a code; the number behind all its lines'
 * in *ret_next. */
static int
has_line(const struct vp_sql_kind *kind, const struct vp_sql_field keys[3],
    const char *line, int64_t *ret_next)
{
	int64_t number;

	AUTO_ROWS struct vp_sql_rows rows = { 0 };
	unsigned place = vp_sql_place(kind->shape, VP_VA_LINE);
	int rc = vp_sql_row_get(kind, keys, 3, 0, &rows);

	if (rc <= 0)
		return rc;
	for (size_t i = 0; i < rows.count; i++) {
		const char *found = vp_sql_cell(&rows, i, place);

		if (found && strcmp(found, line) == 0)
			return 1;
		rc = vp_sql_row_number(
		    kind, &rows, i, VP_VA_ID, 0, INT64_MAX - 1, &number);
		if (rc != 0)
			return rc;
		if (number >= *ret_next)
			*ret_next = number + 1;
	}
	return 0;
}

int
vp_sql_alias_insert(struct vpop_store *store, const struct vpop_domain *domain,
    const char *alias, const char *line)
{
	line += strspn(line, " ");

	struct vp_sql_field fields[5] = {
		VP_SQL_TEXT(VP_VA_DOMAIN, domain->real),
		VP_SQL_TEXT(VP_VA_ALIAS, alias),
		VP_SQL_TEXT(VP_VA_LINE, line),
	};
	struct vp_sql_kind kind;
	int64_t changes, next = 1;
	unsigned count = 3;
	int rc = vp_sql_kind_change(store, VP_TABLE_VALIAS, alias, &kind);

	if (rc == 0)
		rc = has_line(&kind, fields, line, &next);
	if (rc > 0)
		return vp_sql_refuse(store, VA_USERNAME_EXISTS,
		    "alias '%s@%s' has that line", alias, domain->real);
	if (rc < 0)
		return rc;
	if (!vp_sql_fits(kind.shape, VP_VA_ALIAS, alias))
		return vp_sql_refuse(store, VA_USER_NAME_TOO_LONG,
		    "alias '%s' does not fit column 'alias' of table 'valias': "
		    "vmigrate makes it wider",
		    alias);
	/* 0: a program delivers it. */
	if (vp_sql_has(kind.shape, VP_VA_TYPE))
		fields[count++] = (struct vp_sql_field)VP_SQL_NUMBER(
		    VP_VA_TYPE, *line != '|');
	if (vp_sql_has(kind.shape, VP_VA_ID) && !*kind.link->dialect->identity)
		fields[count++] =
		    (struct vp_sql_field)VP_SQL_NUMBER(VP_VA_ID, next);
	return vp_sql_row_insert(
	    &kind, fields, count, VA_ALIAS_LINE_TOO_LONG, &changes);
}

int
vp_sql_alias_delete(struct vpop_store *store, const struct vpop_domain *domain,
    const char *alias, const char *line)
{
	struct vp_sql_field keys[3] = { VP_SQL_TEXT(
	    VP_VA_DOMAIN, domain->real) };
	struct vp_sql_kind kind;
	unsigned count = 1;
	int64_t changes = 0;
	int code = vp_sql_kind_change(
	    store, VP_TABLE_VALIAS, alias ? alias : domain->real, &kind);

	if (alias)
		keys[count++] =
		    (struct vp_sql_field)VP_SQL_TEXT(VP_VA_ALIAS, alias);
	if (line)
		keys[count++] =
		    (struct vp_sql_field)VP_SQL_TEXT(VP_VA_LINE, line);
	if (code == 0)
		code = vp_sql_row_delete(&kind, keys, count, &changes);
	if (code != 0 || changes > 0)
		return code;
	return vp_sql_refuse(store, VA_USER_DOES_NOT_EXIST,
	    "there is no such line of alias '%s' of domain '%s'",
	    alias ? alias : "", domain->real);
}

/* ---- domains ------------------------------------------------------------- */

int
vp_sql_domain_add(struct vpop_store *store, const struct vpop_domain *domain)
{
	AUTO_FREE char *table = NULL;
	const struct vp_sql_shape *shape;
	struct vp_sql_link *link;
	int code = vp_sql_writer(store, &link);

	if (code == 0)
		code = vp_sql_make_tables(store, link);
	if (code == 0)
		code = vp_sql_make_users(store, link, domain);
	if (code == 0)
		code = vp_sql_users_table(store, link, domain, &table, &shape);
	if (code > 0)
		return vp_sql_refuse(store, VA_CANNOT_CREATE_TABLE,
		    "the table of domain '%s' is not there", domain->real);
	if (code != 0 || !vp_sql_has(shape, VP_PW_DOMAIN) ||
	    vp_sql_fits(shape, VP_PW_DOMAIN, domain->real))
		return code;
	return vp_sql_refuse(store, VA_DOMAIN_NAME_TOO_LONG,
	    "domain '%s' has more than the %u characters of column pw_domain: "
	    "vmigrate makes it wider",
	    domain->real, shape->columns[VP_PW_DOMAIN].width);
}

/* What hangs on a domain; the accounts last, so that a domain with an
 * account is one whose deletion has not been done. */
static int
delete_rows(struct vpop_store *store, const struct vpop_domain *domain)
{
	static const struct {
		enum vp_sql_table_id id;
		unsigned column;
	} parts[] = {
		{ VP_TABLE_VALIAS, VP_VA_DOMAIN },
		{ VP_TABLE_LASTAUTH, VP_LA_DOMAIN },
		{ VP_TABLE_LIMITS, VP_LI_DOMAIN },
		{ VP_TABLE_DIRCONTROL, VP_DC_DOMAIN },
		{ VP_TABLE_IPMAP, VP_IM_DOMAIN },
		{ VP_TABLE_ALIASDOMAINS, VP_AD_DOMAIN },
		{ VP_TABLE_ALIASDOMAINS, VP_AD_ALIAS },
		{ VP_TABLE_USERS, VP_PW_DOMAIN },
	};
	struct vp_sql_kind kind = { store, &store->main, VP_TABLE_USERS, NULL,
		domain->real };
	int code = 0;

	for (size_t i = 0; i < sizeof parts / sizeof *parts && code == 0; i++) {
		const struct vp_sql_field key =
		    VP_SQL_TEXT(parts[i].column, domain->real);

		kind.id = parts[i].id;
		kind.shape = &store->shapes[kind.id];
		if (vp_sql_has(kind.shape, parts[i].column) &&
		    (kind.id != VP_TABLE_USERS || store->single_table))
			code = vp_sql_row_delete(&kind, &key, 1, NULL);
	}
	return code;
}

int
vp_sql_domain_delete(struct vpop_store *store, const struct vpop_domain *domain)
{
	struct vp_sql_link *link;
	int code = vp_sql_writer(store, &link);
	const int is_inside = code == 0 && link->in_transaction;

	if (code == 0 && !is_inside)
		code = vp_sql_begin(store, domain);
	if (code != 0)
		return code;
	code = delete_rows(store, domain);
	if (code == 0 && is_inside && !store->single_table)
		code = vp_sql_refuse(store, VA_INVALID_ARGUMENT,
		    "the table of '%s' cannot be removed inside a transaction",
		    domain->real);
	if (is_inside)
		return code;
	if (code == 0)
		code = vp_sql_commit(store);
	vp_sql_rollback(store);
	if (code == 0 && !store->single_table)
		code = vp_sql_drop_users(store, link, domain);
	return code;
}
