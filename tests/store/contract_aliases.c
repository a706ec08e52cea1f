/* The contract of an account store: lines of aliases. */
#include "config.h"

#include "contract_int.h"

#include <stdio.h>
#include <string.h>

static const char *
aliases(const char *name)
{
	return rows(VPOP_KEEP_ALIASES, &domain, name);
}

START_TEST(alias_lines)
{
	if (!begin_kind(_i, VPOP_KEEP_ALIASES))
		return;
	ck_assert_str_eq(aliases(NULL), "");
	OK(ops->alias_insert(store, &domain, "sales", "&z@example.org"));
	OK(ops->alias_insert(store, &domain, "sales", "&a@example.org"));
	OK(ops->alias_insert(store, &domain, "info", "./Maildir/"));
	OK(ops->alias_insert(store, &domain, "sales", "&m@example.org"));
	OK(ops->alias_insert(store, &other, "sales", "&other"));
	ck_assert_int_eq(
	    ops->alias_insert(store, &domain, "sales", "&a@example.org"),
	    VA_USERNAME_EXISTS);
	reopen();
	ck_assert_str_eq(aliases("sales"),
	    "sales=&z@example.org sales=&a@example.org sales=&m@example.org");
	ck_assert_str_eq(aliases(NULL),
	    "info=./Maildir/ sales=&z@example.org sales=&a@example.org "
	    "sales=&m@example.org");
	ck_assert_str_eq(aliases("sale"), "");
	OK(ops->alias_delete(store, &domain, "sales", "&a@example.org"));
	ck_assert_int_eq(
	    ops->alias_delete(store, &domain, "sales", "&a@example.org"),
	    VA_USER_DOES_NOT_EXIST);
	OK(ops->alias_insert(store, &domain, "sales", "&a@example.org"));
	ck_assert_str_eq(aliases("sales"),
	    "sales=&z@example.org sales=&m@example.org sales=&a@example.org");
	OK(ops->alias_delete(store, &domain, "sales", NULL));
	ck_assert_int_eq(ops->alias_delete(store, &domain, "sales", NULL),
	    VA_USER_DOES_NOT_EXIST);
	ck_assert_str_eq(aliases(NULL), "info=./Maildir/");
	OK(ops->alias_delete(store, &domain, NULL, NULL));
	ck_assert_int_eq(ops->alias_delete(store, &domain, NULL, NULL),
	    VA_USER_DOES_NOT_EXIST);
	ck_assert_str_eq(rows(VPOP_KEEP_ALIASES, &other, NULL), "sales=&other");
}
END_TEST

START_TEST(alias_texts)
{
	char line[VPOP_ALIAS_LINE_SIZE];
	char expected[sizeof line + 100];

	if (!begin_kind(_i, VPOP_KEEP_ALIASES))
		return;
	memset(line, 'l', sizeof line - 1);
	line[sizeof line - 1] = '\0';
	OK(ops->alias_insert(store, &domain, "a'b", line));
	OK(ops->alias_insert(store, &domain, "a'b", "|" EVIL));
	OK(ops->alias_insert(store, &domain, "ab", "&c"));
	snprintf(expected, sizeof expected, "a'b=%s a'b=|%s", line, EVIL);
	ck_assert_str_eq(aliases("a'b"), expected);
	OK(ops->alias_delete(store, &domain, "a'b", "|" EVIL));
	OK(ops->alias_delete(store, &domain, "a'b", line));
	ck_assert_str_eq(aliases(NULL), "ab=&c");
	/* Letters of another case are another alias or line. */
	OK(ops->alias_insert(store, &domain, "ab", "&C"));
	ck_assert_str_eq(aliases("ab"), "ab=&c ab=&C");
	OK(ops->alias_delete(store, &domain, "ab", "&C"));
	ck_assert_str_eq(aliases("ab"), "ab=&c");
}
END_TEST

START_TEST(alias_transaction)
{
	if (!begin_kind(_i, VPOP_KEEP_ALIASES))
		return;
	OK(ops->alias_insert(store, &domain, "a", "1"));
	OK(ops->begin(store, &domain));
	OK(ops->alias_insert(store, &domain, "a", "2"));
	OK(ops->alias_delete(store, &domain, "a", "1"));
	put("alice", "A", VPOP_PUT_ADD, 0);
	ops->rollback(store);
	ck_assert_str_eq(aliases(NULL), "a=1");
	expect("alice", NULL);
	OK(ops->begin(store, &domain));
	OK(ops->alias_insert(store, &domain, "a", "2"));
	put("alice", "A", VPOP_PUT_ADD, 0);
	OK(ops->commit(store));
	reopen();
	ck_assert_str_eq(aliases(NULL), "a=1 a=2");
	expect("alice", "A");
}
END_TEST

START_TEST(many_aliases)
{
	struct vpop_store_rows *cursor;
	struct vpop_store_row row;
	char name[16], last[16] = "";
	int count = 0;

	if (!begin_kind(_i, VPOP_KEEP_ALIASES))
		return;
	OK(ops->begin(store, &domain));
	for (int i = 0; i < 500; i++) {
		snprintf(name, sizeof name, "u%03d", i * 7 % 500);
		OK(ops->alias_insert(store, &domain, name, "&a"));
		OK(ops->alias_insert(store, &domain, name, "&b"));
	}
	OK(ops->commit(store));
	OK(ops->rows_open(store, VPOP_KEEP_ALIASES, &domain, NULL, &cursor));
	while (ops->rows_next(cursor, &row) == 1) {
		ck_assert_str_eq(row.value, count++ % 2 ? "&b" : "&a");
		ck_assert_int_ge(strcmp(row.name, last), 0);
		snprintf(last, sizeof last, "%s", row.name);
	}
	ops->rows_close(cursor);
	ck_assert_int_eq(count, 1000);
	ops->rows_close(NULL);
}
END_TEST

static void
expect_from(const char *from, const char *first, int expected)
{
	struct vpop_store_rows *cursor;
	struct vpop_store_row row;
	int count = 0;

	OK(ops->rows_open(store, VPOP_KEEP_ALIASES, &domain, NULL, &cursor));
	OK(ops->rows_seek(cursor, from));
	for (; ops->rows_next(cursor, &row) == 1; count++) {
		if (count == 0)
			ck_assert_str_eq(row.name, first);
		ck_assert_str_eq(row.value, count % 2 ? "&b" : "&a");
	}
	ops->rows_close(cursor);
	ck_assert_int_eq(count, expected);
}

START_TEST(aliases_from)
{
	char name[16];

	if (!begin_kind(_i, VPOP_KEEP_ALIASES) || !ops->rows_seek)
		return;
	OK(ops->begin(store, &domain));
	for (int i = 0; i < 1000; i++) {
		snprintf(name, sizeof name, "u%03d", i);
		OK(ops->alias_insert(store, &domain, name, "&a"));
		OK(ops->alias_insert(store, &domain, name, "&b"));
	}
	OK(ops->commit(store));
	expect_from("", "u000", 2000);
	expect_from("u", "u000", 2000);
	expect_from("u100", "u100", 1800);
	expect_from("u100-", "u101", 1798);
	expect_from("u999", "u999", 2);
	expect_from("v", "", 0);
}
END_TEST

void
contract_add_aliases(TCase *tcase, int backends)
{
	const TTest *const tests[] = { alias_lines, alias_texts,
		alias_transaction, many_aliases, aliases_from };

	for (size_t i = 0; i < sizeof tests / sizeof *tests; i++)
		tcase_add_loop_test(tcase, tests[i], 0, backends);
}
