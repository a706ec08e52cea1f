/*
 * What every unit test program needs: a scratch folder made before and
 * removed after each test, and a main that prints TAP.
 */
#ifndef TESTS_UNIT_H
#define TESTS_UNIT_H

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/dirtree.h"

static char scratch[64];

static void
scratch_make(void)
{
	snprintf(scratch, sizeof scratch, "/tmp/vhostadmin-test.XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(scratch));
	ck_assert_int_eq(chmod(scratch, 0755), 0);
}

static void
scratch_remove(void)
{
	int fd = vp_dir_open("/tmp");

	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(vp_dir_remove(fd, scratch + 5), 0);
	close(fd);
}

/* A suite of one case; tests is a NULL-ended list. */
static __attribute__((unused)) int
unit_main(const char *name, const TTest *const *tests)
{
	Suite *suite = suite_create(name);
	TCase *tcase = tcase_create(name);

	tcase_add_checked_fixture(tcase, scratch_make, scratch_remove);
	tcase_set_timeout(tcase, 60);
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
