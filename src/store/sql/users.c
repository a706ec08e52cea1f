/*
 * Accounts.
 */
#include "config.h"

#include "store/sql/users.h"

#include <string.h>

#include "base/text.h"

/* The text columns: what they are in a record, and the code of a value that
 * does not fit. */
static const struct field {
	size_t offset, size;
	const char *what;
	unsigned column;
	int code;
} fields[] = {
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
#define FIELDS (sizeof fields / sizeof *fields)

/* Of a SELECT: the fields that there are, uid, gid. */
void
vp_sql_put_user_columns(
    struct vp_sql_query *query, const struct vp_sql_shape *shape)
{
	for (size_t i = 0; i < FIELDS; i++) {
		if (!vp_sql_has(shape, fields[i].column))
			continue;
		vp_sql_put_column(query, shape, fields[i].column);
		vp_sql_put_raw(query, ", ");
	}
	vp_sql_put_column(query, shape, VP_PW_UID);
	vp_sql_put_raw(query, ", ");
	vp_sql_put_column(query, shape, VP_PW_GID);
}

unsigned
vp_sql_user_columns(const struct vp_sql_shape *shape)
{
	return FIELDS + 1 + vp_sql_has(shape, VP_PW_CLEAR);
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
static int64_t
kind_to_table(const struct vpop_store *store, uint32_t uid)
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

	for (size_t i = 0; i < FIELDS; i++) {
		if (!vp_sql_has(shape, fields[i].column))
			continue;
		if (vp_sql_take_text(rows, row, cell++, shape, fields[i].column,
			(char *)&user + fields[i].offset, fields[i].size) != 0)
			return is_bad(store, rows, row, domain, fields[i].what);
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

/* WHERE: one account. */
static void
put_where(struct vp_sql_query *query, const struct vp_sql_shape *shape,
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
	put_where(&query, shape, domain, name);
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

/* ---- changes ------------------------------------------------------------- */

static int
check_user(struct vpop_store *store, const struct vpop_user *user)
{
	int ok = user->name[0] != '\0';

	for (size_t i = 0; i < FIELDS; i++) {
		const char *text = (const char *)user + fields[i].offset;

		ok = ok && vp_is_clean(text) &&
		     (fields[i].column == VP_PW_CLEAR || !strchr(text, ':'));
	}
	if (ok)
		return 0;
	return vp_sql_refuse(store, VA_BAD_CHAR,
	    "account '%s' has a character that is not allowed", user->name);
}

static int
check_widths(struct vpop_store *store, const struct vp_sql_shape *shape,
    const struct vpop_domain *domain, const struct vpop_user *user)
{
	for (size_t i = 0; i < FIELDS; i++) {
		const struct field *field = &fields[i];
		const char *text = (const char *)user + field->offset;
		const int is_clear = field->column == VP_PW_CLEAR;

		if (is_clear && !store->with_clear)
			continue;
		if (is_clear && *text && !vp_sql_has(shape, VP_PW_CLEAR))
			return vp_sql_refuse(store, VA_CLEAR_PASSWD_TOO_LONG,
			    "there is no column pw_clear_passwd for account "
			    "'%s@%s': vmigrate makes it",
			    user->name, domain->real);
		if (!vp_sql_fits(shape, field->column, text))
			return vp_sql_refuse(store, field->code,
			    "account '%s@%s': %s has more than the %u "
			    "characters of column %s: vmigrate makes it wider",
			    user->name, domain->real, field->what,
			    shape->columns[field->column].width,
			    shape->columns[field->column].name);
	}
	if (vp_sql_has(shape, VP_PW_DOMAIN) &&
	    !vp_sql_fits(shape, VP_PW_DOMAIN, domain->real))
		return vp_sql_refuse(store, VA_DOMAIN_NAME_TOO_LONG,
		    "domain '%s' has more than the %u characters of column "
		    "pw_domain: vmigrate makes it wider",
		    domain->real, shape->columns[VP_PW_DOMAIN].width);
	return 0;
}

struct put {
	struct vpop_store *store;
	struct vp_sql_link *link;
	const char *table;
	const struct vp_sql_shape *shape;
	const struct vpop_domain *domain;
	const struct vpop_user *user;
};

static const char *
text_of(const struct put *put, const struct field *field)
{
	/* NULL where the site keeps none. */
	if (field->column == VP_PW_CLEAR &&
	    (!put->store->with_clear || !*put->user->clear))
		return NULL;
	return (const char *)put->user + field->offset;
}

static int
insert(const struct put *put, int64_t *ret_changes)
{
	AUTO_QUERY struct vp_sql_query query = { 0 };
	struct vp_sql_error error;

	vp_sql_query_init(&query, put->store->source->dialect);
	vp_sql_put_raw(&query, "INSERT INTO ");
	vp_sql_put_name(&query, put->table);
	vp_sql_put_raw(&query, " (");
	vp_sql_put_user_columns(&query, put->shape);
	if (vp_sql_has(put->shape, VP_PW_DOMAIN)) {
		vp_sql_put_raw(&query, ", ");
		vp_sql_put_column(&query, put->shape, VP_PW_DOMAIN);
	}
	vp_sql_put_raw(&query, ") VALUES (");
	for (size_t i = 0; i < FIELDS; i++) {
		if (!vp_sql_has(put->shape, fields[i].column))
			continue;
		vp_sql_put_text(&query, text_of(put, &fields[i]));
		vp_sql_put_raw(&query, ", ");
	}
	vp_sql_put_int(&query, kind_to_table(put->store, put->user->uid));
	vp_sql_put_raw(&query, ", ");
	vp_sql_put_int(&query, (int32_t)put->user->gid);
	if (vp_sql_has(put->shape, VP_PW_DOMAIN)) {
		vp_sql_put_raw(&query, ", ");
		vp_sql_put_text(&query, put->domain->real);
	}
	vp_sql_put_raw(&query, ")");
	vp_sql_put_raw(&query, query.dialect->if_absent);
	if (vp_sql_link_change(put->link, &query, 0, ret_changes, &error) == 0)
		return 0;
	if (error.class == VP_SQL_DUPLICATE) {
		*ret_changes = 0;
		return 0;
	}
	return vp_sql_report(put->store, &error, "add the account '%s@%s'",
	    put->user->name, put->domain->real);
}

static int
update(const struct put *put, int64_t *ret_changes)
{
	AUTO_QUERY struct vp_sql_query query = { 0 };
	struct vp_sql_error error;

	vp_sql_query_init(&query, put->store->source->dialect);
	vp_sql_put_raw(&query, "UPDATE ");
	vp_sql_put_name(&query, put->table);
	vp_sql_put_raw(&query, " SET ");
	for (size_t i = 0; i < FIELDS; i++) {
		if (fields[i].column == VP_PW_NAME ||
		    !vp_sql_has(put->shape, fields[i].column))
			continue;
		vp_sql_put_column(&query, put->shape, fields[i].column);
		vp_sql_put_raw(&query, " = ");
		vp_sql_put_text(&query, text_of(put, &fields[i]));
		vp_sql_put_raw(&query, ", ");
	}
	vp_sql_put_column(&query, put->shape, VP_PW_UID);
	vp_sql_put_raw(&query, " = ");
	vp_sql_put_int(&query, kind_to_table(put->store, put->user->uid));
	vp_sql_put_raw(&query, ", ");
	vp_sql_put_column(&query, put->shape, VP_PW_GID);
	vp_sql_put_raw(&query, " = ");
	vp_sql_put_int(&query, (int32_t)put->user->gid);
	put_where(&query, put->shape, put->domain, put->user->name);
	if (vp_sql_link_change(
		put->link, &query, VP_SQL_AGAIN, ret_changes, &error) == 0)
		return 0;
	return vp_sql_report(put->store, &error, "change the account '%s@%s'",
	    put->user->name, put->domain->real);
}

/* Where a failed INSERT would spoil the transaction that it is part of: 1 if
 * the account is there, 0 or a code. */
static int
would_fail(const struct put *put)
{
	const struct vp_sql_dialect *dialect = put->link->dialect;
	struct vpop_user found;

	if (!put->link->in_transaction || !dialect->aborts ||
	    *dialect->if_absent)
		return 0;
	int rc =
	    vp_sql_user_get(put->store, put->domain, put->user->name, &found);
	explicit_bzero(&found, sizeof found);
	return rc;
}

static int
exists(const struct put *put)
{
	return vp_sql_refuse(put->store, VA_USERNAME_EXISTS,
	    "account '%s@%s' exists", put->user->name, put->domain->real);
}

static int
put_user(const struct put *put, unsigned how)
{
	int64_t changes = 0;
	int code = 0;

	if (!(how & VPOP_PUT_ADD))
		code = update(put, &changes);
	else
		code = would_fail(put);
	if (code > 0)
		return exists(put);
	if (code != 0 || changes > 0)
		return code;
	if (how & VPOP_PUT_REPLACE)
		return vp_sql_refuse(put->store, VA_USER_DOES_NOT_EXIST,
		    "account '%s@%s' does not exist", put->user->name,
		    put->domain->real);
	code = insert(put, &changes);
	return code != 0 || changes > 0 ? code : exists(put);
}

int
vp_sql_user_put(struct vpop_store *store, const struct vpop_domain *domain,
    const struct vpop_user *user, unsigned how)
{
	AUTO_FREE char *table = NULL;
	struct put put = { .store = store, .domain = domain, .user = user };
	int code = check_user(store, user);

	if (code == 0)
		code = vp_sql_writer(store, &put.link);
	if (code == 0)
		code = vp_sql_users_table(
		    store, put.link, domain, &table, &put.shape);
	if (code > 0)
		return vp_sql_refuse(store, VA_QUERY_FAILED,
		    "there is no table for domain '%s'", domain->real);
	if (code == 0)
		code = check_widths(store, put.shape, domain, user);
	if (code != 0)
		return code;
	put.table = table;
	return put_user(&put, how);
}

/* The account and its last login are one change. */
static int
delete_both(const struct put *put, const char *name)
{
	const struct vp_sql_shape *lastauth =
	    &put->store->shapes[VP_TABLE_LASTAUTH];
	AUTO_QUERY struct vp_sql_query query = { 0 }, other = { 0 };
	struct vp_sql_error error;
	int64_t changes = 0;

	vp_sql_query_init(&query, put->store->source->dialect);
	vp_sql_query_init(&other, put->store->source->dialect);
	vp_sql_put_raw(&query, "DELETE FROM ");
	vp_sql_put_name(&query, put->table);
	put_where(&query, put->shape, put->domain, name);
	if (vp_sql_link_change(put->link, &query, 0, &changes, &error) != 0)
		return vp_sql_report(put->store, &error,
		    "delete the account '%s@%s'", name, put->domain->real);
	if (changes == 0)
		return vp_sql_refuse(put->store, VA_USER_DOES_NOT_EXIST,
		    "account '%s@%s' does not exist", name, put->domain->real);
	if (!lastauth->is_there)
		return 0;
	vp_sql_put(&other, "DELETE FROM [lastauth] WHERE ");
	vp_sql_put_equal(&other, lastauth, VP_LA_DOMAIN, put->domain->real);
	vp_sql_put_raw(&other, " AND ");
	vp_sql_put_equal(&other, lastauth, VP_LA_USER, name);
	if (vp_sql_link_change(put->link, &other, 0, NULL, &error) != 0)
		return vp_sql_report(put->store, &error,
		    "delete the last login of '%s@%s'", name,
		    put->domain->real);
	return 0;
}

int
vp_sql_user_delete(struct vpop_store *store, const struct vpop_domain *domain,
    const char *name)
{
	AUTO_FREE char *table = NULL;
	struct put put = { .store = store, .domain = domain };
	int code = vp_sql_writer(store, &put.link);
	const int is_inside = code == 0 && put.link->in_transaction;

	if (code == 0)
		code = vp_sql_users_table(
		    store, put.link, domain, &table, &put.shape);
	if (code > 0)
		return vp_sql_refuse(store, VA_USER_DOES_NOT_EXIST,
		    "account '%s@%s' does not exist", name, domain->real);
	if (code == 0 && !is_inside)
		code = vp_sql_begin(store, domain);
	if (code != 0)
		return code;
	put.table = table;
	code = delete_both(&put, name);
	if (is_inside)
		return code;
	if (code == 0)
		return vp_sql_commit(store);
	vp_sql_rollback(store);
	return code;
}
