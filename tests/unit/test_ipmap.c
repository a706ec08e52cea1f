/* The map of addresses to domains: changing it. */
#include "config.h"

#include "core/ipmap.h"

#include "site.h"

#define MAP "home/etc/ip_alias_map"

static void
map_is(const char *expect)
{
	char *text = site_read(MAP);

	if (expect)
		ck_assert_str_eq(text, expect);
	else
		ck_assert_ptr_null(text);
	free(text);
}

START_TEST(adds_and_replaces)
{
	char found[VPOP_DOMAIN_SIZE];

	site_domain("a.test", "a.test");
	site_domain("b.test", "b.test");
	ck_assert_int_eq(vpop_ipmap_add(vp, "192.0.2.1", "A.test"), 0);
	ck_assert_int_eq(vpop_ipmap_add(vp, "192.0.2.2", "b.test"), 0);
	ck_assert_int_eq(vpop_ipmap_add(vp, "2001:DB8:0::5", "b.test"), 0);
	map_is("192.0.2.1 a.test\n192.0.2.2 b.test\n2001:db8::5 b.test\n");
	ck_assert_int_eq(vpop_ipmap_add(vp, "::ffff:192.0.2.1", "b.test"), 0);
	map_is("192.0.2.1 b.test\n192.0.2.2 b.test\n2001:db8::5 b.test\n");
	ck_assert_int_eq(vpop_ipmap_get(vp, "2001:db8::5", found), 0);
	ck_assert_str_eq(found, "b.test");
	ck_assert_int_eq(vpop_ipmap_delete(vp, "192.0.2.2", "B.TEST"), 0);
	map_is("192.0.2.1 b.test\n2001:db8::5 b.test\n");
}
END_TEST

START_TEST(keeps_what_is_not_ours)
{
	site_domain("a.test", "a.test");
	site_write(MAP, "# comment %n%s\n\nnonsense\n192.0.2.1\tgone.test\n"
			"192.0.2.1 other.test\n 192.0.2.9 x.test\nlast 1");
	ck_assert_int_eq(vpop_ipmap_add(vp, "192.0.2.1", "a.test"), 0);
	map_is("# comment %n%s\n\nnonsense\n192.0.2.1 a.test\n"
	       " 192.0.2.9 x.test\nlast 1\n");
	/* The domain of a pair need not exist to be removed. */
	ck_assert_int_eq(vpop_ipmap_delete(vp, "192.0.2.9", "x.test"), 0);
	ck_assert_int_eq(vpop_ipmap_delete(vp, "192.0.2.9", "x.test"),
	    VA_DOMAIN_DOES_NOT_EXIST);
	ck_assert_int_eq(vpop_ipmap_delete(vp, "192.0.2.1", "b.test"),
	    VA_DOMAIN_DOES_NOT_EXIST);
	map_is("# comment %n%s\n\nnonsense\n192.0.2.1 a.test\nlast 1\n");
}
END_TEST

START_TEST(refuses)
{
	site_domain("a.test", "a.test");
	ck_assert_int_eq(
	    vpop_ipmap_add(vp, "junk", "a.test"), VA_INVALID_IP_ADDRESS);
	ck_assert_int_eq(vpop_ipmap_add(vp, "192.0.2.1\n192.0.2.2", "a.test"),
	    VA_INVALID_IP_ADDRESS);
	ck_assert_int_eq(vpop_ipmap_add(vp, "192.0.2.1", "no.test"),
	    VA_DOMAIN_DOES_NOT_EXIST);
	ck_assert_int_eq(vpop_ipmap_add(vp, NULL, "a.test"), VA_NULL_POINTER);
	ck_assert_int_eq(
	    vpop_ipmap_delete(vp, "192.0.2.1", NULL), VA_NULL_POINTER);
	map_is(NULL);
}
END_TEST

START_TEST(dry_run)
{
	site_domain("a.test", "a.test");
	vp->flags = VPOP_OPEN_DRY_RUN;
	ck_assert_int_eq(vpop_ipmap_add(vp, "192.0.2.1", "a.test"), 0);
	map_is(NULL);
}
END_TEST

int
main(void)
{
	const TTest *const tests[] = { adds_and_replaces,
		keeps_what_is_not_ours, refuses, dry_run, NULL };

	return site_main("ipmap", tests);
}
