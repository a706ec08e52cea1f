#include "config.h"

#include <errno.h>
#include <string.h>

#include "store/vpasswd.h"
#include "unit.h"

static int
parse(const char *line, struct vpop_user *user)
{
	memset(user, 0xa5, sizeof *user);
	return vp_vpasswd_parse(line, strlen(line), user);
}

START_TEST(eight_fields)
{
	struct vpop_user u;

	ck_assert_int_eq(
	    parse("bob:x:2:4096:Bob B.:/d/bob:5S,1C:pw: :x", &u), 0);
	ck_assert_str_eq(u.name, "bob");
	ck_assert_str_eq(u.domain, "");
	ck_assert_str_eq(u.passwd, "x");
	ck_assert_uint_eq(u.uid, 2);
	ck_assert_uint_eq(u.gid, VPOP_QA_ADMIN);
	ck_assert_uint_eq(u.flags, VPOP_QA_ADMIN);
	ck_assert_str_eq(u.gecos, "Bob B.");
	ck_assert_str_eq(u.dir, "/d/bob");
	ck_assert_str_eq(u.quota, "5S,1C");
	ck_assert_str_eq(u.clear, "pw: :x");
}
END_TEST

START_TEST(seven_fields)
{
	struct vpop_user u;

	ck_assert_int_eq(parse("bob::::::", &u), 0);
	ck_assert_str_eq(u.passwd, "");
	ck_assert_uint_eq(u.uid, 0);
	ck_assert_str_eq(u.quota, "");
	ck_assert_str_eq(u.clear, "");
	ck_assert_int_eq(parse("bob:x:1:0:g:d:NOQUOTA", &u), 0);
	ck_assert_str_eq(u.quota, "NOQUOTA");
	ck_assert_int_eq(parse("bob:x:1:0:g:d:NOQUOTA:", &u), 0);
	ck_assert_str_eq(u.quota, "NOQUOTA");
	ck_assert_str_eq(u.clear, "");
	ck_assert_int_eq(parse("bob:x:-1:4294967295:g:d:q", &u), 0);
	ck_assert_uint_eq(u.uid, UINT32_MAX);
	ck_assert_uint_eq(u.gid, UINT32_MAX);
}
END_TEST

START_TEST(malformed)
{
	const char *lines[] = { "", ":", "bob", "bob:x:1:0:g:d", ":x:1:0:g:d:q",
		"::::::", "bob:x:one:0:g:d:q", "bob:x:1:0x:g:d:q",
		"bob:x:4294967296:0:g:d:q", "bob:x:11111111111111111:0:g:d:q",
		"bob:x: 1:0:g:d:q" };
	char line[VP_VPASSWD_LINE + 1];
	struct vpop_user u;

	for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
		errno = 0;
		ck_assert_int_eq(parse(lines[i], &u), -1);
		ck_assert_int_eq(errno, EBADMSG);
	}
	ck_assert_uint_eq(vp_vpasswd_name("bob:x:1:0:g:d:q", 15), 3);
	ck_assert_uint_eq(vp_vpasswd_name("bob:x:1:0:g:d:q", 13), 0);
	ck_assert_uint_eq(vp_vpasswd_name("bob:x:1:0:g\0d:d:q", 17), 0);
	memset(line, 'x', sizeof line);
	memcpy(line, "b:x:1:0:g:d:q", 13);
	ck_assert_uint_eq(vp_vpasswd_name(line, sizeof line), 0);
	ck_assert_uint_eq(vp_vpasswd_name(line, sizeof line - 1), 1);
}
END_TEST

START_TEST(too_long)
{
	struct vpop_user u;
	char line[2048];

	snprintf(line, sizeof line, "%064d:x:1:0:g:d:q", 1);
	ck_assert_int_eq(parse(line, &u), 0);
	snprintf(line, sizeof line, "%065d:x:1:0:g:d:q", 1);
	ck_assert_int_eq(parse(line, &u), -1);
	ck_assert_int_eq(errno, ENAMETOOLONG);
	snprintf(line, sizeof line, "b:%0256d:1:0:g:d:q", 1);
	ck_assert_int_eq(parse(line, &u), -1);
	snprintf(line, sizeof line, "b:x:1:0:g:%01024d:q", 1);
	ck_assert_int_eq(parse(line, &u), -1);
	snprintf(line, sizeof line, "b:x:1:0:g:d:q:%0256d", 1);
	ck_assert_int_eq(parse(line, &u), -1);
}
END_TEST

START_TEST(written)
{
	struct vpop_user u = { .name = "bob",
		.passwd = "x",
		.uid = 1,
		.gid = 8,
		.gecos = "B\xc3\xb6",
		.dir = "/d",
		.quota = "NOQUOTA" };
	char line[VP_VPASSWD_LINE + 1];

	ck_assert_int_eq(vp_vpasswd_format(&u, 0, line), 24);
	ck_assert_str_eq(line, "bob:x:1:8:B\xc3\xb6:/d:NOQUOTA");
	ck_assert_int_eq(vp_vpasswd_format(&u, 1, line), 25);
	ck_assert_str_eq(line, "bob:x:1:8:B\xc3\xb6:/d:NOQUOTA:");
	snprintf(u.clear, sizeof u.clear, "a:b");
	ck_assert_int_gt(vp_vpasswd_format(&u, 0, line), 0);
	ck_assert_str_eq(line, "bob:x:1:8:B\xc3\xb6:/d:NOQUOTA:a:b");
	snprintf(u.clear, sizeof u.clear, "a\nb");
	ck_assert_int_eq(vp_vpasswd_format(&u, 0, line), -1);
	ck_assert_int_eq(errno, EINVAL);
	u.clear[0] = '\0';
	snprintf(u.gecos, sizeof u.gecos, "a:b");
	ck_assert_int_eq(vp_vpasswd_format(&u, 0, line), -1);
	u.gecos[0] = u.name[0] = '\0';
	ck_assert_int_eq(vp_vpasswd_format(&u, 0, line), -1);
}
END_TEST

START_TEST(order)
{
	ck_assert_int_lt(vp_vpasswd_compare("a", 1, "b", 1), 0);
	ck_assert_int_lt(vp_vpasswd_compare("a", 1, "aa", 2), 0);
	ck_assert_int_gt(vp_vpasswd_compare("a", 1, "", 0), 0);
	ck_assert_int_eq(vp_vpasswd_compare("ab", 1, "ac", 1), 0);
	ck_assert_int_gt(vp_vpasswd_compare("\xff", 1, "a", 1), 0);
}
END_TEST

int
main(void)
{
	const TTest *const tests[] = { eight_fields, seven_fields, malformed,
		too_long, written, order, NULL };

	return unit_main("vpasswd", tests);
}
