/* Alias domains. */
#include "config.h"

#include "core/domain_int.h"

#include "site.h"

#define HASH "$1$abcdefgh$9xXJdZjUEfaT9HAZqNaSC0"

static void
start(void)
{
	const struct vpop_domain_new domain = { .name = "real.example",
		.uid = (uid_t)-1,
		.gid = (gid_t)-1,
		.postmaster = { VPOP_SECRET_HASH, HASH } };

	ck_assert_int_eq(site_open("auth_module = cdb\n"), 0);
	ck_assert_int_eq(vpop_domain_add(vp, &domain), 0);
}

static int
listed(const char *file, const char *name)
{
	return vp_control_has(vp->set.qmaildir, file, name);
}

START_TEST(either_order)
{
	struct vpop_domain domain;

	start();
	ck_assert_int_eq(
	    vpop_domain_add_alias(vp, "A.example", "real.example"), 0);
	ck_assert_int_eq(
	    vpop_domain_add_alias(vp, "real.example", "b.example"), 0);
	ck_assert_int_eq(
	    vpop_domain_add_alias(vp, "c.example", "a.example"), 0);
	ck_assert_int_eq(vpop_domain_get(vp, "c.example", &domain), 0);
	ck_assert_str_eq(domain.real, "real.example");
	ck_assert_int_eq(listed("rcpthosts", "b.example"), 1);
	ck_assert_int_eq(listed("virtualdomains", "b.example"), 1);
}
END_TEST

START_TEST(refused)
{
	start();
	ck_assert_int_eq(
	    vpop_domain_add_alias(vp, "real.example", "real.example"),
	    VA_DOMAIN_ALREADY_EXISTS);
	ck_assert_int_eq(vpop_domain_add_alias(vp, "x.example", "y.example"),
	    VA_DOMAIN_DOES_NOT_EXIST);
	ck_assert_int_eq(vpop_domain_add_alias(vp, "nodot", "real.example"),
	    VA_INVALID_DOMAIN_NAME);
	ck_assert_int_eq(
	    vpop_domain_add_alias(vp, "a_b.example", "real.example"),
	    VA_INVALID_DOMAIN_NAME);
	ck_assert_int_eq(
	    vpop_domain_add_alias(vp, "a.example", "real.example"), 0);
	ck_assert_int_eq(vpop_domain_add_alias(vp, "a.example", "real.example"),
	    VA_DOMAIN_ALREADY_EXISTS);
}
END_TEST

START_TEST(only_the_alias_is_deleted)
{
	struct vpop_domain domain;

	start();
	ck_assert_int_eq(
	    vpop_domain_add_alias(vp, "a.example", "real.example"), 0);
	ck_assert_int_eq(vpop_domain_delete(vp, "a.example"), 0);
	ck_assert_int_eq(vpop_domain_get(vp, "a.example", &domain),
	    VA_DOMAIN_DOES_NOT_EXIST);
	ck_assert_int_eq(vpop_domain_get(vp, "real.example", &domain), 0);
	ck_assert_int_eq(listed("rcpthosts", "a.example"), 0);
	ck_assert_int_eq(listed("rcpthosts", "real.example"), 1);
}
END_TEST

START_TEST(interrupted)
{
	json_t *plan = json_pack(
	    "{s:s, s:s}", "alias", "a.example", "real", "real.example");
	struct vp_intent intent = { .event = "aliasdomain.created",
		.object = "a.example",
		.domain = "real.example",
		.plan = plan };
	const char *name = "a.example";
	struct vp_control_how how;

	start();
	/* Nothing was done: nothing is left. */
	ck_assert_int_eq(vp_journal_intend(vp, &intent, 1), 0);
	ck_assert_int_eq(vp_change_start(vp), 0);
	ck_assert_int_eq(listed("rcpthosts", name), 0);
	/* users/assign was written: the rest follows. */
	ck_assert_int_eq(vpop_domain_add_alias(vp, name, "real.example"), 0);
	vp_control_how(vp, &how);
	ck_assert_int_eq(vp_control_rcpt_remove(&how, &name, 1, 0), 0);
	ck_assert_int_eq(vp_journal_intend(vp, &intent, 1), 0);
	ck_assert_int_eq(vp_change_start(vp), 0);
	ck_assert_int_eq(listed("rcpthosts", name), 1);
	ck_assert_int_eq(vp_journal_any(vp, NULL), 0);
	/* A deletion is completed. */
	intent.event = "aliasdomain.deleted";
	intent.plan = json_pack("{s:s, s:s, s:i, s:i, s:[s]}", "real",
	    "real.example", "dir", "", "uid", 0, "gid", 0, "names", name);
	ck_assert_int_eq(vp_journal_intend(vp, &intent, 1), 0);
	ck_assert_int_eq(vp_change_start(vp), 0);
	ck_assert_int_eq(listed("rcpthosts", name), 0);
	ck_assert_int_eq(listed("rcpthosts", "real.example"), 1);
	json_decref(intent.plan);
	json_decref(plan);
}
END_TEST

int
main(void)
{
	const TTest *const tests[] = { either_order, refused,
		only_the_alias_is_deleted, interrupted, NULL };

	return site_main("domain_alias", tests);
}
