/* The panel's state: its file, its migrations, its statements. */
#include "config.h"

#include "site.h"

#include <sys/wait.h>

#include "panel/state/migrations.h"
#include "panel/state/state.h"

#define STATE_FILE "home/var/panel.sqlite"

static struct vhd_state *state;
static char error[VHD_STATE_ERROR];

static void
open_state(void)
{
	ck_assert_msg(vhd_state_open(vp, &state, error) == 0, "%s", error);
}

static void
put(const char *name, const void *id, size_t size)
{
	ck_assert_int_eq(
	    vhd_state_run(state,
		"INSERT INTO session VALUES(?1, ?2, ?3, x'00', 1, 0, "
		"?4, ?4, '', '')",
		vhd_bytes(id, size), vhd_text(name), vhd_text("a@b.test"),
		vhd_number(INT64_C(5000000000))),
	    1);
}

static int64_t
count(void)
{
	sqlite3_stmt *query =
	    vhd_state_query(state, "SELECT count(*) FROM session");
	int64_t n;

	ck_assert_int_eq(vhd_state_next(state, query), 1);
	n = sqlite3_column_int64(query, 0);
	vhd_state_done(query);
	return n;
}

START_TEST(the_file_is_private_and_keeps)
{
	char *path = site_path(STATE_FILE);
	struct stat st;

	open_state();
	put("one", "\0\1", 2);
	vhd_state_close(state);
	ck_assert_int_eq(stat(path, &st), 0);
	ck_assert_uint_eq(st.st_mode & 07777, 0600);
	ck_assert_int_eq(chmod(path, 0644), 0);
	open_state();
	ck_assert_int_eq(stat(path, &st), 0);
	ck_assert_uint_eq(st.st_mode & 07777, 0600);
	ck_assert_int_eq(count(), 1);
	vhd_state_close(state);
	free(path);
}
END_TEST

START_TEST(values_are_bound)
{
	sqlite3_stmt *query;

	open_state();
	put("a'); DROP TABLE session; --", "\0\1", 2);
	query = vhd_state_query(state,
	    "SELECT public_id, created FROM session WHERE id = ?1",
	    vhd_bytes("\0\1", 2));
	ck_assert_int_eq(vhd_state_next(state, query), 1);
	ck_assert_str_eq((const char *)sqlite3_column_text(query, 0),
	    "a'); DROP TABLE session; --");
	ck_assert_int_eq(sqlite3_column_int64(query, 1), INT64_C(5000000000));
	ck_assert_int_eq(vhd_state_next(state, query), 0);
	ck_assert_ptr_null(
	    vhd_state_query(state, "SELECT ?1", vhd_number(1), vhd_number(2)));
	ck_assert_int_eq(vhd_state_run(state, "SELECT nothing"), -1);
	ck_assert_ptr_nonnull(strstr(vhd_state_message(state), "nothing"));
	vhd_state_close(state);
}
END_TEST

START_TEST(one_text_is_read_twice_at_once)
{
	sqlite3_stmt *outer, *inner;
	int seen = 0;

	open_state();
	put("one", "1", 1);
	put("two", "2", 1);
	outer = vhd_state_query(state, "SELECT 1 FROM session");
	while (vhd_state_next(state, outer) > 0) {
		inner = vhd_state_query(state, "SELECT 1 FROM session");
		ck_assert_ptr_ne(inner, outer);
		while (vhd_state_next(state, inner) > 0)
			seen++;
	}
	ck_assert_int_eq(seen, 4);
	vhd_state_close(state);
}
END_TEST

START_TEST(what_failed_is_taken_back)
{
	open_state();
	ck_assert_int_eq(vhd_state_begin(state), 0);
	put("one", "1", 1);
	ck_assert_int_eq(vhd_state_end(state, -1), -1);
	ck_assert_int_eq(count(), 0);
	ck_assert_int_eq(vhd_state_begin(state), 0);
	put("one", "1", 1);
	ck_assert_int_eq(vhd_state_end(state, 0), 0);
	ck_assert_int_eq(count(), 1);
	vhd_state_close(state);
}
END_TEST

/* All at once make the file and write to it. */
START_TEST(processes_share_it)
{
	for (int i = 0; i < 6; i++)
		if (fork() == 0) {
			char name = (char)('a' + i);

			if (vhd_state_open(vp, &state, error) != 0)
				_exit(1);
			put(&(const char[2]){ name, '\0' }[0], &name, 1);
			_exit(0);
		}
	for (int i = 0; i < 6; i++) {
		int status;

		ck_assert_int_gt(wait(&status), 0);
		ck_assert_int_eq(status, 0);
	}
	open_state();
	ck_assert_int_eq(count(), 6);
	vhd_state_close(state);
}
END_TEST

/* Every step of the past leads to the same tables. */
START_TEST(migrations_follow_each_other)
{
	char *path = site_path(STATE_FILE);
	sqlite3 *db;

	site_mkdir("home/var");
	ck_assert_int_eq(sqlite3_open(path, &db), SQLITE_OK);
	ck_assert_int_eq(
	    sqlite3_exec(db, vhd_migrations[0], NULL, NULL, NULL), SQLITE_OK);
	ck_assert_int_eq(
	    sqlite3_exec(db, "PRAGMA user_version = 1", NULL, NULL, NULL),
	    SQLITE_OK);
	sqlite3_close(db);
	open_state();
	put("one", "1", 1);
	vhd_state_close(state);

	ck_assert_int_eq(sqlite3_open(path, &db), SQLITE_OK);
	ck_assert_int_eq(
	    sqlite3_exec(db, "PRAGMA user_version = 999", NULL, NULL, NULL),
	    SQLITE_OK);
	sqlite3_close(db);
	ck_assert_int_eq(vhd_state_open(vp, &state, error), -1);
	ck_assert_ptr_nonnull(strstr(error, "newer release"));
	free(path);
}
END_TEST

START_TEST(what_is_no_file_of_ours_is_refused)
{
	char *path = site_path(STATE_FILE);
	char *other = site_path("other");

	site_mkdir("home/var");
	site_write("other", "");
	ck_assert_int_eq(symlink(other, path), 0);
	ck_assert_int_eq(vhd_state_open(vp, &state, error), -1);
	ck_assert_ptr_nonnull(strstr(error, path));
	ck_assert_int_eq(unlink(path), 0);
	site_write(STATE_FILE, "this is no database, and it is long enough");
	ck_assert_int_eq(vhd_state_open(vp, &state, error), -1);
	ck_assert_ptr_nonnull(strstr(error, "not a database"));
	free(path);
	free(other);
}
END_TEST

int
main(void)
{
	const TTest *const tests[] = { the_file_is_private_and_keeps,
		values_are_bound, one_text_is_read_twice_at_once,
		what_failed_is_taken_back, processes_share_it,
		migrations_follow_each_other,
		what_is_no_file_of_ours_is_refused, NULL };

	return site_main("state", tests);
}
