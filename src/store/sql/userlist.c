/*
 * Walks over the accounts of a domain.
 *
 * A walk reads page after page, each beginning behind the last name of the
 * one before, so it needs little memory, holds nothing on the server, and is
 * not disturbed by what happens between two pages.  Where the names' column
 * is not in byte order the server has to sort the domain for every page:
 * then pages are larger.
 */
#include "config.h"

#include <string.h>

#include "base/text.h"
#include "store/sql/users.h"

#define PAGE        500
#define SORTED_PAGE 20000

struct vpop_store_users {
	struct vpop_store *store;
	struct vpop_domain domain;
	char *last; /* name; NULL: from the start */
	struct vp_sql_rows rows;
	struct vp_sql_shape shape;
	size_t next, page;
	int is_last; /* there is nothing behind the page */
};

int
vp_sql_users_open(struct vpop_store *store, const struct vpop_domain *domain,
    const char *after, struct vpop_store_users **ret_users)
{
	struct vpop_store_users *users = calloc(1, sizeof *users);

	if (!users)
		return vp_sql_no_memory(store);
	users->store = store;
	users->domain = *domain;
	if (after && *after) {
		users->last = strdup(after);
		if (!users->last) {
			free(users);
			return vp_sql_no_memory(store);
		}
	}
	*ret_users = users;
	return 0;
}

void
vp_sql_users_close(struct vpop_store_users *users)
{
	if (!users)
		return;
	vp_sql_rows_free(&users->rows);
	free(users->last);
	free(users);
}

/* PostgreSQL that has no statistics yet takes a domain for small, and reads
 * and sorts all of it for every page.  Of a comparison of rows it knows
 * better. */
static void
put_rows(struct vpop_store_users *users, struct vp_sql_query *query)
{
	const struct vp_sql_shape *shape = &users->shape;

	vp_sql_put_raw(query, " WHERE (");
	vp_sql_put_column(query, shape, VP_PW_DOMAIN);
	vp_sql_put_raw(query, ", ");
	vp_sql_put_column(query, shape, VP_PW_NAME);
	vp_sql_put_raw(query, ") > (");
	vp_sql_put_text(query, users->domain.real);
	vp_sql_put_raw(query, ", ");
	vp_sql_put_text(query, users->last ? users->last : "");
	vp_sql_put_raw(query, ") AND ");
	vp_sql_put_column(query, shape, VP_PW_DOMAIN);
	vp_sql_put_raw(query, " <= ");
	vp_sql_put_text(query, users->domain.real);
	vp_sql_put_raw(query, " ORDER BY ");
	vp_sql_put_column(query, shape, VP_PW_DOMAIN);
	vp_sql_put_raw(query, ", ");
	vp_sql_put_column(query, shape, VP_PW_NAME);
	vp_sql_put_number(query, query->dialect->limit, (unsigned)users->page);
}

static int
is_by_rows(const struct vp_sql_query *query, const struct vp_sql_shape *shape)
{
	return strcmp(query->dialect->name, "pgsql") == 0 &&
	       vp_sql_has(shape, VP_PW_DOMAIN) &&
	       shape->columns[VP_PW_DOMAIN].is_ordered &&
	       shape->columns[VP_PW_NAME].is_ordered;
}

static void
put_page(struct vpop_store_users *users, struct vp_sql_query *query,
    const char *table)
{
	const struct vp_sql_shape *shape = &users->shape;
	const char *word = " WHERE ";

	vp_sql_put_raw(query, "SELECT ");
	vp_sql_put_user_columns(query, shape);
	vp_sql_put_raw(query, " FROM ");
	vp_sql_put_name(query, table);
	if (is_by_rows(query, shape)) {
		put_rows(users, query);
		return;
	}
	if (vp_sql_has(shape, VP_PW_DOMAIN)) {
		vp_sql_put_raw(query, word);
		vp_sql_put_equal(
		    query, shape, VP_PW_DOMAIN, users->domain.real);
		word = " AND ";
	}
	if (users->last) {
		vp_sql_put_raw(query, word);
		vp_sql_put_bytes(query, shape, VP_PW_NAME);
		vp_sql_put_raw(query, " > ");
		vp_sql_put_text(query, users->last);
	}
	vp_sql_put_raw(query, " ORDER BY ");
	vp_sql_put_bytes(query, shape, VP_PW_NAME);
	vp_sql_put_number(query, query->dialect->limit, (unsigned)users->page);
}

static int
read_page(struct vpop_store_users *users)
{
	struct vpop_store *store = users->store;
	AUTO_FREE char *table = NULL;
	AUTO_QUERY struct vp_sql_query query = { 0 };
	const struct vp_sql_shape *shape;
	struct vp_sql_error error;
	struct vp_sql_link *link;
	int code = vp_sql_reader(store, &link);

	vp_sql_query_init(&query, store->source->dialect);
	if (code == 0)
		code = vp_sql_users_table(
		    store, link, &users->domain, &table, &shape);
	users->is_last = 1;
	if (code != 0)
		return code > 0 ? 0 : code;
	users->shape = *shape;
	users->page =
	    shape->columns[VP_PW_NAME].is_ordered ? PAGE : SORTED_PAGE;
	put_page(users, &query, table);
	if (vp_sql_link_select(link, &query, vp_sql_user_columns(shape),
		users->page, &users->rows, &error) != 0)
		return vp_sql_report(store, &error, "read the accounts of '%s'",
		    users->domain.real);
	users->next = 0;
	users->is_last = users->rows.count < users->page;
	if (users->rows.count == 0)
		return 0;

	const char *last = vp_sql_cell(&users->rows, users->rows.count - 1, 0);
	free(users->last);
	users->last = strdup(last ? last : "");
	return users->last ? 0 : vp_sql_no_memory(store);
}

int
vp_sql_users_next(struct vpop_store_users *users, struct vpop_user *ret_user)
{
	if (users->next == users->rows.count) {
		int code = users->is_last ? 0 : read_page(users);

		if (code != 0 || users->next == users->rows.count)
			return code;
	}
	/* One that is not usable does not hide those behind it. */
	return vp_sql_take_user(users->store, &users->shape, &users->rows,
	    users->next++, &users->domain, ret_user);
}

int
vp_sql_users_count(struct vpop_store *store, const struct vpop_domain *domain,
    unsigned long *ret_count)
{
	AUTO_FREE char *table = NULL;
	AUTO_QUERY struct vp_sql_query query = { 0 };
	AUTO_ROWS struct vp_sql_rows rows = { 0 };
	const struct vp_sql_shape *shape;
	struct vp_sql_error error;
	struct vp_sql_link *link;
	int64_t count = 0;
	int code = vp_sql_reader(store, &link);

	vp_sql_query_init(&query, store->source->dialect);
	if (code == 0)
		code = vp_sql_users_table(store, link, domain, &table, &shape);
	*ret_count = code > 0 ? 0 : *ret_count;
	if (code != 0)
		return code > 0 ? 0 : code;
	vp_sql_put_raw(&query, "SELECT COUNT(*) FROM ");
	vp_sql_put_name(&query, table);
	if (vp_sql_has(shape, VP_PW_DOMAIN)) {
		vp_sql_put_raw(&query, " WHERE ");
		vp_sql_put_equal(&query, shape, VP_PW_DOMAIN, domain->real);
	}
	if (vp_sql_link_select(link, &query, 1, 1, &rows, &error) != 0)
		return vp_sql_report(
		    store, &error, "count the accounts of '%s'", domain->real);
	if (rows.count != 1 ||
	    vp_sql_take_number(&rows, 0, 0, 0, INT64_MAX, &count) != 0)
		return vp_sql_refuse(store, VA_STORE_RESULT_FAILED,
		    "the server counts no accounts of '%s'", domain->real);
	*ret_count = (unsigned long)count;
	return 0;
}
