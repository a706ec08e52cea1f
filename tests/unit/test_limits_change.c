/* Writing limits. */
#include "config.h"

#include "core/limits.h"

#include "site.h"

#define DOMAIN  "a.test"
#define FILE_OF "home/domains/" DOMAIN "/.qmailadmin-limits"

static int
mode_of(const char *name)
{
	char *path = site_path(name);
	struct stat st;
	int mode = stat(path, &st) == 0 ? (int)(st.st_mode & 07777) : -1;

	free(path);
	return mode;
}

START_TEST(sets_and_deletes)
{
	struct vpop_limits limits, found;

	site_domain(DOMAIN, DOMAIN);
	vpop_limits_init(&limits);
	limits.maxpopaccounts = 5;
	limits.default_quota = 10485760;
	limits.flags = VPOP_NO_POP;
	limits.perm_maillist = 1;
	limits.perm_maillist_users = 2;
	limits.perm_maillist_moderators = 4;
	limits.perm_quota = 3;
	ck_assert_int_eq(vpop_limits_are_own(vp, DOMAIN), 0);
	ck_assert_int_eq(vpop_limits_set(vp, DOMAIN, &limits), 0);
	ck_assert_int_eq(vpop_limits_are_own(vp, DOMAIN), 1);
	ck_assert_int_eq(mode_of(FILE_OF), 0600);
	ck_assert_int_eq(vpop_limits_get(vp, DOMAIN, &found), 0);
	ck_assert_mem_eq(&found, &limits, sizeof found);
	limits.maxpopaccounts = 6;
	ck_assert_int_eq(vpop_limits_set(vp, DOMAIN, &limits), 0);
	ck_assert_int_eq(vpop_limits_get(vp, DOMAIN, &found), 0);
	ck_assert_int_eq(found.maxpopaccounts, 6);
	ck_assert_int_eq(vpop_limits_delete(vp, DOMAIN), 0);
	ck_assert_int_eq(mode_of(FILE_OF), -1);
	/* Nothing there: nothing to do. */
	ck_assert_int_eq(vpop_limits_delete(vp, DOMAIN), 0);
}
END_TEST

START_TEST(sets_defaults)
{
	struct vpop_limits limits, found;

	site_domain(DOMAIN, DOMAIN);
	vpop_limits_init(&limits);
	limits.maxaliases = 7;
	ck_assert_int_eq(vpop_limits_set(vp, NULL, &limits), 0);
	ck_assert_int_eq(mode_of("home/etc/vlimits.default"), 0644);
	ck_assert_int_eq(vpop_limits_get(vp, DOMAIN, &found), 0);
	ck_assert_int_eq(found.maxaliases, 7);
	ck_assert_int_eq(vpop_limits_delete(vp, NULL), 0);
	ck_assert_int_eq(vpop_limits_get(vp, DOMAIN, &found), 0);
	ck_assert_int_eq(found.maxaliases, -1);
}
END_TEST

START_TEST(refuses)
{
	struct vpop_limits limits;

	site_domain(DOMAIN, DOMAIN);
	vpop_limits_init(&limits);
	ck_assert_int_eq(
	    vpop_limits_set(vp, "no.test", &limits), VA_DOMAIN_DOES_NOT_EXIST);
	limits.maxaliases = -2;
	ck_assert_int_eq(
	    vpop_limits_set(vp, DOMAIN, &limits), VA_INVALID_ARGUMENT);
	vpop_limits_init(&limits);
	limits.perm_alias = 8;
	ck_assert_int_eq(
	    vpop_limits_set(vp, DOMAIN, &limits), VA_INVALID_ARGUMENT);
	vpop_limits_init(&limits);
	limits.flags = VPOP_QA_ADMIN;
	ck_assert_int_eq(
	    vpop_limits_set(vp, DOMAIN, &limits), VA_INVALID_ARGUMENT);
	ck_assert_int_eq(mode_of(FILE_OF), -1);
}
END_TEST

START_TEST(replaces_a_broken_file)
{
	struct vpop_limits limits, found;

	site_domain(DOMAIN, DOMAIN);
	site_write(FILE_OF, "maxaliases: many\n");
	ck_assert_int_lt(vpop_limits_get(vp, DOMAIN, &found), 0);
	vpop_limits_init(&limits);
	ck_assert_int_eq(vpop_limits_set(vp, DOMAIN, &limits), 0);
	ck_assert_int_eq(vpop_limits_get(vp, DOMAIN, &found), 0);
}
END_TEST

START_TEST(dry_run)
{
	struct vpop_limits limits;

	site_domain(DOMAIN, DOMAIN);
	vpop_limits_init(&limits);
	vp->flags = VPOP_OPEN_DRY_RUN;
	ck_assert_int_eq(vpop_limits_set(vp, DOMAIN, &limits), 0);
	ck_assert_int_eq(vpop_limits_set(vp, NULL, &limits), 0);
	ck_assert_int_eq(vpop_limits_delete(vp, DOMAIN), 0);
	ck_assert_int_eq(mode_of(FILE_OF), -1);
	ck_assert_int_eq(mode_of("home/etc/vlimits.default"), -1);
	ck_assert_int_eq(mode_of("home/etc/vlimits.default.lock"), -1);
}
END_TEST

int
main(void)
{
	const TTest *const tests[] = { sets_and_deletes, sets_defaults, refuses,
		replaces_a_broken_file, dry_run, NULL };

	return site_main("limits_change", tests);
}
