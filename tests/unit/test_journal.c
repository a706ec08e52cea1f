/* The journal: rows, pending changes, text, owners, retention. */
#include "config.h"

#include "core/journal.h"

#include <sqlite3.h>
#include <sys/wait.h>

#include "site.h"

/* Run SQL on the journal's file; the first column of the last row, or -1. */
static long long
sql(const char *text)
{
	char *path = site_path("home/var/journal.sqlite");
	sqlite3_stmt *statement;
	long long value = -1;
	sqlite3 *db;

	ck_assert_int_eq(sqlite3_open(path, &db), SQLITE_OK);
	ck_assert_msg(
	    sqlite3_prepare_v2(db, text, -1, &statement, NULL) == SQLITE_OK,
	    "%s", sqlite3_errmsg(db));
	while (sqlite3_step(statement) == SQLITE_ROW)
		value = sqlite3_column_int64(statement, 0);
	sqlite3_finalize(statement);
	sqlite3_close(db);
	free(path);
	return value;
}

static char *
sql_text(const char *text)
{
	char *path = site_path("home/var/journal.sqlite"), *value = NULL;
	sqlite3_stmt *statement;
	sqlite3 *db;

	ck_assert_int_eq(sqlite3_open(path, &db), SQLITE_OK);
	ck_assert_int_eq(
	    sqlite3_prepare_v2(db, text, -1, &statement, NULL), SQLITE_OK);
	if (sqlite3_step(statement) == SQLITE_ROW &&
	    sqlite3_column_text(statement, 0))
		value = strdup((const char *)sqlite3_column_text(statement, 0));
	sqlite3_finalize(statement);
	sqlite3_close(db);
	free(path);
	return value;
}

START_TEST(opens_private_file)
{
	char *path = site_path("home/var/journal.sqlite");
	char *folder = site_path("home/var");
	struct stat st;

	ck_assert_int_eq(vp_change_start(vp), 0);
	ck_assert_ptr_nonnull(vp->journal);
	ck_assert_int_eq(stat(path, &st), 0);
	ck_assert_uint_eq(st.st_mode & 07777, 0600);
	ck_assert_int_eq(stat(folder, &st), 0);
	ck_assert_uint_eq(st.st_mode & 07777, 0700);
	free(path);
	free(folder);
	/* Again, and from a second handle. */
	ck_assert_int_eq(vp_change_start(vp), 0);
	ck_assert_int_eq(site_open(""), 0);
	ck_assert_int_eq(vp_change_start(vp), 0);
}
END_TEST

START_TEST(gives_files_to_the_vpopmail_user)
{
	char *path = site_path("home/var/journal.sqlite");
	struct stat st;

	if (geteuid() == 0) {
		ck_assert_int_eq(site_open("uid = 4711\ngid = 4712\n"), 0);
		ck_assert_int_eq(vp_change_start(vp), 0);
		ck_assert_int_eq(stat(path, &st), 0);
		ck_assert_uint_eq(st.st_uid, 4711);
		ck_assert_uint_eq(st.st_gid, 4712);
	}
	free(path);
}
END_TEST

START_TEST(dry_run_makes_nothing)
{
	char *path = site_path("home/var");

	vp->flags = VPOP_OPEN_DRY_RUN;
	ck_assert_int_eq(vp_change_start(vp), 0);
	ck_assert_ptr_null(vp->journal);
	ck_assert_int_eq(access(path, F_OK), -1);
	free(path);
}
END_TEST

START_TEST(records_and_ends)
{
	struct vp_intent list[2] = {
		{ .event = "alias.created",
		    .object = "a@x.test",
		    .domain = "x.test" },
		{ .event = "alias.created",
		    .object = "b@x.test",
		    .domain = "x.test" },
	};
	struct vp_pending *pending;
	size_t count;

	list[0].new = json_pack("{s:s}", "name", "a");
	list[0].plan = json_pack("{s:s}", "file", "f");
	ck_assert_int_eq(vpop_set_actor(vp, "me", "test"), 0);
	ck_assert_int_eq(vp_change_start(vp), 0);
	ck_assert_int_eq(vp_journal_any(vp, NULL), 0);
	ck_assert_int_eq(vp_journal_intend(vp, list, 2), 0);
	ck_assert_int_gt(list[0].id, 0);
	ck_assert_int_gt(list[1].id, list[0].id);
	ck_assert_int_eq(vp_journal_any(vp, NULL), 1);
	ck_assert_int_eq(vp_journal_any(vp, "x.test"), 1);
	ck_assert_int_eq(vp_journal_any(vp, "y.test"), 0);

	ck_assert_int_eq(vp_journal_pending(vp, &pending, &count), 0);
	ck_assert_uint_eq(count, 2);
	ck_assert_str_eq(pending[0].object, "a@x.test");
	ck_assert_str_eq(
	    json_string_value(json_object_get(pending[0].plan, "file")), "f");
	ck_assert_ptr_null(pending[1].plan);
	vp_pending_free(pending, count);

	ck_assert_int_eq(vp_journal_is_pending(vp, list[0].id), 1);
	ck_assert_int_eq(vp_journal_commit(vp, list, 1), 0);
	ck_assert_int_eq(vp_journal_is_pending(vp, list[0].id), 0);
	ck_assert_int_eq(vp_journal_undo(vp, list + 1, 1, "because"), 0);
	/* What has ended stays as it is. */
	ck_assert_int_eq(vp_journal_undo(vp, list, 1, "late"), 0);
	ck_assert_int_eq(vp_journal_any(vp, NULL), 0);
	ck_assert_int_eq(sql("SELECT state FROM change WHERE id = 1"), 1);
	ck_assert_int_eq(sql("SELECT state FROM change WHERE id = 2"), 2);
	ck_assert_int_eq(
	    sql("SELECT count(*) FROM change WHERE plan IS NOT NULL"), 0);
	ck_assert_int_eq(sql("SELECT count(*) FROM change WHERE actor = 'me'"
			     " AND origin = 'test'"),
	    2);
	json_decref(list[0].new);
	json_decref(list[0].plan);
}
END_TEST

START_TEST(finds_out_who_asks)
{
	struct vp_intent one = { .event = "e", .object = "o", .domain = "" };
	char *origin;

	ck_assert_int_eq(vp_change_start(vp), 0);
	ck_assert_int_eq(vp_journal_intend(vp, &one, 1), 0);
	origin = sql_text("SELECT origin FROM change");
	ck_assert_str_eq(origin, program_invocation_short_name);
	free(origin);
	origin = sql_text("SELECT actor FROM change");
	ck_assert_ptr_nonnull(origin);
	ck_assert_int_ne(*origin, '\0');
	free(origin);
}
END_TEST

START_TEST(keeps_text_valid)
{
	static const struct {
		const char *in, *out;
	} texts[] = {
		{ "plain", "plain" },
		{ "gr\xc3\xbc\xc3\x9f", "gr\xc3\xbc\xc3\x9f" },
		{ "\xff", "\xef\xbf\xbd" },
		{ "a\xc3", "a\xef\xbf\xbd" },
		{ "\xc0\xaf", "\xef\xbf\xbd\xef\xbf\xbd" },
		{ "\xed\xa0\x80", "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd" },
		{ "\xf4\x90\x80\x80",
		    "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd" },
		{ "\xf0\x9f\x98\x80", "\xf0\x9f\x98\x80" },
	};

	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
		json_t *text = vp_journal_text(texts[i].in);

		ck_assert_ptr_nonnull(text);
		ck_assert_str_eq(json_string_value(text), texts[i].out);
		json_decref(text);
	}
}
END_TEST

START_TEST(forgets_old_rows)
{
	struct vp_intent one = { .event = "e", .object = "o", .domain = "" };

	ck_assert_int_eq(site_open("journal_days = 30\n"), 0);
	ck_assert_int_eq(vp_change_start(vp), 0);
	sql("WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n"
	    " WHERE i < 250) INSERT INTO change(time, event, object, domain,"
	    " actor, origin, state) SELECT 1000, 'e', 'o', '', 'a', 'o', 1"
	    " FROM n");
	sql("INSERT INTO change(time, event, object, domain, actor, origin)"
	    " VALUES(1000, 'kept', 'o', 'nowhere.test', 'a', 'o')");
	ck_assert_int_eq(vp_journal_intend(vp, &one, 1), 0);
	ck_assert_int_eq(vp_journal_commit(vp, &one, 1), 0);
	ck_assert_int_eq(sql("SELECT count(*) FROM change"), 252 - 101);
	for (int i = 0; i < 2; i++) {
		ck_assert_int_eq(vp_journal_intend(vp, &one, 1), 0);
		ck_assert_int_eq(vp_journal_commit(vp, &one, 1), 0);
	}
	/* What is pending, and what is new. */
	ck_assert_int_eq(sql("SELECT count(*) FROM change"), 4);
}
END_TEST

START_TEST(refuses_links)
{
	char *path = site_path("home/var/journal.sqlite-wal");

	site_mkdir("home/var");
	ck_assert_int_eq(symlink("/etc/motd", path), 0);
	ck_assert_int_eq(vp_change_start(vp), VA_CANNOT_OPEN_DATABASE);
	ck_assert_int_eq(unlink(path), 0);
	path[strlen(path) - 4] = '\0';
	ck_assert_int_eq(unlink(path), 0);
	ck_assert_int_eq(symlink("/nowhere", path), 0);
	ck_assert_int_eq(vp_change_start(vp), VA_CANNOT_OPEN_DATABASE);
	ck_assert_int_eq(unlink(path), 0);
	site_write("home/var/journal.sqlite", "this is no database at all");
	ck_assert_int_eq(vp_change_start(vp), VA_CANNOT_OPEN_DATABASE);
	ck_assert_int_eq(vpop_class(vp->code), VPOP_CLASS_TEMPORARY);
	ck_assert_ptr_null(vp->journal);
	ck_assert_int_eq(unlink(path), 0);
	ck_assert_int_eq(vp_change_start(vp), 0);
	free(path);
}
END_TEST

START_TEST(path_is_a_setting)
{
	char *path = site_path("elsewhere"), *line;

	ck_assert_int_ge(asprintf(&line, "journal = %s\n", path), 0);
	ck_assert_int_eq(site_open(line), 0);
	ck_assert_int_eq(vp_change_start(vp), 0);
	ck_assert_int_eq(access(path, F_OK), 0);
	free(line);
	ck_assert_int_eq(site_open("journal = relative\n"), 0);
	ck_assert_int_eq(vp_change_start(vp), VA_CANNOT_OPEN_DATABASE);
	ck_assert_int_eq(site_open("journal = /no/such/folder/j\n"), 0);
	ck_assert_int_eq(vp_change_start(vp), VA_CANNOT_OPEN_DATABASE);
	free(path);
}
END_TEST

START_TEST(newer_schema_is_refused)
{
	ck_assert_int_eq(vp_change_start(vp), 0);
	sql("PRAGMA user_version = 99");
	ck_assert_int_eq(site_open(""), 0);
	ck_assert_int_eq(vp_change_start(vp), VA_CANNOT_OPEN_DATABASE);
	ck_assert_ptr_nonnull(strstr(vpop_message(vp), "newer"));
}
END_TEST

/* The owner of a domain may change his files, without our journal. */
/* They see that there are no hooks. */
static void
open_to_others(const char *name)
{
	char *path = site_path(name);

	ck_assert_int_eq(chmod(path, 0711), 0);
	free(path);
}

START_TEST(outsiders_go_without)
{
	int status;

	if (geteuid() != 0)
		return;
	open_to_others("home");
	open_to_others("home/etc");
	pid_t pid = fork();
	if (pid == 0) {
		struct vp_intent one = {
			.event = "e", .object = "o", .domain = ""
		};
		int ok = setgid(5000) == 0 && setuid(5000) == 0 &&
			 vp_change_start(vp) == 0 && !vp->journal &&
			 vp_journal_intend(vp, &one, 1) == 0 && one.id == 0 &&
			 vp_journal_commit(vp, &one, 1) == 0;
		_exit(ok ? 0 : 1);
	}
	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	ck_assert_int_eq(status, 0);
}
END_TEST

START_TEST(unknown_events_stay)
{
	struct vp_intent one = {
		.event = "planet.moved", .object = "o", .domain = ""
	};
	size_t left = 0;

	ck_assert_int_eq(vp_change_start(vp), 0);
	ck_assert_int_eq(vp_journal_intend(vp, &one, 1), 0);
	ck_assert_int_eq(vp_recover(vp, &left), 0);
	ck_assert_uint_eq(left, 1);
	/* And do not stand in the way of a change. */
	ck_assert_int_eq(vp_change_start(vp), 0);
	ck_assert_int_eq(vpop_code(vp), 0);
}
END_TEST

START_TEST(many_open_at_once)
{
	pid_t pids[8];
	int status;

	for (int i = 0; i < 8; i++) {
		pids[i] = fork();
		if (pids[i] == 0) {
			int ok =
			    vpop_open(&vp, 0) == 0 && vp_change_start(vp) == 0;
			for (int n = 0; n < 20 && ok; n++) {
				struct vp_intent one = { .event = "e",
					.object = "o",
					.domain = "" };

				ok = vp_journal_intend(vp, &one, 1) == 0 &&
				     vp_journal_commit(vp, &one, 1) == 0;
			}
			if (!ok)
				fprintf(stderr, "%s\n", vpop_message(vp));
			vpop_close(vp);
			_exit(ok ? 0 : 1);
		}
	}
	for (int i = 0; i < 8; i++) {
		ck_assert_int_eq(waitpid(pids[i], &status, 0), pids[i]);
		ck_assert_int_eq(status, 0);
	}
	ck_assert_int_eq(
	    sql("SELECT count(*) FROM change WHERE state = 1"), 160);
}
END_TEST

int
main(void)
{
	const TTest *const tests[] = { opens_private_file,
		gives_files_to_the_vpopmail_user, dry_run_makes_nothing,
		records_and_ends, finds_out_who_asks, keeps_text_valid,
		forgets_old_rows, refuses_links, path_is_a_setting,
		newer_schema_is_refused, outsiders_go_without,
		unknown_events_stay, many_open_at_once, NULL };

	return site_main("journal", tests);
}
