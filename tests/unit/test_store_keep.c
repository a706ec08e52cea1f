/* Records that the account store keeps: the core on top of mem-all. */
#include "config.h"

#include "store_keep.h"

#include "core/atomic.h"
#include "core/dircontrol.h"
#include "core/relay.h"

START_TEST(limits)
{
	struct vpop_limits set, got;
	struct vpop_user user;

	start("");
	add_user("alice");
	site_write("home/etc/vlimits.default", "maxaliases: 9\n");
	ck_assert_int_eq(vpop_limits_get(vp, DOMAIN, &got), 0);
	ck_assert_int_eq(got.maxaliases, 9);
	vpop_limits_init(&set);
	set.maxaliases = 3;
	set.flags = VPOP_NO_IMAP;
	set.perm_maillist_users = 5;
	ck_assert_int_eq(vpop_limits_set(vp, DOMAIN, &set), 0);
	file_is(PATH(".qmailadmin-limits"), 0);
	ck_assert_int_eq(vpop_limits_get(vp, DOMAIN, &got), 0);
	ck_assert_int_eq(got.maxaliases, 3);
	ck_assert_int_eq(got.perm_maillist_users, 5);
	ck_assert_int_eq(vpop_user_get(vp, "alice", DOMAIN, &user), 0);
	ck_assert_uint_eq(user.flags & VPOP_NO_IMAP, VPOP_NO_IMAP);
	ck_assert_int_eq(vpop_limits_delete(vp, DOMAIN), 0);
	ck_assert_int_eq(vpop_limits_delete(vp, DOMAIN), 0);
	ck_assert_int_eq(vpop_limits_get(vp, DOMAIN, &got), 0);
	ck_assert_int_eq(got.maxaliases, 9);
	/* The site's defaults stay a file. */
	ck_assert_int_eq(vpop_limits_set(vp, NULL, &set), 0);
	ck_assert_int_eq(vpop_limits_get(vp, DOMAIN, &got), 0);
	ck_assert_int_eq(got.maxaliases, 3);
}
END_TEST

START_TEST(lastauth)
{
	const time_t before = time(NULL);
	struct vpop_lastauth last;
	struct vpop_user user;

	start("");
	add_user("alice");
	file_is(PATH("alice/lastauth"), 0);
	ck_assert_int_eq(vpop_user_get(vp, "alice", DOMAIN, &user), 0);
	ck_assert_int_eq(vpop_lastauth_get(vp, &user, &last), 0);
	ck_assert_str_eq(last.ip, "0.0.0.0");
	ck_assert_int_eq(last.time, 0);
	ck_assert_int_ge(last.created, before);
	ck_assert_int_eq(vpop_lastauth_set(vp, &user, "10.1.2.3"), 0);
	ck_assert_int_eq(vpop_lastauth_get(vp, &user, &last), 0);
	ck_assert_str_eq(last.ip, "10.1.2.3");
	ck_assert_int_ge(last.time, before);
	file_is(PATH("alice/lastauth"), 0);
	ck_assert_int_eq(vpop_user_delete(vp, "alice", DOMAIN, 0), 0);
	ck_assert_int_eq(vpop_lastauth_get(vp, &user, &last), 0);
	ck_assert_str_eq(last.ip, "");
	ck_assert_str_eq(rows(VPOP_KEEP_LASTAUTH), "");
}
END_TEST

static void
count_is(uint64_t users, const char *dir)
{
	struct vpop_store_dircontrol row;

	ck_assert_int_eq(ops->dircontrol_get(store, DOMAIN, &row), 1);
	ck_assert_uint_eq(row.cur_users, users);
	ck_assert_str_eq(row.the_dir, dir);
}

START_TEST(dircontrol)
{
	struct vpop_store_dircontrol row;

	start("");
	ck_assert_int_eq(ops->dircontrol_get(store, DOMAIN, &row), 0);
	add_user("alice");
	count_is(1, "");
	file_is(PATH(".dir-control"), 0);
	add_user("bob");
	count_is(2, "");
	ck_assert_int_eq(vpop_user_delete(vp, "alice", DOMAIN, 0), 0);
	count_is(1, "");
	/* What cannot be added is not counted. */
	const struct vpop_user_new user = { .name = "bob",
		.domain = DOMAIN,
		.secret = { VPOP_SECRET_CLEAR, "Secret123" } };
	ck_assert_int_eq(vpop_user_add(vp, &user), VA_USERNAME_EXISTS);
	count_is(1, "");
}
END_TEST

/* A store that has no row yet goes on where the file is. */
START_TEST(dircontrol_from_file)
{
	struct vpop_user user;

	start("");
	site_write(PATH(".dir-control"),
	    "250\n0\n3\n0 0 0\n61 61 61\n0 2 4\n2 0 0\n2\n");
	add_user("alice");
	count_is(251, "2");
	ck_assert_int_eq(vpop_user_get(vp, "alice", DOMAIN, &user), 0);
	ck_assert_ptr_nonnull(strstr(user.dir, "/" DOMAIN "/2/alice"));
}
END_TEST

/* The folder of domains has a row, too; alias domains are copied. */
START_TEST(domains)
{
	const struct vpop_domain_new new = { .name = "new.test" };
	struct vpop_store_dircontrol row;
	char key[64];

	start("");
	snprintf(key, sizeof key, "dom_%lu", (unsigned long)vp->uid);
	ck_assert_msg(vpop_domain_add(vp, &new) == 0, "%s", vpop_message(vp));
	ck_assert_int_eq(ops->dircontrol_get(store, key, &row), 1);
	ck_assert_uint_eq(row.cur_users, 1);
	ck_assert_int_eq(ops->dircontrol_get(store, "new.test", &row), 1);
	ck_assert_uint_eq(row.cur_users, 1);
	file_is("home/domains/.dir-control", 0);
	ck_assert_str_eq(rows(VPOP_KEEP_LASTAUTH), "postmaster=0.0.0.0|");
	ck_assert_int_eq(vpop_domain_add_alias(vp, "b.test", "new.test"), 0);
	ck_assert_int_eq(vpop_domain_add_alias(vp, "c.test", "new.test"), 0);
	ck_assert_str_eq(
	    rows(VPOP_KEEP_ALIASDOMAINS), "b.test=new.test|c.test=new.test|");
	ck_assert_int_eq(vpop_domain_delete(vp, "b.test"), 0);
	ck_assert_str_eq(rows(VPOP_KEEP_ALIASDOMAINS), "c.test=new.test|");
	ck_assert_int_eq(vpop_domain_delete(vp, "new.test"), 0);
	ck_assert_str_eq(rows(VPOP_KEEP_ALIASDOMAINS), "");
	ck_assert_str_eq(rows(VPOP_KEEP_LASTAUTH), "");
	ck_assert_int_eq(ops->dircontrol_get(store, "new.test", &row), 0);
	/* a.test, which users/assign lists, is left. */
	ck_assert_int_eq(ops->dircontrol_get(store, key, &row), 1);
	ck_assert_uint_eq(row.cur_users, 1);
}
END_TEST

START_TEST(ipmap)
{
	char found[VPOP_DOMAIN_SIZE];
	struct vpop_ipmap *list;
	size_t count;

	start("");
	site_domain("b.test", "b.test");
	ck_assert_int_eq(
	    vpop_ipmap_get(vp, "10.0.0.1", found), VA_DOMAIN_DOES_NOT_EXIST);
	ck_assert_int_eq(vpop_ipmap_add(vp, "10.0.0.1", DOMAIN), 0);
	ck_assert_int_eq(vpop_ipmap_add(vp, "2001:DB8:0::1", DOMAIN), 0);
	ck_assert_int_eq(vpop_ipmap_add(vp, "10.0.0.1", "b.test"), 0);
	file_is("home/etc/ip_alias_map", 0);
	ck_assert_int_eq(vpop_ipmap_get(vp, "10.0.0.1", found), 0);
	ck_assert_str_eq(found, "b.test");
	ck_assert_int_eq(vpop_ipmap_delete(vp, "10.0.0.1", DOMAIN),
	    VA_DOMAIN_DOES_NOT_EXIST);
	ck_assert_int_eq(vpop_ipmap_delete(vp, "10.0.0.1", "b.test"), 0);
	ck_assert_int_eq(vpop_ipmap_list(vp, &list, &count), 0);
	ck_assert_uint_eq(count, 1);
	ck_assert_str_eq(list[0].ip, "2001:db8::1");
	free(list);
}
END_TEST

START_TEST(relay)
{
	start("roaming_users = yes\nrelay_clear_minutes = 60\n"
	      "rebuild_tcpserver_file = no\n");
	ck_assert_int_eq(vp_relay_open(vp, "10.0.0.1"), 1);
	ck_assert_int_eq(vp_relay_open(vp, "10.0.0.1"), 0);
	ck_assert_int_eq(vp_relay_open(vp, "::"), VA_INVALID_IP_ADDRESS);
	ck_assert_int_eq(ops->relay_put(store, "10.0.0.2", 1000), 1);
	ck_assert_str_eq(rows(VPOP_KEEP_RELAY), "10.0.0.1=|10.0.0.2=|");
	ck_assert_int_eq(vp_relay_expire(vp), 0);
	ck_assert_str_eq(rows(VPOP_KEEP_RELAY), "10.0.0.1=|");
	file_is("home/etc/open-smtp", 0);
}
END_TEST

/* ---- recovery --------------------------------------------------------- */

static void
state_is(const struct vp_intent *intent, int made)
{
	char event[64], object[64], domain[64];
	struct vp_pending pending = { .event = event,
		.object = object,
		.domain = domain,
		.plan = intent->plan };
	int got;

	snprintf(event, sizeof event, "%s", intent->event);
	snprintf(object, sizeof object, "%s", intent->object);
	snprintf(domain, sizeof domain, "%s", intent->domain);
	if (strncmp(event, "alias.", 6) == 0)
		got = vp_recover_alias(vp, &pending);
	else if (strncmp(event, "ipmap.", 6) == 0)
		got = vp_recover_ipmap(vp, &pending);
	else
		got = vp_recover_limits(vp, &pending);
	ck_assert_msg(got == made, "%s: %d, not %d (%s)", event, got, made,
	    vpop_message(vp));
}

START_TEST(recovery_asks_the_store)
{
	struct vp_intent alias = { .event = "alias.created",
		.object = "x@" DOMAIN,
		.domain = DOMAIN };
	struct vp_intent change = { .event = "domain.limits.changed",
		.object = DOMAIN,
		.domain = DOMAIN };
	struct vp_intent map = {
		.event = "ipmap.created", .object = "10.0.0.1", .domain = ""
	};
	struct vpop_domain domain;
	struct vpop_limits set;
	char sum[VP_SUM_SIZE];
	size_t left;

	start("");
	ck_assert_int_eq(vpop_domain_get(vp, DOMAIN, &domain), 0);
	ck_assert_int_eq(vp_change_start(vp), 0);
	vp_sum("&a", 2, sum);
	alias.plan = json_pack(
	    "{s:s, s:s, s:b}", "alias", "x", "line", sum, "insert", 1);
	state_is(&alias, 0);
	ck_assert_int_eq(ops->alias_insert(store, &domain, "x", "&b"), 0);
	state_is(&alias, 0);
	ck_assert_int_eq(ops->alias_insert(store, &domain, "x", "&a"), 0);
	state_is(&alias, 1);
	ck_assert_int_eq(vp_journal_intend(vp, &alias, 1), 0);
	ck_assert_int_eq(vp_recover(vp, &left), 0);
	ck_assert_uint_eq(left, 0);
	json_decref(alias.plan);
	alias.plan =
	    json_pack("{s:s, s:s, s:b}", "alias", "x", "line", "", "insert", 0);
	state_is(&alias, 0);
	ck_assert_int_eq(ops->alias_delete(store, &domain, "x", NULL), 0);
	state_is(&alias, 1);
	json_decref(alias.plan);

	vpop_limits_init(&set);
	set.maxaliases = 3;
	ck_assert_int_eq(vpop_limits_set(vp, DOMAIN, &set), 0);
	change.plan = json_pack("{s:s}", "limits", "");
	state_is(&change, 0);
	json_decref(change.plan);
	ck_assert_int_eq(ops->limits_put(store, &domain, NULL), 0);
	change.plan = json_pack("{s:s}", "limits", "");
	state_is(&change, 1);
	json_decref(change.plan);

	map.plan = json_pack("{s:s, s:s}", "address", "10.0.0.1", "to", DOMAIN);
	state_is(&map, 0);
	ck_assert_int_eq(ops->ipmap_put(store, "10.0.0.1", DOMAIN), 0);
	state_is(&map, 1);
	json_decref(map.plan);
}
END_TEST

/* Two stores in one handle. */
START_TEST(stores_side_by_side)
{
	struct vpop_user user;

	start("");
	site_domain("files.test", "files.test");
	site_write("home/etc/stores", "files.test cdb\n");
	add_user("alice");
	const struct vpop_user_new carl = { .name = "carl",
		.domain = "files.test",
		.secret = { VPOP_SECRET_CLEAR, "Secret123" } };
	ck_assert_msg(vpop_user_add(vp, &carl) == 0, "%s", vpop_message(vp));
	file_is("home/domains/files.test/vpasswd", 1);
	file_is("home/domains/files.test/.dir-control", 1);
	file_is(PATH("vpasswd"), 0);
	ck_assert_int_eq(
	    vpop_alias_insert(vp, "x", "files.test", "&b@c.test"), 0);
	file_is("home/domains/files.test/.qmail-x", 1);
	ck_assert_int_eq(vpop_user_get(vp, "carl", "files.test", &user), 0);
	ck_assert_int_eq(vpop_user_get(vp, "alice", DOMAIN, &user), 0);
	ck_assert_int_eq(
	    vpop_user_get(vp, "carl", DOMAIN, &user), VA_USER_DOES_NOT_EXIST);
	/* The file is looked at again when it has changed. */
	site_write("home/etc/stores", "# files.test cdb\n");
	ck_assert_int_eq(vpop_user_get(vp, "carl", "files.test", &user),
	    VA_USER_DOES_NOT_EXIST);
	char *path = site_path("home/etc/stores");
	ck_assert_int_eq(unlink(path), 0);
	free(path);
	ck_assert_int_eq(vpop_user_get(vp, "carl", "files.test", &user),
	    VA_USER_DOES_NOT_EXIST);
}
END_TEST

int
main(void)
{
	const TTest *const tests[] = { limits, lastauth, dircontrol,
		dircontrol_from_file, domains, ipmap, relay,
		recovery_asks_the_store, stores_side_by_side, NULL };

	return site_main("store_keep", tests);
}
