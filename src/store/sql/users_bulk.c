/*
 * Many accounts at once: statements of 64 rows, or 8, or 1, so that few
 * different ones are prepared.
 *
 * A statement of several rows is carried out as a whole or not at all.  When
 * one is refused its rows are added one by one, and so the one that cannot be
 * added is found.  Where an account that exists already is no failure to the
 * server, but is left out silently, they are looked for first.
 */
#include "config.h"

#include "store/sql/users.h"

#include <string.h>

#include "base/text.h"

enum { MOST = 64, FEW = 8 };

static size_t
step_of(size_t count)
{
	return count >= MOST ? MOST : count >= FEW ? FEW : 1;
}

/* ---- finding ------------------------------------------------------------- */

/* Where names are looked for, and in which columns. */
struct place {
	const struct vp_sql_put *put;
	const char *table;
	const struct vp_sql_shape *shape;
	unsigned domain_column, name_column;
};

static void
put_where(
    struct vp_sql_query *query, const struct place *place, const char *name)
{
	vp_sql_put_raw(query, " FROM ");
	vp_sql_put_name(query, place->table);
	vp_sql_put_raw(query, " WHERE ");
	if (vp_sql_has(place->shape, place->domain_column)) {
		vp_sql_put_equal(query, place->shape, place->domain_column,
		    place->put->domain->real);
		vp_sql_put_raw(query, " AND ");
	}
	vp_sql_put_equal(query, place->shape, place->name_column, name);
}

static void
mark(const struct place *place, const struct vp_sql_rows *rows,
    const char *const *names, size_t count, unsigned char *ret_found)
{
	char name[VPOP_USER_SIZE];

	for (size_t row = 0; row < rows->count; row++) {
		if (vp_sql_take_text(rows, row, 0, place->shape,
			place->name_column, name, sizeof name) != 0)
			continue; /* longer than ours */
		for (size_t i = 0; i < count; i++)
			if (strcmp(names[i], name) == 0)
				ret_found[i] = 1;
	}
}

/* One SELECT for each name: with a list of names PostgreSQL may read all that
 * the index has of the domain, a plan that it makes while there is little and
 * keeps while the domain grows. */
static int
find(const struct place *place, const char *const *names, size_t count,
    unsigned char *ret_found, struct vp_sql_error *error)
{
	const struct vp_sql_put *put = place->put;
	/* The last name again, where there are fewer. */
	const size_t places = count > FEW ? MOST : count > 1 ? FEW : 1;
	AUTO_QUERY struct vp_sql_query query = { 0 };
	AUTO_ROWS struct vp_sql_rows rows = { 0 };

	vp_sql_query_init(&query, put->store->source->dialect);
	for (size_t i = 0; i < places; i++) {
		vp_sql_put_raw(&query, i ? " UNION ALL SELECT " : "SELECT ");
		vp_sql_put_column(&query, place->shape, place->name_column);
		put_where(&query, place, names[i < count ? i : count - 1]);
	}
	if (vp_sql_link_select(put->link, &query, 1, 0, &rows, error) != 0)
		return -1;
	mark(place, &rows, names, count, ret_found);
	return 0;
}

static int
find_users(const struct vp_sql_put *put, const char *const *names, size_t count,
    unsigned char *ret_found)
{
	const struct place place = { put, put->table, put->shape, VP_PW_DOMAIN,
		VP_PW_NAME };
	struct vp_sql_error error;

	if (find(&place, names, count, ret_found, &error) == 0)
		return 0;
	return vp_sql_report(
	    put->store, &error, "look for accounts of '%s'", put->domain->real);
}

int
vp_sql_users_find(struct vpop_store *store, const struct vpop_domain *domain,
    const char *const *names, size_t count, unsigned char *ret_found)
{
	AUTO_FREE char *table = NULL;
	struct vp_sql_put put = { .store = store, .domain = domain };
	int code = vp_sql_reader(store, &put.link);

	memset(ret_found, 0, count);
	if (code == 0)
		code = vp_sql_users_table(
		    store, put.link, domain, &table, &put.shape);
	put.table = table;
	for (size_t i = 0; i < count && code == 0; i += MOST) {
		size_t some = count - i < MOST ? count - i : MOST;

		code = find_users(&put, names + i, some, ret_found + i);
	}
	return code > 0 ? 0 : code;
}

/* ---- adding -------------------------------------------------------------- */

struct bulk {
	struct vp_sql_put put;
	const struct vp_sql_shape *lastauth;
	const char *ip; /* NULL: no last logins */
	int64_t time;
};

/* 1 if statements of several rows are worth trying. */
static int
can_many(const struct bulk *bulk)
{
	const struct vp_sql_dialect *dialect = bulk->put.store->source->dialect;
	const struct vp_sql_shape *shape = bulk->lastauth;

	if (dialect->is_row_wise)
		return 0;
	return !bulk->ip ||
	       (shape->is_there && vp_sql_has(shape, VP_LA_IP) &&
		   vp_sql_has(shape, VP_LA_TIME) &&
		   vp_sql_fits(shape, VP_LA_IP, bulk->ip) &&
		   vp_sql_fits(shape, VP_LA_DOMAIN, bulk->put.domain->real) &&
		   vp_sql_fits_number(shape, VP_LA_TIME, bulk->time));
}

/* 1 if all may be there and none is. */
static int
are_good(struct bulk *bulk, const struct vpop_user *const *users, size_t count)
{
	const char *names[MOST];
	unsigned char found[MOST] = { 0 };

	for (size_t i = 0; i < count; i++) {
		bulk->put.user = users[i];
		names[i] = users[i]->name;
		if (vp_sql_user_check(&bulk->put) != 0 ||
		    (bulk->ip &&
			!vp_sql_fits(bulk->lastauth, VP_LA_USER, names[i])))
			return 0;
	}
	if (!*bulk->put.store->source->dialect->if_absent)
		return 1;
	int code = find_users(&bulk->put, names, count, found);
	return code != 0 ? code : !memchr(found, 1, count);
}

static void
put_lastauth(struct vp_sql_query *query, const struct bulk *bulk,
    const char *name, struct vp_sql_digits *digits)
{
	vp_sql_put_raw(query, "(");
	vp_sql_put_text(query, name);
	vp_sql_put_raw(query, ", ");
	vp_sql_put_text(query, bulk->put.domain->real);
	vp_sql_put_raw(query, ", ");
	vp_sql_put_text(query, bulk->ip);
	vp_sql_put_raw(query, ", ");
	vp_sql_put_value(query, bulk->lastauth, VP_LA_TIME, bulk->time, digits);
	vp_sql_put_raw(query, ")");
}

/* Rows of accounts that are no more may have been left behind. */
static int
delete_lastauths(const struct bulk *bulk, const struct vpop_user *const *users,
    size_t count, struct vp_sql_error *error)
{
	const struct place place = { &bulk->put, "lastauth", bulk->lastauth,
		VP_LA_DOMAIN, VP_LA_USER };
	const char *names[MOST];
	unsigned char found[MOST] = { 0 };

	for (size_t i = 0; i < count; i++)
		names[i] = users[i]->name;
	if (find(&place, names, count, found, error) != 0)
		return -1;
	for (size_t i = 0; i < count; i++) {
		AUTO_QUERY struct vp_sql_query query = { 0 };

		if (!found[i])
			continue;
		vp_sql_query_init(&query, bulk->put.store->source->dialect);
		vp_sql_put_raw(&query, "DELETE");
		put_where(&query, &place, names[i]);
		if (vp_sql_link_change(
			bulk->put.link, &query, 0, NULL, error) != 0)
			return -1;
	}
	return 0;
}

static int
add_lastauths(const struct bulk *bulk, const struct vpop_user *const *users,
    size_t count, struct vp_sql_error *error)
{
	AUTO_QUERY struct vp_sql_query query = { 0 };
	struct vp_sql_digits digits;

	if (delete_lastauths(bulk, users, count, error) != 0)
		return -1;
	vp_sql_query_init(&query, bulk->put.store->source->dialect);
	vp_sql_put(&query, "INSERT INTO [lastauth] (");
	for (unsigned i = VP_LA_USER; i <= VP_LA_TIME; i++) {
		vp_sql_put_column(&query, bulk->lastauth, i);
		vp_sql_put_raw(&query, i < VP_LA_TIME ? ", " : ") VALUES ");
	}
	for (size_t i = 0; i < count; i++) {
		vp_sql_put_raw(&query, i ? ", " : "");
		put_lastauth(&query, bulk, users[i]->name, &digits);
	}
	return vp_sql_link_change(bulk->put.link, &query, 0, NULL, error);
}

/* *ret_changes: how many are there now. */
static int
add_rows(struct bulk *bulk, const struct vpop_user *const *users, size_t count,
    int64_t *ret_changes, struct vp_sql_error *error)
{
	AUTO_QUERY struct vp_sql_query query = { 0 };

	vp_sql_query_init(&query, bulk->put.store->source->dialect);
	vp_sql_put_insert(&query, &bulk->put);
	for (size_t i = 0; i < count; i++) {
		bulk->put.user = users[i];
		vp_sql_put_raw(&query, i ? ", " : "");
		vp_sql_put_user_row(&query, &bulk->put);
	}
	vp_sql_put_raw(&query, query.dialect->if_absent);
	return vp_sql_link_change(
	    bulk->put.link, &query, 0, ret_changes, error);
}

/* 1: all were added; 0: none, one by one will show why; or a code. */
static int
add_many(struct bulk *bulk, const struct vpop_user *const *users, size_t count)
{
	struct vpop_store *store = bulk->put.store;
	struct vp_sql_error error;
	int64_t changes = 0;
	int rc = are_good(bulk, users, count);

	if (rc <= 0)
		return rc;
	if (add_rows(bulk, users, count, &changes, &error) == 0) {
		if (changes != (int64_t)count) {
			/* Which of them cannot be known. */
			bulk->put.link->is_spoilt = 1;
			return vp_sql_refuse(store, VA_LOCK_FAILED,
			    "another program adds accounts of '%s'",
			    bulk->put.domain->real);
		}
		if (!bulk->ip || add_lastauths(bulk, users, count, &error) == 0)
			return 1;
		for (size_t i = 0; i < count && !bulk->put.link->is_spoilt; i++)
			(void)vp_sql_user_delete(
			    store, bulk->put.domain, users[i]->name);
	}
	if (!bulk->put.link->is_spoilt)
		return 0;
	return vp_sql_report(
	    store, &error, "add accounts of '%s'", bulk->put.domain->real);
}

static int
add_one(struct bulk *bulk, const struct vpop_user *user)
{
	struct vpop_store *store = bulk->put.store;

	bulk->put.user = user;
	int code = vp_sql_user_check(&bulk->put);
	if (code == 0)
		code = vp_sql_user_add(&bulk->put);
	if (code != 0 || !bulk->ip)
		return code;
	code = vp_sql_lastauth_put(
	    store, bulk->put.domain, user->name, bulk->ip, bulk->time);
	if (code != 0)
		(void)vp_sql_user_delete(store, bulk->put.domain, user->name);
	return code;
}

static int
add_some(struct bulk *bulk, const struct vpop_user *const *users, size_t count,
    size_t *added)
{
	int rc = count > 1 ? add_many(bulk, users, count) : 0;

	if (rc > 0)
		*added += count;
	for (size_t i = 0; i < count && rc == 0; i++) {
		rc = add_one(bulk, users[i]);
		*added += rc == 0;
	}
	return rc < 0 ? rc : 0;
}

int
vp_sql_users_add(struct vpop_store *store, const struct vpop_domain *domain,
    const struct vpop_user *const *users, size_t count, const char *ip,
    int64_t time, size_t *ret_added)
{
	AUTO_FREE char *table = NULL;
	struct bulk bulk = {
		.put = { .store = store, .domain = domain },
		.lastauth = &store->shapes[VP_TABLE_LASTAUTH],
		.ip = ip,
		.time = time,
	};

	*ret_added = 0;
	if (!store->main.in_transaction)
		return vp_sql_refuse(
		    store, VA_INVALID_ARGUMENT, "no transaction is open");
	int code = vp_sql_put_open(&bulk.put, &table);
	const int many = code == 0 && can_many(&bulk);
	while (*ret_added < count && code == 0) {
		size_t left = count - *ret_added;

		code = add_some(&bulk, users + *ret_added,
		    many ? step_of(left) : 1, ret_added);
	}
	return code;
}
