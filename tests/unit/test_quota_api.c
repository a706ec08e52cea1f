/* Quota texts, and what an account uses. */
#include "config.h"

#include "site.h"

START_TEST(texts)
{
	static const struct {
		const char *text, *stored;
	} want[] = {
		{ "1M", "1048576S" },
		{ "1MB", "1048576S" },
		{ "1024K", "1048576S" },
		{ "1048576", "1048576S" },
		{ "1mbs,1000C", "1048576S,1000C" },
		{ "1000C,10MBS", "10485760S,1000C" },
		{ "100C", "100C" },
		{ "NOQUOTA", "NOQUOTA" },
		{ "1G", "1073741824S" },
		{ "foo", NULL },
		{ "1X", NULL },
		{ "-5", NULL },
		{ "99999999999999999999", NULL },
	};
	struct vpop_quota quota;
	char text[VPOP_QUOTA_SIZE];

	for (size_t i = 0; i < sizeof want / sizeof want[0]; i++) {
		int code = vpop_quota_parse(want[i].text, &quota);

		ck_assert_int_eq(code, want[i].stored ? 0 : VA_INVALID_QUOTA);
		if (code != 0)
			continue;
		vpop_quota_format(&quota, text);
		ck_assert_str_eq(text, want[i].stored);
	}
	quota = (struct vpop_quota){ INT64_MAX, INT64_MAX };
	vpop_quota_format(&quota, text);
	ck_assert_str_eq(text, "9223372036854775807S,9223372036854775807C");
}
END_TEST

START_TEST(usage)
{
	struct vpop_user user = {
		.name = "bob", .domain = "x.example", .quota = "2000S,10C"
	};
	struct vpop_quota used;
	int percent;

	site_domain("x.example", "x.example");
	snprintf(user.dir, sizeof user.dir, "%s/home/domains/x.example/bob",
	    scratch);
	/* No directory yet: nothing is used. */
	ck_assert_int_eq(vpop_user_usage(vp, &user, &used, &percent), 0);
	ck_assert_int_eq(used.bytes, 0);
	ck_assert_int_eq(percent, 0);
	ck_assert_int_eq(vpop_user_make_dir(vp, &user), 0);
	site_write("home/domains/x.example/bob/Maildir/new/1.a,S=500", "x");
	site_write("home/domains/x.example/bob/Maildir/cur/2.b,S=600:2,S", "");
	vp->flags = VPOP_OPEN_DRY_RUN;
	ck_assert_int_eq(vpop_user_usage(vp, &user, &used, &percent), 0);
	ck_assert_ptr_null(
	    site_read("home/domains/x.example/bob/Maildir/maildirsize"));
	vp->flags = 0;
	ck_assert_int_eq(vpop_user_usage(vp, &user, &used, &percent), 0);
	ck_assert_int_eq(used.bytes, 1100);
	ck_assert_int_eq(used.messages, 2);
	ck_assert_int_eq(percent, 55);
	char *text =
	    site_read("home/domains/x.example/bob/Maildir/maildirsize");
	ck_assert_ptr_nonnull(text);
	ck_assert_int_eq(strncmp(text, "2000S,10C\n", 10), 0);
	free(text);

	char *path =
	    site_path("home/domains/x.example/bob/Maildir/maildirsize");
	ck_assert_int_eq(unlink(path), 0);
	snprintf(user.quota, sizeof user.quota, "NOQUOTA");
	ck_assert_int_eq(vpop_user_usage(vp, &user, &used, &percent), 0);
	ck_assert_int_eq(used.bytes, 1100);
	ck_assert_int_eq(percent, -1);
	ck_assert_int_ne(access(path, F_OK), 0);
	free(path);
}
END_TEST

int
main(void)
{
	const TTest *const tests[] = { texts, usage, NULL };

	return site_main("quota_api", tests);
}
