/*
 * What the tests of the old interface share: a site on cdb files, and a
 * domain in it.
 */
#ifndef TESTS_UNIT_API_H
#define TESTS_UNIT_API_H

/* Old programs pass literals where the headers say "char *". */
#ifndef __clang__
#	pragma GCC diagnostic ignored "-Wdiscarded-qualifiers"
#else
#	pragma clang diagnostic ignored                                       \
	    "-Wincompatible-pointer-types-discards-qualifiers"
#endif

#include <arpa/inet.h>
#include <signal.h>

#include "api/maildirquota.h"
#include "client.h"
#include "conf.h"
#include "ippp.h"
#include "pwstr.h"
#include "site.h"
#include "vauth.h"
#include "vlimits.h"
#include "vpopmail.h"
#include "vutil.h"

static void
api_make(void)
{
	site_make();
	ck_assert_int_eq(
	    site_open("auth_module = cdb\npassword_scheme = sha512\n"), 0);
	site_write("home/etc/password_strength.conf",
	    "Policy = at least one character\nLength >= 1\n");
	vclose();
}

static void
api_remove(void)
{
	vauth_end_getall();
	vclose();
	site_remove();
}

/* example.com with an alias and joe. */
static __attribute__((unused)) void
make_domain(void)
{
	char domain[128] = "Example.COM", alias[128] = "alias.example.net";
	char user[128] = "Joe";
	char *home = site_path("home");

	ck_assert_int_eq(vadddomain(domain, home, getuid(), getgid()), 0);
	ck_assert_str_eq(domain, "example.com");
	ck_assert_int_eq(vaddaliasdomain(alias, domain), 0);
	memcpy(domain, "Alias.example.net", 18);
	ck_assert_int_eq(
	    vadduser(user, domain, "pw-Joe12", "Joe User", USE_POP), 0);
	ck_assert_str_eq(user, "joe");
	ck_assert_str_eq(domain, "example.com");
	free(home);
}

static int
api_main(const char *name, const TTest *const *tests)
{
	Suite *suite = suite_create(name);
	TCase *tcase = tcase_create(name);

	tcase_add_checked_fixture(tcase, api_make, api_remove);
	tcase_set_timeout(tcase, 120);
	for (; *tests; tests++)
		tcase_add_test(tcase, *tests);
	suite_add_tcase(suite, tcase);

	SRunner *runner = srunner_create(suite);
	srunner_set_tap(runner, "-");
	srunner_run_all(runner, CK_SILENT);
	int failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}

#endif
