/*
 * A site below the scratch folder for tests of the core: a vpopmail home, a
 * qmail folder, a settings file, and domains put into users/assign by the
 * qmail layer.  Accounts are kept by the mem store unless a test says
 * otherwise.
 */
#ifndef TESTS_UNIT_SITE_H
#define TESTS_UNIT_SITE_H

#include <errno.h>
#include <fcntl.h>
#include <string.h>

#include "core/domain.h"
#include "unit.h"

static struct vpop *vp;

static __attribute__((unused)) char *
site_path(const char *name)
{
	char *path = NULL;

	ck_assert_int_ge(asprintf(&path, "%s/%s", scratch, name), 0);
	return path;
}

static __attribute__((unused)) void
site_write(const char *name, const char *text)
{
	char *path = site_path(name);
	FILE *fp = fopen(path, "w");

	ck_assert_ptr_nonnull(fp);
	ck_assert_int_ge(fputs(text, fp), 0);
	ck_assert_int_eq(fclose(fp), 0);
	free(path);
}

/* A file's text, malloc'd; NULL if it is not there. */
static __attribute__((unused)) char *
site_read(const char *name)
{
	char *path = site_path(name), *text = NULL;
	FILE *fp = fopen(path, "r");
	size_t cap = 0;

	free(path);
	if (!fp)
		return NULL;
	if (getdelim(&text, &cap, '\0', fp) < 0) {
		free(text);
		text = strdup("");
	}
	fclose(fp);
	return text;
}

static __attribute__((unused)) void
site_mkdir(const char *name)
{
	char *path = site_path(name);

	ck_assert_int_eq(mkdir(path, 0700), 0);
	free(path);
}

/* Open the handle anew, with more lines in the settings file. */
static __attribute__((unused)) int
site_open(const char *more)
{
	char *path = site_path("vpopmail.conf"), *text = NULL;

	if (vp)
		vpop_close(vp);
	ck_assert_int_ge(
	    asprintf(&text,
		"uid = %u\ngid = %u\nhome = %s/home\nqmaildir = %s/qmail\n"
		"auth_module = mem\n%s",
		(unsigned)getuid(), (unsigned)getgid(), scratch, scratch, more),
	    0);
	site_write("vpopmail.conf", text);
	ck_assert_int_eq(setenv("VPOPMAIL_CONF", path, 1), 0);
	free(text);
	free(path);
	return vpop_open(&vp, 0);
}

static __attribute__((unused)) void
site_make(void)
{
	scratch_make();
	site_mkdir("home");
	site_mkdir("home/etc");
	site_mkdir("home/domains");
	site_mkdir("qmail");
	site_mkdir("qmail/users");
	site_mkdir("qmail/control");
	unsetenv("VPOPMAIL_DOMAIN");
	unsetenv("TCPLOCALIP");
	vp = NULL;
	ck_assert_int_eq(site_open(""), 0);
}

static __attribute__((unused)) void
site_remove(void)
{
	vpop_close(vp);
	vp = NULL;
	scratch_remove();
}

/* Enter name into users/assign; an alias if real is another name. */
static __attribute__((unused)) void
site_domain(const char *name, const char *real)
{
	struct vp_assign entry = { .uid = getuid(), .gid = getgid() };
	struct vp_assign_how how;

	snprintf(entry.name, sizeof entry.name, "%s", name);
	snprintf(entry.real, sizeof entry.real, "%s", real);
	snprintf(
	    entry.dir, sizeof entry.dir, "%s/home/domains/%s", scratch, real);
	if (strcmp(name, real) == 0)
		ck_assert_int_eq(mkdir(entry.dir, 0700), 0);
	vp_assign_how(vp, &how);
	ck_assert_int_eq(vp_assign_update(&how, &entry, 1, NULL, 0, NULL), 0);
}

static __attribute__((unused)) int
site_main(const char *name, const TTest *const *tests)
{
	Suite *suite = suite_create(name);
	TCase *tcase = tcase_create(name);

	tcase_add_checked_fixture(tcase, site_make, site_remove);
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
