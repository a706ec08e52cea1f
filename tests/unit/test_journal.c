/* The journal: rows, pending changes, text, owners, retention. */
#include "config.h"

#include "core/journal.h"
#include "vpop_event.h"

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

START_TEST(older_schema_is_completed)
{
	const char *count = "SELECT count(*) FROM sqlite_master WHERE name IN "
			    "('change_domain', 'change_actor')";

	ck_assert_int_eq(vp_change_start(vp), 0);
	sql("DROP INDEX change_domain");
	sql("DROP INDEX change_actor");
	sql("ALTER TABLE change DROP COLUMN link");
	sql("DELETE FROM mark WHERE name = 'pruned'");
	sql("PRAGMA user_version = 2");
	ck_assert_int_eq(sql(count), 0);
	ck_assert_int_eq(site_open(""), 0);
	ck_assert_int_eq(vp_change_start(vp), 0);
	ck_assert_int_eq(sql(count), 2);
}
END_TEST

/* ---- the chain -------------------------------------------------------- */

static void
publish(const char *object)
{
	const struct vpop_event_new event = { .type = "ext.test",
		.object = object,
		.domain = "",
		.new_json = "{\"a\":1}" };

	ck_assert_int_eq(vpop_event_publish(vp, &event), 0);
}

/* A chain of five, whose second is noted. */
static struct vpop_link
make_chain(void)
{
	struct vpop_link noted = { 0, "" };
	int64_t count;

	publish("one");
	publish("two");
	ck_assert_int_eq(vpop_events_verify(vp, NULL, &count, &noted), 0);
	ck_assert_int_eq(count, 2);
	ck_assert_int_eq(noted.seq, 2);
	ck_assert_uint_eq(strlen(noted.hash), VPOP_LINK_SIZE - 1);
	publish("three");
	publish("four");
	publish("five");
	return noted;
}

START_TEST(chain)
{
	struct vpop_link noted = make_chain(), last, other;
	int64_t count;

	ck_assert_int_eq(vpop_events_verify(vp, &noted, &count, &last), 0);
	ck_assert_int_eq(count, 5);
	ck_assert_int_eq(last.seq, 5);
	other = noted;
	other.hash[0] ^= 1;
	ck_assert_int_eq(
	    vpop_events_verify(vp, &other, &count, &last), VA_PARSE_ERROR);
	other.seq = 6;
	ck_assert_int_eq(
	    vpop_events_verify(vp, &other, &count, &last), VA_PARSE_ERROR);
	ck_assert_ptr_nonnull(strstr(vpop_message(vp), "no fact 6"));
}
END_TEST

START_TEST(chain_is_broken)
{
	static const struct {
		const char *deed, *words;
	} cases[] = {
		{ "UPDATE change SET actor = 'x' WHERE seq = 3", "fact 3" },
		{ "UPDATE change SET new = NULL WHERE seq = 1", "fact 1" },
		{ "UPDATE change SET time = time + 1 WHERE seq = 5", "fact 5" },
		{ "UPDATE change SET link = zeroblob(32) WHERE seq = 2",
		    "fact 2" },
		{ "UPDATE change SET link = NULL WHERE seq = 5", "fact 5" },
		{ "DELETE FROM change WHERE seq = 4", "before 5" },
		{ "DELETE FROM change WHERE seq = 1", "before 2" },
	};
	struct vpop_link last;
	int64_t count;

	make_chain();
	sql("CREATE TABLE kept AS SELECT * FROM change");
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		sql(cases[i].deed);
		ck_assert_int_eq(vpop_events_verify(vp, NULL, &count, &last),
		    VA_PARSE_ERROR);
		ck_assert_ptr_nonnull(strstr(vpop_message(vp), cases[i].words));
		sql("DELETE FROM change");
		sql("INSERT INTO change SELECT * FROM kept");
		ck_assert_int_eq(
		    vpop_events_verify(vp, NULL, &count, &last), 0);
	}
	/* Who takes away the end is found by what was noted. */
	sql("DELETE FROM change WHERE seq = 5");
	ck_assert_int_eq(
	    vpop_events_verify(vp, &last, &count, &last), VA_PARSE_ERROR);
}
END_TEST

START_TEST(chain_is_pruned)
{
	struct vpop_link noted = make_chain(), last;
	int64_t count;

	sql("UPDATE change SET time = 1 WHERE seq <= 3");
	ck_assert_int_eq(vpop_events_prune(vp, 1, &count), 0);
	ck_assert_int_eq(count, 3);
	ck_assert_int_eq(vpop_events_verify(vp, NULL, &count, &last), 0);
	ck_assert_int_eq(count, 2);
	ck_assert_int_eq(
	    vpop_events_verify(vp, &noted, &count, &last), VA_INVALID_ARGUMENT);
	sql("DELETE FROM change WHERE seq = 4");
	ck_assert_int_eq(
	    vpop_events_verify(vp, NULL, &count, &last), VA_PARSE_ERROR);
}
END_TEST

/* What an older release wrote has no links. */
START_TEST(chain_begins_later)
{
	struct vpop_link last;
	int64_t count;

	make_chain();
	sql("ALTER TABLE change DROP COLUMN link");
	sql("DELETE FROM mark WHERE name = 'pruned'");
	sql("PRAGMA user_version = 3");
	ck_assert_int_eq(site_open(""), 0);
	publish("six");
	publish("seven");
	ck_assert_int_eq(vpop_events_verify(vp, NULL, &count, &last), 0);
	ck_assert_int_eq(count, 7);
	sql("UPDATE change SET actor = 'x' WHERE seq = 6");
	ck_assert_int_eq(
	    vpop_events_verify(vp, NULL, &count, &last), VA_PARSE_ERROR);
}
END_TEST

/* ---- others ----------------------------------------------------------- */

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
		newer_schema_is_refused, older_schema_is_completed, chain,
		chain_is_broken, chain_is_pruned, chain_begins_later,
		outsiders_go_without, unknown_events_stay, many_open_at_once,
		NULL };

	return site_main("journal", tests);
}
