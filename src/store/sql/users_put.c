/*
 * Adding, changing and deleting an account.
 */
#include "config.h"

#include "store/sql/users.h"

#include <string.h>

#include "base/text.h"

static int
check_user(struct vpop_store *store, const struct vpop_user *user)
{
	int ok = user->name[0] != '\0';

	for (size_t i = 0; i < VP_SQL_USER_FIELDS; i++) {
		const char *text =
		    (const char *)user + vp_sql_user_fields[i].offset;

		ok = ok && vp_is_clean(text) &&
		     (vp_sql_user_fields[i].column == VP_PW_CLEAR ||
			 !strchr(text, ':'));
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
	for (size_t i = 0; i < VP_SQL_USER_FIELDS; i++) {
		const struct vp_sql_user_field *field = &vp_sql_user_fields[i];
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

int
vp_sql_user_check(const struct vp_sql_put *put)
{
	int code = check_user(put->store, put->user);

	return code != 0 ? code
			 : check_widths(
			       put->store, put->shape, put->domain, put->user);
}

static const char *
text_of(const struct vp_sql_put *put, const struct vp_sql_user_field *field)
{
	/* NULL where the site keeps none. */
	if (field->column == VP_PW_CLEAR && !put->store->with_clear)
		return NULL;
	return (const char *)put->user + field->offset;
}

void
vp_sql_put_insert(struct vp_sql_query *query, const struct vp_sql_put *put)
{
	vp_sql_put_raw(query, "INSERT INTO ");
	vp_sql_put_name(query, put->table);
	vp_sql_put_raw(query, " (");
	vp_sql_put_user_columns(query, put->shape);
	if (vp_sql_has(put->shape, VP_PW_DOMAIN)) {
		vp_sql_put_raw(query, ", ");
		vp_sql_put_column(query, put->shape, VP_PW_DOMAIN);
	}
	vp_sql_put_raw(query, ") VALUES ");
}

void
vp_sql_put_user_row(struct vp_sql_query *query, const struct vp_sql_put *put)
{
	vp_sql_put_raw(query, "(");
	for (size_t i = 0; i < VP_SQL_USER_FIELDS; i++) {
		if (!vp_sql_has(put->shape, vp_sql_user_fields[i].column))
			continue;
		vp_sql_put_text(query, text_of(put, &vp_sql_user_fields[i]));
		vp_sql_put_raw(query, ", ");
	}
	vp_sql_put_int(query, vp_sql_kind_to_table(put->store, put->user->uid));
	vp_sql_put_raw(query, ", ");
	vp_sql_put_int(query, (int32_t)put->user->gid);
	if (vp_sql_has(put->shape, VP_PW_DOMAIN)) {
		vp_sql_put_raw(query, ", ");
		vp_sql_put_text(query, put->domain->real);
	}
	vp_sql_put_raw(query, ")");
}

static int
insert(const struct vp_sql_put *put, int64_t *ret_changes)
{
	AUTO_QUERY struct vp_sql_query query = { 0 };
	struct vp_sql_error error;

	vp_sql_query_init(&query, put->store->source->dialect);
	vp_sql_put_insert(&query, put);
	vp_sql_put_user_row(&query, put);
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
update(const struct vp_sql_put *put, int64_t *ret_changes)
{
	AUTO_QUERY struct vp_sql_query query = { 0 };
	struct vp_sql_error error;

	vp_sql_query_init(&query, put->store->source->dialect);
	vp_sql_put_raw(&query, "UPDATE ");
	vp_sql_put_name(&query, put->table);
	vp_sql_put_raw(&query, " SET ");
	for (size_t i = 0; i < VP_SQL_USER_FIELDS; i++) {
		if (vp_sql_user_fields[i].column == VP_PW_NAME ||
		    !vp_sql_has(put->shape, vp_sql_user_fields[i].column))
			continue;
		vp_sql_put_column(
		    &query, put->shape, vp_sql_user_fields[i].column);
		vp_sql_put_raw(&query, " = ");
		vp_sql_put_text(&query, text_of(put, &vp_sql_user_fields[i]));
		vp_sql_put_raw(&query, ", ");
	}
	vp_sql_put_column(&query, put->shape, VP_PW_UID);
	vp_sql_put_raw(&query, " = ");
	vp_sql_put_int(
	    &query, vp_sql_kind_to_table(put->store, put->user->uid));
	vp_sql_put_raw(&query, ", ");
	vp_sql_put_column(&query, put->shape, VP_PW_GID);
	vp_sql_put_raw(&query, " = ");
	vp_sql_put_int(&query, (int32_t)put->user->gid);
	vp_sql_put_user(&query, put->shape, put->domain, put->user->name);
	if (vp_sql_link_change(
		put->link, &query, VP_SQL_AGAIN, ret_changes, &error) == 0)
		return 0;
	return vp_sql_report(put->store, &error, "change the account '%s@%s'",
	    put->user->name, put->domain->real);
}

/* Where a failed INSERT would spoil the transaction that it is part of: 1 if
 * the account is there, 0 or a code. */
static int
would_fail(const struct vp_sql_put *put)
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

int
vp_sql_user_add(const struct vp_sql_put *put)
{
	int64_t changes = 0;
	int code = would_fail(put);

	if (code == 0)
		code = insert(put, &changes);
	if (code < 0 || changes > 0)
		return code < 0 ? code : 0;
	return vp_sql_refuse(put->store, VA_USERNAME_EXISTS,
	    "account '%s@%s' exists", put->user->name, put->domain->real);
}

static int
put_user(const struct vp_sql_put *put, unsigned how)
{
	int64_t changes = 0;
	int code = 0;

	if (!(how & VPOP_PUT_ADD))
		code = update(put, &changes);
	if (code != 0 || changes > 0)
		return code;
	if (how & VPOP_PUT_REPLACE)
		return vp_sql_refuse(put->store, VA_USER_DOES_NOT_EXIST,
		    "account '%s@%s' does not exist", put->user->name,
		    put->domain->real);
	return vp_sql_user_add(put);
}

int
vp_sql_put_open(struct vp_sql_put *put, char **ret_table)
{
	int code = vp_sql_writer(put->store, &put->link);

	if (code == 0)
		code = vp_sql_users_table(
		    put->store, put->link, put->domain, ret_table, &put->shape);
	put->table = *ret_table;
	if (code > 0)
		return vp_sql_refuse(put->store, VA_QUERY_FAILED,
		    "there is no table for domain '%s'", put->domain->real);
	return code;
}

int
vp_sql_user_put(struct vpop_store *store, const struct vpop_domain *domain,
    const struct vpop_user *user, unsigned how)
{
	AUTO_FREE char *table = NULL;
	struct vp_sql_put put = {
		.store = store,
		.domain = domain,
		.user = user,
	};
	int code = check_user(store, user);

	if (code == 0)
		code = vp_sql_put_open(&put, &table);
	if (code == 0)
		code = check_widths(store, put.shape, domain, user);
	return code != 0 ? code : put_user(&put, how);
}

/* The account and its last login are one change. */
static int
delete_both(const struct vp_sql_put *put, const char *name)
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
	vp_sql_put_user(&query, put->shape, put->domain, name);
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
	struct vp_sql_put put = { .store = store, .domain = domain };
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
