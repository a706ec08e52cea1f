/* A domain gets another main name. */
#include "config.h"

#include "core/domain_int.h"

#include "site.h"

#include "core/store.h"

#define HASH "$1$abcdefgh$9xXJdZjUEfaT9HAZqNaSC0"

static const char *const stores[] = { "cdb", "mem-all" };

static void
add_user(const char *name, const char *domain)
{
	const struct vpop_user_new user = { .name = name,
		.domain = domain,
		.gecos = "Somebody",
		.secret = { VPOP_SECRET_HASH, HASH } };

	ck_assert_msg(vpop_user_add(vp, &user) == 0, "%s", vpop_message(vp));
}

/* A domain with an alias name, accounts, an alias and limits. */
static void
start(int store)
{
	const struct vpop_domain_new domain = { .name = "old.example",
		.uid = (uid_t)-1,
		.gid = (gid_t)-1,
		.postmaster = { VPOP_SECRET_HASH, HASH } };
	struct vpop_limits limits;
	char settings[128];
	char name[16];

	snprintf(settings, sizeof settings,
	    "auth_module = %s\nvalias = yes\nsql_aliasdomains = yes\n"
	    "mysql_limits = yes\n",
	    stores[store]);
	ck_assert_int_eq(site_open(settings), 0);
	ck_assert_int_eq(vpop_domain_add(vp, &domain), 0);
	ck_assert_int_eq(
	    vpop_domain_add_alias(vp, "also.example", "old.example"), 0);
	for (int i = 0; i < 300; i++) {
		snprintf(name, sizeof name, "user%d", i);
		add_user(name, "old.example");
	}
	ck_assert_int_eq(
	    vpop_alias_insert(vp, "info", "old.example", "&user7@old.example"),
	    0);
	ck_assert_int_eq(vpop_ipmap_add(vp, "192.0.2.1", "old.example"), 0);
	ck_assert_int_eq(vpop_limits_get(vp, "old.example", &limits), 0);
	limits.maxaliases = 17;
	ck_assert_int_eq(vpop_limits_set(vp, "old.example", &limits), 0);
}

static const char *
real_of(const char *name)
{
	static struct vpop_domain domain;

	ck_assert_msg(vpop_domain_get(vp, name, &domain) == 0, "%s: %s", name,
	    vpop_message(vp));
	return domain.real;
}

/* All of it is found under each of the names. */
static void
check_all(const char *real)
{
	static const char *const names[] = { "old.example", "also.example",
		"new.example" };
	char found[VPOP_DOMAIN_SIZE];
	struct vpop_limits limits;
	struct vpop_user user;
	unsigned long count;

	ck_assert_int_eq(vpop_ipmap_get(vp, "192.0.2.1", found), 0);
	ck_assert_str_eq(real_of(found), real);
	for (int i = 0; i < 3; i++) {
		ck_assert_str_eq(real_of(names[i]), real);
		ck_assert_int_eq(
		    vpop_user_get(vp, "user299", names[i], &user), 0);
		ck_assert_str_eq(user.domain, real);
		ck_assert_str_eq(user.name, "user299");
	}
	ck_assert_int_eq(vpop_users_count(vp, "old.example", &count), 0);
	ck_assert_uint_eq(count, 301);
	ck_assert_int_eq(vpop_limits_get(vp, "new.example", &limits), 0);
	ck_assert_int_eq(limits.maxaliases, 17);
}

/* How many accounts the store has under a name, whatever users/assign says. */
static unsigned long
kept(const char *name)
{
	struct vpop_domain domain = { .uid = 0 };
	const struct vpop_store_ops *ops;
	struct vpop_store *store;
	unsigned long count = 0;

	snprintf(domain.real, sizeof domain.real, "%s", name);
	ck_assert_int_eq(vp_store(vp, &ops, &store), 0);
	if (ops->users_count(store, &domain, &count) != 0)
		return 0;
	return count;
}

static void
renamed(int store)
{
	struct vpop_domain before, after;

	start(store);
	ck_assert_int_eq(vpop_domain_get(vp, "old.example", &before), 0);
	ck_assert_msg(
	    vpop_domain_rename(vp, "also.example", "new.example") == 0, "%s",
	    vpop_message(vp));
	check_all("new.example");
	ck_assert_int_eq(vpop_domain_get(vp, "new.example", &after), 0);
	ck_assert_str_eq(after.dir, before.dir);
	if (store == 1) {
		ck_assert_uint_eq(kept("old.example"), 0);
		ck_assert_uint_eq(kept("new.example"), 301);
	}
	/* It is changed under the new name, and back again. */
	add_user("late", "old.example");
	ck_assert_int_eq(vpop_user_delete(vp, "late", "new.example", 0), 0);
	ck_assert_int_eq(
	    vpop_domain_rename(vp, "new.example", "OLD.example"), 0);
	check_all("old.example");
	ck_assert_int_eq(
	    vpop_domain_rename(vp, "old.example", "old.example"), 0);
	/* With its other names it goes as any other. */
	ck_assert_int_eq(vpop_domain_delete(vp, "new.example"), 0);
	ck_assert_int_eq(vpop_domain_delete(vp, "old.example"), 0);
	ck_assert_int_eq(vpop_domain_get(vp, "also.example", &after),
	    VA_DOMAIN_DOES_NOT_EXIST);
}

static void
refused(int store)
{
	const struct vpop_domain_new other = { .name = "other.example",
		.uid = (uid_t)-1,
		.gid = (gid_t)-1,
		.no_postmaster = 1 };

	start(store);
	ck_assert_int_eq(vpop_domain_add(vp, &other), 0);
	ck_assert_int_eq(vpop_domain_rename(vp, "old.example", "other.example"),
	    VA_DOMAIN_ALREADY_EXISTS);
	ck_assert_int_eq(vpop_domain_rename(vp, "no.example", "new.example"),
	    VA_DOMAIN_DOES_NOT_EXIST);
	ck_assert_int_eq(vpop_domain_rename(vp, "old.example", "bad name"),
	    VA_INVALID_DOMAIN_NAME);
	site_write("home/etc/stores", "other.example mem\nold.example mem\n");
	ck_assert_int_eq(vpop_domain_rename(vp, "old.example", "new.example"),
	    VA_NO_AUTH_MODULE);
	ck_assert_ptr_nonnull(strstr(vpop_message(vp), "etc/stores"));
	ck_assert_str_eq(real_of("new.example"), "old.example");
}

/* What a killed one left is undone before users/assign was turned, and
 * completed after. */
START_TEST(interrupted)
{
	struct vp_intent intent = { .event = "domain.renamed",
		.object = "new.example",
		.domain = "old.example",
		.old = json_pack("{s:s}", "name", "old.example"),
		.new = json_pack("{s:s}", "name", "new.example") };
	const struct vpop_store_ops *ops;
	struct vpop_store *store;
	struct vpop_domain to;

	start(1);
	ck_assert_int_eq(
	    vpop_domain_add_alias(vp, "new.example", "old.example"), 0);
	ck_assert_int_eq(vpop_domain_get(vp, "old.example", &to), 0);
	ck_assert_int_eq(vp_store(vp, &ops, &store), 0);
	const struct vpop_domain from = to;
	memcpy(to.real, "new.example", sizeof "new.example");

	ck_assert_int_eq(vp_journal_intend(vp, &intent, 1), 0);
	ck_assert_int_eq(vp_domain_copy(vp, ops, store, &from, &to), 0);
	ck_assert_uint_eq(kept("new.example"), 301);
	ck_assert_int_eq(vp_change_start(vp), 0);
	ck_assert_uint_eq(kept("new.example"), 0);
	check_all("old.example");

	ck_assert_int_eq(
	    vpop_domain_rename(vp, "old.example", "new.example"), 0);
	ck_assert_int_eq(vp_domain_copy(vp, ops, store, &to, &from), 0);
	ck_assert_int_eq(vp_journal_intend(vp, &intent, 1), 0);
	ck_assert_int_eq(vp_change_start(vp), 0);
	ck_assert_int_eq(vp_journal_any(vp, NULL), 0);
	ck_assert_uint_eq(kept("old.example"), 0);
	check_all("new.example");
	json_decref(intent.old);
	json_decref(intent.new);
}
END_TEST

/* Who waited for a domain's lock under its old name changes nothing. */
START_TEST(waited)
{
	struct vpop_domain domain;

	start(0);
	ck_assert_int_eq(vpop_domain_get(vp, "old.example", &domain), 0);
	ck_assert_int_eq(
	    vpop_domain_rename(vp, "old.example", "new.example"), 0);
	AUTO_CLOSE int dirfd = vp_domain_open(&domain);
	ck_assert_int_eq(vp_change_lock(vp, &domain, dirfd), VA_LOCK_FAILED);
	ck_assert_ptr_nonnull(strstr(vpop_message(vp), "new.example"));
}
END_TEST

START_TEST(renamed_cdb)
{
	renamed(0);
}
END_TEST

START_TEST(renamed_by_name)
{
	renamed(1);
}
END_TEST

START_TEST(refused_cdb)
{
	refused(0);
}
END_TEST

START_TEST(refused_by_name)
{
	refused(1);
}
END_TEST

int
main(void)
{
	const TTest *const tests[] = { renamed_cdb, renamed_by_name,
		refused_cdb, refused_by_name, interrupted, waited, NULL };

	return site_main("domain_rename", tests);
}
