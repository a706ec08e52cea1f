/* Logins to the panel: what can be tried without a server. */
#include "config.h"

#include "site.h"

#include "panel/auth/account.h"
#include "panel/auth/cookie.h"
#include "panel/auth/csrf.h"
#include "panel/auth/factor.h"
#include "panel/auth/throttle.h"
#include "panel/auth/totp.h"

#define SECRET                                                                 \
	"000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f"

static struct vhd_state *state;

static void
open_state(void)
{
	char error[VHD_STATE_ERROR];

	ck_assert_msg(vhd_state_open(vp, &state, error) == 0, "%s", error);
}

/* RFC 6238, appendix B: the last six of eight digits. */
START_TEST(codes_of_the_standard)
{
	static const struct {
		int64_t time;
		uint32_t code;
	} vectors[] = {
		{ 59, 287082 },
		{ 1111111109, 81804 },
		{ 1111111111, 50471 },
		{ 1234567890, 5924 },
		{ 2000000000, 279037 },
		{ INT64_C(20000000000), 353130 },
	};
	static const unsigned char key[] = "12345678901234567890";

	for (size_t i = 0; i < sizeof vectors / sizeof *vectors; i++)
		ck_assert_uint_eq(
		    vhd_totp_code(key, 20, vectors[i].time / VHD_TOTP_SECONDS),
		    vectors[i].code);
	ck_assert_int_eq(vhd_totp_find(key, 20, 59, "287082"), 1);
	ck_assert_int_eq(vhd_totp_find(key, 20, 89, "287082"), 1);
	ck_assert_int_eq(vhd_totp_find(key, 20, 29, "287082"), 1);
	ck_assert_int_eq(vhd_totp_find(key, 20, 90, "287082"), -1);
	ck_assert_int_eq(vhd_totp_find(key, 20, 1234567890, "005924"),
	    1234567890 / VHD_TOTP_SECONDS);
	ck_assert_int_eq(vhd_totp_find(key, 20, 1234567890, "5924"), -1);
	ck_assert_int_eq(vhd_totp_find(key, 20, 59, ""), -1);
	ck_assert_int_eq(vhd_totp_find(key, 20, 59, "94287082"), -1);
}
END_TEST

/* RFC 4648, section 10, without padding. */
START_TEST(base32_of_the_standard)
{
	static const char *const vectors[][2] = { { "", "" }, { "f", "MY" },
		{ "fo", "MZXQ" }, { "foo", "MZXW6" }, { "foob", "MZXW6YQ" },
		{ "fooba", "MZXW6YTB" }, { "foobar", "MZXW6YTBOI" } };

	for (size_t i = 0; i < sizeof vectors / sizeof *vectors; i++) {
		char text[VHD_BASE32_SIZE(6)];
		size_t size = strlen(vectors[i][0]);

		vhd_base32((const unsigned char *)vectors[i][0], size, text);
		ck_assert_str_eq(text, vectors[i][1]);
		ck_assert_uint_eq(strlen(text) + 1, VHD_BASE32_SIZE(size));
	}
}
END_TEST

START_TEST(cookies)
{
	static const struct {
		const char *header;
		int rc;
	} cases[] = {
		{ "n=" SECRET, 0 },
		{ "a=b; n=" SECRET "; c=d", 0 },
		{ "a=b;n=" SECRET " ;c", 0 },
		{ "\tn=" SECRET "\t", 0 },
		{ ";;; n=" SECRET ";", 0 },
		{ "", -1 },
		{ ";", -1 },
		{ "n", -1 },
		{ "n=", -1 },
		{ "n= " SECRET, -1 },
		{ "n =" SECRET, -1 },
		{ "xn=" SECRET, -1 },
		{ "nx=" SECRET, -1 },
		{ "N=" SECRET, -1 },
		{ "n=" SECRET "0", -1 },
		{ "n=" SECRET "00", -1 },
		{ "n=0" SECRET, -1 },
		{ "n=\"" SECRET "\"", -1 },
		{ "n=" SECRET "; n=" SECRET, -1 },
		{ "n=; n=" SECRET, -1 },
		{ "n=" SECRET "; n=", -1 },
		{ "n=000102030405060708090A0b0c0d0e0f"
		  "101112131415161718191a1b1c1d1e1f",
		    -1 },
		{ "a=n=" SECRET, -1 },
	};

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		unsigned char bytes[VHD_COOKIE_BYTES];

		ck_assert_msg(
		    vhd_cookie_find(cases[i].header, "n", bytes) == cases[i].rc,
		    "'%s'", cases[i].header);
		for (unsigned b = 0; cases[i].rc == 0 && b < sizeof bytes; b++)
			ck_assert_uint_eq(bytes[b], b);
	}
}
END_TEST

START_TEST(origins)
{
	ck_assert(vhd_origin_is_ours("https://p.test", "", "p.test"));
	ck_assert(vhd_origin_is_ours("http://p.test:8080", "", "p.test:8080"));
	ck_assert(vhd_origin_is_ours("HTTPS://P.test", "", "p.TEST"));
	ck_assert(!vhd_origin_is_ours("https://p.test:8080", "", "p.test"));
	ck_assert(!vhd_origin_is_ours("https://p.test.evil", "", "p.test"));
	ck_assert(!vhd_origin_is_ours("null", "", "p.test"));
	ck_assert(!vhd_origin_is_ours("", "", ""));
	ck_assert(!vhd_origin_is_ours("ftp://p.test", "", "p.test"));
	ck_assert(
	    vhd_origin_is_ours("https://b", " https://a  https://b ", "x"));
	ck_assert(!vhd_origin_is_ours("https://x", "https://a", "x"));
	ck_assert(!vhd_origin_is_ours("https://a", "https://ab", "x"));
	ck_assert(!vhd_origin_is_ours("", "https://a ", "x"));
}
END_TEST

START_TEST(forwarded_addresses)
{
	static const char *const cases[][2] = { { "192.0.2.1", "192.0.2.1" },
		{ "x, 192.0.2.1", "192.0.2.1" },
		{ "192.0.2.9,\t2001:DB8:0:0::1 ", "2001:db8::1" },
		{ "::ffff:192.0.2.1", "192.0.2.1" }, { "", NULL },
		{ "192.0.2.1,", NULL }, { "192.0.2.1 x", NULL },
		{ "192.0.2.1:80", NULL }, { "[2001:db8::1]", NULL },
		{ "192.0.2.256", NULL }, { "fe80::1%eth0", NULL },
		{ "0000:0000:0000:0000:0000:0000:0000:0000:0000:0000:0000",
		    NULL } };
	char address[VHD_ADDRESS_SIZE];

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		int rc = vhd_forwarded_address(cases[i][0], address);

		ck_assert_msg(
		    rc == (cases[i][1] ? 0 : -1), "'%s'", cases[i][0]);
		if (rc == 0)
			ck_assert_str_eq(address, cases[i][1]);
	}
	ck_assert_int_eq(vhd_forwarded_address(NULL, address), 0);
	ck_assert_str_eq(address, "");
}
END_TEST

/* ---- in the state ------------------------------------------------------ */

static struct vhd_rate rate;

static int64_t
take(const char *account, const char *address, int64_t now)
{
	const struct vhd_attempt attempt = { 3, 5, 10, account, address, now };

	return vhd_throttle_take(state, &attempt, &rate);
}

START_TEST(failures_are_forgotten_one_by_one)
{
	open_state();
	for (int i = 0; i < 3; i++)
		ck_assert_int_eq(take("a", "192.0.2.1", 1000), 0);
	ck_assert_int_eq(take("a", "192.0.2.1", 1000), 10);
	ck_assert_int_eq(take("a", "192.0.2.2", 1004), 6);
	ck_assert_int_eq(take("a", "192.0.2.1", 1010), 0);
	ck_assert_int_eq(take("a", "192.0.2.1", 1011), 9);
	/* The clock is put back by a year. */
	ck_assert_int_eq(take("a", "192.0.2.1", 10), 10);
	ck_assert_int_eq(take("a", "192.0.2.1", 20), 0);
	/* Of an address. */
	for (int i = 0; i < 5; i++)
		ck_assert_int_eq(take((const char[]){ (char)('b' + i), '\0' },
				     "2001:db8::1", 1000),
		    0);
	ck_assert_int_gt(take("z", "2001:db8::2", 1000), 0);
	ck_assert_int_eq(take("z", "2001:db8:0:1::2", 1000), 0);
	/* Who is on this machine has none. */
	for (int i = 0; i < 10; i++)
		ck_assert_int_eq(
		    take((const char[]){ (char)('A' + i), '\0' }, "", 1000), 0);
	vhd_state_close(state);
}
END_TEST

static void
rate_is(int64_t limit, int64_t remaining, int64_t reset)
{
	ck_assert_int_eq(rate.limit, limit);
	ck_assert_int_eq(rate.remaining, remaining);
	ck_assert_int_eq(rate.reset, reset);
}

/* The tighter limit is told. */
START_TEST(what_is_left_is_told)
{
	open_state();
	ck_assert_int_eq(take("a", "192.0.2.1", 1000), 0);
	rate_is(3, 2, 10);
	ck_assert_int_eq(take("a", "192.0.2.1", 1005), 0);
	rate_is(3, 1, 15);
	ck_assert_int_eq(take("a", "192.0.2.1", 1005), 0);
	ck_assert_int_eq(take("a", "192.0.2.1", 1005), 5);
	rate_is(3, 0, 30);
	ck_assert_int_eq(take("b", "192.0.2.1", 1005), 0);
	rate_is(5, 1, 35);
	vhd_state_close(state);
}
END_TEST

START_TEST(who_was_right_is_known)
{
	const struct vhd_attempt good = { 3, 5, 10, "a", "192.0.2.1", 1000 };

	open_state();
	ck_assert_int_eq(vhd_throttle_take(state, &good, &rate), 0);
	ck_assert_int_eq(vhd_throttle_right(state, &good), 0);
	for (int i = 0; i < 3; i++)
		ck_assert_int_eq(take("a", "192.0.2.2", 1000), 0);
	ck_assert_int_gt(take("a", "192.0.2.3", 1000), 0);
	for (int i = 0; i < 3; i++)
		ck_assert_int_eq(take("a", "192.0.2.1", 1000), 0);
	ck_assert_int_gt(take("a", "192.0.2.1", 1000), 0);
	vhd_state_close(state);
}
END_TEST

START_TEST(what_nobody_judged_does_not_count)
{
	const struct vhd_attempt attempt = { 3, 5, 10, "a", "192.0.2.1", 1000 };

	open_state();
	for (int i = 0; i < 20; i++) {
		ck_assert_int_eq(vhd_throttle_take(state, &attempt, &rate), 0);
		ck_assert_int_eq(vhd_throttle_give_back(state, &attempt), 0);
	}
	vhd_state_close(state);
}
END_TEST

START_TEST(the_table_of_failures_is_bounded)
{
	sqlite3_stmt *query;

	open_state();
	for (int i = 0; i < 3; i++)
		ck_assert_int_eq(take("a", "", 1000), 0);
	ck_assert_int_ge(
	    vhd_state_run(state,
		"WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1"
		" FROM n WHERE i < 10100) INSERT INTO throttle"
		" SELECT cast(i AS BLOB), 1001 FROM n"),
	    10100);
	ck_assert_int_eq(take("b", "", 1000), 0);
	query = vhd_state_query(state, "SELECT count(*) FROM throttle");
	ck_assert_int_eq(vhd_state_next(state, query), 1);
	ck_assert_int_eq(sqlite3_column_int(query, 0), 10000);
	vhd_state_done(query);
	/* Who has failed more often stays. */
	ck_assert_int_gt(take("a", "", 1000), 0);
	vhd_state_close(state);
}
END_TEST

static void
code_at(const unsigned char key[VHD_TOTP_KEY], int64_t time, char code[16])
{
	snprintf(code, 16, "%06u",
	    (unsigned)vhd_totp_code(
		key, VHD_TOTP_KEY, time / VHD_TOTP_SECONDS));
}

START_TEST(a_factor_begins_and_ends)
{
	char codes[VHD_RECOVERY_CODES][VHD_RECOVERY_SIZE], code[16];
	unsigned char key[VHD_TOTP_KEY];
	struct vhd_factor factor;

	open_state();
	ck_assert_int_eq(vhd_factor_begin(state, "a", 6000, key), 0);
	ck_assert_int_eq(vhd_factor_begin(state, "a", 6000, key), 0);
	code_at(key, 6000, code);
	ck_assert_int_eq(vhd_factor_check(state, "a", 6000, code), 0);
	ck_assert_int_eq(vhd_factor_confirm(state, "b", 6000, code, codes), 0);
	ck_assert_int_eq(vhd_factor_confirm(state, "a", 9000, code, codes), 0);
	ck_assert_int_eq(vhd_factor_confirm(state, "a", 6000, code, codes), 1);
	ck_assert_int_eq(vhd_factor_get(state, "a", &factor), 0);
	ck_assert(factor.is_on && factor.created == 6000);
	ck_assert_int_eq(factor.codes, VHD_RECOVERY_CODES);

	/* The one that confirmed is used up. */
	ck_assert_int_eq(vhd_factor_check(state, "a", 6000, code), 0);
	code_at(key, 6030, code);
	ck_assert_int_eq(vhd_factor_check(state, "a", 6000, code), 1);
	ck_assert_int_eq(vhd_factor_check(state, "a", 6000, code), 0);
	ck_assert_int_eq(vhd_factor_check(state, "b", 6000, codes[0]), 0);
	ck_assert_int_eq(vhd_factor_check(state, "a", 6000, codes[0]), 1);
	ck_assert_int_eq(vhd_factor_check(state, "a", 6000, codes[0]), 0);
	ck_assert_int_eq(vhd_factor_check(state, "a", 6000, ""), 0);
	ck_assert_int_eq(vhd_factor_check(state, "a", 6000,
			     "a-very-long-text-that-is-no-code"),
	    0);

	/* It cannot be begun again over the one that holds. */
	ck_assert_int_eq(vhd_factor_begin(state, "a", 7000, key), 0);
	ck_assert_int_eq(vhd_factor_get(state, "a", &factor), 0);
	ck_assert(factor.is_on && factor.created == 6000);
	ck_assert_int_eq(vhd_factor_remove(state, "a"), 0);
	ck_assert_int_eq(vhd_factor_check(state, "a", 6000, codes[1]), 0);
	vhd_state_close(state);
}
END_TEST

START_TEST(roles)
{
	struct vpop_user user = { .name = "joe", .domain = "b.test" };
	char name[VHD_ACCOUNT_SIZE];

	ck_assert_int_eq(vhd_account_role(&user), VHD_USER);
	user.gid = VPOP_QA_ADMIN;
	ck_assert_int_eq(vhd_account_role(&user), VHD_DOMAIN);
	user.gid |= VPOP_SA_ADMIN;
	ck_assert_int_eq(vhd_account_role(&user), VHD_SYSTEM);
	vhd_account_name(&user, name);
	ck_assert_str_eq(name, "joe@b.test");
	snprintf(user.name, sizeof user.name, "postmaster");
	user.gid = 0;
	ck_assert_int_eq(vhd_account_role(&user), VHD_DOMAIN);
	ck_assert_str_eq(vhd_role_name(VHD_RESELLER), "reseller");
	ck_assert_int_eq(vhd_role_find("operator x", 8), VHD_OPERATOR);
	ck_assert_int_eq(vhd_role_find("operator", 4), 0);
}
END_TEST

int
main(void)
{
	const TTest *const tests[] = { codes_of_the_standard,
		base32_of_the_standard, cookies, origins, forwarded_addresses,
		failures_are_forgotten_one_by_one, what_is_left_is_told,
		who_was_right_is_known, what_nobody_judged_does_not_count,
		the_table_of_failures_is_bounded, a_factor_begins_and_ends,
		roles, NULL };

	return site_main("panel_auth", tests);
}
