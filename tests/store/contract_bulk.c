/*
 * The contract of the calls for many accounts at once, where a store has
 * them.
 */
#include "config.h"

#include "contract_int.h"

#include <stdio.h>
#include <string.h>

enum { MANY = 200, TIME = 1700000000 };

static struct vpop_user users[MANY];
static const struct vpop_user *pointers[MANY];
static const char *names[MANY];

/* "a000" ... */
static void
make_many(void)
{
	for (int i = 0; i < MANY; i++) {
		users[i] = (struct vpop_user){ .uid = 1 };
		snprintf(users[i].name, sizeof users[i].name, "a%03d", i);
		snprintf(users[i].gecos, sizeof users[i].gecos, "A %d", i);
		snprintf(users[i].passwd, sizeof users[i].passwd, "*");
		snprintf(users[i].quota, sizeof users[i].quota, "NOQUOTA");
		pointers[i] = &users[i];
		names[i] = users[i].name;
	}
}

static size_t
add(int first, int count, const char *ip, int expected)
{
	size_t added = 0;
	int code = ops->users_add(
	    store, &domain, pointers + first, (size_t)count, ip, TIME, &added);

	ck_assert_msg(code == expected, "%s: %d, not %d (%s)", backend->name,
	    code, expected, contract_message());
	return added;
}

static void
expect_last(const char *name, int is_there)
{
	struct vpop_lastauth last;

	ck_assert_int_eq(
	    ops->lastauth_get(store, &domain, name, &last), is_there);
	if (is_there) {
		ck_assert_str_eq(last.ip, "0.0.0.0");
		ck_assert_int_eq(last.time, TIME);
	}
}

START_TEST(find_many)
{
	unsigned char found[MANY];

	begin_with(_i);
	if (!ops->users_find)
		return;
	make_many();
	put("a000", "x", VPOP_PUT_ADD, 0);
	put("a064", "x", VPOP_PUT_ADD, 0);
	put("a199", "x", VPOP_PUT_ADD, 0);
	for (size_t count = 1; count <= MANY; count += count < 70 ? 1 : 65) {
		memset(found, 2, sizeof found);
		ck_assert_int_eq(
		    ops->users_find(store, &domain, names, count, found), 0);
		for (size_t i = 0; i < count; i++)
			ck_assert_msg(
			    found[i] == (i == 0 || i == 64 || i == 199),
			    "%s: %zu of %zu: %d", backend->name, i, count,
			    found[i]);
	}
	ck_assert_int_eq(ops->users_find(store, &other, names, MANY, found), 0);
	ck_assert_ptr_null(memchr(found, 1, sizeof found));
}
END_TEST

START_TEST(add_many)
{
	begin_with(_i);
	if (!ops->users_add)
		return;
	make_many();
	/* What an account of old has left behind. */
	ck_assert_int_eq(
	    ops->lastauth_put(store, &domain, "a003", "192.0.2.1", 5), 0);
	ck_assert_int_eq(add(0, MANY, NULL, VA_INVALID_ARGUMENT), 0);
	ck_assert_int_eq(ops->begin(store, &domain), 0);
	ck_assert_uint_eq(add(0, 150, "0.0.0.0", 0), 150);
	ck_assert_uint_eq(add(150, MANY - 150, NULL, 0), MANY - 150);
	ck_assert_int_eq(ops->commit(store), 0);
	reopen();
	for (int i = 0; i < MANY; i++) {
		expect(names[i], users[i].gecos);
		expect_last(names[i], i < 150);
	}
}
END_TEST

START_TEST(add_many_undone)
{
	begin_with(_i);
	if (!ops->users_add)
		return;
	make_many();
	ck_assert_int_eq(ops->begin(store, &domain), 0);
	ck_assert_uint_eq(add(0, MANY, "0.0.0.0", 0), MANY);
	ops->rollback(store);
	expect("a000", NULL);
	expect_last("a000", 0);
}
END_TEST

/* Those before the one that fails are there, it and the others are not. */
START_TEST(add_many_with_failures)
{
	begin_with(_i);
	if (!ops->users_add)
		return;
	make_many();
	put("a070", "first", VPOP_PUT_ADD, 0);
	snprintf(users[90].gecos, sizeof users[90].gecos, "a:b");
	ck_assert_int_eq(ops->begin(store, &domain), 0);
	ck_assert_uint_eq(add(0, MANY, "0.0.0.0", VA_USERNAME_EXISTS), 70);
	ck_assert_uint_eq(add(71, MANY - 71, "0.0.0.0", VA_BAD_CHAR), 19);
	ck_assert_int_eq(ops->commit(store), 0);
	reopen();
	expect("a069", "A 69");
	expect("a070", "first");
	expect_last("a070", 0);
	expect("a089", "A 89");
	expect("a090", NULL);
	expect("a091", NULL);
	expect_last("a091", 0);
}
END_TEST

void
contract_add_bulk(TCase *tcase, int backends)
{
	const TTest *const tests[] = { find_many, add_many, add_many_undone,
		add_many_with_failures };

	for (size_t i = 0; i < sizeof tests / sizeof *tests; i++)
		tcase_add_loop_test(tcase, tests[i], 0, backends);
}
