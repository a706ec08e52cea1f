/*
 * The contract of an account store: many accounts and many changes.
 */
#include "config.h"

#include "contract_int.h"

#include <stdio.h>
#include <stdlib.h>

#define NAMES 120

/* What should be there: a version of each name, 0 for none. */
static void
compare_all(const int version[NAMES])
{
	char name[16], gecos[16];
	unsigned long there = 0;
	struct vpop_store_users *users;
	struct vpop_user user;

	ck_assert_int_eq(ops->users_open(store, &domain, NULL, &users), 0);
	for (int i = 0; i < NAMES; i++) {
		snprintf(name, sizeof name, "u%03d", i);
		snprintf(gecos, sizeof gecos, "%d", version[i]);
		expect(name, version[i] ? gecos : NULL);
		if (!version[i])
			continue;
		there++;
		ck_assert_int_eq(ops->users_next(users, &user), 1);
		ck_assert_str_eq(user.name, name);
		ck_assert_str_eq(user.gecos, gecos);
	}
	ck_assert_int_eq(ops->users_next(users, &user), 0);
	ops->users_close(users);
	ck_assert_uint_eq(count(), there);
	check_store();
}

static void
random_change(int version[NAMES], int number)
{
	char name[16], gecos[16];
	int i = (int)(random() % NAMES);

	snprintf(name, sizeof name, "u%03d", i);
	snprintf(gecos, sizeof gecos, "%d", number);
	if (version[i] && random() % 3 == 0) {
		ck_assert_int_eq(ops->user_delete(store, &domain, name), 0);
		version[i] = 0;
		return;
	}
	put(name, gecos, version[i] ? VPOP_PUT_REPLACE : VPOP_PUT_ADD, 0);
	version[i] = number;
}

START_TEST(random_changes)
{
	int version[NAMES] = { 0 }, before[NAMES];

	srandom(4711);
	begin_with(_i);
	for (int n = 1; n < 400; n++) {
		if (random() % 4) {
			random_change(version, n);
		} else {
			memcpy(before, version, sizeof version);
			ck_assert_int_eq(ops->begin(store, &domain), 0);
			for (long k = random() % 20; k > 0; k--)
				random_change(version, n);
			if (random() % 2) {
				ck_assert_int_eq(ops->commit(store), 0);
			} else {
				ops->rollback(store);
				memcpy(version, before, sizeof version);
			}
		}
		if (n % 20 == 0)
			compare_all(version);
		if (n % 50 == 0)
			reopen();
		if (n % 70 == 0 && ops->fold)
			ck_assert_int_eq(ops->fold(store, &domain), 0);
	}
	compare_all(version);
}
END_TEST

START_TEST(many_accounts)
{
	char name[16];

	begin_with(_i);
	for (int i = 0; i < 3000; i++) {
		if (i % 500 == 0)
			ck_assert_int_eq(ops->begin(store, &domain), 0);
		snprintf(name, sizeof name, "u%05d", i * 7 % 3000);
		put(name, "x", VPOP_PUT_ADD, 0);
		if (i % 500 == 499)
			ck_assert_int_eq(ops->commit(store), 0);
	}
	ck_assert_uint_eq(count(), 3000);
	for (int i = 0; i < 3000; i += 11) {
		char next[16];

		snprintf(name, sizeof name, "u%05d", i);
		snprintf(next, sizeof next, "u%05d", i + 1);
		expect(name, "x");
		ck_assert_str_eq(list(name, 1), i < 2999 ? next : "");
	}
	if (ops->fold)
		ck_assert_int_eq(ops->fold(store, &domain), 0);
	ck_assert_uint_eq(count(), 3000);
	ck_assert_str_eq(list("u01499", 2), "u01500 u01501");
	check_store();
}
END_TEST

void
contract_add_many(TCase *tcase, int backends)
{
	tcase_add_loop_test(tcase, random_changes, 0, backends);
	tcase_add_loop_test(tcase, many_accounts, 0, backends);
}
