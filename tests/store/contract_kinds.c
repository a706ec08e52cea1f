/* The contract of an account store: records besides accounts. */
#include "config.h"

#include "contract_int.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

int
begin_kind(int number, enum vpop_store_keep kind)
{
	begin_with(number);
	return (backend->keeps & (unsigned)kind) != 0;
}

const char *
rows(enum vpop_store_keep kind, const struct vpop_domain *of, const char *name)
{
	static char text[65536];
	struct vpop_store_rows *cursor;
	struct vpop_store_row row;
	size_t used = 0;
	int r;

	text[0] = '\0';
	OK(ops->rows_open(store, kind, of, name, &cursor));
	while ((r = ops->rows_next(cursor, &row)) == 1) {
		used += (size_t)snprintf(text + used, sizeof text - used,
		    "%s%s", used ? " " : "", row.name);
		if (row.value && *row.value)
			used += (size_t)snprintf(
			    text + used, sizeof text - used, "=%s", row.value);
		if (row.time)
			used += (size_t)snprintf(text + used,
			    sizeof text - used, ":%" PRId64, row.time);
		ck_assert_uint_lt(used, sizeof text);
	}
	ck_assert_msg(
	    r == 0, "%s: walk: %d (%s)", backend->name, r, contract_message());
	ops->rows_close(cursor);
	return text;
}

/* ---- limits ----------------------------------------------------------- */

static struct vpop_limits
make_limits(void)
{
	return (struct vpop_limits){ .maxpopaccounts = 1,
		.maxaliases = -1,
		.maxforwards = 0,
		.maxautoresponders = 2147483647,
		.maxmailinglists = 5,
		.quota = 4294967296,
		.maxmsgcount = 100000000000,
		.default_quota = 1099511627776,
		.default_maxmsgcount = 7,
		.flags = VPOP_NO_POP | VPOP_NO_SMTP | VPOP_DELETE_SPAM |
			 VPOP_NO_MAILDROP,
		.perm_account = 1,
		.perm_alias = 2,
		.perm_forward = 3,
		.perm_autoresponder = 4,
		.perm_maillist = 5,
		.perm_maillist_users = 6,
		.perm_maillist_moderators = 7,
		.perm_quota = 6,
		.perm_defaultquota = 1 };
}

static void
expect_limits(const struct vpop_limits *want)
{
	struct vpop_limits got;

	memset(&got, 0x55, sizeof got);
	ck_assert_msg(ops->limits_get(store, &domain, &got) == 1, "%s (%s)",
	    backend->name, contract_message());
	ck_assert_int_eq(got.maxpopaccounts, want->maxpopaccounts);
	ck_assert_int_eq(got.maxaliases, want->maxaliases);
	ck_assert_int_eq(got.maxforwards, want->maxforwards);
	ck_assert_int_eq(got.maxautoresponders, want->maxautoresponders);
	ck_assert_int_eq(got.maxmailinglists, want->maxmailinglists);
	ck_assert_uint_eq(got.quota, want->quota);
	ck_assert_uint_eq(got.maxmsgcount, want->maxmsgcount);
	ck_assert_uint_eq(got.default_quota, want->default_quota);
	ck_assert_uint_eq(got.default_maxmsgcount, want->default_maxmsgcount);
	ck_assert_uint_eq(got.flags, want->flags);
	ck_assert_int_eq(got.perm_account, want->perm_account);
	ck_assert_int_eq(got.perm_alias, want->perm_alias);
	ck_assert_int_eq(got.perm_forward, want->perm_forward);
	ck_assert_int_eq(got.perm_autoresponder, want->perm_autoresponder);
	ck_assert_int_eq(got.perm_maillist, want->perm_maillist);
	ck_assert_int_eq(got.perm_maillist_users, want->perm_maillist_users);
	ck_assert_int_eq(
	    got.perm_maillist_moderators, want->perm_maillist_moderators);
	ck_assert_int_eq(got.perm_quota, want->perm_quota);
	ck_assert_int_eq(got.perm_defaultquota, want->perm_defaultquota);
}

START_TEST(limits)
{
	struct vpop_limits got, want = make_limits();
	struct vpop_store_rows *cursor;
	struct vpop_store_row row;

	if (!begin_kind(_i, VPOP_KEEP_LIMITS))
		return;
	ck_assert_int_eq(ops->limits_get(store, &domain, &got), 0);
	OK(ops->limits_put(store, &domain, NULL));
	OK(ops->limits_put(store, &domain, &want));
	reopen();
	expect_limits(&want);
	ck_assert_int_eq(ops->limits_get(store, &other, &got), 0);
	OK(ops->rows_open(store, VPOP_KEEP_LIMITS, &domain, NULL, &cursor));
	ck_assert_int_eq(ops->rows_next(cursor, &row), 1);
	ck_assert_str_eq(row.name, "example.com");
	ck_assert_ptr_nonnull(row.limits);
	ck_assert_uint_eq(row.limits->default_quota, want.default_quota);
	ck_assert_int_eq(ops->rows_next(cursor, &row), 0);
	ops->rows_close(cursor);
	want = (struct vpop_limits){ .maxaliases = -1 };
	OK(ops->limits_put(store, &domain, &want));
	expect_limits(&want);
	OK(ops->limits_put(store, &domain, NULL));
	ck_assert_int_eq(ops->limits_get(store, &domain, &got), 0);
}
END_TEST

/* ---- lastauth --------------------------------------------------------- */

START_TEST(lastauth)
{
	struct vpop_lastauth got;
	const int64_t late = INT64_C(5000000000); /* after 2038 */

	if (!begin_kind(_i, VPOP_KEEP_LASTAUTH))
		return;
	put("alice", "A", VPOP_PUT_ADD, 0);
	ck_assert_int_eq(ops->lastauth_get(store, &domain, "alice", &got), 0);
	OK(ops->lastauth_put(store, &domain, "alice", "0.0.0.0", 1000));
	OK(ops->lastauth_put(store, &other, "alice", "10.0.0.1", 2000));
	OK(ops->lastauth_put(store, &domain, "alice",
	    "2001:db8:1111:2222:3333:4444:5555:6666", late));
	reopen();
	ck_assert_int_eq(ops->lastauth_get(store, &domain, "alice", &got), 1);
	ck_assert_str_eq(got.ip, "2001:db8:1111:2222:3333:4444:5555:6666");
	ck_assert_int_eq(got.time, late);
	OK(ops->lastauth_put(store, &domain, "bob", "10.0.0.2", 3000));
	ck_assert_str_eq(rows(VPOP_KEEP_LASTAUTH, &domain, NULL),
	    "alice=2001:db8:1111:2222:3333:4444:5555:6666:5000000000 "
	    "bob=10.0.0.2:3000");
	OK(ops->user_delete(store, &domain, "alice"));
	ck_assert_int_eq(ops->lastauth_get(store, &domain, "alice", &got), 0);
	ck_assert_int_eq(ops->lastauth_get(store, &other, "alice", &got), 1);
	ck_assert_str_eq(got.ip, "10.0.0.1");
	ck_assert_int_eq(ops->lastauth_get(store, &domain, "bob", &got), 1);
}
END_TEST

START_TEST(lastauth_transaction)
{
	struct vpop_lastauth got;

	if (!begin_kind(_i, VPOP_KEEP_LASTAUTH))
		return;
	OK(ops->begin(store, &domain));
	put("alice", "A", VPOP_PUT_ADD, 0);
	OK(ops->lastauth_put(store, &domain, "alice", "0.0.0.0", 1000));
	ops->rollback(store);
	ck_assert_int_eq(ops->lastauth_get(store, &domain, "alice", &got), 0);
	expect("alice", NULL);
}
END_TEST

/* ---- directory control ------------------------------------------------ */

static void
expect_control(const char *key, uint64_t users, const char *dir)
{
	struct vpop_store_dircontrol got;

	memset(&got, 0x55, sizeof got);
	ck_assert_msg(ops->dircontrol_get(store, key, &got) == 1, "%s (%s)",
	    backend->name, contract_message());
	ck_assert_uint_eq(got.cur_users, users);
	ck_assert_str_eq(got.the_dir, dir);
	ck_assert_int_eq(got.level_cur, 2);
	ck_assert_int_eq(got.level_max, 3);
	for (int i = 0; i < 3; i++) {
		ck_assert_int_eq(got.start[i], 0);
		ck_assert_int_eq(got.end[i], 61);
		ck_assert_int_eq(got.mod[i], 2 * i);
		ck_assert_int_eq(got.index[i], 10 + i);
	}
}

START_TEST(dircontrol)
{
	struct vpop_store_dircontrol got, row = { .cur_users = 24223499,
		.level_cur = 2,
		.level_max = 3,
		.end = { 61, 61, 61 },
		.mod = { 0, 2, 4 },
		.index = { 10, 11, 12 },
		.the_dir = "A/B/C" };

	if (!begin_kind(_i, VPOP_KEEP_DIRCONTROL))
		return;
	ck_assert_int_eq(ops->dircontrol_get(store, "example.com", &got), 0);
	OK(ops->dircontrol_put(store, "example.com", NULL));
	OK(ops->dircontrol_put(store, "example.com", &row));
	row.cur_users = 7;
	OK(ops->dircontrol_put(store, "dom_89", &row));
	reopen();
	expect_control("example.com", 24223499, "A/B/C");
	OK(ops->begin(store, &domain));
	expect_control("example.com", 24223499, "A/B/C");
	row.cur_users = 24223500;
	row.the_dir[0] = '\0';
	OK(ops->dircontrol_put(store, "example.com", &row));
	expect_control("example.com", 24223500, "");
	ops->rollback(store);
	expect_control("example.com", 24223499, "A/B/C");
	OK(ops->begin(store, &domain));
	OK(ops->dircontrol_put(store, "example.com", &row));
	OK(ops->commit(store));
	expect_control("example.com", 24223500, "");
	OK(ops->dircontrol_put(store, "example.com", NULL));
	ck_assert_int_eq(ops->dircontrol_get(store, "example.com", &got), 0);
	expect_control("dom_89", 7, "A/B/C");
}
END_TEST

/* ---- of the site ------------------------------------------------------ */

START_TEST(ipmap)
{
	char found[VPOP_DOMAIN_SIZE];

	if (!begin_kind(_i, VPOP_KEEP_IPMAP))
		return;
	ck_assert_int_eq(ops->ipmap_get(store, "10.0.0.1", found), 0);
	OK(ops->ipmap_put(store, "10.0.0.1", NULL));
	OK(ops->ipmap_put(store, "10.0.0.1", "example.com"));
	OK(ops->ipmap_put(store, "2001:db8::1", "example.com"));
	OK(ops->ipmap_put(store, "10.0.0.1", "other.org"));
	reopen();
	ck_assert_int_eq(ops->ipmap_get(store, "10.0.0.1", found), 1);
	ck_assert_str_eq(found, "other.org");
	ck_assert_int_eq(ops->ipmap_get(store, "10.0.0.", found), 0);
	OK(ops->ipmap_put(store, "10.0.0.1", NULL));
	ck_assert_int_eq(ops->ipmap_get(store, "10.0.0.1", found), 0);
	ck_assert_str_eq(
	    rows(VPOP_KEEP_IPMAP, NULL, NULL), "2001:db8::1=example.com");
}
END_TEST

START_TEST(relay)
{
	if (!begin_kind(_i, VPOP_KEEP_RELAY))
		return;
	ck_assert_int_eq(ops->relay_put(store, "10.0.0.2", 1000), 1);
	ck_assert_int_eq(ops->relay_put(store, "10.0.0.1", 1000), 1);
	ck_assert_int_eq(ops->relay_put(store, "10.0.0.1", 1000), 0);
	ck_assert_int_eq(ops->relay_put(store, "10.0.0.1", 2000), 0);
	ck_assert_int_eq(
	    ops->relay_put(store, "2001:db8::1", INT64_C(5000000000)), 1);
	reopen();
	ck_assert_str_eq(rows(VPOP_KEEP_RELAY, NULL, NULL),
	    "10.0.0.1:2000 10.0.0.2:1000 2001:db8::1:5000000000");
	ck_assert_int_eq(ops->relay_expire(store, 999), 0);
	ck_assert_int_eq(ops->relay_expire(store, 1000), 1);
	ck_assert_str_eq(rows(VPOP_KEEP_RELAY, NULL, NULL),
	    "10.0.0.1:2000 2001:db8::1:5000000000");
	ck_assert_int_eq(ops->relay_put(store, "10.0.0.2", 3000), 1);
}
END_TEST

static void
log_one(const char *user, int64_t time, int error)
{
	const struct vpop_store_authlog entry = { .user = user,
		.passwd = error == 3 ? EVIL : "",
		.domain = "example.com",
		.logon = EVIL,
		.remoteip = "2001:db8::1",
		.message = "vchkpw-pop3: password fail " EVIL,
		.time = time,
		.error = error };

	OK(ops->authlog_add(store, &entry));
}

START_TEST(authlog)
{
	struct vpop_store_rows *cursor;
	struct vpop_store_row row;
	int secrets = 0, count = 0;

	if (!begin_kind(_i, VPOP_KEEP_AUTHLOG))
		return;
	log_one("alice", 1000, 3);
	log_one("alice", 1000, 3);
	log_one("bob", INT64_C(5000000000), 2);
	log_one("", 2000, 0);
	reopen();
	ck_assert_int_eq(ops->authlog_expire(store, 999), 0);
	ck_assert_int_eq(ops->authlog_expire(store, 1000), 2);
	log_one("carol", 3000, 3);
	OK(ops->rows_open(store, VPOP_KEEP_AUTHLOG, NULL, NULL, &cursor));
	while (ops->rows_next(cursor, &row) == 1) {
		const struct vpop_store_authlog *entry = row.authlog;

		ck_assert_ptr_nonnull(entry);
		count++;
		secrets += strcmp(entry->passwd, EVIL) == 0;
		ck_assert_str_eq(entry->domain, "example.com");
		ck_assert_str_eq(entry->logon, EVIL);
		ck_assert_str_eq(entry->remoteip, "2001:db8::1");
		ck_assert_str_eq(
		    entry->message, "vchkpw-pop3: password fail " EVIL);
		if (strcmp(entry->user, "bob") == 0) {
			ck_assert_int_eq(entry->time, INT64_C(5000000000));
			ck_assert_int_eq(entry->error, 2);
		}
	}
	ops->rows_close(cursor);
	ck_assert_int_eq(count, 3);
	ck_assert_int_eq(secrets, 1);
}
END_TEST

START_TEST(alias_domains)
{
	if (!begin_kind(_i, VPOP_KEEP_ALIASDOMAINS))
		return;
	OK(ops->aliasdomain_put(store, "b.example", NULL));
	OK(ops->aliasdomain_put(store, "b.example", "example.com"));
	OK(ops->aliasdomain_put(store, "b.example", "example.com"));
	OK(ops->aliasdomain_put(store, "a.example", "other.org"));
	reopen();
	ck_assert_str_eq(rows(VPOP_KEEP_ALIASDOMAINS, NULL, NULL),
	    "a.example=other.org b.example=example.com");
	OK(ops->aliasdomain_put(store, "a.example", "example.com"));
	OK(ops->aliasdomain_put(store, "b.example", NULL));
	ck_assert_str_eq(
	    rows(VPOP_KEEP_ALIASDOMAINS, NULL, NULL), "a.example=example.com");
}
END_TEST

/* ---- all of them ------------------------------------------------------ */

START_TEST(domain_takes_all)
{
	struct vpop_limits want = make_limits(), limits_got;
	struct vpop_store_dircontrol row = { .cur_users = 1 }, row_got;
	struct vpop_lastauth auth_got;

	begin_with(_i);
	if ((backend->keeps & CONTRACT_ALL_KINDS) != CONTRACT_ALL_KINDS)
		return;
	for (int i = 0; i < 2; i++) {
		const struct vpop_domain *d = i ? &other : &domain;

		OK(ops->alias_insert(store, d, "a", "&b"));
		OK(ops->limits_put(store, d, &want));
		OK(ops->lastauth_put(store, d, "alice", "10.0.0.1", 1));
		OK(ops->dircontrol_put(store, d->real, &row));
	}
	OK(ops->domain_delete(store, &domain));
	ck_assert_str_eq(rows(VPOP_KEEP_ALIASES, &domain, NULL), "");
	ck_assert_int_eq(ops->limits_get(store, &domain, &limits_got), 0);
	ck_assert_int_eq(
	    ops->lastauth_get(store, &domain, "alice", &auth_got), 0);
	ck_assert_int_eq(
	    ops->dircontrol_get(store, "example.com", &row_got), 0);
	ck_assert_str_eq(rows(VPOP_KEEP_ALIASES, &other, NULL), "a=&b");
	ck_assert_int_eq(ops->limits_get(store, &other, &limits_got), 1);
	ck_assert_int_eq(
	    ops->lastauth_get(store, &other, "alice", &auth_got), 1);
	ck_assert_int_eq(ops->dircontrol_get(store, "other.org", &row_got), 1);
}
END_TEST

void
contract_add_kinds(TCase *tcase, int backends)
{
	const TTest *const tests[] = { limits, lastauth, lastauth_transaction,
		dircontrol, ipmap, relay, authlog, alias_domains,
		domain_takes_all };

	for (size_t i = 0; i < sizeof tests / sizeof *tests; i++)
		tcase_add_loop_test(tcase, tests[i], 0, backends);
}
