/*
 * A SQLite store below the scratch folder, and statements of strangers to its
 * file.
 */
#ifndef TESTS_SQL_SITE_H
#define TESTS_SQL_SITE_H

#include "unit.h"

#include <sqlite3.h>
#include <string.h>

#include "../store/contract.h"
#include "../store/host.h"
#include "base/attr.h"
#include "store/sql/stores.h"

static char path[128];
static struct host_setting sql_settings[8];
static const struct vpop_store_ops *ops = &vp_store_sqlite;
static struct vpop_store *store;
static struct vpop_domain domain;

/* The file is there only after something was done. */
static __attribute__((unused)) void
site_open(const char *many_domains, const char *create)
{
	snprintf(path, sizeof path, "%s/accounts.sqlite", scratch);
	sql_settings[0] = (struct host_setting){ "sqlite_path", path };
	sql_settings[1] = (struct host_setting){ "many_domains", many_domains };
	sql_settings[2] = (struct host_setting){ "sql_create_tables", create };
	sql_settings[3] = (struct host_setting){ "clear_passwd", "yes" };
	sql_settings[4] = (struct host_setting){ "sql_query_timeout", "1" };
	sql_settings[5] = (struct host_setting){ NULL, NULL };
	host_settings = sql_settings;
	domain = (struct vpop_domain){ .uid = 89, .gid = 89 };
	snprintf(domain.name, sizeof domain.name, "example.com");
	snprintf(domain.real, sizeof domain.real, "example.com");
	snprintf(domain.dir, sizeof domain.dir,
	    "/home/vpopmail/domains/example.com");
	ck_assert_msg(ops->open(&host, &store) == 0, "%s", host_message);
}

static __attribute__((unused)) void
site_close(void)
{
	ops->close(store);
	store = NULL;
}

/* What another program does. */
static __attribute__((unused)) void
foreign(const char *text)
{
	sqlite3 *db;
	char *error = NULL;

	ck_assert_int_eq(sqlite3_open(path, &db), SQLITE_OK);
	ck_assert_msg(sqlite3_exec(db, text, NULL, NULL, &error) == SQLITE_OK,
	    "%s: %s", text, error);
	ck_assert_int_eq(sqlite3_close(db), SQLITE_OK);
}

/* One value, as text. */
static __attribute__((unused)) const char *
ask(const char *text)
{
	static char value[1024];
	sqlite3 *db;
	sqlite3_stmt *statement;

	ck_assert_int_eq(sqlite3_open(path, &db), SQLITE_OK);
	ck_assert_msg(
	    sqlite3_prepare_v2(db, text, -1, &statement, NULL) == SQLITE_OK,
	    "%s: %s", text, sqlite3_errmsg(db));
	ck_assert_int_eq(sqlite3_step(statement), SQLITE_ROW);
	const void *found = sqlite3_column_text(statement, 0);
	snprintf(
	    value, sizeof value, "%s", found ? (const char *)found : "NULL");
	sqlite3_finalize(statement);
	ck_assert_int_eq(sqlite3_close(db), SQLITE_OK);
	return value;
}

static __attribute__((unused)) void
add(const char *name)
{
	struct vpop_user user = make_user(name, name);

	ck_assert_msg(ops->user_put(store, &domain, &user, VPOP_PUT_ADD) == 0,
	    "%s", host_message);
}

static __attribute__((unused)) int
get(const char *name)
{
	struct vpop_user user;

	return ops->user_get(store, &domain, name, &user);
}

#endif
