/*
 * Tables that the SQL store did not make: those of older releases, rows of
 * other programs, and files that are broken, locked, or not to be written.
 */
#include "config.h"

#include "sql_site.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/mount.h>
#include <sys/wait.h>

#define OLD_TABLE                                                              \
	"CREATE TABLE vpopmail (pw_name text NOT NULL, "                       \
	"pw_domain text NOT NULL, pw_passwd text, pw_uid integer, "            \
	"pw_gid integer, pw_gecos text, pw_dir text, pw_shell text, "          \
	"PRIMARY KEY (pw_name, pw_domain));"

static void
insert(const char *name, const char *rest)
{
	AUTO_FREE char *text = NULL;

	ck_assert_int_gt(
	    asprintf(&text,
		"INSERT INTO vpopmail (pw_name, pw_domain, pw_passwd, pw_uid, "
		"pw_gid, pw_gecos, pw_dir, pw_shell) VALUES ('%s', "
		"'example.com', %s)",
		name, rest),
	    0);
	foreign(text);
}

/* Where the site keeps clear passwords an account without one has an empty
 * text, as release 5.6 wrote it; where it keeps none there is nothing. */
START_TEST(no_clear_password)
{
	site_open("yes", "yes");
	ck_assert_int_eq(ops->domain_add(store, &domain), 0);
	struct vpop_user user = make_user("alice", "Alice");
	ck_assert_int_eq(ops->user_put(store, &domain, &user, VPOP_PUT_ADD), 0);
	ck_assert_str_eq(
	    ask("SELECT quote(pw_clear_passwd) FROM vpopmail"), "''");
	site_close();

	site_open("yes", "yes");
	sql_settings[3].value = "no";
	ops->close(store);
	ck_assert_int_eq(ops->open(&host, &store), 0);
	ck_assert_int_eq(
	    ops->user_put(store, &domain, &user, VPOP_PUT_REPLACE), 0);
	ck_assert_str_eq(
	    ask("SELECT quote(pw_clear_passwd) FROM vpopmail"), "NULL");
	site_close();
}
END_TEST

START_TEST(table_without_clear_passwords)
{
	struct vpop_user user, got;

	site_open("yes", "no");
	foreign(OLD_TABLE);
	insert("alice", "'hash', 1, 8, 'Alice', '', 'NOQUOTA'");
	ck_assert_int_eq(get("alice"), 1);
	ck_assert_int_eq(get("bob"), 0);
	user = make_user("bob", "Bob");
	ck_assert_int_eq(ops->user_put(store, &domain, &user, VPOP_PUT_ADD), 0);
	snprintf(user.clear, sizeof user.clear, "secret");
	ck_assert_int_lt(ops->user_put(store, &domain, &user, 0), 0);
	ck_assert_ptr_nonnull(strstr(host_message, "vmigrate"));
	ck_assert_int_eq(ops->user_get(store, &domain, "bob", &got), 1);
	ck_assert_str_eq(got.clear, "");
	site_close();
}
END_TEST

/* 1 POP and 2 APOP in records, 0 and 1 in tables; the rest as it is. */
START_TEST(kinds_of_accounts)
{
	static const struct {
		const char *name, *rest;
		uint32_t uid;
	} rows[] = {
		{ "pop", "'x', 0, 0, '', '', ''", 1 },
		{ "apop", "'x', 1, 0, '', '', ''", 2 },
		{ "other", "'x', 89, 0, '', '', ''", 89 },
	};
	struct vpop_user user;

	site_open("yes", "no");
	foreign(OLD_TABLE);
	foreign("CREATE TABLE before AS SELECT pw_name, pw_uid FROM vpopmail;");
	for (size_t i = 0; i < 3; i++) {
		insert(rows[i].name, rows[i].rest);
		ck_assert_int_eq(
		    ops->user_get(store, &domain, rows[i].name, &user), 1);
		ck_assert_uint_eq(user.uid, rows[i].uid);
	}
	foreign("INSERT INTO before SELECT pw_name, pw_uid FROM vpopmail;");
	for (size_t i = 0; i < 3; i++) {
		ck_assert_int_eq(
		    ops->user_get(store, &domain, rows[i].name, &user), 1);
		snprintf(user.gecos, sizeof user.gecos, "changed");
		ck_assert_int_eq(
		    ops->user_put(store, &domain, &user, VPOP_PUT_REPLACE), 0);
	}
	/* Fails if a number has changed. */
	foreign("CREATE TABLE proof (same CHECK (same = 3)); INSERT INTO proof "
		"SELECT count(*) FROM vpopmail JOIN before USING (pw_name, "
		"pw_uid) WHERE pw_gecos = 'changed';");
	site_close();
}
END_TEST

START_TEST(null_and_wrong_values)
{
	static const struct {
		const char *name, *rest;
		int code;
	} rows[] = {
		{ "a-null", "NULL, NULL, NULL, NULL, NULL, NULL", 1 },
		{ "b-word", "'x', 'many', 0, '', '', ''",
		    VA_STORE_RESULT_FAILED },
		{ "c-large", "'x', 0, 99999999999, '', '', ''",
		    VA_STORE_RESULT_FAILED },
		{ "d-minus", "'x', 0, -1, '', '', ''", 1 },
		{ "e-blob", "x'6100ff', 0, 0, '', '', ''", 1 },
		{ "f-long", "hex(zeroblob(200)), 0, 0, '', '', ''",
		    VA_STORE_RESULT_FAILED },
		{ "g-good", "'x', 0, 0, '', '', ''", 1 },
	};
	struct vpop_store_users *users;
	struct vpop_user user;

	site_open("yes", "no");
	foreign(OLD_TABLE);
	for (size_t i = 0; i < 7; i++)
		insert(rows[i].name, rows[i].rest);
	for (size_t i = 0; i < 7; i++)
		ck_assert_msg(get(rows[i].name) == rows[i].code, "%s: %s",
		    rows[i].name, host_message);
	/* One that is bad does not hide the others. */
	ck_assert_int_eq(ops->users_open(store, &domain, NULL, &users), 0);
	for (size_t i = 0; i < 7; i++)
		ck_assert_int_eq(ops->users_next(users, &user), rows[i].code);
	ck_assert_int_eq(ops->users_next(users, &user), 0);
	ops->users_close(users);
	site_close();
}
END_TEST

START_TEST(duplicate_rows)
{
	site_open("yes", "no");
	foreign("CREATE TABLE vpopmail (pw_name text, pw_domain text, "
		"pw_passwd text, pw_uid integer, pw_gid integer, "
		"pw_gecos text, pw_dir text, pw_shell text)");
	insert("alice", "'one', 0, 0, '', '', ''");
	insert("alice", "'two', 0, 0, '', '', ''");
	ck_assert_int_eq(get("alice"), VA_STORE_RESULT_FAILED);
	ck_assert_ptr_nonnull(strstr(host_message, "two rows"));
	site_close();
}
END_TEST

/* A look-up in a database that is not ours must not say "not there". */
START_TEST(wrong_database)
{
	struct vpop_store_dircontrol control;
	struct vpop_limits limits;

	site_open("yes", "yes");
	ck_assert_int_eq(get("alice"), VA_QUERY_FAILED);
	ck_assert_int_lt(ops->limits_get(store, &domain, &limits), 0);
	ck_assert_int_lt(
	    ops->dircontrol_get(store, "example.com", &control), 0);
	ck_assert_str_eq(ask("SELECT COUNT(*) FROM sqlite_master"), "0");
	foreign("CREATE TABLE vpopmail (something text)");
	site_close();
	site_open("yes", "yes");
	ck_assert_int_eq(get("alice"), VA_QUERY_FAILED);
	ck_assert_ptr_nonnull(strstr(host_message, "columns"));
	site_close();
}
END_TEST

START_TEST(tables_are_made_by_changes_only)
{
	site_open("yes", "no");
	ck_assert_int_lt(ops->domain_add(store, &domain), 0);
	ck_assert_str_eq(ask("SELECT COUNT(*) FROM sqlite_master"), "0");
	site_close();
	site_open("yes", "yes");
	ck_assert_int_eq(ops->domain_add(store, &domain), 0);
	ck_assert_str_eq(ask("SELECT version FROM vpopmail_version"), "1");
	add("alice");
	site_close();

	struct stat st;

	ck_assert_int_eq(stat(path, &st), 0);
	ck_assert_uint_eq(st.st_mode & 07777, 0600);
}
END_TEST

/* Half a layout: the other setting would make every account disappear. */
START_TEST(layouts_do_not_mix)
{
	site_open("yes", "yes");
	ck_assert_int_eq(ops->domain_add(store, &domain), 0);
	add("alice");
	site_close();
	site_open("no", "yes");
	ck_assert_int_eq(get("alice"), VA_QUERY_FAILED);
	site_close();
}
END_TEST

START_TEST(names_of_tables)
{
	struct vpop_domain other, taken;

	site_open("no", "yes");
	ck_assert_int_eq(ops->domain_add(store, &domain), 0);
	other = taken = domain;
	snprintf(domain.real, sizeof domain.real, "a.b.com");
	ck_assert_int_eq(ops->domain_add(store, &domain), 0);

	struct vpop_user user = make_user("alice", "A");
	snprintf(
	    user.dir, sizeof user.dir, "/home/vpopmail/domains/a.b.com/alice");
	ck_assert_int_eq(ops->user_put(store, &domain, &user, 0), 0);
	snprintf(other.real, sizeof other.real, "a-b.com");
	ck_assert_int_eq(
	    ops->domain_add(store, &other), VA_INVALID_DOMAIN_NAME);
	ck_assert_int_eq(
	    ops->domain_delete(store, &other), VA_INVALID_DOMAIN_NAME);
	ck_assert_int_eq(get("alice"), 1);
	snprintf(taken.real, sizeof taken.real, "dir.control");
	ck_assert_int_eq(
	    ops->domain_add(store, &taken), VA_INVALID_DOMAIN_NAME);
	snprintf(taken.real, sizeof taken.real, "x`; DROP TABLE limits; --");
	ck_assert_int_eq(ops->domain_add(store, &taken), 0);
	ck_assert_int_eq(ops->domain_delete(store, &taken), 0);
	ck_assert_str_eq(ask("SELECT COUNT(*) FROM limits"), "0");
	site_close();
}
END_TEST

START_TEST(limits_by_name)
{
	struct vpop_limits limits;

	site_open("yes", "no");
	foreign(OLD_TABLE "CREATE TABLE limits (perm_quota integer, "
			  "disablepop integer, domain text PRIMARY KEY, "
			  "perm_maillist integer, maxaliases integer)");
	foreign("INSERT INTO limits VALUES (3, 1, 'example.com', 511, 7)");
	ck_assert_int_eq(ops->limits_get(store, &domain, &limits), 1);
	ck_assert_int_eq(limits.perm_quota, 3);
	ck_assert_uint_eq(limits.flags, VPOP_NO_POP);
	ck_assert_int_eq(limits.perm_maillist, 7);
	ck_assert_int_eq(limits.perm_maillist_users, 7);
	ck_assert_int_eq(limits.perm_maillist_moderators, 7);
	ck_assert_int_eq(limits.maxaliases, 7);
	ck_assert_int_eq(limits.maxpopaccounts, -1);
	/* What it has no column for is refused, and nothing is half written. */
	limits.maxpopaccounts = 5;
	limits.maxaliases = 8;
	ck_assert_int_eq(
	    ops->limits_put(store, &domain, &limits), VA_INVALID_ARGUMENT);
	ck_assert_str_eq(ask("SELECT maxaliases FROM limits"), "7");
	limits.maxpopaccounts = -1;
	ck_assert_int_eq(ops->limits_put(store, &domain, &limits), 0);
	ck_assert_str_eq(ask("SELECT maxaliases FROM limits"), "8");
	site_close();
}
END_TEST

START_TEST(aliases_without_numbers)
{
	struct vpop_store_rows *rows;
	struct vpop_store_row row;

	site_open("yes", "no");
	foreign(OLD_TABLE
	    "CREATE TABLE valias (alias text NOT NULL, domain text NOT NULL, "
	    "valias_line text NOT NULL)");
	for (int i = 0; i < 1200; i++) {
		AUTO_FREE char *line = NULL;

		ck_assert_int_gt(asprintf(&line, "&u%d@example.com", i), 0);
		ck_assert_int_eq(
		    ops->alias_insert(store, &domain, "all", line), 0);
	}
	ck_assert_int_eq(
	    ops->rows_open(store, VPOP_KEEP_ALIASES, &domain, NULL, &rows), 0);
	for (int i = 0; i < 1200; i++) {
		AUTO_FREE char *line = NULL;

		ck_assert_int_gt(asprintf(&line, "&u%d@example.com", i), 0);
		ck_assert_int_eq(ops->rows_next(rows, &row), 1);
		ck_assert_str_eq(row.value, line);
	}
	ck_assert_int_eq(ops->rows_next(rows, &row), 0);
	ops->rows_close(rows);
	site_close();
}
END_TEST

/* ---- files --------------------------------------------------------------- */

START_TEST(locked_database)
{
	sqlite3 *db;
	struct vpop_user user = make_user("bob", "Bob");

	site_open("yes", "yes");
	ck_assert_int_eq(ops->domain_add(store, &domain), 0);
	add("alice");
	ck_assert_int_eq(sqlite3_open(path, &db), SQLITE_OK);
	ck_assert_int_eq(
	    sqlite3_exec(db, "BEGIN IMMEDIATE", NULL, NULL, NULL), SQLITE_OK);
	ck_assert_int_eq(get("alice"), 1);
	ck_assert_int_eq(
	    ops->user_put(store, &domain, &user, VPOP_PUT_ADD), VA_LOCK_FAILED);
	ck_assert_int_eq(ops->begin(store, &domain), VA_LOCK_FAILED);
	ck_assert_int_eq(
	    sqlite3_exec(db, "ROLLBACK", NULL, NULL, NULL), SQLITE_OK);
	sqlite3_close(db);
	add("bob");
	site_close();
}
END_TEST

START_TEST(broken_file)
{
	site_open("yes", "yes");
	FILE *fp = fopen(path, "w");

	ck_assert_ptr_nonnull(fp);
	for (int i = 0; i < 1000; i++)
		fputs("this is no database\n", fp);
	fclose(fp);
	ck_assert_int_eq(get("alice"), VA_QUERY_FAILED);
	ck_assert_int_lt(ops->domain_add(store, &domain), 0);
	site_close();
}
END_TEST

START_TEST(file_replaced)
{
	site_open("yes", "yes");
	ck_assert_int_eq(ops->domain_add(store, &domain), 0);
	add("alice");
	ck_assert_int_eq(get("alice"), 1);
	ck_assert_int_eq(unlink(path), 0);
	AUTO_FREE char *wal = NULL, *shm = NULL;

	ck_assert_int_gt(asprintf(&wal, "%s-wal", path), 0);
	ck_assert_int_gt(asprintf(&shm, "%s-shm", path), 0);
	(void)unlink(wal);
	(void)unlink(shm);
	/* Not what the old file had. */
	ck_assert_int_eq(get("alice"), VA_QUERY_FAILED);
	site_close();
}
END_TEST

START_TEST(planted_link)
{
	site_open("yes", "yes");
	ck_assert_int_eq(symlink("/etc/passwd", path), 0);
	ck_assert_int_lt(get("alice"), 0);
	ck_assert_int_lt(ops->domain_add(store, &domain), 0);
	site_close();
}
END_TEST

/* As somebody else: the file is not to be read. */
START_TEST(no_permission)
{
	int status;

	if (geteuid() != 0)
		return;
	site_open("yes", "yes");
	ck_assert_int_eq(ops->domain_add(store, &domain), 0);
	site_close();
	pid_t pid = fork();

	ck_assert_int_ge(pid, 0);
	if (pid == 0) {
		if (setgid(65534) != 0 || setuid(65534) != 0)
			_exit(2);
		site_open("yes", "yes");
		_exit(get("alice") == VA_BAD_UID ? 0 : 1);
	}
	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	ck_assert_int_eq(status, 0);
}
END_TEST

START_TEST(disk_full)
{
	if (geteuid() != 0 ||
	    mount("tmpfs", scratch, "tmpfs", 0, "size=512k") != 0)
		return;
	site_open("yes", "yes");
	ck_assert_int_eq(ops->domain_add(store, &domain), 0);
	add("alice");

	int code = ops->begin(store, &domain), count = 0;

	for (; code == 0 && count < 100000; count++) {
		struct vpop_user user = make_user("", "x");

		snprintf(user.name, sizeof user.name, "user%d", count);
		code = ops->user_put(store, &domain, &user, VPOP_PUT_ADD);
	}
	if (code == 0)
		code = ops->commit(store);
	else
		/* A change that failed is no part of what is committed. */
		ck_assert_int_lt(ops->commit(store), 0);
	ck_assert_int_eq(code, VA_QUERY_FAILED);
	ops->rollback(store);
	ck_assert_int_eq(get("alice"), 1);
	ck_assert_int_eq(get("user0"), 0);
	site_close();
	ck_assert_int_eq(umount(scratch), 0);
}
END_TEST

/* Several processes at once: each change is made once. */
START_TEST(several_processes)
{
	int status;

	site_open("yes", "yes");
	ck_assert_int_eq(ops->domain_add(store, &domain), 0);
	site_close();
	for (int i = 0; i < 4; i++) {
		pid_t pid = fork();

		ck_assert_int_ge(pid, 0);
		if (pid != 0)
			continue;
		site_open("yes", "yes");
		sql_settings[4].name = NULL;
		for (int j = 0; j < 25; j++) {
			char name[16];

			snprintf(name, sizeof name, "u%d-%d", i, j);
			add(name);
			if (ops->lastauth_put(
				store, &domain, "shared", "192.0.2.1", j) != 0)
				_exit(1);
		}
		site_close();
		_exit(0);
	}
	for (int i = 0; i < 4; i++) {
		ck_assert_int_gt(wait(&status), 0);
		ck_assert_int_eq(status, 0);
	}
	ck_assert_str_eq(ask("SELECT COUNT(*) FROM vpopmail"), "100");
	ck_assert_str_eq(ask("SELECT COUNT(*) FROM lastauth"), "1");
}
END_TEST

int
main(void)
{
	const TTest *const tests[] = { no_clear_password,
		table_without_clear_passwords, kinds_of_accounts,
		null_and_wrong_values, duplicate_rows, wrong_database,
		tables_are_made_by_changes_only, layouts_do_not_mix,
		names_of_tables, limits_by_name, aliases_without_numbers,
		locked_database, broken_file, file_replaced, planted_link,
		no_permission, disk_full, several_processes, NULL };

	return unit_main("sql_old", tests);
}
