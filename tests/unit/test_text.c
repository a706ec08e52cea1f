/* Copies, numbers and random texts at their limits. */
#include "config.h"

#include "base/text.h"

#include <errno.h>
#include <stdint.h>
#include <string.h>

#include "unit.h"

START_TEST(copy_fits_or_fails)
{
	char dst[4] = "xyz";

	ck_assert_int_eq(vp_copy(dst, sizeof dst, "abc"), 0);
	ck_assert_str_eq(dst, "abc");
	errno = 0;
	ck_assert_int_eq(vp_copy(dst, sizeof dst, "defg"), -1);
	ck_assert_int_eq(errno, ENAMETOOLONG);
	ck_assert_str_eq(dst, "abc");
	ck_assert_int_eq(vp_copy(dst, 0, ""), -1);
	ck_assert_str_eq(dst, "abc");
	ck_assert_int_eq(vp_copy(dst, 1, ""), 0);
	ck_assert_str_eq(dst, "");
}
END_TEST

START_TEST(format_fits_or_fails)
{
	char dst[6];

	ck_assert_int_eq(vp_format(dst, sizeof dst, "%s-%d", "ab", 42), 0);
	ck_assert_str_eq(dst, "ab-42");
	errno = 0;
	ck_assert_int_eq(vp_format(dst, sizeof dst, "%s-%d", "ab", 420), -1);
	ck_assert_int_eq(errno, ENAMETOOLONG);
	ck_assert_str_eq(dst, "");
	ck_assert_int_eq(vp_format(dst, 0, "x"), -1);
}
END_TEST

START_TEST(lower_leaves_other_bytes)
{
	char text[] = "AbC@[Z`z{\xc4\xd6";

	vp_lower(text);
	ck_assert_str_eq(text, "abc@[z`z{\xc4\xd6");
}
END_TEST

START_TEST(clean_means_no_control_bytes)
{
	ck_assert_int_eq(vp_is_clean(""), 1);
	ck_assert_int_eq(vp_is_clean(" ~\x80\xff"), 1);
	ck_assert_int_eq(vp_is_clean("a\nb"), 0);
	ck_assert_int_eq(vp_is_clean("a\x1f"), 0);
	ck_assert_int_eq(vp_is_clean("\x7f"), 0);
}
END_TEST

START_TEST(printable_replaces_the_rest)
{
	char text[] = "a\tb\x1b[0m\x7f\x80\xff~ ";

	vp_make_printable(text);
	ck_assert_str_eq(text, "a?b?[0m???~ ");
}
END_TEST

static void
check_number(const char *text, int64_t min, int64_t max, int cause)
{
	int64_t value = 77;

	errno = 0;
	ck_assert_int_eq(vp_number(text, min, max, &value), -1);
	ck_assert_int_eq(errno, cause);
	ck_assert_int_eq(value, 77);
}

START_TEST(number_takes_whole_decimals)
{
	int64_t value;

	ck_assert_int_eq(vp_number("0", 0, 0, &value), 0);
	ck_assert_int_eq(value, 0);
	ck_assert_int_eq(vp_number("-12", -12, 5, &value), 0);
	ck_assert_int_eq(value, -12);
	ck_assert_int_eq(vp_number("0010", 0, 10, &value), 0);
	ck_assert_int_eq(value, 10);
	ck_assert_int_eq(
	    vp_number("9223372036854775807", 0, INT64_MAX, &value), 0);
	ck_assert_int_eq(value, INT64_MAX);
	ck_assert_int_eq(
	    vp_number("-9223372036854775808", INT64_MIN, 0, &value), 0);
	ck_assert_int_eq(value, INT64_MIN);
}
END_TEST

START_TEST(number_refuses_the_rest)
{
	static const char *const texts[] = { "", " 1", "1 ", "+1", "-", "--1",
		"- 1", "1x", "0x10", "1.0", "1e3", "\t1", "1\n", "\xb2", NULL };

	for (size_t i = 0; texts[i]; i++)
		check_number(texts[i], INT64_MIN, INT64_MAX, EINVAL);
	check_number("11", 0, 10, ERANGE);
	check_number("-1", 0, 10, ERANGE);
	check_number("9223372036854775808", 0, INT64_MAX, ERANGE);
	check_number("-9223372036854775809", INT64_MIN, 0, ERANGE);
	check_number("99999999999999999999999x", 0, INT64_MAX, EINVAL);
}
END_TEST

START_TEST(random_fills_all)
{
	static unsigned char buffer[4096];
	size_t zeros = 0;

	ck_assert_int_eq(vp_random(buffer, 0), 0);
	ck_assert_int_eq(vp_random(buffer, sizeof buffer), 0);
	for (size_t i = 0; i < sizeof buffer; i++)
		zeros += buffer[i] == 0;
	ck_assert_uint_lt(zeros, 100);
}
END_TEST

START_TEST(random_text_is_even)
{
	static const char alphabet[] = "abcdefghij";
	char text[10001];
	size_t seen[10] = { 0 };

	ck_assert_int_eq(vp_random_text(text, 10000, alphabet), 0);
	ck_assert_uint_eq(strlen(text), 10000);
	ck_assert_uint_eq(strspn(text, alphabet), 10000);
	for (size_t i = 0; i < 10000; i++)
		seen[text[i] - 'a']++;
	for (size_t i = 0; i < 10; i++) {
		ck_assert_uint_gt(seen[i], 800);
		ck_assert_uint_lt(seen[i], 1200);
	}
	ck_assert_int_eq(vp_random_text(text, 3, "x"), 0);
	ck_assert_str_eq(text, "xxx");
	ck_assert_int_eq(vp_random_text(text, 0, "x"), 0);
	ck_assert_str_eq(text, "");
	ck_assert_int_eq(vp_random_text(text, 3, ""), -1);
	ck_assert_int_eq(errno, EINVAL);
}
END_TEST

START_TEST(secrets_compare)
{
	ck_assert_int_eq(vp_equal_secret("", ""), 1);
	ck_assert_int_eq(vp_equal_secret("secret", "secret"), 1);
	ck_assert_int_eq(vp_equal_secret("secret", "secreT"), 0);
	ck_assert_int_eq(vp_equal_secret("secret", "Secret"), 0);
	ck_assert_int_eq(vp_equal_secret("secret", ""), 0);
	ck_assert_int_eq(vp_equal_secret("", "secret"), 0);
	ck_assert_int_eq(vp_equal_secret("ss", "s"), 0);
	ck_assert_int_eq(vp_equal_secret("s", "ss"), 0);
	ck_assert_int_eq(vp_equal_secret("\x80", "\xff"), 0);
}
END_TEST

int
main(void)
{
	const TTest *const tests[] = { copy_fits_or_fails, format_fits_or_fails,
		lower_leaves_other_bytes, clean_means_no_control_bytes,
		printable_replaces_the_rest, number_takes_whole_decimals,
		number_refuses_the_rest, random_fills_all, random_text_is_even,
		secrets_compare, NULL };

	return unit_main("text", tests);
}
