/* Domain limits: their file and their values. */
#include "config.h"

#include "site.h"

#include "core/limits.h"
#include "core/user.h"

/* As vmoddomlimits of an older release wrote it. */
static const char observed[] =
    "maxpopaccounts: 5\nmaxaliases: 6\nmaxforwards: 7\n"
    "maxautoresponders: 8\nmaxmailinglists: 9\nquota: 100\n"
    "maxmsgcount: 5000\ndefault_quota: 10485760\n"
    "default_maxmsgcount: 1000\ndisable_pop\ndisable_password_changing\n"
    "perm_account: 0\nperm_alias: 0\nperm_forward: 0\n"
    "perm_autoresponder: 0\nperm_maillist: 1\nperm_quota: 275\n"
    "perm_defaultquota: 0\n";

static unsigned long
parse(const char *text, struct vpop_limits *limits)
{
	char *copy = strdup(text);

	ck_assert_ptr_nonnull(copy);
	vpop_limits_init(limits);
	unsigned long line = vp_limits_parse(copy, limits);
	free(copy);
	return line;
}

START_TEST(reads_observed_file)
{
	struct vpop_limits limits;
	char quota[VPOP_QUOTA_SIZE];

	ck_assert_uint_eq(parse(observed, &limits), 0);
	ck_assert_int_eq(limits.maxpopaccounts, 5);
	ck_assert_int_eq(limits.maxmailinglists, 9);
	ck_assert_uint_eq(limits.quota, 100);
	ck_assert_uint_eq(limits.maxmsgcount, 5000);
	ck_assert_uint_eq(limits.default_quota, 10485760);
	ck_assert_uint_eq(limits.default_maxmsgcount, 1000);
	ck_assert_uint_eq(limits.flags, VPOP_NO_POP | VPOP_NO_PASSWD_CHNG);
	ck_assert_int_eq(limits.perm_maillist, 1);
	ck_assert_int_eq(limits.perm_maillist_users, 2);
	ck_assert_int_eq(limits.perm_maillist_moderators, 4);
	ck_assert_int_eq(limits.perm_quota, 3);
	vp_limits_quota(&limits, quota);
	ck_assert_str_eq(quota, "10485760S,1000C");
}
END_TEST

START_TEST(writes_what_it_reads)
{
	struct vpop_limits limits, again;
	char *text;

	ck_assert_uint_eq(parse(observed, &limits), 0);
	text = vp_limits_text(&limits);
	ck_assert_ptr_nonnull(strstr(
	    text, "disable_pop\ndisable_password_changing\nperm_account: 0\n"));
	ck_assert_ptr_nonnull(
	    strstr(text, "perm_maillist: 273\nperm_quota: 3\n"));
	ck_assert_uint_eq(parse(text, &again), 0);
	free(text);
	ck_assert_mem_eq(&limits, &again, sizeof limits);

	vpop_limits_init(&limits);
	limits.flags = VPOP_NO_POP | VPOP_NO_IMAP | VPOP_NO_DIALUP |
		       VPOP_NO_PASSWD_CHNG | VPOP_NO_WEBMAIL | VPOP_NO_RELAY |
		       VPOP_NO_SMTP | VPOP_NO_SPAMASSASSIN | VPOP_DELETE_SPAM |
		       VPOP_NO_MAILDROP;
	text = vp_limits_text(&limits);
	ck_assert_ptr_nonnull(strstr(text, "maxpopaccounts: -1\n"));
	ck_assert_ptr_nonnull(strstr(text,
	    "default_maxmsgcount: 0\ndisable_pop\ndisable_imap\n"
	    "disable_dialup\ndisable_password_changing\ndisable_webmail\n"
	    "disable_external_relay\ndisable_smtp\ndisable_spamassassin\n"
	    "delete_spam\ndisable_maildrop\nperm_account: 0\n"));
	free(text);
}
END_TEST

START_TEST(syntax)
{
	struct vpop_limits limits;

	ck_assert_uint_eq(parse("# x\n\n:: maxaliases :\t 7 junk\r\nunknown 1\r"
				"disable_imap no\nmaxaliases 8\nquota 18\n"
				"maxforwards -5\nmaxpopaccounts\t\t-1",
			      &limits),
	    0);
	ck_assert_int_eq(limits.maxaliases, 8);
	ck_assert_int_eq(limits.maxforwards, -1);
	ck_assert_uint_eq(limits.flags, VPOP_NO_IMAP);
	ck_assert_uint_eq(limits.quota, 18);
	ck_assert_uint_eq(parse("", &limits), 0);
}
END_TEST

START_TEST(bad_values)
{
	static const struct {
		const char *text;
		unsigned long line;
	} want[] = {
		{ "maxaliases x\n", 1 },
		{ "maxaliases\n", 1 },
		{ "quota 1\nquota -1\n", 2 },
		{ "quota 1M\n", 1 },
		{ "perm_alias 8\n", 1 },
		{ "perm_maillist 512\n", 1 },
		{ "\n\nmaxaliases 99999999999\n", 3 },
	};
	struct vpop_limits limits, before;

	vpop_limits_init(&before);
	for (size_t i = 0; i < sizeof want / sizeof want[0]; i++) {
		ck_assert_uint_eq(parse(want[i].text, &limits), want[i].line);
		ck_assert_mem_eq(&limits, &before, sizeof limits);
	}
	char *text = NULL;
	ck_assert_int_ge(asprintf(&text, "\n#%02048d\n", 1), 0);
	ck_assert_uint_eq(parse(text, &limits), 2);
	free(text);
}
END_TEST

START_TEST(precedence)
{
	struct vpop_limits limits;

	site_domain("x.example", "x.example");
	site_domain("alias.example", "x.example");
	ck_assert_int_eq(vpop_limits_get(vp, "x.example", &limits), 0);
	ck_assert_int_eq(limits.maxpopaccounts, -1);
	site_write(
	    "home/etc/vlimits.default", "maxpopaccounts 3\ndisable_smtp\n");
	ck_assert_int_eq(vpop_limits_get(vp, "x.example", &limits), 0);
	ck_assert_int_eq(limits.maxpopaccounts, 3);
	/* The domain's file replaces the defaults as a whole. */
	site_write(
	    "home/domains/x.example/.qmailadmin-limits", "maxaliases: 4\n");
	ck_assert_int_eq(vpop_limits_get(vp, "alias.example", &limits), 0);
	ck_assert_int_eq(limits.maxpopaccounts, -1);
	ck_assert_int_eq(limits.maxaliases, 4);
	ck_assert_uint_eq(limits.flags, 0);
	ck_assert_int_eq(vpop_limits_get(vp, NULL, &limits), 0);
	ck_assert_int_eq(limits.maxpopaccounts, 3);
	ck_assert_uint_eq(limits.flags, VPOP_NO_SMTP);
	ck_assert_int_eq(vpop_limits_get(vp, "no.example", &limits),
	    VA_DOMAIN_DOES_NOT_EXIST);
	site_write(
	    "home/domains/x.example/.qmailadmin-limits", "maxaliases: four\n");
	ck_assert_int_eq(
	    vpop_limits_get(vp, "x.example", &limits), VA_CANNOT_READ_LIMITS);
	ck_assert_ptr_nonnull(strstr(vpop_message(vp), "line 1"));
}
END_TEST

int
main(void)
{
	const TTest *const tests[] = { reads_observed_file,
		writes_what_it_reads, syntax, bad_values, precedence, NULL };

	return site_main("limits", tests);
}
