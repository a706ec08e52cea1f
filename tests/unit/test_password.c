/* Hashes: verifying and making them. */
#include "config.h"

#include "site.h"

#include "core/password.h"

START_TEST(verifies)
{
	static const char *const want[][2] = {
		{ "secret", "$1$abcdefgh$cHJi5PXp/ki/ktXzqlk6I1" },
		{ "secret", "abNANd1rDfiNc" },
		{ "secret",
		    "$6$abcdefgh$ltjgWl6579NluT/Vi1nwEvcil.G5Nbc4NiXZaNGStk8"
		    "PSwGfQv72N2CKPPrVACtLtip/cZ/1GM/O6IND4WQhG." },
		{ "Secret123.!x",
		    "{SHA512-CRYPT}$6$Co79FXzW$kasx4N5dVQBz0m5kEF5Pi0WaTZUwQ"
		    "LGIeD6q0w3oz.lFPpPKZU9uHx9KEpuN9idZmGRdtUfWf0i8cawvu3bI"
		    "S." },
	};

	for (size_t i = 0; i < sizeof want / sizeof want[0]; i++) {
		ck_assert_int_eq(
		    vp_password_matches(want[i][0], want[i][1]), 1);
		ck_assert_int_eq(vp_password_matches("Secret", want[i][1]), 0);
		ck_assert_int_eq(vp_password_matches("", want[i][1]), 0);
	}
}
END_TEST

START_TEST(nothing_never_matches)
{
	static const char *const hashes[] = { "", "*", "!", "*0", "!abNANd1r",
		"{CRYPT}", "{X}*", NULL };

	for (int i = 0; hashes[i]; i++) {
		ck_assert_int_eq(vp_password_matches("secret", hashes[i]), 0);
		ck_assert_int_eq(vp_password_matches("", hashes[i]), 0);
		ck_assert_int_eq(vp_password_matches(hashes[i], hashes[i]), 0);
		ck_assert_int_eq(
		    vp_password_verify(vp, "secret", hashes[i]), 0);
		ck_assert_int_eq(vp_password_verify(vp, "", hashes[i]), 0);
	}
	ck_assert_int_eq(vp_password_verify(vp, "x", "$nope$abc$def"), 0);
	ck_assert_int_eq(vp_password_verify(vp, "secret", "abNANd1rDfiNc"), 1);
	ck_assert_int_eq(vp_password_verify(vp, "Secret", "abNANd1rDfiNc"), 0);
	ck_assert_int_eq(vp_password_matches("x", "$nope$abc$def"), -1);
	ck_assert_int_eq(vp_password_matches("secret", "secret"), 0);
	ck_assert_int_eq(vp_password_matches("x", "$argon2id$v=19$x"), -1);
}
END_TEST

START_TEST(makes_every_scheme)
{
	static const char *const prefixes[] = { "", "$1$", "$5$", "$6$", "$2b$",
		"$y$", "$argon2id$" };
	char hash[VPOP_PASSWD_SIZE], again[VPOP_PASSWD_SIZE];

	for (int i = VP_SCHEME_DES; i <= VP_SCHEME_ARGON2ID; i++) {
		enum vp_scheme scheme = (enum vp_scheme)i;

		ck_assert_int_eq(
		    vp_password_hash_scheme(vp, scheme, "Pa ss:w0", hash), 0);
		ck_assert_int_eq(
		    vp_password_hash_scheme(vp, scheme, "Pa ss:w0", again), 0);
		ck_assert_str_ne(hash, again);
		ck_assert_int_eq(
		    strncmp(hash, prefixes[i], strlen(prefixes[i])), 0);
		ck_assert_int_eq(vp_password_matches("Pa ss:w0", hash), 1);
		ck_assert_int_eq(vp_password_matches("pa ss:w0", hash), 0);
		ck_assert_int_eq(vp_password_check_hash(vp, hash), 0);
		ck_assert_int_eq(
		    vp_password_is_weak(hash), scheme <= VP_SCHEME_MD5);
	}
	ck_assert_int_eq(vp_password_is_weak(""), 1);
	ck_assert_int_eq(vp_password_is_weak("{MD5-CRYPT}$1$a$b"), 1);
	ck_assert_int_eq(vp_password_is_weak("*"), 0);
}
END_TEST

START_TEST(uses_the_settings)
{
	char hash[VPOP_PASSWD_SIZE];

	ck_assert_int_eq(vpop_password_hash(vp, "abc", hash), 0);
	ck_assert_int_eq(strncmp(hash, "$y$", 3), 0);
	ck_assert_int_eq(
	    site_open("password_scheme = bcrypt\npassword_cost = 4\n"), 0);
	ck_assert_int_eq(vpop_password_hash(vp, "abc", hash), 0);
	ck_assert_int_eq(strncmp(hash, "$2b$04$", 7), 0);
	vp_password_dummy(vp, "abc");
	ck_assert_int_eq(vpop_code(vp), 0);
	ck_assert_int_eq(
	    site_open("password_scheme = bcrypt\npassword_cost = 99\n"), 0);
	ck_assert_int_eq(vpop_password_hash(vp, "abc", hash), VA_CRYPT_FAILED);
}
END_TEST

START_TEST(bounds)
{
	char clear[300], hash[VPOP_PASSWD_SIZE];

	memset(clear, 'x', sizeof clear);
	clear[255] = '\0';
	ck_assert_int_eq(
	    vp_password_hash_scheme(vp, VP_SCHEME_SHA512, clear, hash), 0);
	ck_assert_int_eq(
	    vp_password_hash_scheme(vp, VP_SCHEME_BCRYPT, clear, hash),
	    VA_PASSWD_TOO_LONG);
	clear[255] = 'x';
	clear[256] = '\0';
	ck_assert_int_eq(
	    vp_password_hash_scheme(vp, VP_SCHEME_SHA512, clear, hash),
	    VA_PASSWD_TOO_LONG);
	ck_assert_int_eq(
	    vp_password_hash_scheme(vp, VP_SCHEME_SHA512, "", hash),
	    VA_PWSTR_LENGTH);
	ck_assert_int_eq(vp_password_check_hash(vp, clear), VA_PASSWD_TOO_LONG);
	ck_assert_int_eq(vp_password_check_hash(vp, "a:b"), VA_BAD_CHAR);
	ck_assert_int_eq(vp_password_check_hash(vp, "a\nb"), VA_BAD_CHAR);
	ck_assert_int_eq(vp_password_check_hash(vp, "a b"), VA_BAD_CHAR);
}
END_TEST

START_TEST(accounts)
{
	struct vpop_user user = {
		.name = "bob", .domain = "x.example", .passwd = "abNANd1rDfiNc"
	};

	ck_assert_int_eq(vpop_user_verify(vp, &user, "secret"), 0);
	ck_assert_int_eq(vpop_user_verify(vp, &user, "Secret"), VA_AUTH_FAILED);
	ck_assert_int_eq(vpop_user_verify(vp, &user, ""), VA_AUTH_FAILED);
	user.passwd[0] = '\0';
	ck_assert_int_eq(vpop_user_verify(vp, &user, ""), VA_AUTH_FAILED);
	ck_assert_int_eq(vpop_user_is_locked(&user), 1);
	memcpy(user.passwd, "!abNANd1rDfiNc", 15);
	ck_assert_int_eq(vpop_user_is_locked(&user), 1);
	memcpy(user.passwd, "{CRYPT}*", 9);
	ck_assert_int_eq(vpop_user_is_locked(&user), 1);
	memcpy(user.passwd, "$zz$1", 6);
	ck_assert_int_eq(vpop_user_is_locked(&user), 0);
	ck_assert_int_eq(vpop_user_verify(vp, &user, "x"), VA_CRYPT_FAILED);
}
END_TEST

int
main(void)
{
	const TTest *const tests[] = { verifies, nothing_never_matches,
		makes_every_scheme, uses_the_settings, bounds, accounts, NULL };

	return site_main("password", tests);
}
