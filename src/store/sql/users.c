/*
 * Accounts: their columns, and reading one.
 */
#include "config.h"

#include "store/sql/users.h"

#include <string.h>

#include "base/text.h"

const struct vp_sql_user_field vp_sql_user_fields[VP_SQL_USER_FIELDS] = {
#define FIELD(column, field, code, what)                                       \
	{                                                                      \
		offsetof(struct vpop_user, field),                             \
		    sizeof(((struct vpop_user *)NULL)->field), what, column,   \
		    code                                                       \
	}
	FIELD(VP_PW_NAME, name, VA_USER_NAME_TOO_LONG, "the name"),
	FIELD(VP_PW_PASSWD, passwd, VA_PASSWD_TOO_LONG, "the password's hash"),
	FIELD(VP_PW_GECOS, gecos, VA_GECOS_TOO_LONG, "the gecos field"),
	FIELD(VP_PW_DIR, dir, VA_DIR_TOO_LONG, "the directory"),
	FIELD(VP_PW_SHELL, quota, VA_QUOTA_TOO_LONG, "the quota"),
	FIELD(
	    VP_PW_CLEAR, clear, VA_CLEAR_PASSWD_TOO_LONG, "the clear password"),
#undef FIELD
};

/* Of a SELECT: the fields that there are, uid, gid. */
void
vp_sql_put_user_columns(
    struct vp_sql_query *query, const struct vp_sql_shape *shape)
{
	for (size_t i = 0; i < VP_SQL_USER_FIELDS; i++) {
		if (!vp_sql_has(shape, vp_sql_user_fields[i].column))
			continue;
		vp_sql_put_column(query, shape, vp_sql_user_fields[i].column);
		vp_sql_put_raw(query, ", ");
	}
	vp_sql_put_column(query, shape, VP_PW_UID);
	vp_sql_put_raw(query, ", ");
	vp_sql_put_column(query, shape, VP_PW_GID);
}

unsigned
vp_sql_user_columns(const struct vp_sql_shape *shape)
{
	return VP_SQL_USER_FIELDS + 1 + vp_sql_has(shape, VP_PW_CLEAR);
}

static int
is_bad(struct vpop_store *store, const struct vp_sql_rows *rows, size_t row,
    const struct vpop_domain *domain, const char *what)
{
	const char *name = vp_sql_cell(rows, row, 0);

	return vp_sql_refuse(store, VA_STORE_RESULT_FAILED,
	    "the row of account '%s@%s': %s is not usable, correct it",
	    name ? name : "", domain->real, what);
}

/*
 * The kind of an account is 1 POP and 2 APOP in records, but 0 and 1 in these
 * tables, Sybase's excepted.  What stands for the free number makes it
 * reversible.  Other numbers are other programs' and stay.
 */
int64_t
vp_sql_kind_to_table(const struct vpop_store *store, uint32_t uid)
{
	if (uid > 2 || store->source->dialect->is_kind_plain)
		return (int32_t)uid;
	return (uid + 2) % 3;
}

static uint32_t
kind_from_table(const struct vpop_store *store, int64_t number)
{
	if (number < 0 || number > 2 || store->source->dialect->is_kind_plain)
		return (uint32_t)number;
	return (uint32_t)((number + 1) % 3);
}

int
vp_sql_take_user(struct vpop_store *store, const struct vp_sql_shape *shape,
    const struct vp_sql_rows *rows, size_t row,
    const struct vpop_domain *domain, struct vpop_user *ret_user)
{
	struct vpop_user user = { .name = "" };
	unsigned cell = 0;
	int64_t uid, gid;

	for (size_t i = 0; i < VP_SQL_USER_FIELDS; i++) {
		if (!vp_sql_has(shape, vp_sql_user_fields[i].column))
			continue;
		if (vp_sql_take_text(rows, row, cell++, shape,
			vp_sql_user_fields[i].column,
			(char *)&user + vp_sql_user_fields[i].offset,
			vp_sql_user_fields[i].size) != 0)
			return is_bad(store, rows, row, domain,
			    vp_sql_user_fields[i].what);
	}
	if (user.name[0] == '\0')
		return is_bad(store, rows, row, domain, "the name");
	/* The columns are signed. */
	if (vp_sql_take_number(rows, row, cell, INT32_MIN, UINT32_MAX, &uid) !=
	    0)
		return is_bad(store, rows, row, domain, "pw_uid");
	if (vp_sql_take_number(
		rows, row, cell + 1, INT32_MIN, UINT32_MAX, &gid) != 0)
		return is_bad(store, rows, row, domain, "pw_gid");
	user.uid = kind_from_table(store, uid);
	user.gid = (uint32_t)gid;
	user.flags = user.gid;
	if (vp_copy(user.domain, sizeof user.domain, domain->real) != 0)
		return vp_sql_refuse(store, VA_DOMAIN_NAME_TOO_LONG,
		    "the name of domain '%s' is too long", domain->real);
	*ret_user = user;
	explicit_bzero(&user, sizeof user);
	return 1;
}

void
vp_sql_put_user(struct vp_sql_query *query, const struct vp_sql_shape *shape,
    const struct vpop_domain *domain, const char *name)
{
	vp_sql_put_raw(query, " WHERE ");
	if (vp_sql_has(shape, VP_PW_DOMAIN)) {
		vp_sql_put_equal(query, shape, VP_PW_DOMAIN, domain->real);
		vp_sql_put_raw(query, " AND ");
	}
	vp_sql_put_equal(query, shape, VP_PW_NAME, name);
}

int
vp_sql_user_get(struct vpop_store *store, const struct vpop_domain *domain,
    const char *name, struct vpop_user *ret_user)
{
	AUTO_FREE char *table = NULL;
	AUTO_QUERY struct vp_sql_query query = { 0 };
	AUTO_ROWS struct vp_sql_rows rows = { 0 };
	const struct vp_sql_shape *shape;
	struct vp_sql_error error;
	struct vp_sql_link *link;
	int code = vp_sql_reader(store, &link);

	vp_sql_query_init(&query, store->source->dialect);
	if (code == 0)
		code = vp_sql_users_table(store, link, domain, &table, &shape);
	if (code != 0)
		return code > 0 ? 0 : code;
	vp_sql_put_raw(&query, "SELECT ");
	vp_sql_put_user_columns(&query, shape);
	vp_sql_put_raw(&query, " FROM ");
	vp_sql_put_name(&query, table);
	vp_sql_put_user(&query, shape, domain, name);
	if (vp_sql_link_select(link, &query, vp_sql_user_columns(shape), 2,
		&rows, &error) != 0)
		return vp_sql_report(store, &error, "read the account '%s@%s'",
		    name, domain->real);
	if (rows.count == 0)
		return 0;
	if (rows.count > 1)
		return vp_sql_refuse(store, VA_STORE_RESULT_FAILED,
		    "there are two rows of account '%s@%s'", name,
		    domain->real);
	code = vp_sql_take_user(store, shape, &rows, 0, domain, ret_user);
	/* To some servers more is equal than to us. */
	return code == 1 && strcmp(ret_user->name, name) != 0 ? 0 : code;
}
