/* For tests of the core on top of a store that keeps all, mem-all. */
#ifndef TESTS_UNIT_STORE_KEEP_H
#define TESTS_UNIT_STORE_KEEP_H

#include "core/store.h"
#include "site.h"

#define DOMAIN  "a.test"
#define PATH(f) "home/domains/" DOMAIN "/" f
#define KEEP                                                                   \
	"auth_module = mem-all\npassword_scheme = sha512\nvalias = yes\n"      \
	"mysql_limits = yes\nsql_logging = yes\nsql_aliasdomains = yes\n"

static const struct vpop_store_ops *ops;
static struct vpop_store *store;

static __attribute__((unused)) void
start(const char *more)
{
	char *text = NULL;

	ck_assert_int_ge(asprintf(&text, KEEP "%s", more), 0);
	ck_assert_int_eq(site_open(text), 0);
	free(text);
	ck_assert_int_eq(vp_store(vp, &ops, &store), 0);
	site_domain(DOMAIN, DOMAIN);
}

static __attribute__((unused)) void
file_is(const char *path, int there)
{
	char *text = site_read(path);

	ck_assert_int_eq(text != NULL, there);
	free(text);
}

static __attribute__((unused)) void
add_user(const char *name)
{
	const struct vpop_user_new user = { .name = name,
		.domain = DOMAIN,
		.secret = { VPOP_SECRET_CLEAR, "Secret123" } };

	ck_assert_msg(vpop_user_add(vp, &user) == 0, "%s", vpop_message(vp));
}

/* All rows of a kind, "name=value|". */
static __attribute__((unused)) char *
rows(enum vpop_store_keep kind)
{
	static char text[4096];
	struct vpop_store_rows *cursor;
	struct vpop_store_row row;
	size_t used = 0;

	text[0] = '\0';
	ck_assert_int_eq(ops->rows_open(store, kind, NULL, NULL, &cursor), 0);
	while (ops->rows_next(cursor, &row) == 1)
		used += (size_t)snprintf(text + used, sizeof text - used,
		    "%s=%s|", row.name, row.value);
	ops->rows_close(cursor);
	return text;
}

#endif
