/* The password policy. */
#include "config.h"

#include "site.h"

#include "core/policy.h"

static const char file[] = "home/etc/password_strength.conf";

/* The code of a password under a policy given as text. */
static int
check(const char *policy, const char *password)
{
	site_write(file, policy);
	ck_assert_int_eq(site_open(""), 0);
	return vpop_password_check(vp, password);
}

START_TEST(without_a_policy)
{
	ck_assert_int_eq(vpop_password_check(vp, "a"), 0);
	ck_assert_int_eq(vpop_password_check(vp, ""), VA_PWSTR_LENGTH);
	ck_assert_str_eq(
	    vpop_message(vp), "password requires more characters ");
	ck_assert_int_eq(vpop_password_check(vp, NULL), VA_PWSTR_EMPTY);
	ck_assert_str_eq(vpop_password_policy(vp), "");
}
END_TEST

START_TEST(sentences)
{
	static const struct {
		const char *rule, *password;
		int code;
		const char *sentence;
	} want[] = {
		{ "Length >= 8", "1234567", -70,
		    "password requires more characters " },
		{ "length > 7", "1234567", -70,
		    "password requires more characters " },
		{ "Length < 3", "123", -70,
		    "password should have less characters " },
		{ "LENGTH = 4", "123", -70,
		    "password must always be 4 characters long " },
		{ "Alphabet > 0.4", "12345a", -71,
		    "password requires more alphabetical characters " },
		{ "Numeric = 1.00", "123a", -72,
		    "password can only be numbers " },
		{ "Other <= 0.25", "..ab", -73,
		    "password should have less punctuation, symbols, or "
		    "other characters " },
		{ "UpperLower < 0.5", "abcd", -74,
		    "password requires more uppercase and lowercase "
		    "character diversity " },
		{ "UpperLower > 0.5", "ABcd", -74,
		    "password should have less uppercase and lowercase "
		    "character diversity " },
		{ "UpperLower = .5", "ABcd", -74,
		    "password should have less uppercase and lowercase "
		    "character diversity " },
	};

	for (size_t i = 0; i < sizeof want / sizeof want[0]; i++) {
		ck_assert_int_eq(
		    check(want[i].rule, want[i].password), want[i].code);
		ck_assert_str_eq(vpop_message(vp), want[i].sentence);
	}
}
END_TEST

START_TEST(boundaries)
{
	ck_assert_int_eq(check("Length >= 8\n", "12345678"), 0);
	ck_assert_int_eq(check("Length = 3", "abc"), 0);
	ck_assert_int_eq(check("Numeric = 1.00", "1234"), 0);
	ck_assert_int_eq(check("Alphabet < 0.84", "abcdefg1."), 0);
	ck_assert_int_eq(check("Numeric >= 0.20", "abcd1"), 0);
	ck_assert_int_eq(check("Numeric > 0.20", "abcd1"), -72);
	/* One of three is more than 0.333333333. */
	ck_assert_int_eq(check("Numeric <= 0.333333333", "ab1"), -72);
	/* Bytes between Z and a are not letters. */
	ck_assert_int_eq(check("Other = 1", "[\\]^_`"), 0);
	/* Without letters the balance is 0. */
	ck_assert_int_eq(check("UpperLower < 0.5", "1234"), 0);
	ck_assert_int_eq(check("UpperLower >= 0.5", "1234"), -74);
	ck_assert_int_eq(check("Length >= 8\nLength >= 2\n", "abc"), 0);
	ck_assert_int_eq(check("Other > 0\nLength > 5", "abc"), -70);
}
END_TEST

START_TEST(shipped_file)
{
	ck_assert_int_eq(
	    check("# comment\n\n  Policy = Passwords must be long  # x\r\n"
		  "\tLength\t>=\t1\r\n",
		"a"),
	    0);
	ck_assert_str_eq(vpop_password_policy(vp), "Passwords must be long");
}
END_TEST

START_TEST(broken_files_refuse)
{
	static const char *const broken[] = { "Bogus >= 1", "Length ~ 1",
		"Length", "Length >=", "Length >= x", "Length >= 1 2",
		"Length >= -1", "Length>=1", "Length >= 1.",
		"Policy =", "Policy", "Length >= 1e3", "Length >= .", NULL };
	char *text;

	for (int i = 0; broken[i]; i++) {
		int code = check(broken[i], "Abcdefg1.");

		/* "1." is one. */
		ck_assert_int_eq(code, strcmp(broken[i], "Length >= 1.") == 0
					   ? 0
					   : VA_PARSE_ERROR);
	}
	ck_assert_int_eq(
	    check("Length >= 1\n\nBogus = 2\n", "a"), VA_PARSE_ERROR);
	ck_assert_ptr_nonnull(strstr(vpop_message(vp), "line 3"));
	ck_assert_str_eq(vpop_password_policy(vp), "");

	ck_assert_int_ge(asprintf(&text, "Policy = %0*d", 512, 0), 0);
	ck_assert_int_eq(check(text, "a"), VA_PARSE_ERROR);
	free(text);
	char *path = site_path(file);
	ck_assert_int_eq(unlink(path), 0);
	ck_assert_int_eq(mkdir(path, 0700), 0);
	ck_assert_int_eq(site_open(""), 0);
	ck_assert_int_eq(vpop_password_check(vp, "a"), VA_PARSE_ERROR);
	free(path);
}
END_TEST

/* Programs that run for long notice a change, whatever it is. */
START_TEST(new_rules)
{
	char *path = site_path(file);

	ck_assert_int_eq(vpop_password_check(vp, "a"), 0);
	site_write(file, "Length >= 2");
	ck_assert_int_eq(vpop_password_check(vp, "a"), VA_PWSTR_LENGTH);
	ck_assert_int_eq(vpop_password_check(vp, "ab"), 0);
	site_write(file, "Length >= 33");
	ck_assert_int_eq(vpop_password_check(vp, "ab"), VA_PWSTR_LENGTH);
	site_write(file, "Bogus");
	ck_assert_int_eq(vpop_password_check(vp, "ab"), VA_PARSE_ERROR);
	ck_assert_int_eq(vpop_password_check(vp, "ab"), VA_PARSE_ERROR);
	site_write(file, "Policy = Anything");
	ck_assert_str_eq(vpop_password_policy(vp), "Anything");
	ck_assert_int_eq(unlink(path), 0);
	ck_assert_str_eq(vpop_password_policy(vp), "");
	ck_assert_int_eq(vpop_password_check(vp, "a"), 0);
	free(path);
}
END_TEST

START_TEST(random_passwords)
{
	char password[129], other[129];

	ck_assert_int_eq(vpop_password_random(vp, 128, password), 0);
	ck_assert_uint_eq(strlen(password), 128);
	ck_assert_uint_eq(
	    strspn(password, "abcdefghijklmnopqrstuvwxyz"
			     "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.@!#%*"),
	    128);
	ck_assert_int_eq(vpop_password_random(vp, 128, other), 0);
	ck_assert_str_ne(password, other);
	ck_assert_int_eq(
	    vpop_password_random(vp, 0, password), VA_INVALID_ARGUMENT);
	ck_assert_int_eq(
	    vpop_password_random(vp, 129, password), VA_INVALID_ARGUMENT);
	ck_assert_int_eq(check("Numeric >= 0.5\nOther > 0", "1."), 0);
	for (int i = 0; i < 20; i++) {
		ck_assert_int_eq(vpop_password_random(vp, 8, password), 0);
		ck_assert_int_eq(vpop_password_check(vp, password), 0);
	}
	ck_assert_int_eq(check("Length >= 12", "1234567890ab"), 0);
	ck_assert_int_eq(
	    vpop_password_random(vp, 8, password), VA_PWSTR_LENGTH);
}
END_TEST

int
main(void)
{
	const TTest *const tests[] = { without_a_policy, sentences, boundaries,
		shipped_file, broken_files_refuse, new_rules, random_passwords,
		NULL };

	return site_main("policy", tests);
}
