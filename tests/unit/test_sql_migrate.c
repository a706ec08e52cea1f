/* Migration of SQLite tables that an older release made. */
#include "config.h"

#include "sql_site.h"

#include <unistd.h>

static char told[8192];

static void
tell(void *arg, const char *step)
{
	size_t used = strlen(told);

	(void)arg;
	snprintf(told + used, sizeof told - used, "%s\n", step);
}

static void
make_old(void)
{
	foreign("CREATE TABLE vpopmail (pw_name text NOT NULL, "
		"pw_domain text NOT NULL, pw_passwd text, pw_uid integer, "
		"pw_gid integer, pw_gecos text, pw_dir text, pw_shell text, "
		"extra text DEFAULT 'kept', PRIMARY KEY (pw_name, pw_domain));"
		"CREATE TABLE valias (alias text NOT NULL, domain text "
		"NOT NULL, valias_line text NOT NULL);"
		"CREATE TABLE relay (ip_addr text PRIMARY KEY, timestamp "
		"text);"
		"INSERT INTO vpopmail (pw_name, pw_domain, pw_uid, pw_gid) "
		"VALUES ('alice', 'example.com', 0, 0);"
		"INSERT INTO valias VALUES ('all', 'example.com', '&a@b'),"
		"('all', 'example.com', '|program');"
		"INSERT INTO relay VALUES ('192.0.2.1', '1700000000')");
}

START_TEST(old_becomes_new)
{
	site_open("yes", "no");
	make_old();

	int steps = ops->migrate(store, NULL, 1, tell, NULL);

	ck_assert_msg(steps > 5, "%d: %s", steps, host_message);
	ck_assert_ptr_nonnull(strstr(told, "pw_clear_passwd"));
	ck_assert_str_eq(
	    ask("SELECT COUNT(*) FROM sqlite_master WHERE type = 'table'"),
	    "3");
	ck_assert_int_eq(ops->migrate(store, NULL, 0, tell, NULL), steps);
	ck_assert_str_eq(ask("SELECT version FROM vpopmail_version"), "1");
	ck_assert_str_eq(ask("SELECT extra FROM vpopmail"), "kept");
	ck_assert_str_eq(ask("SELECT COUNT(*) FROM valias WHERE "
			     "valias_type = 1 AND copy = 0"),
	    "1");
	ck_assert_str_eq(ask("SELECT valias_type FROM valias WHERE "
			     "valias_line = '|program'"),
	    "0");
	ck_assert_int_eq(get("alice"), 1);
	/* Done is done. */
	told[0] = '\0';
	ck_assert_int_eq(ops->migrate(store, NULL, 0, tell, NULL), 0);
	ck_assert_str_eq(told, "");

	struct vpop_user user = make_user("bob", "Bob"), got;

	snprintf(user.clear, sizeof user.clear, "secret");
	ck_assert_int_eq(ops->user_put(store, &domain, &user, VPOP_PUT_ADD), 0);
	ck_assert_int_eq(ops->user_get(store, &domain, "bob", &got), 1);
	ck_assert_str_eq(got.clear, "secret");
	ck_assert_int_eq(ops->relay_put(store, "192.0.2.1", 1800000000), 0);
	site_close();
}
END_TEST

START_TEST(nothing_to_do)
{
	site_open("yes", "yes");
	ck_assert_int_eq(ops->domain_add(store, &domain), 0);
	ck_assert_int_eq(ops->migrate(store, NULL, 0, tell, NULL), 0);
	foreign("DELETE FROM vpopmail_version");
	ck_assert_int_ge(ops->migrate(store, NULL, 0, tell, NULL), 0);
	ck_assert_str_eq(ask("SELECT version FROM vpopmail_version"), "1");
	foreign("UPDATE vpopmail_version SET version = 99");
	ck_assert_int_lt(ops->migrate(store, NULL, 0, tell, NULL), 0);
	ck_assert_ptr_nonnull(strstr(host_message, "newer"));
	site_close();
}
END_TEST

/* A step that fails takes those before it along. */
START_TEST(all_or_nothing)
{
	site_open("yes", "no");
	make_old();
	foreign("CREATE TABLE vlog (id integer PRIMARY KEY, user text, "
		"passwd text, domain text, logon text, remoteip text, "
		"message text, timestamp integer, error integer);"
		"CREATE VIEW limits AS SELECT 'x' AS domain");
	ck_assert_int_lt(ops->migrate(store, NULL, 0, tell, NULL), 0);
	ck_assert_str_eq(ask("SELECT COUNT(*) FROM sqlite_master WHERE name = "
			     "'vpopmail_version' OR name = 'dir_control'"),
	    "0");
	ck_assert_str_eq(ask("SELECT COUNT(*) FROM pragma_table_info("
			     "'vpopmail') WHERE name = 'pw_clear_passwd'"),
	    "0");
	ck_assert_int_eq(get("alice"), 1);
	site_close();
}
END_TEST

START_TEST(own_tables)
{
	site_open("no", "yes");
	ck_assert_int_eq(ops->domain_add(store, &domain), 0);
	foreign("DROP TABLE example_com; CREATE TABLE example_com (pw_name "
		"text PRIMARY KEY, pw_passwd text, pw_uid integer, pw_gid "
		"integer, pw_gecos text, pw_dir text, pw_shell text)");
	site_close();
	site_open("no", "yes");
	ck_assert_int_eq(ops->migrate(store, &domain, 0, tell, NULL), 1);
	ck_assert_str_eq(ask("SELECT COUNT(*) FROM pragma_table_info("
			     "'example_com') WHERE name = 'pw_clear_passwd'"),
	    "1");
	site_close();
}
END_TEST

int
main(void)
{
	const TTest *const tests[] = { old_becomes_new, nothing_to_do,
		all_or_nothing, own_tables, NULL };

	return unit_main("sql_migrate", tests);
}
