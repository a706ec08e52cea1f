/*
 * The contract of an account store (vpop_store.h): its accounts.
 */
#include "config.h"

#include "contract_int.h"

#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/dirtree.h"
#include "host.h"

static const struct contract_backend *backends;
static char scratch[64];
const struct contract_backend *backend;
const struct vpop_store_ops *ops;
struct vpop_store *store;
struct vpop_domain domain, other;

static void
make_domain(struct vpop_domain *d, const char *name)
{
	*d = (struct vpop_domain){ .uid = geteuid(), .gid = getegid() };
	snprintf(d->name, sizeof d->name, "%s", name);
	snprintf(d->real, sizeof d->real, "%s", name);
	snprintf(d->dir, sizeof d->dir, "%s/%s", scratch, name);
	ck_assert_int_eq(mkdir(d->dir, 0700), 0);
}

static void
scratch_make(void)
{
	snprintf(scratch, sizeof scratch, "/tmp/vhostadmin-test.XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(scratch));
	make_domain(&domain, "example.com");
	make_domain(&other, "other.org");
}

static void
scratch_remove(void)
{
	int fd = vp_dir_open("/tmp");

	if (store)
		ops->close(store);
	if (backend && backend->tear_down)
		backend->tear_down(backend);
	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(vp_dir_remove(fd, scratch + 5), 0);
	close(fd);
}

const char *
contract_message(void)
{
	return host_message;
}

void
begin_with(int number)
{
	backend = &backends[number];
	ops = backend->ops;
	host_settings = backend->settings;
	if (backend->set_up)
		backend->set_up(backend, scratch);
	ck_assert_uint_eq(ops->abi, VPOP_STORE_ABI);
	ck_assert_uint_ge(ops->size, sizeof *ops);
	ck_assert_msg(ops->open(&host, &store) == 0, "%s", host_message);
	ck_assert_int_eq(ops->domain_add(store, &domain), 0);
	ck_assert_int_eq(ops->domain_add(store, &other), 0);
	ck_assert_uint_eq(ops->keeps ? ops->keeps(store) : 0, backend->keeps);
}

/* Close and open again, if the accounts outlive that. */
void
reopen(void)
{
	if (!backend->is_lasting)
		return;
	ops->close(store);
	ck_assert_int_eq(ops->open(&host, &store), 0);
}

void
put(const char *name, const char *gecos, unsigned how, int expected)
{
	struct vpop_user user = make_user(name, gecos);
	int r = ops->user_put(store, &domain, &user, how);

	ck_assert_msg(r == expected, "%s: put %s: %d, not %d (%s)",
	    backend->name, name, r, expected, host_message);
}

void
expect(const char *name, const char *gecos)
{
	struct vpop_user user;
	int r = ops->user_get(store, &domain, name, &user);

	ck_assert_msg(r == (gecos != NULL), "%s: get %s: %d (%s)",
	    backend->name, name, r, host_message);
	if (gecos)
		ck_assert_str_eq(user.gecos, gecos);
}

const char *
list(const char *after, int limit)
{
	static char names[65536];
	struct vpop_store_users *users;
	struct vpop_user user;
	size_t used = 0;
	int r = 1;

	names[0] = '\0';
	ck_assert_int_eq(ops->users_open(store, &domain, after, &users), 0);
	while (limit-- > 0 && (r = ops->users_next(users, &user)) > 0) {
		ck_assert_str_eq(user.domain, domain.real);
		used += (size_t)snprintf(names + used, sizeof names - used,
		    "%s%s", used ? " " : "", user.name);
		ck_assert_uint_lt(used, sizeof names);
	}
	ck_assert_int_ge(r, 0);
	ops->users_close(users);
	return names;
}

unsigned long
count(void)
{
	unsigned long n = 99999;

	ck_assert_int_eq(ops->users_count(store, &domain, &n), 0);
	return n;
}

static void
complain(void *arg, const char *sentence)
{
	(void)arg;
	ck_abort_msg("%s: %s", backend->name, sentence);
}

void
check_store(void)
{
	if (ops->check)
		ck_assert_int_eq(ops->check(store, &domain, complain, NULL), 0);
}

START_TEST(empty_domain)
{
	begin_with(_i);
	expect("nobody", NULL);
	expect("", NULL);
	ck_assert_uint_eq(count(), 0);
	ck_assert_str_eq(list(NULL, 10), "");
	ck_assert_int_eq(
	    ops->user_delete(store, &domain, "nobody"), VA_USER_DOES_NOT_EXIST);
	ck_assert_int_eq(host_code, VA_USER_DOES_NOT_EXIST);
	ops->users_close(NULL);
	check_store();
}
END_TEST

START_TEST(record_as_it_was)
{
	struct vpop_user user = make_user("alice", "Alice \xc3\xa4, (x) \"y\"");
	struct vpop_user got;

	begin_with(_i);
	snprintf(user.clear, sizeof user.clear, "Sec:ret 1:");
	user.uid = 2;
	user.gid = VPOP_ALL_FLAGS;
	user.flags = 0;
	ck_assert_int_eq(ops->user_put(store, &domain, &user, VPOP_PUT_ADD), 0);
	reopen();
	ck_assert_int_eq(ops->user_get(store, &domain, "alice", &got), 1);
	ck_assert_str_eq(got.name, "alice");
	ck_assert_str_eq(got.domain, "example.com");
	ck_assert_str_eq(got.passwd, user.passwd);
	ck_assert_str_eq(got.clear, user.clear);
	ck_assert_str_eq(got.gecos, user.gecos);
	ck_assert_str_eq(got.dir, user.dir);
	ck_assert_str_eq(got.quota, user.quota);
	ck_assert_uint_eq(got.uid, 2);
	ck_assert_uint_eq(got.gid, VPOP_ALL_FLAGS);
	ck_assert_uint_eq(got.flags, VPOP_ALL_FLAGS);

	struct vpop_user empty = { .name = "bob" };

	ck_assert_int_eq(ops->user_put(store, &domain, &empty, 0), 0);
	ck_assert_int_eq(ops->user_get(store, &domain, "bob", &got), 1);
	ck_assert_str_eq(got.passwd, "");
	ck_assert_str_eq(got.dir, "");
	ck_assert_str_eq(got.clear, "");
	ck_assert_uint_eq(got.uid, 0);
}
END_TEST

START_TEST(longest_fields)
{
	struct vpop_user user = { .uid = UINT32_MAX, .gid = UINT32_MAX }, got;

	begin_with(_i);
	memset(user.name, 'n', sizeof user.name - 1);
	memset(user.passwd, 'p', sizeof user.passwd - 1);
	memset(user.clear, 'c', sizeof user.clear - 1);
	memset(user.gecos, 'g', sizeof user.gecos - 1);
	memset(user.dir, 'd', sizeof user.dir - 1);
	memset(user.quota, 'q', sizeof user.quota - 1);
	ck_assert_int_eq(ops->user_put(store, &domain, &user, VPOP_PUT_ADD), 0);
	ck_assert_int_eq(ops->user_get(store, &domain, user.name, &got), 1);
	ck_assert_str_eq(got.clear, user.clear);
	ck_assert_str_eq(got.dir, user.dir);
	ck_assert_uint_eq(got.gid, UINT32_MAX);
	ck_assert_str_eq(list(NULL, 9), user.name);
}
END_TEST

START_TEST(existence)
{
	begin_with(_i);
	put("alice", "A", VPOP_PUT_REPLACE, VA_USER_DOES_NOT_EXIST);
	put("alice", "A", VPOP_PUT_ADD, 0);
	put("alice", "B", VPOP_PUT_ADD, VA_USERNAME_EXISTS);
	expect("alice", "A");
	put("alice", "C", VPOP_PUT_REPLACE, 0);
	expect("alice", "C");
	put("alice", "D", 0, 0);
	expect("alice", "D");
	put("bob", "E", 0, 0);
	ck_assert_uint_eq(count(), 2);
	ck_assert_int_eq(ops->user_delete(store, &domain, "alice"), 0);
	expect("alice", NULL);
	expect("bob", "E");
	ck_assert_int_eq(
	    ops->user_delete(store, &domain, "alice"), VA_USER_DOES_NOT_EXIST);
	put("alice", "F", VPOP_PUT_REPLACE, VA_USER_DOES_NOT_EXIST);
	put("alice", "F", VPOP_PUT_ADD, 0);
	reopen();
	expect("alice", "F");
	expect("alic", NULL);
	expect("alicea", NULL);
	ck_assert_uint_eq(count(), 2);
	check_store();
}
END_TEST

START_TEST(order_and_pages)
{
	const char *names[] = { "m", "b", "a-b", "a", "a.b", "z", "ab", "a=" };

	begin_with(_i);
	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		put(names[i], "x", VPOP_PUT_ADD, 0);
	ck_assert_str_eq(list(NULL, 99), "a a-b a.b a= ab b m z");
	ck_assert_str_eq(list("", 99), "a a-b a.b a= ab b m z");
	ck_assert_str_eq(list(NULL, 2), "a a-b");
	ck_assert_str_eq(list("a-b", 2), "a.b a=");
	ck_assert_str_eq(list("a-c", 2), "a.b a=");
	ck_assert_str_eq(list("m", 99), "z");
	ck_assert_str_eq(list("z", 99), "");
	ck_assert_str_eq(list("zz", 99), "");
	if (ops->fold)
		ck_assert_int_eq(ops->fold(store, &domain), 0);
	ck_assert_str_eq(list("a-c", 3), "a.b a= ab");
	ck_assert_uint_eq(count(), 8);
	check_store();
}
END_TEST

START_TEST(commit_and_rollback)
{
	begin_with(_i);
	put("old", "x", VPOP_PUT_ADD, 0);
	put("gone", "x", VPOP_PUT_ADD, 0);
	ck_assert_int_lt(ops->commit(store), 0);
	for (int i = 0; i < 2; i++) {
		ck_assert_int_eq(ops->begin(store, &domain), 0);
		ck_assert_int_lt(ops->begin(store, &other), 0);
		put("new", "1", VPOP_PUT_ADD, 0);
		put("new", "2", VPOP_PUT_ADD, VA_USERNAME_EXISTS);
		put("new", "2", VPOP_PUT_REPLACE, 0);
		put("old", "2", VPOP_PUT_REPLACE, 0);
		ck_assert_int_eq(ops->user_delete(store, &domain, "gone"), 0);
		ck_assert_int_eq(ops->user_delete(store, &domain, "gone"),
		    VA_USER_DOES_NOT_EXIST);
		put("brief", "1", VPOP_PUT_ADD, 0);
		ck_assert_int_eq(ops->user_delete(store, &domain, "brief"), 0);
		put("again", "1", VPOP_PUT_ADD, 0);
		ck_assert_int_eq(ops->user_delete(store, &domain, "again"), 0);
		put("again", "2", VPOP_PUT_ADD, 0);
		expect("new", "2");
		expect("old", "2");
		expect("gone", NULL);
		expect("brief", NULL);
		expect("again", "2");
		if (i)
			break;
		ops->rollback(store);
		expect("new", NULL);
		expect("old", "x");
		expect("gone", "x");
		expect("again", NULL);
		ck_assert_uint_eq(count(), 2);
	}
	ck_assert_int_eq(ops->commit(store), 0);
	reopen();
	expect("new", "2");
	expect("gone", NULL);
	ck_assert_str_eq(list(NULL, 9), "again new old");
	ck_assert_uint_eq(count(), 3);
	ck_assert_int_eq(ops->begin(store, &domain), 0);
	ck_assert_int_eq(ops->commit(store), 0);
	ops->rollback(store);
	check_store();
}
END_TEST

START_TEST(closing_rolls_back)
{
	begin_with(_i);
	if (!backend->is_lasting)
		return;
	ck_assert_int_eq(ops->begin(store, &domain), 0);
	put("new", "1", VPOP_PUT_ADD, 0);
	reopen();
	expect("new", NULL);
}
END_TEST

/* Put one bad byte into one field at a time. */
static void
refuse(size_t offset, char byte)
{
	struct vpop_user user = make_user("alice", "Alice");
	char *field = (char *)&user + offset;

	snprintf(field, 6, "ab%ccd", byte);
	if (user.name[0] == '\0')
		return;
	ck_assert_msg(ops->user_put(store, &domain, &user, 0) == VA_BAD_CHAR,
	    "%s: byte %d at %zu", backend->name, byte, offset);
}

START_TEST(bad_characters)
{
	const size_t fields[] = {
		offsetof(struct vpop_user, name),
		offsetof(struct vpop_user, passwd),
		offsetof(struct vpop_user, gecos),
		offsetof(struct vpop_user, dir),
		offsetof(struct vpop_user, quota),
		offsetof(struct vpop_user, clear),
	};
	const char bytes[] = "\n\r\t\001\037\177:";

	begin_with(_i);
	for (int i = 0; i < 6; i++) {
		for (const char *b = bytes; *b; b++) {
			if (*b != ':' || i < 5)
				refuse(fields[i], *b);
		}
	}

	struct vpop_user nameless = make_user("", "x");

	ck_assert_int_eq(
	    ops->user_put(store, &domain, &nameless, 0), VA_BAD_CHAR);
	ck_assert_uint_eq(count(), 0);
	expect("ab:cd", NULL);
	expect("a\nb", NULL);
}
END_TEST

START_TEST(domains_apart)
{
	struct vpop_user user = make_user("alice", "other"), got;

	begin_with(_i);
	put("alice", "one", VPOP_PUT_ADD, 0);
	ck_assert_int_eq(ops->user_get(store, &other, "alice", &got), 0);
	ck_assert_int_eq(ops->user_put(store, &other, &user, VPOP_PUT_ADD), 0);
	expect("alice", "one");
	ck_assert_int_eq(ops->user_get(store, &other, "alice", &got), 1);
	ck_assert_str_eq(got.domain, "other.org");
	ck_assert_int_eq(ops->domain_delete(store, &other), 0);
	ck_assert_int_eq(ops->user_get(store, &other, "alice", &got), 0);
	expect("alice", "one");
	ck_assert_int_eq(ops->domain_delete(store, &domain), 0);
	ck_assert_uint_eq(count(), 0);
	expect("alice", NULL);
}
END_TEST

START_TEST(lazy_is_seen)
{
	begin_with(_i);
	put("alice", "1", VPOP_PUT_ADD, 0);
	put("alice", "2", VPOP_PUT_REPLACE | VPOP_PUT_LAZY, 0);
	put("bob", "1", VPOP_PUT_ADD | VPOP_PUT_LAZY, 0);
	reopen();
	expect("alice", "2");
	expect("bob", "1");
	ck_assert_uint_eq(count(), 2);
	put("carl", "1", VPOP_PUT_ADD, 0);
	ck_assert_str_eq(list(NULL, 9), "alice bob carl");
	if (ops->fold)
		ck_assert_int_eq(ops->fold(store, &domain), 0);
	expect("alice", "2");
	check_store();
}
END_TEST

int
contract_run(
    const char *name, const struct contract_backend *list, size_t count)
{
	const TTest *const tests[] = { empty_domain, record_as_it_was,
		longest_fields, existence, order_and_pages, commit_and_rollback,
		closing_rolls_back, bad_characters, domains_apart,
		lazy_is_seen };
	Suite *suite = suite_create(name);
	TCase *tcase = tcase_create("contract");

	backends = list;
	tcase_add_checked_fixture(tcase, scratch_make, scratch_remove);
	tcase_set_timeout(tcase, 120);
	for (size_t i = 0; i < sizeof tests / sizeof *tests; i++)
		tcase_add_loop_test(tcase, tests[i], 0, (int)count);
	contract_add_many(tcase, (int)count);
	contract_add_bulk(tcase, (int)count);
	contract_add_aliases(tcase, (int)count);
	contract_add_kinds(tcase, (int)count);
	suite_add_tcase(suite, tcase);

	SRunner *runner = srunner_create(suite);
	srunner_set_tap(runner, "-");
	srunner_run_all(runner, CK_SILENT);
	int failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
