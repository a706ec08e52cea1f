/*
 * The cdb store's files: what other programs read of them, and what they may
 * have done to them.
 */
#include "config.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>

#include "cdb_files.h"
#include "store/cdb_logint.h"

/* ---- files that others read ------------------------------------------ */

/* The two-line domain of the format description, byte by byte. */
static const unsigned char tail[] =
    "\x03\0\0\0\x38\0\0\0"
    "bobx:1:0:Bob:/home/vpopmail/domains/tiny.org/bob:NOQUOTA:pw"
    "\x0a\0\0\0\x4f\0\0\0"
    "postmastery:1:4096:Postmaster:/home/vpopmail/domains/tiny.org/"
    "postmaster:10485760S,1000C:"
    "\x01\x38\x38\x54\x43\x08\0\0\0\0\0\0\0\0\0\0"
    "\0\0\0\0\0\0\0\0\xaa\x47\x87\x0b\0\x08\0";

START_TEST(classic_files)
{
	struct vpop_user bob = { .name = "bob",
		.passwd = "x",
		.uid = 1,
		.gecos = "Bob",
		.quota = "NOQUOTA",
		.clear = "pw",
		.dir = "/home/vpopmail/domains/tiny.org/bob" };
	struct vpop_user master = { .name = "postmaster",
		.passwd = "y",
		.uid = 1,
		.gid = 4096,
		.gecos = "Postmaster",
		.quota = "10485760S,1000C",
		.dir = "/home/vpopmail/domains/tiny.org/postmaster" };
	size_t size;
	struct stat st;

	begin_with(with_clear);
	ck_assert_int_eq(ops->user_put(store, &domain, &master, 0), 0);
	ck_assert_int_eq(ops->user_put(store, &domain, &bob, 0), 0);
	expect_file("vpasswd",
	    "bob:x:1:0:Bob:/home/vpopmail/domains/tiny.org/bob:NOQUOTA:pw\n"
	    "postmaster:y:1:4096:Postmaster:/home/vpopmail/domains/tiny.org/"
	    "postmaster:10485760S,1000C:\n");

	AUTO_FREE char *cdb = get_file("vpasswd.cdb", &size);

	ck_assert_uint_eq(size, 2244);
	ck_assert_int_eq(memcmp(cdb + 2048, tail, 2244 - 2048), 0);
	ck_assert_int_eq(
	    memcmp(cdb, "\xa4\x08\0\0\0\0\0\0\xa4\x08\0\0\x02\0\0\0", 16), 0);
	ck_assert(!is_there(".vpasswd.log"));
	ck_assert(!is_there("vpasswd.tmp"));
	ck_assert(!is_there("vpasswd.cdb.tmp"));

	AUTO_CLOSE int fd = scratch_fd();

	ck_assert_int_eq(fstatat(fd, "vpasswd", &st, 0), 0);
	ck_assert_uint_eq(st.st_mode & 07777, 0600);
	ck_assert_int_eq(fstatat(fd, "vpasswd.cdb", &st, 0), 0);
	ck_assert_uint_eq(st.st_mode & 07777, 0600);
}
END_TEST

START_TEST(clear_field)
{
	begin_with(NULL);
	put("a", "A");

	AUTO_FREE char *text = get_file("vpasswd", NULL);

	ck_assert_ptr_null(strstr(text, "NOQUOTA:"));
	ops->close(store);
	begin_with(with_clear);
	put("b", "B");

	AUTO_FREE char *both = get_file("vpasswd", NULL);

	ck_assert_ptr_nonnull(strstr(both, "/a:NOQUOTA\nb:"));
	ck_assert_ptr_nonnull(strstr(both, "/b:NOQUOTA:\n"));
}
END_TEST

START_TEST(malformed_lines_stay)
{
	char longest[20001], text[65536], wanted[65536], nul[] = "x\0y:::::::";
	const char *new = "m:$6$salt$hash.of.m:1:8:M:"
			  "/home/vpopmail/domains/example.com/m:NOQUOTA\n";
	size_t size;

	memset(longest, ':', 20000);
	longest[20000] = '\0';
	snprintf(text, sizeof text,
	    "# no record\n\nb:x:1:0:B:/b:NOQUOTA\n%s\n:x:1:0:g:d:q\n"
	    "p:x:1:0:P:/p:NOQUOTA\nx\1y:::::::\nz:x:1:0:Z:/z:NOQUOTA",
	    longest);
	snprintf(wanted, sizeof wanted,
	    "# no record\n\n%s\n:x:1:0:g:d:q\n%s"
	    "p:x:1:0:P:/p:NOQUOTA\nx\1y:::::::\nz:x:1:0:Z:/z:NOQUOTA\n",
	    longest, new);
	memcpy(strstr(text, "x\1y"), nul, sizeof nul - 1);
	size = strlen("# no record\n\nb:x:1:0:B:/b:NOQUOTA\n") + 20001 +
	       strlen(":x:1:0:g:d:q\np:x:1:0:P:/p:NOQUOTA\nx\1y:::::::\n") +
	       strlen("z:x:1:0:Z:/z:NOQUOTA");
	put_bytes("vpasswd", text, size);
	begin_with(NULL);
	expect("z", "Z");
	expect("# no record", NULL);
	ck_assert_uint_eq(count(), 3);
	ck_assert_str_eq(list(NULL), "b p z");
	put("m", "M");
	drop("b");
	memcpy(strstr(wanted, "x\1y"), nul, sizeof nul - 1);

	AUTO_FREE char *got = get_file("vpasswd", &size);

	ck_assert_uint_eq(size,
	    strlen("# no record\n\n") + 20001 + strlen(":x:1:0:g:d:q\n") +
		strlen(new) + strlen("p:x:1:0:P:/p:NOQUOTA\nx\1y:::::::\n") +
		strlen("z:x:1:0:Z:/z:NOQUOTA\n"));
	ck_assert_int_eq(memcmp(got, wanted, size), 0);
	ck_assert_str_eq(list(NULL), "m p z");
	expect("z", "Z");
	ck_assert_int_eq(check(), 5);
}
END_TEST

START_TEST(torn_overlong_line)
{
	char *text = malloc(100001);

	begin_with(NULL);
	memset(text, 'x', 100000);
	put_bytes("vpasswd", text, 100000);
	put("a", "A");

	size_t size;
	AUTO_FREE char *got = get_file("vpasswd", &size);

	ck_assert_uint_gt(size, 100001);
	ck_assert_int_eq(got[99999], 'x');
	ck_assert_int_eq(got[100000], '\n');
	ck_assert_int_eq(got[100001], 'a');
	expect("a", "A");
	free(text);
}
END_TEST

#define LINE(n) #n ":x:1:0:" #n ":/" #n ":NOQUOTA\n"

START_TEST(unsorted_by_others)
{
	put_file("vpasswd", LINE(z) LINE(b) "junk\n" LINE(m) LINE(b) LINE(a));
	begin_with(NULL);
	ck_assert_str_eq(list(NULL), "a b m z");
	ck_assert_str_eq(list("b"), "m z");
	ck_assert_uint_eq(count(), 4);
	expect("m", "m");
	expect_finding("is not sorted");
	expect_finding("'b' twice");
	expect_finding("malformed line: 'junk'");
	put("c", "C");
	expect_file("vpasswd",
	    LINE(a) LINE(b) "junk\n" LINE(
		b) "c:$6$salt$hash.of.c:1:8:C:"
		   "/home/vpopmail/domains/example.com/c:NOQUOTA\n" LINE(m)
		       LINE(z));
	put("b", "B");
	drop("c");
	expect_file("vpasswd",
	    LINE(a) "b:$6$salt$hash.of.b:1:8:B:"
		    "/home/vpopmail/domains/example.com/b:NOQUOTA\njunk\n" LINE(
			m) LINE(z));
}
END_TEST

START_TEST(log_over_unsorted)
{
	put_file("vpasswd", LINE(z) LINE(b) LINE(m));
	begin_with(with_log);
	put("n", "N");
	drop("b");
	ck_assert(is_there(".vpasswd.log"));
	expect_file("vpasswd", LINE(z) LINE(b) LINE(m));
	ck_assert_str_eq(list(NULL), "m n z");
	ck_assert_str_eq(list("m"), "n z");
	ck_assert_uint_eq(count(), 3);
	fold();
	ck_assert(is_there(".vpasswd.log"));
	ck_assert_str_eq(list(NULL), "m n z");
	ck_assert_uint_eq(count(), 3);
	ck_assert_int_eq(check(), 0);
}
END_TEST

START_TEST(lost_files)
{
	struct vpop_user user;

	begin_with(NULL);
	put("a", "A");
	put("b", "B");
	delete_file("vpasswd.cdb");
	expect("b", "B");
	expect("c", NULL);
	expect_finding("is missing");
	put_file("vpasswd.cdb", "rubbish");
	expect("a", "A");
	expect_finding("is damaged");
	put("c", "C");
	ck_assert_int_eq(check(), 0);

	/* vpasswd is made from the cdb again. */
	AUTO_FREE char *text = get_file("vpasswd", NULL);

	delete_file("vpasswd");
	expect("a", "A");
	ck_assert_str_eq(list(NULL), "a b c");
	ck_assert_uint_eq(count(), 3);
	expect_finding("vpasswd' is missing");
	fold();
	expect_file("vpasswd", text);
	ck_assert_int_eq(check(), 0);

	delete_file("vpasswd");
	put_file("vpasswd.cdb", "rubbish");
	ck_assert_int_lt(ops->user_get(store, &domain, "a", &user), 0);
	ck_assert_int_eq(host_code, VA_NO_AUTH_CONNECTION);
	ck_assert_int_lt(ops->fold(store, &domain), 0);
	ck_assert(!is_there("vpasswd"));

	domain.dir[strlen(domain.dir) - 1] = '_';
	ck_assert_int_eq(
	    ops->user_get(store, &domain, "a", &user), VA_NO_AUTH_CONNECTION);
}
END_TEST

START_TEST(damaged_log)
{
	struct vpop_user user;

	begin_with(with_log);
	put("a", "A");
	put_file(".vpasswd.log", "rubbish");
	ck_assert_int_eq(
	    ops->user_get(store, &domain, "a", &user), VA_NO_AUTH_CONNECTION);
	ck_assert_ptr_nonnull(strstr(host_message, "damaged"));
	user = make_user("b", "B");
	ck_assert_int_lt(ops->user_put(store, &domain, &user, 0), 0);
	ck_assert_int_lt(ops->fold(store, &domain), 0);
	expect_finding("is damaged");
}
END_TEST

START_TEST(not_readable)
{
	struct vpop_user user;

	begin_with(NULL);
	put("a", "A");
	if (geteuid() == 0) {
		pid_t pid = fork();
		int status;

		ck_assert_int_ge(pid, 0);
		if (pid == 0) {
			if (setresuid(12345, 12345, 12345) != 0)
				_exit(1);
			_exit(ops->user_get(store, &domain, "a", &user) !=
			      VA_BAD_UID);
		}
		ck_assert_int_eq(waitpid(pid, &status, 0), pid);
		ck_assert_int_eq(status, 0);
	} else {
		AUTO_CLOSE int fd = scratch_fd();

		ck_assert_int_eq(fchmodat(fd, "vpasswd.cdb", 0, 0), 0);
		ck_assert_int_eq(
		    ops->user_get(store, &domain, "a", &user), VA_BAD_UID);
	}
}
END_TEST

/* A crash between the renames: vpasswd is newer than its cdb. */
START_TEST(half_published)
{
	size_t size;

	begin_with(NULL);
	put("a", "A");
	put("b", "B");

	AUTO_FREE char *old = get_file("vpasswd.cdb", &size);
	AUTO_CLOSE int fd = scratch_fd();
	struct stat st;

	ck_assert_int_eq(fstatat(fd, "vpasswd.cdb", &st, 0), 0);
	put("c", "C");
	drop("a");

	struct timespec times[2] = { { .tv_nsec = UTIME_OMIT }, st.st_mtim };

	put_bytes("vpasswd.cdb", old, size);
	ck_assert_int_eq(utimensat(fd, "vpasswd.cdb", times, 0), 0);
	expect("c", "C");
	expect("a", NULL);
	ck_assert_int_gt(check(), 0);
	put("d", "D");
	ck_assert_str_eq(list(NULL), "b c d");
	ck_assert_int_eq(check(), 0);
}
END_TEST

/* vpasswd gets its name, vpasswd.cdb cannot: nothing has changed. */
START_TEST(failed_rename)
{
	struct vpop_user user = make_user("b", "B");

	begin_with(NULL);
	put("a", "A");
	delete_file("vpasswd.cdb");
	make_folder("vpasswd.cdb");

	AUTO_FREE char *before = get_file("vpasswd", NULL);

	ck_assert_int_eq(
	    ops->user_put(store, &domain, &user, 0), VA_COULD_NOT_UPDATE_FILE);
	expect_file("vpasswd", before);
	expect("a", "A");
	expect("b", NULL);
	ck_assert(!is_there("vpasswd.tmp"));
	ck_assert(!is_there("vpasswd.cdb.tmp"));
}
END_TEST

static void
limit_files(rlim_t size)
{
	struct rlimit limit = { .rlim_cur = size, .rlim_max = RLIM_INFINITY };

	signal(SIGXFSZ, SIG_IGN);
	ck_assert_int_eq(setrlimit(RLIMIT_FSIZE, &limit), 0);
}

/* No room: a change fails and leaves nothing, or stands. */
START_TEST(no_room)
{
	struct vpop_user user = make_user("c", "C");
	AUTO_CLOSE int fd = scratch_fd();
	struct stat before, st;

	begin_with(NULL);
	put("a", "A");
	limit_files(100);
	ck_assert_int_eq(
	    ops->user_put(store, &domain, &user, 0), VA_COULD_NOT_UPDATE_FILE);
	limit_files(RLIM_INFINITY);
	ck_assert_str_eq(list(NULL), "a");
	expect("c", NULL);
	ck_assert(!is_there("vpasswd.tmp"));
	ck_assert_int_eq(check(), 0);

	ops->close(store);
	begin_with(with_log);
	put("b", "B");
	ck_assert_int_eq(fstatat(fd, ".vpasswd.log", &before, 0), 0);
	limit_files((rlim_t)before.st_size + 50);
	ck_assert_int_eq(
	    ops->user_put(store, &domain, &user, 0), VA_COULD_NOT_UPDATE_FILE);
	ck_assert_int_eq(fstatat(fd, ".vpasswd.log", &st, 0), 0);
	ck_assert_int_eq(st.st_size, before.st_size);
	expect("c", NULL);
	limit_files(RLIM_INFINITY);
	put("c", "C");
	ck_assert_str_eq(list(NULL), "a b c");

	/* The fold fails, the change in the log stands. */
	store->fold_least = store->fold_most = 0;
	make_folder("vpasswd.cdb.tmp");
	put("d", "D");
	expect("d", "D");
	ck_assert_uint_eq(count(), 4);
	ck_assert_int_lt(ops->fold(store, &domain), 0);
	ck_assert_str_eq(list(NULL), "a b c d");
}
END_TEST

START_TEST(disagreements)
{
	size_t size;

	begin_with(NULL);
	put("a", "A");
	put("b", "B");

	AUTO_FREE char *cdb = get_file("vpasswd.cdb", &size);

	drop("b");
	put("c", "C");
	put("a", "other");
	put_bytes("vpasswd.cdb", cdb, size);
	ck_assert_int_eq(check(), 3);
	ck_assert_ptr_nonnull(strstr(findings, "differ in 'a'"));
	ck_assert_ptr_nonnull(strstr(findings, "lacks 'c'"));
	fold();
	ck_assert_int_eq(check(), 0);
	put_bytes("vpasswd.cdb", cdb, size);
	put_file("vpasswd", LINE(b));
	expect_finding("vpasswd' lacks 'a', which 'vpasswd.cdb' has");
	put_file("vpasswd", "b:x:1:y:b:/b:NOQUOTA\n");
	expect_finding("has a number that is none");
}
END_TEST

/* ---- large domains --------------------------------------------------- */

START_TEST(becoming_large_and_small)
{
	const struct host_setting settings[] = { { "cdb_small_domain", "5" },
		{ NULL, NULL } };
	char name[8];

	begin_with(settings);
	for (int i = 0; i < 5; i++) {
		snprintf(name, sizeof name, "u%d", i);
		put(name, "x");
		ck_assert(!is_there(".vpasswd.log"));
	}
	AUTO_FREE char *before = get_file("vpasswd", NULL);

	put("u5", "x");
	ck_assert(is_there(".vpasswd.log"));
	expect_file("vpasswd", before);
	put("u5", "y");
	put("u6", "y");
	ck_assert_uint_eq(count(), 7);
	expect("u5", "y");
	fold();
	ck_assert(is_there(".vpasswd.log"));
	ck_assert_uint_eq(count(), 7);
	drop("u0");
	ck_assert_uint_eq(count(), 6);
	drop("u1");
	ck_assert(!is_there(".vpasswd.log"));
	ck_assert_uint_eq(count(), 5);
	ck_assert_str_eq(list(NULL), "u2 u3 u4 u5 u6");
	ck_assert_int_eq(check(), 0);
}
END_TEST

START_TEST(changed_by_others)
{
	begin_with(with_log);
	put("a", "A");
	put("b", "B");
	fold();
	put("c", "C");
	ck_assert_uint_eq(count(), 3);

	/* Another program adds x and removes a, and has made no cdb yet. */
	AUTO_FREE char *text = get_file("vpasswd", NULL);
	AUTO_FREE char *new = NULL;

	ck_assert_int_gt(
	    asprintf(&new, LINE(x) "%s", strstr(text, "\nb:") + 1), 0);
	put_file("vpasswd", new);
	ck_assert_uint_eq(count(), 3);
	ck_assert_str_eq(list(NULL), "b c x");
	expect("x", "x");
	expect("a", NULL);
	/* The next change brings all together. */
	put("d", "D");
	expect("x", "x");
	expect("a", NULL);
	ck_assert_str_eq(list(NULL), "b c d x");
	ck_assert_uint_eq(count(), 4);
	ck_assert_int_eq(check(), 0);
}
END_TEST

START_TEST(log_grows_and_is_folded)
{
	char name[16];
	struct stat st;
	AUTO_CLOSE int fd = -1;
	off_t most = 0;

	begin_with(with_log);
	store->fold_least = 20000;
	fd = scratch_fd();
	for (int i = 0; i < 400; i++) {
		snprintf(name, sizeof name, "u%03d", i * 7 % 400);
		put(name, "x");
		ck_assert_int_eq(fstatat(fd, ".vpasswd.log", &st, 0), 0);
		if (st.st_size > most)
			most = st.st_size;
		ck_assert_uint_eq(count(), (unsigned long)i + 1);
	}
	ck_assert_int_lt(most, (off_t)LOG_RECORDS + 21000);
	AUTO_FREE char *text = get_file("vpasswd", NULL);
	ck_assert_uint_gt(strlen(text), 20000);
	ck_assert_int_eq(check(), 0);
}
END_TEST

/* Lazy changes of a small domain leave vpasswd.cdb alone. */
START_TEST(lazy_leaves_cdb)
{
	struct vpop_user user = make_user("a", "2");
	size_t size;

	begin_with(NULL);
	put("a", "1");

	AUTO_FREE char *before = get_file("vpasswd.cdb", &size);

	ck_assert_int_eq(ops->user_put(store, &domain, &user,
			     VPOP_PUT_REPLACE | VPOP_PUT_LAZY),
	    0);
	expect("a", "2");

	AUTO_FREE char *after = get_file("vpasswd.cdb", &size);

	ck_assert_int_eq(memcmp(before, after, size), 0);
	fold();
	expect("a", "2");
	ck_assert(!is_there(".vpasswd.log"));
	ck_assert_int_eq(check(), 0);
}
END_TEST

static int
count_parts(void)
{
	int n = 0;
	char name[64];

	for (int generation = 1; generation < 300; generation++) {
		for (int i = 1; i < 40; i++) {
			snprintf(name, sizeof name, "vpasswd.cdb.%d.%d",
			    generation, i);
			n += is_there(name);
			snprintf(name, sizeof name, "vpasswd.cdb.%d.%d.tmp",
			    generation, i);
			n += is_there(name);
		}
	}
	return n;
}

START_TEST(several_cdb_files)
{
	char name[16];

	begin_with(NULL);
	store->cdb_limit = 8192;
	for (int i = 0; i < 200; i++) {
		snprintf(name, sizeof name, "u%03d", i);
		if (i % 20 == 0)
			ck_assert_int_eq(ops->begin(store, &domain), 0);
		put(name, name);
		if (i % 20 == 19)
			ck_assert_int_eq(ops->commit(store), 0);
	}
	ck_assert_int_ge(count_parts(), 3);
	for (int i = 0; i < 200; i++) {
		snprintf(name, sizeof name, "u%03d", i);
		expect(name, name);
	}
	expect("nobody", NULL);
	expect("", NULL);
	ck_assert_int_eq(check(), 0);
	delete_file("vpasswd");
	ck_assert_uint_eq(count(), 200);
	fold();
	ck_assert_uint_eq(count(), 200);
	ck_assert_int_eq(check(), 0);

	int parts = count_parts();

	put("u100", "other");
	ck_assert_int_eq(count_parts(), parts);
	expect("u100", "other");
	store->cdb_limit = 1 << 20;
	fold();
	ck_assert_int_eq(count_parts(), 0);
	expect("u199", "u199");
	ck_assert_int_eq(check(), 0);
	ck_assert_int_eq(ops->domain_delete(store, &domain), 0);
	ck_assert(!is_there("vpasswd.cdb") && !is_there("vpasswd"));
}
END_TEST

/* Pages of a large domain that is known to be sorted, with long and short
 * lines, junk, and a log over it. */
START_TEST(seeking)
{
	AUTO_FREE char *text = NULL;
	size_t size;
	char name[16], next[16];
	FILE *fp = open_memstream(&text, &size);

	begin_with(with_log);
	for (int i = 0; i < 4000; i++) {
		if (i % 500 == 3)
			fprintf(fp, "%0*d\n", 40000, 1);
		fprintf(fp, "u%04d:x:1:0:%0*d:/d:NOQUOTA\n", i * 2,
		    i % 3 ? 1 : 200, i);
	}
	ck_assert_int_eq(fclose(fp), 0);
	put_bytes("vpasswd", text, size);
	fold();
	put("u0001", "x");
	drop("u0500");
	for (int i = 0; i < 7998; i += 13) {
		struct vpop_store_users *users;
		struct vpop_user user;
		int wanted = i + 2 - i % 2;

		if (i == 0)
			wanted = 1;
		else if (wanted == 500)
			wanted = 502;
		snprintf(name, sizeof name, "u%04d", i);
		snprintf(next, sizeof next, "u%04d", wanted);
		ck_assert_int_eq(
		    ops->users_open(store, &domain, name, &users), 0);
		ck_assert_int_eq(ops->users_next(users, &user), 1);
		ck_assert_str_eq(user.name, next);
		ops->users_close(users);
	}
	ck_assert_str_eq(list("u7998"), "");
	ck_assert_str_eq(list("u7996"), "u7998");
	ck_assert_uint_eq(count(), 4000);
}
END_TEST

int
main(void)
{
	const TTest *const tests[] = { classic_files, clear_field,
		malformed_lines_stay, torn_overlong_line, unsorted_by_others,
		log_over_unsorted, lost_files, damaged_log, not_readable,
		half_published, failed_rename, no_room, disagreements,
		becoming_large_and_small, changed_by_others,
		log_grows_and_is_folded, lazy_leaves_cdb, several_cdb_files,
		seeking, NULL };

	return unit_main("cdb_store", tests);
}
