/* The digests of APOP and CRAM-MD5. */
#include "config.h"

#include "unit.h"

#include "core/password.h"

START_TEST(apop)
{
	char hex[33];

	/* RFC 1939, section 7. */
	vp_apop_digest("<1896.697170952@dbc.mtview.ca.us>", "tanstaaf", hex);
	ck_assert_str_eq(hex, "c4c9334bac560ecc979e58001b3e22fb");
	vp_apop_digest(
	    "<1896.697170952@postoffice.reston.mci.net>", "Cl3arTxt", hex);
	ck_assert_str_eq(hex, "3504987623a598f9fb2520470713b520");
}
END_TEST

START_TEST(cram_md5)
{
	char key[81], hex[33];

	/* RFC 2195, section 2. */
	vp_cram_digest("<1896.697170952@postoffice.reston.mci.net>",
	    "tanstaaftanstaaf", hex);
	ck_assert_str_eq(hex, "b913a602c7eda7a495b4e6e7334d3890");
	vp_cram_digest(
	    "<1896.697170952@postoffice.reston.mci.net>", "Cl3arTxt", hex);
	ck_assert_str_eq(hex, "e80a33a40b77b5bfb6862e3d41ee756f");
	/* RFC 2202, case 6: a key longer than a block. */
	for (int i = 0; i < 80; i++)
		key[i] = (char)0xaa;
	key[80] = '\0';
	vp_cram_digest(
	    "Test Using Larger Than Block-Size Key - Hash Key First", key, hex);
	ck_assert_str_eq(hex, "6b1ab7fe4bd7bf8f0b62e6ce61b9d0cd");
}
END_TEST

int
main(void)
{
	const TTest *const tests[] = { apop, cram_md5, NULL };

	return unit_main("digest", tests);
}
