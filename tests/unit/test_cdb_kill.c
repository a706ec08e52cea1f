/*
 * The cdb store when its writer is killed at any moment, and with readers
 * beside a writer: nobody ever sees a state that was not.
 */
#include "config.h"

#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>

#include "cdb_files.h"

#define NAMES 40

struct act {
	int name, version; /* version 0: deleted */
	int is_done;
};

static const struct mode {
	const struct host_setting *settings;
	uint64_t fold_least, cdb_limit;
} modes[] = {
	{ NULL, 1 << 20, UINT64_C(4000000000) },
	{ with_log, 1 << 20, UINT64_C(4000000000) },
	{ with_log, 3000, UINT64_C(4000000000) },
	{ with_log, 3000, 5000 },
};

static void
begin_mode(const struct mode *mode)
{
	begin_with(mode->settings);
	store->fold_least = mode->fold_least;
	store->fold_most = mode->fold_least;
	store->cdb_limit = mode->cdb_limit;
}

static void
act_name(char name[16], int i)
{
	snprintf(name, 16, "u%02d", i);
}

/* Change accounts at random, saying before and after what. */
static void
writer(int fd, int version)
{
	srandom((unsigned)version);
	for (;; version++) {
		struct act act = { .name = (int)(random() % NAMES) };
		struct vpop_user user;
		char name[16], gecos[16];
		int r;

		act_name(name, act.name);
		act.version = random() % 4 ? version : 0;
		if (write(fd, &act, sizeof act) != (ssize_t)sizeof act)
			_exit(1);
		snprintf(gecos, sizeof gecos, "%d", act.version);
		user = make_user(name, gecos);
		if (act.version)
			r = ops->user_put(store, &domain, &user, 0);
		else
			r = ops->user_delete(store, &domain, name);
		if (r != 0 && r != VA_USER_DOES_NOT_EXIST)
			_exit(2);
		act.is_done = 1;
		if (write(fd, &act, sizeof act) != (ssize_t)sizeof act)
			_exit(1);
	}
}

static int
version_of(int i)
{
	struct vpop_user user;
	char name[16];
	int r;

	act_name(name, i);
	r = ops->user_get(store, &domain, name, &user);
	ck_assert_msg(r >= 0, "get %s: %d %s", name, r, host_message);
	return r ? (int)strtol(user.gecos, NULL, 10) : 0;
}

/* Everything that was said to be done is there; what was under way is, or is
 * not.  All ways of looking agree. */
static void
verify(int version[NAMES], const struct act *last)
{
	struct vpop_store_users *users;
	struct vpop_user user;
	char name[16];
	unsigned long there = 0;

	ck_assert_int_eq(ops->users_open(store, &domain, NULL, &users), 0);
	for (int i = 0; i < NAMES; i++) {
		int got = version_of(i);

		if (last && !last->is_done && last->name == i &&
		    got == last->version)
			version[i] = got;
		ck_assert_msg(
		    got == version[i], "u%02d: %d, not %d", i, got, version[i]);
		if (!got)
			continue;
		there++;
		act_name(name, i);
		ck_assert_int_eq(ops->users_next(users, &user), 1);
		ck_assert_str_eq(user.name, name);
		ck_assert_int_eq((int)strtol(user.gecos, NULL, 10), got);
	}
	ck_assert_int_eq(ops->users_next(users, &user), 0);
	ops->users_close(users);
	ck_assert_uint_eq(count(), there);
}

static void
run_and_kill(int round, int version[NAMES])
{
	int fds[2], status;
	struct act act = { 0 }, last = { .is_done = 1 };
	pid_t pid;

	ck_assert_int_eq(pipe(fds), 0);
	pid = fork();
	ck_assert_int_ge(pid, 0);
	if (pid == 0) {
		close(fds[0]);
		writer(fds[1], round * 100000 + 1);
	}
	close(fds[1]);
	nanosleep(
	    &(struct timespec){ .tv_nsec = 1000000 + random() % 20000000 },
	    NULL);
	kill(pid, SIGKILL);
	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	ck_assert(WIFSIGNALED(status));
	while (read(fds[0], &act, sizeof act) == (ssize_t)sizeof act) {
		last = act;
		if (act.is_done)
			version[act.name] = act.version;
	}
	close(fds[0]);
	verify(version, &last);
}

static void
killed_writer(const struct mode *mode)
{
	int version[NAMES] = { 0 };

	srandom((unsigned)time(NULL));
	for (int round = 1; round <= 15; round++) {
		begin_mode(mode);
		run_and_kill(round, version);
		/* The next change mends what was left. */
		put("u00", "7");
		version[0] = 7;
		verify(version, NULL);
		if (round % 5 == 0) {
			fold();
			verify(version, NULL);
			ck_assert_msg(check() == 0, "%s", findings);
		}
		ops->close(store);
	}
}

/* All accounts stay; their versions only rise. */
static void
rising_writer(int seconds)
{
	time_t end = time(NULL) + seconds;

	for (int version = 2; time(NULL) <= end; version++) {
		char name[16], gecos[16];

		snprintf(gecos, sizeof gecos, "%d", version);
		for (int i = 0; i < 3; i++) {
			act_name(name, (int)(random() % NAMES));

			struct vpop_user user = make_user(name, gecos);

			if (ops->user_put(store, &domain, &user, 0) != 0)
				_exit(1);
		}
		if (version % 50 == 0 && ops->fold(store, &domain) != 0)
			_exit(2);
	}
	_exit(0);
}

static void
look_once(int version[NAMES])
{
	struct vpop_store_users *users;
	struct vpop_user user;

	for (int i = 0; i < NAMES; i++) {
		int got = version_of(i);

		ck_assert_msg(got >= version[i] && got > 0,
		    "u%02d: %d after %d", i, got, version[i]);
		version[i] = got;
	}
	ck_assert_int_eq(ops->users_open(store, &domain, NULL, &users), 0);
	for (int i = 0; i < NAMES; i++) {
		char name[16];
		int got;

		act_name(name, i);
		ck_assert_int_eq(ops->users_next(users, &user), 1);
		ck_assert_str_eq(user.name, name);
		got = (int)strtol(user.gecos, NULL, 10);
		ck_assert_msg(got >= version[i], "listed u%02d: %d after %d", i,
		    got, version[i]);
		version[i] = got;
	}
	ck_assert_int_eq(ops->users_next(users, &user), 0);
	ops->users_close(users);
	ck_assert_uint_eq(count(), NAMES);
}

static void
readers_beside_writer(const struct mode *mode)
{
	int version[NAMES] = { 0 }, status, rounds = 0;
	char name[16];
	pid_t pid;

	begin_mode(mode);
	for (int i = 0; i < NAMES; i++) {
		act_name(name, i);
		put(name, "1");
	}
	pid = fork();
	ck_assert_int_ge(pid, 0);
	if (pid == 0)
		rising_writer(1);
	while (waitpid(pid, &status, WNOHANG) == 0) {
		look_once(version);
		rounds++;
	}
	ck_assert_int_eq(status, 0);
	ck_assert_int_gt(rounds, 10);
	look_once(version);
	ck_assert_int_eq(check(), 0);
}

#define FOR_MODE(test, number)                                                 \
	START_TEST(test##_##number)                                            \
	{                                                                      \
		test(&modes[number]);                                          \
	}                                                                      \
	END_TEST

FOR_MODE(killed_writer, 0)
FOR_MODE(killed_writer, 1)
FOR_MODE(killed_writer, 2)
FOR_MODE(killed_writer, 3)
FOR_MODE(readers_beside_writer, 0)
FOR_MODE(readers_beside_writer, 1)
FOR_MODE(readers_beside_writer, 2)
FOR_MODE(readers_beside_writer, 3)

int
main(void)
{
	const TTest *const tests[] = { killed_writer_0, killed_writer_1,
		killed_writer_2, killed_writer_3, readers_beside_writer_0,
		readers_beside_writer_1, readers_beside_writer_2,
		readers_beside_writer_3, NULL };

	return unit_main("cdb_kill", tests);
}
