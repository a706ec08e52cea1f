/* Settings, ids, the last failure, codes. */
#include "config.h"

#include <pwd.h>

#include "site.h"

#include "core/store.h"

START_TEST(finds_ids_and_paths)
{
	char *home = site_path("home"), *etc = site_path("home/etc");

	ck_assert_uint_eq(vp->uid, getuid());
	ck_assert_uint_eq(vp->gid, getgid());
	ck_assert_str_eq(vp->home, home);
	ck_assert_str_eq(vp->etc, etc);
	ck_assert_str_eq(vpop_setting(vp, "home"), home);
	free(home);
	free(etc);
}
END_TEST

START_TEST(tells_settings)
{
	const char *qmaildir = vpop_setting(vp, "qmaildir");
	const char *logging = vpop_setting(vp, "logging");

	ck_assert_ptr_nonnull(strstr(qmaildir, "/qmail"));
	ck_assert_str_eq(logging, "e");
	ck_assert_str_eq(vpop_setting(vp, "auth_logging"), "yes");
	ck_assert_str_eq(vpop_setting(vp, "relay_clear_minutes"), "180");
	ck_assert_ptr_null(vpop_setting(vp, "nothing"));
	/* Each answer lives as long as the handle. */
	ck_assert_ptr_eq(qmaildir, vpop_setting(vp, "qmaildir"));
	ck_assert_str_eq(vpop_version(), "6.0.0");
}
END_TEST

START_TEST(refuses_bad_settings)
{
	ck_assert_int_eq(site_open("logging = q\n"), VA_PARSE_ERROR);
	ck_assert_ptr_nonnull(strstr(vpop_message(vp), "logging"));
	ck_assert_int_eq(site_open("domains_dir = ../x\n"), VA_PARSE_ERROR);
	ck_assert_int_eq(site_open("uid = -1\n"), VA_PARSE_ERROR);
	ck_assert_int_eq(site_open("home = here\n"), VA_PARSE_ERROR);
}
END_TEST

START_TEST(needs_the_account)
{
	ck_assert_int_eq(site_open("uid =\nvpopuser = no-such-user-here\n"),
	    VA_UNKNOWN_UIDGID);
	ck_assert_ptr_nonnull(strstr(vpop_message(vp), "no-such-user-here"));
	ck_assert_int_eq(site_open("uid =\nhome =\nvpopuser = root\n"), 0);
	ck_assert_uint_eq(vp->uid, 0);
	ck_assert_str_eq(vp->home, getpwnam("root")->pw_dir);
	ck_assert_str_eq(vpop_setting(vp, "uid"), "0");
}
END_TEST

START_TEST(missing_file_is_defaults)
{
	struct vpop *other;

	ck_assert_int_eq(setenv("VPOPMAIL_CONF", "/nonexistent/conf", 1), 0);
	vpop_open(&other, VPOP_OPEN_DRY_RUN);
	ck_assert_ptr_nonnull(other);
	ck_assert_str_eq(other->set.qmail_cdb_name, "cdb");
	ck_assert_int_eq(vp_dry_run(other), 1);
	vpop_close(other);
	vpop_close(NULL);
}
END_TEST

START_TEST(records_failures)
{
	char long_name[3000];

	ck_assert_int_eq(vpop_code(vp), 0);
	ck_assert_int_eq(
	    vp_fail(vp, VA_BAD_CHAR, "a '%s'", "b\033[2J\n"), VA_BAD_CHAR);
	ck_assert_int_eq(vpop_code(vp), VA_BAD_CHAR);
	ck_assert_str_eq(vpop_message(vp), "a 'b?[2J?'");
	errno = ENOENT;
	ck_assert_int_eq(
	    vp_fail_errno(vp, VA_BAD_DIR, "cannot open"), VA_BAD_DIR);
	ck_assert_str_eq(
	    vpop_message(vp), "cannot open: No such file or directory");
	memset(long_name, 'x', sizeof long_name);
	long_name[sizeof long_name - 1] = '\0';
	vp_fail_num(vp, VA_BAD_DIR, EIO, "%s", long_name);
	ck_assert_uint_eq(strlen(vpop_message(vp)), sizeof vp->message - 1);
	vp_clear_error(vp);
	ck_assert_int_eq(vpop_code(vp), 0);
	ck_assert_int_eq(vp_code_of_errno(EPERM, -5), VA_BAD_UID);
	ck_assert_int_eq(vp_code_of_errno(ENOMEM, -5), VA_MEMORY_ALLOC_ERR);
	ck_assert_int_eq(vp_code_of_errno(EIO, -5), -5);
}
END_TEST

START_TEST(texts_and_classes)
{
	static const struct {
		int code;
		enum vpop_class class;
		const char *text;
	} want[] = {
		{ 0, VPOP_CLASS_OK, "Success" },
		{ -1, VPOP_CLASS_REFUSED, "Illegal username" },
		{ -6, VPOP_CLASS_TEMPORARY,
		    "Unable to chdir to vpopmail/domains/domain directory" },
		{ -10, VPOP_CLASS_ABSENT, "User does not exist" },
		{ -11, VPOP_CLASS_ABSENT, "Domain does not exist" },
		{ -17, VPOP_CLASS_TEMPORARY, "Could not update file" },
		{ -20, VPOP_CLASS_REFUSED, "bad character" },
		{ -22, VPOP_CLASS_REFUSED, "running as invalid uid" },
		{ -23, VPOP_CLASS_TEMPORARY,
		    "no authentication database connection" },
		{ -25, VPOP_CLASS_REFUSED, "user name too long (max=64)" },
		{ -33, VPOP_CLASS_BUG, "null pointer" },
		{ -49, VPOP_CLASS_TEMPORARY,
		    "parsing database configuration file - update database" },
		{ -50, VPOP_CLASS_TEMPORARY,
		    "parsing database configuration file - readonly server" },
		{ -55, VPOP_CLASS_REFUSED, "can't delete catchall account" },
		{ -99, VPOP_CLASS_TEMPORARY, "Unknown error" },
	};

	for (size_t i = 0; i < sizeof want / sizeof want[0]; i++) {
		ck_assert_str_eq(vpop_code_text(want[i].code), want[i].text);
		ck_assert_int_eq(vpop_class(want[i].code), want[i].class);
	}
	for (int code = -74; code <= 0; code++) {
		int is_free = code <= -64 && code >= -65;

		ck_assert_int_eq(
		    strcmp(vpop_code_text(code), "Unknown error") == 0,
		    is_free);
	}
}
END_TEST

START_TEST(keeps_the_actor)
{
	ck_assert_int_eq(vpop_set_actor(vp, "a@b.example", "test"), 0);
	ck_assert_str_eq(vp->actor, "a@b.example");
	ck_assert_int_eq(vpop_set_actor(vp, NULL, NULL), 0);
	ck_assert_ptr_null(vp->actor);
	ck_assert_ptr_null(vp->origin);
}
END_TEST

START_TEST(unknown_store)
{
	const struct vpop_store_ops *ops;
	struct vpop_store *store;

	ck_assert_int_eq(vp_store(vp, &ops, &store), 0);
	ck_assert_str_eq(ops->name, "mem");
	ck_assert_int_eq(site_open("auth_module = nosql\n"), 0);
	ck_assert_int_eq(vp_store(vp, &ops, &store), VA_NO_AUTH_MODULE);
	ck_assert_ptr_nonnull(strstr(vpop_message(vp), "nosql"));
}
END_TEST

int
main(void)
{
	const TTest *const tests[] = { finds_ids_and_paths, tells_settings,
		refuses_bad_settings, needs_the_account,
		missing_file_is_defaults, records_failures, texts_and_classes,
		keeps_the_actor, unknown_store, NULL };

	return site_main("handle", tests);
}
