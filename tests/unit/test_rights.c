/* Who may do what: the decisions that need no server. */
#include "config.h"

#include "unit.h"

#include "panel/api/route.h"
#include "panel/auth/rights.h"
#include "panel/auth/token.h"

#define S VHD_SYSTEM
#define R VHD_RESELLER
#define D VHD_DOMAIN
#define N VHD_ANON
#define A VHD_ANYBODY

/* What each address is for; one that is not here fails. */
static const struct {
	enum vhd_method method;
	const char *pattern;
	unsigned roles;
} expected[] = {
	{ VHD_GET, "/server/health", N | S },
	{ VHD_GET, "/openapi.json", A },
	{ VHD_GET, "/modules", S | VHD_OPERATOR },
	{ VHD_GET, "/modules/{m}", S | VHD_OPERATOR },
	{ VHD_PATCH, "/modules/{m}", S },
	{ VHD_POST, "/modules/{m}/actions/reconcile", S },
	{ VHD_GET, "/search", S | R | VHD_OPERATOR | VHD_DOMAIN },
	{ VHD_GET, "/degraded", A },
	{ VHD_GET, "/audit", S | R | VHD_OPERATOR | VHD_DOMAIN },
	{ VHD_GET, "/events", S | R | VHD_OPERATOR | VHD_DOMAIN },
	{ VHD_POST, "/sessions", N | A },
	{ VHD_GET, "/sessions/current", A },
	{ VHD_DELETE, "/sessions/current", A },
	{ VHD_GET, "/accounts/{a}/sessions", A },
	{ VHD_DELETE, "/accounts/{a}/sessions", A },
	{ VHD_DELETE, "/accounts/{a}/sessions/{s}", A },
	{ VHD_GET, "/accounts/{a}/second-factor", A },
	{ VHD_POST, "/accounts/{a}/second-factor", A },
	{ VHD_DELETE, "/accounts/{a}/second-factor", S },
	{ VHD_POST, "/accounts/{a}/second-factor/actions/confirm", A },
	{ VHD_POST, "/accounts/{a}/second-factor/actions/recovery-codes", A },
	{ VHD_POST, "/accounts/{a}/second-factor/actions/disable", A },
	{ VHD_GET, "/accounts/{a}/app-passwords", A },
	{ VHD_POST, "/accounts/{a}/app-passwords", A },
	{ VHD_DELETE, "/accounts/{a}/app-passwords/{i}", A },
	{ VHD_GET, "/tokens", A },
	{ VHD_POST, "/tokens", A },
	{ VHD_GET, "/tokens/{t}", A },
	{ VHD_DELETE, "/tokens/{t}", A },
	{ VHD_GET, "/webhooks", D | R | S },
	{ VHD_POST, "/webhooks", D | R | S },
	{ VHD_GET, "/webhooks/{w}", D | R | S },
	{ VHD_PATCH, "/webhooks/{w}", D | R | S },
	{ VHD_DELETE, "/webhooks/{w}", D | R | S },
	{ VHD_GET, "/webhooks/{w}/dead-letters", D | R | S },
	{ VHD_POST, "/webhooks/{w}/actions/test", D | R | S },
	{ VHD_POST, "/webhooks/{w}/actions/replay", D | R | S },
	{ VHD_GET, "/server/status", S | VHD_OPERATOR },
	{ VHD_GET, "/metrics", S | VHD_OPERATOR },
	{ VHD_GET, "/jobs", A },
	{ VHD_GET, "/jobs/{j}", A },
	{ VHD_DELETE, "/jobs/{j}", A },
	{ VHD_GET, "/grants", S },
	{ VHD_POST, "/grants", S },
	{ VHD_GET, "/grants/{a}", S },
	{ VHD_DELETE, "/grants/{a}", S },
	{ VHD_GET, "/resellers", S },
	{ VHD_GET, "/resellers/{a}", S | R },
	{ VHD_PATCH, "/resellers/{a}", S },
};
#define EXPECTED (sizeof expected / sizeof *expected)

START_TEST(every_route_is_expected)
{
	ck_assert_uint_eq(vhd_routes_count, EXPECTED);
	for (size_t i = 0; i < vhd_routes_count; i++) {
		const struct vhd_route *route = &vhd_routes[i];
		size_t n = 0;

		ck_assert_int_eq(strncmp(route->pattern, VHD_API, 7), 0);
		while (n < EXPECTED && (expected[n].method != route->method ||
					   strcmp(expected[n].pattern,
					       route->pattern + 7) != 0))
			n++;
		ck_assert_msg(n < EXPECTED, "%s %s is not expected",
		    vhd_method_names[route->method], route->pattern);
		ck_assert_msg(expected[n].roles == route->roles, "%s %s",
		    vhd_method_names[route->method], route->pattern);
	}
}
END_TEST

/* ---- roles at a place --------------------------------------------------- */

#define HOME  "home.test"
#define OTHER "other.test"

static const struct vp_module_resource domains = { .name = "domains",
	.key = "name" };
static const struct vp_module_resource users = {
	.name = "users", .key = "name", .of_domain = 1
};
static const struct vp_module_resource password = {
	.name = "password", .of_domain = 1, .within = &users
};

static struct vhd_who
who(enum vhd_role role, enum vhd_role at_home, const char *user)
{
	struct vhd_who who = { .role = role, .at_home = at_home };

	snprintf(who.user, sizeof who.user, "%s", user);
	snprintf(who.domain, sizeof who.domain, HOME);
	return who;
}

enum {
	MS = VP_MODULE_SYSTEM,
	MO = VP_MODULE_OPERATOR,
	MR = VP_MODULE_RESELLER,
	MD = VP_MODULE_DOMAIN,
	MU = VP_MODULE_USER
};

START_TEST(roles_add_up)
{
	const struct vhd_who anon = { .role = VHD_ANON };
	const struct vhd_who joe = who(VHD_USER, VHD_USER, "joe");
	const struct vhd_who admin = who(VHD_DOMAIN, VHD_DOMAIN, "joe");
	const struct vhd_who reseller = who(VHD_RESELLER, VHD_DOMAIN, "joe");
	const struct vhd_who plain = who(VHD_RESELLER, VHD_USER, "joe");
	const struct vhd_who seer = who(VHD_OPERATOR, VHD_USER, "joe");
	const struct vhd_who root = { .role = VHD_SYSTEM,
		.at_home = VHD_SYSTEM };
	const struct vhd_place own = {
		.resource = &users, .domain = HOME, .key = "joe"
	};
	const struct vhd_place mine = {
		.resource = &password, .domain = HOME, .parent = "JOE"
	};
	const struct vhd_place ann = {
		.resource = &users, .domain = HOME, .key = "ann"
	};
	const struct vhd_place all = {
		.resource = &users, .domain = HOME, .is_list = 1
	};
	const struct vhd_place foreign = {
		.resource = &users, .domain = OTHER, .key = "joe"
	};
	const struct vhd_place other = { .resource = &domains, .key = OTHER };
	const struct vhd_place home = { .resource = &domains, .key = HOME };
	const struct {
		const struct vhd_place *place;
		const char *domain;
		int is_owned;
		unsigned anon, joe, admin, reseller, plain, seer, root;
	} cases[] = {
		{ &own, HOME, 0, 0, MU, MD | MU, MD | MU, MU, MO | MU, MS },
		{ &mine, HOME, 0, 0, MU, MD | MU, MD | MU, MU, MO | MU, MS },
		{ &ann, HOME, 0, 0, 0, MD, MD, 0, MO, MS },
		{ &all, HOME, 0, 0, 0, MD, MD, 0, MO, MS },
		{ &foreign, OTHER, 0, 0, 0, 0, 0, 0, MO, MS },
		{ &foreign, OTHER, 1, 0, 0, 0, MR, MR, MO, MS },
		{ &other, OTHER, 0, 0, 0, 0, 0, 0, MO, MS },
		{ &other, OTHER, 1, 0, 0, 0, MR, MR, MO, MS },
		{ &home, HOME, 0, 0, 0, MD, MD, 0, MO, MS },
	};

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		const struct vhd_place *p = cases[i].place;
		const char *d = cases[i].domain;

		ck_assert_uint_eq(vhd_rights_at(&anon, p, d, 0), cases[i].anon);
		ck_assert_uint_eq(vhd_rights_at(&joe, p, d, 0), cases[i].joe);
		ck_assert_uint_eq(
		    vhd_rights_at(&admin, p, d, 0), cases[i].admin);
		ck_assert_uint_eq(
		    vhd_rights_at(&reseller, p, d, cases[i].is_owned),
		    cases[i].reseller);
		ck_assert_uint_eq(
		    vhd_rights_at(&plain, p, d, cases[i].is_owned),
		    cases[i].plain);
		ck_assert_uint_eq(vhd_rights_at(&seer, p, d, 0), cases[i].seer);
		ck_assert_uint_eq(vhd_rights_at(&root, p, d, 0), cases[i].root);
	}
}
END_TEST

START_TEST(a_permission_is_denied_by_its_bit)
{
	const struct vpop_limits limits = { .perm_alias = VPOP_DENY_CREATE,
		.perm_forward = VPOP_DENY_CREATE | VPOP_DENY_DELETE };
	json_t *names = json_pack("[s, s]", "alias", "forward");

	ck_assert_str_eq(
	    vhd_rights_denied(&limits, names, VPOP_DENY_CREATE), "alias");
	ck_assert_str_eq(
	    vhd_rights_denied(&limits, names, VPOP_DENY_DELETE), "forward");
	ck_assert_ptr_null(vhd_rights_denied(&limits, names, VPOP_DENY_MODIFY));
	json_decref(names);
}
END_TEST

/* ---- tokens ------------------------------------------------------------ */

START_TEST(scopes_and_domains)
{
	json_t *none = json_object();
	json_t *read = json_pack("{s:[s]}", "scopes", "read");
	json_t *some = json_pack("{s:[s,s], s:[s]}", "scopes", "POST users",
	    "* aliases", "domains", HOME);

	ck_assert_int_eq(vhd_token_allows(none, "DELETE", "users", ""), 1);
	ck_assert_int_eq(vhd_token_allows(read, "GET", "users", ""), 1);
	ck_assert_int_eq(vhd_token_allows(read, "POST", "users", ""), 0);
	ck_assert_int_eq(vhd_token_allows(some, "POST", "users", HOME), 1);
	ck_assert_int_eq(vhd_token_allows(some, "GET", "users", HOME), 0);
	ck_assert_int_eq(vhd_token_allows(some, "PUT", "aliases", HOME), 1);
	ck_assert_int_eq(vhd_token_allows(some, "PUT", "aliases", OTHER), 0);
	ck_assert_int_eq(vhd_token_allows(some, "PUT", "aliases", ""), 0);
	json_decref(none);
	json_decref(read);
	json_decref(some);
}
END_TEST

START_TEST(scopes_have_a_form)
{
	static const char *const right[] = { "read", "* *", "GET *",
		"DELETE users", "* default-limits" };
	static const char *const wrong[] = { "", "GET", "HEAD users",
		"get users", "GET  users", "GET users ", "GET ", "FETCH users",
		"GET a/b", "READ" };

	for (size_t i = 0; i < sizeof right / sizeof *right; i++)
		ck_assert_msg(vhd_scope_is_right(right[i]), "%s", right[i]);
	for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
		ck_assert_msg(!vhd_scope_is_right(wrong[i]), "%s", wrong[i]);
}
END_TEST

static int
is_for(const char *network, const char *address)
{
	json_t *limits = json_pack("{s:[s]}", "addresses", network);
	int rc = vhd_token_is_for(limits, address);

	json_decref(limits);
	return rc;
}

START_TEST(networks)
{
	ck_assert_int_eq(is_for("192.0.2.0/24", "192.0.2.255"), 1);
	ck_assert_int_eq(is_for("192.0.2.0/24", "192.0.3.0"), 0);
	ck_assert_int_eq(is_for("192.0.2.128/25", "192.0.2.127"), 0);
	ck_assert_int_eq(is_for("192.0.2.7", "192.0.2.7"), 1);
	ck_assert_int_eq(is_for("192.0.2.7", "192.0.2.8"), 0);
	ck_assert_int_eq(is_for("192.0.2.7", "::ffff:192.0.2.7"), 1);
	ck_assert_int_eq(is_for("0.0.0.0/0", "203.0.113.1"), 1);
	ck_assert_int_eq(is_for("0.0.0.0/0", "2001:db8::1"), 0);
	ck_assert_int_eq(is_for("2001:db8::/33", "2001:db8:7fff::1"), 1);
	ck_assert_int_eq(is_for("2001:db8::/33", "2001:db8:8000::1"), 0);
	ck_assert_int_eq(is_for("::/0", "192.0.2.7"), 1);
	ck_assert_int_eq(is_for("192.0.2.0/24", ""), 0);
	ck_assert_int_eq(vhd_token_is_for(NULL, ""), 1);
	ck_assert(!vhd_network_is_right("192.0.2.0/33"));
	ck_assert(!vhd_network_is_right("2001:db8::/129"));
	ck_assert(!vhd_network_is_right("192.0.2"));
	ck_assert(!vhd_network_is_right("192.0.2.0/"));
	ck_assert(!vhd_network_is_right("192.0.2.0/-1"));
	ck_assert(!vhd_network_is_right(""));
}
END_TEST

int
main(void)
{
	const TTest *const tests[] = { every_route_is_expected, roles_add_up,
		a_permission_is_denied_by_its_bit, scopes_and_domains,
		scopes_have_a_form, networks, NULL };

	return unit_main("rights", tests);
}
